"""Citations: `[n]` in a model's answer points to the n-th passage it was given."""

import re
from collections.abc import Sequence

from agents import Citation
from core.sentences import sentences
from knowledge import Passage

MARKER = re.compile(r"\s*\[(\d+)\]")
QUOTE_CHARACTERS = 300


def cited(text: str, passages: Sequence[Passage]) -> tuple[str, list[Citation]]:
    """Give the text with its citations numbered 1, 2, ... as they appear, and the citations.

    Markers that point to no passage are taken out.
    """
    numbers = [
        number
        for number in dict.fromkeys(int(mark) for mark in MARKER.findall(text))
        if 1 <= number <= len(passages)
    ]
    places = {number: place for place, number in enumerate(numbers, 1)}

    def renumbered(mark: re.Match[str]) -> str:
        number = int(mark.group(1))
        return f" [{places[number]}]" if number in places else ""

    citations = [_citation(text, number, passages[number - 1]) for number in numbers]
    return MARKER.sub(renumbered, text).strip(), citations


def _citation(text: str, number: int, passage: Passage) -> Citation:
    """Give a citation with the sentence it supports, if the passage has it, else how it begins."""
    before = text.split(f"[{number}]", maxsplit=1)[0]
    said = [part.strip() for part in sentences(MARKER.sub("", before)) if part.strip()]
    quote = said[-1] if said and said[-1] in passage["text"] else passage["text"][:QUOTE_CHARACTERS]
    return Citation(
        passage_id=passage["passage_id"], title=passage["title"], url=passage["url"], quote=quote
    )
