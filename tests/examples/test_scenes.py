"""Who first tells what happened is listened to, and what she says next is about it."""

import pytest

from evals.house import House
from tests.examples.talking import says

pytestmark = pytest.mark.asyncio(loop_scope="session")
LISTENS = {"pt-BR": "estou acompanhando", "en": "I'm with you"}


@pytest.mark.parametrize(
    ("customer", "text", "language"),
    [
        ("C-1003", "my dress came", "en"),
        ("C-1006", "opened the box", "en"),
        ("C-1003", "meu vestido chegou", "pt-BR"),
        ("C-1006", "abri a caixa agora", "pt-BR"),
    ],
)
async def test_nothing_is_proposed_to_who_only_tells_what_happened(
    aurora: House, customer: str, text: str, language: str
) -> None:
    reply = await says(aurora, customer, text)
    assert LISTENS[language] in reply
    assert "A-10" not in reply


@pytest.mark.parametrize(
    ("customer", "before", "then", "about"),
    [
        ("C-1003", "my dress came", "too tight, want GG", "A-1045"),
        ("C-1003", "meu vestido chegou", "ficou pequeno, quero GG", "A-1045"),
        ("C-1006", "opened the box", "the cushion is missing", "missing in order A-1062"),
        ("C-1006", "abri a caixa", "faltou a almofada", "faltou no pedido A-1062"),
    ],
)
async def test_the_wish_that_follows_is_about_what_she_told(
    aurora: House, customer: str, before: str, then: str, about: str
) -> None:
    assert about in await says(aurora, customer, before, then)


@pytest.mark.parametrize(
    ("before", "then", "sent"),
    [
        ("something about my parcel", "one item short, it's the red cushion", "send the red cushion"),
        ("aconteceu uma coisa com o pedido", "a almofada ficou de fora", "almofada vermelha"),
    ],
)  # fmt: skip
async def test_what_neither_message_says_alone_both_say_together(
    aurora: House, before: str, then: str, sent: str
) -> None:
    reply = await says(aurora, "C-1006", before, then)
    assert sent in reply
    assert not any(word in reply for word in ("devolu", "return"))


@pytest.mark.parametrize(
    ("text", "none", "told"),
    [
        ("quero trocar um item do A-1062", "não", "nada foi feito"),
        ("quero trocar um item do A-1062", "nenhum deles", "nada foi feito"),
        ("I want to exchange an item of A-1062", "no", "nothing was done"),
        ("I want to exchange an item of A-1062", "neither of them, thanks", "nothing was done"),
    ],
)
async def test_who_wants_none_of_the_choices_is_not_asked_again(
    aurora: House, text: str, none: str, told: str
) -> None:
    assert told in (await says(aurora, "C-1006", text, none)).lower()


@pytest.mark.parametrize(
    ("text", "vague", "kept"),
    [
        ("my delivery came without the cushion", "can you sort that out", "send the red cushion"),
        ("a almofada não veio", "dá pra ver isso pra mim", "almofada vermelha"),
    ],
)
async def test_vague_words_put_nothing_else_in_the_place_of_what_is_proposed(
    aurora: House, text: str, vague: str, kept: str
) -> None:
    assert kept in await says(aurora, "C-1006", text, vague)
