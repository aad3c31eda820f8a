"""Channels whose messages go out through a provider's HTTP interface, and the accounts we have there.

A provider's channel writes requests and reads answers, webhooks and their signatures; like every channel
it does no network itself. Who sends is `conversations.courier`.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, Protocol, runtime_checkable

import channels
from channels import Channel
from core.discover import offered
from core.errors import ChannelError, ChannelUnclear, WorkspaceError
from core.workspace import Workspace

NOT_NOW = (408, 425, 503)
"""Statuses that say of themselves that nothing was done, and that it may be tried again."""

SHOWN = 200
"""Characters of a provider's refusal that are kept as its reason."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """A POST to a provider."""

    url: str
    content: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Status:
    """What a provider says became of a message that it took, or may have taken."""

    state: Literal["sent", "delivered", "read", "failed"]
    key: str = ""
    """Ours, if the provider hands it back; else it is found by the provider's own id."""

    provider_message_id: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Account:
    """One of the company's own addresses at a provider."""

    provider: "Provider"
    name: str
    url: str
    """Root of the provider's interface."""

    secret: str = field(repr=False)
    per_minute: float
    burst: int
    """Messages that may go out at once."""


@runtime_checkable
class Provider(Channel, Protocol):
    """A channel whose messages are carried by a provider."""

    repeatable: bool
    """The provider carries out the same key once, so that a request whose end nobody knows may be sent
    again. Otherwise only its word, or a person, settles such a message."""

    def check_signature(self, raw: bytes, headers: Mapping[str, str], account: Account) -> None:
        """Hold the bytes of a webhook against their signature.

        Raises:
            Unauthenticated: there is none.
            Forbidden: it is not of these bytes and this account's secret.
        """
        ...

    def request(self, body: dict[str, Any], key: str, account: Account) -> Request:
        """Give the request that sends one of the bodies of `write`; the key is the same at every try."""
        ...

    def taken(self, status: int, content: bytes) -> str:
        """Give the provider's id of the message that it took.

        Raises:
            ChannelError: it did not take it; `permanent` says that it never will.
            ChannelUnclear: nobody can tell from this answer.
        """
        ...

    def statuses(self, payload: dict[str, Any]) -> list[Status]:
        """Give what a webhook tells of messages that went out; `[]` when it tells nothing of them."""
        ...


Accounts = Mapping[tuple[str, str], Account]
"""By channel and account."""


@cache
def providers() -> dict[str, Provider]:
    """Give the channels of this folder that have a provider, by name."""
    every = offered(channels, "channel", Channel)
    return {name: channel for name, channel in every.items() if isinstance(channel, Provider)}


def accounts(workspace: Workspace) -> Accounts:
    """Give the accounts that `workspace.yaml` names, with their secrets from the environment.

    Raises:
        WorkspaceError: there is no such channel, or a secret is missing; nothing is sent unsigned.
    """
    found = {}
    for channel, named in workspace.profile.channels.items():
        if (provider := providers().get(channel)) is None:
            raise WorkspaceError(
                f"workspace.yaml: channels: {channel!r} is no channel with a provider; there are "
                f"{sorted(providers())}."
            )
        for name, given in named.items():
            if not (secret := os.environ.get(given.secret_env)):
                raise WorkspaceError(
                    f"workspace.yaml: channels.{channel}.{name} needs the environment variable "
                    f"{given.secret_env!r} with its secret; set it, or take the account out."
                )
            found[channel, name] = Account(
                provider=provider,
                name=name,
                url=given.url.rstrip("/"),
                secret=secret,
                per_minute=given.per_minute,
                burst=given.burst,
            )
    return found


def refuse_unless_taken(status: int, content: bytes) -> None:
    """Raise what a status means with most providers; nothing where the message was taken.

    Raises:
        ChannelError: it was not taken; `permanent` for what will never be.
        ChannelUnclear: a 5xx of which nobody knows how far the provider had come.
    """
    if 200 <= status < 300:
        return
    shown = " ".join(content.decode("utf-8", "replace").split())[:SHOWN]
    said = f"The provider answered {status}: {shown}"
    if status in NOT_NOW:
        raise ChannelError(said)
    if status >= 500:
        raise ChannelUnclear(said)
    raise ChannelError(said, permanent=True)


__all__ = ["Account", "Accounts", "Provider", "Request", "Status", "accounts", "providers"]
