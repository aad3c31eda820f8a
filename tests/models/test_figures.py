"""Figures in a message: alone they are no wish, and a word that ends in them is a code."""

import pytest

from models.embedded import bank, understanding
from models.embedded.embedder import Lexical
from models.embedded.features import CODE, tokens


@pytest.mark.parametrize(
    ("text", "language"), [("às 9:30", "pt-BR"), ("é às 14:00", "pt-BR"), ("at 9:30", "en")]
)
def test_figures_and_grammar_alone_are_no_wish(text: str, language: str) -> None:
    names = ("person", "store_hours", "order_status")
    reader = understanding.train(
        {name: bank.examples(name) for name in names},
        languages=("pt-BR", "en"),
        embedder=Lexical(),
    )
    assert reader.intents(text, language) == []


@pytest.mark.parametrize(
    ("text", "language"), [("o FESTA20 não entra", "pt-BR"), ("PARTY20 won't go in", "en")]
)
def test_a_word_that_ends_in_figures_is_a_code_whatever_the_word(text: str, language: str) -> None:
    assert CODE in tokens(text, language)
    assert CODE not in tokens("A-1042", language)
