"""What she asks beside the usual errands: where an order goes, and what nobody here can change for her."""

import pytest

from evals.house import House
from tests.examples.talking import says

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize(
    ("customer", "said", "told"),
    [
        ("C-1002", ["qual o endereço q ta indo o moletom?"], "Avenida Beira-Mar, 344"),
        ("C-1002", ["cadê o moletom?", "e vai pra qual endereço?"], "Avenida Beira-Mar, 344"),
        ("C-1006", ["pra qual endereço vai meu pedido?", "calça"], "Rua das Acácias, 1316"),
        ("C-1004", ["which address are the sandals going to?"], "Avenida das Palmeiras, 164"),
        ("C-1002", ["what address did I put on A-1051?"], "Avenida Beira-Mar, 344"),
        ("C-1002", ["muda o endereço do A-1051"], "Para qual endereço?"),
        ("C-1002", ["change the address of A-1051"], "What is the new address?"),
    ],
)
async def test_where_an_order_goes_is_told_and_not_asked(
    aurora: House, customer: str, said: list[str], told: str
) -> None:
    assert told in await says(aurora, customer, *said)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("o CPF da nota do vestido tá errado", "não consigo mudar a nota do pedido A-1045"),
        ("quero trocar o cpf da nota do A-1045", "não consigo mudar a nota do pedido A-1045"),
        ("the name on the invoice of A-1045 is wrong", "can't change the invoice of order A-1045"),
        ("change the tax number on the invoice of the dress", "can't change the invoice of order A-1045"),
        ("manda a nota do vestido", "Vou enviar a nota fiscal do pedido A-1045"),
        ("send me the invoice of the dress", "I will send the invoice of order A-1045"),
    ],
)  # fmt: skip
async def test_an_invoice_to_be_corrected_is_not_sent_again_but_handed_to_a_person(
    aurora: House, text: str, told: str
) -> None:
    assert told in await says(aurora, "C-1003", text)
