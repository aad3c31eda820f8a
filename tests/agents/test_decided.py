"""What a customer is told of a request that a person has decided on and that is not through yet."""

from typing import Any

import pytest

from agents.decided import standing
from agents.phrases import phrases
from agents.requesting import elsewhere
from agents.transactions import __file__ as transactions
from journeys.model import Confirm
from tests.agents.customer import clinic

PREVIEW = {"pt-BR": "cancelar a consulta V-1001", "en": "cancel visit V-1001"}


def request(state: str, language: str) -> dict[str, Any]:
    steps = [step for one in clinic().journeys.values() for step in one.steps]
    tool = next(step.confirm for step in steps if isinstance(step, Confirm))
    proposal = {"tool": tool, "arguments": {}, "preview": PREVIEW[language]}
    return {
        "approval_id": "p1",
        "state": state,
        "proposal": proposal,
        "decision": {},
        "outcome": {},
    }


@pytest.mark.parametrize("language", ["pt-BR", "en"])
async def test_what_was_just_decided_is_not_denied_and_sounds_neither_approved_nor_refused(
    language: str,
) -> None:
    facts = {"pending_approvals": [], "requests": [request("decided", language)]}
    brief: Any = {"language": language, "facts": facts, "journey": []}
    report = await standing(brief, None, phrases(transactions))  # pyright: ignore[reportArgumentType]
    assert PREVIEW[language] in report["text"]
    assert {"pt-BR": "acabou de decidir", "en": "just decided"}[language] in report["text"]


@pytest.mark.parametrize(
    ("state", "stands"),
    [("pending", "waiting"), ("decided", "waiting"), ("done", "done"), ("rejected", "cancelled")],
)
def test_a_request_of_another_conversation_stands_as_what_became_of_it(
    state: str, stands: str
) -> None:
    found = elsewhere({"requests": [request(state, "en")]}, clinic().journeys, [])
    assert [one["state"] for one in found][:1] == [stands]


def test_what_she_took_back_herself_is_no_request_any_more() -> None:
    assert elsewhere({"requests": [request("withdrawn", "en")]}, clinic().journeys, []) == []
