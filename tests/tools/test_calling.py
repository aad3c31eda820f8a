"""Calls go through one door: who asks, what with, how long, and what comes back."""

import asyncio
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from core.errors import ToolFailed, ToolNeedsVerification, ToolRetry, ToolUnknown
from tools import Context, Preview, Result, Tool
from tools.building import tool
from tools.calling import MAX_RESULT_BYTES, Repeats, call, preview

CONTEXT = Context(
    workspace_id="clinic", conversation_id="c1", turn_id="t1", customer_id="p1", external_id="P-1",
    verification="verified", language="en", now=datetime(2026, 3, 2, tzinfo=UTC), data_dir=Path(),
)  # fmt: skip


def made(function: Any, **changes: Any) -> Tool:
    """Make a tool of a function whose declaration does not matter."""
    schema = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
    return replace(
        Tool(name="probe", description="Probe.", parameters=schema, function=function), **changes
    )


@tool(needs="verified")
def visit(visit_id: str, *, context: Context) -> Result:
    """Say when a visit is."""
    if visit_id != "V-1":
        raise ToolFailed("There is no such visit.")
    return Result(text="On Friday.", data={"visit_id": visit_id})


@pytest.mark.parametrize("visit_id", ["V-1", "V-9", "", None, 7])
@pytest.mark.parametrize("level", ["anonymous", "claimed"])
async def test_who_is_not_known_hears_the_same_whatever_exists(visit_id: Any, level: Any) -> None:
    looked: list[str] = []
    watched = replace(visit, function=lambda **given: looked.append("looked"))
    with pytest.raises(ToolNeedsVerification) as refused:
        await call(watched, {"visit_id": visit_id}, replace(CONTEXT, verification=level))
    assert looked == []
    assert "sign in" in str(refused.value)
    assert isinstance(refused.value, ToolFailed)


async def test_the_preview_asks_for_the_same_level() -> None:
    shown = made(lambda **given: None, effect="write", preview=lambda **given: Preview(text="act"))
    with pytest.raises(ToolNeedsVerification):
        await preview(shown, {}, replace(CONTEXT, verification="claimed"))
    assert await preview(shown, {}, CONTEXT) == Preview(text="act")
    assert await preview(replace(shown, preview=None), {}, CONTEXT) is None


@pytest.mark.parametrize(
    ("arguments", "argument"),
    [({}, "visit_id"), ({"visit_id": None}, "visit_id"), ({"visit_id": "V-1", "day": 1}, "day"),
     ({"visit_id": ["V-1"]}, "visit_id")],
)  # fmt: skip
@pytest.mark.parametrize("language", ["en", "pt-BR"])
async def test_wrong_arguments_are_named(
    arguments: dict[str, Any], argument: str, language: str
) -> None:
    with pytest.raises(ToolRetry, match=argument) as refused:
        await call(visit, arguments, replace(CONTEXT, language=language))
    assert refused.value.argument == argument


async def test_numbers_written_as_text_are_taken_and_the_reverse() -> None:
    @tool()
    def pay(amount: float, code: str, times: int, *, context: Context) -> Result:
        """Pay."""
        return Result(text="ok", data={"given": [amount, code, times]})

    result = await call(pay, {"amount": "12.5", "code": 7, "times": 3.0}, CONTEXT)
    assert result.data["given"] == [12.5, "7", 3]


async def test_a_sentence_is_a_result_and_data_become_plain() -> None:
    assert (await call(made(lambda **given: "Yes."), {}, CONTEXT)) == Result(text="Yes.")
    dated = Result(text="Yes.", data={"at": CONTEXT.now, "by": Path("x"), "n": {1: (2, 3)}})
    result = await call(made(lambda **given: dated), {}, CONTEXT)
    assert result.data == {"at": "2026-03-02T00:00:00+00:00", "by": "x", "n": {"1": [2, 3]}}


async def test_a_plain_function_does_not_hold_up_the_loop() -> None:
    threads: list[int] = []

    def slow(**given: Any) -> str:
        threads.append(threading.get_ident())
        time.sleep(0.2)
        return "done"

    running = asyncio.create_task(call(made(slow), {}, CONTEXT))
    beats = 0
    while not running.done():
        await asyncio.sleep(0.01)
        beats += 1
    assert beats > 5
    assert threads[0] != threading.get_ident()


async def test_a_read_that_takes_too_long_has_failed_and_a_write_is_unknown() -> None:
    release = threading.Event()

    def hangs(**given: Any) -> str:
        release.wait(5)
        return "late"

    async def waits(**given: Any) -> str:
        await asyncio.sleep(5)
        return "late"

    try:
        for function in (hangs, waits):
            with pytest.raises(ToolFailed, match="too long"):
                await call(made(function, timeout_s=0.05), {}, CONTEXT)
            with pytest.raises(ToolUnknown, match="could not confirm"):
                await call(made(function, timeout_s=0.05, effect="write"), {}, CONTEXT)
    finally:
        release.set()


async def test_what_a_tool_did_not_mean_to_raise_is_logged_and_said_soundly() -> None:
    def breaks(**given: Any) -> str:
        raise KeyError("secret-row-7")

    with capture_logs() as logs:
        with pytest.raises(ToolFailed) as failed:
            await call(made(breaks), {}, replace(CONTEXT, language="pt-BR"))
        with pytest.raises(ToolUnknown):
            await call(made(breaks, effect="write"), {}, CONTEXT)
        with pytest.raises(ToolFailed):
            await preview(made(breaks, effect="write", preview=breaks), {}, CONTEXT)
    assert "secret-row-7" not in str(failed.value)
    assert "problema técnico" in str(failed.value)
    assert [entry["event"] for entry in logs] == ["tool_broken"] * 3


async def test_what_a_tool_means_to_say_goes_through() -> None:
    with pytest.raises(ToolFailed, match="no such visit"):
        await call(visit, {"visit_id": "V-9"}, CONTEXT)


@pytest.mark.parametrize("answer", [None, 7, ["a"]])
async def test_an_answer_that_is_none_is_not_taken(answer: Any) -> None:
    with pytest.raises(ToolFailed):
        await call(made(lambda **given: answer), {}, CONTEXT)


async def test_a_long_list_is_shortened_and_what_cannot_be_shortened_refused() -> None:
    rows = [{"number": number, "text": "x" * 90} for number in range(1000)]
    result = await call(made(lambda **given: Result(text="all", data={"rows": rows})), {}, CONTEXT)
    assert 50 < len(result.data["rows"]) < 220
    assert result.data["rows"][0]["number"] == 0
    huge = Result(text="all", data={"blob": "x" * 2 * MAX_RESULT_BYTES})
    with pytest.raises(ToolFailed, match="too large"):
        await call(made(lambda **given: huge), {}, CONTEXT)
    done = await call(made(lambda **given: huge, effect="write"), {}, CONTEXT)
    assert done == Result(text="all", data={})


async def test_identical_calls_of_one_turn_are_capped_with_a_reason() -> None:
    repeats = Repeats(2)
    for _ in range(2):
        await call(visit, {"visit_id": "V-1"}, CONTEXT, repeats=repeats)
    with pytest.raises(ToolFailed, match="2 times"):
        await call(visit, {"visit_id": "V-1"}, CONTEXT, repeats=repeats)
    with pytest.raises(ToolFailed, match="no such visit"):
        await call(visit, {"visit_id": "V-2"}, CONTEXT, repeats=repeats)
