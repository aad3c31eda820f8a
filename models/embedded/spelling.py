"""Mends words that no language knows: a slip of the finger away from one that was meant.

A word that the language has is never touched, however near another is: "threw" is no "throw"; only a
diminutive or a spelling of elsewhere is read as the word that is listened for ("livrinho"). Of the words
that an unknown one may have been, the one is taken that people say most, for the slip they make most: two
letters in each other's place, one too few, one doubled, the key beside it. The language's own frequent words
stand beside those that are listened for, so that "anohter" becomes "another", and no product.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property, lru_cache
from math import log

from models.embedded import bank, lexicon, words

SHORTEST = 4
"""Letters of a word that may be mended; of shorter ones only frequent words are read, letters swapped."""

PLAIN = 0.0005
"""Share of what is said from which a word is so frequent that three letters are enough to know it."""

LISTENED = 0.4
"""How much the words that are listened for are expected, against all others of the language."""

EACH = 3.0
"""How much likelier a slip must be a word for a slip of cost 1: e to this power."""

SWAPPED, NEAR, FAR, LETTER_LESS, LETTER_MORE = 0.8, 1.2, 2.2, 1.2, 1.6
DOUBLE = 0.9
AT_FIRST = 0.8
"""What a slip costs: letters swapped; another letter, of a key beside it or one that sounds alike, or any
other; one missing or too many; one doubled or not; and besides, at the first letter."""

MOST = ((8, 3.2), (6, 2.4), (0, 2.0))
"""What slips may cost, by letters of the word."""

WAITED_FOR, PLAIN_SHARE = 100, 2e-5
"""How much more often a word that is waited for must be said than what was typed, and than anything."""

SLIP_COST, SLIPS = 1.4, 20
"""A word of no list that is listened for is itself a slip of whoever said it, if it is so near another one
that is said so many times as often."""

NAME = re.compile(r"[^\W\d_a-zà-ÿ][a-zà-ÿ]")
INSIDE = re.compile(r"[\w,;]\s+$")
"""What a name looks like, and what stands before a word that begins no sentence."""

LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Spelling:
    """Words that are listened for in a language, with how often they were said."""

    def __init__(self, listened: Mapping[str, int], language: str) -> None:
        self._listened = listened
        self._language = words.base(language)
        self._total = max(1, sum(listened.values()))
        self._mended: dict[str, str] = {}

    def mended(self, word: str) -> str:
        """Give the word that a folded one was meant to be, or the word itself."""
        if word not in self._mended:
            self._mended[word] = self._meant(word)
        return self._mended[word]

    def text(self, text: str) -> str:
        """Give the text with its slips mended, all else as it was written, names above all."""

        def mended(match: re.Match[str]) -> str:
            if NAME.match(match[0]) and INSIDE.search(text, 0, match.start()):
                return match[0]
            word = words.folded(match[0])
            meant = self.mended(word)
            return match[0] if meant == word else meant

        return words.WORD.sub(mended, text)

    def knows(self, word: str) -> bool:
        """Say whether a folded word is listened for, and no slip of those who said it."""
        return word in self._listened and self.mended(word) == word

    def _meant(self, word: str) -> str:
        if len(word) < SHORTEST - 1 or not word.isalpha():
            return word
        if lexicon.is_listed(word, self._language):
            return word
        if word in self._listened:
            if lexicon.known(word, self._language):
                return word
            return self._likeliest(word, SLIP_COST, SLIPS * self._share(word))
        forms = lexicon.variants(word, self._language)
        if form := next((one for one in forms if one in self._listened), ""):
            return form  # "livrinho" is a book
        if lexicon.known(word, self._language) or _said(self._language).knows(word):
            return word
        if self._inflected(word) or _taught(self._language)._inflected(word):
            return word
        return self._likeliest(word, next(most for size, most in MOST if len(word) >= size), 0.0)

    def _likeliest(self, word: str, most: float, share: float) -> str:
        """Give what a word may have been at such a cost and said so often; itself if it is nothing."""
        ranked = [
            (log(self._share(other)) - EACH * slips, other)
            for other in self._near(word)
            if other != word and self._share(other) > share
            if (slips := cost(word, other, self._language)) <= most
        ]
        return max(ranked, default=(0.0, word))[1]

    def _share(self, word: str) -> float:
        listened = self._listened.get(word, 0) / self._total
        return LISTENED * listened + (1 - LISTENED) * lexicon.share(word, self._language)

    def _near(self, word: str) -> set[str]:
        """Give the words that one slip makes of it, and those listened for that two make."""
        frequent = lexicon.frequent(self._language)
        if len(word) < SHORTEST:
            return {other for other in _swapped(word) if frequent.get(other, 0) >= PLAIN}
        near = {one for one in _slips(word) if one in frequent or one in self._listened}
        if not near:
            parts = {word, *_shorter(word)}
            near = {known for part in parts for known in self._index.get(part, ())}
        return {one for one in near if len(one) >= SHORTEST or sorted(one) == sorted(word)}

    def _inflected(self, word: str) -> bool:
        """Say whether a word is a form of one that is listened for, or the plural of a frequent one."""
        if word.endswith("s") and lexicon.share(word[:-1], self._language):
            return True
        stem = words.stem(word, self._language)
        return SHORTEST <= len(stem) < len(word) and stem in self._stems

    @cached_property
    def _stems(self) -> frozenset[str]:
        """Give the stems of the words that are no slips, as far as a list knows or many say them."""
        return frozenset(
            words.stem(word, self._language)
            for word, count in self._listened.items()
            if count > 1 or lexicon.known(word, self._language)
        )

    @cached_property
    def _index(self) -> dict[str, list[str]]:
        index: dict[str, list[str]] = defaultdict(list)
        for known in self._listened:
            if len(known) >= SHORTEST and known.isalpha():
                for part in {known, *_shorter(known)}:
                    index[part].append(known)
        return index


def warm(languages: Iterable[str]) -> None:
    """Read the lists of these languages and the bank; a second that the first slip need not wait."""
    for language in languages:
        _said(words.base(language)).mended("wrods")


@cache
def _said(language: str) -> Spelling:
    """Give what customers say in the bank, in all languages, which is known whatever is listened for."""
    return Spelling(_bank(""), language)


@cache
def _taught(language: str) -> Spelling:
    """Give what customers say in the bank, in one language."""
    return Spelling(_bank(language), language)


@cache
def _bank(language: str) -> dict[str, int]:
    said = (
        text
        for name in bank.names()
        for spoken, texts in bank.examples(name).items()
        if language in ("", words.base(spoken))
        for text in texts
    )
    return counted(said, "")


@lru_cache(maxsize=256)
def listening(listened: frozenset[str], language: str) -> Spelling:
    """Give the spelling for a few words that all are as likely."""
    return Spelling(dict.fromkeys(listened, 1), language)


def settled(text: str, language: str, vocabulary: frozenset[str]) -> str:
    """Give the text with unknown words that are a slip away from these written as they are meant.

    Two letters in each other's place, or one too many or too few; another letter makes another word.
    """
    known = vocabulary | words.function_words((language,))

    def mended(match: re.Match[str]) -> str:
        word = words.folded(match[0])
        if len(word) < SHORTEST or not word.isalpha() or word in known:
            return match[0]
        if lexicon.known(word, language):
            return match[0]
        meant = {other for other in _misplaced(word) if other in vocabulary}
        return meant.pop() if len(meant) == 1 else match[0]

    return words.WORD.sub(mended, text)


def meant_among(word: str, vocabulary: frozenset[str], language: str) -> str:
    """Give the word of a few that are waited for which a rare folded one was meant to be, or the word.

    Where an answer is waited for, "ti" is "it", though both are words: the few are said so much more.
    """
    if word in vocabulary or not word.isalpha():
        return word
    least = max(WAITED_FOR * lexicon.share(word, language), PLAIN_SHARE)
    near = {*_swapped(word)} if len(word) < SHORTEST - 1 else {*_misplaced(word)}
    ranked = [(share, one) for one in near & vocabulary
              if (share := lexicon.share(one, language)) >= least]  # fmt: skip
    return max(ranked, default=(0.0, word))[1]


def _misplaced(word: str) -> Iterator[str]:
    """Give what a word may have been, no letter standing for another; the last one may be an ending."""
    yield from _swapped(word)
    if len(word) > SHORTEST:
        yield from (word[:at] + word[at + 1 :] for at in range(1, len(word) - 1))
        yield from _longer(word, 1)


def _slips(word: str) -> Iterator[str]:
    """Give every word that one slip may have made this one of."""
    yield from _swapped(word)
    yield from _shorter(word)
    yield from _longer(word, 0)
    for at in range(len(word)):
        for letter in LETTERS:
            yield word[:at] + letter + word[at + 1 :]


def _swapped(word: str) -> Iterator[str]:
    return (
        word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        for at in range(len(word) - 1)
        if word[at] != word[at + 1]
    )


def _shorter(word: str) -> Iterator[str]:
    return (word[:at] + word[at + 1 :] for at in range(len(word)))


def _longer(word: str, first: int) -> Iterator[str]:
    return (
        word[:at] + letter + word[at:] for at in range(first, len(word) + 1) for letter in LETTERS
    )


def cost(typed: str, meant: str, language: str) -> float:
    """Give what the slips between two words cost, the cheapest way."""
    beside = _beside(language)
    rows: list[list[float]] = [[0.0] * (len(meant) + 1) for _ in range(len(typed) + 1)]
    for at, row in enumerate(rows):
        for to in range(len(meant) + 1):
            ways = [] if at or to else [0.0]
            if at and to:
                same = typed[at - 1] == meant[to - 1]
                near = (typed[at - 1], meant[to - 1]) in beside
                other = (NEAR if near else FAR) + AT_FIRST * (at == 1)
                ways.append(rows[at - 1][to - 1] + (0.0 if same else other))
            if at:
                doubled = typed[at - 1] in (typed[at - 2 : at - 1], typed[at : at + 1])
                more = DOUBLE if doubled else LETTER_MORE + AT_FIRST * (at == 1)
                ways.append(rows[at - 1][to] + more)
            if to:
                doubled = meant[to - 1] in (meant[to - 2 : to - 1], meant[to : to + 1])
                less = DOUBLE if doubled else LETTER_LESS + AT_FIRST * (to == 1)
                ways.append(row[to - 1] + less)
            if at > 1 and to > 1 and typed[at - 2 : at] == meant[to - 1] + meant[to - 2]:
                ways.append(rows[at - 2][to - 2] + SWAPPED)
            row[to] = min(ways)
    return rows[-1][-1]


@cache
def _beside(language: str) -> frozenset[tuple[str, str]]:
    """Give the pairs of letters that are taken for each other: keys side by side, sounds alike."""
    listed = words.load("spelling")
    at = {key: (row, place + row / 2) for row, keys in enumerate(listed["keys"])
          for place, key in enumerate(keys)}  # fmt: skip
    pairs = {
        (one, other) for one in at for other in at
        if abs(at[one][0] - at[other][0]) <= 1 and abs(at[one][1] - at[other][1]) <= 1
    }  # fmt: skip
    for one, other in listed["alike"].get(language, ()):
        pairs |= {(one, other), (other, one)}
    return frozenset(pairs)


def counted(texts: Iterable[str], language: str) -> dict[str, int]:
    """Give the folded words of texts with how often they are said."""
    counts: dict[str, int] = defaultdict(int)
    for text in texts:
        for word, count in _counted(text, language):
            counts[word] += count
    return counts


@lru_cache(maxsize=2_000)
def _counted(text: str, language: str) -> tuple[tuple[str, int], ...]:
    """Count the words of one text: the same passages are held against question after question."""
    return tuple(Counter(words.words(text, language)).items())
