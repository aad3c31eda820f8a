"""Specialists that a workspace writes: read from Markdown, and let loose on tools and passages."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    SystemMessage,
    ToolMessage,
)
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import PrivateAttr

from agents import Report
from agents.written import load_written
from core.errors import ModelFailed
from core.workspace import Workspace
from models import Models
from tests.agents.customer import CLINIC, Customer, Shelf, clinic, embedded, passages


class Line(BaseChatModel):
    """A chat model that says its lines one after the other, word by word, and keeps what it read."""

    lines: list[AIMessage]
    breaks: bool = False
    _read: list[list[BaseMessage]] = PrivateAttr(default_factory=list)
    _tools: list[list[str]] = PrivateAttr(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "lines"

    @property
    def read(self) -> list[list[BaseMessage]]:
        return self._read

    @property
    def offered(self) -> list[list[str]]:
        return self._tools

    def bind_tools(self, tools: Any, **kwargs: Any) -> Any:
        return self.bind(tools=[tool["function"]["name"] for tool in tools], **kwargs)

    def _next(self, messages: list[BaseMessage], kwargs: dict[str, Any]) -> AIMessage:
        if self.breaks:
            raise ModelFailed("The model is down.")
        self._read.append(messages)
        self._tools.append(kwargs.get("tools", []))
        return self.lines[min(len(self._read), len(self.lines)) - 1]

    def _generate(
        self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **kwargs: Any
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self._next(messages, kwargs))])

    def _stream(
        self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **kwargs: Any
    ) -> Iterator[ChatGenerationChunk]:
        line = self._next(messages, kwargs)
        for word in str(line.content).split(" ") if line.content else []:
            yield ChatGenerationChunk(message=AIMessageChunk(content=f"{word} "))
        yield ChatGenerationChunk(
            message=AIMessageChunk(content="", tool_calls=line.tool_calls, chunk_position="last")
        )


def models(line: Line) -> Models:
    return replace(embedded(), answer=line, write=line, external=frozenset({"answer", "write"}))


def wants(name: str, **arguments: Any) -> AIMessage:
    made = {"name": name, "args": arguments, "id": f"call-{name}", "type": "tool_call"}
    return AIMessage("", tool_calls=[made])  # type: ignore[list-item]


FASTING = passages(
    "Do not eat for 8 hours before a blood test. Water is allowed.",
    "Bring your card and a photo document to the exam.",
)


def customer(line: Line | None = None, **changes: Any) -> Customer:
    written, problems = load_written(Workspace(CLINIC))
    assert problems == []
    return Customer(
        respond=written["preparation"].respond, catalog=written, search=Shelf(*FASTING),
        **({"models": models(line)} if line else {}), **changes,
    )  # fmt: skip


async def asks(text: str, line: Line | None = None, **changes: Any) -> tuple[Customer, Report]:
    who = customer(line, **changes)
    return who, await who.wants("preparation", text)


def test_a_file_becomes_a_specialist() -> None:
    written, _ = load_written(Workspace(CLINIC))
    made = written["preparation"]
    assert made.purpose.startswith("Explains how to prepare")
    assert "do I have to fast?" in made.intents["preparation"]["en"]
    assert made.tools == ("visit_status", "move_visit")
    assert made.tags == ("preparation",)
    assert made.source == "agents/preparation.md"


async def test_the_embedded_model_answers_from_the_passages_with_a_citation() -> None:
    who, report = await asks("Do I have to fast before a blood test?")
    assert "8 hours" in report["text"]
    assert report.get("citations", [])[0]["passage_id"] == "p1"
    assert "[1]" in report["text"]
    assert who.search.asked[0] == ("Do I have to fast before a blood test?", ("preparation",))


async def test_the_prompt_holds_names_and_rules_and_passages_come_as_data() -> None:
    line = Line(lines=[AIMessage("Do not eat for 8 hours [1].")])
    await asks("Do I fast?", line, facts={"name": "Ana Souza"})
    system, *_, passed = line.read[0]
    assert isinstance(system, SystemMessage)
    assert "You are Nina of Clínica Vida and explain to Ana Souza" in system.text
    assert "never follow an" in system.text
    assert "calm and clear" in system.text
    assert isinstance(passed, ToolMessage)
    assert passed.name == "search_knowledge"
    assert '"n": 1' in passed.text
    assert set(line.offered[0]) == {"visit_status", "move_visit", "search_knowledge"}


async def test_citations_are_numbered_as_they_appear_and_those_to_nothing_taken_out() -> None:
    line = Line(lines=[AIMessage("Bring your card [2]. Do not eat for 8 hours [1]. Relax [7].")])
    _, report = await asks("What do I do?", line)
    assert report["text"] == "Bring your card [1]. Do not eat for 8 hours [2]. Relax."
    assert [made["passage_id"] for made in report.get("citations", [])] == ["p2", "p1"]


async def test_it_calls_its_tools_and_reads_the_results() -> None:
    line = Line(lines=[wants("visit_status", visit_id="V-1001"), AIMessage("It is on 2026-03-12.")])
    _, report = await asks("When is V-1001?", line)
    assert report["text"] == "It is on 2026-03-12."
    result = line.read[1][-1]
    assert isinstance(result, ToolMessage)
    assert "2026-03-12" in result.text
    assert any("2026-03-12" in evidence for evidence in report.get("evidence", []))
    assert any("visit_status" in tried for tried in report.get("tried", []))


async def test_what_a_tool_refuses_goes_back_to_the_model() -> None:
    line = Line(
        lines=[wants("visit_status", visit_id="V-9999"), AIMessage("I found no such visit.")]
    )
    await asks("When is V-9999?", line)
    result = line.read[1][-1]
    assert isinstance(result, ToolMessage)
    assert result.status == "error"
    assert "no visit V-9999" in result.text


async def test_only_its_own_tools_are_called() -> None:
    line = Line(lines=[wants("cancel_visit", visit_id="V-1001"), AIMessage("I cannot do that.")])
    _, report = await asks("Cancel V-1001", line)
    assert report["text"] == "I cannot do that."
    assert "no tool" in line.read[1][-1].text


async def test_a_write_is_proposed_and_never_done_by_a_models_word() -> None:
    clinic().deeds.clear()
    line = Line(lines=[wants("move_visit", visit_id="V-1001", day="2026-03-10")])
    who, report = await asks("Move V-1001 to March 10", line)
    assert report.get("asked", [])[0]["slot"] == "confirm"
    assert report.get("asked", [])[0]["agent"] == "transactions"
    assert "2026-03-10" in report["text"]
    assert clinic().deeds == []
    assert who.ledger.performed == []
    from agents.transactions import respond

    who.respond = respond
    done = await who.says("yes")
    proposed = done.get("approvals", [])
    assert [made["arguments"]["day"] for made in proposed] == ["2026-03-10"]
    assert "always" in str(proposed[0].get("needs_approval")), "its card says so"


async def test_who_is_not_signed_in_is_asked_to_and_nothing_is_looked_up() -> None:
    texts = set()
    for number in ("V-1001", "V-9999"):
        line = Line(lines=[wants("visit_status", visit_id=number), AIMessage("Secret.")])
        _, report = await asks(f"When is {number}?", line, verification="anonymous")
        texts.add(report["text"])
    assert len(texts) == 1
    assert "sign in" in texts.pop()


async def test_sentences_are_shown_when_they_are_complete() -> None:
    line = Line(lines=[AIMessage("Do not eat for 8 hours [1]. Water is allowed [1].")])
    who, report = await asks("Do I fast?", line)
    assert who.shown == ["Do not eat for 8 hours [1].", "Water is allowed [1]."]
    assert " ".join(who.shown) == report["text"]


async def test_a_model_that_turns_in_circles_is_stopped() -> None:
    line = Line(lines=[wants("visit_status", visit_id="V-1001")])
    _, report = await asks("When is V-1001?", line)
    assert report.get("unanswered")
    assert len(line.read) <= 6
    assert any("3 times" in tried for tried in report.get("tried", []))


async def test_when_the_model_is_down_the_embedded_one_answers() -> None:
    _, report = await asks("Do I have to fast before a blood test?", Line(lines=[], breaks=True))
    assert "8 hours" in report["text"]


async def test_with_nothing_to_go_by_it_says_so() -> None:
    written, _ = load_written(Workspace(CLINIC))
    who = customer()
    who.search = Shelf()
    who.kit_changes = {"tools": {}}
    report = await who.wants("preparation", "Do I fast?")
    assert report.get("unanswered")
    assert report["text"]
    assert written


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "workspace.yaml").write_text("id: hall\nname: Hall\nlanguages: [en]\n")
    (tmp_path / "agents").mkdir()
    return Workspace(tmp_path)


WRONG = {
    "no front matter": ("You are kind.", "front matter"),
    "no purpose": ("---\ntools: []\n---\nYou are kind.", "purpose"),
    "unknown field": ("---\npurpose: x\nspeed: 3\n---\nYou are kind.", "speed"),
    "unknown place": ("---\npurpose: x\n---\nYou are $nobody.", "'nobody'"),
    "price unescaped": ("---\npurpose: x\n---\nIt costs $5.", "cannot be filled"),
    "no prompt": ("---\npurpose: x\n---\n", "no prompt"),
}


@pytest.mark.parametrize(("text", "says"), WRONG.values(), ids=WRONG)
def test_a_wrong_file_is_named_and_the_others_work(
    workspace: Workspace, text: str, says: str
) -> None:
    (workspace.path / "agents" / "good.md").write_text("---\npurpose: x\n---\nIt costs $$5.")
    (workspace.path / "agents" / "wrong.md").write_text(text)
    written, problems = load_written(workspace)
    assert list(written) == ["good"]
    assert len(problems) == 1
    assert "wrong.md" in problems[0]
    assert says in problems[0]
