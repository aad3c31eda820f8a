"""What a model is told beside the conversation: the form of its answer, and what was wrong with it."""

from functools import lru_cache
from pathlib import Path
from string import Template
from typing import Any

import orjson
from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage

from models.soundness import Unusable
from models.usage import note_prompt

HERE = Path(__file__).parent


def repaired(messages: list[BaseMessage], failure: Unusable) -> list[BaseMessage]:
    """Give the messages of a second try: they say what could not be used, where the model can mend it.

    An answer that broke off on its way is asked for by the same messages: nothing was wrong with it.
    """
    if not failure.flaw:
        return messages
    return [*messages, HumanMessage(told("repairing", flaw=failure.flaw))]


def told_form(messages: list[BaseMessage], form: dict[str, Any] | None) -> list[BaseMessage]:
    """Put the JSON schema of the answer into the prompt, for a method that sends none beside it."""
    if form is None:
        return messages
    return joined(messages, told("forming", schema=orjson.dumps(form).decode()))


def joined(messages: list[BaseMessage], more: str) -> list[BaseMessage]:
    """Add to what a model is told.

    It joins the first system message: many servers take no second one, and none later on.
    """
    first, *others = messages or [SystemMessage("")]
    if isinstance(first, SystemMessage) and isinstance(first.content, str):
        return [SystemMessage(f"{first.content}\n\n{more}".strip()), *others]
    return [SystemMessage(more), *messages]


def told(name: str, **values: str) -> str:
    """Give a prompt of this folder, filled; the turn's record names it."""
    prompt = _prompt(name)
    note_prompt(f"models/{name}.md", prompt.template)
    return prompt.substitute(values)


@lru_cache
def _prompt(name: str) -> Template:
    return Template((HERE / f"{name}.md").read_text("utf-8").strip())
