"""What the shop says, in both languages, and how it writes days, money and order numbers."""

import re
import unicodedata
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from core.workspace import read_yaml, said

ORDER_NUMBER = re.compile(r"\s*(?:a\s*-?\s*)?#?(\d{4})\s*", re.IGNORECASE)
# In the schema and not enforced by the type: it tells what to look for in customers' words, while
# the functions forgive a missing hyphen.
OrderNumber = Annotated[str, Field(json_schema_extra={"pattern": "A-[0-9]{4}"})]
PostalCode = Annotated[str, Field(json_schema_extra={"pattern": "[0-9]{5}-?[0-9]{3}"})]
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def say(sentence: str, language: str, /, **values: object) -> str:
    """Give a sentence of `_words.yaml` with its places filled."""
    return said(_sentences()[sentence], language).format(**values)


@cache
def _sentences() -> dict[str, dict[str, str]]:
    return read_yaml(Path(__file__).with_suffix(".yaml"))


def order_number(text: str) -> str:
    """Give the number of an order as the shop writes it, `A-1042`; empty when it is none."""
    found = ORDER_NUMBER.fullmatch(text)
    return f"A-{found.group(1)}" if found else ""


def day(when: date, language: str) -> str:
    """Write a day as people do: `12/11` in Portuguese, `12 Nov` in English."""
    if language == "en":
        return f"{when.day} {MONTHS[when.month - 1]}"
    return when.strftime("%d/%m")


def money(amount: float, language: str) -> str:
    """Write reais: `R$ 1.189,90` in Portuguese, `R$ 1,189.90` in English."""
    english = f"{amount:,.2f}"
    if language == "en":
        return f"R$ {english}"
    return "R$ " + english.replace(",", " ").replace(".", ",").replace(" ", ".")


def plain(text: str) -> str:
    """Give a text in small letters and without accents, for comparing."""
    decomposed = unicodedata.normalize("NFD", text.lower())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))
