"""A question whether something was done has it looked up, and begins nothing."""

import pytest

from evals.house import House
from tests.examples.talking import says

pytestmark = pytest.mark.asyncio(loop_scope="session")

WANTS = ("quer cancelar", "want to cancel", "Posso confirmar", "Shall I go ahead")


@pytest.mark.parametrize(
    ("customer", "asks"),
    [
        ("C-1001", "o pedido ja foi cancelado?"),
        ("C-1002", "cancelaram meu pedido?"),
        ("C-1002", "meu pedido foi cancelado?"),
        ("C-1002", "did you cancel my order?"),
        ("C-1004", "has the order been cancelled yet?"),
        ("C-1001", "a troca ja saiu?"),
        ("C-1003", "did my return go through?"),
    ],
)
async def test_asking_if_it_was_done_begins_nothing(
    aurora: House, customer: str, asks: str
) -> None:
    reply = await says(aurora, customer, asks)
    assert not any(one in reply for one in WANTS)


@pytest.mark.parametrize(
    ("asks", "told"),
    [
        ("o pedido A-1051 foi cancelado?", "A-1051 · moletom cinza"),
        ("was order A-1051 cancelled?", "A-1051 · grey sweatshirt"),
    ],
)
async def test_how_it_stands_is_told(aurora: House, asks: str, told: str) -> None:
    reply = await says(aurora, "C-1002", asks)
    assert told in reply and not any(one in reply for one in WANTS)


@pytest.mark.parametrize(
    "wish",
    [
        "dá pra cancelar o moletom?",
        "vocês podem cancelar o moletom?",
        "o moletom pode ser cancelado?",
        "can you cancel the sweatshirt?",
        "could the sweatshirt be cancelled?",
    ],
)
async def test_asking_that_it_be_done_still_does(aurora: House, wish: str) -> None:
    assert "A-1051" in (reply := await says(aurora, "C-1002", wish))
    assert any(one in reply for one in WANTS)


@pytest.mark.parametrize(
    ("asks", "told"),
    [("did you charge me twice?", "charged"), ("fui cobrada duas vezes?", "dobro")],
)
async def test_what_has_happened_to_her_is_still_looked_into(
    aurora: House, asks: str, told: str
) -> None:
    assert told in await says(aurora, "C-1002", asks)
