"""The supervisor's judgement: who acts, in which order, and why not the others."""

from typing import Any

import pytest

from agents import Intent, Question, Signals
from graph.planning import plan, rejected
from graph.situation import Claim, Situation

OWNERS = {
    "status": "transactions",
    "cancel": "transactions",
    "question": "knowledge",
    "complaint": "care",
    "person": "engagement",
    "greeting": "engagement",
    "recall": "engagement",
    "thanks": "engagement",
}


def signals(*intents: tuple[str, float]) -> Signals:
    wanted = [Intent(name=name, confidence=confidence, text=name) for name, confidence in intents]
    return Signals(
        language="en",
        intents=wanted,
        sentiment=0,
        urgent=False,
        complaint=False,
        wants_person=False,
        entities=[],
    )


def situation(text: str, *intents: tuple[str, float], **known: Any) -> Situation:
    return Situation(text=text, signals=signals(*intents), owners=OWNERS, **known)


def who(given: Situation) -> list[tuple[str, str]]:
    return [(step["agent"], step["goal"]) for step in plan(given)]


ASKED = [Question(agent="transactions", slot="order_id", text="Which?")]


def test_two_wishes_make_two_steps_in_the_order_they_were_said() -> None:
    given = situation("where is it and how long do I have", ("status", 0.98), ("question", 0.95))
    assert who(given) == [("transactions", "answer"), ("knowledge", "answer")]


def test_a_greeting_before_a_wish_needs_no_answer_of_its_own() -> None:
    assert who(situation("hi, where is it", ("greeting", 0.99), ("status", 0.98))) == [
        ("transactions", "answer")
    ]


def test_two_courtesies_are_answered_once() -> None:
    assert who(situation("hi, thanks", ("greeting", 0.99), ("thanks", 0.98))) == [
        ("engagement", "answer")
    ]


def test_two_wishes_of_one_agent_have_two_reports() -> None:
    steps = plan(situation("x", ("status", 0.98), ("cancel", 0.98)))
    assert [step["key"] for step in steps] == ["transactions", "transactions:2"]


def test_the_same_wish_twice_is_one_step() -> None:
    assert len(plan(situation("x", ("status", 0.98), ("status", 0.9)))) == 1


def test_an_answer_goes_back_to_who_asked() -> None:
    given = situation("1042", awaiting=ASKED, answers=Claim.SURE, current_intent="status")
    assert who(given) == [("transactions", "continue")]


def test_an_answer_with_another_wish_does_both() -> None:
    given = situation(
        "1042, and what is your policy?",
        ("question", 0.98),
        awaiting=ASKED,
        answers=Claim.SURE,
        current_intent="status",
    )
    assert who(given) == [("transactions", "continue"), ("knowledge", "answer")]


def test_a_weak_guess_beside_an_answer_is_not_another_wish() -> None:
    given = situation(
        "1042", ("thanks", 0.55), awaiting=ASKED, answers=Claim.SURE, current_intent="status"
    )
    assert who(given) == [("transactions", "continue")]


def test_a_question_in_between_does_not_lose_what_is_under_way() -> None:
    given = situation("do you open on sundays?", ("question", 0.98), awaiting=ASKED)
    assert who(given) == [("knowledge", "answer"), ("transactions", "remind")]


def test_a_wish_that_is_taken_back_starts_nothing() -> None:
    refused = {"refused": frozenset({"cancel"})}
    given = situation("don't cancel it", ("cancel", 0.99), **refused)
    assert who(given) == [("engagement", "withdrawn")]
    given = situation(
        "don't cancel it", ("cancel", 0.99), awaiting=ASKED, dropped="cancel", **refused
    )
    assert who(given) == [("transactions", "drop")]


def test_another_wish_beside_one_that_is_taken_back_is_heard() -> None:
    given = situation(
        "don't cancel it, where is it?", ("cancel", 0.99), ("status", 0.99),
        awaiting=ASKED, dropped="cancel", refused=frozenset({"cancel"}),
    )  # fmt: skip
    assert who(given) == [("transactions", "drop"), ("transactions", "answer")]


def test_a_yes_to_nothing_is_asked_about_and_a_no_accepted() -> None:
    assert who(situation("yes", agreement=True)) == [("engagement", "stray")]
    assert who(situation("no", agreement=False)) == [("engagement", "withdrawn")]


def test_asking_how_a_request_stands_does_not_make_another() -> None:
    given = situation("has my money come?", ("cancel", 0.99), decision=True)
    assert who(given) == [("transactions", "decision")]


def test_regret_after_the_deed_proposes_nothing() -> None:
    given = situation("undo that", ("cancel", 0.99), regrets="cancel")
    assert who(given) == [("transactions", "regret")]


def test_a_file_that_nobody_waits_for_is_acknowledged() -> None:
    assert who(situation("", attachments=True)) == [("engagement", "attached")]
    given = situation("where is it", ("status", 0.99), attachments=True)
    assert who(given) == [("transactions", "answer"), ("engagement", "attached")]


def test_words_beside_a_file_that_was_asked_for_start_nothing_else() -> None:
    given = situation(
        "see, cancelled in the middle", ("cancel", 0.99),
        awaiting=ASKED, answers=Claim.SURE, attachments=True, attached=True, current_intent="status",
    )  # fmt: skip
    assert who(given) == [("transactions", "continue")]


def test_a_correction_of_an_open_question_begins_nothing_else() -> None:
    given = situation(
        "I got that wrong, the other", ("report", 0.99), awaiting=ASKED, only_corrects=True
    )
    assert who(given) == [("transactions", "continue")]


def test_giving_up_goes_to_who_asked() -> None:
    given = situation("never mind", awaiting=ASKED, gives_up=True)
    assert who(given) == [("transactions", "continue")]


def test_giving_up_what_awaits_approval_withdraws_it() -> None:
    given = situation("never mind", gives_up=True, withdraws=True)
    assert who(given) == [("transactions", "withdraw")]


def test_words_nobody_recognises_are_tried_as_a_question() -> None:
    assert who(situation("do you sell to the moon")) == [("knowledge", "answer")]


def test_no_words_are_asked_about() -> None:
    assert who(situation("👍👍 ???")) == [("engagement", "clarify")]


def test_a_language_not_spoken_is_said_so() -> None:
    assert who(situation("どこですか", spoken=False)) == [("engagement", "unspoken")]


def test_while_a_person_is_called_nothing_that_changes_something_is_started() -> None:
    given = situation("cancel it", ("cancel", 0.99), waiting_for_person=True)
    assert who(given) == [("engagement", "waiting")]


def test_while_a_person_is_called_what_is_only_looked_up_is_told() -> None:
    looking = {"waiting_for_person": True, "looking": frozenset({"status"})}
    given = situation("where is it", ("status", 0.99), **looking)
    assert who(given) == [("transactions", "answer"), ("engagement", "still_waiting")]
    both = situation("where is it, and cancel", ("status", 0.99), ("cancel", 0.99), **looking)
    assert who(both) == [("transactions", "answer"), ("engagement", "waiting")]


def test_a_person_can_be_called_off() -> None:
    given = situation("never mind", gives_up=True, waiting_for_person=True)
    assert who(given) == [("engagement", "withdrawn")]


def test_a_quiet_hand_back_says_nothing() -> None:
    assert plan(situation("", event="handback")) == []
    assert who(situation("", event="handback", follow_up=True)) == [("engagement", "event")]


def test_everybody_who_was_not_chosen_has_a_reason() -> None:
    given = situation("where is it", ("status", 0.99))
    team = {"transactions": "", "knowledge": "", "care": ""}
    reasons = rejected(plan(given)[0], given, team)
    assert [reason.split(":")[0] for reason in reasons] == ["knowledge", "care"]


@pytest.mark.parametrize("name", ["greeting", "thanks", "person"])
def test_a_courtesy_or_a_person_that_is_only_guessed_is_not_acted_on(name: str) -> None:
    assert who(situation("ana@example.com", (name, 0.87))) == [("knowledge", "answer")]
    assert who(situation("ana@example.com", (name, 0.99))) != [("knowledge", "answer")]


@pytest.mark.parametrize(("agreement", "goal"), [(True, "stray"), (False, "withdrawn")])
def test_a_bare_yes_or_no_is_no_greeting(agreement: bool, goal: str) -> None:
    said = situation("yes", ("greeting", 0.99), agreement=agreement)
    assert who(said) == [("engagement", goal)]


def test_the_one_that_was_mentioned_is_an_answer_where_it_was_asked_which() -> None:
    said = situation(
        "that last one you mentioned", ("recall", 0.99), awaiting=ASKED, answers=Claim.SURE
    )
    assert who(said) == [("transactions", "continue")]
    asked = situation("what did you say?", ("recall", 0.99), awaiting=ASKED)
    assert ("engagement", "answer") in who(asked)


def test_what_follows_a_look_up_is_looked_up_again_though_no_wish_was_recognised() -> None:
    asked = situation("and how many more days?", again="status")
    assert who(asked) == [("transactions", "answer")]
    assert who(situation("and how many more days?")) == [("knowledge", "answer")]


def test_who_she_is_calls_nobody_and_is_no_question() -> None:
    said = situation("Ana Lima, ana@example.com", ("person", 0.95), names_herself=True)
    assert who(said) == [("engagement", "named")]


CHANGING = frozenset({"cancel", "return"})
RETURNS = {"awaiting": ASKED, "current": "move", "current_intent": "move", "changing": CHANGING}


def test_another_wish_after_a_change_of_mind_takes_the_place_of_what_is_open() -> None:
    given = situation(
        "changed my mind, cancel it", ("cancel", 0.71), changed="cancel it", **RETURNS
    )
    assert who(given) == [("transactions", "instead"), ("transactions", "answer")]


def test_giving_up_with_a_doubtful_wish_beside_it_only_gives_up() -> None:
    given = situation(
        "forget it, I'll keep it",
        ("cancel", 0.71),
        changed="I'll keep it",
        gives_up=True,
        **RETURNS,
    )
    assert who(given) == [("transactions", "continue")]


def test_a_yes_with_a_change_of_mind_begins_nothing_in_its_place() -> None:
    given = situation(
        "actually yes, cancel it", ("cancel", 0.99), changed="yes, cancel it", agrees=True,
        wholly=True, answers=Claim.SURE, **RETURNS,
    )  # fmt: skip
    assert who(given) == [("transactions", "continue")]


def test_a_wish_to_change_something_beats_what_only_may_be_an_answer() -> None:
    likely = situation("cancel the blanket", ("cancel", 0.98), answers=Claim.LIKELY, **RETURNS)
    assert who(likely) == [("transactions", "answer")]
    sure = situation("the blanket", ("cancel", 0.55), answers=Claim.SURE, **RETURNS)
    assert who(sure) == [("transactions", "continue")]


def test_a_bare_yes_to_which_one_is_no_greeting() -> None:
    given = situation("yes", ("greeting", 0.9), answers=Claim.LIKELY, **RETURNS)
    assert who(given) == [("transactions", "continue")]


def test_who_wants_no_promotions_is_told_so_unless_another_wish_stands_out() -> None:
    text = "stop sending me offers"
    assert who(situation(text, opts_out=True)) == [("engagement", "opted_out")]
    read_as_question = situation(text, ("question", 0.95), opts_out=True)
    assert who(read_as_question) == [("engagement", "opted_out")]
    cancels = situation(f"cancel it and {text}", ("cancel", 0.98), opts_out=True)
    assert who(cancels) == [("transactions", "answer")]


def test_what_is_open_is_put_again_once_and_not_beside_a_complaint() -> None:
    asks = ("question", 0.98)
    assert who(situation("do you?", asks, **RETURNS)) == [
        ("knowledge", "answer"),
        ("transactions", "remind"),
    ]
    assert who(situation("do you?", asks, reminded=1, **RETURNS)) == [("knowledge", "answer")]
    assert who(situation("awful", ("complaint", 0.98), **RETURNS)) == [("care", "answer")]


def test_a_bare_yes_brings_back_what_was_left_open() -> None:
    assert who(situation("yes", agreement=True, current="move", reminded=1)) == [
        ("transactions", "remind")
    ]


def test_what_was_carried_out_is_put_right() -> None:
    given = situation("it is 21, not 12", amends="move")
    assert who(given) == [("transactions", "amend")]
