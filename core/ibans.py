"""International bank account numbers (IBAN) in text."""

import re
from collections.abc import Iterator

_IBAN = re.compile(r"(?<![A-Za-z0-9])([A-Za-z]{2})[0-9]{2}(?:[ -]?[A-Za-z0-9]){11,30}")


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Give where a text has account numbers whose length and check digits are right, in order."""
    for match in _IBAN.finditer(text):
        length, characters = _LENGTHS.get(match[1].upper(), 0), 0
        for end in range(match.start(), match.end()):
            characters += text[end] not in " -"
            if characters == length:
                if _sound(match[0][: end + 1 - match.start()]):
                    yield match.start(), end + 1
                break


def _sound(value: str) -> bool:
    compact = re.sub("[ -]", "", value).upper()
    digits = "".join(str(int(character, 36)) for character in compact[4:] + compact[:4])
    return int(digits) % 97 == 1


# Source: https://www.swift.com/standards/data-standards/iban-international-bank-account-number
_LENGTHS = {
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
