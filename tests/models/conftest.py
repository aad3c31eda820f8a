"""What the models' tests share: a scripted server over HTTP, and a stand-in for the embedded model."""

import os
from collections.abc import AsyncIterator
from typing import Any

import pytest

os.environ.setdefault("LANGSMITH_TRACING", "false")

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from models.scripted import ScriptedServer, scripted_server
from models.scripted.filling import fill


class Standby(BaseChatModel):
    """Answers at once and says that it was this one; forced calls are filled from the last words."""

    @property
    def _llm_type(self) -> str:
        return "standby"

    def _generate(
        self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **options: Any
    ) -> ChatResult:
        answer = AIMessage("standby answers")
        if tools := options.get("tools"):
            function = tools[0]["function"]
            arguments = fill(function["parameters"], messages[-1].text, invent=True)
            answer = AIMessage(
                "", tool_calls=[{"name": function["name"], "args": arguments, "id": "call_standby"}]
            )
        return ChatResult(generations=[ChatGeneration(message=answer)])


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    """A scripted server on a free port."""
    async with scripted_server() as running:
        yield running


@pytest.fixture
def standby() -> BaseChatModel:
    """The model behind the remote one."""
    return Standby()
