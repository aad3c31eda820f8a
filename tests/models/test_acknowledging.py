"""To take note of what was said is no yes to what was offered with it."""

import pytest

from models.embedded import heeding


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("pt-BR", "ah sim, entendi"),
        ("pt-BR", "ok entendi"),
        ("pt-BR", "ah ok, faz sentido"),
        ("pt-BR", "certo, obrigada pela informação"),
        ("pt-BR", "tá bom, vou aguardar"),
        ("en", "got it, thanks"),
        ("en", "yes I understand"),
        ("en", "ah ok no worries"),
        ("en", "right, good to know"),
        ("en", "ok thanks"),
    ],
)
def test_who_takes_note_does_not_agree(language: str, text: str) -> None:
    assert heeding.acknowledges(text, language)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("pt-BR", "sim"),
        ("pt-BR", "ok"),
        ("pt-BR", "sim, obrigada"),
        ("pt-BR", "ah entendi, então chama"),
        ("pt-BR", "não entendi"),
        ("pt-BR", "entendi. e o meu pedido, cadê?"),
        ("en", "yep, thanks"),
        ("en", "got it, call someone then"),
        ("en", "I see, yes please do"),
        ("en", "I understand but I want a person"),
        ("en", "I don't understand"),
    ],
)
def test_who_agrees_or_wants_more_does_not_only_take_note(language: str, text: str) -> None:
    assert not heeding.acknowledges(text, language)
