"""A message as the API sends it: whole, or in chunks; and what failures make of it."""

import hashlib
import itertools
import json
import re
import time
from collections.abc import Iterator, Mapping
from typing import Any

from models.scripted.mind import Message, call

_numbers = itertools.count(1)


def usage(body: Mapping[str, Any], message: Message) -> dict[str, int]:
    """Count tokens, about as others do: four characters each."""
    read = len(json.dumps([body.get("messages"), body.get("tools")], default=str)) // 4
    wrote = max(1, len(json.dumps(message, ensure_ascii=False)) // 4)
    return {"prompt_tokens": read, "completion_tokens": wrote, "total_tokens": read + wrote}


def finish(message: Message) -> str:
    """Say why the answer ended."""
    return "tool_calls" if message.get("tool_calls") else "stop"


def whole(body: Mapping[str, Any], message: Message) -> dict[str, Any]:
    """Give the answer in one piece."""
    return {
        **_frame(body, "chat.completion"),
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": None, **message},
                "finish_reason": finish(message),
            }
        ],
        "usage": usage(body, message),
    }


def chunks(body: Mapping[str, Any], message: Message) -> Iterator[dict[str, Any]]:
    """Give the answer token by token."""
    frame = _frame(body, "chat.completion.chunk")

    def chunk(delta: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
        return {**frame, "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}

    yield chunk({"role": "assistant", "content": ""})
    for token in tokens(message.get("content") or ""):
        yield chunk({"content": token})
    for index, made in enumerate(message.get("tool_calls") or ()):
        function = made["function"]
        begun = {"name": function["name"], "arguments": ""}
        yield chunk(
            {
                "tool_calls": [
                    {"index": index, "id": made["id"], "type": "function", "function": begun}
                ]
            }
        )
        for token in tokens(function["arguments"]):
            yield chunk({"tool_calls": [{"index": index, "function": {"arguments": token}}]})
    yield chunk({}, finish(message))
    if (body.get("stream_options") or {}).get("include_usage"):
        yield {**frame, "choices": [], "usage": usage(body, message)}


def tokens(text: str) -> list[str]:
    """Cut a text about as tokenizers do; joined it is the text again."""
    return re.findall(r"\s*\S{1,6}|\s+", text)


def _frame(body: Mapping[str, Any], kind: str) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{next(_numbers)}",
        "object": kind,
        "created": int(time.time()),
        "model": body.get("model", "scripted"),
        "system_fingerprint": "fp_scripted",
    }


def spoiled(mode: str, message: Message, body: Mapping[str, Any]) -> Message:
    """Give the message as a failing model would have made it."""
    tools = [tool["function"] for tool in body.get("tools") or ()]
    calls = message.get("tool_calls") or []
    if mode == "empty":
        return {"content": ""}
    if mode == "wrong_tool":
        return {"content": None, "tool_calls": [call("no_such_tool", {})]}
    if mode in ("extra_arguments", "wrong_schema") and tools:
        name = calls[0]["function"]["name"] if calls else tools[0]["name"]
        wrong = {"no_such_argument": 1} if mode == "extra_arguments" else {"": [None]}
        properties = next(t for t in tools if t["name"] == name).get("parameters", {})
        for property_name in properties.get("properties", {}) if mode == "wrong_schema" else ():
            wrong = {property_name: {"not": ["what", "was", "asked"]}}
            break
        return {"content": None, "tool_calls": [call(name, wrong)]}
    if mode == "wrong_schema":
        return {"content": json.dumps({"nothing": ["that", "was", "asked"]})}
    if mode == "two_calls" and calls:
        made = json.loads(calls[0]["function"]["arguments"])
        return {
            "content": None,
            "tool_calls": [calls[0], call(calls[0]["function"]["name"], made, 1)],
        }
    return message


def vector(text: str, dimensions: int = 64) -> list[float]:
    """Give a vector in which texts with common words lie near each other."""
    from models.scripted.filling import words

    values = [0.0] * dimensions
    for word in words(text):
        digest = hashlib.sha256(word[:6].encode()).digest()
        values[digest[0] % dimensions] += 1.0 if digest[1] % 2 else -1.0
    length = sum(value * value for value in values) ** 0.5
    return [value / length for value in values] if length else [1.0, *values[1:]]
