"""The interpreter, told what happened and asked what it wants; no tool, no model, no clock."""

import json
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journeys import Instance, Journey, events, words
from journeys.events import (
    Answer,
    Ask,
    AwaitDecision,
    Begin,
    BringPerson,
    Called,
    CallFailed,
    Cancel,
    Continue,
    Correct,
    Effect,
    End,
    Event,
    Perform,
    Performed,
    Propose,
    Proposed,
    Read,
    Refused,
    Reopen,
    Resume,
    Submitted,
    Tell,
)
from journeys.interpreter import interpret, new
from tools import Outcome, Proposal

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)

MOVE_VISIT = Journey.model_validate(
    {
        "journey": "move_visit",
        "purpose": {"pt-BR": "remarcar uma consulta", "en": "move a visit"},
        "trigger": {"intent": "move_visit"},
        "slots": {
            "visit_id": {
                "schema": {"type": "string", "pattern": "V-[0-9]{4}"},
                "ask": {"pt-BR": "Qual consulta?", "en": "Which visit?"},
                "options": {
                    "call": "my_visits",
                    "items": "visits",
                    "value": "id",
                    "label": "label",
                },
            },
            "day": {
                "schema": {"type": "string", "format": "date"},
                "ask": {"pt-BR": "Para que dia?", "en": "To which day?"},
            },
            "reason": {
                "schema": {"type": "string", "enum": ["ill", "travel"]},
                "labels": {"ill": {"pt-BR": "doença", "en": "illness"}},
                "required": False,
            },
        },
        "steps": [
            {"id": "which", "collect": "visit_id"},
            {"id": "look", "call": "visit", "with": {"visit_id": "$visit_id"}, "into": "visit"},
            {"id": "can", "branch": [{"when": "visit.past", "go": "late"}, {"go": "when"}]},
            {"id": "when", "collect": "day"},
            {"id": "maybe", "collect": "reason"},
            {
                "id": "sure",
                "confirm": "move_visit",
                "with": {"visit_id": "$visit_id", "day": "$day", "reason": "$reason"},
                "into": "moved",
            },
            {"id": "told", "say": "$moved.text", "go": "end"},
            {
                "id": "late",
                "say": {
                    "pt-BR": "A consulta $visit_id já passou.",
                    "en": "Visit $visit_id is over.",
                },
                "go": "end",
            },
        ],
    }
)


class Play:
    """One run of a journey, told what happens."""

    def __init__(self, journey: Journey = MOVE_VISIT, language: str = "en") -> None:
        self.journey, self.language = journey, language
        self.instance: Instance = new(journey, "t1:run")
        self.effects: list[Effect] = []

    def __call__(self, event: Event) -> Effect:
        self.instance, self.effects = interpret(
            self.journey, self.instance, event, NOW, self.language
        )
        return self.effects[-1]

    def to_confirm(self) -> "Play":
        self(Begin({"visit_id": "V-1001", "day": "2026-03-09"}))
        self(Called("Visit V-1001 is on Friday.", {"past": False}))
        self(Proposed(proposal("move V-1001 to Monday")))
        return self

    @property
    def told(self) -> list[str]:
        return [effect.text for effect in self.effects if isinstance(effect, Tell)]


def proposal(preview: str, **more: Any) -> Proposal:
    made = {
        "proposal_id": f"t1:{preview}", "tool": "move_visit", "arguments": {}, "asked": "",
        "preview": preview, "turn_id": "t1",
    }  # fmt: skip
    return cast(Proposal, made | more)


def outcome(state: str, text: str = "Moved.") -> Outcome:
    return cast(Outcome, {"state": state, "text": text, "data": {"number": 7}})


def test_what_is_known_is_not_asked() -> None:
    play = Play()
    wanted = play(Begin({"visit_id": "V-1001", "day": "2026-03-09", "reason": "ill"}))
    assert wanted == Read("visit", {"visit_id": "V-1001"}, "visit")
    wanted = play(Called("It is on Friday.", {"past": False}))
    assert wanted == Propose(
        "move_visit", {"visit_id": "V-1001", "day": "2026-03-09", "reason": "ill"}
    )


def test_values_that_do_not_fit_are_not_taken() -> None:
    play = Play()
    assert play(Begin({"visit_id": "nine", "reason": "boredom", "colour": "red"})) == Read(
        "my_visits", {}, None
    )
    assert play.instance["slots"] == {}


@pytest.mark.parametrize(
    ("language", "asked", "label"),
    [
        (
            "en", "To which day? Do you mean Wednesday, March 4, 2026 or Friday, April 3, 2026?",
            "Friday, April 3, 2026",
        ),
        (
            "pt-BR", "Para que dia? Você quer dizer quarta-feira, 04/03/2026 ou sexta-feira, 03/04/2026?",
            "sexta-feira, 03/04/2026",
        ),
    ],
)  # fmt: skip
def test_what_may_be_one_of_two_values_is_asked_with_both(
    language: str, asked: str, label: str
) -> None:
    play = Play(language=language)
    play(Begin({"visit_id": "V-1001"}, {"day": ["2026-03-04", "2026-04-03"]}))
    wanted = play(Called("Visit V-1001 is on Friday.", {"past": False}))
    assert isinstance(wanted, Ask)
    assert wanted.text == asked
    assert wanted.buttons[1] == label
    assert play(Answer(label, chosen=1)) == Propose(
        "move_visit", {"visit_id": "V-1001", "day": "2026-04-03"}
    )


def test_a_doubtful_value_for_what_nobody_is_asked_for_is_asked_for_all_the_same() -> None:
    day = MOVE_VISIT.slots["day"].model_copy(update={"required": False})
    play = Play(MOVE_VISIT.model_copy(update={"slots": {**MOVE_VISIT.slots, "day": day}}))
    play(Begin({"visit_id": "V-1001"}))
    assert isinstance(play(Called("Visit V-1001 is on Friday.", {"past": False})), Propose)
    play(Proposed(proposal("move V-1001")))
    wanted = play(Reopen("day", ["2026-03-04", "2026-04-03"]))
    assert isinstance(wanted, Ask)
    assert len(wanted.buttons) == 2
    assert isinstance(play(Answer("the first", chosen=0)), Propose)


def test_what_was_doubtful_and_then_said_plainly_is_asked_openly_if_it_is_asked_again() -> None:
    play = Play()
    play(Begin({}, {"day": ["2026-03-04", "2026-04-03"]}))
    visits = [{"id": "V-1001", "label": "Friday"}, {"id": "V-1002", "label": "Monday"}]
    play(Called("Two.", {"visits": visits}))
    play(Answer("the second, to the 5th", {"day": "2026-03-05"}, chosen=1))
    assert isinstance(play(Called("Visit V-1002.", {"past": False})), Propose)
    play(Proposed(proposal("move V-1002")))
    assert cast(Ask, play(Reopen("day"))).text == "To which day?"


def test_an_answer_that_is_doubtful_again_and_again_goes_to_a_person() -> None:
    play = Play()
    play(Begin({"visit_id": "V-1001"}))
    play(Called("Visit V-1001 is on Friday.", {"past": False}))
    doubtful = Answer("03/04", unsure={"day": ["2026-03-04", "2026-04-03"]})
    assert "Do you mean" in cast(Ask, play(doubtful)).text
    assert "Do you mean" in cast(Ask, play(doubtful)).text
    assert play(doubtful) == End("handed_off")


def test_a_single_candidate_is_taken_and_several_are_offered() -> None:
    play = Play()
    play(Begin())
    assert play(Called("One.", {"visits": [{"id": "V-1001", "label": "Friday"}]})) == Read(
        "visit", {"visit_id": "V-1001"}, "visit"
    )
    play = Play()
    play(Begin())
    visits = [{"id": "V-1001", "label": "Friday"}, {"id": "V-1002", "label": "Monday"}]
    asked = play(Called("Two.", {"visits": visits}))
    assert isinstance(asked, Ask)
    assert asked.options == ("Friday", "Monday")
    assert "Friday" in asked.text
    assert play(Answer("the second", chosen=1)) == Read("visit", {"visit_id": "V-1002"}, "visit")


def test_a_single_candidate_that_she_may_not_mean_is_asked_for() -> None:
    play = Play()
    play(Begin())
    visits = [{"id": "V-1001", "label": "Friday"}]
    asked = play(Called("One.", {"visits": visits}, certain=False))
    assert isinstance(asked, Ask)
    assert asked.buttons == ("Friday",)


def with_gone() -> Journey:
    options = {
        **MOVE_VISIT.model_dump(by_alias=True)["slots"]["visit_id"]["options"],
        "gone": "past",
    }
    slots = {
        "visit_id": {**MOVE_VISIT.slots["visit_id"].model_dump(by_alias=True), "options": options}
    }
    step = {"id": "which", "collect": "visit_id"}
    return Journey.model_validate(
        {"journey": "look", "purpose": MOVE_VISIT.purpose, "trigger": {"intent": "look"},
         "slots": slots, "steps": [step]}
    )  # fmt: skip


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "We don't have Monday right now."), ("pt-BR", "No momento não temos Monday.")],
)
def test_what_cannot_be_had_now_is_said_at_once_and_what_there_is_asked_again(
    language: str, said: str
) -> None:
    journey = with_gone()
    instance = new(journey, "i")
    instance, _ = interpret(journey, instance, Begin(), NOW, language)
    there, gone = [{"id": "V-1001", "label": "Friday"}], [{"id": "V-1002", "label": "Monday"}]
    called = Called("One.", {"visits": there, "past": gone})
    instance, effects = interpret(journey, instance, called, NOW, language)
    asked = effects[-1]
    assert isinstance(asked, Ask)
    assert asked.buttons == ("Friday",)
    assert "Monday" not in asked.text
    for answer in (Answer("Monday", chosen=1), Answer("", {"visit_id": "V-1002"})):
        told, effects = interpret(journey, instance, answer, NOW, language)
        assert effects[0] == Tell(said)
        assert isinstance(effects[-1], Ask)
        assert told["tries"] == 0
        assert told["slots"] == {}


@pytest.mark.parametrize(("language", "more"), [("en", "and 46 more."), ("pt-BR", "e mais 46.")])
def test_a_list_is_named_whole_or_what_is_left_out_is_counted(language: str, more: str) -> None:
    labels = [f"size {number}" for number in range(34, 45)]
    whole = words.with_options("Which?", labels, language)
    assert all(label in whole for label in labels)
    long = [
        f"{number} · something with quite a long name of {number} letters" for number in range(52)
    ]
    assert words.with_options("Which?", long, language).endswith(more)


def test_nothing_to_choose_from_is_said_in_the_tools_words() -> None:
    play = Play()
    play(Begin())
    assert play(Called("You have no visits.", {"visits": []})) == End("failed")
    assert play.told == ["You have no visits."]


def test_a_branch_says_why_not_and_ends() -> None:
    play = Play(language="pt-BR")
    play(Begin({"visit_id": "V-1001"}))
    assert play(Called("Foi ontem.", {"past": True})) == End("done")
    assert play.told == ["A consulta V-1001 já passou."]


def test_an_optional_slot_is_never_asked_for() -> None:
    play = Play()
    play(Begin({"visit_id": "V-1001"}))
    assert isinstance(asked := play(Called("", {"past": False})), Ask)
    assert asked.slot == "day"
    assert isinstance(play(Answer("Monday", {"day": "2026-03-09"})), Propose)


def test_a_yes_executes_exactly_what_was_asked() -> None:
    play = Play().to_confirm()
    asked = play.effects[-1]
    assert isinstance(asked, Ask)
    assert "move V-1001 to Monday" in asked.text
    assert asked.buttons == ("Yes", "No")
    performed = play(Answer("yes", agreed=True))
    assert isinstance(performed, Perform)
    assert performed.proposal["asked"] == asked.text
    assert play(Performed(outcome("done"))) == End("done")
    assert play.told == ["Moved."]


def test_a_no_does_nothing() -> None:
    play = Play().to_confirm()
    assert play(Answer("no", agreed=False)) == End("cancelled")
    assert "haven't done" in play.told[0]


def test_a_correction_at_the_confirmation_is_proposed_anew() -> None:
    play = Play().to_confirm()
    assert play(Answer("no, on Tuesday", {"day": "2026-03-10"}, agreed=False)) == Propose(
        "move_visit", {"visit_id": "V-1001", "day": "2026-03-10"}
    )
    assert play.instance.get("proposal") is None
    assert play.instance["results"]["visit"]["past"] is False


def test_a_yes_with_a_correction_is_no_yes_to_what_was_asked() -> None:
    play = Play().to_confirm()
    assert isinstance(play(Answer("yes, but V-2002", {"visit_id": "V-2002"}, agreed=True)), Read)
    assert "visit" not in play.instance["results"]


def test_a_correction_goes_back_to_just_after_its_collection_and_drops_what_depended_on_it() -> (
    None
):
    play = Play()
    play(Begin({"visit_id": "V-1001"}))
    play(Called("", {"past": False}))
    assert play(Correct("visit_id", "V-1002")) == Read("visit", {"visit_id": "V-1002"}, "visit")
    assert play.instance["results"] == {}
    asked = play(Called("", {"past": False}))
    assert isinstance(asked, Ask)
    assert asked.slot == "day"


def test_what_was_executed_cannot_be_corrected() -> None:
    two = MOVE_VISIT.model_copy(
        update={
            "steps": [
                *MOVE_VISIT.steps[:6],
                Journey.model_validate(
                    MOVE_VISIT.model_dump(by_alias=True)
                    | {"steps": [{"id": "next", "collect": "reason"}]}
                ).steps[0],
            ],
            "slots": MOVE_VISIT.slots
            | {"reason": MOVE_VISIT.slots["reason"].model_copy(update={"required": True})},
        }
    )
    steps = [step for step in two.steps if step.id != "maybe"]
    play = Play(two.model_copy(update={"steps": steps})).to_confirm()
    play(Answer("yes", agreed=True))
    assert isinstance(play(Performed(outcome("done"))), Ask)
    asked = play(Answer("ill, and it was V-2002", {"visit_id": "V-2002"}))
    assert isinstance(asked, Ask)
    assert "already done" in " ".join(play.told)
    assert play.instance["slots"]["visit_id"] == "V-1001"


def test_a_useless_answer_is_helped_then_given_to_a_person() -> None:
    play = Play()
    play(Begin({"visit_id": "V-1001"}))
    first = cast(Ask, play(Called("", {"past": False})))
    second = cast(Ask, play(Answer("hm")))
    assert len(second.text) > len(first.text)
    assert "December 25" in second.text
    third = play(Answer("hm?"))
    assert isinstance(third, Ask)
    assert play(Answer("what?")) == End("handed_off")
    assert any(isinstance(effect, BringPerson) for effect in play.effects)


def test_help_shows_the_form_of_a_code() -> None:
    journey = MOVE_VISIT.model_copy(
        update={
            "slots": MOVE_VISIT.slots
            | {"visit_id": MOVE_VISIT.slots["visit_id"].model_copy(update={"options": None})}
        }
    )
    play = Play(journey, "pt-BR")
    play(Begin())
    asked = cast(Ask, play(Answer("não sei")))
    assert "V-1234" in asked.text


def test_cancelling_ends_at_any_question() -> None:
    for start in (lambda play: play(Begin({"visit_id": "V-1001"})), lambda play: play.to_confirm()):
        play = Play()
        start(play)
        assert play(Cancel()) == End("cancelled")
        assert play.told


def test_after_something_else_the_question_comes_again_with_a_reminder() -> None:
    play = Play()
    play(Begin({"visit_id": "V-1001"}))
    play(Called("", {"past": False}))
    asked = cast(Ask, play(Resume()))
    assert "move a visit" in asked.text
    assert "To which day?" in asked.text


def test_an_argument_that_a_tool_refuses_is_asked_for_again() -> None:
    play = Play()
    play(Begin({"visit_id": "V-1001", "day": "2026-03-08"}))
    play(Called("", {"past": False}))
    asked = play(CallFailed("We are closed on Sundays.", retry=True, argument="day"))
    assert isinstance(asked, Ask)
    assert asked.slot == "day"
    assert play.told == ["We are closed on Sundays."]
    assert "day" not in play.instance["slots"]
    assert isinstance(play(Answer("Monday", {"day": "2026-03-09"})), Propose)


def test_a_tool_that_refuses_again_and_again_calls_a_person() -> None:
    play = Play()
    play(Begin({"visit_id": "V-1001", "day": "2026-03-08"}))
    play(Called("", {"past": False}))
    for day in ("2026-03-15", "2026-03-22"):
        assert isinstance(play(CallFailed("Closed.", retry=True, argument="day")), Ask)
        assert isinstance(play(Answer("", {"day": day})), Propose)
    assert play(CallFailed("Closed.", retry=True, argument="day")) == End("handed_off")


@pytest.mark.parametrize(
    ("state", "ends", "person"), [("failed", "failed", False), ("unknown", "handed_off", True)]
)
def test_what_went_wrong_is_said_truthfully(state: str, ends: str, person: bool) -> None:
    play = Play().to_confirm()
    play(Answer("yes", agreed=True))
    assert play(Performed(outcome(state, "It did not work."))) == End(cast(Any, ends))
    assert play.told == ["It did not work."]
    assert any(isinstance(effect, BringPerson) for effect in play.effects) is person


def test_what_was_stopped_needs_a_new_yes() -> None:
    play = Play().to_confirm()
    play(Answer("yes", agreed=True))
    assert isinstance(play(Performed(outcome("stopped", "Not done."))), Ask)
    assert play.told == ["Not done."]
    assert isinstance(play(Answer("thanks")), Ask)
    assert isinstance(play(Answer("yes", agreed=True)), Perform)


def test_what_a_person_must_approve_is_said_so_before_and_after() -> None:
    play = Play()
    play(Begin({"visit_id": "V-1001", "day": "2026-03-09"}))
    play(Called("", {"past": False}))
    asked = cast(Ask, play(Proposed(proposal("move it", needs_approval="above the limit"))))
    assert "approve" in asked.text
    play(Answer("yes", agreed=True))
    assert play(Submitted()) == AwaitDecision()
    assert "as soon as they decide" in play.told[0]


def submitted() -> Play:
    play = Play()
    play(Begin({"visit_id": "V-1001", "day": "2026-03-09"}))
    play(Called("", {"past": False}))
    play(Proposed(proposal("move it", needs_approval="above the limit")))
    play(Answer("yes", agreed=True))
    play(Submitted())
    return play


def test_steps_after_a_write_that_was_approved_run_after_the_decision() -> None:
    play = submitted()
    assert play(Answer("yes", agreed=True)) == AwaitDecision()
    assert play(Resume(afresh=True)) == AwaitDecision()
    assert play(Performed(outcome("done"))) == End("done")
    assert play.instance.get("path", [])[-1] == "told"


def test_what_was_approved_and_then_stopped_needs_a_new_yes() -> None:
    play = submitted()
    asked = play(Performed(outcome("stopped", "Not done.")))
    assert isinstance(asked, Ask) and asked.slot == "confirm"
    assert play.told[-1] == "Not done."
    assert isinstance(play(Answer("yes", agreed=True)), Perform)


def test_nothing_after_a_write_that_was_not_approved_runs() -> None:
    play = submitted()
    assert play(Refused()) == End("cancelled")
    assert play.instance.get("path", [])[-1] != "told"


def test_a_slot_that_was_not_meant_is_asked_for_again_and_nothing_else_is_lost() -> None:
    play = Play().to_confirm()
    assert play(Reopen("visit_id")) == Read("my_visits", {}, None)
    assert play.instance["slots"] == {"day": "2026-03-09"}


def test_what_was_found_out_long_ago_is_found_out_again_before_the_question_is_put() -> None:
    play = Play().to_confirm()
    assert isinstance(play(Resume(afresh=True)), Read)
    assert isinstance(play(Called("", {"past": False})), Propose)


def test_going_back_by_a_jump_asks_anew() -> None:
    data = MOVE_VISIT.model_dump(by_alias=True, exclude_none=True)
    data["steps"][-1] = {"id": "late", "say": {"pt-BR": "Já foi.", "en": "Over."}, "go": "which"}
    play = Play(Journey.model_validate(data))
    play(Begin({"visit_id": "V-1001"}))
    assert play(Called("", {"past": True})) == Read("my_visits", {}, None)
    assert play.instance["slots"] == {}


def test_a_sentence_that_no_text_mentions_is_said_anyway() -> None:
    data = MOVE_VISIT.model_dump(by_alias=True, exclude_none=True)
    data["steps"] = [step for step in data["steps"] if step["id"] != "told"]
    data["steps"][-2]["go"] = "end"
    play = Play(Journey.model_validate(data)).to_confirm()
    play(Answer("yes", agreed=True))
    play(Performed(outcome("done", "Moved to Monday.")))
    assert play.told == ["Moved to Monday."]


def test_calls_in_a_circle_end_with_a_person() -> None:
    circle = Journey.model_validate(
        {
            "journey": "circle",
            "purpose": {"en": "turn"},
            "trigger": {"intent": "circle"},
            "steps": [
                {"id": "one", "call": "visit", "into": "a"},
                {"id": "two", "branch": [{"go": "one"}]},
            ],
        }
    )
    play = Play(circle)
    wanted = play(Begin())
    for _ in range(100):
        if isinstance(wanted, End):
            break
        wanted = play(Called("", {}))
    assert wanted == End("handed_off")


SLOTS = st.dictionaries(
    st.sampled_from(["visit_id", "day", "reason", "other"]),
    st.sampled_from(["V-1001", "V-1002", "2026-03-09", "2026-03-10", "ill", "x", None, 7]),
)
ITEMS = st.lists(
    st.fixed_dictionaries(
        {"id": st.sampled_from(["V-1001", "V-1002", None]), "label": st.text(max_size=3)}
    ),
    max_size=3,
)
ANSWERS = st.builds(
    Answer, st.text(max_size=5), st.just({}) | SLOTS, st.sampled_from([True, False, None]),
    st.sampled_from([None, 0, 1, 9]),
)  # fmt: skip
EVENTS: st.SearchStrategy[Event] = st.one_of(
    ANSWERS,
    ANSWERS,
    ANSWERS,
    ANSWERS,
    st.builds(Begin, SLOTS),
    st.builds(
        Called, st.text(max_size=5),
        st.fixed_dictionaries({"past": st.booleans(), "visits": ITEMS | st.just("none")}),
    ),
    st.builds(CallFailed, st.text(max_size=5), st.booleans(), st.sampled_from(["", "day", "z"])),
    st.integers(0, 10**6).map(lambda number: Proposed(proposal(f"deed {number}"))),
    st.sampled_from(["done", "failed", "unknown", "stopped"]).map(
        lambda state: Performed(outcome(state))
    ),
    st.builds(
        Correct, st.sampled_from(["visit_id", "day", "other"]),
        st.sampled_from(["V-1002", "2026-03-10", 3]),
    ),
    st.just(Submitted()),
    st.just(Cancel()),
    st.just(Refused()),
    st.builds(Resume, st.booleans(), st.booleans()),
    st.builds(Reopen, st.sampled_from(["visit_id", "day", "other"])),
)  # fmt: skip


def _fitting_event(effect: Effect | None, event: Event) -> Event:
    """Make the world answer now and then what it was asked, so that runs get far."""
    match effect:
        case Read(into=None):
            return Called(
                "", {"visits": [{"id": "V-1001", "label": "a"}, {"id": "V-1002", "label": "b"}]}
            )
        case Read():
            return Called("It is on Friday.", {"past": False})
        case Propose(arguments=arguments):
            return Proposed(proposal(f"deed {sorted(arguments.items())}"))
        case Perform():
            return Performed(outcome("done"))
        case Ask(slot="confirm"):
            return Answer("yes", agreed=True)
        case Ask():
            return Answer("", {"visit_id": "V-1001", "day": "2026-03-09"})
    return event


LAST = Ask | Read | Propose | Perform | AwaitDecision | End


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(EVENTS, st.sampled_from([True, True, False])), min_size=8, max_size=25),
    st.sampled_from([{}, {"visit_id": "V-1001"}, {"visit_id": "V-1002", "day": "2026-03-10"}]),
    st.sampled_from(["en", "pt-BR"]),
)
def test_whatever_happens_it_waits_or_ends_and_acts_only_on_a_yes_to_the_very_proposal(
    happenings: list[tuple[Event, bool]], known: dict[str, Any], language: str
) -> None:
    instance = new(MOVE_VISIT, "t1:run")
    effect: Effect | None = None
    shown: str | None = None
    for event, follow in [(Begin(known), False), *happenings]:
        told = _fitting_event(effect, event) if follow else event
        before = json.dumps(instance)
        again = interpret(MOVE_VISIT, json.loads(before), told, NOW, language)
        instance, effects = interpret(MOVE_VISIT, instance, told, NOW, language)
        assert (instance, effects) == again
        assert json.loads(json.dumps(instance)) == instance
        effect = effects[-1]
        assert isinstance(effect, LAST)
        assert sum(isinstance(each, LAST) for each in effects) == 1
        assert (instance["state"] == "waiting") == isinstance(effect, AwaitDecision)
        assert (instance["state"] not in ("running", "waiting")) == isinstance(effect, End)
        if isinstance(effect, Perform):
            assert isinstance(told, Answer)
            assert told.agreed is True
            assert effect.proposal["asked"] == shown
        if isinstance(effect, Ask):
            assert effect.text.strip()
            pending = instance.get("proposal")
            shown = pending["asked"] if effect.slot == "confirm" and pending else None
            assert shown is None or shown in effect.text
        elif not isinstance(effect, Perform):
            shown = None


def test_events_and_effects_are_frozen() -> None:
    kinds = [
        kind
        for kind in vars(events).values()
        if isinstance(kind, type) and kind.__module__ == events.__name__
    ]
    assert len(kinds) >= 15
    assert all(kind.__dataclass_params__.frozen for kind in kinds)  # type: ignore[attr-defined]


def test_a_journey_that_passes_on_ends_and_gives_its_slots_to_the_other() -> None:
    steps = [
        {"id": "which", "collect": "visit_id"},
        {"id": "no", "say": {"pt-BR": "Já foi.", "en": "It is over."}},
        {"id": "other", "pass_on": "rate_visit"},
    ]
    journey = Journey.model_validate(MOVE_VISIT.model_dump(by_alias=True) | {"steps": steps})
    play = Play(journey)
    assert play(Begin({"visit_id": "V-1001"})) == End("done")
    assert play.told == ["It is over."]
    assert Continue("rate_visit", {"visit_id": "V-1001"}) in play.effects
