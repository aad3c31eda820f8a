"""The effects ledger: each proposal is executed at most once, and what became of it is remembered.

    (none) → started → done | failed | unknown

`started` is committed before the tool is called, by a transaction that checks that the run still holds
what it claimed. A `started` left behind by a process that died is an unknown outcome: it is tried again
only where the tool promises that the same key never acts twice.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal

import sqlalchemy as sa
import structlog

from conversations import transcript
from conversations.entering import entered
from conversations.rows import locked
from conversations.tables import effects
from conversations.transcript import Utterance
from core.database import Database, Tx, domain_now
from core.errors import ToolFailed, ToolRetry
from core.statements import Prepared
from tools import Context, Outcome, Proposal, Result, Tool

log = structlog.get_logger(__name__)

Guard = Callable[[Tx, bool], bool]
"""Says whether an effect may start now; told whether one of this run has started before."""

Leave = Literal["call", "tell", "stop"]

UNKNOWN = {
    "pt-BR": "Não consegui confirmar se isso foi concluído; uma pessoa da equipe vai verificar.",
    "en": "I could not confirm whether this went through; someone from our team will check.",
}
STOPPED = {
    "pt-BR": "Isso não foi feito: a conversa mudou antes.",
    "en": "This was not done: the conversation had moved on.",
}


class Effects:
    """The ledger of one run; a `tools.Ledger`."""

    def __init__(
        self,
        database: Database,
        tools: Mapping[str, Tool],
        *,
        workspace_id: str,
        conversation_id: str,
        turn_id: str,
        run: int,
        guard: Guard,
        before: list[str],
    ) -> None:
        self._database = database
        self._tools = tools
        self._place = {"workspace_id": workspace_id, "conversation_id": conversation_id}
        self._turn_id = turn_id
        self._run = run
        self._guard = guard
        self._before = before
        self.started = False

    def done(self) -> list[str]:
        """Say what a dropped run of this turn has already done."""
        return list(self._before)

    async def perform(self, proposal: Proposal, context: Context) -> Outcome:
        """Execute the proposal, or give the outcome it had when it was executed before."""
        tool = self._tools.get(proposal["tool"])
        leave, known = await self._database.writing(self._begin, proposal, tool)
        if leave == "stop":
            return _outcome("stopped", STOPPED, context)
        if known is not None and leave == "tell":
            text = known["text"] or UNKNOWN.get(context.language, UNKNOWN["en"])
            return {"state": known["state"], "text": text, "data": known["data"]}
        assert tool is not None
        self.started = True
        outcome = await self._call(tool, proposal, context)
        await entered(self._database, self._end, proposal["proposal_id"], outcome)
        return outcome

    def _begin(
        self, tx: Tx, proposal: Proposal, tool: Tool | None
    ) -> tuple[Leave, dict[str, Any] | None]:
        """Enter `started`, in one transaction with the check that this run may act."""
        # The conversation is locked first, so two runs cannot both find the key free.
        place = self._place | {"conversation_id": locked(tx, **self._place)["conversation_id"]}
        allowed = self._guard(tx, self.started)
        known = _known(tx, self._place["workspace_id"], proposal["proposal_id"])
        if known is not None and known["state"] in ("done", "failed"):
            return "tell", known
        if known is not None and known["run"] > self._run:
            return "stop", None  # a newer run is at it: this one slept, and is refused at its end
        if known is not None and (tool is None or tool.retry != "key"):
            _change(tx, known, state="unknown")
            return "tell", known
        if not allowed:
            return "stop", None
        if known is not None:
            _change(tx, known, state="started", run=self._run, turn_id=self._turn_id)
            return "call", known
        if tool is None:
            missing = f"There is no tool {proposal['tool']!r} any more; nothing was done."
            return "tell", {"state": "failed", "text": missing, "data": {}}
        tx.execute(
            effects.insert().values(
                **place,
                proposal_id=proposal["proposal_id"],
                turn_id=self._turn_id,
                run=self._run,
                tool=proposal["tool"],
                proposal=dict(proposal),
                state="started",
                untold_since=domain_now(tx),
                text="",
                data={},
                started_at=domain_now(tx),
            )
        )
        return "call", None

    async def _call(self, tool: Tool, proposal: Proposal, context: Context) -> Outcome:
        """Call the tool; only its own word that it failed makes an outcome `failed`."""
        from dataclasses import replace

        from tools.calling import call

        keyed = replace(context, idempotency_key=proposal["proposal_id"])
        try:
            result: Result = await call(tool, proposal["arguments"], keyed)
        except (ToolFailed, ToolRetry) as error:
            return {"state": "failed", "text": str(error), "data": {}}
        except Exception as error:  # whatever else a tool raises, it may have acted before
            log.warning("effect_unknown", tool=tool.name, error=type(error).__name__, exc_info=True)
            return _outcome("unknown", UNKNOWN, context)
        return {"state": "done", "text": result.text, "data": result.data}

    def _end(self, tx: Tx, proposal_id: str, outcome: Outcome) -> None:
        """Enter how it ended; who was told that nobody is sure is told what has come out."""
        row = locked(tx, **self._place)
        known = _known(tx, self._place["workspace_id"], proposal_id)
        assert known is not None
        erased = row["outcome"] == "erased"
        if erased:  # that it was done is kept, but none of its words
            outcome = {"state": outcome["state"], "text": "", "data": {}}
        elif known["state"] == "unknown" and outcome["state"] != "unknown":
            _tell_late(tx, row, known, outcome)
        _change(
            tx,
            known,
            state=outcome["state"],
            text=outcome["text"],
            data=outcome["data"],
            finished_at=domain_now(tx),
        )


def _tell_late(tx: Tx, row: dict[str, Any], known: dict[str, Any], outcome: Outcome) -> None:
    """Show people how an effect ended that was told to be uncertain: its run was slow, not dead."""
    told = f"{known['proposal'].get('preview') or known['tool']}: {outcome['state']} after all."
    said = Utterance(
        role="system",
        kind="internal",
        text=" ".join(filter(None, (told, outcome["text"]))),
        key=f"effect:{known['proposal_id']}:late",
        event={"kind": "effect", "state": outcome["state"], "proposal_id": known["proposal_id"]},
        turn_id=known["turn_id"],
    )
    transcript.add(tx, row, said)


def _outcome(
    state: Literal["unknown", "stopped"], words: dict[str, str], context: Context
) -> Outcome:
    return {"state": state, "text": words.get(context.language, words["en"]), "data": {}}


def _known(tx: Tx, workspace_id: str, proposal_id: str) -> dict[str, Any] | None:
    statement = (
        sa.select(effects)
        .where(effects.c.workspace_id == workspace_id, effects.c.proposal_id == proposal_id)
        .with_for_update()
    )
    row = tx.execute(statement).mappings().first()
    return dict(row) if row else None


def _change(tx: Tx, known: dict[str, Any], **values: Any) -> None:
    tx.execute(
        effects.update()
        .where(
            effects.c.workspace_id == known["workspace_id"],
            effects.c.proposal_id == known["proposal_id"],
        )
        .values(**values)
    )
    known.update(values)


def of_turn(tx: Tx, workspace_id: str, turn_id: str) -> list[dict[str, Any]]:
    """Give the effects that a turn, in any of its runs, has started, oldest first."""
    return _OF_TURN.rows(tx, workspace=workspace_id, turn=turn_id)


_OF_TURN = Prepared(
    sa.select(effects)
    .where(
        effects.c.workspace_id == sa.bindparam("workspace"),
        effects.c.turn_id == sa.bindparam("turn"),
    )
    .order_by(effects.c.started_at)
)


def of_conversation(tx: Tx, workspace_id: str, conversation_id: str) -> list[dict[str, Any]]:
    """Give the effects of a conversation, oldest first."""
    statement = (
        sa.select(effects)
        .where(
            effects.c.workspace_id == workspace_id,
            effects.c.conversation_id == conversation_id,
        )
        .order_by(effects.c.started_at)
    )
    return [dict(row) for row in tx.execute(statement).mappings()]


def untold(tx: Tx, workspace_id: str, conversation_id: str) -> list[dict[str, Any]]:
    """Give the effects of a conversation that no turn and no approval has told of, oldest first; locked."""
    statement = (
        sa.select(effects)
        .where(
            effects.c.workspace_id == workspace_id,
            effects.c.conversation_id == conversation_id,
            effects.c.untold_since.is_not(None),
        )
        .order_by(effects.c.started_at)
        .with_for_update()
    )
    return [dict(row) for row in tx.execute(statement).mappings()]


def close(tx: Tx, known: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Note that effects are told of, and give those that nobody is sure of.

    What was begun and never ended is `unknown` from now on.
    """
    for effect in known:
        changed: dict[str, Any] = {"untold_since": None}
        if effect["state"] == "started":
            changed |= {"state": "unknown", "finished_at": domain_now(tx)}
        _change(tx, effect, **changed)
    return [effect for effect in known if effect["state"] == "unknown"]


def sentences(known: list[dict[str, Any]]) -> list[str]:
    """Say what was done, one sentence an effect; what is uncertain is said to be so."""
    return [
        effect["text"]
        if effect["state"] == "done"
        else f"{effect['proposal'].get('preview') or effect['tool']}: not certain whether it was done"
        for effect in known
        if effect["state"] != "failed"
    ]
