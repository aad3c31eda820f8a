"""Channels: where customers write from, and how each one's messages are read and written.

A channel is one module (or package) of this folder that offers `channel`. It translates and does
nothing else: no network, no database, no clock. What it can show is its `capabilities`; whoever
composes a reply looks there, never at the channel's name.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """What a channel can show and do."""

    buttons: int = 0
    """Most quick replies in one message; 0: they become numbered lines of the text."""

    button_characters: int = 0
    """Longest title of a quick reply; 0: any length."""

    markdown: bool = False
    """Lists, bold and links are shown as such."""

    streaming: bool = False
    """Sentences can be shown before the reply is final, and taken back."""

    citations: bool = False
    """Sources can be opened beside the text; otherwise they are written behind it."""

    typing: bool = False
    """The customer can be shown that a reply is being written."""

    attachments: bool = False
    """Customers can send files."""


@dataclass(frozen=True, kw_only=True)
class Inbound:
    """A customer's message as a channel read it."""

    channel: str
    account: str
    """Which of the company's own addresses it came to."""

    address: str
    """Where the customer writes from; replies go there."""

    provider_message_id: str
    """The provider's own id of the message: the same one is taken once."""

    text: str
    parts: list[dict[str, Any]] = field(default_factory=list)
    language: str = ""
    """What the customer's side asks for, as a language tag; empty: find out."""

    provider_at: float | None = None
    """When the provider says it was written, in seconds since 1970."""

    @property
    def key(self) -> str:
        """The message's dedupe key."""
        return f"{self.channel}:{self.account}:{self.address}:{self.provider_message_id}"


@dataclass(frozen=True, kw_only=True)
class Message:
    """What goes out to a customer."""

    address: str
    text: str
    message_id: str = ""
    """Ours; a channel that can, hands it on as the key that keeps a message from going out twice."""

    buttons: tuple[str, ...] = ()
    citations: tuple[dict[str, Any], ...] = ()
    """`{title, url, ...}`, in the order of the marks `[1]`, `[2]` in the text."""

    agent: str = ""


@runtime_checkable
class Channel(Protocol):
    """One way to reach the company."""

    name: str
    """Its key in settings and tables; the name of its module."""

    max_characters: int
    """Longest text of one message."""

    quiet_s: float
    """Seconds without a further message after which a burst counts as finished; 0: do not wait."""

    max_wait_s: float
    """Most seconds that the first message of a burst waits."""

    capabilities: Capabilities

    def read(self, payload: dict[str, Any]) -> list[Inbound]:
        """Give the messages in what the provider sent; `[]` when it holds none."""
        ...

    def write(self, message: Message) -> list[dict[str, Any]]:
        """Give the bodies of the provider's requests, in the order they must go out."""
        ...


def plain(message: Message, capabilities: Capabilities) -> str:
    """Give the text with whatever this channel cannot show beside it written into it."""
    lines = [message.text]
    if message.buttons and len(message.buttons) > capabilities.buttons:
        lines += [f"{place}. {title}" for place, title in enumerate(message.buttons, 1)]
    if not capabilities.citations:
        lines += [
            " ".join(filter(None, (f"[{place}]", cited.get("title", ""), cited.get("url", ""))))
            for place, cited in enumerate(message.citations, 1)
        ]
    return "\n".join(lines)


def split(text: str, longest: int) -> list[str]:
    """Cut a text into parts of at most `longest` characters, where a reader would pause.

    Raises:
        ValueError: `longest` is not positive.
    """
    if longest < 1:
        raise ValueError(f"A message of at most {longest} characters cannot hold anything.")
    parts: list[str] = []
    rest = text.strip()
    while len(rest) > longest:
        cut = _pause(rest, longest)
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*parts, rest] if rest else parts


def _pause(text: str, longest: int) -> int:
    """Give the best place to cut: after a paragraph, a line, a sentence, a word, else anywhere."""
    window = text[: longest + 1]
    for pattern in (r"\n\s*\n", r"\n", r"[.!?…]\s", r"\s"):
        ends = [found.start() + 1 for found in re.finditer(pattern, window)]
        if ends := [end for end in ends if longest // 3 < end <= longest]:
            return ends[-1]
    return longest


__all__ = ["Capabilities", "Channel", "Inbound", "Message", "plain", "split"]
