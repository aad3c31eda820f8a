"""What is kept of a long conversation: matters, values, promises and open points, in its own words.

Pure and extractive: each entry is a quote with the id of its message. How much is kept is bounded, the
beginning and the newest longer than the middle.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from core.sentences import sentences
from models.embedded import words

FIRST, NEWEST = 8, 24
"""Entries of one kind that are kept from the beginning, and of the newest."""

LONGEST_QUOTE = 240
COURTESIES = {"greeting", "thanks", "small_talk", "goodbye", "recall", "capabilities"}
VALUES = {"code", "email", "phone", "cep", "money", "date", "cpf", "cnpj"}
"""Kinds of values that are worth keeping; a bare number or an hour means nothing on its own."""

PROMISING = words.pattern(
    "vou", "vamos", "irei", "iremos", "prometo", "prometemos", "garanto", "garantimos", "combinado",
    "combinamos", "fica combinado", "será", "serão", "até", "i will", "we will", "i'll", "we'll",
    "i promise", "we promise", "guarantee", "agreed", "going to", "by",
)  # fmt: skip
KINDS = ("matters", "facts", "promises", "open")


def summed(
    before: Mapping[str, Any],
    messages: Sequence[Mapping[str, Any]],
    signals: Mapping[str, Mapping[str, Any]],
    unanswered: Mapping[str, str],
) -> dict[str, Any]:
    """Give the summary after further messages.

    Args:
        before: the summary so far; `{}` at first.
        messages: rows of the transcript, in order.
        signals: what was understood of each turn, by its id.
        unanswered: why a turn could not be answered, by its id.
    """
    found: dict[str, list[dict[str, Any]]] = {kind: list(before.get(kind, [])) for kind in KINDS}
    for message in messages:
        if message["role"] == "customer":
            heard = signals.get(message["turn_id"] or "", {})
            found["matters"] += _matters(message, heard)
            found["facts"] += _facts(message, heard)
            if why := unanswered.get(message["turn_id"] or ""):
                found["open"].append(_quoted(message, message["text"]) | {"why": why})
        elif message["role"] == "person":
            found["promises"] += _promises(message)
        elif promised := (message["event"] or {}).get("promised"):
            by = str(message["event"].get("person", ""))
            found["promises"].append(_quoted(message, str(promised)) | {"by": by})
    found["facts"] = _each_once(found["facts"])
    return {kind: _bounded(entries) for kind, entries in found.items() if entries}


def _matters(message: Mapping[str, Any], heard: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give what she asked for in a message, in her own words."""
    return [
        _quoted(message, intent["text"]) | {"intent": intent["name"]}
        for intent in heard.get("intents", [])
        if intent["name"] not in COURTESIES and intent["text"].strip() in message["text"]
    ]


def _facts(message: Mapping[str, Any], heard: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give the values she named, each with the sentence that has it."""
    return [
        _quoted(message, _sentence_with(message["text"], entity["text"]))
        | {"kind": entity["kind"], "value": str(entity["value"])}
        for entity in heard.get("entities", [])
        if entity["kind"] in VALUES and entity["text"] in message["text"]
    ]


def _promises(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give the sentences in which a person of the company promised something."""
    return [
        _quoted(message, sentence) | {"by": message["agent"]}
        for sentence in sentences(message["text"])
        if PROMISING.search(words.flat(sentence)) and not sentence.rstrip().endswith("?")
    ]


def _sentence_with(text: str, part: str) -> str:
    return next((sentence for sentence in sentences(text) if part in sentence), text)


def _quoted(message: Mapping[str, Any], quote: str) -> dict[str, Any]:
    return {
        "text": shortened(quote),
        "message_id": message["message_id"],
        "said_at": message["created_at"],
    }


def shortened(text: str, longest: int = LONGEST_QUOTE) -> str:
    """Give a text on one line, cut at a word where it is too long."""
    line = " ".join(text.split())
    if len(line) <= longest:
        return line
    return line[:longest].rsplit(" ", 1)[0].rstrip(" ,;:") + " …"


def _each_once(facts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Keep the first mention of each value."""
    first: dict[tuple[str, str], dict[str, Any]] = {}
    for fact in facts:
        first.setdefault((fact["kind"], fact["value"]), fact)
    return list(first.values())


def _bounded(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return entries if len(entries) <= FIRST + NEWEST else [*entries[:FIRST], *entries[-NEWEST:]]
