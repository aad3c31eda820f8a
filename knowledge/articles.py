"""Read Markdown articles, and cut them into passages that a person would quote."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict

from core.errors import WorkspaceError
from core.sentences import sentences
from core.workspace import Workspace, check
from knowledge import Audience

VERSION = "2"
"""Raise it when articles are cut otherwise, so that what was cut before is cut anew."""

MAX_BYTES = 1_000_000
"""Larger files are refused: nobody reads them, and no answer quotes them."""

MAX_PATH = 200
"""Characters of an article's path below `knowledge/`; it is a key in the tables."""

LONG = 900
"""Characters above which a passage is cut at a paragraph."""

LONGEST = 1_800
"""Characters above which a paragraph of sentences is cut as well."""

WHOLE = ("|", "-", "*", "+", ">", "```", "~~~", "1")
"""How a list, a table, a quotation or code begins: they are never cut."""

NOTE = re.compile(r"^\[\^([^\]\s]+)\]:[ \t]*(.+(?:\n[ \t]+\S.*)*)\n?", re.MULTILINE)
POINTER = re.compile(r"\[\^([^\]\s]+)\]")
"""Markdown's footnotes: `a price[^1]`, and `[^1]: what is said of it` elsewhere."""


class Front(BaseModel):
    """Front matter of an article; all of it may be missing."""

    model_config = ConfigDict(extra="forbid")

    title: str = ""
    url: str = ""
    tags: list[str] = []
    audience: Audience = "customer"
    questions: list[str] = []
    """What customers ask that this article answers, in their words."""

    valid_from: date | None = None
    valid_until: date | None = None
    """Last day it holds."""

    updated: date | None = None
    """Day somebody last went over it; of two articles that disagree, it tells the older."""


@dataclass(frozen=True)
class Piece:
    """One passage of an article."""

    passage_id: str
    title: str
    text: str


@dataclass(frozen=True)
class Article:
    """One file of `knowledge/<language>/`."""

    source_id: str
    digest: str
    language: str
    front: Front
    pieces: tuple[Piece, ...]


def articles(workspace: Workspace) -> list[Article]:
    """Read every article of a workspace.

    Raises:
        WorkspaceError: a file is too large, not text, or its front matter is wrong.
    """
    folder = workspace.path / "knowledge"
    return [
        read(path, path.relative_to(folder).as_posix(), language)
        for language in workspace.profile.languages
        for path in sorted((folder / language).rglob("*.md"))
    ]


def read(path: Path, source_id: str, language: str) -> Article:
    """Read one article."""
    if len(source_id) > MAX_PATH:
        raise WorkspaceError(f"{path}: its path is longer than {MAX_PATH} characters; shorten it.")
    try:
        if path.stat().st_size > MAX_BYTES:
            raise WorkspaceError(
                f"{path} is larger than {MAX_BYTES:,} bytes; split it into articles."
            )
        text = path.read_text("utf-8-sig").replace("\r\n", "\n").replace("\0", "")
    except UnicodeDecodeError as error:
        raise WorkspaceError(f"{path} is not UTF-8 text: {error}") from error
    except OSError as error:
        raise WorkspaceError(f"{path} cannot be read: {error}") from error
    front, body = _front(path, text)
    if not front.title:
        front = front.model_copy(update={"title": _first_heading(body) or path.stem})
    digest = hashlib.sha256(f"{VERSION}\0{text}".encode()).hexdigest()
    return Article(source_id, digest, language, front, _pieces(source_id, front.title, body))


def _front(path: Path, text: str) -> tuple[Front, str]:
    if not text.startswith("---\n"):
        return Front(), text
    parts = text.split("---\n", 2)
    if len(parts) < 3:
        raise WorkspaceError(f"{path}: the front matter has no closing line of '---'.")
    try:
        given: Any = yaml.safe_load(parts[1]) or {}
    except (yaml.YAMLError, RecursionError, ValueError) as error:  # ValueError: a 13th month
        raise WorkspaceError(
            f"{path}: the front matter is not YAML: {error}. "
            "Write each question on a line of its own that begins with '- '."
        ) from error
    if not isinstance(given, dict):
        raise WorkspaceError(f"{path}: the front matter should be 'name: value' lines.")
    return check(path, Front, given), parts[2]


def _first_heading(body: str) -> str:
    return next((text for level, text in _lines(body) if level), "")


def _lines(body: str) -> Iterator[tuple[int, str]]:
    """Give each line with its level as a heading, 1 to 6, or 0; code has no headings."""
    fence = ""
    for line in body.split("\n"):
        mark = line.lstrip()[:3]
        if mark in ("```", "~~~") and fence in ("", mark):
            fence = "" if fence else mark
        level = len(line) - len(line.lstrip("#"))
        text = line[level:].strip().rstrip("#").rstrip()
        if not fence and 0 < level <= 6 and line[level : level + 1].isspace() and text:
            yield level, text
        else:
            yield 0, line.rstrip()


def _pieces(source_id: str, title: str, body: str) -> tuple[Piece, ...]:
    """Cut a body at its headings, long sections at paragraphs; lists and tables stay whole."""
    pieces: list[Piece] = []
    path: list[tuple[int, str]] = []
    block: list[str] = []

    notes, body = _notes(body)

    def close() -> None:
        heading = " › ".join(dict.fromkeys([title, *(text for _, text in path)]))
        pieces.extend(
            Piece(_id(source_id, heading, text), heading, text)
            for text in _cut(_noted("\n".join(block).strip(), notes))
        )
        block.clear()

    for level, text in _lines(body):
        if level:
            close()
            path = [step for step in path if step[0] < level] + [(level, text)]
        else:
            block.append(text)
    close()
    return tuple({piece.passage_id: piece for piece in pieces}.values())


def _notes(body: str) -> tuple[dict[str, str], str]:
    """Give the footnotes of a body by their marks, and the body without them."""
    notes = {found[1]: " ".join(found[2].split()) for found in NOTE.finditer(body)}
    return notes, NOTE.sub("", body) if notes else body


def _noted(text: str, notes: Mapping[str, str]) -> str:
    """Put footnotes behind the section that points to them: nobody reads the foot of the page there."""
    marks = dict.fromkeys(mark for mark in POINTER.findall(text) if mark in notes)
    if not marks:
        return text
    bare = POINTER.sub(lambda found: "" if found[1] in notes else found[0], text)
    return "\n\n".join([bare, *(notes[mark] for mark in marks)])


def _cut(text: str) -> list[str]:
    """Cut a section at blank lines where it is long, and endless paragraphs at sentences."""
    cuts: list[str] = []
    for paragraph in filter(None, (part.strip() for part in text.split("\n\n"))):
        if cuts and len(cuts[-1]) + len(paragraph) < LONG:
            cuts[-1] += f"\n\n{paragraph}"
        elif cuts and cuts[-1].endswith(":"):
            cuts[-1] += f"\n\n{paragraph}"  # what a colon announces belongs to it
        elif len(paragraph) > LONGEST and not paragraph.startswith(WHOLE):
            cuts += _cut_sentences(paragraph)
        else:
            cuts.append(paragraph)
    return cuts


def _cut_sentences(paragraph: str) -> list[str]:
    cuts = [""]
    for sentence in sentences(paragraph):
        if cuts[-1] and len(cuts[-1]) + len(sentence) > LONG:
            cuts.append("")
        cuts[-1] += sentence
    return [cut.strip() for cut in cuts if cut.strip()]


def _id(source_id: str, title: str, text: str) -> str:
    digest = hashlib.sha256(f"{source_id}\0{title}\0{text}".encode()).hexdigest()
    return f"passage_{digest[:24]}"
