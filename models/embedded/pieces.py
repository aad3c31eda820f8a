"""Passages cut into pieces that can be quoted: sentences, items of lists, rows of tables."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from models.embedded import words

ITEM = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+")
SENTENCE = re.compile(r"(?<=[.!?…])[\"'”)]*\s+(?=[^\s])")
SHORTENED = re.compile(
    r"(?:^|\s)(?:sr|sra|dr|dra|av|art|no|mr|mrs|ms|st|e\.g|i\.e|p\.ex|ex|etc|aprox|vs|tel|n)\.$",
    re.IGNORECASE,
)
UNIT = re.compile(r"^(.*\S)\s*\(([^()]+)\)$")
BARE_NUMBER = re.compile(r"\W*\d[\d.,]*(?:\W*(?:a|to|até|e|and|-|–)?\W*\d[\d.,]*)*\W*")
CODE = re.compile(r"[A-Z\d]{1,3}(?:\W+[A-Z\d]{1,3})*")


@dataclass(frozen=True)
class Piece:
    """A sentence, an item or a row of a passage."""

    passage: int
    place: int
    text: str
    heading: str = ""
    """The line that leads a list or a table, where it ends in a colon."""

    names: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()
    """A table's header and this row of it; empty for anything else."""

    own: str = ""
    """Its own sentence, where `text` begins with another one that it leans on."""

    def cell(self, at: int) -> str:
        """Give a cell of a row under its name."""
        return _cell(self.names[at], self.cells[at])

    def told(self, columns: Sequence[int] = ()) -> str:
        """Give its words; of a row only some columns, where they are given."""
        lead = f"{self.heading} " if self.heading and self.heading not in self.text else ""
        text = told(self.names, self.cells, columns) if columns else self.text
        return f"{lead}{text}".strip()


@dataclass
class _Cutting:
    """What has been read of a passage."""

    at: int
    found: list[Piece] = field(default_factory=list)
    lead: str = ""
    header: tuple[str, ...] | None = None

    def add(self, text: str, **more: Any) -> None:
        self.found.append(Piece(self.at, len(self.found), text, **more))

    @property
    def heading(self) -> str:
        return self.lead if self.lead.endswith(":") else ""


def pieces(at: int, passage: Mapping[str, Any], language: str) -> list[Piece]:
    """Cut a passage; items and rows stay whole, and what leans on the sentence before carries it along."""
    return list(_pieces(at, str(passage.get("text", "")), language))


@lru_cache(maxsize=2_000)
def _pieces(at: int, text: str, language: str) -> tuple[Piece, ...]:
    cut = _Cutting(at)
    for block in _blocks(text):
        line = block.lstrip()
        if line.startswith("|"):
            _row(cut, line)
            continue
        cut.header = None
        if line.startswith("#"):
            cut.lead = line.lstrip("# ").strip()
        elif ITEM.match(block):
            cut.add(_plain(ITEM.sub("", block)), heading=cut.heading)
        else:
            _paragraph(cut, block, language)
    return tuple(cut.found)


def _row(cut: _Cutting, line: str) -> None:
    if set(line) <= set("|-: "):
        return
    cells = tuple(_plain(cell) for cell in line.strip().strip("|").split("|"))
    if cut.header is None:
        cut.header = cells
        return
    cut.add(told(cut.header, cells), heading=cut.heading, names=cut.header, cells=cells)


def _paragraph(cut: _Cutting, block: str, language: str) -> None:
    """Cut a paragraph; a line that leads a list says nothing without its items: they carry it along."""
    said = [_plain(sentence) for sentence in sentences_of(block)]
    before = ""
    for sentence in said:
        if sentence.endswith(":"):
            continue
        whole = f"{before} {sentence}" if before and leans(sentence, language) else sentence
        cut.add(whole, own=sentence if whole != sentence else "")
        before = sentence
    cut.lead = said[-1] if said else ""


def told(names: Sequence[str], cells: Sequence[str], columns: Sequence[int] = ()) -> str:
    """Write a row of a table as people would read it out: `Size M – chest: 92-98 cm; waist: 70-76 cm`.

    `columns` leaves out the others; the first one says what the row is on.
    """
    head = names[0] if names else ""
    subject = cells[0] if cells else ""
    if (
        head
        and not head.endswith("?")
        and (CODE.fullmatch(subject) or BARE_NUMBER.fullmatch(subject))
    ):
        subject = f"{head} {subject}"
    rest = [
        _cell(name, cell)
        for at, (name, cell) in enumerate(zip(names[1:], cells[1:], strict=False), 1)
        if cell and (not columns or at in columns)
    ]
    if not rest:
        return subject
    return f"{subject} – {'; '.join(rest)}" if subject else "; ".join(rest)


def _cell(name: str, cell: str) -> str:
    if not name:
        return cell
    if name.endswith("?"):
        return f"{_small(name)} {cell}"
    unit = UNIT.match(name)
    if unit and BARE_NUMBER.fullmatch(cell):
        return f"{_small(unit[1])}: {cell} {unit[2]}"
    return f"{_small(name)}: {cell}"


def _small(name: str) -> str:
    """Give a header as part of a sentence: no capital, unless it is a name or a code."""
    first = name.split(maxsplit=1)[0] if name.split() else ""
    return name[0].lower() + name[1:] if first[1:].islower() or len(first) == 1 else name


@lru_cache(maxsize=5_000)
def leans(sentence: str, language: str) -> bool:
    """Say whether a sentence says something only after the one before it: "It is our only one"."""
    said = words.load("leaning").get(words.base(language), [])
    start = words.plain(sentence)
    return any(start == one or start.startswith(f"{one} ") for one in said)


def _blocks(text: str) -> list[str]:
    """Give paragraphs, list items and table rows, wrapped lines joined."""
    blocks: list[str] = []
    for line in text.splitlines():
        starts = ITEM.match(line) or line.lstrip().startswith(("|", "#"))
        if not line.strip():
            blocks.append("")
        elif starts or not blocks or not blocks[-1] or blocks[-1].lstrip().startswith(("|", "#")):
            blocks.append(line)
        else:
            blocks[-1] += " " + line.strip()
    return [block for block in blocks if block.strip()]


def sentences_of(text: str) -> list[str]:
    """Give the sentences of a paragraph; "Dr." and the like end none."""
    found: list[str] = []
    for part in SENTENCE.split(text.strip()):
        if found and SHORTENED.search(found[-1]):
            found[-1] += " " + part
        elif part.strip():
            found.append(part.strip())
    return found


def _plain(markdown: str) -> str:
    """Give Markdown's text without its marks."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", markdown)
    text = re.sub(r"(\*\*|__|`)(.+?)\1", r"\2", text)
    return " ".join(re.sub(r"(?<!\w)[*_](\S.*?)[*_](?!\w)", r"\1", text).split())
