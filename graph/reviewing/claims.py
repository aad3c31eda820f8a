"""Rules on what is claimed to be done or promised: it takes an effect, a result or the company's word."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Literal, NamedTuple

from graph.reviewing import reading
from graph.reviewing.grounds import Grounds
from models.embedded import words

PROMISE_WINDOW = 7
"""Words within which the words of a forbidden promise stand, in whatever order and inflection."""

NOT_WINDOW = 4
"""Words over which a "not" reaches."""

GENERAL = 0.3
"""Likeness to a sentence of an article from which a general statement rests on it."""

RETOLD = 0.75
"""The same where it says that something happened: an article tells how things are done, not that one was."""

EN_PAST = r"(?:\w*ed|sent|resent|paid|repaid)"
EN_SUBJECT = (
    r"\b(?:i|we)(?:['’](?:ve|d)| have| had)?"
    r"(?: \w+ly| just| already| now| also| gone ahead and| went ahead and){0,3} "
)
EN_STATE = (
    r"(?:\b(?:has|have|had)(?: \w+){0,2}? been|\b(?:was|were|is|are|got|gets|been)|['’]s)"
    r"(?: \w+){0,2}? "
)
EN_FUTURE = (
    r"(?:\b(?:will|shall|am going to|are going to|is going to|going to|promise to|guarantee to)|['’]ll"
    r"|['’](?:m|re) going to)(?: \w+){0,2}? (?:be |get |have )?"
)
PT_FUTURE_VERB = (
    r"(?:vou|vamos|vai|vao|iremos|irei|ira|irao|prometo|prometemos|garanto|garantimos)"
    r"(?: \w+){0,2}? "
)
PT_FIRST = r"(?:ei|i|emos|imos|amos)\b"
PT_DONE = r"(?:ad[oa]s?|id[oa]s?)\b"
PT_FUTURE = r"\w{0,6}?(?:arei|aremos|ara|arao|erei|eremos|era|erao|irei|iremos|ira|irao)\b"


HAPPENED = re.compile(
    r"\b(?:(?:has|have|had)(?: \w+){0,2}? been|was|were|foi|foram|ja esta|ja estao)(?: \w+){0,3}$"
)

Kind = Literal["did", "state", "will"]
Pattern = tuple[Kind, str, re.Pattern[str]]


class Claim(NamedTuple):
    """Something that a sentence says was done, is so, or will be."""

    kind: Kind
    group: str
    ours: bool
    """Whether the company itself did it or is to: then an article, which speaks to all, is no proof."""

    happened: bool
    """Whether it says that it came to be so, rather than that it is so."""


def unearned_claim(sentence: str, grounds: Grounds) -> str | None:
    """What is said to be done was done in this turn, or a result says so; promises likewise."""
    if sentence.rstrip().endswith("?"):
        return None
    flat = words.folded(sentence)
    specific = _specific(flat)
    made = list(claims(flat))
    if (
        made
        and (gift := _gift().search(flat))
        and not any(
            _shows(re.compile(rf"\b{gift[0]}"), text) for text in (*grounds.told, *grounds.facts)
        )
    ):
        return f"it promises a {gift[0]!r}, and nothing it rests on grants one"
    for claim in made:
        if not _earned(claim, sentence, specific, grounds):
            told = {"did": "was done", "state": "is so", "will": "will be"}[claim.kind]
            return f"it says that something {told} ({claim.group}), and nothing shows it"
    if _finished().search(flat) and not grounds.effects and not grounds.says(sentence):
        return "it says that something is done, and nothing was"
    return None


def forbidden_promise(sentence: str, grounds: Grounds) -> str | None:
    """What policy says is never promised needs a result that says so, in whatever inflection."""
    said = reading.WORD.findall(words.folded(sentence))
    for phrase in grounds.never_promise:
        place = _promised(phrase, said)
        if place is None or set(said[max(0, place - 3) : place]) & set(reading.both("negators")):
            continue
        texts = (reading.WORD.findall(words.folded(text)) for text in grounds.told)
        if not any(_promised(phrase, text) is not None for text in texts):
            return f"policy: {phrase!r} is never promised"
    return None


def claims(flat: str) -> Iterator[Claim]:
    """Give what a folded sentence claims; what stands under a condition or a "not" is no claim."""
    of = {group for group in _groups() if _group(group).search(flat)}
    for kind, group, pattern in (one for one in _patterns() if one[1] in of):
        for match in pattern.finditer(flat):
            clause = re.split(r"[,;:.(–—]", flat[: match.start()])[-1]
            before = reading.WORD.findall(clause)
            negated = _denied(flat[: match.start()]) or _denied(match[0])
            if not negated and not set(before) & _conditions():
                words_before = f"{' '.join(before)} {match[0]}"
                ours = bool(_ours().search(words_before)) if kind == "will" else kind == "did"
                # "abrimos" is what was done once, or what is always done.
                happened = bool(HAPPENED.search(words_before))
                yield Claim(kind, group, ours and not match[0].endswith("mos"), happened)


def _earned(claim: Claim, sentence: str, specific: bool, grounds: Grounds) -> bool:
    group = _group(claim.group)
    proofs = grounds.effects if claim.kind == "did" else (*grounds.told, *grounds.facts)
    if any(_shows(group, text) for text in proofs):
        return True
    if specific or claim.ours:
        return False
    sense, least = reading.opposed(sentence), RETOLD if claim.happened else GENERAL
    return any(
        group.search(words.folded(statement))
        and reading.likeness(sense, reading.opposed(statement)) >= least
        for passage_id, statement in grounds.statements
        if passage_id
    )


def _shows(group: re.Pattern[str], text: str) -> bool:
    """Say whether a text says something of a group, and not that it is not so."""
    flat = words.folded(text)
    return any(
        not _denied(flat[: match.start()]) and not _denied_after(flat[match.end() :])
        for match in group.finditer(flat)
    )


def _denied_after(after: str) -> bool:
    """Say whether a thing is said not to be so right after it was named: "o reembolso não foi"."""
    said = reading.WORD.findall(re.sub(r"n['’]t\b", " not", re.split(r"[.,;:!?]", after)[0]))
    return bool({*said[:2]} & set(reading.both("negators")))


def _denied(before: str) -> bool:
    """Say whether what follows these words is said not to be so."""
    clause = re.split(r"[.;:!?]", before)[-1]
    said = reading.WORD.findall(re.sub(r"n['’]t\b", " not", clause))
    return bool({*said[-NOT_WINDOW:]} & set(reading.both("negators")))


def _specific(flat: str) -> bool:
    """Say whether a sentence is about this customer's matter rather than about customers at large."""
    said = set(reading.WORD.findall(flat))
    about = set(reading.lists()["second_person"]) - {"you", "voce", "voces"}
    return bool(said & about) or bool(re.search(r"\b[a-z]{1,3}-?\d{3,}\b", flat))


@cache
def _patterns() -> tuple[Pattern, ...]:
    found: list[Pattern] = []
    for group, stems in reading.lists()["actions"].items():
        pt, en = "|".join(stems["pt"]), "|".join(stems["en"])
        en_done = rf"(?=(?:{en})){EN_PAST}\b"
        did = rf"{EN_SUBJECT}{en_done}|\b(?:{pt}){PT_FIRST}|\bacab(?:ei|amos|o) de (?:{pt})\w*r\b"
        state = rf"{EN_STATE}{en_done}|\b(?:{pt}){PT_DONE}|\b{en_done}(?= successfully)"
        will = (
            rf"{EN_FUTURE}(?:{en})\w*|\b{PT_FUTURE_VERB}(?:ser )?(?:{pt})\w*|\b(?:{pt}){PT_FUTURE}"
        )
        found.append(("did", group, re.compile(did)))
        found.append(("state", group, re.compile(state)))
        found.append(("will", group, re.compile(will)))
    received = reading.lists()["receive"]
    pt, en = "|".join(received["pt"]), "|".join(received["en"])
    will = rf"{EN_FUTURE}(?:{en})\w*|\b{PT_FUTURE_VERB}(?:{pt})\w*|\b(?:{pt}){PT_FUTURE}"
    found.append(("will", "receive", re.compile(will)))
    won = r"\b(?:ganhou|recebeu|ganhaste)\b|\byou(?:['’]ve| have)?(?: just)? (?:won|earned|received|got)\b"
    found.append(("state", "receive", re.compile(won)))
    return tuple(found)


@cache
def _groups() -> tuple[str, ...]:
    return tuple(dict.fromkeys(group for _, group, _ in _patterns()))


@cache
def _group(name: str) -> re.Pattern[str]:
    listed = reading.lists()
    stems = listed["actions"].get(name)
    if stems is None:  # what is received was delivered, sent, refunded ...
        groups = [
            listed["receive"],
            *(listed["actions"][one] for one in ("deliver", "send", "refund")),
        ]
        stems = {key: [stem for one in groups for stem in one[key]] for key in ("pt", "en")}
    return re.compile(rf"\b(?:{'|'.join([*stems['pt'], *stems['en']])})\w*")


@cache
def _finished() -> re.Pattern[str]:
    return re.compile("|".join(rf"(?:\b{one})" for one in reading.both("finished")))


@cache
def _ours() -> re.Pattern[str]:
    return re.compile(
        r"\b(?:i|we|vou|vamos|irei|iremos|prometo|garanto|\w+(?:arei|aremos|erei|irei))\b"
    )


@cache
def _gift() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(reading.both('gifts'))})\b")


@cache
def _conditions() -> frozenset[str]:
    return frozenset(word for phrase in reading.both("conditions") for word in phrase.split()[:1])


def _promised(phrase: str, said: list[str]) -> int | None:
    """Give where all words of a phrase stand near each other, whatever their endings; else None."""
    wanted = _phrase(phrase)
    places = [[at for at, word in enumerate(said) if _inflected(word, one)] for one in wanted]
    if not all(places):
        return None
    for first in places[0]:
        near = [[at for at in one if abs(at - first) < PROMISE_WINDOW] for one in places]
        if all(near):
            return min(at for one in near for at in one)
    return None


@cache
def _phrase(phrase: str) -> tuple[str, ...]:
    """Give the words of a phrase that say something, folded."""
    grammar = words.function_words(("pt", "en")) - {"hoje", "amanha", "today", "tomorrow"}
    said = reading.WORD.findall(words.folded(phrase))
    return tuple(word for word in said if word not in grammar) or tuple(said)


def _inflected(word: str, wanted: str) -> bool:
    """Say whether a word is another form of the one that is wanted."""
    stem = wanted[: max(4, len(wanted) - 3)] if len(wanted) > 5 else wanted[:4]
    return word.startswith(stem)
