"""The shapes of the chat's HTTP: what is sent, what comes back, with examples for the documentation."""

from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from channels.media import MAX_FILES
from core.errors import BadInput, TooLarge

MAX_CHARACTERS = 8_000
MAX_ATTACHMENT_CHARACTERS = 64_000

_CONVERSATION = "conversation_01kagc3v7xj2n5q8r0t4w6y9zb"


class Attachment(BaseModel):
    """A reference to something sent along: an upload's `id`, or else at least a name."""

    id: str | None = Field(default=None, max_length=80, pattern=r"^attachment_[\w-]+$")
    """What `POST /attachments` gave; name and type are then its own."""

    name: str = Field(default="", max_length=200)
    type: str = Field(default="", max_length=100)
    """Media type, such as `image/png`."""

    url: str | None = Field(default=None, max_length=2_000, pattern=r"^https?://")
    data: str | None = Field(default=None, max_length=MAX_ATTACHMENT_CHARACTERS)
    """Base64, for what is small."""

    @model_validator(mode="after")
    def _of_something(self) -> "Attachment":
        if not self.id and not self.name:
            raise ValueError("give the `id` of an upload, or a `name`")
        return self


class CustomerClaim(BaseModel):
    """Who the customer is, or says she is."""

    id: str | None = Field(default=None, max_length=200)
    email: str | None = Field(default=None, max_length=200)
    phone: str | None = Field(default=None, max_length=40)
    name: str | None = Field(default=None, max_length=200)


class Proof(BaseModel):
    """A code that the company delivered to the customer."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"kind": "user", "value": "K-7", "code": "123456"}],
        }
    )

    kind: Literal["user", "email", "phone"]
    value: str = Field(min_length=1, max_length=200)
    code: str = Field(min_length=4, max_length=12)


class ChatRequest(BaseModel):
    """A customer's message."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"message": "Where is my order?", "language": "en"},
                {
                    "message": "And when will it arrive?",
                    "conversation_id": _CONVERSATION,
                    "conversation_token": "ct_...",
                    "message_id": "0b54c3f6-6f0e-4a44-8f8b-0f7b1f4f2f11",
                },
            ]
        }
    )

    message: str = ""
    """1 to 8,000 characters after trimming; may be empty with attachments."""

    conversation_id: str | None = Field(default=None, max_length=200)
    conversation_token: str | None = Field(default=None, max_length=200)
    """Or the header `X-Conversation-Token`, or `Authorization: Bearer ct_...`."""

    customer: str | CustomerClaim | None = None
    """The company's own number, or `{id, email, phone, name}`. Only a claim, unless a server's key with
    the scope `chat:assert` says so; a signed token in `Authorization` says who it is by itself."""

    message_id: str | None = Field(default=None, min_length=1, max_length=200)
    """Makes repeating safe: the same id of the same visitor gives the first result. With 16 characters
    or more (a UUID) also for the first message of a conversation."""

    sent_at: AwareDatetime | None = None
    """When the customer wrote it, with its zone. Messages that wait together are read in this order,
    however they came over the network."""

    language: str | None = Field(default=None, max_length=40)
    attachments: list[Attachment] = Field(default=[], max_length=MAX_FILES)

    def text(self) -> str:
        """Give the message, trimmed and checked."""
        text = self.message.strip()
        if not text and not self.attachments:
            raise BadInput("`message` is empty; send 1 to 8,000 characters, or attachments.")
        if len(text) > MAX_CHARACTERS:
            raise TooLarge(f"`message` has {len(text)} characters; send at most {MAX_CHARACTERS}.")
        return text

    def claims(self) -> dict[str, str]:
        """Give what is said of the customer, by kind of identity."""
        if self.customer is None:
            return {}
        if isinstance(self.customer, str):
            said = {"user": self.customer}
        else:
            given = self.customer
            said = {"user": given.id, "email": given.email, "tel": given.phone, "name": given.name}
        return {kind: value for kind, value in said.items() if value and value.strip()}

    def check_characters(self) -> None:
        """Refuse what a database or a page cannot hold: NUL, lone surrogates, control characters in ids."""
        for place, value in _strings(self.model_dump(), ""):
            if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
                raise BadInput(
                    f"`{place}` holds a character that is no text: NUL or half a surrogate."
                )
        for place in ("message_id", "conversation_id", "conversation_token", "language"):
            if not (getattr(self, place) or "a").isprintable():
                raise BadInput(f"`{place}` holds a control character.")


def _strings(value: Any, place: str) -> list[tuple[str, str]]:
    if isinstance(value, str):
        return [(place, value)]
    if isinstance(value, dict):
        inner = [_strings(item, f"{place}.{key}" if place else key) for key, item in value.items()]
    elif isinstance(value, list):
        inner = [_strings(item, f"{place}[{at}]") for at, item in enumerate(value)]
    else:
        return []
    return [found for part in inner for found in part]


class ReplyShown(BaseModel):
    """One reply of the AI."""

    message_id: str
    text: str
    citations: list[dict[str, Any]]
    agent: str
    buttons: list[str] = []


class HandoffShown(BaseModel):
    """That a person was called."""

    handoff_id: str
    reason: str


class ApprovalShown(BaseModel):
    """A write that waits, or waited, for a person."""

    approval_id: str
    preview: str
    """What would be done, in the customer's words."""

    state: str
    created_at: float


Status = Literal["answered", "handoff", "with_person", "running", "closed"]


class ChatResponse(BaseModel):
    """What became of a message."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "conversation_id": _CONVERSATION,
                    "turn_id": f"{_CONVERSATION}:1",
                    "conversation_token": "ct_...",
                    "replies": [
                        {
                            "message_id": "message_01kagc3v8",
                            "text": "It left our warehouse this morning.",
                            "citations": [],
                            "agent": "transactions",
                            "buttons": [],
                        }
                    ],
                    "status": "answered",
                    "handoff": None,
                    "approvals": [],
                }
            ]
        }
    )

    conversation_id: str
    turn_id: str | None
    """None when a person answers instead of a turn."""

    conversation_token: str
    replies: list[ReplyShown]
    status: Status
    """`answered`; `handoff`: a person was called; `with_person`: a person answers; `running`: see later."""

    handoff: HandoffShown | None = None
    approvals: list[ApprovalShown] = []


class ConversationShown(BaseModel):
    """A conversation as a whole."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "conversation_id": _CONVERSATION,
                    "state": "open",
                    "owner": "ai",
                    "status": "answered",
                    "language": "en",
                    "channel": "webchat",
                    "opened_at": 1795478400.0,
                    "closed_at": None,
                    "last_event_id": 4,
                }
            ]
        }
    )

    conversation_id: str
    state: Literal["open", "closed"]
    owner: Literal["ai", "queue", "person"]
    status: Status
    language: str
    channel: str
    opened_at: float
    closed_at: float | None
    last_event_id: int
    """Number of the newest entry of the feed; `GET .../feed` goes on from there with `Last-Event-ID`."""

    customer_id: str | None = None
    """For staff."""

    outcome: str | None = None
    """For staff: how a closed one ended, `solved`, `unsolved`, `moot` or `quiet`."""

    simulated: bool | None = None
    """For staff: lived through with a simulated customer, for a demo."""

    owner_name: str | None = None
    """The person who speaks, while one does."""

    waiting_since: float | None = None
    """When a person was called who has not come yet."""

    approvals: list[ApprovalShown] = []
    """What waits for a person's decision."""

    handoff: dict[str, Any] | None = None


class MessageShown(BaseModel):
    """One utterance."""

    message_id: str
    sequence: int
    role: Literal["customer", "ai", "person", "system"]
    text: str
    turn_id: str | None
    agent: str
    citations: list[dict[str, Any]]
    buttons: list[str]
    attachments: list[dict[str, Any]]
    channel: str
    created_at: float
    event: dict[str, Any] | None = None
    """For staff: what an internal message says."""

    delivery: str | None = None
    """For staff, of what a channel's provider carries: `waiting`, `sending`, `sent`, `delivered`, `read`,
    `unknown`, `dead` or `cancelled`."""


class Messages(BaseModel):
    """A page of a transcript, in order."""

    messages: list[MessageShown]
    next_after: int | None = None
    """Pass as `after` to read on; None: that was all."""


class Turns(BaseModel):
    """The turn records of a conversation; staff see all of each."""

    turns: list[dict[str, Any]]
