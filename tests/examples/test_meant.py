"""What a customer means over several turns: not always what was spoken of last."""

import pytest

from evals.house import House
from tests.examples.talking import says

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize(
    "turns",
    [
        ("cadê a cortina?", "e a cobrança duplicada, como ficou?"),
        ("where are my curtains?", "and you charged me twice, too"),
    ],
)
async def test_a_matter_of_one_thing_is_not_put_to_the_last(
    aurora: House, turns: tuple[str, ...]
) -> None:
    assert "A-1063" in await says(aurora, "C-1006", *turns)


@pytest.mark.parametrize(
    ("turns", "never"),
    [
        (("quero a segunda via do boleto", "e se eu deixar de pagar?"), "34191"),
        (("send me my payment slip", "what happens if I never pay it?"), "34191"),
        (("send me my payment slip", "can I pay it after the due date?"), "34191"),
    ],
)
async def test_what_would_be_is_not_looked_up_again(
    aurora: House, turns: tuple[str, ...], never: str
) -> None:
    assert never not in await says(aurora, "C-1005", *turns)


@pytest.mark.parametrize(
    "asks", ["e a devolução da blusa, como anda?", "how's my jumper's return?"]
)
async def test_how_it_stands_undoes_nothing(aurora: House, asks: str) -> None:
    reply = await says(aurora, "C-1008", asks)
    assert "Posso confirmar" not in reply and "Shall I go ahead" not in reply
    assert "A-1070" in reply or "R-" in reply


@pytest.mark.parametrize(
    ("customer", "asks", "told"),
    [
        ("C-1005", "quero reembolso daquele que extraviou", "A-1036"),
        ("C-1005", "refund the one that went missing in the post", "A-1036"),
        ("C-1002", "qual dos meus pedidos chega hoje?", "A-1048"),
        ("C-1002", "which one is arriving today?", "A-1048"),
    ],
)
async def test_an_order_is_known_by_how_it_fares(
    aurora: House, customer: str, asks: str, told: str
) -> None:
    assert told in await says(aurora, customer, asks)


@pytest.mark.parametrize(
    ("wish", "denies"),
    [
        ("quero cancelar um pedido", "espera, o A-1064 não"),
        ("quero cancelar um pedido", "não é o A-1066"),
        ("cancel one of my orders", "wait, not A-1064"),
    ],
)
async def test_a_number_that_is_not_meant_is_not_taken(
    aurora: House, wish: str, denies: str
) -> None:
    reply = await says(aurora, "C-1007", wish, denies)
    assert "Posso confirmar" not in reply and "Shall I go ahead" not in reply
    assert "Qual" in reply or "Which" in reply


DONE = {
    "pt": ("quero trocar o vestido por G", "sim"),
    "en": ("I'd like to exchange the dress for size G", "yes"),
}


@pytest.mark.parametrize(
    ("language", "asks"),
    [
        ("pt", "o que vocês já fizeram?"),
        ("pt", "foi feita mais alguma coisa?"),
        ("pt", "que troca está em andamento?"),
        ("pt", "me passa o protocolo"),
        ("en", "what have you done?"),
        ("en", "did you do anything else?"),
        ("en", "is there an exchange in progress?"),
        ("en", "what is my reference number?"),
    ],
)
async def test_what_was_done_here_is_told(aurora: House, language: str, asks: str) -> None:
    reply = await says(aurora, "C-1003", *DONE[language], asks)
    assert "R-5001" in reply


@pytest.mark.parametrize("asks", ["o que você fez até agora?", "what have you changed?"])
async def test_where_nothing_was_done_that_is_said(aurora: House, asks: str) -> None:
    reply = await says(aurora, "C-1003", asks)
    assert "não mudei nada" in reply or "changed nothing" in reply


@pytest.mark.parametrize(
    ("wish", "asks"),
    [
        ("quero devolver a manta", "por quê?"),
        ("quero devolver a manta", "mas por que não?"),
        ("I want to return the throw blanket", "how come?"),
        ("I want to return the throw blanket", "why not?"),
    ],
)
async def test_why_tells_the_reason_again_and_calls_nobody(
    aurora: House, wish: str, asks: str
) -> None:
    told = await says(aurora, "C-1003", wish)
    assert "7 d" in told
    reply = await says(aurora, "C-1003", wish, asks)
    assert "7 d" in reply and "passei a conversa" not in reply and "passed the conv" not in reply
