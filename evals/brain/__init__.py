"""How well the embedded models read, fill and choose, on sets that were written apart from them.

    python -m evals.brain FOLDER                   everything that the folder has a set for: the table
    python -m evals.brain FOLDER --only intents    one part; an unknown name lists them

A folder holds YAML files, each of which may be left out; `LANGUAGE` is `pt-BR` or `en`:

| file | what is in it |
|---|---|
| `intents.yaml` | `{INTENT: {LANGUAGE: [messages]}}`, intents of the starter bank |
| `ten.yaml` | `{INTENT: {examples, wording, chat: {LANGUAGE: [messages]}}}`, intents that the bank has not: \
what is learned, what is asked in other words, and the same as typed in haste |
| `elsewhere.yaml` | `{LANGUAGE: [messages]}` that are nobody's business |
| `two.yaml` | `[{language, text, intents: [names]}]`, two wishes in a message, or one that looks like two |
| `complaints.yaml` | `{LANGUAGE: {complaint: [messages], other: [messages]}}` |
| `opting_out.yaml` | `{LANGUAGE: {out: [messages], other: [messages]}}` |
| `sentiment.yaml` | `{LANGUAGE: {negative, neutral, positive: [messages]}}` |
| `values.yaml` | `{now, cases: [{language, text, values: [{kind, value}], doubtful: [kinds]}]}`; money has \
`{value, currency}`, a period `{start, end}` |
| `tools.yaml` | `{tools: [functions], requests: [{language, text, tool}] or none, talks: [{language, tool, \
opening, answers: {argument: reply}, arguments}]}`; a description may be `{LANGUAGE: words}` |
| `banking77_train.csv` | banking77's training part as published, `text,category`; ten of an intent are \
taught, twenty others asked |
| `clinc150_train_val.json` | clinc150's `train`, `val`, `oos_train`, `oos_val` as published; ten of an \
intent are taught, `val` is asked |

The sets under `tests/evals/data/brain` come in `dev`, which may be looked at while something is made better,
and `gate`, which may not. `dev2` are more talks about tools, of other trades.
"""
