"""Slips of the finger: mended where no language knows the word, and nowhere else."""

from typing import Any

import pytest

from models.embedded import bank, lexicon
from models.embedded.choosing import choose
from models.embedded.extracting import extract
from models.embedded.labels import value_meant
from models.embedded.spelling import Spelling, counted, listening, settled

LANGUAGES = ("pt-BR", "en")
COLOURS = {
    "blue": {"pt-BR": "azul", "en": "blue"},
    "green": {"pt-BR": "verde", "en": "green"},
}


def listened(language: str) -> Spelling:
    texts = [text for name in bank.names() for text in bank.examples(name).get(language, ())]
    return Spelling(counted(texts, language), language)


@pytest.mark.parametrize(
    ("typed", "language", "meant"),
    [
        ("bolteo", "pt-BR", "boleto"),  # two letters in each other's place
        ("predi", "pt-BR", "perdi"),
        ("grantia", "pt-BR", "garantia"),  # one too few
        ("chegeui", "pt-BR", "cheguei"),
        ("reenbolso", "pt-BR", "reembolso"),  # one that sounds alike
        ("vestdo", "pt-BR", "vestido"),
        ("waranty", "en", "warranty"),  # one that should be doubled
        ("sheos", "en", "shoes"),
        ("avialable", "en", "available"),
        ("exchnage", "en", "exchange"),
        ("drees", "en", "dress"),  # the key beside it
        ("anohter", "en", "another"),  # a word of the language that nobody listens for
    ],
)
def test_a_slip_is_mended_for_the_word_that_is_likeliest(
    typed: str, language: str, meant: str
) -> None:
    assert listened(language).mended(typed) == meant


@pytest.mark.parametrize(
    ("word", "language", "listened_for"),
    [
        ("manda", "pt-BR", "manta"),
        ("mando", "pt-BR", "manta"),
        ("pesado", "pt-BR", "pedido"),
        ("threw", "en", "throw"),
        ("store", "en", "stored"),
        ("dress", "pt-BR", "dres"),  # a common word of another language
        ("nf", "pt-BR", "nfe"),
        ("pix", "en", "pic"),
        ("colourful", "en", "colorfull"),  # a spelling of elsewhere
        ("calcinha", "pt-BR", "calca"),  # a diminutive that has become a thing of its own
    ],
)
def test_a_word_that_a_language_knows_is_left_as_it_is(
    word: str, language: str, listened_for: str
) -> None:
    assert listening(frozenset({listened_for}), language).mended(word) == word


def test_a_slip_that_was_listened_for_is_one_all_the_same() -> None:
    said = {"warranty": 60, "waranty": 2, "order": 50, "the": 400, "boleto": 3, "bolero": 60}
    assert Spelling(said, "en").mended("waranty") == "warranty"
    assert Spelling(said, "en").mended("boleto") == "boleto"


def test_a_diminutive_is_read_as_the_word_that_is_listened_for() -> None:
    assert listening(frozenset({"vestido"}), "pt-BR").mended("vestidinho") == "vestido"


@pytest.mark.parametrize("word", ["tehe", "A1045", "x9", "zxqwv", "nubank", "joaquina"])
def test_what_is_like_nothing_stays(word: str) -> None:
    assert listening(frozenset({"pedido", "order"}), "pt-BR").mended(word) == word


def test_a_language_without_a_list_has_the_words_that_are_listened_for() -> None:
    assert not lexicon.frequent("pl")
    spelling = listening(frozenset({"zamowienie"}), "pl")
    assert spelling.mended("zamowinie") == "zamowienie"


@pytest.mark.parametrize(
    ("text", "language", "meant"),
    [
        ("Qual o parzo pra devolver?", "pt-BR", "Qual o prazo pra devolver?"),
        ("How long do I have to retrun A-1045?", "en", "How long do I have to return A-1045?"),
        ("Waht of my Watn? Bleu, Mr Shuold", "en", "what of my Watn? blue, Mr Shuold"),  # names
    ],
)
def test_all_else_in_a_text_stays_as_it_was_written(text: str, language: str, meant: str) -> None:
    assert listened(language).text(text) == meant


@pytest.mark.parametrize(
    ("text", "language"),
    [("oi me manda a nf dnv", "pt-BR"), ("I threw it out, send me another one please", "en")],
)
def test_a_known_word_chooses_no_label(text: str, language: str) -> None:
    labels = {
        "pt-BR": ["V-1 · vestido verde", "V-2 · manta bege"],
        "en": ["V-1 · green dress", "V-2 · beige throw blanket"],
    }
    assert choose(labels[language], text, language) is None


@pytest.mark.parametrize(
    ("text", "language", "at"),
    [("o vetsido", "pt-BR", 0), ("a mnata", "pt-BR", 1), ("the blakc one", "en", 0)],
)
def test_a_slip_chooses_the_label_that_is_meant(text: str, language: str, at: int) -> None:
    labels = {
        "pt-BR": ["V-1 · vestido verde", "V-2 · manta bege"],
        "en": ["V-1 · black dress", "V-2 · beige throw blanket"],
    }
    assert choose(labels[language], text, language) == at


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("queria o mesmo em zaul", "pt-BR", "blue"),
        ("o verdinho", "pt-BR", "green"),
        ("are the bleu sneakers avialable", "en", "blue"),
        ("the geren one", "en", "green"),
        ("a verdade é que não quero", "pt-BR", None),
        ("he blew it", "en", None),
    ],
)
def test_values_are_read_through_slips_and_no_known_word_is_one(
    text: str, language: str, value: str | None
) -> None:
    found = value_meant(list(COLOURS), COLOURS, text, language)
    assert (found.value if found else None) == value


def test_a_yes_takes_no_other_letters_and_no_known_word() -> None:
    vocabulary = frozenset({"pode", "confirmo"})
    assert settled("pdoe", "pt-BR", vocabulary) == "pode"
    assert settled("confimo", "pt-BR", vocabulary) == "confirmo"
    assert settled("confirma", "pt-BR", vocabulary) == "confirma"
    assert settled("poder", "pt-BR", vocabulary) == "poder"


@pytest.mark.parametrize(
    ("question", "language"),
    [("qaul é a grantia dos sapatso?", "pt-BR"), ("how logn is the waranty on sheos?", "en")],
)
def test_the_sentence_that_answers_is_found_through_slips(question: str, language: str) -> None:
    passages: dict[str, list[dict[str, Any]]] = {
        "pt-BR": [{"n": 1, "title": "Garantia", "text": "A garantia dos sapatos é de 90 dias. "
                   "A caixa é reciclada."}],
        "en": [{"n": 1, "title": "Warranty", "text": "The warranty on shoes is 90 days. "
                "The box is recycled."}],
    }  # fmt: skip
    [quote] = extract(question, passages[language], language)
    assert "90" in quote.sentence
