"""Checks a draft before it is sent: each sentence by the rules that the AI's own sentences are held against.

It marks and forbids nothing: a person may know what no record shows. Facts may rest on all that was said
here; what is claimed to be done or promised rests on records and people's words, not on the AI's offers.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from agents import Evidence, Said, Slot
from conversations import effects, handoffs
from core.database import Tx
from core.sentences import sentences
from core.workspace import Policies, Text, read_yaml
from customers import cases
from desk.writing.thread import Thread
from graph.context import TurnContext
from graph.ensemble import Ensemble
from graph.grounding import grounds
from graph.reviewing import Grounds, Rule, claims, conduct, facts, people, reading
from models.embedded import words
from tools import Preview, Tool, approval_reason

TEXTS: dict[str, Text] = read_yaml(Path(__file__).with_name("checks.yaml"))
SEARCHED = 12
"""Sentences of a draft for which the articles are searched."""

PASSAGES = 4
OF_WORDING: dict[str, Rule] = {
    "markup": conduct.markup,
    "tone": conduct.avoided_word,
    "language": conduct.other_language,
}
OF_FACTS: dict[str, Rule] = {
    "link": facts.unknown_link,
    "personal_data": people.stranger_data,
    "address": people.stranger_address,
    "name": people.stranger_name,
    "number": facts.unsupported_number,
    "day": facts.unsupported_day,
    "contradiction": facts.contradiction,
}
OF_CLAIMS: dict[str, Rule] = {
    "promise": claims.forbidden_promise,
    "claim": claims.unearned_claim,
}
HERS = ("number", "day", "link")
"""Kinds of facts that she may have told us herself."""


class Mark(NamedTuple):
    """Something in a draft that its writer should look at."""

    start: int
    end: int
    kind: str
    reason: str
    said_by_customer: bool = False


@dataclass(frozen=True, kw_only=True)
class Records:
    """What is on record for a conversation, beside its messages."""

    effects: Sequence[Mapping[str, Any]] = ()
    promises: Sequence[str] = ()
    case_ids: Sequence[str] = ()


def records(tx: Tx, workspace_id: str, here: Thread) -> Records:
    """Read what is on record for a conversation, and of its customer what is known here."""
    customer_id = here.customer.customer_id
    return Records(
        effects=effects.of_conversation(tx, workspace_id, here.conversation_id),
        promises=handoffs.promises(tx, workspace_id, customer_id),
        case_ids=[case.case_id for case in cases.open_cases(tx, workspace_id, customer_id)],
    )


def told(kind: str, languages: Iterable[str]) -> Text:
    """Give what a kind of mark means, in these languages."""
    return {language: TEXTS[kind][language] for language in languages}


async def marks(
    text: str, here: Thread, records: Records, ensemble: Ensemble, *, language: str, writer: str
) -> list[Mark]:
    """Give what should be looked at in a draft, in order.

    Args:
        language: the customer's.
        writer: name of the person who writes.
    """
    passages = await _passages(text, here, ensemble, language)
    sound = _grounds(here, records, ensemble, passages, language, writer)
    said = [Evidence(source="company", text=one["text"]) for one in here.said_by("ai")]
    wide = replace(sound, evidence=(*sound.evidence, *said))
    hers = [Evidence(source="company", text=one) for one in wide.customer]
    widest = replace(wide, evidence=(*wide.evidence, *hers))
    limited = _limited(ensemble, records)
    policies = ensemble.workspace.policies
    return [
        mark._replace(start=start, end=end)
        for start, end, sentence in _placed(text)
        for mark in _of_sentence(sentence, sound, wide, widest, limited, policies)
    ]


def _placed(text: str) -> Iterator[tuple[int, int, str]]:
    """Give the sentences of a text, each with where it stands without the space around it."""
    at = 0
    for sentence in sentences(text):
        bare = sentence.strip()
        start = at + sentence.find(bare) if bare else at
        at += len(sentence)
        if bare:
            yield start, start + len(bare), bare


def _of_sentence(
    sentence: str, sound: Grounds, wide: Grounds, widest: Grounds,
    limited: Sequence[Tool], policies: Policies,
) -> Iterator[Mark]:  # fmt: skip
    for kind, rule in OF_WORDING.items():
        if reason := rule(sentence, wide):
            yield Mark(0, 0, kind, reason)
    if wide.says(sentence):
        return  # word for word as it was said, or as an article has it
    for kind, rule in OF_FACTS.items():
        if reason := rule(sentence, wide):
            hers = kind in HERS and rule(sentence, widest) is None
            yield Mark(0, 0, kind, reason, said_by_customer=hers)
    for kind, rule in OF_CLAIMS.items():
        if reason := rule(sentence, sound):
            yield Mark(0, 0, kind, reason)
    if reason := _above(sentence, limited, policies):
        yield Mark(0, 0, "above_limit", reason)


async def _passages(text: str, here: Thread, ensemble: Ensemble, language: str) -> list[Evidence]:
    """Give what the articles say on what the draft says, and on what she asked last."""
    asked = [one["text"] for one in here.said_by("customer")][-1:]
    written = [sentence for *_, sentence in _placed(text)][:SEARCHED]
    found: dict[str, Evidence] = {}
    for question in (*written, *asked):
        for passage in await ensemble.search(question, language=language, limit=PASSAGES):
            evidence = Evidence(source="passage", text="", passage=passage)
            found.setdefault(passage["passage_id"], evidence)
    return list(found.values())


def _grounds(
    here: Thread, records: Records, ensemble: Ensemble, passages: list[Evidence],
    language: str, writer: str,
) -> Grounds:  # fmt: skip
    """Give what claims rest on: records, articles and people's words, as for a reply of the AI."""
    customer = here.customer
    history = [
        Said(role=one["role"], text=one["text"]) for one in here.said_by("customer", "person")
    ]
    hers = {
        f"{place}": Slot(value=value, source="profile", verification=customer.verification)
        for place, value in enumerate((*customer.accounts, *customer.claims.values()))
    }
    context = TurnContext(
        facts={
            "name": customer.name,
            "promises": list(records.promises),
            "open_cases": [{"case_id": one} for one in records.case_ids],
        }
    )
    made = grounds(
        ensemble,
        context,
        language=language,
        evidence=(*map(_effect, records.effects), *passages),
        history=history,
        slots=hers,
    )
    staff = {writer, *(one["agent"] for one in here.said_by("person"))}
    return replace(made, names=(*made.names, *sorted(staff)))


def _effect(effect: Mapping[str, Any]) -> Evidence:
    named = effect["tool"].replace("_", " ")
    done = effect["state"] == "done"
    return Evidence(source="effect" if done else "tool", text=effect["text"], data=[named])


def _limited(ensemble: Ensemble, records: Records) -> list[Tool]:
    """Give the tools that may need an approval, but for those that have been carried out here."""
    done = {effect["tool"] for effect in records.effects if effect["state"] == "done"}
    return [tool for name, tool in ensemble.tools.items() if name not in done]


def _above(sentence: str, limited: Sequence[Tool], policies: Policies) -> str | None:
    """What takes an approval is not promised as if it took none.

    A tool is known to be what a sentence speaks of by its name: `book_visit` books.
    """
    spoken = {one.group for one in claims.claims(words.folded(sentence)) if one.kind != "state"}
    amounts = [float(one.value) for one in reading.amounts(sentence) if one.kind == "money"]
    preview = Preview(text=sentence, amount=max(amounts, default=0.0))
    spoken_of = (tool for tool in limited if any(_names(tool.name, group) for group in spoken))
    reasons = (approval_reason(tool, preview, policies) for tool in spoken_of)
    return next((reason for reason in reasons if reason), None)


def _names(tool: str, group: str) -> bool:
    """Say whether the name of a tool has the verb of a group of claims."""
    stems = reading.lists()["actions"].get(group, {"en": []})["en"]
    return any(part.startswith(stem) for part in tool.split("_") for stem in stems)
