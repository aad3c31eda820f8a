"""Where sentences end, in the languages spoken here."""

import re

SENTENCE_END = re.compile(
    r"(?<=[.!?…])(?:[\"”'’)])*(?:\s*\[\d+\])*\s+(?=[\"“'‘(¿¡]?[A-ZÀ-Ý0-9*\-•])|\n+"
    r"|(?<=\d\])\s+(?=[\"“'‘(¿¡]?[A-ZÀ-Ý])"  # a table's row ends with its citation and nothing else
)
ABBREVIATION = re.compile(
    r"(?:\b(?:Sr|Sra|Dr|Dra|Av|R|n|nº|no|No|Mr|Mrs|Ms|St|etc|ex|p|art|tel|vs)\.|^\s*\d+[.)])$"
)


def sentences(text: str) -> list[str]:
    """Cut a text into sentences; joined again they give the text, white space included."""
    cuts: list[str] = []
    start = 0
    for end in SENTENCE_END.finditer(text):
        if "\n" not in end.group() and ABBREVIATION.search(text[start : end.start()]):
            continue
        cuts.append(text[start : end.end()])
        start = end.end()
    if text[start:]:
        cuts.append(text[start:])
    return cuts
