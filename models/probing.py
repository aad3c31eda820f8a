"""What the model behind an endpoint can do: each thing is asked of it once, as the product asks."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, get_args

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage, SystemMessage
from pydantic import BaseModel, Field

from core.errors import ModelFailed
from core.settings import Method
from models import Usage
from models.fallback import FallbackChatModel
from models.loading import remote
from models.roles import Endpoint
from models.usage import metered

STREAMS = "streams"
TOOLS = "calls tools"
METHODS: tuple[Method, ...] = get_args(Method)
RETRIES = 1


class Appointment(BaseModel):
    """An appointment that somebody asks for."""

    number: str = Field(description="As it was written, such as V-12")
    people: int


ASKED = "Move my appointment V-12, for 2 people."
TOOL = {
    "type": "function",
    "function": {
        "name": "move_appointment",
        "description": "Move an appointment that is asked to be moved.",
        "parameters": {
            "type": "object",
            "properties": {"number": {"type": "string", "description": "Such as V-12"}},
            "required": ["number"],
        },
    },
}


@dataclass(frozen=True)
class Probed:
    """What came of it."""

    cannot: dict[str, str]
    """What the product would have to do without, and why: of `streams`, `calls tools` and the methods."""

    first_ms: float
    """To the first word of a streamed answer."""

    usage: Usage

    @property
    def can(self) -> list[str]:
        """What it does as it should."""
        return [name for name in (STREAMS, TOOLS, *METHODS) if name not in self.cannot]


async def probed(endpoint: Endpoint, embedded: BaseChatModel) -> Probed:
    """Ask a model for each thing, five calls when all goes well; nothing more where the first tells nothing.

    Raises:
        ModelFailed: it does not answer at all; says why, and which setting to look at.
    """
    endpoint = replace(endpoint, retries=min(endpoint.retries, RETRIES))
    cannot: dict[str, str] = {}
    with metered() as usage:
        # A model for each question: one that it cannot do is no reason to leave it alone.
        ask, first_at = _model(endpoint, embedded), None
        began = time.monotonic()
        async for chunk in ask.astream([HumanMessage("Say hello in one word.")]):
            if chunk.text and first_at is None:
                first_at = time.monotonic()
        if usage.degraded:
            cannot[STREAMS], usage.degraded = usage.degraded.rstrip("."), ""
            await _model(endpoint, embedded).ainvoke([HumanMessage("Say hello in one word.")])
            if usage.degraded:
                raise ModelFailed(usage.degraded)
        for name, question in _questions().items():
            usage.degraded = ""
            wrong = await question(_model(endpoint, embedded))
            if wrong := usage.degraded or wrong:
                cannot[name] = wrong.rstrip(".")
    usage.degraded = ""
    return Probed(cannot, ((first_at or began) - began) * 1000, usage)


def _model(endpoint: Endpoint, embedded: BaseChatModel) -> FallbackChatModel:
    return FallbackChatModel(
        remote=remote(endpoint), embedded=embedded, timeout_s=endpoint.timeout_s
    )


Question = Callable[[FallbackChatModel], Awaitable[str]]


def _questions() -> dict[str, Question]:
    return {TOOLS: _calls, **{method: _fills(method) for method in METHODS}}


async def _calls(model: FallbackChatModel) -> str:
    said: Any = await model.bind_tools([TOOL]).ainvoke([HumanMessage(ASKED)])
    return "" if said.tool_calls else "it wrote where it was to call the one tool that fits"


def _fills(method: Method) -> Question:
    async def fills(model: FallbackChatModel) -> str:
        form = model.with_structured_output(Appointment, method=method)
        try:
            await form.ainvoke([SystemMessage("Read the message."), HumanMessage(ASKED)])
        except (ModelFailed, ValueError) as failure:  # the embedded model could not do it either
            return str(failure)
        return ""

    return fills
