"""Which of several labels the customer means: by place, by number, or by words only one has."""

import re
from collections.abc import Sequence
from functools import cache
from itertools import chain

from models.embedded import keeping, other_numbers, partly, spelling, words
from models.embedded.agreement import gives_up
from models.embedded.number_words import small_numbers

LONGEST_PLACE = 9
"""Words of an answer that may name a place; "the last time I called ..." is no choice."""

MARK = re.compile(r"\b[A-Z]{1,3}\b")
"""Capitals that tell a choice: a size."""

DIGITS = re.compile(r"(?<![\w.,/-])\d+(?![\w/-]|[.,]\d)")
SHORT_LABEL = 2
"""Words of a label that is a number and what it numbers: "size 40"."""

RIGHT_AFTER = 2
"""Words of meaning after "the last" that may say the last of what."""


def choose(options: Sequence[str], text: str, language: str, question: str = "") -> int | None:
    """Give the place of the label that is meant in `options`, newest first; None when unclear.

    Where the question asks for what is missing, that is what is meant, whatever else is named.
    """
    if not options:
        return None
    said = _said(options, text, language)
    if not said:
        return None
    exact = [at for at, label in enumerate(options) if words.words(label) == words.words(text)]
    if len(exact) == 1:
        return exact[0]
    by_code = _by_code(options, text) or _by_mark(options, text)
    if len(by_code) == 1:
        return by_code[0]
    how_much = None if asks_missing(question, language) else partly.meant(options, text, language)
    if how_much is not None:
        return how_much.at
    # Only words for all of them choose the one that stands for all.
    options = ["" if partly.is_whole(label, language) else label for label in options]
    plain = _lists(language, "idioms").sub(" ", " ".join(said))
    if len(by_code) > 1 or _lists(language, "all_or_none").search(plain):
        return None
    given_up = gives_up(text, language)
    place = None if given_up else _by_number(options, said, language)
    absent = _by_absence(options, text, language, question)
    if absent is not None:
        return absent
    by_words = _by_words(options, said, language)
    if by_words is not None and by_words != _by_words(options, _aside(said, language), language):
        return by_words
    if place is not None:
        return place
    return None if given_up else _by_place(options, " ".join(said), language)


def asks_missing(question: str, language: str) -> bool:
    """Say whether a question asks which of several things is missing."""
    return _lists(language, "absent").search(words.plain(question, language)) is not None


def _said(options: Sequence[str], text: str, language: str) -> list[str]:
    """Give the words of a text, chat spelling written out but for what is a mark of a label: "P"."""
    marks = {mark for label in options for mark in MARK.findall(label)}
    if text.strip(" .!,;").upper() in marks:
        return [words.folded(text.strip(" .!,;"))]
    found: list[str] = []
    for word in words.WORD.findall(text):
        found += [words.folded(word)] if word in marks else words.words(word, language)
    return found


def _by_code(options: Sequence[str], text: str) -> list[int]:
    """Find labels whose number the text has: "1042" is enough for "V-1042 · ..."."""
    numbers = set(re.findall(r"(?<![\d.,])\d{3,}(?![\d.,]*\d)", text))
    if not numbers:
        return []
    return [at for at, label in enumerate(options) if numbers & set(re.findall(r"\d{3,}", label))]


def _by_mark(options: Sequence[str], text: str) -> list[int]:
    """Find labels that only a number tells from the others, if the text has it: "40" for "size 40".

    Such a number is no place in the list, nor is one that counts or dates something.
    """
    told = [words.words(label) for label in options]
    shared = {word for word in chain(*told) if sum(word in label for label in told) > 1}
    marks = [[word for word in label if word not in shared] for label in told]
    known = {
        own[0]: at
        for at, (own, label) in enumerate(zip(marks, told, strict=True))
        if len(own) == 1 and own[0].isdigit() and len(label) <= SHORT_LABEL
    }
    if len(known) < 2:
        return []
    found = [
        match[0]
        for match in DIGITS.finditer(text)
        if match[0] in known and not other_numbers.quantifies(text, *match.span())
    ]
    return [known[number] for number in dict.fromkeys(found)]


def _by_number(options: Sequence[str], said: list[str], language: str) -> int | None:
    """Read "2", "a 2", "opção dois", "number two"."""
    numbers = small_numbers(language)
    pointers = {w for phrase in _words(language, "pointer") for w in phrase.split()}
    courtesies = words.function_words((language,)) | pointers
    rest = [
        word
        for word in said
        if not word.isdigit() and word not in numbers and word not in courtesies
    ]
    counts = [int(word) if word.isdigit() else numbers[word] for word in said
              if word.isdigit() or (word in numbers and word not in courtesies)]  # fmt: skip
    if rest or len(counts) != 1:
        return None
    return counts[0] - 1 if 1 <= counts[0] <= len(options) else None


def _by_words(options: Sequence[str], said: list[str], language: str) -> int | None:
    """Find the one label with words of the text that no other label has."""
    base = words.base(language)
    told = words.content(said, (base,))
    stems = set(words.stems(told, base))
    each = [words.content(words.words(label), (base,)) for label in options]
    called = frozenset(word for label in each for word in label)
    mended = set(words.stems(map(spelling.listening(called, language).mended, told), base))
    stemmed = [set(words.stems(label, base)) for label in each]
    scores = []
    for at, label in enumerate(stemmed):
        others = set().union(*(other for place, other in enumerate(stemmed) if place != at))
        own = {word for word in label - others if not word.isdigit()}
        hits = own & stems
        typos = (own - hits) & mended
        shared = (label & others) & stems
        scores.append(len(hits) + 0.8 * len(typos) + (0.1 * len(shared) if hits or typos else 0))
    best = max(scores)
    winners = [at for at, score in enumerate(scores) if score == best]
    return winners[0] if best > 0 and len(winners) == 1 else None


def _by_absence(options: Sequence[str], text: str, language: str, question: str) -> int | None:
    """Read "the big one came, the small one is missing" where it was asked what is missing."""
    if not asks_missing(question, language):
        return None
    absent = _lists(language, "absent")
    parts = [words.words(part, language) for part in keeping.CLAUSES.split(text)]
    parts = [part for part in parts if part]
    found: set[int | None] = set()
    present: set[int | None] = set()
    for at, part in enumerate(parts):
        own = _by_words(options, part, language)
        if absent.search(" ".join(part)):
            if own is None and at and not _named_any(options, part, language):
                own = _by_words(options, _without_company(parts[at - 1], language), language)
            found.add(own)
        elif _lists(language, "nothing_else").search(" ".join(part)):
            present.add(own)
    if len(found - {None}) == 1:
        return next(iter(found - {None}))
    left = [at for at in range(len(options)) if at not in present]
    return left[0] if not found - {None} and present - {None} and len(left) == 1 else None


def _named_any(options: Sequence[str], said: list[str], language: str) -> bool:
    """Say whether any label is named, if not clearly."""
    stems = set(words.stems(words.content(said, (language,)), words.base(language)))
    return any(
        stems
        & set(words.stems(words.content(words.words(label), (language,)), words.base(language)))
        for label in options
    )


def _without_company(said: list[str], language: str) -> list[str]:
    """Give the words before "with", after which stands what something else came with."""
    whole = " ".join(said)
    match = _lists(language, "beside").search(whole)
    return whole[: match.start()].split() if match else said


def _aside(said: list[str], language: str) -> list[str]:
    """Give the words that do not say which one is the newest: "the newest order, is it out yet?".

    Empty where no newest is named; what stands right after it does say which: "the last blue one".
    """
    whole = " ".join(said)
    match = _lists(language, "newest").search(_lists(language, "no_places").sub(" ", whole))
    if match is None or _lists(language, "before_last").search(whole):
        return []
    after = whole[whole.find(match[0]) + len(match[0]) :].split()
    told = words.content(after, (words.base(language),))
    return told[RIGHT_AFTER:]


def _by_place(options: Sequence[str], said: str, language: str) -> int | None:
    """Read "the last one" as the newest, which is on top, and ordinals from the top."""
    said = _lists(language, "no_places").sub(" ", said)
    if len(said.split()) > LONGEST_PLACE:
        return 0 if _lists(language, "plainly_newest").search(said) else None
    if _lists(language, "before_last").search(said):
        return 1 if len(options) > 1 else None
    if _lists(language, "oldest").search(said):
        return len(options) - 1
    said = spelling.listening(_place_names(language), language).text(said)
    for at, names in enumerate(_all(language)["places"]):
        if words.pattern(*names).search(said):
            return at if at < len(options) else None
    return 0 if _lists(language, "newest").search(said) else None


@cache
def _place_names(language: str) -> frozenset[str]:
    return frozenset(words.folded(name) for names in _all(language)["places"] for name in names)


def _all(language: str) -> dict:
    lists = words.load("ordinals")
    return lists.get(words.base(language), lists["en"])


def _words(language: str, kind: str) -> list[str]:
    return [words.folded(phrase) for phrase in _all(language)[kind]]


def _lists(language: str, kind: str) -> re.Pattern[str]:
    return words.pattern(*_all(language)[kind])
