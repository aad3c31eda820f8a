"""`FallbackChatModel`: the remote model answers; when it cannot, the embedded one does.

Nothing is retracted behind the caller's back: until the first word has gone out, another model may
take over in silence; after it a failure is raised, with what was streamed as `partial`.
"""

import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from operator import itemgetter
from typing import Any

import structlog
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable, RunnableMap, RunnablePassthrough
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_json_schema
from pydantic import ConfigDict, Field

from core.errors import ModelFailed
from core.settings import Method
from models.blocking import run
from models.governor import Governor
from models.repairing import repaired, told_form
from models.shaping import as_chunk, formatted
from models.soundness import FORM, Refused, Unusable, flaw, looks_like_data, wanted_schema
from models.usage import STOOD_IN, mark_degraded
from models.veiled import Veiled

log = structlog.get_logger(__name__)

FORMATTED = "formatted_answer"


class FallbackChatModel(BaseChatModel):
    """A remote chat model with the embedded one behind it."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    remote: BaseChatModel
    embedded: BaseChatModel
    governor: Governor = Field(default_factory=Governor)
    server: str = ""
    """Those with the same one share what is known of its health."""

    method: Method = "function_calling"
    """How a form is asked for: `function_calling`, because most compatible servers have it."""

    timeout_s: float = 20.0
    """For the remote model's whole answer, a second attempt included."""

    @property
    def _llm_type(self) -> str:
        return "regente-fallback"

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | dict[str, Any] | bool | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Bind tools as the remote model wants them written; the embedded one reads the same form."""
        bound = self.remote.bind_tools(tools, tool_choice=tool_choice, **kwargs)  # pyright: ignore[reportArgumentType]
        return self.bind(**getattr(bound, "kwargs", {}))

    def with_structured_output(
        self,
        schema: dict[str, Any] | type,
        *,
        include_raw: bool = False,
        method: Method | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, Any]:
        """Answer as `schema` says, by the model's own method unless one is given."""
        method = method or self.method
        made: Any = self.remote.with_structured_output(schema, method=method, **kwargs)
        form = {FORM: convert_to_json_schema(schema)} if method == "json_mode" else {}
        llm = self.bind(**made.first.kwargs, **form)
        parser = made.last
        if not include_raw:
            return llm | parser
        parsed = RunnablePassthrough.assign(
            parsed=itemgetter("raw") | parser, parsing_error=lambda _: None
        )
        unparsed = RunnablePassthrough.assign(parsed=lambda _: None)
        return RunnableMap(raw=llm) | parsed.with_fallbacks(
            [unparsed], exception_key="parsing_error"
        )

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        try:
            remotely = self._remotely(messages, stop, kwargs, _whole)
            (result,) = [whole async for whole in remotely]  # to its end: only then is it well
        except _Silent as failure:
            return await self._embedded(messages, stop, kwargs, str(failure))
        return result

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        try:
            async for chunk in self._remotely(messages, stop, kwargs, _streamed):
                if run_manager and run_manager.handlers:
                    await run_manager.on_llm_new_token(chunk.text, chunk=chunk)
                yield chunk
            return
        except _Silent as failure:
            reason = str(failure)
        result = await self._embedded(messages, stop, kwargs, reason)
        chunk = as_chunk(result)
        if run_manager:
            await run_manager.on_llm_new_token(chunk.text, chunk=chunk)
        yield chunk

    async def _remotely(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None,
        options: dict[str, Any],
        attempt: Callable[..., AsyncIterator[Any]],
    ) -> AsyncIterator[Any]:
        """Give what the remote model answers, asked a second time if the first answer is unusable.

        Raises:
            _Silent: it gave no usable answer, and nothing of one has been passed on.
            ModelFailed: it failed after a part of its answer had been passed on.
        """
        if objection := await self.governor.objection(self.server):
            raise _Silent(objection)
        messages = told_form(messages, options.get(FORM))
        until = time.monotonic() + self.timeout_s
        settled = False
        try:
            for again in (True, False):
                left_s = max(until - time.monotonic(), 0.05)
                try:
                    async for part in attempt(
                        Veiled(self.remote), messages, stop, {**options, "timeout": left_s}
                    ):
                        yield part
                    settled = True
                    await self.governor.succeeded(self.server)
                    return
                except Unusable as failure:
                    log.warning("model_answer_unusable", reason=str(failure), again=again)
                    if failure.partial or not again or time.monotonic() >= until:
                        raise
                    messages = repaired(messages, failure)
        except ModelFailed as failure:
            settled = True
            if isinstance(failure, Refused):  # one talk too long is no reason to leave it alone
                await self.governor.succeeded(self.server)
            else:
                hung = isinstance(failure.__cause__, TimeoutError)
                await self.governor.failed(self.server, str(failure), gravely=hung)
            if failure.partial:
                mark_degraded(
                    str(failure)
                )  # whatever the caller makes of it, it is not this answer
                raise
            raise _Silent(str(failure)) from failure
        finally:
            if not settled:
                await self.governor.left(self.server)
            await self.governor.settle()

    async def _embedded(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None,
        options: dict[str, Any],
        reason: str,
    ) -> ChatResult:
        """Let the embedded model answer; the answer says that it did, and why."""
        mark_degraded(reason)
        log.warning("model_degraded", reason=reason)
        result = await self._by_embedded(messages, stop, options)
        result.generations[0].message.response_metadata[STOOD_IN] = reason or "no reason given"
        return result

    async def _by_embedded(
        self, messages: list[BaseMessage], stop: list[str] | None, options: dict[str, Any]
    ) -> ChatResult:
        response_format = options.get("response_format")
        schema = wanted_schema(options)
        plain = {name: value for name, value in options.items() if name in ("tools", "tool_choice")}
        if schema is None or plain.get("tools"):
            result = await self.embedded._agenerate(messages, stop=stop, **plain)
            if wrong := flaw(result.generations[0].message, plain):  # pyright: ignore[reportArgumentType]
                raise ModelFailed(f"Neither model gave a usable answer: {wrong}.")
            return result
        named = {"name": FORMATTED, "description": "", "parameters": schema}
        result = await self.embedded._agenerate(
            messages,
            stop=stop,
            tools=[{"type": "function", "function": named}],
            tool_choice={"type": "function", "function": {"name": FORMATTED}},
        )
        return formatted(result, response_format)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return run(self._agenerate(messages, stop=stop, **kwargs))

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        async def collected() -> list[ChatGenerationChunk]:
            return [chunk async for chunk in self._astream(messages, stop=stop, **kwargs)]

        yield from run(collected())


class _Silent(Exception):
    """The remote model failed before anything of its answer was passed on; the message says why."""


async def _whole(
    remote: Veiled,
    messages: list[BaseMessage],
    stop: list[str] | None,
    options: dict[str, Any],
) -> AsyncIterator[ChatResult]:
    result = await remote._agenerate(messages, stop=stop, **options)
    message = result.generations[0].message
    if wrong := flaw(message, options):  # pyright: ignore[reportArgumentType]
        raise Unusable(f"The model's answer is unusable: {wrong}.", flaw=wrong)
    yield result


async def _streamed(
    remote: Veiled,
    messages: list[BaseMessage],
    stop: list[str] | None,
    options: dict[str, Any],
) -> AsyncIterator[ChatGenerationChunk]:
    """Pass text on as it comes; hold calls and formatted answers back until they are known sound."""
    hold = wanted_schema(options) is not None
    held: list[ChatGenerationChunk] = []
    whole: AIMessageChunk | None = None
    text = ""
    try:
        async for chunk in remote._astream(messages, stop=stop, **options):
            message = chunk.message
            assert isinstance(message, AIMessageChunk)
            whole = message if whole is None else whole + message
            hold = hold or bool(message.tool_call_chunks)
            if not text and looks_like_data(whole.text):
                hold = True
            held.append(chunk)
            if hold or message.chunk_position == "last" or not message.text.strip():
                continue
            for ready in held:
                text += ready.text
                yield ready
            held.clear()
    except ModelFailed as failure:
        failure.partial = text  # what the client had read and we held back was seen by nobody
        raise
    wrong = flaw(whole, options) if whole else "its answer is empty"
    if wrong:
        raise Unusable(f"The model's answer is unusable: {wrong}.", partial=text, flaw=wrong)
    for chunk in held:
        yield chunk
