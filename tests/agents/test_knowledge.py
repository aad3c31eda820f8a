"""`knowledge`: answers with citations, or says that it does not know."""

import json
from dataclasses import replace
from typing import Any

import pytest
from langchain_core.messages import AIMessage, ToolMessage

from agents import Report
from agents.knowledge import respond
from knowledge import Passage
from models import Models
from tests.agents.customer import Customer, Shelf, embedded, passages
from tests.agents.test_written import Line

FASTING = "Eat nothing for 8 hours before a blood test; water is fine."
PARKING = "There is valet parking for R$ 25.00."


class OnlyFor(Shelf):
    """Finds its passages for one question only."""

    def __init__(self, question: str, *found: Passage) -> None:
        super().__init__(*found)
        self.question = question

    async def __call__(self, question: str, **how: Any) -> list[Passage]:
        """Give the passages for that question."""
        return await super().__call__(question, **how) if question == self.question else []


async def ask(
    question: str, *, language: str = "en", models: Models | None = None, texts: tuple[str, ...]
) -> tuple[Report, list[str]]:
    """Give the report on a question when these passages are found, and what was shown meanwhile."""
    customer = Customer(
        language=language,
        respond=respond,
        search=Shelf(*passages(*texts)),
        models=models or embedded(),
    )
    return await customer.wants("question", question), customer.shown


def paid(*lines: str, breaks: bool = False) -> tuple[Models, Line]:
    """Give models whose answers a paid model makes, and that model."""
    model = Line(lines=[AIMessage(line) for line in lines], breaks=breaks)
    return replace(embedded(), answer=model, external=frozenset({"answer"})), model


async def test_an_answer_is_quoted_and_points_to_where_it_stands() -> None:
    report, shown = await ask(
        "how many hours without eating before the blood test?", texts=(PARKING, FASTING)
    )
    assert "8 hours" in report["text"]
    assert "[1]" in report["text"]
    (citation,) = report.get("citations", [])
    assert (citation["passage_id"], citation["url"]) == ("p2", "https://clinic.example/2")
    assert citation["quote"] in FASTING
    assert "8 hours" in " ".join(shown)


@pytest.mark.parametrize("language", ["pt-BR", "en"])
async def test_what_nothing_answers_is_not_guessed(language: str) -> None:
    report, shown = await ask("do you sell boats?", language=language, texts=())
    assert report.get("unanswered")
    assert report.get("citations", []) == []
    assert ("não sei" if language == "pt-BR" else "don't know") in report["text"]
    assert shown == []


async def test_a_quotation_in_another_language_is_announced() -> None:
    report, _ = await ask("tem valet parking?", language="pt-BR", texts=(PARKING,))
    assert report["text"].startswith("Só tenho isso por escrito em outro idioma:")
    assert "R$ 25.00" in report["text"]


async def test_a_paid_model_reads_passages_as_a_tools_result_and_never_as_orders() -> None:
    models, model = paid("Eat nothing for 8 hours [2].")
    report, shown = await ask(
        "may I eat before the blood test?", models=models, texts=(PARKING, FASTING)
    )
    assert report["text"] == "Eat nothing for 8 hours [1]."
    assert [citation["passage_id"] for citation in report.get("citations", [])] == ["p2"]
    assert shown == [report["text"]], "what is shown meanwhile must not have to be taken back"
    (read,) = model.read
    system, result = read[0], read[-1]
    assert FASTING not in system.text
    assert isinstance(result, ToolMessage)
    assert [passage["text"] for passage in json.loads(result.text)] == [PARKING, FASTING]


@pytest.mark.parametrize("line", ["You may eat whatever you like.", "Eat nothing [7].", "[0]"])
async def test_a_paid_models_answer_without_a_valid_citation_is_not_used(line: str) -> None:
    models, _ = paid(line)
    report, _ = await ask(
        "how many hours without eating before the blood test?", models=models, texts=(FASTING,)
    )
    assert "8 hours" in report["text"]
    assert "whatever" not in report["text"]
    assert report.get("citations", [])[0]["quote"] in FASTING


async def test_when_the_paid_model_breaks_off_the_embedded_one_answers() -> None:
    models, _ = paid("", breaks=True)
    report, _ = await ask(
        "how many hours without eating before the blood test?", models=models, texts=(FASTING,)
    )
    assert "8 hours" in report["text"]
    assert report.get("citations")


@pytest.mark.parametrize(
    ("message", "language", "said", "text"),
    [
        (
            "One thing first: how long may I not eat?",
            "en",
            "how long may I not eat?",
            FASTING,
        ),
        (
            "Espera, me tira uma dúvida: por quantas horas não posso comer?",
            "pt-BR",
            "por quantas horas não posso comer?",
            "Não se pode comer nas 8 horas antes do exame de sangue; água pode.",
        ),
    ],
)
async def test_what_leads_up_to_a_question_is_not_searched_for(
    message: str, language: str, said: str, text: str
) -> None:
    shelf = OnlyFor(said, *passages(text))
    customer = Customer(language=language, respond=respond, search=shelf, models=embedded())
    report = await customer.wants("question", message)
    assert "8" in report["text"]
    assert report.get("citations")


async def test_beside_the_time_that_was_asked_nothing_else_is_quoted() -> None:
    texts = "Visits can be cancelled in the app. Cancelled visits are free until 24 hours before."
    report, _ = await ask("until when can I cancel a visit?", texts=(texts,))
    assert "24 hours" in report["text"]
    assert "in the app" not in report["text"]
