"""The starter bank: what it holds, what learns from it, and that its examples are each in one place."""

from collections.abc import Sequence

import pytest

from models.embedded import bank, understanding, words
from models.embedded.embedder import Lexical

LANGUAGES = ("pt-BR", "en")


def _trained(labels: Sequence[str], read_as: dict[str, str] | None = None):
    examples = {label: bank.examples(label) for label in labels}
    return understanding.train(
        examples, languages=LANGUAGES, embedder=Lexical(), names=read_as or {}
    )


@pytest.mark.parametrize("name", bank.names())
def test_an_intent_has_as_many_examples_in_each_language(name: str) -> None:
    said = bank.examples(name)
    assert set(said) == set(LANGUAGES)
    assert len(said["pt-BR"]) == len(said["en"]) >= 64


def test_no_message_is_an_example_of_two_intents() -> None:
    owners: dict[str, str] = {}
    for name in bank.names():
        for texts in bank.examples(name).values():
            for text in texts:
                assert owners.setdefault(words.plain(text) or text, name) == name, text


def test_an_intent_learns_from_the_one_of_its_name_unless_it_says_otherwise() -> None:
    assert bank.chosen("cancel_order", True) == ["cancel_order"]
    assert bank.chosen("borrow_a_book", True) == []
    assert bank.chosen("cancel_order", False) == []
    assert bank.chosen("call_off", "cancel_order") == ["cancel_order"]
    assert bank.chosen("lost", ["late_delivery", "not_received"]) == [
        "late_delivery",
        "not_received",
    ]
    with pytest.raises(KeyError, match="cancel_everything"):
        bank.chosen("cancel_order", "cancel_everything")


@pytest.mark.parametrize(
    ("text", "language", "intent"),
    [
        ("Olá, bom dia! Tudo bem? Por favor, quero canclear a minha compra", "pt-BR", "cancel_order"),
        ("Hi there, good morning, could you please cacnel my purchase", "en", "cancel_order"),
        ("Bom dia, obrigada!", "pt-BR", "thanks"),
        ("oi, boa noite", "pt-BR", "greeting"),
        ("hello, good evening", "en", "greeting"),
        ("Prezados, a nota fiscal da cafeteira não veio. Desde já agradeço.", "pt-BR", "resend_invoice"),
    ],
)  # fmt: skip
def test_courtesies_and_slips_do_not_hide_a_wish(text: str, language: str, intent: str) -> None:
    reader = _trained(["cancel_order", "greeting", "thanks", "resend_invoice", "person"])
    assert [wish["name"] for wish in reader.intents(text, language)] == [intent]


def test_what_nobody_answers_is_read_as_what_it_was_given_for() -> None:
    reader = _trained(["cancel_order", "warranty", "person"], {"warranty": "question"})
    [wish] = reader.intents("how many months of warranty does it come with?", "en")
    assert wish["name"] == "question"


def test_a_spare_intent_gives_way_to_one_that_cannot_be_told_from_it() -> None:
    own = {language: texts[::3] for language, texts in bank.examples("store_hours").items()}
    spare = {language: texts[1:] for language, texts in bank.examples("store_hours").items()}
    examples = {"opening_times": own, "store_hours": spare, "person": bank.examples("person")}
    reader = understanding.train(
        examples, languages=LANGUAGES, embedder=Lexical(), names={"store_hours": "question"}
    )
    assert reader.intents("a que horas vocês abrem?", "pt-BR")[0]["name"] == "opening_times"
