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


@pytest.mark.parametrize(
    ("wish", "thanks", "offer"),
    [
        ("parem de me mandar promoção", "muito obrigada!", "Clube Aurora"),
        ("stop sending me promotions please", "thank you so much!", "Club Aurora"),
    ],
)
async def test_nothing_is_offered_for_the_rest_of_the_conversation(
    aurora: House, wish: str, thanks: str, offer: str
) -> None:
    assert offer in await says(aurora, "C-1001", thanks), "else it would be offered"
    assert offer not in await says(aurora, "C-1001", wish, thanks)
