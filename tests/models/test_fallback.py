import asyncio
import time
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage, SystemMessage
from pydantic import BaseModel, Field

from core.errors import ModelFailed
from models.fallback import FallbackChatModel
from models.governor import Governor
from models.openai.client import LeanChatOpenAI
from models.scripted import ScriptedServer
from models.usage import metered


class Visit(BaseModel):
    """A visit to be booked."""

    people: int
    visit_id: str = Field(pattern=r"^V-\d+$")


def visit_status(visit_id: str) -> str:
    """Say how a visit stands.

    Args:
        visit_id: as on the letter.
    """
    return visit_id


ASKED = "What is the status of visit V-12 for 2 people?"
EVERY = ["429", "429_after", "500", "503", "401", "malformed", "empty", "cut", "hang", "drip"]
FAILURES = {
    "plain": EVERY,
    "stream": EVERY,
    "tools": [*EVERY, "wrong_tool", "extra_arguments", "wrong_schema"],
    "tools streamed": [*EVERY, "wrong_tool", "extra_arguments", "wrong_schema"],
    "function_calling": [*EVERY, "wrong_tool", "extra_arguments", "wrong_schema"],
    "json_schema": [*EVERY, "wrong_schema"],
    "json_schema streamed": [*EVERY, "wrong_schema"],
    "json_mode": EVERY,
}
ARGUMENTS = {"429_after": 60.0, "cut": 1.0, "malformed": 1.0, "drip": 1.0}
"""Streams fail before their first word; what comes after it is another test."""


def fallback(
    server: ScriptedServer, standby: BaseChatModel, *, timeout_s: float = 0.8, **governor: Any
) -> FallbackChatModel:
    remote = LeanChatOpenAI(
        model="m", base_url=server.url, api_key="none", timeout=timeout_s, max_retries=1  # pyright: ignore
    )  # fmt: skip
    return FallbackChatModel(
        remote=remote, embedded=standby, governor=Governor(**governor), timeout_s=timeout_s
    )


async def ask(model: FallbackChatModel, kind: str) -> Any:
    """Ask in one of the ways of `FAILURES` and give the outcome in plain types."""
    if kind == "plain":
        return (await model.ainvoke(ASKED)).content
    if kind == "stream":
        return "".join([str(chunk.content) async for chunk in model.astream(ASKED)])
    if kind == "tools":
        return calls(await model.bind_tools([visit_status]).ainvoke(ASKED))
    if kind == "tools streamed":
        whole = None
        async for chunk in model.bind_tools([visit_status]).astream(ASKED):
            whole = chunk if whole is None else whole + chunk
        return calls(whole)
    if kind == "json_mode":
        return await model.with_structured_output(method="json_mode", schema=SHAPE).ainvoke(ASKED)
    formatted = model.with_structured_output(Visit, method=kind.split(maxsplit=1)[0])  # pyright: ignore
    if kind.endswith("streamed"):
        return [part async for part in formatted.astream(ASKED)][-1].model_dump()
    return (await formatted.ainvoke(ASKED)).model_dump()


SHAPE = {"title": "visit", "type": "object", "properties": {"people": {"type": "integer"}}}


def calls(message: Any) -> list[tuple[str, dict[str, Any]]]:
    return [(call["name"], call["args"]) for call in message.tool_calls]


SOUND = {
    "tools": [("visit_status", {"visit_id": "V-12"})],
    "tools streamed": [("visit_status", {"visit_id": "V-12"})],
    "function_calling": {"people": 12, "visit_id": "V-12"},
}


@pytest.mark.parametrize(
    ("kind", "mode"), [(kind, mode) for kind, modes in FAILURES.items() for mode in modes]
)
async def test_whatever_fails_the_embedded_model_answers_and_the_turn_says_so(
    server: ScriptedServer, standby: BaseChatModel, kind: str, mode: str
) -> None:
    model = fallback(server, standby, cool_down_s=0.0)
    with metered() as usage:
        healthy = await ask(model, kind)
    assert usage.degraded == ""

    server.fail(mode, times=None, argument=ARGUMENTS.get(mode))
    began = time.monotonic()
    with metered() as usage:
        answer = await ask(model, kind)
    assert time.monotonic() - began < 3
    assert usage.degraded, "the record of the turn must say that another model answered"
    if kind in ("plain", "stream"):
        assert answer == "standby answers"
    elif kind == "json_mode":
        assert isinstance(answer, dict)
    elif "tools" in kind:
        assert answer == [("visit_status", {"visit_id": "V-12"})]
    else:
        assert Visit.model_validate(answer).visit_id == "V-12"

    server.recover()
    with metered() as usage:
        assert await ask(model, kind) == healthy
    assert usage.degraded == "", "it recovers by itself"


@pytest.mark.parametrize("mode", ["malformed", "empty", "wrong_tool", "extra_arguments", "cut"])
async def test_an_unusable_answer_is_asked_for_once_more(
    server: ScriptedServer, standby: BaseChatModel, mode: str
) -> None:
    server.fail(mode, times=1)
    with metered() as usage:
        assert await ask(fallback(server, standby), "tools") == SOUND["tools"]
    assert (usage.degraded, len(server.requests)) == ("", 2)


async def test_two_calls_at_once_are_sound(server: ScriptedServer, standby: BaseChatModel) -> None:
    server.fail("two_calls", times=1)
    assert await ask(fallback(server, standby), "tools") == SOUND["tools"] * 2


async def test_a_stream_cut_after_its_first_words_is_for_the_caller_to_retract(
    server: ScriptedServer, standby: BaseChatModel
) -> None:
    server.script.answers = lambda _body: "alpha beta gamma"
    server.fail("cut", argument=2)
    model, seen = fallback(server, standby), ""
    with pytest.raises(ModelFailed) as failure:
        async for chunk in model.astream(ASKED):
            seen += str(chunk.content)
    assert seen == failure.value.partial == "alpha"
    assert len(server.requests) == 1


async def test_text_streams_on_while_it_comes(
    server: ScriptedServer, standby: BaseChatModel
) -> None:
    server.script.answers = ["one two three four"]
    server.fail("drip", argument=0.1)
    arrivals = []
    async for chunk in fallback(server, standby, timeout_s=5).astream(ASKED):
        if chunk.content:
            arrivals.append(time.monotonic())
    assert len(arrivals) >= 3
    assert arrivals[-1] - arrivals[0] > 0.15


async def test_after_failures_in_a_row_the_server_is_left_alone_then_probed_once(
    server: ScriptedServer, standby: BaseChatModel
) -> None:
    model = fallback(server, standby, cool_down_s=0.4)
    server.fail("401", times=None)
    for _ in range(5):
        assert await ask(model, "plain") == "standby answers"
    assert len(server.requests) == 3

    await asyncio.sleep(0.5)
    answers = await asyncio.gather(*(ask(model, "plain") for _ in range(5)))
    assert set(answers) == {"standby answers"}
    assert len(server.requests) == 4, "one probe, not five"

    server.recover()
    await asyncio.sleep(0.5)
    assert await ask(model, "plain") != "standby answers"
    answers = await asyncio.gather(*(ask(model, "plain") for _ in range(5)))
    assert "standby answers" not in answers, "once it is well, all may go out again"


async def test_a_hanging_server_costs_one_wait_not_one_per_call(
    server: ScriptedServer, standby: BaseChatModel
) -> None:
    model = fallback(server, standby, timeout_s=0.5)
    server.fail("hang", times=None)
    began = time.monotonic()
    for _ in range(4):
        assert await ask(model, "plain") == "standby answers"
    assert time.monotonic() - began < 4 * 0.5, "one wait, not one for each of four calls"


async def test_a_reader_who_leaves_leaves_the_model_usable(
    server: ScriptedServer, standby: BaseChatModel
) -> None:
    model = fallback(server, standby, cool_down_s=0.2)
    server.fail("401", times=3)
    for _ in range(3):
        await ask(model, "plain")
    await asyncio.sleep(0.3)
    server.fail("hang", times=1)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(ask(model, "plain"), 0.2)
    assert await ask(model, "plain") != "standby answers", "the probe that was left is made again"


async def test_raw_answers_come_with_their_parse(
    server: ScriptedServer, standby: BaseChatModel
) -> None:
    model = fallback(server, standby, cool_down_s=0.0)
    formatted = model.with_structured_output(Visit, include_raw=True)
    for mode in ("", "500"):
        if mode:
            server.fail(mode, times=None)
        answer = await formatted.ainvoke([SystemMessage("Book."), HumanMessage(ASKED)])
        assert answer["parsed"].visit_id == "V-12"
        assert answer["raw"].tool_calls and answer["parsing_error"] is None
