"""The embedded brain: what can be done well with no language model, no key and no download.

- `words`: how text becomes words: accents folded, chat spelling written out, stems, n-grams.
- `embedder`: sentence vectors, lexical ones always, MiniLM where its weights are installed.
- `intents`: the classifier of a workspace's examples and those of the starter `bank`, with a calibrated
  way to say "unknown"; `courtesy` takes off what is only polite, `splitting`
  finds the clauses of a message that asks for two things.
- `spelling` mends slips of the finger and `lexicon` knows which words are none.
- `language`, `agreement`: which language, yes or no; `moods`: blame, a feeling, the wish for no promotions,
  with `sentiment` for words that are bitter; `preferring`: what is named only to be turned down.
- `dates`, `entities`: values that look the same everywhere; `values` fills a JSON schema from a text,
  `choosing` finds which of several labels is meant.
- `understanding`: all of these behind the `models.Understanding` protocol, trained and cached.
- `extracting`: the sentences of passages that answer a question; `chat`: a LangChain chat model that
  speaks by quoting and fills tools' arguments, asking for what is missing; `nearness`: which tool
  a request is for, `arguments`: what it is to be called with.

Word lists stand in `data/*.yaml`, per language. They are words of the language, not of a trade:
what a company sells or does is read from its workspace.
"""
