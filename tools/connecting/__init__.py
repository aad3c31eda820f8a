"""Back offices that nobody wrote code for: an OpenAPI document or an MCP server becomes plain tools.

    python -m tools.connecting add salon https://salon.example/openapi.json --key-env SALON_KEY

reads what there is, keeps it as `connectors/salon.json` in the workspace, and writes a proposal into
`connectors.yaml`: for each operation its effect, whom it is for, how far the AI may go, and the words for
it. Reads that are tied to the customer work at once; what writes is off until a person switches it on.

    model       connectors.yaml, checked
    openapi     an OpenAPI 3.0 or 3.1 document as operations
    mcp         an MCP server (Streamable HTTP) as operations, and calls to it
    references  JSON schemas made plain, for both
    text        names made usable, descriptions made harmless
    fetching    what a back office says of itself now
    reaching    HTTP with limits: time, size, redirects, private addresses
    requesting  an operation and its arguments as a request
    proposing   what a person is proposed for an operation
    naming      words for fields, things and deeds, in each language
    rough       rough words where no list has them
    borrowing   the starter bank's intents that an operation is
    wording     answers as sentences for a customer
    connected   an operation as a `Tool`
    keeping     the files, and what has changed since they were accepted

What a back office says of itself and what it answers was written by others: descriptions are cut to a
sentence, orders to a model are taken out, and a document that changed is not taken until a person says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Where = Literal["path", "query", "header", "body"]
KeyIn = tuple[Literal["header", "query"], str, str]


@dataclass(frozen=True)
class Place:
    """Where an argument goes in a request."""

    where: Where
    path: tuple[str, ...]
    """Its name there; several for what stands inside other objects of a body, `()` for the whole body."""

    joined: bool = False
    """Whether several values are joined by commas, instead of the name being repeated."""


@dataclass(frozen=True, kw_only=True)
class Operation:
    """Something that a back office can do, as it says itself."""

    name: str
    """Of lower-case letters, digits and underscores."""

    wire: str
    """`GET /visits/{id}`, or the name of an MCP server's tool."""

    summary: str
    """One sentence, cleaned; in whatever language it was written."""

    reads: bool
    """Whether it changes nothing, by its own word."""

    parameters: dict[str, Any]
    """JSON schema of the arguments: an object without references."""

    places: Mapping[str, Place]
    """Where each argument goes."""

    answer: dict[str, Any] = field(default_factory=dict)
    """JSON schema of what it answers; empty where it does not say."""

    form: bool = False
    """Whether its body is a form, instead of JSON."""

    key_header: str = ""
    """Header that takes a key with which the same request acts only once."""

    repeatable: bool = False
    """Whether the same request acts only once even without a key, by its own word."""

    retired: bool = False
    """Whether it should no longer be used, by its own word."""


@dataclass(frozen=True)
class Document:
    """What a back office says of itself, read."""

    operations: Mapping[str, Operation]
    server: str = ""
    """Where its operations are called; empty where it does not say."""

    key_in: KeyIn = ("header", "Authorization", "Bearer ")
    """Where its key goes: in a `header` or the `query`, under which name, and what stands before it."""

    left_out: Mapping[str, str] = field(default_factory=dict)
    """What cannot be called, and why."""
