"""A remote model behind the veil: no value of a person goes out, and answers come back with the values.

The values are back before anything is validated or shown.
"""

from collections.abc import AsyncIterator, Callable
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

from models.openai.client import form_of, parsed
from models.repairing import joined, told
from models.soundness import wanted_schema
from models.veiling import Lifting, Veil, mapped, mapped_json


class Veiled:
    """Asks a model in signs; has the two ways of asking that `FallbackChatModel` uses."""

    def __init__(self, remote: BaseChatModel) -> None:
        self._remote = remote

    async def _agenerate(
        self, messages: list[BaseMessage], stop: list[str] | None = None, **options: Any
    ) -> ChatResult:
        """Give the whole answer.

        Raises:
            Unusable: it has a sign that stands for nothing.
        """
        veil = Veil()
        result = await self._remote._agenerate(
            _over(messages, veil), stop=stop, **_as_data(options)
        )
        made = result.generations[0]
        message = _off(made.message, veil, options)
        whole = ChatGeneration(message=message, generation_info=made.generation_info)
        return ChatResult(generations=[whole], llm_output=result.llm_output)

    async def _astream(
        self, messages: list[BaseMessage], stop: list[str] | None = None, **options: Any
    ) -> AsyncIterator[ChatGenerationChunk]:
        """Give the answer in parts: words as they come, what calls and forms hold at its end.

        Raises:
            Unusable: it has a sign that stands for nothing.
        """
        veil = Veil()
        coming = _Coming(veil, options)
        async for chunk in self._remote._astream(
            _over(messages, veil), stop=stop, **_as_data(options)
        ):
            yield coming.lifted(chunk)
        if (rest := coming.rest()) is not None:
            yield rest


def _as_data(options: dict[str, Any]) -> dict[str, Any]:
    """Ask for the form of a class as plain data: the class is filled once the values are back."""
    form = options.get("response_format")
    return {**options, "response_format": form_of(form)} if isinstance(form, type) else options


def _over(messages: list[BaseMessage], veil: Veil) -> list[BaseMessage]:
    """Give the messages in signs, with what the model must know of them if there are any."""
    for message in messages:
        _changed(message, veil.notice)
    veiled = [_changed(message, veil.over) for message in messages]
    return joined(veiled, told("veiling")) if veil else veiled


def _changed(message: BaseMessage, change: Callable[[str], str]) -> BaseMessage:
    """Give a message with all its texts changed."""
    content: Any = message.content
    if isinstance(content, list):
        content = [_part(part, change) for part in content]
    elif isinstance(message, ToolMessage):
        content = mapped_json(content, change)
    else:
        content = change(content)
    changed: dict[str, Any] = {"content": content}
    if message.additional_kwargs:
        changed["additional_kwargs"] = mapped(message.additional_kwargs, change)
    if isinstance(message, AIMessage):
        for kind in ("tool_calls", "invalid_tool_calls"):
            if calls := getattr(message, kind):
                changed[kind] = [{**call, "args": mapped(call["args"], change)} for call in calls]
    return message.model_copy(update=changed)


def _part(part: Any, change: Callable[[str], str]) -> Any:
    """Change a part of a content; a picture's bytes are no text."""
    if isinstance(part, str):
        return change(part)
    return {**part, "text": change(part["text"])} if isinstance(part.get("text"), str) else part


def _off(message: BaseMessage, veil: Veil, options: dict[str, Any]) -> AIMessage:
    """Give an answer with its values."""
    assert isinstance(message, AIMessage)
    if wanted_schema(options) is None:
        content = mapped(message.content, veil.off)
    else:
        content = mapped_json(str(message.text), veil.off)
    lifted = message.model_copy(
        update={
            "content": content,
            "tool_calls": [
                {**call, "args": mapped(call["args"], veil.off)} for call in message.tool_calls
            ],
            "additional_kwargs": mapped(message.additional_kwargs, veil.off),
        }
    )
    if not lifted.tool_calls:
        _fill(lifted, options)
    return lifted


def _fill(message: AIMessage, options: dict[str, Any]) -> None:
    """Add the object that was asked for as a class."""
    if (filled := parsed(message.text, options.get("response_format"))) is not None:
        message.additional_kwargs["parsed"] = filled


class _Coming:
    """A streamed answer on its way back."""

    def __init__(self, veil: Veil, options: dict[str, Any]) -> None:
        self._veil, self._options = veil, options
        self._formed = wanted_schema(options) is not None
        self._words = Lifting(veil)
        self._text = ""
        """Of a form, which is read as a whole."""

        self._calls: dict[int, str] = {}
        self._over = False

    def lifted(self, chunk: ChatGenerationChunk) -> ChatGenerationChunk:
        message = chunk.message
        assert isinstance(message, AIMessageChunk)
        self._over = message.chunk_position == "last"
        begun = []
        for call in message.tool_call_chunks:
            place = call["index"] or 0
            self._calls[place] = self._calls.get(place, "") + (call["args"] or "")
            begun.append({**call, "args": ""})
        lifted = AIMessageChunk(
            content=self._shown(message.text),
            id=message.id,
            additional_kwargs=mapped(message.additional_kwargs, self._veil.off),
            response_metadata=message.response_metadata,
            usage_metadata=message.usage_metadata,
            tool_call_chunks=begun + (self._arguments() if self._over else []),
            chunk_position=message.chunk_position,
        )
        if self._over and not self._calls:
            _fill(lifted, self._options)
        return ChatGenerationChunk(message=lifted, generation_info=chunk.generation_info)

    def rest(self) -> ChatGenerationChunk | None:
        """Give what is still held back where the answer ended without saying so."""
        if self._over:
            return None
        self._over = True
        message = AIMessageChunk(content=self._shown(""), tool_call_chunks=self._arguments())
        return ChatGenerationChunk(message=message) if message.content or self._calls else None

    def _shown(self, part: str) -> str:
        if not self._formed:
            return self._words.take(part, last=self._over)
        self._text += part
        return mapped_json(self._text, self._veil.off) if self._over else ""

    def _arguments(self) -> list[Any]:
        """Give the arguments of the calls; each part before named only what is called."""
        return [
            {
                "type": "tool_call_chunk",
                "name": None,
                "args": mapped_json(arguments, self._veil.off),
                "id": None,
                "index": place,
            }
            for place, arguments in self._calls.items()
        ]
