"""Answers to a yes/no question that is open, by a reader that is trained on how people answer.

An answer is read part by part, as commas and full stops cut it. A part is a phrase that was taught, a few
of them in a row, or what the trained reader makes of it; a message is an answer only if every part is
one. Where a yes would carry out what was proposed, a part must say nothing that no yes was ever taught to
say, deny nothing and put no condition.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import Literal

import numpy as np

from models.embedded import words

Meaning = Literal["yes", "no", "drop", ""]

MARKS: dict[str, Meaning] = {"👍": "yes", "👌": "yes", "✅": "yes", "👎": "no", "❌": "no"}

ACT = "<act>"
"""Stands for the words of what was proposed."""

PARTS = re.compile(r"([^,.;:!?\n–—…]+)([,.;:!?\n–—…]*)")
JOINS = re.compile(r"(?:^|\s)(?:e|and|&)\s", re.IGNORECASE)
TAGS = 2
"""Words of a tag question, "tá?", that asks for nothing."""

MOST_PHRASES = 4
"""Phrases that may follow each other without a comma."""

BARE = 3
"""Words of an answer that says no more than what to do."""

LONGEST_PHRASE = 8
LONGEST_ANSWER = 40
"""Words of a message that may be an answer and nothing else."""

FIRST_CLAUSE = 10
"""Words of a proposal that say what will be done."""

LEARNED = ("yes", "no", "drop", "come", "onward", "soft", "aside", "regret")
SOFT = ("soft", "polite")
RIDGE = 0.6
SURE = {"yes": 0.5, "no": 0.55, "come": 0.55, "onward": 0.6, "soft": 0.6, "regret": 0.45}
"""Score from which a part that was not taught is taken for one of a kind.

Of the phrases left out in turn, a fifth each time, none that is no yes was taken for one from here on,
but for mockery ("yeah right"), which is taught.
"""

AHEAD = {"yes": 0.3, "no": 0.2, "come": 0.25, "onward": 0.35, "soft": 0.3, "regret": 0.2}
"""And how far it must be before the next kind. To decline and to drop the matter count as one."""

KNOWN = {"no": 0.8, "drop": 0.8, "come": 0.8, "soft": 0.8, "regret": 0.6}
"""Share of its words that the phrases of a kind must have; all of them for a yes, all of meaning for a no."""


def meaning(text: str, language: str, about: str = "") -> Meaning:
    """Give what a message answers to the question that is open, if it answers and does nothing else.

    `about` is what was proposed, as it was put.
    """
    reader = _reader(words.base(language))
    if reader is None or any(sign.isdigit() for sign in text):
        return ""
    if not words.words(text):
        return next((MARKS[sign] for sign in text if sign in MARKS), "")
    proposed = _proposed(about, reader.language)
    for bold in (False, True) if proposed.stems else (False,):
        found = reader.parts(text, proposed, bold=bold)
        if found is not None:
            answer = _together(found, stops=proposed.stops)
            if answer:
                return answer
    return ""


def doubtful(text: str, language: str, about: str = "") -> bool:
    """Say whether a part of a message puts a condition, mocks, asks, or says what another said."""
    reader = _reader(words.base(language))
    if reader is None:
        return False
    proposed = _proposed(about, reader.language)
    return any(
        reader.kind(part, proposed) == "aside" for part, _ in _cut(text)
    )


def regrets(text: str, language: str, about: str = "") -> bool:
    """Say whether a part of a message wishes that what was just done had not been done."""
    reader = _reader(words.base(language))
    if reader is None:
        return False
    done = _proposed(about, reader.language)
    return any(reader.regrets(part, done) for part, _ in _cut(text))


def _together(found: Sequence[str], *, stops: bool) -> Meaning:
    """Give what the kinds of all parts come to."""
    kinds = {*found} - {"soft"}
    if "polite" in kinds:  # "please" agrees where nothing else is said
        kinds = kinds - {"polite"} or {"yes"}
    if kinds == {"yes"}:
        return "yes"
    if kinds <= {"yes", "onward"} and kinds:
        return "" if stops else "yes"
    if kinds == {"no"}:
        return "no"
    if kinds and kinds <= {"no", "drop"}:
        return "drop"
    if stops and "come" in kinds and kinds <= {"come", "drop", "no", "onward"}:
        return "drop"
    return ""


@dataclass(frozen=True)
class _Proposed:
    """What was proposed."""

    stems: frozenset[str] = frozenset()
    head: frozenset[str] = frozenset()
    """What will be done, without what it is done to."""

    stops: bool = False
    """Whether it would stop something, so that "send it" is no yes to it."""


@lru_cache(maxsize=128)
def _proposed(about: str, base: str) -> _Proposed:
    said = words.words(about, base)
    told = [word for word in words.content(said, (base,)) if word.isalpha() and len(word) > 2]
    stems = words.stems(told, base)
    stopping = _stopping(base)
    stops = bool(stopping & {*words.stems(said[:FIRST_CLAUSE], base)})
    reader = _reader(base)
    usual = bool(told) and reader is not None and told[0] in reader.taught
    head = stopping if stops else frozenset(stems[: 2 if usual else 1])  # "open the return"
    return _Proposed(frozenset(stems), head, stops)


@cache
def _stopping(base: str) -> frozenset[str]:
    return frozenset(words.stems(words.words(" ".join(_listed(base)["stops"]), base), base))


def _cut(text: str) -> list[tuple[str, bool]]:
    """Give the parts of a message, and whether each is asked."""
    found = [(match[1].strip(), "?" in match[2]) for match in PARTS.finditer(text)]
    return [(part, asked) for part, asked in found if words.words(part)]


@dataclass
class _Reader:
    """What was learned of answers in one language."""

    language: str
    phrases: Mapping[str, str]
    """The kind of each phrase that was taught, with `ACT` in its place."""

    vocabulary: Mapping[str, frozenset[str]]
    """The words of the phrases of each kind."""

    places: Mapping[str, int]
    weights: np.ndarray
    """(n_features, n_kinds) of the ridge regression."""

    asked: frozenset[str]
    denying: frozenset[str]
    taught: frozenset[str]

    def parts(self, text: str, proposed: _Proposed, *, bold: bool) -> list[str] | None:
        """Give the kind of every part; None where one is no part of an answer."""
        cut = _cut(text)
        if not cut or sum(len(part.split()) for part, _ in cut) > LONGEST_ANSWER:
            return None
        found: list[str] = []
        for at, (part, asked) in enumerate(cut):
            kinds = self.kinds(part, proposed, asked=asked, first=at == 0, bold=bold)
            if kinds is None:
                return None
            found += kinds
        return found

    def kinds(
        self, part: str, proposed: _Proposed, *, asked: bool, first: bool, bold: bool
    ) -> list[str] | None:
        """Give the kinds of a part, which may be several phrases; None where it is no answer."""
        said = self._said(part, proposed, bold=bold)
        if asked:
            plain = " ".join(said)
            if plain in self.asked:
                return ["yes"]
            kind = self.phrases.get(plain, "")
            tag = not first and len(said) <= TAGS and kind in ("yes", *SOFT)
            return ["soft"] if kind == "soft" and len(said) > 1 or tag else None
        if ACT in said and not self._names_act(part, said, proposed):
            return None
        row = self._in_a_row(said)
        if row and not {"no", "drop"} & {*row} or row and not {"yes", "onward"} & {*row}:
            return row
        if (kind := self.learned(said)) not in ("", "aside"):
            return [kind]
        pieces = [piece for piece in JOINS.split(part) if words.words(piece)]
        if pieces == [part]:
            return row
        found: list[str] = []
        for piece in pieces:
            kinds = self.kinds(piece, proposed, asked=False, first=False, bold=bold)
            if kinds is None:
                return row
            found += kinds
        return found

    def kind(self, part: str, proposed: _Proposed) -> str:
        """Give the kind of a whole part, aside ones too."""
        said = self._said(part, proposed, bold=False)
        return self.phrases.get(" ".join(said)) or self.learned(said)

    def regrets(self, part: str, done: _Proposed) -> bool:
        """Say whether a part regrets."""
        said = self._peeled(self._said(part, done, bold=False))
        plain = " ".join(said)
        return plain in _regretting(self.language) or self.learned(said, ("regret",)) == "regret"

    def learned(self, said: Sequence[str], only: Sequence[str] = ()) -> str:
        """Give what the trained reader makes of words, or nothing where it is not sure."""
        said = self._peeled(said)
        if not said:
            return "soft"
        scores = dict(zip(LEARNED, self.scores(said).tolist(), strict=True))
        declined = max(("no", "drop"), key=lambda kind: scores[kind])
        scores["no"] += scores.pop("drop")
        if "regret" not in only:
            del scores["regret"]
        kind, second = sorted(scores, key=lambda one: -scores[one])[:2]
        if kind == "aside":
            return "aside"
        if scores[kind] < SURE[kind] or scores[kind] - scores[second] < AHEAD[kind]:
            return ""
        kind = declined if kind == "no" else kind
        return kind if self._may_be(kind, said) else ""

    def _may_be(self, kind: str, said: Sequence[str]) -> bool:
        """Say whether the words are enough of a kind's own; a yes says nothing else, and denies nothing."""
        known = self.vocabulary[kind]
        share = sum(word in known for word in said) / len(said)
        if kind in ("no", "drop"):
            told = words.content(said, (self.language,))
            return share >= KNOWN[kind] and known.issuperset(told)
        if kind not in ("yes", "onward"):
            return share >= KNOWN[kind]
        asks = words.is_question(" ".join(said), self.language)
        return share == 1 and ACT not in said and not asks and not self.denying & {*said}

    def scores(self, said: Sequence[str]) -> np.ndarray:
        """Give how much words speak for each kind."""
        found = _features(said)
        places = [(self.places[one], weight) for one, weight in found.items() if one in self.places]
        length = float(np.sqrt(sum(weight**2 for weight in found.values())))
        if not places:
            return np.zeros(len(LEARNED))
        at, weights = zip(*places, strict=True)
        return np.array(weights) @ self.weights[list(at)] / max(length, 1e-9)

    def _in_a_row(self, said: Sequence[str]) -> list[str] | None:
        """Give the kinds of the fewest phrases that make up these words, and no others."""
        best: list[list[str] | None] = [[]]
        for end in range(1, len(said) + 1):
            ways = [
                [*before, kind]
                for start in range(max(0, end - LONGEST_PHRASE), end)
                if (before := best[start]) is not None
                and (kind := self.phrases.get(" ".join(said[start:end])))
            ]
            best.append(min(ways, key=len, default=None))
        found = best[-1]
        if found is None or "aside" in found:
            return None
        return found if sum(kind not in SOFT for kind in found) <= MOST_PHRASES else None

    def _peeled(self, said: Sequence[str]) -> list[str]:
        """Give the words without what is only polite at either end."""
        said = [*said]
        while (size := self._soft(said, end=False)) or (size := -self._soft(said, end=True)):
            said = said[size:] if size > 0 else said[:size]
        return said

    def _soft(self, said: Sequence[str], *, end: bool) -> int:
        """Give how many words at an end are a phrase that says nothing."""
        if self.phrases.get(" ".join(said), "soft") not in SOFT:
            return 0
        for size in range(min(LONGEST_PHRASE, len(said)), 0, -1):
            phrase = said[-size:] if end else said[:size]
            if self.phrases.get(" ".join(phrase)) in SOFT:
                return size
        return 0

    def _said(self, part: str, proposed: _Proposed, *, bold: bool) -> list[str]:
        """Give the words of a part, with what was proposed as one sign."""
        told = words.words(words.settled(part, self.language, self.taught), self.language)
        grammar = words.function_words((self.language,))
        found: list[str] = []
        for word in told:
            known = word in grammar or (word in self.taught and not bold) or word in self.denying
            named = not known and words.stem(word, self.language) in proposed.stems
            found.append(ACT if named else word)
        return _collapsed(found, grammar)

    def _names_act(self, part: str, said: Sequence[str], proposed: _Proposed) -> bool:
        """Say whether words of a proposal are meant as what to do: "go ahead with the order" cancels nothing,
        and "the green dress" alone agrees to nothing.
        """
        stems = words.stems(words.words(part, self.language), self.language)
        bare = len(part.split()) <= BARE
        alone = not words.content([word for word in said if word != ACT], (self.language,))
        return bool(proposed.head & {*stems}) and (bare or not alone) or not (alone or proposed.stops)


def _collapsed(said: Sequence[str], grammar: frozenset[str]) -> list[str]:
    """Give the words with what is proposed said once: "the exchange of the dress" is one act."""
    found: list[str] = []
    between: list[str] = []
    for word in said:
        if word == ACT and ACT in found and found[-1] == ACT:
            between = []
        elif word in grammar and found and found[-1] == ACT:
            between.append(word)
        else:
            found += [*between, word]
            between = []
    return [*found, *between]


def _features(said: Sequence[str]) -> dict[str, float]:
    """Give words, pairs and threes of them, and parts of words."""
    found: Counter[str] = Counter()
    marked = ["<", *said, ">"]
    for word in said:
        found[f"w {word}"] += 1.0
        for part in words.ngrams(word, 3, 4) if word != ACT else ():
            found[f"c {part}"] += 0.25
    for left, right in pairwise(marked):
        found[f"w {left} {right}"] += 1.0
    for at in range(len(marked) - 2):
        found[f"w {' '.join(marked[at : at + 3])}"] += 0.7
    return dict(found)


def _listed(base: str) -> dict[str, list[str]]:
    """Give the phrases of each kind."""
    return {
        kind: [str(phrase) for row in rows for phrase in row]
        for kind, rows in words.load(f"answers_{base}").items()
    }


@cache
def _regretting(base: str) -> frozenset[str]:
    return frozenset(" ".join(_taught(phrase, base)) for phrase in _listed(base)["regret"])


def _taught(phrase: str, base: str) -> list[str]:
    """Give the words of a phrase of the list."""
    parts = phrase.split("ACT")
    found: list[str] = []
    for at, part in enumerate(parts):
        found += [ACT] if at else []
        found += words.words(part, base)
    return found


@cache
def _reader(base: str) -> _Reader | None:
    """Give the reader of a language; None where nobody taught one."""
    known = (words.DATA / f"answers_{base}.yaml").exists()
    return trained(base, _listed(base)) if known else None


def trained(base: str, listed: Mapping[str, Sequence[str]]) -> _Reader:
    """Train on phrases by kind; a third of a second."""
    phrases: dict[str, str] = {}
    told: dict[tuple[str, str], list[str]] = {}
    vocabulary: dict[str, set[str]] = {kind: set() for kind in LEARNED}
    for kind in LEARNED:
        for phrase in listed[kind]:
            said = _taught(phrase, base)
            told[(kind, " ".join(said))] = said
            vocabulary[kind] |= {*said}
            if kind != "regret":
                known = phrases.setdefault(" ".join(said), kind)
                if (known, kind) == ("yes", "soft"):
                    phrases[" ".join(said)] = "polite"
    vocabulary["yes"] |= vocabulary["soft"] & words.function_words((base,))
    vocabulary["onward"] |= vocabulary["yes"]
    vocabulary["no"] |= vocabulary["drop"]
    vocabulary["drop"] = vocabulary["no"]
    places, weights = _trained([kind for kind, _ in told], [*told.values()])
    taught = frozenset(word for kind in LEARNED[:6] for word in vocabulary[kind]) - {ACT}
    return _Reader(
        language=base,
        phrases=phrases,
        vocabulary={kind: frozenset(known) for kind, known in vocabulary.items()},
        places=places,
        weights=weights,
        asked=frozenset(words.plain(phrase, base) for phrase in listed["asked"]),
        denying=frozenset(words.words(" ".join(listed["denies"]), base)),
        taught=taught,
    )


def _trained(
    kinds: Sequence[str], said: Sequence[Sequence[str]]
) -> tuple[dict[str, int], np.ndarray]:
    """Give the place of each feature, and the weights of a ridge regression for each kind."""
    from scipy.linalg import solve
    from scipy.sparse import csr_matrix

    places: dict[str, int] = {}
    rows, columns, values = [], [], []
    for row, one in enumerate(said):
        found = _features(one)
        length = float(np.sqrt(sum(weight**2 for weight in found.values())))
        for feature, weight in found.items():
            rows.append(row)
            columns.append(places.setdefault(feature, len(places)))
            values.append(weight / length)
    matrix = csr_matrix((np.array(values, np.float32), (rows, columns)), shape=(len(said), len(places)))
    kernel = (matrix @ matrix.T).toarray()
    targets = np.array([[kind == one for one in LEARNED] for kind in kinds], np.float32)
    counted = targets.sum(axis=0)[targets.argmax(axis=1)]
    each = np.arange(len(kernel))
    kernel[each, each] += (RIDGE * np.sqrt(counted / counted.mean())).astype(np.float32)
    solved = solve(kernel, targets, assume_a="pos", overwrite_a=True)
    return places, np.asarray(matrix.T @ solved)
