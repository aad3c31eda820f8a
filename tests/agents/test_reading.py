"""Clauses that no example covers, and asking told from acting, at the test clinic."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

import pytest

from agents import Kit, intent, reading
from agents.clauses import supposes
from tests.agents.customer import NOW, Shelf, clinic, embedded


@dataclass
class Feeling:
    """The clinic's understanding, which takes every word for bitter, or none."""

    is_bitter: bool

    def __getattr__(self, name: str) -> Any:
        return getattr(clinic().understanding, name)

    def bitter(self, text: str, language: str) -> bool:
        return self.is_bitter


def kit(understanding: Any = None) -> Kit:
    """Give what the reading uses of a kit."""
    given = SimpleNamespace(
        understanding=understanding or clinic().understanding,
        journeys=clinic().journeys,
        search=Shelf(),
        context=SimpleNamespace(now=NOW),
    )
    return cast(Kit, given)


async def wishes(text: str, language: str) -> list[str]:
    read = clinic().understanding.intents(text, language)
    return [one["name"] for one in await reading.completed(text, read, language, kit())]


@pytest.mark.parametrize(
    ("text", "language", "names"),
    [
        ("see V-1001 for me", "en", ["visit"]), ("dá uma olhada no V-1001 aí", "pt-BR", ["visit"]),
        ("any idea about V-1001? also, until when can one cancel?", "en", ["visit", "question"]),
        ("sabe do V-1001? aproveitando, até quando dá pra desmarcar?", "pt-BR", ["visit", "question"]),
        ("how long before does one have to cancel?", "en", ["question"]),
        ("com quanto tempo de antecedência se desmarca?", "pt-BR", ["question"]),
        ("what is the deadline for a cancellation?", "en", ["question"]),
        ("what is the daedline for a cancellation?", "en", ["question"]),
        ("qual o parzo pra desmarcar?", "pt-BR", ["question"]),
        ("I want to cancel my visit", "en", ["cancel"]), ("quero desmarcar", "pt-BR", ["cancel"]),
        ("how do I cancel my appointment?", "en", ["cancel"]),
    ],
)  # fmt: skip
async def test_asking_is_told_from_acting(text: str, language: str, names: list[str]) -> None:
    assert await wishes(text, language) == names


async def test_bitter_words_that_ask_for_nothing_are_a_complaint() -> None:
    found = await reading.completed("blergh", [], "en", kit(Feeling(is_bitter=True)))
    assert [one["name"] for one in found] == ["complaint"]
    assert await reading.completed("blergh", [], "en", kit(Feeling(is_bitter=False))) == []


async def test_while_we_wait_for_an_answer_regret_is_no_complaint() -> None:
    assert (
        await reading.completed("blergh", [], "en", kit(Feeling(is_bitter=True)), asked=True) == []
    )


@pytest.mark.parametrize(
    ("told", "asked", "language", "names"),
    [
        ("The visit is at a bad hour.", "Can you cancel it?", "en", ["cancel"]),
        ("I booked V-1001 in a hurry\n", "please cancel it", "en", ["cancel"]),
        ("O horário da visita ficou ruim.", "Dá pra desmarcar?", "pt-BR", ["cancel"]),
        ("Marquei a V-1001 na correria\n", "quero desmarcar", "pt-BR", ["cancel"]),
        ("When is the visit?", "Please cancel it", "en", ["visit", "cancel"]),
        ("V-1001 is on Monday.", "I want to cancel V-1002", "en", ["visit", "cancel"]),
        ("A V-1001 é segunda.", "quero desmarcar a V-1002", "pt-BR", ["visit", "cancel"]),
        ("Quando é a visita?", "quero desmarcar", "pt-BR", ["visit", "cancel"]),
    ],
)
async def test_what_leads_up_to_a_request_is_no_wish_and_goes_with_it(
    told: str, asked: str, language: str, names: list[str]
) -> None:
    read = [
        {"name": "visit", "confidence": 0.9, "text": told.strip()},
        {"name": "cancel", "confidence": 0.9, "text": asked},
    ]
    text = f"{told}{asked}" if told.endswith("\n") else f"{told} {asked}"
    found = await reading.completed(text, read, language, kit())
    assert [one["name"] for one in found] == names
    if len(names) == 1:
        assert found[0]["text"] == text


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("if it breaks by itself, how many days do I have to complain?", "en"),
        ("se quebrar sozinho, tenho quantos dias pra reclamar?", "pt-BR"),
    ],
)
@pytest.mark.parametrize(("is_bitter", "name"), [(False, "question"), (True, "complaint")])
async def test_a_complaint_is_told_and_not_asked_about(
    text: str, language: str, is_bitter: bool, name: str
) -> None:
    read = [{"name": "complaint", "confidence": 0.7, "text": text}]
    given = kit(Feeling(is_bitter))
    assert [one["name"] for one in await reading.completed(text, read, language, given)] == [name]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("You know the visit I booked on Monday?\nI want to cancel it", "en"),
        ("Sabe aquela consulta que marquei?\nquero desmarcar", "pt-BR"),
    ],
)
async def test_what_is_brought_up_first_belongs_to_the_wish_that_follows(
    text: str, language: str
) -> None:
    read = clinic().understanding.intents(text, language)
    found = await reading.completed(text, read, language, kit())
    assert [(one["name"], one["text"]) for one in found] == [("cancel", text)]


@pytest.mark.parametrize(
    ("text", "language", "rest"),
    [
        ("Thanks, and how long does it take?", "en", "how long does it take?"),
        ("Valeu, e quanto tempo leva?", "pt-BR", "quanto tempo leva?"),
    ],
)
async def test_a_question_after_thanks_is_heard(text: str, language: str, rest: str) -> None:
    thanks = [{"name": "thanks", "confidence": 0.9, "text": text}]
    found = await reading.completed(text, thanks, language, kit())
    assert [one["name"] for one in found] == ["question"]
    assert found[0]["text"].endswith(rest.rsplit(maxsplit=1)[-1])


@pytest.mark.parametrize(
    ("text", "language"), [("Thanks, you are great", "en"), ("Obrigada, vocês são ótimos", "pt-BR")]
)
async def test_praise_after_thanks_asks_for_nothing(text: str, language: str) -> None:
    thanks = [{"name": "thanks", "confidence": 0.9, "text": text}]
    assert await reading.completed(text, thanks, language, kit()) == thanks


@pytest.mark.parametrize(
    ("text", "language", "told"),
    [
        ("Outrageous, V-1001 was late again", "en", "Outrageous"),
        ("Que absurdo, a V-1001 atrasou de novo", "pt-BR", "Que absurdo"),
    ],
)
async def test_a_complaint_has_all_the_words_of_a_message_that_asks_for_nothing(
    text: str, language: str, told: str
) -> None:
    bitter = [{"name": "complaint", "confidence": 0.9, "text": told}]
    found = await reading.completed(text, bitter, language, kit())
    assert next(one["text"] for one in found if one["name"] == "complaint") == text


@pytest.mark.parametrize(
    ("language", "text", "supposed"),
    [
        ("pt-BR", "e se eu já usei?", True),
        ("pt-BR", "e se não couber no armário?", True),
        ("pt-BR", "e o meu pedido?", False),
        ("en", "and if I wore it?", True),
        ("en", "where is it?", False),
    ],
)
def test_what_supposes_something_is_told_from_what_is_wished(
    language: str, text: str, supposed: bool
) -> None:
    assert supposes(text, language) is supposed


async def test_without_a_routing_model_there_is_no_second_opinion() -> None:
    alone = SimpleNamespace(models=embedded(), catalog={}, journeys={}, tools={})
    assert await intent.second_opinion("cancel it", "en", cast(Kit, alone)) is None
