"""Who goes back on a purchase is led to what the records allow: to cancelling, or to sending it back."""

import pytest

from evals.house import House
from tests.examples.talking import says

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize(
    ("customer", "text", "proposed"),
    [
        ("C-1003", "comprei um vestido e me arrependi", "abrir a devolução do pedido A-1045"),
        ("C-1003", "direito de arrependimento, vestido", "abrir a devolução do pedido A-1045"),
        ("C-1003", "art. 49 do CDC: desisto do vestido", "abrir a devolução do pedido A-1045"),
        ("C-1003", "cancela o A-1045", "abrir a devolução do pedido A-1045"),
        ("C-1002", "me arrependi do moletom", "cancelar o pedido A-1051"),
        ("C-1006", "quero devolver a calça", "cancelar o pedido A-1063"),
        ("C-1004", "I regret buying the running shoes", "open the return of order A-1033"),
        ("C-1004", "I withdraw from the purchase of A-1033", "open the return of order A-1033"),
        ("C-1004", "i changed my mind about A-1033", "open the return of order A-1033"),
        ("C-1004", "please cancel A-1033", "open the return of order A-1033"),
        ("C-1002", "I regret the grey sweatshirt", "cancel order A-1051"),
        ("C-1006", "I want to return the jeans", "cancel order A-1063"),
    ],
)
async def test_going_back_on_a_purchase_leads_to_what_the_records_allow(
    aurora: House, customer: str, text: str, proposed: str
) -> None:
    assert proposed in await says(aurora, customer, text)


@pytest.mark.parametrize(
    ("customer", "text", "told", "never"),
    [
        ("C-1008", "quero desistir da bota", "7 dias para devolver já passou", "Posso confirmar"),
        ("C-1008", "I regret the leather boots", "7 days for returning it", "Shall I go ahead"),
        ("C-1005", "me arrependi da caneca", "extraviado", "dias para devolver"),
        ("C-1005", "I regret buying the mug", "lost", "days to return"),
    ],
)
async def test_what_can_be_neither_cancelled_nor_returned_is_said(
    aurora: House, customer: str, text: str, told: str, never: str
) -> None:
    reply = await says(aurora, customer, text)
    assert told in reply
    assert never not in reply


@pytest.mark.parametrize(
    ("text", "other", "done"),
    [
        ("cancela o A-1045", "sim, pode cancelar", "foi aberta"),
        ("cancel A-1045", "yes, cancel it", "was opened"),
    ],
)
async def test_a_yes_to_cancelling_opens_no_return(
    aurora: House, text: str, other: str, done: str
) -> None:
    assert done not in await says(aurora, "C-1003", text, other)
