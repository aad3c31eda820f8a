"""How much of several things is meant: one, all of them, all but what she keeps; in doubt nothing."""

import pytest

from models.embedded import choosing, partly

TWO = {
    "pt-BR": ["mesa de canto branca", "cadeira azul", "tudo todos, os dois, as duas, ambos"],
    "en": ["white side table", "blue chair", "everything all of it, both of them"],
}
THREE = {
    "pt-BR": ["mesa de canto branca", "cadeira azul", "estante", "tudo todos, os três, as três"],
    "en": ["white side table", "blue chair", "bookcase", "everything all of it, all three of them"],
}
TABLE, CHAIR, BOTH, ALL = 0, 1, 2, 3


@pytest.mark.parametrize(
    ("language", "text", "meant"),
    [
        ("pt-BR", "tudo", BOTH),
        ("pt-BR", "as duas", BOTH),
        ("pt-BR", "a mesa e a cadeira", BOTH),
        ("pt-BR", "não gostei, mando tudo de volta", BOTH),
        ("pt-BR", "só a cadeira, a mesa fica", CHAIR),
        ("pt-BR", "vou ficar com a mesa e mandar a cadeira", CHAIR),
        ("pt-BR", "não vou ficar com a mesa", TABLE),
        ("pt-BR", "tudo menos a cadeira", TABLE),
        ("pt-BR", "a cadeira sim, a mesa não", CHAIR),
        ("pt-BR", "não quero devolver tudo, só a mesa", TABLE),
        ("pt-BR", "tudo bem? é a cadeira", CHAIR),
        ("pt-BR", "não consigo devolver a cadeira pelo site", CHAIR),
        ("en", "everything", BOTH),
        ("en", "both", BOTH),
        ("en", "the table and the chair", BOTH),
        ("en", "I didn't like it, send it all back", BOTH),
        ("en", "just the chair, I'm keeping the table", CHAIR),
        ("en", "I'll hang on to the table and send the chair back", CHAIR),
        ("en", "I don't want to keep the table", TABLE),
        ("en", "everything but the chair", TABLE),
        ("en", "the chair yes, the table no", CHAIR),
        ("en", "I don't want to return everything, just the table", TABLE),
        ("en", "is everything ok? it's the chair", CHAIR),
        ("en", "I can't return the chair on the site", CHAIR),
    ],
)
def test_what_she_says_of_all_or_some_is_understood(language: str, text: str, meant: int) -> None:
    assert choosing.choose(TWO[language], text, language) == meant


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("pt-BR", "a mesa ou a cadeira"),
        ("pt-BR", "quero devolver a mesa, a cadeira ficou ótima"),
        ("pt-BR", "a cadeira ficou ótima mas a mesa não"),
        ("pt-BR", "uma das coisas do pedido"),
        ("pt-BR", "a mesa e a cadeira ficam"),
        ("en", "the table or the chair"),
        ("en", "I'm returning the table, the chair turned out lovely"),
        ("en", "the chair turned out lovely but the table did not"),
        ("en", "one of the things of my order"),
        ("en", "the table and the chair stay"),
    ],
)
def test_in_doubt_nothing_is_chosen(language: str, text: str) -> None:
    assert choosing.choose(TWO[language], text, language) is None


@pytest.mark.parametrize(
    ("language", "text", "meant"),
    [
        ("pt-BR", "as três", ALL),
        ("pt-BR", "os dois", None),
        ("pt-BR", "a mesa e a cadeira", None),
        ("pt-BR", "tudo menos a estante", None),
        ("pt-BR", "tudo menos a estante e a cadeira", TABLE),
        ("en", "all three", ALL),
        ("en", "both", None),
        ("en", "the table and the chair", None),
        ("en", "everything except the bookcase", None),
        ("en", "everything except the bookcase and the chair", TABLE),
    ],
)
def test_a_number_is_all_only_of_as_many(language: str, text: str, meant: int | None) -> None:
    assert choosing.choose(THREE[language], text, language) == meant


@pytest.mark.parametrize(
    ("language", "text"), [("pt-BR", "a mesa também"), ("en", "the table as well")]
)
def test_what_is_added_goes_with_what_was_taken(language: str, text: str) -> None:
    assert partly.added(TWO[language], CHAIR, text, language) == partly.Meant(BOTH)
    assert partly.added(THREE[language], CHAIR, text, language) == partly.Meant(None)
    assert partly.added(TWO[language], CHAIR, text.split()[1], language) is None


@pytest.mark.parametrize(
    ("language", "text", "only"),
    [
        ("pt-BR", "na verdade as duas", True),
        ("pt-BR", "hmm não, a mesa fica comigo", True),
        ("pt-BR", "cancela a cadeira", False),
        ("pt-BR", "a cadeira volta quando?", False),
        ("en", "actually both of them", True),
        ("en", "no wait, leave out the table", True),
        ("en", "cancel the chair", False),
        ("en", "when does the chair go back?", False),
    ],
)
def test_what_says_no_more_than_how_much_is_told_from_a_wish(
    language: str, text: str, only: bool
) -> None:
    assert partly.only_how_much(TWO[language], text, language) is only
