"""Customers: who they are, how surely we know it, and the cases that outlive conversations.

A customer is known by *identities*, pairs of kind and value such as `("email", "ana@example.com")`.
Each has a proof:

    claimed    somebody said so. It is kept with the customer who said it, and nobody else is ever
               looked up by it: a claim discloses nothing, not even that a customer exists.
    channel    the channel vouches for it, as a web chat does for its visitor's token.
    verified   the company vouches for it: a server key, a signed token or a code.

Proved identities are unique; that is what makes twenty first messages at once one customer. The
identity of kind `user` is the company's own number for a customer: the *external id*.

    identity.resolve(tx, workspace_id, kind, value, now=...)      customer id, made if need be
    identity.claim(tx, workspace_id, customer_id, claims, now=...)
    identity.customer(tx, workspace_id, customer_id)              a `Customer`
    verification.read_token(token, secret)                        an `Assertion`, or Unauthenticated
    verification.assert_customer(tx, workspace_id, assertion)     customer id, verified
    cases.open_case(tx, workspace_id, ...)                        a `Case` with its protocol number
"""

from dataclasses import dataclass, field
from typing import Any, Literal

from core.privacy import Known

Proof = Literal["claimed", "channel", "verified"]
Level = Literal["anonymous", "claimed", "verified", "strong"]


@dataclass(frozen=True, kw_only=True)
class Customer:
    """A person, as far as we know her."""

    customer_id: str
    external_id: str | None
    """The company's own number; only ever from a verified identity."""

    name: str | None
    language: str
    """Tag of the language last used; empty: not known."""

    verification: Level
    claims: dict[str, str] = field(default_factory=dict)
    """What she says of herself, by kind; nothing may be disclosed on the strength of it."""

    accounts: tuple[str, ...] = ()
    """Every number and address she is known by, proved or only claimed."""

    simulated: bool = False
    """One of a demo's simulated customers: nobody is this person."""

    erased: bool = False
    """Nothing is left of her but this id, and nothing is begun for it any more."""

    @property
    def is_stranger(self) -> bool:
        """Whether it was never proved who she is."""
        return self.verification in ("anonymous", "claimed")

    @property
    def known(self) -> Known:
        """By what she could be told from others."""
        return Known(names=(self.name,) if self.name else (), accounts=self.accounts)


@dataclass(frozen=True, kw_only=True)
class Assertion:
    """What the company says of a customer, by a server key or in a token that it signed."""

    external_id: str
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    language: str | None = None


@dataclass(frozen=True, kw_only=True)
class Case:
    """An issue that somebody follows up, whatever becomes of the conversation."""

    case_id: str
    """The protocol number that the customer is told."""

    customer_id: str
    kind: str
    summary: str
    subject: dict[str, Any]
    """What it is about, such as `{"name": ..., "id": ...}`."""

    state: Literal["open", "closed"]
    conversation_id: str
    opened_at: float
    follow_up_at: float
    closed_at: float | None = None
    resolution: str = ""
    notes: tuple["Note", ...] = ()


@dataclass(frozen=True, kw_only=True)
class Note:
    """Something added to a case."""

    author: str
    text: str
    at: float
