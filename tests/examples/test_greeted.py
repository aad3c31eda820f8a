"""A greeting before a question changes nothing in what is answered."""

import pytest

from evals.house import House
from tests.examples.talking import says

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize(
    ("asks", "told"),
    [
        ("quais são as formas de pagamento?", "Pix, com 5% de desconto"),
        ("oi, quais são as formas de pagamento?", "Pix, com 5% de desconto"),
        ("Bom dia! Quais são as formas de pagamento?", "Pix, com 5% de desconto"),
        ("which cards do you accept?", "Hipercard, but neither"),
        ("hello! which cards do you accept?", "Hipercard, but neither"),
        ("hi, how can I pay?", "a discount of 5%"),
        ("oi, como posso pagar?", "Pix, com 5% de desconto"),
        ("which payment methods do you take?", "a discount of 5%"),
        ("hi there, which payment methods do you take?", "a discount of 5%"),
    ],
)
async def test_the_approved_answer_is_given(aurora: House, asks: str, told: str) -> None:
    assert told in await says(aurora, None, asks)
