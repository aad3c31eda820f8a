"""Citations: `[n]` in a model's answer points to the n-th passage it was given."""

import re
from collections.abc import Sequence

from agents import Citation
from agents.speaking import Say
from core.sentences import sentences
from knowledge import Passage

MARKER = re.compile(r"\s*\[(\d+)\]")
QUOTE_CHARACTERS = 300


class Numbering:
    """Numbers citations 1, 2, ... as they appear; those that point to no passage are taken out."""

    def __init__(self, passages: int) -> None:
        self._passages = passages
        self.places: dict[int, int] = {}
        """A passage's number as the model was given it, and its number in the reply."""

    def __call__(self, text: str) -> str:
        """Number the markers of the next piece of a reply."""
        return MARKER.sub(self._renumbered, text)

    def _renumbered(self, mark: re.Match[str]) -> str:
        number = int(mark.group(1))
        if not 1 <= number <= self._passages:
            return ""
        return f" [{self.places.setdefault(number, len(self.places) + 1)}]"


def cited(text: str, passages: Sequence[Passage]) -> tuple[str, list[Citation]]:
    """Give the text with its citations numbered 1, 2, ... as they appear, and the citations."""
    numbering = Numbering(len(passages))
    numbered = numbering(text).strip()
    citations = [_citation(text, number, passages[number - 1]) for number in numbering.places]
    return numbered, citations


def shown(say: Say | None, passages: Sequence[Passage]) -> Say | None:
    """Give `say` so that sentences are numbered as the reply will be: else all would be taken back."""
    if say is None:
        return None
    numbering = Numbering(len(passages))
    return lambda sentence: say(numbering(sentence))


def _citation(text: str, number: int, passage: Passage) -> Citation:
    """Give a citation with the sentence it supports, if the passage has it, else how it begins."""
    before = text.split(f"[{number}]", maxsplit=1)[0]
    said = [part.strip() for part in sentences(MARKER.sub("", before)) if part.strip()]
    quote = said[-1] if said and said[-1] in passage["text"] else passage["text"][:QUOTE_CHARACTERS]
    return Citation(
        passage_id=passage["passage_id"], title=passage["title"], url=passage["url"], quote=quote
    )
