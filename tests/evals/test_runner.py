"""Dialogues are led through the real routes, on a house whose graph only echoes."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from core.database import Database
from core.upgrade import load_tables
from evals.cases import Case, Dialogue
from evals.house import facts_of
from evals.report import as_data, printed
from evals.runner import Facts, lead
from tests.conversations import site
from tests.conversations.echo import House, W, house, kept


class Echo:
    """A place for dialogues: the echo's routes."""

    def __init__(self, home: House, http: httpx.AsyncClient, staff: dict[str, str]) -> None:
        self.http, self.staff, self.stream = http, staff, False
        self._home = home
        self.days = 0

    async def fresh(self) -> None:
        """Every test has a house of its own."""

    async def pass_days(self, days: int) -> None:
        self.days += days

    async def facts(self, conversation_id: str) -> Facts:
        return await self._home.database.reading(facts_of, W, conversation_id)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    database = Database(f"sqlite:///{tmp_path}/regente.sqlite")
    database.write(load_tables().create_all)
    yield house(database, tmp_path)
    database.close()


@pytest.fixture
async def place(home: House) -> AsyncIterator[Echo]:
    async with site.client(home) as http:
        yield Echo(home, http, await site.key(home, "Marta"))


def case(*steps: dict[str, Any], **said: Any) -> Case:
    dialogue = Dialogue.model_validate(
        {"dialogue": "echo", "about": "-", "steps": list(steps), "wordings": {"en": [said]}}
    )
    return Case(dialogue, "en", 1, said)


@pytest.mark.parametrize("stream", [False, True])
async def test_a_reply_is_heard_and_judged(place: Echo, stream: bool) -> None:
    place.stream = stream
    step = {
        "customer": "ask",
        "expect": {"all": ["you said hello"], "agents": ["echo"], "cases": 0},
    }
    talk = await lead(place, case(step, ask="hello"))
    assert talk.wrong == []
    assert talk.transcript == [("customer", "hello"), ("ai", "You said hello.")]
    assert len(talk.turns_ms) == 1


async def test_the_first_step_that_goes_wrong_is_the_last(place: Echo) -> None:
    talk = await lead(
        place,
        case(
            {"customer": "ask", "expect": {"all": ["goodbye"]}}, {"customer": "more"},
            ask="hello", more="again",
        ),
    )  # fmt: skip
    assert talk.wrong == ["step 1: it does not say 'goodbye'"]
    assert ("customer", "again") not in talk.transcript


async def test_a_step_without_expectations_still_wants_one_reply(place: Echo) -> None:
    talk = await lead(place, case({"customer": "ask"}, ask="hello"))
    assert talk.wrong == []


async def test_messages_in_a_row_are_sent_in_order_and_answered_once(
    place: Echo, home: House
) -> None:
    async def until_all_are_in(_: Any) -> None:
        if talk_has_begun:
            await kept(home, 3)
        talk_has_begun.append(True)

    talk_has_begun: list[bool] = []
    home.conductor.before = until_all_are_in
    talk = await lead(
        place, case({"customer": "first"}, {"customer": "more"}, first="hi", more=["one", "two"])
    )
    assert talk.wrong == []
    assert [text for who, text in talk.transcript if who == "customer"] == ["hi", "one", "two"]
    assert "one" in talk.transcript[-1][1]
    assert "two" in talk.transcript[-1][1]


async def test_a_stranger_cannot_begin_with_several_messages_at_once(place: Echo) -> None:
    talk = await lead(place, case({"customer": "ask"}, ask=["hi", "there"]))
    assert "only somebody who is known" in talk.wrong[0]


async def test_a_file_is_sent_with_words_or_without(place: Echo) -> None:
    photo = {"name": "photo.jpg", "type": "image/jpeg"}
    steps = ({"customer": "ask", "attach": photo}, {"attach": photo, "expect": {"speaks": False}})
    talk = await lead(place, case(*steps, ask="look"))
    assert talk.wrong == []
    page = await place.http.get("/conversations/x/messages")
    assert page.status_code == 401
    assert talk.transcript.count(("customer", "[photo.jpg]")) == 2


async def test_days_pass_between_two_messages(place: Echo) -> None:
    talk = await lead(
        place, case({"customer": "ask"}, {"days": 2}, {"customer": "back"}, ask="hi", back="hello")
    )
    assert talk.wrong == []
    assert place.days == 2


async def test_effects_and_cases_are_read_from_the_records(place: Echo) -> None:
    steps = (
        {"customer": "pay", "expect": {"effects": ["pay"], "cases": 0}},
        {"customer": "moan", "expect": {"effects": ["pay"], "cases": 1}},
    )
    assert (await lead(place, case(*steps, pay="pay", moan="it is broken"))).wrong == []


async def test_a_person_takes_over_speaks_and_hands_back(place: Echo) -> None:
    talk = await lead(
        place,
        case(
            {"customer": "ask", "expect": {"status": "handoff"}},
            {"staff": "take_over"},
            {"staff": {"reply": {"en": "Marta here."}}},
            {"customer": "more", "expect": {"status": "with_person", "replies": 0}},
            {"staff": {"hand_back": {"did": "Called.", "promised": "Friday"}},
             "expect": {"all": ["handback"], "status": "answered"}},
            {"customer": "end", "expect": {"all": ["you said bye"], "status": "answered"}},
            ask="a person please", more="thanks", end="bye",
        ),
    )  # fmt: skip
    assert talk.wrong == []
    assert ("staff", "Marta here.") in talk.transcript


@pytest.mark.parametrize(
    ("act", "effects"),
    [("approve", ["pay"]), ({"reject": "Too much."}, [])],
    ids=["approve", "reject"],
)
async def test_a_decision_is_made_and_its_outcome_awaited(
    place: Echo, act: Any, effects: list[str]
) -> None:
    talk = await lead(
        place,
        case(
            {"customer": "ask", "expect": {"approvals": ["pay"], "effects": []}},
            {"staff": act, "expect": {"all": ["approval"], "approvals": [], "effects": effects}},
            ask="big",
        ),
    )
    assert talk.wrong == []


async def test_what_cannot_be_done_is_a_failure_and_no_crash(place: Echo) -> None:
    talk = await lead(place, case({"customer": "ask"}, {"staff": "approve"}, ask="hello"))
    assert talk.wrong == ["LookupError: nothing waits for approval in this conversation"]
    talk = await lead(place, case({"customer": "ask"}, {"staff": {"reply": "hi"}}, ask="hello"))
    assert "gave 409" in talk.wrong[0]


async def test_the_report_shows_what_failed_with_its_transcript(place: Echo) -> None:
    good = await lead(place, case({"customer": "ask"}, ask="hello"))
    bad = await lead(place, case({"customer": "ask", "expect": {"all": ["goodbye"]}}, ask="hello"))
    assert as_data([good])["passed"] is True
    data = as_data([good, bad])
    assert data["passed"] is False
    assert [wording["passed"] for wording in data["dialogues"][0]["wordings"]] == [True, False]
    text = printed([good, bad])
    assert "FAILED echo/en/1" in text
    assert "ai: You said hello." in text
    assert "-> step 1: it does not say 'goodbye'" in text
    assert "0 of 1 dialogues passed (2 wordings" in text
