"""Tools that no code knows: which one a request is for, and what it is to be called with."""

import asyncio
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from core.workspace import read_yaml
from evals.brain.figures import Figure
from evals.brain.reading import LANGUAGES
from models.embedded.chat import EmbeddedChatModel
from models.embedded.embedder import load_embedder

NOW = datetime.fromisoformat("2026-11-28T10:00:00-03:00")
"""What the sets' dates are held against."""


def choosing(folder: Path) -> Iterator[Figure]:
    """The tool that a request is for, among all of the file, or none."""
    data = read_yaml(folder / "tools.yaml")
    for language in LANGUAGES:
        tools = [spoken(tool, language) for tool in data["tools"]]
        requests = [one for one in data.get("requests", ()) if one["language"] == language]
        if not requests:
            continue
        chosen = [asyncio.run(_chosen(tools, one)) for one in requests]
        right = [one["tool"] == tool for one, tool in zip(requests, chosen, strict=True)]
        yield Figure(
            what=f"choosing among {len(tools)} tools, {language}", value=sum(right) / len(right),
            of=len(right), gate=0.88, stretch=0.94,
        )  # fmt: skip


def calling(folder: Path) -> Iterator[Figure]:
    """Calls whose arguments are right after one question for each that is missing, and inventions."""
    data = read_yaml(folder / "tools.yaml")
    for language in LANGUAGES:
        tools = {tool["name"]: spoken(tool, language) for tool in data["tools"]}
        talks = [one for one in data["talks"] if one["language"] == language]
        called = [asyncio.run(talk(tools[one["tool"]], one)) for one in talks]
        right = [same(got, one["arguments"]) for got, one in zip(called, talks, strict=True)]
        invented = sum(
            bool(got) and any(not _agrees(got[name], one["arguments"].get(name)) for name in got)
            for got, one in zip(called, talks, strict=True)
        )
        yield Figure(
            what=f"arguments right, {language}", value=sum(right) / len(right), of=len(right),
            gate=0.9, stretch=0.97,
        )  # fmt: skip
        yield Figure(
            what=f"calls with a wrong argument, {language}", value=invented, of=len(right),
            gate=0, most=True, share=False,
        )  # fmt: skip


async def talk(tool: dict[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """Lead a talk about one tool: each argument is answered once; give what it was called with, or `{}`."""
    model = _model().bind_tools([tool])
    history: list[BaseMessage] = [_system(said["language"]), HumanMessage(said["opening"])]
    left = dict(said["answers"])
    for _ in range(len(left) + 1):
        reply = await model.ainvoke(history)
        assert isinstance(reply, AIMessage)
        if reply.tool_calls:
            return dict(reply.tool_calls[0]["args"])
        asked = str(reply.additional_kwargs.get("asks", ""))
        if asked not in left:
            return {}
        history += [reply, HumanMessage(left.pop(asked))]
    return {}


def spoken(tool: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Give a tool in OpenAI's form, described in one language."""
    return {"type": "function", "function": _in(tool, language)}


def same(got: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Say whether arguments are the wanted ones; words without regard to case and marks."""
    return got.keys() == wanted.keys() and all(_agrees(got[name], wanted[name]) for name in wanted)


def _agrees(got: Any, wanted: Any) -> bool:
    if isinstance(wanted, Mapping) and isinstance(got, Mapping):
        return same(got, wanted)
    if isinstance(wanted, list) and isinstance(got, list):
        return sorted(map(_plain, got)) == sorted(map(_plain, wanted))
    return _plain(got) == _plain(wanted)


def _plain(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "".join(sign for sign in str(value).casefold() if sign.isalnum())
    return f"{value:g}"


def _in(thing: Any, language: str) -> Any:
    """Give a thing with its descriptions in one language."""
    if isinstance(thing, Mapping):
        if thing.keys() == {*LANGUAGES}:
            return thing[language]
        return {name: _in(part, language) for name, part in thing.items()}
    return thing


async def _chosen(tools: list[dict[str, Any]], one: Mapping[str, Any]) -> str:
    model = _model().bind_tools(tools)
    reply = await model.ainvoke([_system(one["language"]), HumanMessage(one["text"])])
    assert isinstance(reply, AIMessage)
    if reply.tool_calls:
        return reply.tool_calls[0]["name"]
    return str(reply.additional_kwargs.get("tool", ""))


def _system(language: str) -> SystemMessage:
    return SystemMessage(f"Language: {language}")


@cache
def _model() -> EmbeddedChatModel:
    return EmbeddedChatModel(languages=LANGUAGES, clock=lambda: NOW, embedder=load_embedder())


__all__ = ["calling", "choosing"]
