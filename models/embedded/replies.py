"""The trained reader of answers: what a part of an answer means, from phrases of each kind.

A part is a phrase that was taught, a few of them in a row, or what ridge regression over words, pairs,
threes and parts of words makes of it. Where a yes would carry out what was proposed, a part must say
nothing that no yes was ever taught to say, deny nothing and put no condition.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.embedded import lexicon, spelling, words
from models.embedded.parting import cut
from models.embedded.phrasebook import ACT, LEARNED, collapsed, features
from models.embedded.phrases import SOFT, in_a_row, peeled
from models.embedded.proposed import Proposed, stem_of, stems_of

JOINS = re.compile(r"(?:^|\s)(?:e|and|&)\s", re.IGNORECASE)
DOUBLED = re.compile(r"([a-z])\1")
TAGS = 2
"""Words of a tag question, "tá?", that asks for nothing."""

BARE = 3
"""Words of an answer that says no more than what to do."""

LONGEST_ANSWER = 40
"""Words of a message that may be an answer and nothing else."""

AGREEING = ("yes", "onward")
SURE = {"yes": 0.55, "no": 0.55, "come": 0.55, "onward": 0.6, "soft": 0.6, "regret": 0.45}
"""Score from which a part that was not taught is taken for one of a kind.

Of the phrases left out in turn, a fifth each time, none that is no yes was taken for one from here on,
but for mockery ("yeah right"), which is taught.
"""

AHEAD = {"yes": 0.3, "no": 0.2, "come": 0.25, "onward": 0.35, "soft": 0.3, "regret": 0.2}
"""And how far it must be before the next kind. To decline and to drop the matter count as one."""

KNOWN = {"no": 0.8, "drop": 0.8, "come": 0.8, "soft": 0.8, "regret": 0.6}
"""Share of its words that the phrases of a kind must have; all of them for a yes, all of meaning for a no."""


@dataclass
class Reader:
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
    """Phrases that agree though they ask: "why not?"."""

    unwanted: frozenset[str]
    """Phrases that say why something shall be stopped, or else drop the matter."""

    sending: frozenset[str]
    """Words that let something come, and so are no yes to stopping it."""

    regretting: frozenset[str]
    """Phrases that wish undone what was done."""

    before_act: frozenset[str]
    """What stands before a word for what is to be done."""

    leading: frozenset[str]
    """Words after which something is named."""

    pointing: frozenset[str]
    """Words that point at what was proposed: "at that same one"."""

    values: frozenset[str]
    """Words that call a value, "size"."""

    things: frozenset[str]
    """Words that call what something is done to, whatever it is."""

    whole: frozenset[str]
    """Phrases that agree politely, where they are a whole part."""

    pausing: frozenset[str]
    """Phrases that say that the answer is still to come, where they stand last."""

    about: re.Pattern[str]
    """What leads to the matter that an answer is about."""

    herself: re.Pattern[str]
    """What tells that the customer will act, and nobody else."""

    telling: tuple[str, ...]
    """Endings of what is or was: "I asked for that" tells nobody to ask."""

    denying: frozenset[str]
    taught: frozenset[str]

    def parts(self, text: str, proposed: Proposed, *, bold: bool) -> list[str] | None:
        """Give the kind of every part; None where one is no part of an answer."""
        each = cut(text)
        if not each or sum(len(part.split()) for part, _ in each) > LONGEST_ANSWER:
            return None
        if self.pauses(each[-1][0]) or self.names_letter(text, proposed):
            return None
        found: list[str] = []
        for at, (part, asked) in enumerate(each):
            kinds = self.kinds(part, proposed, asked=asked, first=at == 0, bold=bold)
            if kinds is None:
                return None
            found += kinds
        return found

    def kinds(
        self, part: str, proposed: Proposed, *, asked: bool, first: bool, bold: bool
    ) -> list[str] | None:
        """Give the kinds of a part, which may be several phrases; None where it is no answer."""
        said = self._said(part, proposed, bold=bold)
        if " ".join(said) in self.whole and not asked:
            return ["polite"]
        if asked:
            return self._asked(said, first=first)
        row = self._in_a_row(said)
        if (known := self._one(part, said, row, proposed)) is not None:
            return known or None
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

    def _one(
        self, part: str, said: Sequence[str], row: list[str] | None, proposed: Proposed
    ) -> list[str] | None:
        """Give the kinds of a part that is one answer; `[]`: it is none, None: its pieces may tell."""
        if self.phrases.get(" ".join(said)) == "soft":
            return ["soft"]
        plain = self._in_a_row(self.words(part))
        if plain and not proposed.stops and {*plain} <= {*AGREEING, *SOFT}:
            return plain  # "send it my way", whatever was proposed
        if ACT in said and not self._names_act(part, said, proposed):
            return []
        if " ".join(self.peeled(said)) in self.unwanted:
            return ["unwanted"]
        if row and not ({"no", "drop"} & {*row} and {*AGREEING} & {*row}):
            return row
        kind = self.learned(said)
        if kind not in ("", "aside") and not (kind in AGREEING and proposed.touches(part)):
            return [kind]
        return None

    def _asked(self, said: Sequence[str], *, first: bool) -> list[str] | None:
        """Read a part that ends in a question mark: "why not?", "you know what?", "ok?" after a yes."""
        plain = " ".join(said)
        if plain in self.asked:
            return ["yes"]
        kind = self.phrases.get(plain, "")
        tag = not first and len(said) <= TAGS and kind in ("yes", *SOFT)
        return ["soft"] if (kind == "soft" and len(said) > 1) or tag else None

    def kind(self, part: str, proposed: Proposed) -> str:
        """Give the kind of a whole part, aside ones too."""
        said = self._said(part, proposed, bold=False)
        return self.phrases.get(" ".join(said)) or self.learned(said)

    def pauses(self, part: str) -> bool:
        """Say whether a part puts the answer off: "let me think"."""
        return " ".join(self.words(part)) in self.pausing

    def names_letter(self, text: str, proposed: Proposed) -> bool:
        """Say whether a part ends in a letter that is no value of the proposal: "size P"."""
        ends = [words.words(part)[-1] for part, _ in cut(text)]
        known = proposed.named | self.phrases.keys()
        return any(len(one) == 1 and one not in known for one in ends)

    def regrets(self, part: str, done: Proposed) -> bool:
        """Say whether a part regrets."""
        said = self.peeled(self._said(part, done, bold=False))
        plain = " ".join(said)
        return plain in self.regretting or self.learned(said, ("regret",)) == "regret"

    def learned(self, said: Sequence[str], only: Sequence[str] = ()) -> str:
        """Give what the trained reader makes of words, or nothing where it is not sure."""
        said = self.peeled(said)
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
        if kind not in AGREEING:
            return share >= KNOWN[kind]
        asks = words.is_question(" ".join(said), self.language)
        return share == 1 and ACT not in said and not asks and not self.denying & {*said}

    def mended(self, text: str) -> str:
        """Give a text with its slips of the finger mended, first of all as words of answers."""
        grammar = words.function_words((self.language,))

        def meant(match: re.Match[str]) -> str:
            word = words.folded(match[0])
            found = spelling.meant_among(word, self.taught, self.language)
            single = DOUBLED.sub(r"\1", word)
            if found == word and single in self.taught and not lexicon.known(word, self.language):
                return single
            return match[0] if word in grammar or found == word else found

        return spelling.listening(self.taught, self.language).text(words.WORD.sub(meant, text))

    def words(self, text: str) -> list[str]:
        """Give the words of a text as they were meant."""
        return words.words(self.mended(text), self.language)

    def is_act(self, word: str, said: Sequence[str]) -> bool:
        """Say whether a word tells an act, "you can book", and is of no other kind of answer."""
        others = ("no", "drop", "come", "aside", "regret")
        if word not in said or any(word in self.vocabulary[kind] for kind in others):
            return False
        before = " ".join(said[: said.index(word)])
        return any(before.endswith(lead) for lead in self.before_act)

    def tells(self, word: str) -> bool:
        """Say whether a word tells what is or was; "envia" bids, for all its ending."""
        bids = word[-1:] in "ae" and word[:-1] == words.stem(word, self.language)
        return word.endswith(self.telling) and not bids

    def scores(self, said: Sequence[str]) -> np.ndarray:
        """Give how much words speak for each kind."""
        found = features(said)
        places = [(self.places[one], weight) for one, weight in found.items() if one in self.places]
        length = float(np.sqrt(sum(weight**2 for weight in found.values())))
        if not places:
            return np.zeros(len(LEARNED))
        at, weights = zip(*places, strict=True)
        return np.array(weights) @ self.weights[list(at)] / max(length, 1e-9)

    def _in_a_row(self, said: Sequence[str]) -> list[str] | None:
        """Give the kinds of the fewest phrases that make up these words, and no others."""
        return in_a_row(said, self.phrases)

    def peeled(self, said: Sequence[str]) -> list[str]:
        """Give the words without what is only polite at either end; "for my sister" calls nobody."""
        return peeled(said, self.phrases, words.function_words((self.language,)) & self.leading)

    def _said(self, part: str, proposed: Proposed, *, bold: bool) -> list[str]:
        """Give the words of a part, with what was proposed as one sign."""
        grammar = words.function_words((self.language,))
        found: list[str] = []
        each = self.words(part)
        besides = frozenset() if self.things & {*each} else proposed.besides_of(each)
        for word in each:
            stem = stem_of(word, self.language)
            own = word in self.taught or word in self.denying
            named = stem in proposed.head or (
                (stem in proposed.stems or stem in proposed.acts or stem in besides)
                and (bold or not own)
                and word not in self.denying
            )
            named = named and word not in grammar and not word.endswith(self.telling)
            found.append(ACT if named else word)
        return collapsed(found, grammar)

    def _names_act(self, part: str, said: Sequence[str], proposed: Proposed) -> bool:
        """Say whether words of a proposal are meant as what to do: "go ahead with the order" cancels nothing,
        and "the green one" alone agrees to nothing.
        """
        acts = proposed.head | proposed.acts | proposed.besides
        each = self.words(part)
        told = [stem in acts for stem in stems_of(each, self.language)]
        bare = len(part.split()) <= BARE or self._bids(each, told)
        alone = not words.content([word for word in said if word != ACT], (self.language,))
        return (any(told) and (bare or not alone)) or not (alone or proposed.stops)

    def _bids(self, each: Sequence[str], told: Sequence[bool]) -> bool:
        """Say whether words begin with what is to be done, or lead to it: "you can open the return"."""
        at = told.index(True) if True in told else 0
        before = " ".join(self.peeled(each[:at]))
        return True in told and (not before or before in self.before_act)
