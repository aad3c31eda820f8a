"""Who wants no promotions is told what that means here."""

import pytest

from evals.house import House
from tests.examples.talking import says

pytestmark = pytest.mark.asyncio(loop_scope="session")

HEARD = ("nesta conversa não ofereço promoções", "I won't offer promotions in this conversation")


@pytest.mark.parametrize(
    "text",
    [
        "parem de me mandar promoção",
        "quero sair da lista de e-mails de ofertas",
        "stop sending me promotions please",
        "take me off your marketing list",
    ],
)
async def test_the_wish_is_confirmed_in_words_that_hold(aurora: House, text: str) -> None:
    reply = await says(aurora, "C-1001", text)
    assert any(one in reply for one in HEARD)
