"""Specialists that a workspace writes: Markdown with front matter and the prompt as its body.

    ---
    purpose: Helps with choosing seats.
    intents: {seat_advice: {pt-BR: [...], en: [...]}}
    tools: [free_seats]
    knowledge: [seats]
    ---
    You are $assistant of $company ...

It may call the tools it names, as often as it needs within limits; a tool that writes is proposed to the
customer like everywhere else, never executed by a model's word.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    AnyMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
    message_chunk_to_message,
)

from agents import Brief, Kit, Report, Specialist, approved
from agents.cards import Card, filled, form, note_forms, prompted, read_card
from agents.citing import cited
from agents.phrases import phrases
from agents.procedures import Course, described
from agents.speaking import Say
from agents.transactions import offered
from agents.vouching import vouched
from core.errors import ModelFailed, ToolError, ToolNeedsVerification, WorkspaceError
from core.sentences import sentences
from core.workspace import Workspace, said
from journeys.direct import of_tool
from knowledge import Passage
from models.usage import STOOD_IN, stood_in
from tools import Tool
from tools.calling import Repeats, call

MAX_ROUNDS = 5
"""Times the model is asked in one turn."""

HISTORY = 6
SEARCH = "search_knowledge"
say = phrases(__file__)

SEARCHING: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": SEARCH,
        "description": form(SEARCH)["description"],
        "parameters": {
            "type": "object",
            "properties": {"question": {"type": "string", "description": form(SEARCH)["question"]}},
            "required": ["question"],
            "additionalProperties": False,
        },
    },
}


def load_written(workspace: Workspace) -> tuple[dict[str, Specialist], list[str]]:
    """Give the specialists of `agents/*.md` by file name, and what was wrong with files left out."""
    found: dict[str, Specialist] = {}
    problems: list[str] = []
    for path in workspace.files("agents", "*.md"):
        try:
            found[path.stem] = read(path, workspace)
        except WorkspaceError as error:
            problems.append(str(error))
    return found, problems


def read(path: Path, workspace: Workspace) -> Specialist:
    """Read one specialist.

    Raises:
        WorkspaceError: the file is not one; the message names the file and the place in it.
    """
    card = read_card(path)
    source = f"agents/{path.name}"
    if not path.stem.isidentifier():
        raise WorkspaceError(f"{path}: call the file like a name, such as 'seats.md'.")
    if not card.prompt:
        raise WorkspaceError(f"{path} has no prompt below its front matter.")
    for language in workspace.profile.languages:
        filled(card.prompt, str(path), **_places(workspace, language, "", ""))
    return Specialist(
        purpose=card.purpose,
        respond=Written(name=path.stem, card=card, source=source),
        intents=card.examples,
        bank=card.bank,
        prompt=card.prompt,
        tools=tuple(card.tools),
        tags=_tags(card),
        autonomy=card.autonomy,
        source=source,
    )


@dataclass(frozen=True)
class Written:
    """What a written specialist does: `Respond`."""

    name: str
    card: Card
    source: str

    async def __call__(self, brief: Brief, kit: Kit) -> Report:
        """Let the model speak and call tools until it has answered.

        Without a paid model, a tool that was understood from her words is used as it stands.
        """
        tool = self.tools(kit).get(brief["intent"])
        if tool is not None and not kit.models.external:
            course = Course(brief, kit, self.name)
            await course.begin(of_tool(tool, kit.journeys))
            await course.finish()
            return course.report()
        if given := await approved.given(brief, kit, agent=self.name):
            return given
        return await _Talk(self, brief, kit).report()

    def tools(self, kit: Kit) -> dict[str, Tool]:
        """Give the tools it names, and those of the back offices it names, as far as they exist."""
        named = {*self.card.tools}
        return {
            name: tool for name, tool in kit.tools.items() if named & {name, tool.office or name}
        }


@dataclass
class _Talk:
    """One answer of a written specialist on its way."""

    written: Written
    brief: Brief
    kit: Kit
    passages: list[Passage] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)
    evidence: list[str] = field(default_factory=list)
    repeats: Repeats = field(default_factory=Repeats)

    async def report(self) -> Report:
        """Give the answer, a proposal, or why there is neither."""
        messages = self._opening()
        if self.written.card.knowledge:
            messages += await self._searched()
        if not self.passages and not self._tools() and "answer" not in self.kit.models.external:
            return self._unanswered("no article answers this")
        for _ in range(MAX_ROUNDS):
            try:
                answer = await self._spoken(messages)
            except ModelFailed as error:
                return self._unanswered(f"the model failed: {error}")
            if not answer.tool_calls:
                plain = stood_in(answer) or "answer" not in self.kit.models.external
                return self._answered(answer.text, plain=plain)
            messages.append(answer)
            for made in answer.tool_calls:
                try:
                    outcome = await self._called(dict(made))
                except ToolNeedsVerification as refusal:
                    return self._said(str(refusal))
                if isinstance(outcome, Course):
                    return self._proposed(outcome)
                messages.append(outcome)
        return self._unanswered(f"{MAX_ROUNDS} rounds brought no answer")

    # What the model is told

    def _opening(self) -> list[AnyMessage]:
        """Give the prompt, what was said before, and what she says now."""
        brief, workspace = self.brief, self.kit.workspace
        customer = str(brief["facts"].get("name") or "")
        today = self.kit.context.now.date().isoformat()
        places = _places(workspace, brief["language"], customer, today)
        prompt = prompted(self.written.card.prompt, self.written.source, **places)
        rules = prompted(
            _rules(), "agents/written.md", language=places["language"], tone=places["tone"]
        )
        before: list[AnyMessage] = []
        if "answer" in self.kit.models.external:
            history = brief["history"][-HISTORY:]
            before = [
                HumanMessage(line["text"])
                if line["role"] == "customer"
                else AIMessage(line["text"])
                for line in history
                if line["text"] != brief["text"]
            ]
        return [SystemMessage(f"{prompt}\n\n{rules}"), *before, HumanMessage(brief["text"])]

    def _tools(self) -> list[dict[str, Any]]:
        """Give the tools this specialist names, as far as they exist."""
        return [offered(tool) for tool in self.written.tools(self.kit).values()]

    async def _spoken(self, messages: Sequence[AnyMessage]) -> AIMessage:
        """Ask the model; the embedded one stands in when it breaks off."""
        tools = self._tools()
        if self.written.card.knowledge:
            tools.append(SEARCHING)
            note_forms()
        try:
            return await _streamed(self.kit.models.answer, tools, messages, self.kit.say)
        except ModelFailed as failure:
            answer = await _streamed(self.kit.models.embedded, tools, messages, None)
            answer.response_metadata[STOOD_IN] = str(failure)
            return answer

    # What the model wants

    async def _called(self, made: dict[str, Any]) -> ToolMessage | Course:
        """Do what the model wants: search, read, or propose a write to the customer."""
        name, arguments = str(made["name"]), dict(made["args"])
        if name == SEARCH and self.written.card.knowledge:
            content = await self._search(str(arguments.get("question") or self.brief["text"]))
            return ToolMessage(content, tool_call_id=made["id"], name=name)
        tool = self.written.tools(self.kit).get(name)
        if tool is None:
            return _failed(made, f"There is no tool {name!r}.")
        if tool.effect == "write":
            course = Course(self.brief, self.kit, self.written.name)
            own = vouched(arguments, tool.parameters, self.brief, self.evidence)
            await course.begin(of_tool(tool, self.kit.journeys), own)
            return course
        try:
            result = await call(tool, arguments, self.kit.context, repeats=self.repeats)
        except ToolNeedsVerification:
            raise
        except ToolError as error:
            self.tried.append(f"{described(name, arguments)}: {error}")
            return _failed(made, str(error))
        self.tried.append(f"{described(name, arguments)}: {result.text}")
        self.evidence.append(result.text)
        content = json.dumps({"text": result.text, "data": result.data}, ensure_ascii=False)
        return ToolMessage(content, tool_call_id=made["id"], name=name)

    async def _searched(self) -> list[AnyMessage]:
        """Search with her own words at once: most answers need it, and it saves a round."""
        content = await self._search(self.brief["text"])
        wanted = {
            "name": SEARCH, "args": {"question": self.brief["text"]}, "id": "search",
            "type": "tool_call",
        }  # fmt: skip
        return [
            AIMessage("", tool_calls=[wanted]),  # type: ignore[list-item]
            ToolMessage(content, tool_call_id="search", name=SEARCH),
        ]

    async def _search(self, question: str) -> str:
        """Give what was found as JSON, numbered through over all searches of this answer."""
        tags = _tags(self.written.card)
        found = await self.kit.search(question, language=self.brief["language"], tags=tags)
        known = [passage["passage_id"] for passage in self.passages]
        self.passages += [passage for passage in found if passage["passage_id"] not in known]
        places = [passage["passage_id"] for passage in self.passages]
        self.tried.append(f"searched for {question!r}: {len(found)} passages")
        numbered = [
            {
                "n": places.index(passage["passage_id"]) + 1,
                "title": passage["title"],
                "text": passage["text"],
            }
            for passage in found
        ]
        return json.dumps(numbered, ensure_ascii=False)

    # What comes of it

    def _answered(self, text: str, *, plain: bool) -> Report:
        """Take an answer in words; the embedded model (`plain`) quotes, or it does not know."""
        text, citations = cited(text, self.passages)
        if not text:
            return self._unanswered("the model had no answer")
        if self.passages and not citations and plain and not self._tools():
            return self._unanswered("the passages do not answer this")
        return self._said(text) | {"citations": citations, "by_model": True}  # type: ignore[return-value]

    def _said(self, text: str) -> Report:
        return Report(
            agent=self.written.name,
            text=text,
            by_model=False,
            evidence=self.evidence,
            tried=self.tried,
            asked=[],
        )

    def _unanswered(self, why: str) -> Report:
        report = self._said(say("unknown", self.brief["language"]))
        report["unanswered"] = why
        return report

    def _proposed(self, course: Course) -> Report:
        report = course.report()
        report["tried"] = [*self.tried, *report.get("tried", [])]
        report["evidence"] = [*self.evidence, *report.get("evidence", [])]
        return report


async def _streamed(
    model: Any, tools: list[dict[str, Any]], messages: Sequence[AnyMessage], show: Say | None
) -> AIMessage:
    """Give what the model answers; finished sentences are shown, unless it calls tools instead."""
    bound = model.bind_tools(tools) if tools else model
    whole = AIMessageChunk(content="")
    shown = 0
    async for chunk in bound.astream(list(messages)):
        whole = whole + chunk
        if show is None or whole.tool_call_chunks:
            continue
        finished = sentences(whole.text)[:-1]
        for sentence in finished[shown:]:
            await show(sentence.strip())
        shown = max(shown, len(finished))
    if show is not None and not whole.tool_calls:
        for sentence in sentences(whole.text)[shown:]:
            await show(sentence.strip())
    answer = message_chunk_to_message(whole)
    assert isinstance(answer, AIMessage)
    return answer


def _failed(made: dict[str, Any], message: str) -> ToolMessage:
    return ToolMessage(message, tool_call_id=made["id"], name=str(made["name"]), status="error")


def _tags(card: Card) -> tuple[str, ...]:
    return tuple(card.knowledge) if isinstance(card.knowledge, list) else ()


@cache
def _rules() -> str:
    return Path(__file__).with_suffix(".md").read_text("utf-8").strip()


def _places(workspace: Workspace, language: str, customer: str, today: str) -> dict[str, str]:
    """Give what a prompt may name."""
    profile = workspace.profile
    return {
        "assistant": profile.assistant,
        "company": profile.name,
        "about": said(profile.about, language),
        "customer_name": customer or say("customer", language),
        "language": language,
        "tone": said(profile.tone, language),
        "today": today,
    }
