"""Yes, no, or neither; and whether the customer drops the matter."""

import re
from functools import cache, lru_cache

from models.embedded import spelling, words

MARKS = {"👍": True, "👌": True, "✅": True, "👎": False, "❌": False}
ROOM_AFTER_MARK = 6
"""A "yes," with more words of meaning after it than this may be about something else."""


ROOM_BEFORE_YES = 3
"""Words of meaning that may stand around a plain yes: "about the blue one: yes"."""

DOUBLED = re.compile(r"([a-z])\1+\b")
PARTS = re.compile(r"[,.;:!\n–—]+|\s-\s")
ROOM_AROUND_GIVING_UP = 2
"""Words of meaning that may explain it: "forget it, I'll keep it"."""


def agreement(text: str, language: str, about: str = "") -> bool | None:
    """Read a yes or a no; None when it is neither, or a yes with a correction.

    `about` says what is to be agreed to: its words in an answer add nothing to a yes.
    """
    act = _act(about, words.base(language))
    text = _settled(text, language)
    if words.base(language) in words.load("agreement") and _taken(text, words.base(language)):
        return _read(text, words.base(language), act)
    # Another language counts only where this one says nothing: "yes" in a Portuguese talk.
    others = {_read(text, spoken, act) for spoken in _languages(language)} - {None}
    return others.pop() if len(others) == 1 and not _unsure(text, language) else None


def gives_up(text: str, language: str) -> bool:
    """Say whether the customer drops the matter, in so many words and without asking for more."""
    if "?" in text:
        return False
    text = _settled(text, language)
    return any(_drops(text, spoken) for spoken in _languages(language))


def puts_off(text: str, language: str) -> bool:
    """Say whether a text puts the answer off in the end, or only says that it was heard.

    "Ok, let me think", "sim, entendi"; but not "let me see … yes, do it".
    """
    base = words.base(language)
    whole = words.plain(text, base)
    found = [*_phrases(base, "puts_off").finditer(whole)]
    return bool(found) and not _read(whole[found[-1].end() :].strip(), base)


@lru_cache(maxsize=64)
def _act(about: str, language: str) -> frozenset[str]:
    """Give the stems of what is to be agreed to."""
    told = words.content(words.words(about, language), (language,))
    return frozenset(words.stems([word for word in told if word.isalpha()], language))


def _settled(text: str, language: str) -> str:
    base = words.base(language)
    return spelling.settled(text, base, _vocabulary(base))


@cache
def _vocabulary(language: str) -> frozenset[str]:
    """Give the words of answers."""
    lists = words.load("agreement").get(language, {})
    return frozenset(
        word
        for listed in lists.values()
        for phrase in listed
        for word in words.words(str(phrase), language)
    )


def _drops(text: str, language: str) -> bool:
    """Say whether one part of a text gives up, and the others ask for nothing."""
    parts = [said for part in PARTS.split(text) if (said := words.plain(part, language))]
    found = [_given_up(part, language) for part in parts]
    if not any(found):
        return False
    others = [part for part, given in zip(parts, found, strict=True) if not given]
    asks = _phrases(language, "asks")
    if others and _is_firm(parts[0], language) and _beyond(parts[0], language):
        return False  # "yes, I don't want it any more" answers, it drops nothing
    beyond = sum(len(_beyond(part, language)) for part in others)
    if any(sign.isdigit() for part in others for sign in part):
        return False  # which one, is said as well: that is a wish
    return beyond <= ROOM_AROUND_GIVING_UP and not any(asks.search(part) for part in others)


def _given_up(part: str, language: str) -> bool:
    """Say whether a part of a sentence gives up; some phrases only where nothing else stands there."""
    for kind, room in (("gives_up", 1), ("gives_up_alone", 0)):
        for match in _phrases(language, kind).finditer(part):
            rest = f"{part[: match.start()]} {part[match.end() :]}"
            beyond = _beyond(rest, language)
            if len(beyond) <= room and not any(word.isdigit() for word in beyond):
                return True
    return False


def _beyond(said: str, language: str, act: frozenset[str] = frozenset()) -> list[str]:
    """Give the words of meaning that are no courtesies, no lead to an answer, and not of the act."""
    rest = _phrases(language, "leads").sub(" ", said)
    told = words.content(rest.split(), (language,))
    return [
        word
        for word in told
        if word not in _courtesies(language) and words.stem(word, language) not in act
    ]


def _is_firm(part: str, language: str) -> bool:
    """Say whether a part begins with a yes that is more than a sign of having heard."""
    return _phrases(language, "firm").match(part) is not None


@cache
def _languages(language: str) -> tuple[str, ...]:
    known = tuple(words.load("agreement"))
    own = words.base(language)
    return (own, *(other for other in known if other != own)) if own in known else known


def _read(text: str, language: str, act: frozenset[str] = frozenset()) -> bool | None:
    for mark, verdict in MARKS.items():
        if mark in text and len(words.words(text)) <= 2:
            return verdict
    if _unsure(text, language):
        return None
    taken = _taken(text, language)
    verdict = _verdict(text, taken, language, act) if taken else None
    if verdict is None and (taken is None or taken[0]):
        return True if _surrounded(text, language, act) else None
    return verdict


def _verdict(
    text: str, taken: tuple[bool, str, str], language: str, act: frozenset[str]
) -> bool | None:
    """Judge a text that begins with a yes or a no by what follows it."""
    verdict, phrase, rest = taken
    if verdict and "?" in text:
        return None
    if not rest:
        return verdict
    if verdict and _is_firm(phrase, language):
        rest = _phrases(language, "no_more").sub(" ", rest).strip()
    if verdict and (not rest or _read(rest, language, act)):
        return True
    if "?" in text or (verdict and _turned(rest, language)):
        return None
    if not verdict and rest[:1].isdigit():
        return None  # "no 1042": in that one
    told = words.content(rest.split(), (language,))
    known = act if verdict else frozenset[str]()
    follows = [
        word
        for word in told
        if word not in _courtesies(language) and words.stem(word, language) not in known
    ]
    wishing = verdict and phrase in _phrase_set(language, "then_infinitive")
    if wishing and follows and not follows[0].endswith("r"):
        return None  # "quero o grande" names something, "quero trocar" agrees
    return verdict if len(follows) <= _room(text, phrase, language, verdict) else None


def _surrounded(text: str, language: str, act: frozenset[str]) -> bool:
    """Say whether one part of a text is a plain yes, and the parts around it take nothing back.

    "Que bom. Sim, pode fazer", "about the blue one: yes", "send it, yes".
    """
    parts = [said for part in PARTS.split(text) if (said := words.plain(part, language))]
    if "?" in text or any(sign.isdigit() for sign in text):
        return False
    plain = [part for part in parts if _sure(part, language, act)]
    others = [part for part in parts if part not in plain]
    if any(_denies(part, language) for part in others):
        return False
    if any(words.is_question(part, language) for part in others):
        return False
    return bool(plain) and all(
        len(_beyond(part, language, act)) <= ROOM_BEFORE_YES for part in others
    )


def _denies(part: str, language: str) -> bool:
    """Say whether a part takes something back, puts a condition, or gives up."""
    kinds = ("no_inside", "corrects", "gives_up", "gives_up_alone", "negates")
    return any(_phrases(language, kind).search(part) for kind in kinds)


def _sure(part: str, language: str, act: frozenset[str]) -> bool:
    """Say whether a part is a yes that can be nothing else, and adds no more than a word."""
    bare = _lead(language).sub("", part, count=1)
    softened = _phrases(language, "softens").match(part)
    urging = part[softened.end() :].strip() if softened else part
    if {part, bare, urging} & (_phrase_set(language, "sure") | _phrase_set(language, "urges")):
        return True
    *before, last = part.split()
    if last in _phrase_set(language, "affirms") and not _denies(part, language):
        return len(_beyond(" ".join(before), language, act)) <= 1
    for kind, room, ways in (("sure", 1, (part, bare)), ("urges", 0, (urging,))):
        for said in ways:
            match = _phrases(language, kind).match(said)
            rest = said[match.end() :] if match else ""
            if match and not _denies(rest, language) and len(_beyond(rest, language, act)) <= room:
                return True
    return False


def _taken(text: str, language: str) -> tuple[bool, str, str] | None:
    """Give the verdict that a text begins with, its words, and what follows them."""
    whole = words.plain(text, language)
    ways = (whole, _lead(language).sub("", whole, count=1), DOUBLED.sub(r"\1", whole))
    for said in dict.fromkeys(ways):
        no = _phrases(language, "no").match(said)
        yes = _phrases(language, "yes").match(said)
        if no or yes:
            break
    else:
        return None
    # "no problem", "claro que não": the longer reading wins.
    found = no if no and (not yes or no.end() >= yes.end()) else yes
    assert found is not None
    return found is yes, found[0], said[found.end() :].strip()


def _turned(rest: str, language: str) -> bool:
    """Say whether what follows a yes takes it back or corrects it."""
    return any(_phrases(language, kind).search(rest) for kind in ("corrects", "no_inside"))


def _room(text: str, phrase: str, language: str, verdict: bool) -> int:
    """Give how many more words of meaning may follow.

    A plain yes or no, cut off by a mark, may be explained; "é" or "it is" begin any sentence.
    """
    first, _, _ = phrase.partition(" ")
    size = phrase.count(" ")
    said = [words.plain(part, language) for part in PARTS.split(text)[:-1]]
    said += [_lead(language).sub("", part) for part in said]
    known = {first, phrase} & _phrase_set(language, "plain")
    more = 2 if known else 0  # "i would prefer ..." begins a sentence, it is no answer cut off
    cut = any(part.startswith(phrase) and part.count(" ") <= size + more for part in said)
    if not cut and not known:
        return 1 if phrase in _phrase_set(language, "then_verb") else 0
    return (ROOM_AFTER_MARK if verdict else 2 * ROOM_AFTER_MARK) if cut else 2 if verdict else 1


def _unsure(text: str, language: str) -> bool:
    said = words.plain(text, language)
    return _phrases(language, "unsure").search(said) is not None


@cache
def _phrases(language: str, kind: str) -> re.Pattern[str]:
    lists = words.load("agreement").get(words.base(language), {})
    listed = lists.get("no" if kind == "no_inside" else kind, [])
    if kind == "no_inside":
        listed = [phrase for phrase in listed if phrase not in lists.get("no_alone", [])]
    return words.pattern(*(words.plain(str(phrase), language) for phrase in listed or ["\0"]))


@cache
def _phrase_set(language: str, kind: str) -> frozenset[str]:
    listed = words.load("agreement").get(language, {}).get(kind, [])
    return frozenset(words.plain(str(phrase), language) for phrase in listed)


@cache
def _courtesies(language: str) -> frozenset[str]:
    listed = words.load("agreement").get(words.base(language), {}).get("fillers", [])
    return frozenset(
        word for phrase in listed for word in words.plain(str(phrase), language).split()
    )


@cache
def _lead(language: str) -> re.Pattern[str]:
    """Find what may stand before the answer: "ah, sim", "well, yes"."""
    keep = {"sim", "yes", "ok", "okay", "isso", "claro", "sure", "absolutely", "definitely",
            "of course", "com certeza", "please", "por favor", "now", "agora", "ja", "ta", "do",
            "all", "that", "you", "that is", "it", "this", "i", "eu", "tudo", "valeu", "muito",
            "can", "really", "much"}  # fmt: skip
    listed = words.load("agreement").get(language, {}).get("fillers", [])
    said = [words.folded(str(phrase)) for phrase in listed]
    leads = words.load("agreement").get(language, {}).get("leads", [])
    said = [phrase for phrase in said if phrase not in keep] or ["\0"]
    said = sorted(
        {*said, *(words.plain(str(lead), language) for lead in leads)}, key=len, reverse=True
    )
    return re.compile(rf"^(?:(?:{'|'.join(map(re.escape, said))})\s+)+")
