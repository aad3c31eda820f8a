"""The rules of who speaks, each in one line."""

from dataclasses import replace

import pytest

from conversations.ownership import (
    Draft,
    Standing,
    after,
    may_speak,
    may_start_effect,
    verdict,
)
from core.errors import Conflict

CLAIMED = Standing(epoch=3, fence=7, tenure=1, owner="ai")
FRESH = Draft(effects_started=False, stale_reruns=0, too_late=False)
NEWER = replace(CLAIMED, fence=8)
TAKEN = replace(CLAIMED, fence=8, tenure=2, owner="person")
BACK = replace(CLAIMED, fence=9, tenure=3)


@pytest.mark.parametrize(
    ("now", "draft", "expected"),
    [
        (CLAIMED, FRESH, "commit"),
        (NEWER, FRESH, "rerun"),
        (NEWER, replace(FRESH, stale_reruns=1), "rerun"),
        (NEWER, replace(FRESH, stale_reruns=2), "commit"),
        (NEWER, replace(FRESH, too_late=True), "commit"),
        (NEWER, replace(FRESH, effects_started=True), "commit"),
        (TAKEN, FRESH, "withhold"),
        (TAKEN, replace(FRESH, effects_started=True, too_late=True), "withhold"),
        (BACK, FRESH, "withhold"),
        (replace(CLAIMED, epoch=4), replace(FRESH, effects_started=True), "lost"),
    ],
)
def test_what_becomes_of_a_finished_run(now: Standing, draft: Draft, expected: str) -> None:
    assert verdict(CLAIMED, now, draft) == expected


def test_a_sentence_is_shown_only_while_nothing_at_all_has_changed() -> None:
    assert may_speak(CLAIMED, CLAIMED)
    assert not any(may_speak(CLAIMED, now) for now in (NEWER, TAKEN, BACK))


def test_a_write_starts_only_before_newer_messages_and_goes_on_only_before_a_person() -> None:
    assert may_start_effect(CLAIMED, CLAIMED, effects_started=False)
    assert not may_start_effect(CLAIMED, NEWER, effects_started=False)
    assert may_start_effect(CLAIMED, NEWER, effects_started=True)
    assert not may_start_effect(CLAIMED, TAKEN, effects_started=True)
    assert not may_start_effect(CLAIMED, BACK, effects_started=True)


def test_only_a_person_hands_back_and_nothing_leaves_a_closed_conversation() -> None:
    assert after("person", "hand_back") == "ai"
    for owner, move in (("ai", "hand_back"), ("closed", "take_over"), ("person", "hand_off")):
        with pytest.raises(Conflict):
            after(owner, move)  # type: ignore[arg-type]
