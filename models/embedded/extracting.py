"""The sentences of passages that answer a question, in the passages' own words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from models.embedded import expected, places, words
from models.embedded.features import meanings, meanings_at
from models.embedded.pieces import Piece, pieces
from models.embedded.spelling import Spelling, counted

MOST_QUOTES = 3
LEAST_COVERAGE = 0.1
"""Share of a question's words of meaning, by rarity, that passage and sentence must have."""

SECOND_SHARE = 0.72
"""Score of a further sentence, against the best, from which it is quoted as well."""

KINDS = ("term", "price", "delay", "thing")
KIND_WEIGHT = 0.3
"""Weight of a word that says what kind of answer is wanted, against one that says what it is about."""

WHOLE_KIND = 0.4
"""What a sentence gains by the kind of thing that is asked: a time, a price, a number."""

PLACE = 0.8
"""What a sentence gains by the place that is asked."""

OPENING = 0.15
"""What a sentence of an article's opening gains: it holds what the article is about."""

TITLE_WEIGHT = 0.35
CONTEXT_WEIGHT = 0.25


@dataclass(frozen=True)
class Quote:
    """A sentence of a passage that answers."""

    n: int
    """The passage's number in the list, from 1, or its own `n`."""

    sentence: str
    """The passage's words, list items and table rows whole and under their heading."""

    score: float = 0.0
    """0 to about 2: how well it answers; above `LEAST_COVERAGE` it was taken."""


@dataclass(frozen=True)
class _Scored:
    score: float
    piece: Piece
    holds: bool
    near: float

    @property
    def order(self) -> tuple[float, int, int]:
        return (self.score, -self.piece.passage, -self.piece.place)


@dataclass(frozen=True)
class _Question:
    """A question and the passages that it is put to."""

    text: str
    language: str
    passages: Sequence[Mapping[str, Any]]

    @cached_property
    def wanted(self) -> dict[str, float]:
        return _wanted(self.text, self.language)

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        return expected.asked(self.text, self.language)

    @cached_property
    def places(self) -> tuple[places.Place, ...]:
        return places.named(self.text)

    @cached_property
    def pieces(self) -> list[Piece]:
        return [
            piece
            for at, passage in enumerate(self.passages)
            for piece in pieces(at, passage, self.language)
        ]

    @cached_property
    def rarity(self) -> dict[str, float]:
        each = [self.stems(f"{piece.heading} {piece.text}") for piece in self.pieces]
        return _rarity(self.wanted, each)

    @cached_property
    def titles(self) -> list[frozenset[str]]:
        return [self.stems(str(passage.get("title", ""))) for passage in self.passages]

    @cached_property
    def whole(self) -> list[frozenset[str]]:
        return [self.stems(_written(passage)) for passage in self.passages]

    @cached_property
    def local(self) -> bool:
        """Whether some line is on the place that is asked."""
        return bool(self.places) and any(self.near(piece) for piece in self.pieces)

    def stems(self, text: str) -> frozenset[str]:
        return _stems(text, self.language)

    def share(self, of: frozenset[str]) -> float:
        """Give how much of the question some words are, by rarity, 0 to 1."""
        weight = {stem: part * self.rarity[stem] for stem, part in self.wanted.items()}
        return sum(part for stem, part in weight.items() if stem in of) / sum(weight.values())

    def near(self, piece: Piece) -> float:
        """Give how well the places of a piece answer for those asked, 0 to 1."""
        return places.nearness(self.places, _places(piece)) if self.places else 0.0

    def holds(self, text: str) -> bool:
        return any(expected.holds(kind, text) for kind in self.kinds[:1])


def extract(question: str, passages: Sequence[Mapping[str, Any]], language: str) -> list[Quote]:
    """Give the one to three sentences that answer best, best first; `[]` when no passage fits."""
    written = [_written(passage) for passage in passages]
    mended = Spelling(counted(written, language), language).text(question)
    asked = _Question(mended, language, passages)
    if not asked.wanted or not asked.pieces:
        return []
    scored = sorted(
        (_score(asked, piece) for piece in asked.pieces), key=lambda one: one.order, reverse=True
    )
    scored = _fitting(asked, scored)
    if not scored or scored[0].score <= 0:
        return []
    best = scored[0]
    told = best.near or (best.holds and expected.strict(mended, language))
    if not told and asked.share(asked.whole[best.piece.passage]) < LEAST_COVERAGE:
        return []
    return _quotes(asked, scored)


def _written(passage: Mapping[str, Any]) -> str:
    return f"{passage.get('title', '')} {passage.get('text', '')}"


def _score(asked: _Question, piece: Piece) -> _Scored:
    own = asked.stems(f"{piece.heading} {piece.text}")
    holds, near = asked.holds(piece.text), asked.near(piece)
    if near and piece.cells:
        own |= asked.titles[piece.passage]  # what a table is on, no row says again
    score = asked.share(own) + TITLE_WEIGHT * asked.share(asked.titles[piece.passage])
    score += CONTEXT_WEIGHT * asked.share(asked.whole[piece.passage])
    if holds:
        score += WHOLE_KIND
        score += OPENING if _opens(asked.passages[piece.passage]) else 0.0
    elif expected.agrees(asked.text, piece.text, asked.language):
        score += 0.12
    score += PLACE * near
    score -= 0.03 * piece.passage  # the search put the likelier one first
    if (piece.own or piece.text).rstrip().endswith("?"):
        score -= 0.5  # a question answers none
    if len(words.words(piece.text)) < 3:
        score -= 0.3
    return _Scored(score, piece, holds, near)


def _opens(passage: Mapping[str, Any]) -> bool:
    return " › " not in str(passage.get("title", ""))


def _fitting(asked: _Question, scored: Sequence[_Scored]) -> list[_Scored]:
    """Leave out what is on other places than the one asked, and what lacks the number that is asked for."""
    kept = [*scored]
    if asked.local:
        kept = [one for one in kept if one.near or not _places(one.piece)]
    if expected.strict(asked.text, asked.language) and any(one.holds for one in kept):
        kept = [one for one in kept if one.holds]
    if kept and kept[0].near:
        kept = [one for one in kept if one.near == kept[0].near]
    return kept


def _quotes(asked: _Question, scored: Sequence[_Scored]) -> list[Quote]:
    """Take the best piece and those near it in score, in reading order within a passage."""
    kind = (
        WHOLE_KIND + OPENING if scored[0].holds else 0.0
    )  # what all of them have tells none apart
    top = scored[0].score - kind
    least = max(SECOND_SHARE * top, top - 0.5)
    taken = [one for one in scored[:MOST_QUOTES] if one.score - kind >= least]
    # Beside a sentence that has the time or the price that was asked, one without it only distracts.
    if any(one.holds for one in taken):
        taken = [one for one in taken if one.holds]
    first = scored[0].piece.passage
    found = sorted(
        (one for one in taken if not _within(one, taken)),
        key=lambda one: (one.piece.passage != first, one.piece.passage, one.piece.place),
    )
    quotes: list[Quote] = []
    for one in found:
        n = int(asked.passages[one.piece.passage].get("n", one.piece.passage + 1))
        quotes.append(Quote(n, one.piece.told(_columns(asked, one.piece)), round(one.score, 3)))
    return quotes


def _within(one: _Scored, taken: Sequence[_Scored]) -> bool:
    """Say whether another piece that was taken says this one as well."""
    return any(
        one is not other
        and one.piece.text in other.piece.text
        and (one.piece.text != other.piece.text or other.order > one.order)
        for other in taken
    )


def _columns(asked: _Question, piece: Piece) -> tuple[int, ...]:
    """Give the columns of a row that are asked for; `()`: all."""
    if len(piece.names) < 3:
        return ()
    named = {
        at
        for at, name in enumerate(piece.names[1:], 1)
        if any(stem in asked.wanted for stem in asked.stems(name))
    }
    kinds = [kind for kind in asked.kinds if kind != "count"]  # any cell may be a number
    held = {
        at
        for at in range(1, min(len(piece.names), len(piece.cells)))
        if any(expected.holds(kind, piece.cell(at)) for kind in kinds)
    }
    if not named:
        return tuple(sorted(held)) if len(held) == 1 or not held else ()
    # Named are the columns she means; of another kind that she asks for as well, the ones that hold it.
    others = {at for at in held if not any(_alike(piece, at, one) for one in named)}
    return tuple(sorted(named | others))


def _alike(piece: Piece, one: int, other: int) -> bool:
    """Say whether two cells hold the same kind of thing."""
    first, second = piece.cell(one), piece.cell(other)
    return any(expected.holds(kind, first) and expected.holds(kind, second)
               for kind in ("hours", "price", "duration"))  # fmt: skip


@lru_cache(maxsize=5_000)
def _places(piece: Piece) -> tuple[places.Place, ...]:
    """Give the places that a piece names; a row each cell for itself."""
    texts = piece.cells or (piece.own or piece.text,)
    return tuple(place for text in texts for place in places.named(text))


def _wanted(question: str, language: str) -> dict[str, float]:
    """Give what the question is about: stems of its words of meaning, and their meanings."""
    tokens = words.words(question, language)
    said = [*meanings_at(tokens, _spoken(language))]
    # "send it back" is one meaning: neither "send" nor "back" is what the question is about.
    joined = {place for at, size, _ in said if size > 1 for place in range(at, at + size)}
    single = [token for place, token in enumerate(tokens) if place not in joined]
    telling = words.content(single, (words.base(language),))
    asking = {word for phrase in words.load("questions").get(words.base(language), [])
              for word in words.folded(phrase).split()}  # fmt: skip
    telling = [word for word in telling if word not in asking] or telling
    kinds = kind_stems(language)
    stems = words.stems(telling, language)
    wanted = {stem: KIND_WEIGHT if stem in kinds else 1.0 for stem in stems}
    for _, size, meaning in said:
        if meaning not in ("want", "hello", "thanks", "how", *KINDS):
            wanted[f"={meaning}"] = max(wanted.get(f"={meaning}", 0.5), 1.0 if size > 1 else 0.5)
    return wanted


@lru_cache(maxsize=8)
def kind_stems(language: str, kinds: tuple[str, ...] = KINDS) -> frozenset[str]:
    """Give the stems that say what kind of answer is wanted ("time", "days"), not what it is about."""
    listed = words.load("thesaurus")
    said = [word for kind in kinds for phrase in listed[kind] for word in words.words(str(phrase))]
    return frozenset(words.stem(word, language) for word in said)


def _rarity(wanted: dict[str, float], each: list[frozenset[str]]) -> dict[str, float]:
    """Weigh each wanted stem by how few pieces have it; one that none has weighs like a middling one."""
    count = len(each)
    return {
        stem: 0.6 + 0.4 * (1 - sum(stem in piece for piece in each) / max(1, count))
        for stem in wanted
    }


@lru_cache(maxsize=2_000)
def _stems(text: str, language: str) -> frozenset[str]:
    tokens = words.words(text, language)
    found = set(words.stems(tokens, language))
    return frozenset(found | {f"={meaning}" for meaning in meanings(tokens, _spoken(language))})


def _spoken(language: str) -> tuple[str, ...]:
    return (words.base(language),)
