"""What a provider's answer means for the message that was sent, or that there was none."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal

import httpx

from channels.providers import Provider
from core.errors import ChannelError, ChannelUnclear

LONGEST_PAUSE_S = 3600.0
"""A provider that asks for more is asked again after this."""

NOT_CONNECTED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
"""Errors after which it is sure that nothing was sent."""

NEVER_SENT = (httpx.UnsupportedProtocol, httpx.LocalProtocolError)
"""Requests that cannot be sent as they are."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How one try ended."""

    kind: Literal["sent", "refused", "failed", "throttled", "unknown"]
    """`refused` is final, `failed` and `throttled` are tried again, of `unknown` nobody knows."""

    reason: str = ""
    provider_message_id: str = ""
    pause_s: float = 0.0
    """What the provider asks us to wait at least."""


def of_response(
    provider: Provider, status: int, headers: Mapping[str, str], content: bytes
) -> Outcome:
    """Read a provider's answer."""
    pause_s = _pause(headers.get("Retry-After", ""))
    if status == 429:
        return Outcome(kind="throttled", reason="The provider answered 429.", pause_s=pause_s or 1)
    try:
        return Outcome(kind="sent", provider_message_id=provider.taken(status, content)[:200])
    except ChannelUnclear as error:
        return Outcome(kind="unknown", reason=str(error))
    except ChannelError as error:
        kind = "refused" if error.permanent else "failed"
        return Outcome(kind=kind, reason=str(error), pause_s=pause_s)


def of_error(error: Exception) -> Outcome:
    """Say what the lack of an answer means."""
    reason = f"{type(error).__name__}: {error}".rstrip(": ")[:300]
    if isinstance(error, NEVER_SENT):
        return Outcome(kind="refused", reason=reason)
    if isinstance(error, NOT_CONNECTED):
        return Outcome(kind="failed", reason=reason)
    return Outcome(kind="unknown", reason=reason)


def _pause(retry_after: str) -> float:
    """Read a `Retry-After`, seconds or a date; 0: there is none."""
    try:
        seconds = float(retry_after)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError):
            return 0.0
    return min(max(seconds, 0.0), LONGEST_PAUSE_S) if seconds == seconds else 0.0
