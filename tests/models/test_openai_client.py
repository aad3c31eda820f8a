import asyncio
import gc
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_openai import ChatOpenAI
from pydantic import BaseModel, Field

from core import computing
from core.errors import ModelFailed
from models.openai.client import LeanChatOpenAI
from models.openai.pieces import SENTENCE_OVER, Bell
from models.openai.stream import Answer
from models.scripted import ScriptedServer
from models.usage import metered


class Visit(BaseModel):
    """A visit to be booked."""

    day: str = Field(description="The day, as said")
    people: int


def visit_status(visit_id: str, detailed: bool = False) -> str:
    """Say how a visit stands.

    Args:
        visit_id: as on the letter.
        detailed: with everything.
    """
    return visit_id


TALK: list[BaseMessage] = [
    SystemMessage("You help."),
    HumanMessage("How is visit V-12?"),
    AIMessage(
        "", tool_calls=[{"name": "visit_status", "args": {"visit_id": "V-12"}, "id": "call_1"}]
    ),
    ToolMessage("It is on Monday.", tool_call_id="call_1"),
    AIMessage("On Monday."),
    HumanMessage("Olá, e a outra? ção 🎈"),
]
IMAGE = HumanMessage(
    [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
    ]
)
BLOCKS: list[BaseMessage] = [
    HumanMessage("a"),
    AIMessage([{"type": "text", "text": "b", "annotations": []}]),
    AIMessage(
        "x",
        invalid_tool_calls=[{"name": "f", "args": "{", "id": "call_9", "error": "no JSON",
                             "type": "invalid_tool_call"}],
    ),
    HumanMessage("c", name="ana"),
]  # fmt: skip
SCHEMA = {
    "title": "visit", "description": "A visit", "type": "object",
    "properties": {"day": {"type": "string"}}, "required": ["day"],
}  # fmt: skip
VISIT = '{"day": "Monday", "people": 2}'

KINDS: dict[str, tuple[Callable[[ChatOpenAI], Any], Any, dict[str, Any]]] = {
    "plain": (lambda m: m, "Hello", {}),
    "talk of several turns": (lambda m: m.bind_tools([visit_status]), TALK, {}),
    "tools": (lambda m: m.bind_tools([visit_status]), "visit V-1", {}),
    "forced tool": (lambda m: m.bind_tools([visit_status], tool_choice="visit_status"), "V-1", {}),
    "any tool, strict": (lambda m: m.bind_tools([visit_status], tool_choice="any", strict=True), "V-1", {}),
    "no parallel calls": (lambda m: m.bind_tools([visit_status], parallel_tool_calls=False), "V-1", {}),
    "image": (lambda m: m, [IMAGE], {}),
    "blocks, names, broken calls": (lambda m: m, BLOCKS, {}),
    "stop": (lambda m: m, "Hello", {"stop": ["\n"]}),
    "options": (lambda m: m.bind(temperature=0.2, max_tokens=9, seed=3), "Hello", {}),
    "extra body": (lambda m: m.bind(extra_body={"top_k": 4}), "Hello", {}),
    "function calling, class": (
        lambda m: m.with_structured_output(Visit, method="function_calling"), "Monday", {}
    ),
    "json schema, class": (lambda m: m.with_structured_output(Visit), "Monday", {}),
    "json schema, dictionary": (lambda m: m.with_structured_output(SCHEMA, strict=True), "Monday", {}),
    "json mode": (lambda m: m.with_structured_output(SCHEMA, method="json_mode"), "Monday", {}),
}  # fmt: skip


def stock(server: ScriptedServer, **options: Any) -> ChatOpenAI:
    return ChatOpenAI(
        model="m", base_url=server.url, api_key="none", use_responses_api=False,  # pyright: ignore
        stream_usage=True, **options,
    )  # fmt: skip


def lean(server: ScriptedServer, **options: Any) -> LeanChatOpenAI:
    return LeanChatOpenAI(model="m", base_url=server.url, api_key="none", **options)  # pyright: ignore


# The stock client warns of the `parsed` object that it puts into its own chunks.
@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings:UserWarning")
@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("kind", KINDS)
async def test_a_request_is_the_one_that_the_stock_client_sends(
    server: ScriptedServer, kind: str, streamed: bool
) -> None:
    prepare, said, options = KINDS[kind]
    if "class" in kind and "schema" in kind:
        server.script.answers = [VISIT, VISIT]
    answers = []
    for model in (stock(server), lean(server)):
        runnable = prepare(model)
        if streamed:
            answers.append([part async for part in runnable.astream(said, **options)][-1])
        else:
            answers.append(await runnable.ainvoke(said, **options))
    await model.root_async_client.close()
    first, second = server.requests
    assert second == first
    assert type(answers[1]) is type(answers[0])
    if not isinstance(answers[0], AIMessage):
        assert answers[1] == answers[0]


async def test_an_answer_is_the_one_that_the_stock_client_gives(server: ScriptedServer) -> None:
    answers = []
    for model in (stock(server), lean(server)):
        bound = model.bind_tools([visit_status])
        answers.append(await bound.ainvoke("status of the visit V-12"))
        whole = None
        async for chunk in bound.astream("status of the visit V-12"):
            whole = chunk if whole is None else whole + chunk
        assert whole is not None
        answers.append(whole)
    for theirs, ours in zip(answers[:2], answers[2:], strict=True):
        assert ours.tool_calls == theirs.tool_calls == [
            {"name": "visit_status", "args": {"visit_id": "V-12"}, "id": "call_visit_status_0",
             "type": "tool_call"}
        ]  # fmt: skip
        assert ours.usage_metadata == theirs.usage_metadata
        assert ours.response_metadata["finish_reason"] == theirs.response_metadata["finish_reason"]


async def test_tokens_are_put_together_and_the_first_comes_at_once(server: ScriptedServer) -> None:
    server.script.answers = ["ready", "word " * 60]
    server.script.tokens_per_s = 400
    await lean(server).ainvoke("Hello")  # imports and connects
    began, arrivals = time.monotonic(), []
    async for chunk in lean(server).astream("Hello"):
        if chunk.content:
            arrivals.append((time.monotonic() - began, chunk.content))
    assert "".join(text for _, text in arrivals) == "word " * 60
    assert arrivals[0][0] < arrivals[-1][0] / 2, "the first does not wait for the last"
    # On a busy machine the server takes longer, and there are more pieces; never one a token.
    assert 3 <= len(arrivals) <= 30, "150 ms of tokens in pieces of 25 ms"


@pytest.mark.parametrize(
    "said",
    [
        "So it is. [1] And it stays.",
        "Costs 3.50, e.g. for Ana… “Really?” Yes!",
        "É assim. [1][2]\tE fica.",
        "one\ntwo",
        "No end",
        "Wait... what?! [12] 4",
    ],
)
async def test_a_sentence_is_handed_on_by_the_sign_that_shows_its_end(said: str) -> None:
    async def over(bell: Bell) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(0):
                await bell.wait()
                return True
        return False

    answer = Answer()
    bell = Bell(answer)
    bell.arrived()
    assert await over(bell), "whatever comes first is handed on"
    for sign in said:
        answer.piece.text += sign
        bell.arrived()
        expected = bool(SENTENCE_OVER.search(answer.piece.text))
        assert await over(bell) == expected, answer.piece.text
        if expected:
            answer.take()


async def test_a_hesitating_model_does_not_hold_words_back(server: ScriptedServer) -> None:
    server.script.answers = ["one two three"]
    server.fail("drip", argument=0.2)
    arrivals = [time.monotonic()]
    async for chunk in lean(server).astream("Hello"):
        if chunk.content:
            arrivals.append(time.monotonic())
    gaps = [later - earlier for earlier, later in pairwise(arrivals)]
    assert len(gaps) == 3, "each word as it comes"
    assert sum(gap > 0.1 for gap in gaps) >= 2, "and none waits for the next"


async def test_usage_and_price_reach_the_turn(server: ScriptedServer) -> None:
    model = lean(server, price_per_million_input=1_000_000, price_per_million_output=2_000_000)
    with metered() as usage:
        whole = await model.ainvoke("Hello")
        await asyncio.gather(*(_read(model) for _ in range(2)))
    counted = whole.usage_metadata
    assert counted is not None
    assert usage.calls == 3
    assert usage.input_tokens == 3 * counted["input_tokens"]
    assert usage.output_tokens == 3 * counted["output_tokens"]
    assert usage.cost_usd == pytest.approx(usage.input_tokens + 2 * usage.output_tokens)


async def _read(model: LeanChatOpenAI) -> str:
    return "".join([str(chunk.content) async for chunk in model.astream("Hello")])


@pytest.mark.parametrize("mode", ["429", "500", "503", "429_after"])
@pytest.mark.parametrize("streamed", [False, True])
async def test_what_passes_is_tried_again(
    server: ScriptedServer, mode: str, streamed: bool
) -> None:
    server.fail(mode, times=1, argument=0.05)
    model = lean(server)
    assert await (_read(model) if streamed else model.ainvoke("Hello"))
    assert len(server.requests) == 2


async def test_retry_after_is_honoured_up_to_a_cap(server: ScriptedServer) -> None:
    server.fail("429_after", argument=0.6)
    began = time.monotonic()
    await lean(server).ainvoke("Hello")
    assert time.monotonic() - began >= 0.6
    server.fail("429_after", argument=60)
    began = time.monotonic()
    with pytest.raises(ModelFailed, match="429"):
        await lean(server).ainvoke("Hello")
    assert time.monotonic() - began < 30, "a minute is not waited for"


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_wrong_key_is_not_tried_again_and_says_what_to_check(
    server: ScriptedServer, streamed: bool
) -> None:
    server.fail("401", times=None)
    model = lean(server)
    with pytest.raises(ModelFailed, match="REGENTE_OPENAI_API_KEY"):
        await (_read(model) if streamed else model.ainvoke("Hello"))
    assert len(server.requests) == 1


@pytest.mark.parametrize("mode", ["hang", "drip"])
@pytest.mark.parametrize("streamed", [False, True])
async def test_the_time_out_is_for_the_whole_call(
    server: ScriptedServer, mode: str, streamed: bool
) -> None:
    server.fail(mode, times=None, argument=0.2)
    model = lean(server, timeout=0.5)
    began = time.monotonic()
    with pytest.raises(ModelFailed, match="longer than 0.5 s"):
        await (_read(model) if streamed else model.ainvoke("Hello"))
    assert time.monotonic() - began < 10, "a drip that never ends is ended"


async def test_a_cut_stream_is_no_answer_and_says_what_had_come(server: ScriptedServer) -> None:
    server.script.answers = ["alpha beta gamma delta"]
    server.fail("cut", argument=3)
    seen = ""
    with pytest.raises(ModelFailed, match="cut") as failure:
        async for chunk in lean(server).astream("Hello"):
            seen += str(chunk.content)
    assert seen == failure.value.partial == "alpha beta"


async def test_a_server_that_is_not_there_fails_soon_and_clearly() -> None:
    model = LeanChatOpenAI(model="m", base_url="http://127.0.0.1:9/v1", api_key="none")  # pyright: ignore
    with pytest.raises(ModelFailed, match="cannot be reached"):
        await model.ainvoke("Hello")


def test_one_model_serves_two_event_loops_and_callers_without_one(server_url: str) -> None:
    model = LeanChatOpenAI(model="m", base_url=server_url, api_key="none")  # pyright: ignore
    for _ in range(2):
        assert asyncio.run(model.ainvoke("Hello")).content
    assert model.invoke("Hello").content
    assert "".join(str(chunk.content) for chunk in model.stream("Hello"))


@pytest.fixture
def server_url() -> Any:
    running = ScriptedServer()
    running.start()
    yield running.url
    running.stop()


async def test_a_long_talk_is_written_without_the_stock_walk_through_it(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def walked(*_: Any, **__: Any) -> Any:
        raise AssertionError("a plain message went the long way")

    def calls_of(length: int) -> int:
        """Count the Python functions that are called to write a request."""
        talk, calls = talk_of(length), 0

        def count(_frame: Any, event: str, _argument: Any) -> None:
            nonlocal calls
            calls += event == "call"

        before = sys.getprofile()
        gc.collect()  # what other tests left behind would be cleared away meanwhile, and counted
        gc.disable()
        sys.setprofile(count)
        try:
            model._get_request_payload(talk)
        finally:
            sys.setprofile(before)
            gc.enable()
        return calls

    model = lean(server)
    monkeypatch.setattr("models.openai.messages._convert_message_to_dict", walked)
    for walk in ("_transform_recursive", "_async_transform_recursive"):
        monkeypatch.setattr(f"openai._utils._transform.{walk}", walked)
    await model.ainvoke(talk_of(400))
    calls_of(2)  # what is imported or cached at the first call
    short, longer, longest = (calls_of(length) for length in (100, 200, 400))
    assert longest - longer == 2 * (longer - short), "it grows faster than the talk"
    assert longer - short <= 100 * CALLS_A_MESSAGE


CALLS_A_MESSAGE = 12
"""Python calls that writing one plain message may take; the stock client needs some hundred."""


def talk_of(length: int) -> list[BaseMessage]:
    return [
        (HumanMessage if number % 2 else AIMessage)(f"Message {number} of an ordinary length.")
        for number in range(length)
    ]


async def test_a_turn_that_waits_for_the_server_lets_another_compute(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.computing.LONGEST_S", 60.0)
    server.script.latency_s = 0.5
    places, ended = computing.Places(1), list[str]()

    async def turn(name: str) -> None:
        async with places.taken():
            if name == "asks":
                await lean(server).ainvoke([HumanMessage("Hello")])
            ended.append(name)

    await asyncio.gather(turn("asks"), turn("computes"))
    assert ended == ["computes", "asks"]
