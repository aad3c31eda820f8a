"""The rules of who speaks, against all that was ever promised of them, in any order of what may happen.

What is asked of the rules is checked against a plain history: who did what before, not numbers in a row.
"""

import os
from dataclasses import dataclass, replace

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from conversations.ownership import (
    MAX_STALE_RERUNS,
    Draft,
    Move,
    Open,
    Owner,
    Standing,
    after,
    ai_may_run,
    joined,
    kept_of,
    may_speak,
    may_start_effect,
    verdict,
)
from core.errors import Conflict

FULL = os.environ.get("REGENTE_ATTACKS") == "full"
MOVES: tuple[Move, ...] = ("hand_off", "take_over", "hand_back", "withdraw", "close", "merge")
OVER = {"closed", "merged"}
PEOPLE = {"person", *OVER}


@dataclass
class Run:
    """A turn that some process runs, or believes it does."""

    claimed: Standing
    begun: int
    """Place in the history."""

    wrote: bool = False
    """A write has begun in it."""


class Conversation(RuleBasedStateMachine):
    """One conversation, its customer, people, and processes that lose their leases."""

    def __init__(self) -> None:
        super().__init__()
        self.now = Standing(epoch=0, fence=0, tenure=0, owner="ai")
        self.history: list[str] = []
        self.runs: list[Run] = []
        self.stale_reruns = 0

    def since(self, run: Run, *what: str) -> bool:
        """Say whether one of these has happened since a run began."""
        return any(event in what for event in self.history[run.begun :])

    @precondition(lambda self: self.now.owner not in OVER)
    @rule()
    def customer_writes(self) -> None:
        self.now = replace(self.now, fence=self.now.fence + 1)
        self.history.append("message")

    @precondition(lambda self: ai_may_run(self.now.owner))
    @rule()
    def process_claims(self) -> None:
        """Claim, whether or not somebody else still believes to hold it."""
        self.now = replace(self.now, epoch=self.now.epoch + 1)
        self.history.append("claim")
        self.runs.append(Run(self.now, len(self.history)))

    @rule(move=st.sampled_from(MOVES))
    def owner_changes(self, move: Move) -> None:
        before = self.now.owner
        try:
            owner = after(before, move)
        except Conflict:
            assert before in OVER or (before, move) in {
                ("ai", "hand_back"), ("ai", "withdraw"), ("queue", "hand_off"), ("queue", "hand_back"),
                ("person", "hand_off"), ("person", "withdraw"),
            }  # fmt: skip
            return
        assert before not in OVER, "nothing leaves a closed or merged conversation"
        assert move != "hand_back" or before == "person"
        assert move != "withdraw" or before == "queue"
        assert owner != "ai" or move in ("hand_back", "withdraw")
        self.now = replace(
            self.now, owner=owner, fence=self.now.fence + 1, tenure=self.now.tenure + 1
        )
        self.history.append("owner")

    @precondition(lambda self: self.now.owner not in OVER)
    @rule(
        owner=st.sampled_from(("ai", "queue", "person")),
        older=st.booleans(),
        numbers=st.tuples(*[st.integers(0, 6)] * 3),
    )
    def becomes_one_with_another(
        self, owner: Owner, older: bool, numbers: tuple[int, int, int]
    ) -> None:
        """Go on in whichever is kept; a run of either may believe that nothing has happened."""
        epoch, fence, tenure = numbers
        other = Standing(epoch=epoch, fence=fence, tenure=tenure, owner=owner)
        here = Open(conversation_id="b", opened_at=1.0, standing=self.now)
        there = Open(conversation_id="a", opened_at=0.0 if older else 2.0, standing=other)
        kept, merged = kept_of(here, there)
        assert (kept, merged) == kept_of(there, here), "whoever asks"
        owners = {self.now.owner, owner}
        assert kept.standing.owner == "person" or "person" not in owners, "no person loses hers"
        if "person" not in owners or owners == {"person"}:
            assert kept.opened_at <= merged.opened_at
        self.now = joined(kept.standing, merged.standing)
        assert self.now.owner == next(one for one in ("person", "queue", "ai") if one in owners)
        assert after(merged.standing.owner, "merge") == "merged"
        self.history.append("claim")  # of either no run is heard any more
        self.history.append("owner")
        self.stale_reruns = 0
        self.runs.append(Run(other, len(self.history) - 2))

    @precondition(lambda self: self.runs)
    @rule(data=st.data())
    def run_speaks(self, data: st.DataObject) -> None:
        run = data.draw(st.sampled_from(self.runs))
        if may_speak(run.claimed, self.now):
            assert self.now.owner not in PEOPLE
            assert not self.since(run, "owner", "message", "claim"), "nothing at all has changed"

    @precondition(lambda self: self.runs)
    @rule(data=st.data())
    def run_begins_a_write(self, data: st.DataObject) -> None:
        run = data.draw(st.sampled_from(self.runs))
        if may_start_effect(run.claimed, self.now, effects_started=run.wrote):
            assert self.now.owner not in PEOPLE
            assert not self.since(run, "owner", "claim"), (
                "a zombie or a silenced run writes nothing"
            )
            assert run.wrote or not self.since(run, "message"), "newer messages come first"
            run.wrote = True

    @precondition(lambda self: self.runs)
    @rule(data=st.data(), too_late=st.booleans())
    def run_ends(self, data: st.DataObject, too_late: bool) -> None:
        self.end(data.draw(st.sampled_from(self.runs)), too_late=too_late)

    @precondition(lambda self: ai_may_run(self.now.owner))
    @rule()
    def run_is_overtaken_by_a_message(self) -> None:
        """Do in one step what chance seldom does three times in a row."""
        self.process_claims()
        self.customer_writes()
        self.end(self.runs[-1], too_late=False)

    def end(self, run: Run, *, too_late: bool) -> None:
        """Bring a run to the commit, and check what is decided."""
        self.runs.remove(run)
        draft = Draft(effects_started=run.wrote, stale_reruns=self.stale_reruns, too_late=too_late)
        decided = verdict(run.claimed, self.now, draft)
        held = not self.since(run, "claim")
        assert (decided == "lost") == (not held), "the last to claim it, and only that, is heard"
        if decided == "commit":
            assert self.now.owner not in PEOPLE
            assert not self.since(run, "owner"), "no draft of an earlier tenure goes out"
            waited = run.wrote or too_late or self.stale_reruns >= MAX_STALE_RERUNS
            assert waited or not self.since(run, "message"), "one reply to a burst"
            self.stale_reruns = 0
            self.history.append("claim")  # nobody commits twice on one claim
            self.now = replace(self.now, epoch=self.now.epoch + 1)
        elif decided == "rerun":
            assert not run.wrote, "what was begun is told, not begun again"
            assert self.since(run, "message")
            self.stale_reruns += 1
        elif decided == "withhold":
            assert self.since(run, "owner")
            self.stale_reruns = 0

    @invariant()
    def who_waits_is_waited_for_a_bounded_number_of_reruns(self) -> None:
        assert self.stale_reruns <= MAX_STALE_RERUNS


TestOwnership = Conversation.TestCase
TestOwnership.settings = settings(
    max_examples=2_000 if FULL else 150,
    stateful_step_count=40,
    derandomize=not FULL,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
