"""Values as a customer reads them in her language: yes and no, and money."""

TRUTH = {"pt-BR": ("sim", "não"), "en": ("yes", "no")}
SIGNS = {"BRL": "R$", "USD": "US$", "EUR": "€", "GBP": "£"}


def truth(value: bool, language: str) -> str:
    """Write a yes or no."""
    return TRUTH.get(language, TRUTH["en"])[0 if value else 1]


def money(amount: float, currency: str, language: str) -> str:
    """Write an amount of money: `R$ 1.189,90`; without a sign where `currency` (ISO 4217) is empty."""
    return f"{SIGNS.get(currency, currency)} {local(f'{amount:,.2f}', language)}".strip()


def local(number: str, language: str) -> str:
    """Give a number such as `1,189.90` with the signs of a language."""
    return number.translate(str.maketrans(",.", ".,")) if language == "pt-BR" else number
