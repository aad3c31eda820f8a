"""Personal data in text: found by form and check digits, and masked.

Time grows linearly with the text, whatever is in it: every pattern has bounded repetitions and
parts that cannot match the same character.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["email", "iban", "card", "cnpj", "cpf", "phone"]


@dataclass(frozen=True)
class Personal:
    """One piece of personal data and where it stands: `text[start:end] == value`."""

    kind: Kind
    start: int
    end: int
    value: str


def found(text: str) -> list[Personal]:
    """Give the personal data in a text, in order and without overlaps."""
    taken: list[Personal] = []
    for kind, search in _SEARCHES:
        # A card number may look like a telephone number; whoever has check digits goes first.
        taken += [
            Personal(kind, start, end, text[start:end])
            for start, end in search(_without(text, taken))
        ]
    return sorted(taken, key=lambda personal: personal.start)


def masked(text: str) -> str:
    """Give the text with the kind in place of each piece of personal data: `write to [email]`."""
    parts, at = [], 0
    for personal in found(text):
        parts += [text[at : personal.start], f"[{personal.kind}]"]
        at = personal.end
    return "".join([*parts, text[at:]])


def _without(text: str, taken: list[Personal]) -> str:
    """Blot out what was found already; every other character keeps its place."""
    parts, at = [], 0
    for personal in sorted(taken, key=lambda personal: personal.start):
        parts += [text[at : personal.start], "\0" * (personal.end - personal.start)]
        at = personal.end
    return "".join([*parts, text[at:]])


Span = tuple[int, int]
Search = Callable[[str], Iterator[Span]]

_EMAIL = re.compile(
    r"(?<![\w.%+-])[\w.%+-]{1,128}@(?:[^\W_](?:[\w-]{0,62})\.){1,8}[^\W\d_]{2,24}(?![\w-])"
)
_IBAN = re.compile(r"(?<![A-Za-z0-9])([A-Za-z]{2})[0-9]{2}(?: ?[A-Za-z0-9]){11,30}")
_CARD = re.compile(
    r"(?<![0-9])(?:"
    r"([0-9]{4}([ .-])[0-9]{4}\2[0-9]{4}\2[0-9]{1,4})(\2[0-9]{1,3})?"
    r"|[0-9]{4}[ .-][0-9]{6}[ .-][0-9]{4,5}"
    r"|[0-9]{13,19}"
    r")(?![0-9])"
)
# Since July 2026 the first twelve characters of a CNPJ may be letters as well.
_CNPJ = re.compile(
    r"(?<![A-Za-z0-9])[A-Z0-9]{2}\.?[A-Z0-9]{3}\.?[A-Z0-9]{3}/?[A-Z0-9]{4}[-.]?[0-9]{2}(?![A-Za-z0-9])"
)
_CPF = re.compile(r"(?<![0-9])[0-9]{3}[. ]?[0-9]{3}[. ]?[0-9]{3}[-. /]?[0-9]{2}(?![0-9])")
_PHONE = re.compile(
    r"(?<![\w+])(?:"
    r"\+[0-9](?:[ .\-()/]{0,2}[0-9]){7,14}"  # with the country's code
    r"|(?:\(0?[0-9]{2}\)|0?[1-9][0-9])[ .-]?9[ .]?[0-9]{4}[ .-]?[0-9]{4}"  # Brazil, mobile
    r"|(?:\(0?[0-9]{2}\) ?|0?[1-9][0-9][ .-])[2-5][0-9]{3}[ .-]?[0-9]{4}"  # Brazil, landline
    r"|9[0-9]{4}-[0-9]{4}"  # Brazil, without area
    r"|(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}[ .-])[0-9]{3}[ .-][0-9]{4}"  # North America
    r"|0[0-9]{2,4}[ -][0-9]{3,4}[ -]?[0-9]{3,4}"  # elsewhere, with a zero for long distance
    r")(?![\w-])"
)


def _emails(text: str) -> Iterator[Span]:
    return (match.span() for match in _EMAIL.finditer(text))


def _phones(text: str) -> Iterator[Span]:
    return (match.span() for match in _PHONE.finditer(text))


def _ibans(text: str) -> Iterator[Span]:
    for match in _IBAN.finditer(text):
        length, characters = _IBAN_LENGTHS.get(match[1].upper(), 0), 0
        for end in range(match.start(), match.end()):
            characters += text[end] != " "
            if characters == length:
                if _iban_sound(match[0][: end + 1 - match.start()]):
                    yield match.start(), end + 1
                break


def _iban_sound(value: str) -> bool:
    compact = value.replace(" ", "").upper()
    digits = "".join(str(int(character, 36)) for character in compact[4:] + compact[:4])
    return int(digits) % 97 == 1


def _cards(text: str) -> Iterator[Span]:
    for match in _CARD.finditer(text):
        if _luhn(match[0]):
            yield match.span()
        elif match[3] and _luhn(match[1]):  # the last group was something else, such as a date
            yield match.span(1)


def _luhn(value: str) -> bool:
    digits = [int(character) for character in value if character.isdigit()]
    if len(digits) not in _CARD_LENGTHS.get(digits[0], ()):
        return False
    doubled = (digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _cnpjs(text: str) -> Iterator[Span]:
    return (
        match.span()
        for match in _CNPJ.finditer(text)
        if _check_digits(match[0], (5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2))
    )


def _cpfs(text: str) -> Iterator[Span]:
    return (
        match.span()
        for match in _CPF.finditer(text)
        if _check_digits(match[0], (10, 9, 8, 7, 6, 5, 4, 3, 2))
    )


def _check_digits(value: str, weights: tuple[int, ...]) -> bool:
    """Say whether the last two digits of a CPF or CNPJ follow from the characters before them."""
    numbers = [ord(character) - 48 for character in value if character.isalnum()]
    if len(set(numbers)) == 1:
        return False
    for place, weighing in ((-2, weights), (-1, (weights[0] + 1, *weights))):
        total = sum(
            number * weight for number, weight in zip(numbers[:place], weighing, strict=True)
        )
        if numbers[place] != (0 if total % 11 < 2 else 11 - total % 11):
            return False
    return True


_CARD_LENGTHS = {2: (16,), 3: (14, 15, 16), 4: (13, 16, 19), 5: (16,), 6: (16, 17, 18, 19)}
"""By the first digit, which says whose card it is."""

_SEARCHES: tuple[tuple[Kind, Search], ...] = (
    ("email", _emails),
    ("iban", _ibans),
    ("card", _cards),
    ("cnpj", _cnpjs),
    ("cpf", _cpfs),
    ("phone", _phones),
)

# Source: https://www.swift.com/standards/data-standards/iban-international-bank-account-number
_IBAN_LENGTHS = {
    country: length
    for length, countries in {
        15: "NO",
        16: "BE",
        18: "DK FI FO GL NL",
        19: "MK SI",
        20: "AT BA EE KZ LT LU XK",
        21: "CH HR LI LV",
        22: "BG BH CR DE GB GE IE ME RS VA",
        23: "AE GI IL IQ TL",
        24: "AD CZ ES MD PK RO SA SE SK TN VG",
        25: "PT ST",
        26: "IS TR",
        27: "FR GR IT MC MR SM",
        28: "AL AZ BY CY DO GT HU LB PL SV",
        29: "BR EG PS QA UA",
        30: "JO KW MU",
        31: "MT SC",
        32: "LC",
    }.items()
    for country in countries.split()
}
