"""Values are written as a customer of each language reads them."""

import pytest

from core.written import money, truth


@pytest.mark.parametrize(
    ("amount", "currency", "language", "written"),
    [
        (1189.9, "BRL", "pt-BR", "R$ 1.189,90"),
        (1189.9, "BRL", "en", "R$ 1,189.90"),
        (5, "GBP", "en", "£ 5.00"),
        (5, "CHF", "pt-BR", "CHF 5,00"),
        (5, "", "pt-BR", "5,00"),
    ],
)
def test_money(amount: float, currency: str, language: str, written: str) -> None:
    assert money(amount, currency, language) == written


def test_yes_and_no() -> None:
    assert [truth(True, "pt-BR"), truth(False, "en"), truth(True, "fr")] == ["sim", "no", "yes"]
