"""An approved answer is given word for word to who surely asks just that, and no model is asked for it."""

from datetime import date
from typing import Any

import pytest

from agents import Report
from agents.knowledge import respond
from knowledge import Passage
from knowledge.answers import Answer, Approved
from models.embedded.embedder import Lexical
from tests.agents.customer import Customer, Shelf, embedded, passages
from tests.agents.test_knowledge import FASTING, paid
from tests.agents.test_written import Line

OPEN = {
    "en": "We open at 8:00, {first_name}. Bring {company}'s card.",
    "pt-BR": "Abrimos às 8:00, {first_name}. Traga o cartão da {company}.",
}
ASKED = {"en": "when do you open in the morning?", "pt-BR": "que horas vocês abrem de manhã?"}


def answer(**changes: Any) -> Answer:
    """Make an approved answer on the opening hours."""
    known: dict[str, Any] = {
        "id": "opening",
        "title": {"en": "Opening hours", "pt-BR": "Horário"},
        "questions": {language: [text] for language, text in ASKED.items()},
        "text": {language: text.replace(", {first_name}", "") for language, text in OPEN.items()},
        "ai": True,
        "approved_by": "Rui",
        "approved_on": date(2026, 1, 5),
    }
    return Answer(**{**known, **changes})


OTHER = answer(
    id="fasting",
    title={"en": "Fasting", "pt-BR": "Jejum"},
    questions={
        "en": ["how long must I fast before a blood test?"],
        "pt-BR": ["quantas horas de jejum antes do exame de sangue?"],
    },
    text={"en": "8 hours.", "pt-BR": "8 horas."},
)


def customer(
    *answers: Answer, language: str = "en", found: tuple[Passage, ...] = (), **more: Any
) -> tuple[Customer, Line]:
    """Give a customer of a clinic that has approved these answers, and the paid model behind it."""
    models, model = paid("A model's own words [1].")
    made = Customer(
        language=language,
        respond=respond,
        models=models,
        search=Shelf(*(found or passages(FASTING))),
        kit_changes={"approved": Approved(answers, Lexical())},
        **more,
    )
    return made, model


async def asks(who: Customer, text: str = "", **more: Any) -> Report:
    return await who.wants("question", text or ASKED[who.language], **more)


@pytest.mark.parametrize("language", ASKED)
async def test_who_surely_asks_for_it_gets_it_word_for_word_and_no_model_is_called(
    language: str,
) -> None:
    who, model = customer(answer(), OTHER, language=language)
    report = await asks(who)
    assert report["text"] == OPEN[language].format(first_name="", company="Clínica Vida").replace(
        ", .", "."
    )
    assert model.read == []
    assert report.get("by_model") is False and report["text"] in report.get("evidence", [])
    (tried,) = report.get("tried", [])
    assert "'opening'" in tried and "Rui on 2026-01-05" in tried


async def test_without_a_model_it_comes_before_what_an_article_says() -> None:
    who, _ = customer(answer(), OTHER)
    who.models = embedded()
    assert (await asks(who))["text"].startswith("We open at 8:00")
    assert (
        "8 hours" in (await asks(who, "how many hours without food before a blood test?"))["text"]
    )


async def test_a_name_is_put_in_and_where_nobody_knows_it_a_model_answers() -> None:
    named = answer(text=OPEN)
    known, _ = customer(named, OTHER, facts={"name": "Ana Souza"})
    assert (await asks(known))["text"].startswith("We open at 8:00, Ana.")
    stranger, model = customer(named, OTHER)
    assert (await asks(stranger))["text"].startswith("A model's own words")
    assert len(model.read) == 1


@pytest.mark.parametrize(
    "text",
    [
        "why do you open in the morning only, and close so early?",
        "when do you open? and when do you close?",
        "when does the parking open in the morning?",
        "when do you open in the morning, my number is A-1003?",
        "do you open letters?",
    ],
)
async def test_what_is_not_surely_the_same_question_is_left_to_the_model(text: str) -> None:
    who, model = customer(answer(), OTHER)
    assert (await asks(who, text))["text"].startswith("A model's own words")
    assert len(model.read) == 1


@pytest.mark.parametrize(
    "changes",
    [{"ai": False}, {"valid_until": date(2026, 2, 1)}],
    ids=["people's own", "no longer valid"],
)
async def test_what_the_ai_may_not_give_now_it_does_not(changes: dict[str, Any]) -> None:
    who, model = customer(answer(**changes), OTHER)
    assert (await asks(who))["text"].startswith("A model's own words")
    assert len(model.read) == 1


async def test_an_article_whose_own_question_is_nearer_answers() -> None:
    nearer = tuple(Passage(**{**one, "alike": 1.0}) for one in passages(FASTING))
    as_near = tuple(Passage(**{**one, "alike": 0.5}) for one in passages(FASTING))
    text = "when do you open in mornings?"
    who, _ = customer(answer(), OTHER, found=as_near)
    assert (await asks(who, text))["text"].startswith("We open at 8:00")
    who, _ = customer(answer(), OTHER, found=nearer)
    assert (await asks(who, text))["text"].startswith("A model's own words")


@pytest.mark.parametrize("when", ["asked", "more", "file"])
async def test_it_is_given_only_where_the_question_is_all_there_is(when: str) -> None:
    who, _ = customer(answer(), OTHER)
    more: dict[str, Any] = {}
    if when == "asked":
        who.awaiting = [{"agent": "transactions", "slot": "day", "text": "Which day?"}]
    elif when == "more":
        more["message"] = f"My foot still hurts. {ASKED['en']}"
    else:
        more["attachments"] = [{"name": "plan.pdf", "type": "application/pdf"}]
    assert (await asks(who, **more))["text"].startswith("A model's own words")
