"""A provider of our own, for tests and demos: what a real one does, with nothing to sign up for.

`python -m channels.loopback.provider` is its server; its webhooks are signed as Meta signs its own.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from channels import Capabilities, Inbound, Message, plain, split
from channels.providers import Account, Provider, Request, Status, refuse_unless_taken
from core.errors import ChannelUnclear, Forbidden, Unauthenticated

SIGNATURE = "X-Loopback-Signature"
STATES = ("sent", "delivered", "read", "failed")


def signature(raw: bytes, secret: str) -> str:
    """Sign the bytes of a webhook."""
    return f"sha256={hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()}"


@dataclass(kw_only=True)
class Loopback:
    """Plain text in pieces of a text message's size."""

    name: str = "loopback"
    max_characters: int = 1000
    quiet_s: float = 0.0
    max_wait_s: float = 0.0
    capabilities: Capabilities = field(default_factory=Capabilities)
    repeatable: bool = True

    def read(self, payload: dict[str, Any]) -> list[Inbound]:
        """Give the messages of `{account, messages: [{id, from, text, at?}]}`."""
        account = payload.get("account")
        return [
            Inbound(
                channel=self.name,
                account=account,
                address=item["from"],
                provider_message_id=item["id"],
                text=item["text"].strip(),
                provider_at=item["at"] if isinstance(item.get("at"), float | int) else None,
            )
            for item in _items(payload, "messages", "id", "from", "text")
            if isinstance(account, str) and item["text"].strip()
        ]

    def write(self, message: Message) -> list[dict[str, Any]]:
        """Give `{to, text}` for each piece of the text."""
        texts = split(plain(message, self.capabilities), self.max_characters)
        return [{"to": message.address, "text": text} for text in texts]

    def check_signature(self, raw: bytes, headers: Mapping[str, str], account: Account) -> None:
        """Hold a webhook's bytes against their HMAC-SHA256."""
        if not (given := headers.get(SIGNATURE)):
            raise Unauthenticated(f"The webhook has no {SIGNATURE}.")
        if not hmac.compare_digest(given.encode(), signature(raw, account.secret).encode()):
            raise Forbidden(f"{SIGNATURE} is not of these bytes and this account's secret.")

    def request(self, body: dict[str, Any], key: str, account: Account) -> Request:
        """Give the POST that sends one piece."""
        return Request(
            url=f"{account.url}/messages",
            content=json.dumps({**body, "account": account.name}).encode(),
            headers={
                "Content-Type": "application/json",
                "Authorization": f"Bearer {account.secret}",
                "Idempotency-Key": key,
            },
        )

    def taken(self, status: int, content: bytes) -> str:
        """Give the id in `{id}`."""
        refuse_unless_taken(status, content)
        try:
            return str(json.loads(content)["id"])
        except (ValueError, KeyError, TypeError) as error:
            raise ChannelUnclear("The provider's answer is no JSON with an id.") from error

    def statuses(self, payload: dict[str, Any]) -> list[Status]:
        """Give what stands in `{statuses: [{key, id, state, reason?}]}`."""
        return [
            Status(
                state=item["state"],
                key=item["key"],
                provider_message_id=item["id"],
                reason=str(item.get("reason", "")),
            )
            for item in _items(payload, "statuses", "key", "id", "state")
            if item["state"] in STATES
        ]


def _items(payload: dict[str, Any], name: str, *words: str) -> list[dict[str, Any]]:
    """Give the items of a list that have all these words; a bad one does not spoil the others."""
    given = payload.get(name)
    return [
        item
        for item in (given if isinstance(given, list) else [])
        if isinstance(item, dict)
        and all(isinstance(item.get(word), str) and item[word] for word in words)
    ]


channel: Provider = Loopback()
