"""The send gate's rules."""

from typing import Any

import pytest

from conversations.gate import Facts, objection


def delivery(role: str = "ai", kind: str = "transactional", *, recalled: bool = False) -> Any:
    return {"role": role, "class": kind, "recalled": recalled}


def facts(
    owner: str = "ai", state: str = "open", consented: bool | None = None, *, torn: bool = False
) -> Facts:
    return Facts(owner=owner, state=state, consented=consented, torn=torn)


@pytest.mark.parametrize("owner", ["ai", "queue"])
def test_the_ai_speaks_while_no_person_does(owner: str) -> None:
    assert objection(delivery(), facts(owner), 0.0) is None


def test_the_ai_is_silent_once_a_person_speaks_or_the_conversation_is_closed() -> None:
    assert objection(delivery(), facts("person"), 0.0) == "a person has taken over"
    assert objection(delivery(recalled=True), facts(), 0.0) == "a person has taken over"
    assert objection(delivery(), facts(state="closed"), 0.0) == "the conversation was closed"


@pytest.mark.parametrize("state", ["open", "closed"])
def test_a_person_is_never_silenced(state: str) -> None:
    assert objection(delivery("person"), facts("person", state), 0.0) is None


@pytest.mark.parametrize("role", ["ai", "person"])
def test_no_part_goes_out_after_one_that_did_not_whoever_speaks(role: str) -> None:
    reason = "an earlier part of its message did not go out"
    assert objection(delivery(role), facts(role, torn=True), 0.0) == reason


@pytest.mark.parametrize("role", ["ai", "person", "system"])
def test_nothing_promotional_goes_out_without_a_consent_whoever_sends(role: str) -> None:
    offer = delivery(role, "promotional")
    assert objection(offer, facts(), 0.0) == "no consent is known"
    assert objection(offer, facts(consented=False), 0.0) == "she did not consent"
    assert objection(offer, facts(consented=True), 0.0) is None


def test_a_rule_that_is_added_is_asked() -> None:
    def at_night(_delivery: Any, _facts: Facts, now: float) -> str | None:
        return "it is night" if now < 8 else None

    assert objection(delivery(), facts(), 3.0, (at_night,)) == "it is night"
    assert objection(delivery(), facts(), 9.0, (at_night,)) is None
