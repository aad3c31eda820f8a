"""The embedded model's answers in the shapes in which another's were asked for."""

from typing import Any

import orjson
from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import BaseModel, ValidationError

from core.errors import ModelFailed


def formatted(result: ChatResult, response_format: Any) -> ChatResult:
    """Turn a call that carries the formatted answer into the answer itself.

    Raises:
        ModelFailed: it does not fit the class that was asked for.
    """
    message = result.generations[0].message
    calls = getattr(message, "tool_calls", [])
    answer = AIMessage(orjson.dumps(calls[0]["args"]).decode() if calls else message.content)
    if isinstance(response_format, type) and issubclass(response_format, BaseModel):
        try:
            answer.additional_kwargs["parsed"] = response_format.model_validate_json(answer.text)
        except ValidationError as error:
            raise ModelFailed(
                f"Neither model could fill {response_format.__name__}; ask for less at once."
            ) from error
    return ChatResult(generations=[ChatGeneration(message=answer)])


def as_chunk(result: ChatResult) -> ChatGenerationChunk:
    """Give a whole answer as the only chunk of a stream."""
    message = result.generations[0].message
    calls = getattr(message, "tool_calls", [])
    return ChatGenerationChunk(
        message=AIMessageChunk(
            content=message.content,
            additional_kwargs=message.additional_kwargs,
            response_metadata=message.response_metadata,
            tool_call_chunks=[
                {
                    "type": "tool_call_chunk",
                    "name": call["name"],
                    "args": orjson.dumps(call["args"]).decode(),
                    "id": call["id"],
                    "index": index,
                }
                for index, call in enumerate(calls)
            ],
            chunk_position="last",
        )
    )
