"""What there is to know of a conversation before writing in it: quotes and records, each with its messages.

The quotes are those of `conversations.summing`, which the AI remembers by and a packet carries. Added is what
only people need: what the AI promised, by when things are due, what was done, and what is still open.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel

from agents import promising
from conversations import approvals, effects, handoffs, summaries
from conversations.summing import shortened
from core.clock import moment
from core.database import Tx, domain_now
from core.sentences import sentences
from core.workspace import Workspace
from customers import Case, cases
from desk.writing.needed import NeedsModel, needs
from desk.writing.thread import Thread
from graph.reviewing import claims
from graph.reviewing.reading import MARKER
from models import Understanding
from models.embedded import words


class Quoted(BaseModel):
    """Something that was said or recorded."""

    text: str
    """Word for word, on one line, shortened at its end where it is long."""

    message_ids: list[str]
    """The messages it was taken from, or that told it; `[]`: of a record that no message tells."""

    said_at: float | None = None
    """Seconds since 1970."""


class Wanted(Quoted):
    """What she asked for."""

    intent: str


class Fact(Quoted):
    """A value that she named, with its sentence."""

    kind: str
    """`code`, `email`, `phone`, `money`, `date` ...: see `agents.Entity`."""

    value: str


class Promise(Quoted):
    """What was promised to her, in whatever conversation if a person did."""

    by: Literal["ai", "person"]
    name: str
    """Of the person, or of the AI's specialist."""

    due: date | None
    """The last day that it names; None: it names none."""

    overdue: bool
    conversation_id: str


class Done(Quoted):
    """What was done for her in this conversation."""

    tool: str
    state: Literal["started", "done", "failed", "unknown"]


class OpenPoint(Quoted):
    """Something that is not settled."""

    kind: Literal["unanswered", "not_known", "asked", "approval", "case", "follow_up"]
    """`unanswered`: she wrote it and nobody has replied since; `not_known`: the AI had no answer; `asked`: we
    asked it and wait for her; `approval`: a person must decide; `case`: open under its number; `follow_up`:
    left by who handed back."""

    reference: str = ""
    """Number of the case, id of the approval, or why the AI had no answer."""

    due: float | None = None
    """Seconds since 1970: when a case is followed up, or an approval expires."""


class Summary(BaseModel):
    """A conversation in quotes and records, each list in the order of time."""

    conversation_id: str
    language: str
    matters: list[Wanted]
    facts: list[Fact]
    promises: list[Promise]
    done: list[Done]
    open: list[OpenPoint]
    needs_model: list[NeedsModel]


@dataclass(frozen=True)
class _Told:
    """A thread, by what was said where."""

    here: Thread

    def in_turn(self, turn_id: str) -> list[str]:
        """Give the replies of a turn."""
        return [one["message_id"] for one in self.here.said_by("ai") if one["turn_id"] == turn_id]

    def saying(self, text: str) -> list[str]:
        """Give the newest message of ours that has this text in it."""
        told = [one for one in self.here.said_by("ai", "person") if text and text in one["text"]]
        return [one["message_id"] for one in told[-1:]]


def summary(tx: Tx, workspace: Workspace, here: Thread, understanding: Understanding) -> Summary:
    """Give what there is to know of a conversation; slow for a long one (it reads what no turn has read)."""
    of, conversation_id = workspace.workspace_id, here.conversation_id
    found = summaries.whole(tx, of, conversation_id, understanding)
    language = here.row["language"] or workspace.default_language
    now = moment(domain_now(tx)).astimezone(workspace.zone)
    told = _Told(here)
    return Summary(
        conversation_id=conversation_id,
        language=language,
        matters=[Wanted(**_quoted(one), intent=one["intent"]) for one in found.get("matters", [])],
        facts=[
            Fact(**_quoted(one), kind=one["kind"], value=one["value"])
            for one in found.get("facts", [])
        ],
        promises=sorted(
            _promises(tx, here, found, language, now), key=lambda one: one.said_at or 0.0
        ),
        done=list(_done(tx, of, told)),
        open=[*_open_in_records(tx, of, told), *_open_in_words(told, found)],
        needs_model=needs("free_summary", languages=workspace.profile.languages),
    )


def _quoted(one: dict[str, Any]) -> dict[str, Any]:
    return {"text": one["text"], "message_ids": [one["message_id"]], "said_at": one["said_at"]}


def _promises(
    tx: Tx, here: Thread, found: dict[str, Any], language: str, now: datetime
) -> Iterator[Promise]:
    left = handoffs.promised(tx, here.row["workspace_id"], here.row["customer_id"])
    for one in left:
        text = shortened(one["promised"])
        given = {"text": text, "message_id": one["message_id"], "said_at": one["at"]}
        yield _promise(given, "person", one["by"], one["conversation_id"], language, now)
    known = {one["message_id"] for one in left}
    for one in found.get("promises", []):
        if one["message_id"] not in known:
            yield _promise(one, "person", one["by"], here.conversation_id, language, now)
    for message in here.said_by("ai"):
        for sentence in sentences(message["text"]):
            if _promised(sentence):
                given = {
                    "text": shortened(MARKER.sub("", sentence)),
                    "message_id": message["message_id"],
                    "said_at": message["created_at"],
                }
                yield _promise(given, "ai", message["agent"], here.conversation_id, language, now)


def _promised(sentence: str) -> bool:
    """Say whether a sentence says that the company itself will do something."""
    if sentence.rstrip().endswith("?"):
        return False
    return any(one.kind == "will" and one.ours for one in claims.claims(words.folded(sentence)))


def _promise(
    one: dict[str, Any], by: Literal["ai", "person"], name: str, conversation_id: str,
    language: str, now: datetime,
) -> Promise:  # fmt: skip
    due = promising.due({"promised": one["text"], "at": one["said_at"]}, language, now)
    return Promise(
        **_quoted(one),
        by=by,
        name=name,
        due=due,
        overdue=due is not None and due < now.date(),
        conversation_id=conversation_id,
    )


def _done(tx: Tx, workspace_id: str, told: _Told) -> Iterator[Done]:
    for effect in effects.of_conversation(tx, workspace_id, told.here.conversation_id):
        text = effect["text"] or effect["proposal"].get("preview", "")
        yield Done(
            text=shortened(text),
            message_ids=told.in_turn(effect["turn_id"]) or told.saying(text),
            said_at=effect["finished_at"] or effect["started_at"],
            tool=effect["tool"],
            state=effect["state"],
        )


def _open_in_records(tx: Tx, workspace_id: str, told: _Told) -> Iterator[OpenPoint]:
    """Give the approvals that wait in this conversation, and her open cases, wherever they were opened."""
    for one in approvals.waiting_in(tx, workspace_id, told.here.conversation_id):
        yield OpenPoint(
            kind="approval",
            text=shortened(one["proposal"].get("preview") or one["proposal"]["tool"]),
            message_ids=told.in_turn(one["proposed_in"]),
            said_at=one["created_at"],
            reference=one["approval_id"],
            due=one["expires_at"],
        )
    for case in cases.open_cases(tx, workspace_id, told.here.customer.customer_id):
        yield _case(case, told)


def _case(case: Case, told: _Told) -> OpenPoint:
    return OpenPoint(
        kind="case",
        text=shortened(case.summary),
        message_ids=told.saying(case.case_id),
        said_at=case.opened_at,
        reference=case.case_id,
        due=case.follow_up_at,
    )


def _open_in_words(told: _Told, found: dict[str, Any]) -> Iterator[OpenPoint]:
    here = told.here
    unanswered = here.unanswered
    open_ids = {one["message_id"] for one in unanswered}
    later = {one["message_id"] for one in here.messages if one["sequence"] > here.last_of_person}
    for one in found.get("open", []):
        if one["message_id"] in later - open_ids:
            yield OpenPoint(kind="not_known", **_quoted(one), reference=one["why"])
    for one in unanswered:
        yield OpenPoint(kind="unanswered", **_as_quote(one, one["text"]))
    asked = [] if here.handoff is None else here.handoff["packet"].get("open_questions", [])
    yield from _asked(told, [str(one) for one in asked], waits=not unanswered)
    yield from _follow_up(here)


def _as_quote(message: dict[str, Any], text: str) -> dict[str, Any]:
    return {
        "text": shortened(text),
        "message_ids": [message["message_id"]],
        "said_at": message["created_at"],
    }


def _asked(told: _Told, open_questions: list[str], *, waits: bool) -> Iterator[OpenPoint]:
    """Give what we asked her: what was open when a person was called, and with what we spoke last."""
    by_id = {one["message_id"]: one for one in told.here.messages}
    for question in open_questions:
        for message_id in told.saying(question):
            yield OpenPoint(kind="asked", **_as_quote(by_id[message_id], question))
    spoken = told.here.said_by("ai", "person")
    if not waits or not spoken:
        return
    questions = [one.strip() for one in sentences(spoken[-1]["text"]) if one.strip().endswith("?")]
    for question in questions:
        if not any(question in one or one in question for one in open_questions):
            yield OpenPoint(kind="asked", **_as_quote(spoken[-1], question))


def _follow_up(here: Thread) -> Iterator[OpenPoint]:
    """Give what the last person who handed back left to be done."""
    left = [one for one in here.messages if one["event"].get("kind") == "handback"]
    if left and (text := str(left[-1]["event"].get("follow_up") or "")):
        yield OpenPoint(kind="follow_up", **_as_quote(left[-1], text))
