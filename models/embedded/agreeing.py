"""Whether a message that begins with a yes says no more than that, and what was proposed.

The yes leads; what follows may be polite, the act itself, or values that are those of the proposal. A word
that says anything else, a denial, a condition or a question make it none.
"""

from collections.abc import Sequence
from typing import Literal

from models.embedded import words
from models.embedded.parting import cut
from models.embedded.proposed import Proposed, proposed_of
from models.embedded.replies import AGREEING, SOFT, Reader
from models.embedded.teaching import reader_of

Clear = Literal["wholly", "act", ""]
"""A yes and nothing else; a yes that tells the act in a word of its own; none, or more than a yes."""

LONGEST_LEAD = 6
"""Words of a yes that leads, after what is only polite."""


def clearly(text: str, language: str, question: str, about: str, *, agreed: bool) -> Clear:
    """Say whether a message agrees and says no more.

    `agreed` tells that the word lists take it for a yes; without them one must lead.
    """
    base = words.base(language)
    reader = reader_of(base)
    if reader is None:
        return "wholly" if agreed else ""
    reading = _Reading(reader, proposed_of(question, base), reader.words(text), about)
    each = cut(reader.mended(text))
    if not each or any(asked for _, asked in each) or reading.is_aside(text):
        return ""
    if reader.names_letter(text, reading.proposed):
        return ""
    if reader.pauses(each[-1][0]):
        return ""
    said = [reader.words(part) for part, _ in each]
    said = reading.without_matter(said)
    if not (agreed or reading.leads([word for part in said for word in part])):
        return ""
    known = [reading.is_known(part) for part in said]
    if reading.only_soft(said):
        return ""
    if all(known):
        return "wholly"
    rest = [part for part, one in zip(said, known, strict=True) if not one]
    return "act" if len(rest) == 1 and reading.tells_act(rest[0]) else ""


class _Reading:
    """A message read against what was proposed."""

    def __init__(self, reader: Reader, proposed: Proposed, text: Sequence[str], about: str) -> None:
        self.reader, self.proposed = reader, proposed
        self.acting = frozenset(
            word for word in text if proposed.does(word) and not reader.tells(word)
        )
        self.grammar = words.function_words((reader.language,))
        self.told = words.stems(words.words(about, reader.language), reader.language)
        """Stems that customers say for such a wish."""

    def is_aside(self, text: str) -> bool:
        """Say whether a text is taught as no answer, in whole."""
        return self.reader.phrases.get(" ".join(self.reader.words(text))) == "aside"

    def without_matter(self, parts: Sequence[list[str]]) -> list[list[str]]:
        """Leave out the part that says what the answer is about, if it is what was proposed."""
        for at, said in enumerate(parts[:-1]):
            if self.reader.phrases.get(" ".join(said)) not in SOFT:
                return [*parts[:at], *parts[at + 1 :]] if self._is_matter(said) else [*parts]
        return [*parts]

    def _is_matter(self, said: Sequence[str]) -> bool:
        """Say whether words name what was proposed, and nothing else: "about the book"."""
        left = self.reader.peeled(said)
        lead = self.reader.about.match(" ".join(left))
        named = left[len(lead[0].split()) :] if lead else left
        told = [word for word in named if word not in self.grammar or word in self.reader.denying]
        names = [word for word in told if self.proposed.names(word)]
        return bool(names) and names == told and (lead is not None or not self.proposed.stops)

    def only_soft(self, parts: Sequence[Sequence[str]]) -> bool:
        return all(self.reader.phrases.get(" ".join(said)) == "soft" for said in parts)

    def leads(self, said: Sequence[str]) -> bool:
        """Say whether words begin with a yes, once what is only polite is left out."""
        left = [*said]
        while left:
            sizes = range(min(LONGEST_LEAD, len(left)), 0, -1)
            kinds = [(size, self.reader.phrases.get(" ".join(left[:size]), "")) for size in sizes]
            size, kind = next(((size, kind) for size, kind in kinds if kind), (0, ""))
            if kind not in SOFT:
                return kind == "yes" or (kind == "onward" and not self.proposed.stops)
            left = left[size:]
        return False

    def is_known(self, said: Sequence[str]) -> bool:
        """Say whether a part is of a yes and of what was proposed, word for word."""
        if self._by_herself(said):
            return False
        names = self._names(said)
        empty = not names and self.grammar.issuperset(said) and not self._agrees(said)
        return self._covers(said, names) and not empty and not self._aside(said, names)

    def tells_act(self, said: Sequence[str]) -> bool:
        """Say whether one word of a part is unknown, and stands where an act is told: "you can book it"."""
        if self.proposed.stops or self._by_herself(said):
            return False
        names = self._names(said)
        for at, word in enumerate(said):
            left = [*said[:at], *said[at + 1 :]]
            if self._may_be_act(at, word, said) and self._covers(left, names):
                return True
        return False

    def _may_be_act(self, at: int, word: str, said: Sequence[str]) -> bool:
        """Say whether a word stands where an act is told: after "you can", or begins and is often said so."""
        reader = self.reader
        if word in self.grammar or word in reader.denying or reader.tells(word):
            return False
        told = self.told.count(words.stem(word, reader.language))
        begins = all(reader.phrases.get(one) in ("yes", *SOFT) for one in said[:at])
        return told > 0 and (reader.is_act(word, said) or (told > 1 and begins))

    def _names(self, said: Sequence[str]) -> frozenset[str]:
        """Give the words of a part that are the proposal's; what is stopped is named with the act only."""
        if self.proposed.stops and not self.acting:
            return frozenset()
        return frozenset(
            word
            for at, word in enumerate(said)
            if (self.proposed.names(word) or self._calls(at, said))
            and (word in self.acting or not (self._refuses(word) or self._tells(word)))
        )

    def _calls(self, at: int, said: Sequence[str]) -> bool:
        """Say whether a word calls a value that is named next, or pointed at: "size G", "this address"."""
        if said[at] not in self.reader.values:
            return False
        before, after = said[at - 1 : at] if at else [], said[at + 1 : at + 2]
        return bool(self.reader.pointing & {*before}) or any(map(self.proposed.names, after))

    def _tells(self, word: str) -> bool:
        """Say whether an act is told as done: "I asked for that"."""
        done = self.proposed.does(word) and self.reader.tells(word)
        return done and word not in self.proposed.named

    def _by_herself(self, said: Sequence[str]) -> bool:
        """Say whether she means to do it: "I can fetch it"."""
        plain = " ".join(said)
        return plain not in self.reader.phrases and bool(self.reader.herself.search(plain))

    def _refuses(self, word: str) -> bool:
        """Say whether a word denies, though the proposal has it too: "what came wrong"."""
        return word in self.reader.denying and word in self.reader.vocabulary["no"]

    def _covers(self, said: Sequence[str], names: frozenset[str]) -> bool:
        """Say whether words are phrases of a yes, polite, of the proposal, or grammar that denies nothing."""
        plain = (self.grammar | self.reader.pointing) - self.reader.denying
        reach = {0}
        for end in range(1, len(said) + 1):
            word = said[end - 1]
            owned = word in self.reader.leading and end < len(said) and said[end] in names
            single = word in names or word in plain or owned
            if (single and end - 1 in reach) or any(
                self._agrees(said[start:end], after=said[:start])
                for start in reach
                if end - start <= LONGEST_LEAD
            ):
                reach.add(end)
        return len(said) in reach

    def _agrees(self, said: Sequence[str], after: Sequence[str] = ()) -> bool:
        """Say whether words are a phrase of a yes or polite; "for my sister" calls nobody."""
        kind = self.reader.phrases.get(" ".join(said))
        if kind in SOFT and after and after[-1] in self.grammar & self.reader.leading:
            return False
        stops = self.proposed.stops
        if stops and self.reader.sending & {*said}:
            return False
        return kind in SOFT or kind == "yes" or (kind in AGREEING and not stops)

    def _aside(self, said: Sequence[str], names: frozenset[str]) -> bool:
        """Say whether a part that names nothing of the proposal sounds like no answer."""
        if self.reader.phrases.get(" ".join(said)) == "aside":
            return True
        return not names and not self._agrees(said) and self.reader.learned(said) == "aside"
