"""What examples alone do not tell of a message: clauses nobody claimed, and asking told from acting.

The classifier knows what customers say when they want something. Two things are read besides: a number
that one of the workspace's procedures takes says what a clause is about, whatever its words; and a
question on how things are in general is for the articles, even where a procedure has the same words.
"""

import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from agents import Kit
from core.workspace import read_yaml
from journeys import Journey
from models.embedded import spelling, splitting, words

QUESTION = "question"
COMPLAINT = "complaint"
BITTER = -0.5
"""Feeling, from -1 to 1, from which words that ask for nothing are taken for a complaint."""

BY_VALUE = 0.45
"""Confidence of a wish that is read from a number alone: looking something up harms nobody."""

DOUBTFUL = 0.5
"""Confidence below which a number in a clause tells more than what the clause is like."""

UNLIKELY = 0.6
"""Confidence below which a wish is doubted that has no use for the number in its clause."""

BY_FORM = 0.4
"""Confidence of a wish that is read from the form of a question alone."""

GREETING_WORDS = 3
"""Words after a greeting that may still belong to it: "hi, how are you"."""

COURTESIES = ("greeting", "thanks", "small_talk", "goodbye")
PLAIN = (QUESTION, *COURTESIES)
NUMBERED = ("numero", "number", "num", "nr", "codigo", "code")
JOINT = re.compile(
    r"(?:^|[\s,.;]+)(?:e tambem|e também|and also|e|and|n|&|mas|but)\s+", re.IGNORECASE
)

CODE_SIGNS = re.compile(r"--|[{}\[\]<>;='\"|\\^$%]")
LONGEST_WORD = 60
"""Signs of a run from which it is no word, nor a link or an address that is worth reading."""

CODE_LIKE = 5
"""Signs of a programme or of markup from which a text may be one."""

WORDS: dict[str, dict[str, list[str]]] = read_yaml(Path(__file__).with_name("intent.yaml"))


async def completed(
    text: str, intents: list[dict[str, Any]], language: str, kit: Kit, *, asked: bool = False
) -> list[dict[str, Any]]:
    """Give the intents of all clauses, in order: those the classifier read, and those it did not.

    With `asked`, a question of ours is open: a word of regret is then an answer, not a complaint.
    """
    clauses = segments(text, language)
    intents = _worded(text, intents)
    intents = _beyond_greeting(text, intents, language, kit)
    intents = [part for intent in intents for part in _by_numbers(intent, language, kit)]
    known = [part for intent in intents for part in _parted(intent, clauses, language, kit)]
    known = [await _told_apart(intent, language, kit) for intent in known]
    found = _one_question(text, _without_numbers(known, language, kit), language, kit)
    for segment in clauses:
        if not any(_same(segment, intent["text"]) for intent in found):
            if _wish_beside(found) and _only_a_number(segment, language, kit):
                continue  # it says which one the wish beside it is about
            found = [*found, *_unclaimed(segment, language, kit, alone=len(clauses) == 1)]
    if not found and not asked and kit.understanding.sentiment(text, language) <= BITTER:
        found = [{"name": COMPLAINT, "confidence": BY_FORM, "text": text.strip()}]
    found.sort(key=lambda intent: text.find(intent["text"][:12]))
    found = _without_context(text, found, language, kit)
    if {intent["name"] for intent in found} == {QUESTION}:
        return [found[0] | {"text": text.strip()}]  # "are you open? at what time"
    found = [
        one | {"text": splitting.bare(one["text"], language)} if one["name"] == QUESTION else one
        for one in found
    ]
    return [*{intent["name"]: intent for intent in reversed(found)}.values()][::-1]


def _worded(text: str, intents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the wishes that the words of a message can carry.

    Figures, signs and single letters are like no example; a word alone must be surely like one. A number
    of hers is read all the same.
    """
    count = sum(word.isalpha() and len(word) > 1 for word in words.words(text))
    if not count:
        return []
    return [one for one in intents if count > 1 or one["confidence"] >= DOUBTFUL]


def _without_context(
    text: str, found: list[dict[str, Any]], language: str, kit: Kit
) -> list[dict[str, Any]]:
    """Leave out what only leads up to a request: "it is too small. May I change it for an M?".

    A sentence that states something asks for nothing where the other one does; its words go with it.
    """
    asked = [
        one for one in found if one["name"] in _procedures(kit) and requests(one["text"], language)
    ]
    told = [
        one
        for one in found
        if one not in asked
        and one["name"] not in COURTESIES
        and asked
        and _only_leads_up(text, one, asked, language, kit)
    ]
    kept = [one for one in found if one not in told]
    if not told or len(kept) > 1:
        return kept
    return [kept[0] | {"text": text.strip()}]


def _only_leads_up(
    text: str, one: dict[str, Any], asked: list[dict[str, Any]], language: str, kit: Kit
) -> bool:
    """Say whether what was read as a wish is a statement on the matter of a request beside it."""
    if one["name"] not in (QUESTION, *_procedures(kit)) or requests(one["text"], language):
        return False
    if general(one["text"], language) or _said("besides", language).search(_flat(text, language)):
        return False
    numbered = {*numbers(one["text"], language, kit)}
    named = {number for other in asked for number in numbers(other["text"], language, kit)}
    if numbered and named and not numbered & named:
        return False
    if one["name"] not in _writing(kit) or one["confidence"] < DOUBTFUL:
        return True
    # A harm that is surely told is a matter of its own unless the request goes on in the same sentence.
    end = text.find(one["text"]) + len(one["text"])
    return not re.search(r"[.!?\n]", text[end - 1 : end + 1])


def _procedures(kit: Kit) -> set[str]:
    """Give the intents of all procedures."""
    return {journey.trigger.intent for journey in kit.journeys.values()}


def requests(text: str, language: str) -> bool:
    """Say whether a text asks for something to be done or told."""
    flat = _flat(text, language)
    if "?" in text or words.is_question(text, language):
        return True
    return any(_said(kind, language).search(flat) for kind in ("acting", "knowing", "requesting"))


def _beyond_greeting(
    text: str, intents: list[dict[str, Any]], language: str, kit: Kit
) -> list[dict[str, Any]]:
    """Read what follows a greeting, where the greeting is all that was read of a longer message."""
    if {intent["name"] for intent in intents} != {"greeting"}:
        return intents
    greeting = _said("greets", language)
    rest, flat = text, words.flat(text)
    while (match := greeting.match(flat)) is not None:
        rest = rest[match.end() :].lstrip(" ,;.!?\n")
        flat = words.flat(rest)
    if rest == text or len(words.words(rest)) <= GREETING_WORDS:
        return intents
    read = [dict(one) for one in kit.understanding.intents(rest, language)]
    return read or [{"name": QUESTION, "confidence": BY_FORM, "text": rest}]


def _wish_beside(found: list[dict[str, Any]]) -> bool:
    return any(intent["name"] not in (QUESTION, *COURTESIES) for intent in found)


def _without_numbers(found: list[dict[str, Any]], language: str, kit: Kit) -> list[dict[str, Any]]:
    """Leave out a clause that is only a number where a wish beside it says what is to be done."""
    kept = [
        one
        for one in found
        if words.is_question(one["text"], language)
        or not _only_a_number(one["text"], language, kit)
    ]
    return kept if _wish_beside(kept) else found


def _asks_itself(intent: dict[str, Any], language: str) -> bool:
    """Say whether a clause is surely a question on what it numbers: "when is V-1?"."""
    sure = intent["name"] != QUESTION and intent["confidence"] >= UNLIKELY
    return sure and words.is_question(intent["text"], language)


def _only_a_number(segment: str, language: str, kit: Kit) -> bool:
    """Say whether a clause holds no more than a number and what it numbers: "order A-1"."""
    journey = _by_value(segment, language, kit)
    if journey is None:
        return False
    called = " ".join(text for slot in journey.slots.values() for text in slot.ask.values())
    stems = set(words.stems(words.words(called), words.base(language)))
    said = words.content(words.words(segment, language), (language,))
    told = [word for word in said if word.isalpha() and len(word) > 1]
    return all(word in NUMBERED or words.stem(word, words.base(language)) in stems for word in told)


def _by_numbers(intent: dict[str, Any], language: str, kit: Kit) -> list[dict[str, Any]]:
    """Part a wish that names two numbers where each part is a wish of its own."""
    text = intent["text"]
    marks = sorted({text.find(value) for value in numbers(text, language, kit)} - {-1})
    if len(marks) < 2:
        return [intent]
    for at in (match.start() for match in JOINT.finditer(text) if match.start() > 0):
        first, second = text[:at].strip(), JOINT.sub("", text[at:].strip(" ,.;"), count=1).strip()
        if not (numbers(first, language, kit) and numbers(second, language, kit)):
            continue
        before, after = (_own_wish(part, language, kit) for part in (first, second))
        if before and before["name"] != (after or {}).get("name"):
            unread = {"name": QUESTION, "confidence": BY_FORM, "text": second}
            return [before, after or unread]
    return [intent]


def _own_wish(text: str, language: str, kit: Kit) -> dict[str, Any] | None:
    """Give what a part of a message asks for on its own, a question aside."""
    read = [one for one in kit.understanding.intents(text, language) if one["name"] not in PLAIN]
    return read[0] | {"text": text} if read else None


def numbers(text: str, language: str, kit: Kit) -> list[str]:
    """Give the numbers in a text that procedures take, as they are written there."""
    entities = kit.understanding.entities(text, language, kit.context.now)
    return [str(entity["text"]) for entity in entities if entity["kind"] == "code"]


def _parted(
    intent: dict[str, Any], clauses: list[str], language: str, kit: Kit
) -> list[dict[str, Any]]:
    """Part a wish that covers a question in general and something about the customer's own matter."""
    covered = [segment for segment in clauses if segment in intent["text"]]
    if len(covered) < 2:
        return [_looked_up(intent, language, kit)]
    numbered = [segment for segment in covered if _by_value(segment, language, kit)]
    asks = intent["name"] == QUESTION
    about = [one for one in covered if one not in numbered and (asks or general(one, language))]
    own = [segment for segment in covered if segment not in about]
    if not numbered or not about:
        return [_looked_up(intent, language, kit)]
    question = {"name": QUESTION, "confidence": max(BY_FORM, asks * intent["confidence"])}
    parts: list[dict[str, Any]] = [question | {"text": " ".join(about)}]
    for segment in own:
        read = kit.understanding.intents(segment, language)
        read = [one for one in read if one["name"] != QUESTION]
        if not read and not asks:
            read = [intent | {"text": segment}]
        read = [_looked_up(one, language, kit) for one in read]
        parts += read or _unclaimed(segment, language, kit, alone=False)
    return parts


def is_code(text: str) -> bool:
    """Say whether a text is for machines: brackets and quotes, or runs longer than any word."""
    signs = CODE_SIGNS.findall(text)
    said = [word for word in words.words(CODE_SIGNS.sub(" ", text)) if word.isalpha()]
    if len(signs) >= CODE_LIKE and 2 * len(signs) >= 3 * len(said):
        return True
    runs = text.split()
    return 2 * sum(len(run) for run in runs if len(run) > LONGEST_WORD) > sum(map(len, runs))


def general(text: str, language: str) -> bool:
    """Say whether a text asks how things are, for anybody."""
    flat = _flat(text, language)
    return _said("general", language).search(flat) is not None and not _owns(flat, language)


def _owns(flat: str, language: str) -> bool:
    """Say whether a text speaks of the customer's own matter: "my order", "this one", a number."""
    said = _said("not_own", language).sub(" ", flat)
    return any(map(str.isdigit, said)) or _said("own", language).search(said) is not None


def _looked_up(intent: dict[str, Any], language: str, kit: Kit) -> dict[str, Any]:
    """Give the look-up where a clause only names a number and asks to look: "see A-1 for me"."""
    journey = _by_value(intent["text"], language, kit)
    if journey is None or journey.trigger.intent == intent["name"]:
        return intent
    found = intent | {"name": journey.trigger.intent, "confidence": BY_VALUE}
    if intent["name"] == QUESTION and intent["confidence"] < DOUBTFUL:
        return found  # what articles answer has no number of hers
    if _takes_no_number(intent["name"], kit) and intent["confidence"] < UNLIKELY:
        return found  # nor does a procedure that begins something new
    said = _said("looking", language).sub(" ", _flat(intent["text"], language))
    told = words.content(words.words(said, language), (language,))
    if any(len(word) > 1 and word.isalpha() for word in told):
        return intent
    return found


def _takes_no_number(name: str, kit: Kit) -> bool:
    """Say whether a wish is for a procedure none of whose slots is a number of something there is."""
    journey = next((one for one in kit.journeys.values() if one.trigger.intent == name), None)
    return journey is not None and not any(
        "pattern" in slot.schema_ for slot in journey.slots.values()
    )


def _one_question(
    text: str, intents: list[dict[str, Any]], language: str, kit: Kit
) -> list[dict[str, Any]]:
    """Join clauses that only lead up to a question: "I regret it. May I return it? Until when?"."""
    about = {intent["name"] for intent in intents}
    if len(about) < 2 or QUESTION not in about or not about <= {QUESTION, *_writing(kit)}:
        return intents
    if _acts(text, language) or _owns(_flat(text, language), language):
        return intents
    surest = max(intent["confidence"] for intent in intents)
    return [{"name": QUESTION, "confidence": surest, "text": text.strip()}]


def _writing(kit: Kit) -> set[str]:
    """Give the intents of the procedures that change something."""
    return {
        journey.trigger.intent
        for journey in kit.journeys.values()
        if any(hasattr(step, "confirm") for step in journey.steps)
    }


def _acts(text: str, language: str) -> bool:
    """Say whether a text asks to do something, rather than to be told how it is."""
    asked = _said("knowing", language).sub(" ", _flat(text, language))
    return _said("acting", language).search(asked) is not None


def segments(text: str, language: str) -> list[str]:
    """Cut a message where a sentence ends or another matter is joined."""
    found: list[str] = []
    for clause in splitting.clauses(text, language):
        turns = _said("general", language).search(_flat(clause.text, language)) is not None
        if clause.strong or turns or not found:
            found.append(clause.text)
        else:
            found[-1] += clause.text
    return [segment.strip() for segment in found]


def _same(segment: str, claimed: str) -> bool:
    bare = segment.strip(" ,;.!?")
    return bare in claimed or claimed.strip(" ,;.!?") in bare


def _unclaimed(segment: str, language: str, kit: Kit, *, alone: bool) -> list[dict[str, Any]]:
    """Read a clause that is like none of the examples."""
    if journey := _by_value(segment, language, kit):
        return [{"name": journey.trigger.intent, "confidence": BY_VALUE, "text": segment}]
    asks = segment.endswith("?") and len(segment.split()) > 2
    in_general = general(segment, language) and not _acts(segment, language)
    if (asks and not alone) or in_general:
        return [{"name": QUESTION, "confidence": BY_FORM, "text": segment}]
    return []


def _by_value(segment: str, language: str, kit: Kit) -> Journey | None:
    """Find the procedure that only looks up what a number in the clause stands for."""
    for journey in kit.journeys.values():
        if any(hasattr(step, "confirm") for step in journey.steps):
            continue
        schemas = {
            name: slot.schema_ for name, slot in journey.slots.items() if "pattern" in slot.schema_
        }
        if schemas and kit.understanding.values(schemas, segment, language, kit.context.now):
            return journey
    return None


async def _told_apart(intent: dict[str, Any], language: str, kit: Kit) -> dict[str, Any]:
    """Turn a wish to act, or a complaint, into a question where the clause asks how things are in general.

    "How many days do I have to complain?" complains of nothing, unless it is bitter.
    """
    text = intent["text"]
    if intent["name"] not in (COMPLAINT, *_writing(kit)) or not general(text, language):
        return intent
    if intent["name"] == COMPLAINT:
        bitter = kit.understanding.sentiment(text, language) <= BITTER
        return intent if bitter else intent | {"name": QUESTION}
    if _acts(text, language) and not await kit.search(text, language=language):
        return intent
    return intent | {"name": QUESTION}


@lru_cache(maxsize=512)
def _flat(text: str, language: str) -> str:
    """Give a text as the word lists are looked up in it, slips of the finger mended."""
    return words.flat(spelling.listening(_listened(language), language).text(text))


@cache
def _listened(language: str) -> frozenset[str]:
    listed = (kind.get(language, kind["en"]) for kind in WORDS.values())
    return frozenset(
        word for phrases in listed for phrase in phrases for word in words.words(phrase)
    )


@cache
def _said(kind: str, language: str) -> re.Pattern[str]:
    return words.pattern(*WORDS[kind].get(language, WORDS[kind]["en"]))
