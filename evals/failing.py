"""Fail each role of the models in each way, and read what a customer would have read.

What is said is taken from the workspace: the first messages of its dialogues by which a role is asked.
"""

import json
import re
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from conversations.tables import turns
from core.database import Tx
from core.settings import Role
from core.workspace import Workspace
from evals.cases import Case
from evals.house import House, opened
from evals.runner import signed_in
from evals.scoring import language_of
from models.scripted import MODES, ScriptedServer
from models.scripted.roles import scripted_roles, settings_of

FAILING: tuple[Role, ...] = ("route", "answer", "write")
NOWHERE = "nowhere"
"""The failure of a server whose name leads nowhere."""

NO_SUCH_HOST = "http://models.invalid/v1"
WELL = "well"
TIMEOUT_S = 1.0
COOL_DOWN_S = 0.05
ARGUMENTS = {"drip": TIMEOUT_S / 2, "429_after": 60.0}
"""Slow, yet never silent for as long as the time-out; more patience asked than there is."""

BETRAYING = re.compile(
    r"[{}]|\b(?:error|model|timeout|json|api|exception|erro|modelo)\b", re.IGNORECASE
)
WHOLE = re.compile(r"[.!?…)](?:\s*\[\d+\])*$")


@dataclass(frozen=True, eq=False)
class Message:
    """What a customer says, by which a role is asked."""

    role: Role
    case: Case
    text: str


@dataclass(frozen=True)
class Quoted:
    """What came of one message under one failure."""

    message: Message
    mode: str
    reply: str
    degraded: str
    """Why the embedded model answered, as the turn's record has it."""

    wrong: tuple[str, ...]


@dataclass
class Failed:
    """What a run came to."""

    quoted: list[Quoted] = field(default_factory=list)
    unasked: list[str] = field(default_factory=list)
    """Roles that no message led to, with the language."""

    @property
    def wrong(self) -> bool:
        """Whether any reply gave the failure away."""
        return any(one.wrong for one in self.quoted)

    def printed(self) -> str:
        """Give every reply once, with the failures that it was given under."""
        lines: list[str] = []
        for message in dict.fromkeys(one.message for one in self.quoted):
            lines += [f"## {message.role}, {message.case.language}", f"> {message.text}", ""]
            under: dict[str, list[str]] = {}
            for one in self.quoted:
                if one.message is message:
                    under.setdefault(one.reply, []).append(one.mode)
            lines += [f"- {', '.join(modes)}: “{reply}”" for reply, modes in under.items()]
            lines.append("")
        lines += [
            f"WRONG {one.message.role} {one.mode}: {reason}"
            for one in self.quoted
            for reason in one.wrong
        ]
        lines += [f"No dialogue's first message asks {role}." for role in self.unasked]
        wrong = sum(bool(one.wrong) for one in self.quoted)
        lines.append(f"{len(self.quoted)} replies, {wrong} of them give the failure away.")
        return "\n".join(lines)


async def fail(
    workspace: Workspace,
    chosen: Sequence[Case],
    *,
    folder: Path,
    modes: Sequence[str] = (*MODES, NOWHERE),
    show: Callable[[str], None] = lambda progress: None,
) -> Failed:
    """Ask each role in each language once for each failure of that role alone.

    `folder` is for the product's data; what was learned there before is not learned again.
    """
    came = Failed()
    with scripted_roles(FAILING) as servers:
        async with _serving(workspace, settings_of(servers), folder) as house:
            messages = await _asking(house, servers, workspace, chosen)
            came.unasked = [
                f"{role} in {language}"
                for role in FAILING
                for language in workspace.profile.languages
                if not any((m.role, m.case.language) == (role, language) for m in messages)
            ]
            for mode in (WELL, *(mode for mode in modes if mode != NOWHERE)):
                for message in messages:
                    show(f"{message.role} {mode}")
                    if mode != WELL:
                        servers[message.role].fail(mode, None, ARGUMENTS.get(mode))
                    came.quoted.append(await _quoted(house, message, mode, servers))
                    servers[message.role].recover()
            await house.fresh()
        for role in FAILING if NOWHERE in modes else ():
            away = {**settings_of(servers), role: {"model": role, "base_url": NO_SUCH_HOST}}
            async with _serving(workspace, away, folder) as house:
                for message in messages:
                    if message.role == role:
                        show(f"{role} {NOWHERE}")
                        came.quoted.append(await _quoted(house, message, NOWHERE, servers))
    return came


@asynccontextmanager
async def _serving(workspace: Workspace, roles: Any, folder: Path) -> AsyncIterator[House]:
    told = {
        "REGENTE_ROLES": json.dumps(roles),
        "REGENTE_MODEL_TIMEOUT_S": str(TIMEOUT_S),
        "REGENTE_MODEL_COOL_DOWN_S": str(COOL_DOWN_S),
    }
    async with opened(workspace, told=told, data=folder) as house:
        yield house


async def _asking(
    house: House,
    servers: dict[Role, ScriptedServer],
    workspace: Workspace,
    chosen: Sequence[Case],
) -> list[Message]:
    """Find for each role and language a first message by which that role is asked."""
    found: dict[tuple[str, Role], Message] = {}
    wanted = len(workspace.profile.languages) * len(FAILING)
    for case, text in islice(_first(chosen), 1):
        await _said(house, case, text)  # the first call imports and connects, and may come too late
    for case, text in _first(chosen):
        missing: list[Role] = [role for role in FAILING if (case.language, role) not in found]
        if not missing:
            continue
        before = {role: len(server.requests) for role, server in servers.items()}
        await _said(house, case, text)
        for role in missing:
            if len(servers[role].requests) > before[role]:
                found[case.language, role] = Message(role, case, text)
        if len(found) == wanted:
            break
    return sorted(found.values(), key=lambda one: (FAILING.index(one.role), one.case.language))


def _first(chosen: Sequence[Case]) -> Iterator[tuple[Case, str]]:
    for case in chosen:
        name = case.dialogue.steps[0].customer
        said = case.wording.get(name, "") if name else ""
        if isinstance(said, str) and said:
            yield case, said


async def _said(house: House, case: Case, text: str) -> dict[str, Any]:
    """Say it in a conversation of its own."""
    await house.fresh()
    headers = await signed_in(house, case.dialogue.customer)
    response = await house.http.post(
        "/chat", json={"message": text, "language": None}, headers=headers
    )
    response.raise_for_status()
    return dict(response.json())


async def _quoted(
    house: House, message: Message, mode: str, servers: dict[Role, ScriptedServer]
) -> Quoted:
    asked = len(servers[message.role].requests)
    answer = await _said(house, message.case, message.text)
    degraded = "; ".join(
        row["degraded"] for row in await house.read(_degraded, answer["conversation_id"])
    )
    replies = [reply["text"] for reply in answer["replies"]]
    reply = "\n".join(replies)
    wrong = [] if len(replies) == 1 else [f"{len(replies)} replies"]
    wrong += [] if WHOLE.search(reply) else ["it breaks off"]
    if language_of(reply) not in ("", message.case.language):
        wrong.append(f"it speaks {language_of(reply)}")
    if betrayed := BETRAYING.search(reply):
        wrong.append(f"it says {betrayed[0]!r}")
    spoiled = mode not in (WELL, "two_calls", "extra_arguments")
    if spoiled and not degraded and len(servers[message.role].requests) > asked:
        wrong.append("the record does not say that another model answered")
    return Quoted(message, mode, reply, degraded, tuple(wrong))


def _degraded(tx: Tx, workspace_id: str, conversation_id: str) -> list[dict[str, Any]]:
    """Read why the embedded model answered in the turns of a conversation."""
    rows = tx.scalars(
        sa.select(turns.c.degraded).where(
            turns.c.workspace_id == workspace_id, turns.c.conversation_id == conversation_id
        )
    )
    return [{"degraded": reason} for reason in rows if reason]
