"""A run's own saver: what is committed is served, what is refused leaves no trace."""

import copy
from dataclasses import replace
from typing import Annotated, Any, TypedDict

import pytest
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, SystemMessage
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.types import Command, interrupt

from graph.saver import Row, TurnSaver


class State(TypedDict, total=False):
    messages: Annotated[list[AnyMessage], add_messages]
    slots: dict[str, Any]
    answer: str


def answer(state: State) -> dict[str, Any]:
    asked = [said for said in state.get("messages", []) if said.type == "human"][-1]
    reply = AIMessage(f"re {asked.text}", id=f"re {asked.id}")
    return {"messages": [reply], "slots": {"last": asked.text}}


def ask(state: State) -> dict[str, Any]:
    return {"answer": interrupt({"question": "well?"})["text"]}


def graph(*, asks: bool = False) -> Any:
    made = StateGraph(State)
    made.add_node("answer", answer)
    made.add_edge(START, "answer")
    if asks:
        made.add_node("ask", ask)
        made.add_edge("answer", "ask")
        made.add_edge("ask", END)
    return made.compile()


async def run(compiled: Any, saver: TurnSaver, given: Any) -> Any:
    own = copy.copy(compiled)
    own.checkpointer = saver
    config = {"configurable": {"thread_id": "c1"}}
    await own.ainvoke(given, config, durability="exit")
    return await own.aget_state(config)


def message(text: str) -> dict[str, Any]:
    return {"messages": [HumanMessage(text)]}


async def test_the_next_run_sees_what_was_committed() -> None:
    compiled, first = graph(), TurnSaver()
    await run(compiled, first, message("one"))
    state = await run(compiled, TurnSaver(first.rows()), message("two"))
    assert [said.text for said in state.values["messages"]] == ["one", "re one", "two", "re two"]


async def test_a_refused_run_leaves_no_trace() -> None:
    compiled, first = graph(), TurnSaver()
    await run(compiled, first, message("one"))
    committed = first.rows()
    await run(compiled, TurnSaver(committed), message("refused"))
    state = await run(compiled, TurnSaver(committed), message("two"))
    assert [said.text for said in state.values["messages"]] == ["one", "re one", "two", "re two"]
    assert state.values["slots"] == {"last": "two"}


async def test_an_interrupt_survives_the_commit_and_a_refused_resume() -> None:
    compiled, first = graph(asks=True), TurnSaver()
    pending = (await run(compiled, first, message("one"))).interrupts
    committed = first.rows()
    resume = Command(resume={pending[0].id: {"text": "refused"}})
    await run(compiled, TurnSaver(committed), resume)

    again = TurnSaver(committed)
    own = copy.copy(compiled)
    own.checkpointer = again
    still = (await own.aget_state({"configurable": {"thread_id": "c1"}})).interrupts
    assert [asked.id for asked in still] == [pending[0].id]
    state = await run(compiled, again, Command(resume={still[0].id: {"text": "yes"}}))
    assert state.values["answer"] == "yes"
    assert not state.interrupts


async def test_storage_does_not_grow_with_the_number_of_turns() -> None:
    compiled, rows = graph(), list[Row]()
    sizes: list[int] = []
    for turn in range(12):
        saver = TurnSaver(rows)
        given = {"messages": [HumanMessage("same", id="m")], "slots": {"turn": turn}}
        await run(compiled, saver, given)
        rows = saver.rows()
        assert len(rows) == 1
        sizes.append(len(rows[0].checkpoint))
    assert max(sizes[2:]) <= sizes[1] * 1.02


SAID = [
    HumanMessage("Oi, tudo bem? Hello!", id="m1"),
    HumanMessage("", id="m2", additional_kwargs={"attachments": [{"name": "a.png", "type": "x"}]}),
    AIMessage("Yes.", id="r1", name="knowledge"),
    AIMessage("by a person", name="person", id="r2"),
    AIMessage("", id="r3", tool_calls=[{"name": "search", "args": {"q": "x"}, "id": "1"}]),
    AIMessage("counted", id="r4", usage_metadata={"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}),
    HumanMessage([{"type": "text", "text": "in parts"}], id="m3"),
    SystemMessage("of the system", id="s1"),
]  # fmt: skip


async def test_messages_are_read_as_they_were_said() -> None:
    saver = TurnSaver()
    await run(graph(), saver, {"messages": SAID})
    kept = saver.values()["messages"]
    read = TurnSaver(saver.rows()).values()["messages"]
    assert read == kept
    assert [type(one) for one in read] == [type(one) for one in kept]
    assert [one.model_dump() for one in read] == [one.model_dump() for one in SAID] + [
        AIMessage("re in parts", id="re m3").model_dump()
    ]
    assert read[0].model_copy(update={"content": "other"}).text == "other"


async def test_messages_that_were_read_share_nothing() -> None:
    saver = TurnSaver()
    await run(graph(), saver, {"messages": SAID})
    read = TurnSaver(saver.rows()).values()["messages"]
    read[0].additional_kwargs["mark"] = read[2].response_metadata["mark"] = 1
    read[2].tool_calls.append({"name": "none", "args": {}, "id": "2"})
    again = TurnSaver(saver.rows()).values()["messages"]
    assert again[:4] == SAID[:4]


async def test_a_checkpoint_that_was_written_before_messages_were_packed_is_read() -> None:
    saver = TurnSaver()
    await run(graph(), saver, {"messages": SAID})
    before = saver.get_tuple({"configurable": {"thread_id": "c1"}})
    assert before is not None
    row = saver.rows()[0]
    written = saver.serde.dumps_typed(before.checkpoint)[1]
    assert len(row.checkpoint) < len(written)
    assert TurnSaver([replace(row, checkpoint=written)]).values() == saver.values()


async def test_a_run_that_changes_nothing_has_nothing_to_store() -> None:
    first = TurnSaver()
    await run(graph(), first, message("one"))
    assert TurnSaver(first.rows()).rows() == []


@pytest.mark.parametrize("garbage", [b"", b"\xc1", b"not msgpack"])
def test_a_broken_row_is_an_error_and_not_an_empty_conversation(garbage: bytes) -> None:
    row = Row(namespace="", checkpoint_id="x", checkpoint=garbage, metadata=b"{}", writes=b"")
    with pytest.raises(Exception):  # noqa: B017, PT011 - whichever the decoder raises, never silence
        TurnSaver([row])
