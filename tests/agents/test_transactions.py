"""Procedures of a clinic, carried out in both languages: the real understanding, no model, no server."""

import json
from dataclasses import replace
from typing import Any, cast

import pytest

from agents import Report, Slot
from core.workspace import Autonomy
from journeys import Journey
from tests.agents.customer import Customer, clinic
from tools import Outcome, Verification

LANGUAGES = ("pt-BR", "en")


@pytest.fixture(autouse=True)
def nothing_done() -> None:
    clinic().deeds.clear()


def asked(report: Report) -> str:
    return report.get("asked", [{}])[0].get("slot", "") if report.get("asked") else ""


def under_way(report: Report) -> list[str]:
    return [one["journey"] for one in report.get("journey", []) if one["state"] == "running"]


LOOK_UP = {
    "pt-BR": ["quando é a consulta V-1001?", "que dia é a minha consulta v-1001"],
    "en": ["when is my visit V-1001?", "what day is appointment v-1001"],
}


@pytest.mark.parametrize(
    ("language", "text"), [(language, text) for language in LANGUAGES for text in LOOK_UP[language]]
)
async def test_a_question_with_its_number_is_answered_at_once(language: str, text: str) -> None:
    report = await Customer(language=language).wants("visit", text)
    assert "2026-03-12" in report["text"]
    assert under_way(report) == []
    assert report.get("asked") == []
    assert report.get("slots", {})["visit_id"] == Slot(
        value="V-1001", source="transactions", verification="verified"
    )
    assert any("2026-03-12" in line for line in report.get("evidence", []))
    assert report.get("about") == "V-1001"


LAST = {"pt-BR": "quando é a minha última consulta?", "en": "when is my last visit?"}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_last_one_is_the_newest_of_the_list(language: str) -> None:
    report = await Customer(language=language).wants("visit", LAST[language])
    assert "V-1002" in report["text"]
    assert report.get("asked") == []


DOUBTFUL = {
    "pt-BR": ("remarca a V-1001 para segunda", "02/03/2026", "a segunda", "09/03/2026"),
    "en": ("move V-1001 to 04/03", "April 3, 2026", "the second one", "March 4, 2026"),
}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_day_that_may_be_two_is_asked_for_and_never_guessed(language: str) -> None:
    wish, first, answer, second = DOUBTFUL[language]
    customer = Customer(language=language)
    report = await customer.wants("move", wish)
    assert asked(report) == "day"
    buttons = report.get("buttons", [])
    assert len(buttons) == 2
    assert first in buttons[0]
    assert second in buttons[1]
    report = await customer.says(answer)
    assert asked(report) == "confirm"


async def test_a_doubtful_day_goes_before_one_that_was_spoken_of_earlier() -> None:
    customer = Customer()
    customer.slots["day"] = Slot(value="2026-03-20", source="care", verification="verified")
    report = await customer.wants("move", "move V-1001 to 04/03")
    assert asked(report) == "day"
    assert len(report.get("buttons", [])) == 2


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_doubtful_answer_to_the_question_for_a_day_is_asked_back(language: str) -> None:
    wish = {"pt-BR": "quero remarcar a V-1001", "en": "I want to move V-1001"}[language]
    customer = Customer(language=language)
    assert asked(await customer.wants("move", wish)) == "day"
    report = await customer.says({"pt-BR": "na segunda", "en": "on Monday"}[language])
    assert asked(report) == "day"
    assert len(report.get("buttons", [])) == 2
    last = {"pt-BR": "dia 9", "en": "March 9"}[language]
    assert asked(await customer.says(last)) == "confirm"


WHEN = {"pt-BR": "quando é a minha consulta?", "en": "when is my visit?"}
SECOND = {"pt-BR": "a segunda", "en": "the second one"}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_several_candidates_are_offered_and_one_is_chosen(language: str) -> None:
    customer = Customer(language=language)
    report = await customer.wants("visit", WHEN[language])
    assert asked(report) == "visit_id"
    assert report.get("buttons") == ["V-1002 (Dra. Prado)", "V-1001 (Dr. Reis)"]
    assert "V-1001" in report["text"]
    assert "V-1001" in (await customer.says(SECOND[language]))["text"]


async def test_a_single_candidate_needs_no_question() -> None:
    assert "V-2001" in (await Customer("P-2").wants("visit", WHEN["en"]))["text"]


async def test_who_has_nothing_is_told_so() -> None:
    report = await Customer("P-3").wants("visit", WHEN["en"])
    assert "no visits" in report["text"]
    assert report.get("asked") == []


async def test_a_strangers_number_looks_like_none() -> None:
    theirs = await Customer("P-1").wants("visit", "when is visit V-2001?")
    none = await Customer("P-1").wants("visit", "when is visit V-9999?")
    assert theirs["text"].replace("V-2001", "#") == none["text"].replace("V-9999", "#")


MOVE = {
    "pt-BR": ["quero remarcar a V-1001", "dia 10/03/2026", "sim, pode"],
    "en": ["please move visit V-1001", "on March 10, 2026", "yes please"],
}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_write_is_asked_for_exactly_and_done_once_after_the_yes(language: str) -> None:
    customer = Customer(language=language)
    first, second, third = MOVE[language]
    assert asked(await customer.wants("move", first)) == "day"
    confirming = await customer.says(second)
    assert asked(confirming) == "confirm"
    assert "V-1001" in confirming["text"]
    assert "2026-03-10" in confirming["text"]
    assert confirming.get("buttons") == (["Sim", "Não"] if language == "pt-BR" else ["Yes", "No"])
    assert clinic().deeds == []
    stored = json.loads(json.dumps(customer.journey))
    customer.journey = stored
    done = await customer.says(third)
    assert clinic().deeds == [("c1:2:move_visit:V-1001", "move V-1001 2026-03-10 none")]
    assert "V-1001" in done["text"]
    assert under_way(done) == []
    proposal = customer.ledger.performed[0]
    assert proposal["asked"] == confirming.get("asked", [])[0]["text"]
    assert proposal["arguments"] == {"visit_id": "V-1001", "day": "2026-03-10", "reason": "none"}


async def test_an_optional_slot_is_taken_when_it_is_said() -> None:
    customer = Customer()
    await customer.wants("move", "move visit V-1001 to March 10, 2026, it is because of work")
    await customer.says("yes")
    assert clinic().deeds[0][1] == "move V-1001 2026-03-10 work"


NO = {"pt-BR": "não, obrigada", "en": "no thanks"}
DROP = {"pt-BR": "deixa pra lá", "en": "never mind"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("words", [NO, DROP])
async def test_a_no_or_giving_up_does_nothing(language: str, words: dict[str, str]) -> None:
    customer = Customer(language=language)
    await customer.wants("move", MOVE[language][0])
    await customer.says(MOVE[language][1])
    report = await customer.says(words[language])
    assert clinic().deeds == []
    assert customer.ledger.performed == []
    assert under_way(report) == []
    assert report.get("asked") == []
    assert report["text"]


async def test_a_correction_at_the_confirmation_changes_what_is_done() -> None:
    customer = Customer()
    await customer.wants("move", "move visit V-1001 to March 10, 2026")
    report = await customer.says("no, to March 12, 2026")
    assert asked(report) == "confirm"
    assert "2026-03-12" in report["text"]
    await customer.says("yes")
    assert [deed for _, deed in clinic().deeds] == ["move V-1001 2026-03-12 none"]


@pytest.mark.parametrize("text", ["no, the one with Dr. Reis", "I mean the visit with Reis"])
async def test_another_choice_at_the_confirmation_is_taken(text: str) -> None:
    customer = Customer()
    await customer.wants("cancel", "cancel my latest visit")
    report = await customer.says(text)
    assert "V-1001" in report["text"]
    assert asked(report) == "confirm"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("pt-BR", "quero a segunda via da minha consulta"),
        ("en", "tell me the 2nd time about my visit"),
    ],
)
async def test_a_place_in_a_list_she_has_not_seen_means_nothing(language: str, text: str) -> None:
    report = await Customer(language=language).wants("visit", text)
    assert asked(report) == "visit_id"


async def test_another_number_in_the_middle_starts_from_there() -> None:
    customer = Customer()
    await customer.wants("move", "move visit V-1001")
    report = await customer.says("sorry, I meant V-1002, on March 10, 2026")
    assert asked(report) == "confirm"
    assert "V-1002" in report["text"]


async def test_what_a_tool_refuses_is_asked_for_again() -> None:
    customer = Customer()
    await customer.wants("move", "move visit V-1001")
    report = await customer.says("March 8, 2026")
    assert "Sundays" in report["text"]
    assert asked(report) == "day"


async def test_useless_answers_get_help_and_then_a_person() -> None:
    customer = Customer()
    first = await customer.wants("move", "move visit V-1001")
    second = await customer.says("blue")
    assert len(second["text"]) > len(first["text"])
    await customer.says("blue")
    third = await customer.says("blue")
    assert third.get("handoff")
    assert under_way(third) == []


async def test_above_the_limit_a_person_must_approve_and_she_is_told() -> None:
    customer = Customer()
    report = await customer.wants("cancel", "cancel visit V-1002")
    assert "120.00" in report["text"]
    assert "approve" in report["text"]
    report = await customer.says("yes")
    assert customer.ledger.performed == []
    proposal = report.get("approvals", [])[0]
    assert proposal["proposal_id"] == "c1:1:cancel_visit:V-1002"
    assert proposal.get("amount") == 120
    assert "limit of 50" in str(proposal.get("needs_approval"))
    assert "I'll tell you" in report["text"]
    assert under_way(report) == []


async def test_below_the_limit_her_yes_is_enough() -> None:
    customer = Customer(language="pt-BR")
    await customer.wants("cancel", "cancela a consulta V-1001")
    report = await customer.says("pode cancelar sim")
    assert [deed for _, deed in clinic().deeds] == ["cancel V-1001"]
    assert report.get("approvals") == []


@pytest.mark.parametrize("level", ["anonymous", "claimed"])
@pytest.mark.parametrize("intent", ["visit", "move", "cancel"])
async def test_who_is_not_signed_in_hears_the_same_whatever_exists(
    level: Verification, intent: str
) -> None:
    texts = set()
    for number in ("V-1001", "V-2001", "V-9999", "none"):
        customer = Customer(verification=level)
        report = await customer.wants(intent, f"about visit {number}")
        texts.add(report["text"])
        assert report.get("tried") == []
        assert report.get("slots") == {}
        assert under_way(report) == []
    assert len(texts) == 1
    assert "sign in" in texts.pop()


async def test_who_is_no_longer_signed_in_cannot_confirm() -> None:
    customer = Customer()
    await customer.wants("cancel", "cancel visit V-1001")
    customer.verification = "anonymous"
    report = await customer.says("yes")
    assert "sign in" in report["text"]
    assert clinic().deeds == []


async def test_something_else_in_between_comes_back_to_the_question() -> None:
    customer = Customer()
    await customer.wants("move", "move visit V-1001")
    report = await customer.wants("visit", "when is visit V-1002?")
    assert "2026-03-20" in report["text"]
    assert "To which day?" in report["text"]
    assert "move a visit" in report["text"]
    assert asked(report) == "day"
    assert under_way(report) == ["move"]
    assert asked(await customer.says("March 10, 2026")) == "confirm"


async def test_giving_up_the_one_on_top_goes_on_with_the_one_beneath() -> None:
    customer = Customer()
    await customer.wants("move", "move visit V-1001")
    await customer.wants("cancel", "cancel visit V-1002")
    report = await customer.says("never mind")
    assert asked(report) == "day"


async def test_what_was_learned_elsewhere_is_not_asked_again() -> None:
    customer = Customer()
    customer.slots["visit_id"] = Slot(value="V-1001", source="care", verification="verified")
    report = await customer.wants("cancel", "I want to cancel it")
    assert "V-1001" in report["text"]
    assert asked(report) == "confirm"


async def test_what_she_says_now_beats_what_was_learned_before() -> None:
    customer = Customer()
    customer.slots["visit_id"] = Slot(value="V-1001", source="care", verification="verified")
    assert "V-1002" in (await customer.wants("visit", "when is my last visit?"))["text"]
    assert "V-1002" in (await customer.wants("visit", "and when is V-1002?"))["text"]


async def test_the_day_of_one_move_is_not_taken_for_the_next() -> None:
    customer = Customer()
    await customer.wants("move", "move visit V-1001 to March 10, 2026")
    await customer.says("yes")
    assert asked(await customer.wants("move", "move visit V-1002 as well")) == "day"


async def test_a_number_in_another_sentence_of_the_message_counts() -> None:
    report = await Customer().wants(
        "visit", "When is my visit?", message="When is my visit? It is number V-1001."
    )
    assert "2026-03-12" in report["text"]


CALL = {"pt-BR": "me liguem no (11) 98888-7777", "en": "call me back at (11) 98888-7777"}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_tool_without_a_journey_is_confirmed_too(language: str) -> None:
    customer = Customer(language=language)
    report = await customer.wants("request_call", CALL[language])
    assert asked(report) == "confirm"
    assert "98888" in report["text"]
    assert clinic().deeds == []
    await customer.says("sim" if language == "pt-BR" else "yes")
    assert len(clinic().deeds) == 1


async def test_a_tool_without_a_journey_asks_for_what_it_needs() -> None:
    customer = Customer()
    report = await customer.wants("request_call", "please call me back")
    assert asked(report) == "phone"
    assert "telephone number" in report["text"]
    assert asked(await customer.says("11 98888-7777")) == "confirm"


async def test_a_tool_that_reads_answers_at_once() -> None:
    report = await Customer(None, "pt-BR", verification="anonymous").wants(
        "opening_hours", "vocês abrem hoje?"
    )
    assert report["text"] == "Abrimos das 8h às 18h."


async def test_what_nothing_does_is_left_to_others() -> None:
    report = await Customer().wants("", "")
    assert report["text"] == ""
    assert report.get("unanswered")


def became(state: str, text: str) -> dict[str, Any]:
    return {"decision": "approve", "outcome": {"state": state, "text": text, "data": {}}}


def proposal() -> dict[str, Any]:
    return {
        "proposal_id": "c1:1:cancel_visit:V-1002",
        "preview": "cancel visit V-1002",
        "tool": "cancel_visit",
    }


@pytest.mark.parametrize(
    ("event", "says"),
    [
        (became("done", "Cancelled."), ["approved", "Cancelled."]),
        (became("done", "Half of it.") | {"decision": "edit"}, ["Half of it."]),
        (became("failed", "Too late."), ["could not be carried out", "Too late."]),
        (became("unknown", "?"), ["not yet confirm"]),
        (
            {"decision": "reject", "reason": "the doctor is waiting"},
            ["cancel visit V-1002", "could not approve", "the doctor is waiting", "Nothing was done"],
        ),
        ({"decision": "reject", "reason": ""}, ["could not approve"]),
        ({"decision": "respond", "reason": "Are you sure?"}, ["Are you sure?"]),
        ({"decision": "expire"}, ["expired", "Nothing was done"]),
    ],
)  # fmt: skip
async def test_what_a_person_decided_is_told(event: dict[str, Any], says: list[str]) -> None:
    report = await Customer().hears({"kind": "approval", "proposal": proposal(), **event})
    assert [words for words in says if words not in report["text"]] == []


async def test_a_persons_question_waits_for_her_answer() -> None:
    customer = Customer(language="pt-BR")
    report = await customer.hears(
        {
            "kind": "approval",
            "decision": "respond",
            "proposal": proposal(),
            "reason": "Tem certeza?",
        }
    )
    assert asked(report) == "approval"
    assert "registrada" in (await customer.says("tenho sim"))["text"]
    assert customer.slots["approval_reply"]["value"] == "tenho sim"


async def test_what_waits_for_approval_can_be_taken_back() -> None:
    customer = Customer()
    customer.facts["pending_approvals"] = [{"approval_id": "a1", "preview": "cancel visit V-1002"}]
    report = await customer._turn("withdraw", "never mind")
    assert report.get("withdrawn") == ["a1"]
    assert "cancel visit V-1002" in report["text"]
    customer.facts["pending_approvals"].append(
        {"approval_id": "a2", "preview": "move visit V-1001"}
    )
    assert (await customer._turn("withdraw", "forget about V-1001")).get("withdrawn") == ["a2"]


def outcome(state: str) -> Outcome:
    return cast(Outcome, {"state": state, "text": f"It is {state}.", "data": {}})


@pytest.mark.parametrize("state", ["failed", "unknown", "stopped"])
async def test_what_went_wrong_is_told_as_it_is(state: str) -> None:
    customer = Customer()
    await customer.wants("cancel", "cancel visit V-1001")
    customer.ledger.outcomes = [outcome(state)]
    report = await customer.says("yes")
    assert f"It is {state}." in report["text"]
    assert bool(report.get("handoff")) is (state == "unknown")
    assert bool(under_way(report)) is (state == "stopped")


async def test_an_unknown_outcome_is_tried_again_only_where_the_key_makes_it_safe() -> None:
    customer = Customer()
    await customer.wants("move", "move visit V-1001 to March 10, 2026")
    customer.ledger.outcomes = [outcome("unknown"), outcome("done")]
    report = await customer.says("yes")
    assert len(customer.ledger.performed) == 2
    assert len({made["proposal_id"] for made in customer.ledger.performed}) == 1
    assert "It is done." in report["text"]
    customer = Customer()
    await customer.wants("cancel", "cancel visit V-1001")
    customer.ledger.outcomes = [outcome("unknown"), outcome("done")]
    await customer.says("yes")
    assert len(customer.ledger.performed) == 1


async def test_a_run_after_a_dropped_one_tells_what_was_done_and_does_nothing() -> None:
    customer = Customer()
    await customer.wants("cancel", "cancel visit V-1001")
    customer.ledger.before = ["I cancelled visit V-1001."]
    report = await customer.says("hold on a moment")
    assert "I cancelled visit V-1001." in report["text"]
    assert customer.ledger.performed == []
    assert under_way(report) == []


async def test_the_same_turn_makes_the_same_ids() -> None:
    first, second = Customer(), Customer()
    for customer in (first, second):
        await customer.wants("cancel", "cancel visit V-1001")
    assert first.journey == second.journey
    assert first.journey[0]["instance_id"] == "c1:1:cancel"


async def test_a_procedure_that_has_changed_begins_again_with_what_is_known() -> None:
    customer = Customer()
    await customer.wants("move", "move visit V-1001")
    journeys = dict(clinic().journeys)
    journeys["move"] = journeys["move"].model_copy(update={"version": 2})
    customer.kit_changes = {"journeys": journeys}
    report = await customer.says("March 10, 2026")
    assert report.get("journey", [])[0]["version"] == 2
    assert "V-1001" in str(report.get("journey"))


async def test_a_procedure_that_is_gone_is_dropped_politely() -> None:
    customer = Customer()
    await customer.wants("move", "move visit V-1001")
    customer.kit_changes = {"journeys": {}}
    report = await customer.says("March 10, 2026")
    assert report["text"]
    assert under_way(report) == []


async def test_a_specialists_own_limit_counts_beside_the_companys() -> None:
    from agents.transactions import agent

    customer = Customer()
    customer.catalog = {
        "transactions": replace(agent, autonomy={"move_visit": Autonomy(approval="always")})
    }
    await customer.wants("move", "move visit V-1001 to March 10, 2026")
    report = await customer.says("yes")
    assert len(report.get("approvals", [])) == 1
    assert clinic().deeds == []


DAMAGE = Journey.model_validate(
    {
        "journey": "damage",
        "purpose": {"pt-BR": "avisar de um problema", "en": "report a problem"},
        "trigger": {"intent": "damage"},
        "slots": {
            "visit_id": {
                "schema": {"type": "string", "pattern": "V-[0-9]{4}"},
                "ask": {"pt-BR": "Qual consulta?", "en": "Which visit?"},
            },
            "photo": {
                "schema": {"type": "string", "format": "attachment"},
                "ask": {"pt-BR": "Pode enviar uma foto?", "en": "Can you send a photo?"},
            },
        },
        "steps": [
            {"id": "which", "collect": "visit_id"},
            {"id": "see", "collect": "photo"},
            {"id": "sure", "confirm": "cancel_visit", "with": {"visit_id": "$visit_id"}},
        ],
    }
)
PHOTO = {"name": "knee.jpg", "type": "image/jpeg"}


def hurt() -> Customer:
    journeys = {**clinic().journeys, "damage": DAMAGE}
    return Customer(language="en", kit_changes={"journeys": journeys})


async def test_a_file_that_was_asked_for_is_taken_and_words_are_not() -> None:
    customer = hurt()
    assert asked(await customer.wants("damage", "a problem with V-1001")) == "photo"
    words = await customer.says("it is all in there")
    assert asked(words) == "photo"
    assert "attachment" in words["text"]
    assert asked(await customer.says("here", attachments=[PHOTO])) == "confirm"
    assert customer.slots["photo"]["value"] == "knee.jpg"


async def test_a_file_sent_before_anybody_asked_is_not_asked_for_again_and_used_once() -> None:
    customer = hurt()
    customer.slots["attachment"] = Slot(
        value="knee.jpg", source="engagement", verification="verified"
    )
    assert asked(await customer.wants("damage", "a problem with V-1001")) == "confirm"
    assert customer.slots["photo"]["value"] == "knee.jpg"
    assert customer.slots["attachment"]["value"] is None
