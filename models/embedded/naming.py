"""What things a text names, in the words a workspace has for the kinds of things its customers have.

A kind is named by the whole of what it is called ("folding chair"), or by the word that says what it
is ("chair"), never by the words around it: "the blue one" names no thing.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from models.embedded import spelling, words

HEAD_LAST = ("en", "de", "nl")
"""Languages in which the word that says what a thing is comes last: "folding chair", "cadeira de praia"."""

GENDERED = ("pt", "es", "it")
"""Languages in which another last vowel may make another thing of the same stem: "copo", "copa"."""

CLAUSE = {"pt": ("que", "nao", "se"), "es": ("que", "no", "se")}
"""Words after which a form that is also a noun is a verb: "se jogo"."""

ASIDE = re.compile(r"\([^)]*\)")


@dataclass(frozen=True)
class Mention:
    """A thing that a text names."""

    called: str
    """As the workspace writes it."""

    kinds: frozenset[str]
    words: frozenset[str]
    """Keys of the words by which it is named."""


@dataclass(frozen=True)
class _Name:
    kinds: frozenset[str]
    called: str
    head: str
    """The word that says what it is, as it is written."""

    key: str
    """Of that word."""

    keys: frozenset[str]


class Names:
    """What things are called in one language."""

    def __init__(self, called: Iterable[tuple[str, Iterable[str]]], language: str) -> None:
        """Learn from what things are called and the kinds that may be meant by it."""
        self._base = words.base(language)
        self.language = language
        named = (self._name(text, frozenset(kinds)) for text, kinds in called)
        self._names = [name for name in named if name]
        self._keys = frozenset(key for name in self._names for key in name.keys)
        written = (word for name in self._names for word in words.words(name.called))
        self._spelling = spelling.listening(frozenset(written), language)

    def __bool__(self) -> bool:
        return bool(self._names)

    def mentions(self, text: str) -> list[Mention]:
        """Give the things that a text names, each with all kinds that it may be."""
        said = self._said(text)
        whole = [name for name in self._names if name.keys <= said]
        whole = [name for name in whole if not any(name.keys < other.keys for other in whole)]
        found = [Mention(name.called, name.kinds, name.keys) for name in whole]
        rest = said - {key for name in whole for key in name.keys}
        for key in sorted(rest):
            heads = [name for name in self._names if name.key == key]
            if heads:
                kinds = frozenset(kind for name in heads for kind in name.kinds)
                found.append(Mention(heads[0].head, kinds, frozenset({key})))
        return _joined(found)

    def words(self, text: str) -> frozenset[str]:
        """Give the stems by which a text names things."""
        named = frozenset(key for mention in self.mentions(text) for key in mention.words)
        said = (self._spelling.mended(word) for word in words.words(text, self.language))
        return frozenset(words.stem(word, self._base) for word in said if self._key(word) in named)

    def without(self, text: str) -> str:
        """Give a text without the words by which it names things."""
        named = {key for mention in self.mentions(text) for key in mention.words}

        def kept(match: re.Match[str]) -> str:
            word = words.folded(match[0])
            return "" if self._key(self._spelling.mended(word)) in named else match[0]

        return " ".join(words.WORD.sub(kept, text).split()) if named else text

    def fitting(self, mentions: Sequence[Mention], label: str) -> int:
        """Give how many of the things that were named what is called so may be."""
        said = self._said(label)
        kinds = {kind for mention in self.mentions(label) for kind in mention.kinds}
        return sum(bool(mention.kinds & kinds) or mention.words <= said for mention in mentions)

    def written(self, mentions: Sequence[Mention], label: str) -> bool:
        """Say whether what is called so is named by its own words."""
        said = self._said(label)
        return any(mention.words <= said for mention in mentions)

    def _said(self, text: str) -> frozenset[str]:
        """Give the keys of a text that may be of a thing's name."""
        found: set[str] = set()
        before, grammar = "", words.function_words((self._base,))
        for word in words.words(text, self.language):
            if word in grammar:
                before = word
                continue
            key = self._key(self._spelling.mended(word))
            if key in self._keys and before not in CLAUSE.get(self._base, ()):
                found.add(key)
            before = word
        return frozenset(found)

    def _key(self, word: str) -> str:
        """Give what the forms of a word have in common: its stem, and the vowel that tells its gender."""
        stem = words.stem(word, self._base)
        return f"{stem}-{word.rstrip('s')[-1:]}" if self._base in GENDERED else stem

    def _name(self, text: str, kinds: frozenset[str]) -> _Name | None:
        called = ASIDE.sub(" ", text).strip()
        told = words.content(words.words(called), (self._base,))
        if not told:
            return None
        written = {words.folded(word): word for word in words.WORD.findall(called)}
        head = told[-1] if self._base in HEAD_LAST else told[0]
        keys = frozenset(map(self._key, told))
        return _Name(kinds, called, written.get(head, head), self._key(head), keys)


def _joined(mentions: list[Mention]) -> list[Mention]:
    """Make one of the mentions of several kinds by the same words."""
    joined: dict[frozenset[str], Mention] = {}
    for mention in mentions:
        before = joined.get(mention.words)
        kinds = mention.kinds | (before.kinds if before else frozenset())
        joined[mention.words] = Mention((before or mention).called, kinds, mention.words)
    return list(joined.values())
