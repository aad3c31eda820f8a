"""Messages as a checkpoint keeps them: what a customer or the AI plainly said takes a short list.

LangGraph's serializer writes each message as a class and all its fields, and reads it by making the
object anew: for a window of thirty a tenth of what a turn costs. Any other message is left to it, and
what it wrote before is read as ever.
"""

from collections.abc import Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

OWN = ("content", "id", "name", "additional_kwargs")
"""What one plain message has that the next may not; all else is as in one that says nothing."""


class _Kind:
    """One class of messages."""

    def __init__(self, message: type[BaseMessage]) -> None:
        self._message = message
        self._blank = message("").__dict__
        self._made = [
            (field, type(value))
            for field, value in self._blank.items()
            if isinstance(value, list | dict)
        ]

    def packed(self, message: BaseMessage) -> list[Any] | None:
        """Give what a message has of its own; None when that is not all there is to it."""
        own = [getattr(message, field) for field in OWN]
        plain = isinstance(own[0], str) and message.__dict__ == {
            **self._blank,
            **dict(zip(OWN, own, strict=True)),
        }
        return own if plain else None

    def unpacked(self, own: Sequence[Any]) -> BaseMessage:
        """Make the message, as copying does: what was checked when it was said is not checked again."""
        fields = {**self._blank, **{field: made() for field, made in self._made}}
        message = self._message.__new__(self._message)
        message.__setstate__(
            {
                "__dict__": fields | dict(zip(OWN, own, strict=True)),
                "__pydantic_fields_set__": set(OWN),
                "__pydantic_extra__": None,
                "__pydantic_private__": None,
            }
        )
        return message


KINDS: dict[str, _Kind] = {"human": _Kind(HumanMessage), "ai": _Kind(AIMessage)}
NAMES: dict[type, str] = {HumanMessage: "human", AIMessage: "ai"}


def packed(messages: Sequence[BaseMessage]) -> list[Any]:
    """Give messages with the plain ones as lists."""
    return [_packed(message) for message in messages]


def unpacked(kept: Sequence[Any]) -> list[BaseMessage]:
    """Give what `packed` was given; also what was written before there was any packing."""
    return [KINDS[one[0]].unpacked(one[1:]) if isinstance(one, list) else one for one in kept]


def _packed(message: BaseMessage) -> Any:
    name = NAMES.get(type(message))
    own = KINDS[name].packed(message) if name else None
    return message if own is None else [name, *own]
