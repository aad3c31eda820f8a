"""What is doubtful is settled by what procedures find on the customer's records, at the test clinic."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from agents import Brief, Kit, Report, settling
from tests.agents.customer import Customer, clinic
from tools import Context, Result, Tool


class Read:
    """The clinic's understanding, to which every text is as like to these intents."""

    def __init__(self, scores: Mapping[str, float]) -> None:
        self.scores = sorted(scores.items(), key=lambda one: -one[1])

    def __getattr__(self, name: str) -> Any:
        return getattr(clinic().understanding, name)

    def likely(self, text: str, language: str, limit: int = 5) -> list[tuple[str, float]]:
        return self.scores[:limit]


async def settled(
    text: str, scores: Mapping[str, float], language: str = "en", *intents: tuple[str, float],
    tools: Mapping[str, Tool] | None = None, read: Read | None = None, **of: Any,
) -> list[str]:  # fmt: skip
    """Give what a customer's words are taken for."""
    found: list[str] = []

    async def settle(brief: Brief, kit: Kit) -> Report:
        told = [{"name": name, "confidence": chance, "text": text} for name, chance in intents]
        settled = await settling.settled(text, told, language, brief, kit)
        found.extend(one["name"] for one in settled)
        return Report(agent="intent", text="")

    before = [*clinic().deeds]
    changes = {"understanding": read or Read(scores), "tools": tools or clinic().tools}
    customer = Customer(respond=settle, language=language, kit_changes=changes, **of)
    await customer.wants("", text)
    assert clinic().deeds == before, "a rehearsal does nothing"
    assert customer.ledger.performed == []
    assert customer.journey == []
    return found


@pytest.mark.parametrize(
    ("text", "language"), [("it is about V-1001", "en"), ("é a V-1001", "pt-BR")]
)
async def test_a_number_of_hers_tells_a_procedure_from_what_takes_none(
    text: str, language: str
) -> None:
    assert await settled(text, {"question": 0.4, "visit": 0.3}, language) == ["visit"]


async def test_without_a_number_the_words_decide() -> None:
    assert await settled("it is about that", {"question": 0.5, "visit": 0.2}) == ["question"]


async def test_words_that_choose_among_what_is_hers_tell_as_much() -> None:
    words = "my hour with Prado"
    assert await settled(words, {"question": 0.4, "cancel": 0.3}) == ["cancel"]


async def test_a_procedure_that_finds_nothing_gives_way_to_one_that_does() -> None:
    scores = {"visit": 0.4, "question": 0.44}
    assert await settled("about V-1001", scores) == ["visit"]
    assert await settled("about V-9999", scores) == [], "now either may be meant"


async def test_what_is_like_nothing_stays_unknown() -> None:
    assert await settled("V-1001", {"": 0.05, "visit": 0.04}) == []


@pytest.mark.parametrize(
    ("asked", "wished", "language"),
    [
        ("if I cancel V-1001, is the money back on my card?", "I want V-1001 off", "en"),
        ("se eu cancelar a V-1001, o dinheiro volta no cartão?", "quero a V-1001 fora", "pt-BR"),
    ],
)
async def test_no_record_turns_a_question_on_how_it_is_done_into_a_wish_to_do_it(
    asked: str, wished: str, language: str
) -> None:
    scores = {"cancel": 0.5, "question": 0.3}
    assert await settled(asked, scores, language) == ["question"]
    assert await settled(wished, scores, language) == ["cancel"]


async def test_readings_as_good_as_each_other_are_left_as_they_are() -> None:
    scores = {"move": 0.3, "cancel": 0.3}
    assert await settled("V-1001", scores, "en", ("move", 0.71)) == ["move"]


async def test_a_sure_reading_is_not_rehearsed() -> None:
    assert await settled("V-1001", {"visit": 0.9}, "en", ("question", 0.98)) == ["question"]


async def test_words_of_no_weight_beside_a_sure_wish_only_lead_up_to_it() -> None:
    scores = {"visit": 0.05, "question": 0.05}
    assert await settled("well", scores, "en", ("cancel", 0.99), ("question", 0.71)) == ["cancel"]


async def test_what_several_procedures_want_to_see_is_looked_up_once() -> None:
    calls: list[str] = []

    def counted(tool: Tool) -> Tool:
        def function(*args: Any, **given: Any) -> Any:
            calls.append(f"{tool.name}({given.get('visit_id', '')})")
            return tool.function(*args, **given)

        return replace(tool, function=function)

    tools = {name: counted(tool) for name, tool in clinic().tools.items()}
    scores = {"visit": 0.4, "cancel": 0.2, "move": 0.2}
    assert await settled("my hour with Prado", scores, tools=tools) == ["visit"]
    assert calls
    assert len(calls) == len({*calls})


async def test_records_that_are_slow_to_come_leave_the_words_to_decide(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def function(*, context: Context) -> Result:
        await asyncio.sleep(60)
        return Result(text="")

    monkeypatch.setattr(settling, "PATIENCE_S", 0.05)
    slow = replace(clinic().tools["my_visits"], function=function)
    tools = {**clinic().tools, "my_visits": slow}
    said = await settled("my hour with Prado", {"cancel": 0.3}, "en", ("visit", 0.71), tools=tools)
    assert said == ["visit"]


async def test_two_numbered_matters_are_two() -> None:
    scores = {"cancel": 0.3}

    class Told(Read):
        def likely(self, text: str, language: str, limit: int = 5) -> list[tuple[str, float]]:
            return [("cancel", 0.71)] if "V-1001" in text else [("visit", 0.71)]

    found = await settled(
        "V-1001 is not for me, and of V-1002 I forget the day", scores, read=Told(scores)
    )
    assert found == ["cancel", "visit"]


async def test_an_open_question_is_answered_first() -> None:
    open_question = [{"agent": "transactions", "slot": "visit_id", "text": "Which visit?"}]
    assert await settled("V-1001", {"visit": 0.9}, awaiting=open_question) == []


async def _told(
    text: str, scores: Mapping[str, Mapping[str, float]], *intents: tuple[str, float, str]
) -> list[tuple[str, str]]:
    """Give what a message is taken for, and which words; `scores` are by a word of the text."""
    found: list[tuple[str, str]] = []

    class Parts(Read):
        def likely(self, text: str, language: str, limit: int = 5) -> list[tuple[str, float]]:
            told = next((each for word, each in scores.items() if word in text), {})
            return sorted(told.items(), key=lambda one: -one[1])[:limit]

    async def settle(brief: Brief, kit: Kit) -> Report:
        told = [{"name": name, "confidence": sure, "text": part} for name, sure, part in intents]
        settled = await settling.settled(text, told, "en", brief, kit)
        found.extend((one["name"], one["text"]) for one in settled)
        return Report(agent="intent", text="")

    await Customer(respond=settle, kit_changes={"understanding": Parts({})}).wants("", text)
    return found


async def test_a_wish_takes_the_words_before_it_that_say_what_of_hers_it_is_about() -> None:
    text = "The hour with Prado is bad for me, free it. And do you open on Sundays?"
    wish, question = "free it.", "And do you open on Sundays?"
    found = await _told(text, {}, ("cancel", 0.99, wish), ("question", 0.99, question))
    assert found == [
        ("cancel", "The hour with Prado is bad for me, free it."),
        ("question", question),
    ]


async def test_a_complaint_is_about_all_of_the_message() -> None:
    text = "Shame on you, V-1001 is late again"
    assert await _told(text, {}, ("complaint", 0.99, "Shame on you,")) == [("complaint", text)]


async def test_what_would_find_nothing_gives_way_where_the_message_is_about_something_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text, stray = "my voucher is no good, it is off", "it is off"
    scores = {"voucher": {"question": 0.9}, "off": {"cancel": 0.8}}
    read = (("question", 0.99, "my voucher is no good,"), ("cancel", 0.99, stray))
    assert [name for name, _ in await _told(text, scores, *read)] == ["question", "cancel"]

    async def in_vain(stage: Any, name: str, text: str) -> bool:
        return name == "cancel"

    monkeypatch.setattr(settling.Stage, "in_vain", in_vain)
    assert [name for name, _ in await _told(text, scores, *read)] == ["question"]


async def test_a_wish_told_by_its_number_alone_stands_though_its_words_are_like_nothing() -> None:
    text = "hm, V-1001"
    assert await _told(text, {"hm": {"": 0.05}}, ("visit", 0.77, text)) == [("visit", text)]
