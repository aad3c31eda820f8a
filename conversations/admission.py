"""How much is taken in: per customer, per address of strangers, and in all. What is refused is not stored."""

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

from conversations.accept import Accepted
from conversations.mailbox import waiting_now
from core import limits
from core.database import Tx
from core.errors import TooManyRequests
from core.settings import Settings

BUSY_RETRY_S = 5.0


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one deployment takes in; 0: any number."""

    messages_per_minute: int
    """Of one customer."""

    strangers_per_minute: int
    """New conversations from one address."""

    waiting: int
    """Conversations that wait for their turn at the same time."""

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        return cls(
            messages_per_minute=settings.messages_per_minute,
            strangers_per_minute=settings.strangers_per_minute,
            waiting=settings.max_waiting,
        )


def admit(
    tx: Tx,
    workspace_id: str,
    accepted: Accepted,
    most: Limits,
    *,
    customer_id: str,
    stranger_at: str = "",
) -> None:
    """Let a message in that this transaction has just stored, or undo it by raising.

    `stranger_at` is the network address of somebody who shows nothing of an earlier conversation;
    empty: not limited. A message that had been taken in before always gets its answer.

    Raises:
        TooManyRequests: there are too many of them; nothing of this one is kept.
    """
    if accepted.repeated:
        return
    if stranger_at and most.strangers_per_minute:
        _take(tx, workspace_id, f"strangers:{_network(stranger_at)}", most.strangers_per_minute)
    if most.messages_per_minute:
        _take(tx, workspace_id, f"messages:{customer_id}", most.messages_per_minute)
    if most.waiting and accepted.queued and waiting_now(tx, workspace_id, most.waiting):
        raise TooManyRequests(
            "Very many customers are waiting at this moment; try again in a few seconds.",
            retry_after_s=BUSY_RETRY_S,
        )


def _take(tx: Tx, workspace_id: str, name: str, per_minute: int) -> None:
    limits.take(tx, workspace_id, name, per_minute=per_minute, burst=per_minute)


def _network(address: str) -> str:
    """Give what one household or company writes from: an IPv6 address stands for its network of 64 bits."""
    try:
        found = ip_address(address)
    except ValueError:
        return address[:100]
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        return str(ip_network((int(found), 64), strict=False))
    return str(found)
