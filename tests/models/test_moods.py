"""What a message sounds like: blame, feelings, and the wish for no promotions, with vectors and without."""

import json
from collections import Counter

import numpy as np
import pytest

from models.embedded import bank, moods_fitting, vectors, words
from models.embedded.embedder import Lexical, load_embedder, minilm_folder
from models.embedded.moods import BUILT, Moods, built

LANGUAGES = ("pt-BR", "en")
WAYS = pytest.mark.parametrize(
    "reader",
    [
        pytest.param(
            "minilm", marks=pytest.mark.skipif(minilm_folder() is None, reason="no weights")
        ),
        "lexical",
    ],
    indirect=True,
)


@pytest.fixture(scope="module")
def reader(request: pytest.FixtureRequest) -> Moods:
    return Moods(vectors.opened(load_embedder(request.param)))


@WAYS
@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Fiquei duas horas na fila e o atendente ainda riu de mim, que descaso.", "pt-BR"),
        ("quero trocar o tênis, e olha: que atendimento péssimo o de vocês", "pt-BR"),
        ("Your technician was rude to my mother and broke her window.", "en"),
        ("please cancel it, your service is a disgrace and nobody ever replies", "en"),
    ],
)
def test_blame_is_heard_alone_and_beside_a_wish(reader: Moods, text: str, language: str) -> None:
    assert reader.complains(text, language)
    assert reader.feeling(text, language) < 0
    assert not reader.leaves(text, language)


@WAYS
@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Em quantos dias vocês respondem reclamações?", "pt-BR"),
        ("Quero a segunda via do boleto, por favor", "pt-BR"),
        ("In how many days are complaints answered?", "en"),
        ("I'd like a copy of my invoice, please", "en"),
    ],
)
def test_a_question_on_complaints_or_a_plain_wish_blames_nobody(
    reader: Moods, text: str, language: str
) -> None:
    assert not reader.complains(text, language)
    assert reader.feeling(text, language) == 0
    assert not reader.leaves(text, language)


@WAYS
@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("adorei, muito obrigada pelo carinho!", "pt-BR"),
        ("what a lovely team, thank you so much", "en"),
    ],
)
def test_praise_is_glad_and_no_complaint(reader: Moods, text: str, language: str) -> None:
    assert reader.feeling(text, language) > 0.5
    assert not reader.complains(text, language)


@WAYS
@pytest.mark.parametrize(
    ("leaves", "stays", "language"),
    [
        ("parem de me mandar promoção no zap", "parem de mandar meu pedido pro endereço antigo", "pt-BR"),
        ("quero sair da lista de e-mails de ofertas", "quero sair do curso de quinta", "pt-BR"),
        ("stop sending me promotions", "stop sending the parcels to my old address", "en"),
        ("take me off your marketing list", "take the soup off our bill", "en"),
    ],
)  # fmt: skip
def test_who_wants_no_promotions_is_told_from_who_stops_something_else(
    reader: Moods, leaves: str, stays: str, language: str
) -> None:
    assert reader.leaves(leaves, language, surely=True)
    assert not reader.leaves(stays, language, surely=True)


def test_a_language_that_was_not_learned_says_nothing() -> None:
    reader = Moods()
    assert not reader.complains("es una vergüenza", "es")
    assert reader.feeling("es una vergüenza", "es") == 0


def test_vectors_of_another_embedder_are_not_asked_for() -> None:
    assert vectors.opened(Lexical()) is None
    assert built().embedder.startswith("minilm")


def test_what_was_learned_is_of_the_examples_as_they_are() -> None:
    """Run `python -m models.embedded.building` after a change of `bank/moods` or of the bank's complaints."""
    with np.load(BUILT, allow_pickle=False) as stored:
        about = json.loads(bytes(stored["about"]).decode())
    assert about["digest"] == moods_fitting.digest()


def test_no_message_is_an_example_of_two_moods() -> None:
    for base in moods_fitting.LANGUAGES:
        said = moods_fitting.taught(base)
        counted = Counter(words.plain(text) for texts in said.values() for text in texts)
        assert [text for text, count in counted.items() if count > 1 and text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_readings_of_the_bank_blame_nobody_but_where_it_says_so(language: str) -> None:
    """Seldom: some of the bank's sentences on hours, sizes and payment do sound cross."""
    reader = Moods()
    plain = [
        text
        for name in ("store_hours", "size_advice", "payment_methods", "pickup")
        for text in bank.examples(name)[language]
    ]
    assert np.mean([reader.complains(text, language) for text in plain]) < 0.06
    assert np.mean([reader.leaves(text, language) for text in plain]) < 0.03
