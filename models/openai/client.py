"""`LeanChatOpenAI`: `ChatOpenAI`'s requests and answers, at a cost that does not grow with the talk.

Stock `ChatOpenAI` walks every message through typed dictionaries and makes objects of every token: 49 ms
for a request of 400 messages, 8 ms for an answer of 55 tokens. Here a request is written straight to
JSON, and a stream is read as bytes and handed on by the sentence, or every tenth of a second.
"""

import re
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import orjson
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_openai import ChatOpenAI
from langchain_openai.chat_models.base import _create_usage_metadata
from pydantic import BaseModel, Field, PrivateAttr, SecretStr, ValidationError

from core.errors import ModelFailed
from models import Spent
from models.blocking import run
from models.openai.exchange import Exchange
from models.openai.messages import written
from models.openai.pieces import pieces
from models.openai.stream import Piece
from models.roles import AS_FOR_ALL, Names
from models.soundness import FORM, Refused, Unusable
from models.usage import spend

DEFAULT_TIMEOUT_S = 20.0
DEFAULT_RETRIES = 2
CHARACTERS = 4
"""About as many make a token."""

OPTIONS = ("extra_headers", "extra_query", "extra_body", "timeout", FORM)
"""Parts of a payload that are about the request and not in its body."""

REASONS = re.compile(r"(?:^|/)(?:o\d|gpt-5)|reason|thinking", re.IGNORECASE)
"""Names of models that choose their words as they do: a temperature is refused, or means nothing."""


class LeanChatOpenAI(ChatOpenAI):
    """A chat model behind an OpenAI-compatible URL, spoken to through `/chat/completions`."""

    use_responses_api: bool | None = False
    stream_usage: bool | None = True
    price_per_million_input: float = Field(default=0.0, ge=0)
    price_per_million_output: float = Field(default=0.0, ge=0)
    names: Names = AS_FOR_ALL
    """Of the settings that errors tell the operator to mend."""

    role: str = ""
    """Under which it is written down what was spent."""

    told: Callable[[Spent], object] = lambda _: None
    """Hears what was spent, beside the turn."""

    _no_temperature: bool = PrivateAttr(default=False)
    """Whether the server has refused one; it is not told one again."""

    def _get_request_payload(
        self, input_: LanguageModelInput, *, stop: list[str] | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        """Give the payload `ChatOpenAI` would make, without its walk through every message."""
        payload = {**self._default_params, **kwargs}
        if stop is not None:
            payload["stop"] = stop
        if self._no_temperature or REASONS.search(self.model_name or ""):
            payload.pop("temperature", None)
        if "max_tokens" in payload:
            payload["max_completion_tokens"] = payload.pop("max_tokens")
        payload["messages"] = [written(said) for said in self._convert_input(input_).to_messages()]
        if re.match(r"^o\d", self.model_name or ""):
            for message in payload["messages"]:
                if message["role"] == "system":
                    message["role"] = "developer"
        return payload

    def _exchange(self, payload: dict[str, Any]) -> Exchange:
        limit = payload.get("timeout") or self.request_timeout or DEFAULT_TIMEOUT_S
        return Exchange(
            url=self._url(payload.get("extra_query")),
            headers={**self._headers(), **(payload.get("extra_headers") or {})},
            body=_body(payload),
            timeout_s=float(limit) if isinstance(limit, int | float) else DEFAULT_TIMEOUT_S,
            retries=DEFAULT_RETRIES if self.max_retries is None else self.max_retries,
            names=self.names,
            counted=lambda: self._spend(calls=1),
        )

    def _mended(self, payload: dict[str, Any], refusal: Refused, began: float) -> Exchange:
        """Give the request without the temperature that the server refused, in the time that is left.

        Raises:
            Refused: it was refused for something else.
        """
        if "temperature" not in payload or "temperature" not in refusal.said.lower():
            raise refusal
        self._no_temperature = True
        plain = {name: value for name, value in payload.items() if name != "temperature"}
        exchange = self._exchange(plain)
        left_s = exchange.timeout_s - (time.monotonic() - began)
        return replace(exchange, timeout_s=max(left_s, 0.05))

    def _url(self, query: Mapping[str, str] | None) -> str:
        base = str(self.openai_api_base or "https://api.openai.com/v1").rstrip("/")
        parts = {**(self.default_query or {}), **(query or {})}
        asked = "&".join(f"{name}={value}" for name, value in parts.items())
        return f"{base}/chat/completions" + (f"?{asked}" if asked else "")

    def _headers(self) -> dict[str, str]:
        key = self.openai_api_key
        secret = key.get_secret_value() if isinstance(key, SecretStr) else ""
        headers = {"Content-Type": "application/json", **(self.default_headers or {})}
        if secret:
            headers["Authorization"] = f"Bearer {secret}"
        if self.openai_organization:
            headers["OpenAI-Organization"] = self.openai_organization
        return headers

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        payload = self._get_request_payload(messages, stop=stop, **kwargs)
        began = time.monotonic()
        try:
            answer = await self._exchange(payload).whole()
        except Refused as refusal:
            answer = await self._mended(payload, refusal, began).whole()
        self._charge(answer.get("usage"), payload, str(answer.get("choices") or ""))
        try:
            result = self._create_chat_result(answer)
            message = result.generations[0].message
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            raise Unusable(f"The model server's answer has not the right form: {error}.") from error
        if (filled := parsed(message.text, payload.get("response_format"))) is not None:
            message.additional_kwargs["parsed"] = filled
        return result

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        *,
        stream_usage: bool | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        kwargs["stream"] = True
        if self._should_stream_usage(stream_usage, **kwargs):
            kwargs["stream_options"] = {"include_usage": True}
        payload = self._get_request_payload(messages, stop=stop, **kwargs)
        text, charged = "", False
        try:
            async for piece in self._pieces(payload):
                text += piece.text
                if piece.usage or (piece.last and not charged):
                    charged = True
                    self._charge(piece.usage, payload, text)
                chunk = self._chunk(piece)
                if piece.finish and (filled := parsed(text, payload.get("response_format"))):
                    chunk.message.additional_kwargs["parsed"] = filled
                if run_manager and run_manager.handlers:
                    await run_manager.on_llm_new_token(piece.text, chunk=chunk)
                yield chunk
        except ModelFailed as failure:
            failure.partial = text
            raise
        finally:
            # What has come is paid for, also by who went away in the middle.
            if text and not charged:
                self._charge(None, payload, text)

    async def _pieces(self, payload: dict[str, Any]) -> AsyncIterator[Piece]:
        began = time.monotonic()
        try:
            async for piece in pieces(self._exchange(payload)):
                yield piece
        except Refused as refusal:  # nothing of an answer has come
            async for piece in pieces(self._mended(payload, refusal, began)):
                yield piece

    def _chunk(self, piece: Piece) -> ChatGenerationChunk:
        about: dict[str, Any] = {}
        if piece.finish:
            about = {"finish_reason": piece.finish, "model_provider": "openai"}
            about["model_name"] = piece.about.get("model", self.model_name)
            for name in ("system_fingerprint", "service_tier"):
                if name in piece.about:
                    about[name] = piece.about[name]
        message = AIMessageChunk(
            content=piece.text,
            additional_kwargs={"refusal": piece.refusal} if piece.refusal else {},
            tool_call_chunks=[
                {
                    "type": "tool_call_chunk",
                    "name": call.name,
                    "args": call.arguments,
                    "id": call.call_id,
                    "index": call.index,
                }
                for call in piece.calls.values()
            ],
            usage_metadata=_create_usage_metadata(piece.usage) if piece.usage else None,
            chunk_position="last" if piece.last else None,
        )
        return ChatGenerationChunk(message=message, generation_info=about or None)

    def _charge(self, usage: Any, payload: dict[str, Any], text: str) -> None:
        """Write down what an answer cost; where the server does not say, four characters are a token."""
        if isinstance(usage, dict) and usage.get("prompt_tokens"):
            read, wrote = (
                int(usage.get(one) or 0) for one in ("prompt_tokens", "completion_tokens")
            )
        else:
            read, wrote = len(_body(payload)) // CHARACTERS, len(text) // CHARACTERS + 1
        cost = read * self.price_per_million_input + wrote * self.price_per_million_output
        self._spend(input_tokens=read, output_tokens=wrote, cost_usd=cost / 1_000_000)

    def _spend(self, **spent: Any) -> None:
        self.told(spend(self.role, self.model_name, **spent))

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


def _body(payload: dict[str, Any]) -> bytes:
    """Write the JSON of a request."""
    body = {name: value for name, value in payload.items() if name not in OPTIONS}
    if isinstance(body.get("response_format"), type):
        body["response_format"] = form_of(body["response_format"])
    return orjson.dumps({**body, **(payload.get("extra_body") or {})})


@lru_cache(maxsize=256)
def form_of(schema: type) -> Any:
    """Give a class as a request's `response_format`."""
    from openai.lib._parsing._completions import type_to_response_format_param

    return type_to_response_format_param(schema)


def parsed(text: str, response_format: Any) -> BaseModel | None:
    """Give the object that was asked for, where it was asked for as a pydantic class.

    Raises:
        Unusable: the answer is not such an object.
    """
    if not (isinstance(response_format, type) and issubclass(response_format, BaseModel)):
        return None
    try:
        return response_format.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "its answer"
        raise Unusable(
            f"The model's answer is no {response_format.__name__}: {error.error_count()} faults.",
            flaw=f"it is no {response_format.__name__}: {place}: {first['msg']}",
        ) from error


__all__ = ["LeanChatOpenAI"]
