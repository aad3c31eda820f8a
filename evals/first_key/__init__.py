"""The first key: what a real endpoint makes of a workspace, priced before anything is asked.

    python -m evals.first_key [--every N] [--most-usd X] [--yes] [--output docs/evaluation.md]

Asked are the models that the settings name, of the workspace that they name:

| part | what is asked | right is |
|---|---|---|
| routes | messages of each intent, none that the prompt shows | its first wish is that intent |
| answers | what articles say that customers ask | the article is cited |
| answers | questions that no article answers | nothing is cited |
| tools | what customers say for each tool that has examples | it is called, or what it needs is asked for |
| procedures | a wording of each dialogue, through the product | the dialogue goes well |

The price is told from a rehearsal: a part of it all is asked of a scripted server on this machine, and the
tokens are counted. It is a guess, since models differ in how much they write.
"""
