"""Offline evaluation: dialogues as data, held against the running product.

    python -m evals list
    python -m evals run [--only PATTERN] [--language pt-BR] [--json report.json]
    python -m evals run --scripted [--stream] [--fail MODE]
    python -m evals failures [--mode MODE]

`cases` is the format, `house` runs the product, `runner` leads the dialogues, `scoring` judges what
came back, `report` prints it. The exit status is 0 when every dialogue passed, 1 when one failed, 2
when nothing could be run.
"""
