"""Approved answers: what people of the company have agreed to say, in each language, by question and by wish.

`answers.yaml` of a workspace:

    answers:
      - id: opening_hours
        title: {pt-BR: Horário, en: Opening hours}
        intents: [hours]
        questions: {pt-BR: [que horas vocês abrem?], en: [when do you open?]}
        text:
          pt-BR: "Olá, {first_name}! ..."
          en: "Hello {first_name}! ..."
        approved_by: Helena Prado
        approved_on: 2026-11-20
        valid_until: 2027-12-31

Whoever uses one fills its places; one that cannot be filled is shown as it is. With `ai: true` the AI gives
it by itself, word for word, to whoever surely asks just that.
"""

import re
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, model_validator

from core.errors import ModelFailed, WorkspaceError
from core.workspace import Text, Workspace, read_model, said
from knowledge import matters
from knowledge.dense import Held
from knowledge.index import Asked, Entry, Hit, Index
from knowledge.reading import terms, units
from knowledge.retrieval import OFF_TOPIC
from knowledge.spoken import speaking
from models import Embedder
from models.usage import mark_degraded

FILE = "answers.yaml"
PLACE = re.compile(r"\{([^{}\n]*)\}")
PLACES = ("customer_name", "first_name", "writer", "company", "assistant")
"""Places that every workspace has; the slots of its journeys are others."""

AI_PLACES = ("customer_name", "first_name", "company", "assistant")
"""Places that the AI fills: what a slot holds may be of another matter, and nobody writes."""


class Answer(BaseModel):
    """An answer that somebody has approved."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{0,60}$")
    title: Text
    intents: list[str] = []
    """What she wants when this fits, whatever her words."""

    questions: dict[str, list[str]] = {}
    """What customers ask that this answers, in their words, by language."""

    text: Text
    """With places such as `{first_name}`."""

    url: str = ""
    """Where a customer can read on."""

    ai: bool = False
    """Whether the AI may give it by itself: it is right for everybody who asks, asks nothing back and
    promises nothing that somebody would have to do."""

    approved_by: str = Field(min_length=1)
    approved_on: date
    valid_from: date | None = None
    valid_until: date | None = None
    """Last day it holds."""

    @model_validator(mode="after")
    def _usable(self) -> "Answer":
        if not self.intents and not any(self.questions.values()):
            raise ValueError(f"{self.id!r} has neither `intents` nor `questions`: nothing finds it")
        if self.ai and (wrong := self._unfit()):
            raise ValueError(f"{self.id!r} is none that the AI can give by itself: {wrong}")
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise ValueError(f"{self.id!r} ends before it begins")
        return self

    def _unfit(self) -> str:
        """Say why the AI could not give it by itself; empty: it could."""
        if not any(self.questions.values()):
            return "without `questions` nobody surely asks for it"
        if beyond := sorted(self.places() - {*AI_PLACES}):
            return f"it fills {list(AI_PLACES)}, and not {beyond}"
        if any(text.rstrip().endswith("?") for text in self.text.values()):
            return "it ends with a question, and nobody would wait for what is replied"
        return ""

    def holds(self, day: date) -> bool:
        """Say whether it may be used on a day."""
        return (self.valid_from or day) <= day <= (self.valid_until or day)

    def places(self) -> set[str]:
        """Give the names of the places in its texts."""
        return {name for text in self.text.values() for name in PLACE.findall(text)}


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    answers: list[Answer]


def load(
    workspace: Workspace, intents: Collection[str], slots: Collection[str]
) -> tuple[Answer, ...]:
    """Read the approved answers of a workspace; `()` where it has none.

    Raises:
        WorkspaceError: something in the file is wrong; the message names what, and what there is.
    """
    path = workspace.path / FILE
    if not path.is_file():
        return ()
    found = tuple(read_model(path, _File).answers)
    wrong = [*_twice(found), *_unspoken(found, workspace.profile.languages)]
    for answer in found:
        if unknown := sorted(set(answer.intents) - set(intents)):
            wrong.append(f"{answer.id}: {unknown} are no intents; there are {sorted(intents)}")
        if unknown := sorted(answer.places() - {*PLACES, *slots}):
            wrong.append(
                f"{answer.id}: {unknown} are no places; there are {[*PLACES, *sorted(slots)]}"
            )
    if wrong:
        raise WorkspaceError(f"{path}: {'; '.join(wrong)}.")
    return found


def _twice(found: Sequence[Answer]) -> Iterator[str]:
    ids = [answer.id for answer in found]
    yield from (
        f"the id {one!r} is there twice" for one in sorted({i for i in ids if ids.count(i) > 1})
    )


def _unspoken(found: Sequence[Answer], languages: Sequence[str]) -> Iterator[str]:
    """Say which texts and questions are missing in a language, or are in one that is not spoken."""
    for answer in found:
        told: Iterable[tuple[str, Mapping[str, object]]] = (
            ("title", answer.title),
            ("text", answer.text),
            *([("questions", answer.questions)] if answer.questions else []),
        )
        for name, texts in told:
            if set(texts) != set(languages):
                yield f"{answer.id}: `{name}` is in {sorted(texts)}, and spoken are {sorted(languages)}"


def filled(text: str, values: Mapping[str, str]) -> tuple[str, list[str]]:
    """Give a text with its places filled, and the names of those that stay as they are."""
    missing = dict.fromkeys(name for name in PLACE.findall(text) if not values.get(name))
    return PLACE.sub(lambda place: values.get(place[1]) or place[0], text), list(missing)


def beyond(answer: Answer, text: str, language: str) -> list[str]:
    """Give the words of a text that mean something and are new to an answer's questions and title."""
    listed = [*answer.questions.get(language, []), said(answer.title, language)]
    known = set(terms("\n".join(listed), language))
    return [
        word
        for word, stem, meanings in units(text, language)
        if stem not in known and not meanings & known
    ]


def names(customer: str, company: str, assistant: str) -> dict[str, str]:
    """Give what fills the places that every workspace has, but for who writes."""
    return {
        "customer_name": customer,
        "first_name": customer.partition(" ")[0],
        "company": company,
        "assistant": assistant,
    }


class Fit(NamedTuple):
    """An answer that fits what she wrote."""

    answer: Answer
    score: float
    """Chance that it answers, 0 to 1."""

    by: Literal["question", "intent"]
    alike: float = 0.0
    """How near what she wrote is to the nearest of its questions, -1 to 1."""


class Approved:
    """The approved answers of a workspace, found by question and by wish."""

    def __init__(self, answers: Sequence[Answer], embedder: Embedder) -> None:
        self.answers = tuple(answers)
        self._embedder = embedder
        self._indexes: dict[str, Index] = {}
        self._building = threading.Lock()

    def fitting(
        self, text: str, language: str, day: date, wishes: Mapping[str, float], limit: int = 3
    ) -> list[Fit]:
        """Give the answers that fit, best first; `[]`: none does. CPU-bound, call it on a thread.

        Args:
            day: on which it would be said.
            wishes: what she wants by intent, with how sure that is.
        """
        holding = {answer.id: answer for answer in self.answers if answer.holds(day)}
        if not holding:
            return []
        hits = self._hits(text, language, limit, holding)
        found = {
            hit.entry.source_id: Fit(holding[hit.entry.source_id], hit.score, "question", hit.alike)
            for hit in reversed(hits)
        }
        for answer in holding.values():
            sure = max((wishes.get(intent, 0.0) for intent in answer.intents), default=0.0)
            if sure > (found[answer.id].score if answer.id in found else 0.0):
                found[answer.id] = Fit(answer, sure, "intent")
        return sorted(found.values(), key=lambda fit: -fit.score)[:limit]

    def _hits(
        self, text: str, language: str, limit: int, holding: Mapping[str, Answer]
    ) -> list[Hit]:
        """Search by question; an embedder that does not answer leaves the wishes."""
        try:
            return self._index(language).search(text, limit, holding)
        except ModelFailed as failure:
            mark_degraded(str(failure))
            return []

    def _index(self, language: str) -> Index:
        """Give the index of a language, made at its first use; it is small, and held in memory."""
        with self._building:
            if language not in self._indexes:
                self._indexes[language] = self._made(language)
            return self._indexes[language]

    def _made(self, language: str) -> Index:
        entries = [
            Entry(answer.id, answer.id, said(answer.title, language), said(answer.text, language))
            for answer in self.answers
        ]
        asked = [
            Asked(f"{answer.id}:{place}", answer.id, text)
            for answer in self.answers
            for place, text in enumerate(answer.questions.get(language, []))
        ]
        embedder = speaking(self._embedder, language)
        texts = {one.passage_id: f"{one.title}\n{one.text}" for one in entries}
        texts |= {one.key: one.text for one in asked}
        held = Held([*texts], embedder.embed([*texts.values()]))
        directions = matters.directions(self._embedder)
        off_topic = OFF_TOPIC.get(language, [])
        return Index(entries, asked, language, held, embedder, off_topic, directions)
