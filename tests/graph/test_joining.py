"""The states of two conversations that become one, in the real graph."""

from typing import Any

import pytest

from graph.ensemble import Ensemble
from graph.joining import joined_state, parted_state, slots_of
from graph.saver import TurnSaver
from tests.graph.club import Talk, talk, text

CREDIT = "I want a credit of 30 reais for loan L-201"


def deeds(speaker: Talk) -> list[str]:
    """Give what was done at the back office."""
    return _book(speaker.conductor.ensemble)


def _book(ensemble: Ensemble) -> list[str]:
    return ensemble.tools["credit_member"].function.__wrapped__.__globals__["DONE"]  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def nothing_done(ensemble: Ensemble) -> None:
    _book(ensemble).clear()


def values(speaker: Talk) -> dict[str, Any]:
    return TurnSaver(speaker.rows).values()


def join(kept: Talk, merged: Talk, *, kept_is_recent: bool) -> Talk:
    kept.rows = joined_state(kept.rows, merged.rows, kept_is_recent=kept_is_recent)
    kept.turns += 100  # the ids of further messages are new ones
    return kept


@pytest.fixture
def at_home(ensemble: Ensemble) -> Talk:
    return talk(ensemble, language="en")


@pytest.fixture
def on_the_way(ensemble: Ensemble) -> Talk:
    speaker = talk(ensemble, language="en")
    speaker.turns = 50
    return speaker


async def test_a_yes_is_to_what_she_was_asked_last_whichever_conversation_is_kept(
    at_home: Talk, on_the_way: Talk
) -> None:
    await at_home.says("how are you today?")
    await on_the_way.says(CREDIT)
    one = join(at_home, on_the_way, kept_is_recent=False)
    reply = await one.says("yes")
    assert "L-201" in text(reply) and deeds(one)


async def test_a_yes_is_never_to_what_was_proposed_in_the_older_talk(
    at_home: Talk, on_the_way: Talk
) -> None:
    await at_home.says(CREDIT)
    await on_the_way.says("for how many days may I keep a book?")
    one = join(at_home, on_the_way, kept_is_recent=False)
    await one.says("yes")
    assert not deeds(one)
    assert [under_way["journey"] for under_way in values(one)["journey"]], "but it can go on"


async def test_what_was_said_in_both_is_before_it_and_a_hand_off_stays_pending(
    at_home: Talk, on_the_way: Talk
) -> None:
    await at_home.says("I want to speak to a person")
    await on_the_way.says("how are you today?")
    one = join(at_home, on_the_way, kept_is_recent=False)
    said = [message.content for message in values(one)["messages"]]
    assert said.index("I want to speak to a person") < said.index("how are you today?")
    assert values(one)["handoff"]
    told = {"kind": "handback", "did": "", "promised": "a call", "changed": "", "follow_up": ""}
    await one.says("", event=told | {"person": "Bia"})
    assert not values(one)["handoff"]


def test_what_was_proved_counts_more_than_what_is_newer() -> None:
    def slot(value: str, verification: str) -> dict[str, str]:
        return {"value": value, "source": "care", "verification": verification}

    recent = {"name": slot("Eve", "claimed"), "city": slot("Rio", "claimed")}
    before = {"name": slot("Ana", "verified"), "city": slot("Recife", "claimed")}
    known = {name: one["value"] for name, one in slots_of(recent, before).items()}
    assert known == {"name": "Ana", "city": "Rio"}


async def test_where_one_has_no_state_the_others_goes_on(at_home: Talk, on_the_way: Talk) -> None:
    await on_the_way.says(CREDIT)
    one = join(at_home, on_the_way, kept_is_recent=False)
    await one.says("yes")
    assert deeds(one)


@pytest.mark.parametrize("recent", [True, False])
async def test_taken_apart_at_once_each_knows_what_it_had_known(
    at_home: Talk, on_the_way: Talk, recent: bool
) -> None:
    await at_home.says("my name is Ana, how are you today?")
    await on_the_way.says(CREDIT)
    before, other = at_home.rows, on_the_way.rows
    joined = joined_state(before, other, kept_is_recent=recent)
    for hers, theirs in ((before, other), (other, before)):
        base = joined if hers is before else hers
        apart = TurnSaver(parted_state(base, joined, hers, theirs)).values()
        had = TurnSaver(hers).values()
        for name in ("slots", "journey", "offered", "handoff"):
            assert (apart.get(name) or None) == (had.get(name) or None), name
        assert [one.id for one in apart["messages"]] == [one.id for one in had["messages"]]


async def test_what_was_learned_since_stays_and_what_only_the_other_knew_goes(
    at_home: Talk, on_the_way: Talk
) -> None:
    await at_home.says("how are you today?")
    await on_the_way.says(CREDIT)
    before, other = at_home.rows, on_the_way.rows
    one = join(at_home, on_the_way, kept_is_recent=False)
    await one.says("for how many days may I keep a book?")
    apart = TurnSaver(parted_state(one.rows, one.rows, before, other)).values()
    said = [message.content for message in apart["messages"]]
    assert said[0] == "how are you today?"
    assert "for how many days may I keep a book?" in said
    assert CREDIT not in said
    assert "L-201" not in str([apart.get(name) for name in ("slots", "journey", "awaiting")])
