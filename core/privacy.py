"""Personal data in text: found by form and check digits, names and accounts as they are known; masked.

Time grows linearly with the text, whatever is in it: every pattern has bounded repetitions and
parts that cannot match the same character.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Literal

from core import ibans, names

Kind = Literal[
    "email", "iban", "card", "cnpj", "cpf", "cep", "phone", "postcode", "account", "name"
]
"""`cep` is Brazil's postal code, `postcode` another country's; `account` an address that was given."""


@dataclass(frozen=True)
class Personal:
    """One piece of personal data and where it stands: `text[start:end] == value`."""

    kind: Kind
    start: int
    end: int
    value: str


@dataclass(frozen=True)
class Known:
    """What is known of a person and no form tells: it is found only because it is given."""

    names: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    """Her numbers and addresses elsewhere, such as her number in the company's books.

    One of few signs is passed over: it is a part of too much else.
    """

    told: tuple[str, ...] = ()
    """Values that were named as hers: looked for however short they are."""


NOBODY = Known()


def found(text: str, known: Known = NOBODY) -> list[Personal]:
    """Give the personal data in a text, in order and without overlaps."""
    plain = text if text.isascii() else text.translate(_PLAIN)
    # Most of what is said has no digit and no sign of an address.
    addresses = _ADDRESSES if _AT.search(plain) else ()
    numbers = _NUMBERS if _DIGIT.search(plain) else ()
    taken: list[Personal] = []
    for kind, search in (*addresses, *numbers, *_of(known)):
        # A card number may look like a telephone number; whoever has check digits goes first.
        taken += [
            Personal(kind, start, end, text[start:end])
            for start, end in search(_without(plain, taken))
        ]
    return sorted(taken, key=lambda personal: personal.start)


def masked(text: str, known: Known = NOBODY) -> str:
    """Give the text with the kind in place of each piece of personal data: `write to [email]`."""
    return replaced(text, lambda personal: f"[{personal.kind}]", known)


def replaced(text: str, by: Callable[[Personal], str], known: Known = NOBODY) -> str:
    """Give the text with something else in place of each piece of personal data."""
    return with_others(text, found(text, known), by)


def with_others(text: str, places: Iterable[Personal], by: Callable[[Personal], str]) -> str:
    """Give the text with something else in these places, which are in order."""
    parts, at = [], 0
    for personal in places:
        parts += [text[at : personal.start], by(personal)]
        at = personal.end
    return "".join([*parts, text[at:]])


def normal(personal: Personal) -> str:
    """Give a value in the one spelling that all ways of writing it have in common."""
    if personal.kind == "name":
        return re.sub(r"\W+", " ", names.folded(personal.value))
    if personal.kind in ("email", "account"):
        return address(personal.value).lower()
    bare = re.sub(r"\W", "", personal.value.translate(_PLAIN)).upper()
    if personal.kind == "phone":
        return re.sub(r"^(?:00?)?(?:55(?=\d{10,11}$))?", "", bare)
    return bare


def address(value: str) -> str:
    """Give an e-mail address as it is written, also where it was spelled out: `ana arroba casa ponto com`."""
    written = re.sub(rf"{_SPELLED_AT}| @ ", "@", value, flags=re.IGNORECASE)
    for sign, words in _SIGNS.items():
        written = re.sub(f" (?:{words}) ", sign, written, flags=re.IGNORECASE)
    return written


def _without(text: str, taken: list[Personal]) -> str:
    """Blot out what was found already; every other character keeps its place."""
    parts, at = [], 0
    for personal in sorted(taken, key=lambda personal: personal.start):
        parts += [text[at : personal.start], "\0" * (personal.end - personal.start)]
        at = personal.end
    return "".join([*parts, text[at:]])


_DIGIT = re.compile("[0-9]")
Span = tuple[int, int]
Search = Callable[[str], Iterator[Span]]

_SIGNS = {
    ".": "dot|ponto",
    "-": "dash|hyphen|h[ií]fen|tra[cç]o",
    "_": "underscore|underline|sublinhado",
}
"""Of an address, and the words that it is told by."""

_SIGN = f" (?:{'|'.join(_SIGNS.values())}) "
_BRACKETED_AT = r" ?[(\[{] ?(?:at|arroba|@) ?[)\]}] ?"
_SPELLED_AT = rf"(?:{_BRACKETED_AT}| (?:at|arroba) )"
_AT = re.compile(rf"@|arroba|[(\[{{] ?at|{_SIGN}", re.IGNORECASE)
_PART = r"[\w%+-][\w.%+'-]{0,127}"
_DOMAIN = r"(?:[^\W_](?:[\w-]{0,62})\.){1,8}[^\W\d_]{2,24}(?![\w-])"
_LABEL = rf"[\w-]{{1,63}}(?: (?:{_SIGNS['-']}) [\w-]{{1,63}}){{0,3}}"
_DOT = f" (?:{_SIGNS['.']}) "
_SPELLED = rf"{_LABEL}(?:{_DOT}{_LABEL}){{0,3}}{_DOT}[^\W\d_]{{2,24}}"
# Who says one sign of it says them all; in "no ponto ana@casa.com" a place is meant.
_TOLD = rf"(?!(?:n?o|ao|do|um|esse|este|the) ){_PART}(?:{_SIGN}{_PART}){{1,8}}"
_WRITTEN = rf"{_PART}(?: (?:dot|underscore) {_PART}){{0,8}}"
_EMAIL = re.compile(
    r"(?<![\w.%+-])(?<!\w')(?:"
    rf"{_TOLD}{_SPELLED_AT}(?:{_DOMAIN}|{_SPELLED})"
    rf"|{_WRITTEN} ?@ ?{_DOMAIN}"
    rf"|{_PART}(?:(?:@| @ |{_BRACKETED_AT}| arroba )(?:{_DOMAIN}|{_SPELLED})| at {_SPELLED}))",
    re.IGNORECASE,
)
_CARD = re.compile(
    r"(?<![0-9])(?:"
    r"([0-9]{4}([ .-]|  | - )[0-9]{4}\2[0-9]{4}\2[0-9]{1,4})(\2[0-9]{1,3})?"
    r"|[0-9]{4}[ .-][0-9]{6}[ .-][0-9]{4,5}"
    r"|[0-9]{8}[ .-][0-9]{8}"
    r"|[0-9]{13,19}"
    r")(?![0-9])"
)
# Since July 2026 the first twelve characters of a CNPJ may be letters as well.
_CNPJ = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"[A-Za-z0-9]{2}\.?[A-Za-z0-9]{3}\.?[A-Za-z0-9]{3}/?[A-Za-z0-9]{4}[-.]?[0-9]{2}"
    r"|[0-9]{2}[ .-][0-9]{3}[ .-][0-9]{3} ?[ /.-] ?[0-9]{4} ?[ .-] ?[0-9]{2}"
    r")(?![A-Za-z0-9])"
)
_CPF = re.compile(r"(?<![0-9])[0-9]{3}[. -]?[0-9]{3}[. -]?[0-9]{3}(?:[-. /]| - )?[0-9]{2}(?![0-9])")
_CEP = re.compile(
    r"(?<![\w.-])[0-9]{2}\.?[0-9]{3}-[0-9]{3}(?![\w-])"
    r"|(?i:(?<![^\W_])cep\b[^0-9\n]{0,12}?(?P<told>[0-9]{2}\.?[0-9]{3} ?-? ?[0-9]{3})(?![0-9]))"
)
_POSTCODE = re.compile(
    r"(?<![\w-])(?:[A-Z]{1,2}[0-9][A-Z0-9]? [0-9](?![GTMK]B)[ABD-HJLNP-UW-Z]{2}"  # United Kingdom
    r"|[ABCEGHJ-NPRSTVXY][0-9][A-Z][ -][0-9][A-Z][0-9])(?![\w-])"  # Canada
    r"|(?<=, )[A-Z]{2} [0-9]{5}(?:-[0-9]{4})?(?![\w-])"  # United States, behind the town
    r"|(?i:(?<![^\W_])(?:zip|zip ?code|post(?:al)? ?code|c[oó]d(?:igo)?\.? postal|plz|eircode)\b"
    r"[^\w\n]{0,3}(?:(?:is|é|of|number|no)[^\w\n]{1,3})?"
    r"(?P<told>[0-9]{3,6}(?:[ -][0-9]{3,4})?|[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}"
    r"|[A-Z][0-9][A-Z0-9] ?[0-9A-Z]{3,4})(?![\w-]))"
)
_PHONE = re.compile(
    r"(?<![\w+])(?:"
    r"\+[0-9](?:[ .\-()/]{0,2}[0-9]){7,14}"  # with the country's code
    r"|(?:00)?55[ .-]?\(?[1-9][0-9]\)?[ .-]?9[ .-]?[0-9]{4}[ .-]?[0-9]{4}"  # Brazil's without its plus
    r"|(?:\( ?0?[0-9]{2} ?\)|0?[1-9][0-9])[ .-]{0,2}9[ .-]?[0-9]{4}[ .-]?[0-9]{4}"  # Brazil, mobile
    r"|(?:\( ?0?[0-9]{2} ?\) ?|0?[1-9][0-9][ .-])[2-5][0-9]{3}[ .-]?[0-9]{4}"  # Brazil, landline
    r"|9[0-9]{4}-[0-9]{4}"  # Brazil, without area
    r"|(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}[ .-])[0-9]{3}[ .-][0-9]{4}"  # North America
    r"|07[0-9]{9}"  # United Kingdom, mobile
    r"|0[0-9]{2,4}[ -][0-9]{3,4}[ -]?[0-9]{3,4}"  # elsewhere, with a zero for long distance
    r")(?![\w-])"
)
_TOLD_PHONE = re.compile(
    r"(?<![^\W_])(?:(?:tele)?fone|tel|cel|celular|zap|whats(?:app)?|wpp|wats|phone|mobile|cell)\b"
    r"[^\w\n]{0,3}(?:(?:é|e|is|number|no|nº)[^\w\n]{1,3}){0,2}"
    r"(?P<told>\(?[0-9](?:[ .()-]{0,2}[0-9]){7,12})(?![\w-])",
    re.IGNORECASE,
)


def _matches(pattern: re.Pattern[str]) -> Search:
    """Give the search for a form that is sure by itself, or behind a word that says what it is."""
    cued = "told" in pattern.groupindex

    def search(text: str) -> Iterator[Span]:
        for match in pattern.finditer(text):
            yield match.span("told") if cued and match["told"] else match.span()

    return search


@lru_cache(maxsize=1024)
def _of(known: Known) -> tuple[tuple[Kind, Search], ...]:
    """Give the searches for what is known of a person."""
    accounts = _given((*filter(_telling, known.accounts), *known.told))
    return (
        *((("account", _matches(accounts)),) if accounts else ()),
        *((("name", partial(names.spans, names=known.names)),) if known.names else ()),
    )


def _telling(account: str) -> bool:
    return len(account) >= (LEAST_NUMBER if account.isdigit() else LEAST_ACCOUNT)


def _given(values: tuple[str, ...]) -> re.Pattern[str] | None:
    """Give what finds these values."""
    longest = "|".join(map(re.escape, sorted(set(values), key=len, reverse=True)))
    return (
        re.compile(rf"(?<!\w)(?<!\d[.-])(?:{longest})(?!\w|[.-]\d)", re.IGNORECASE)
        if values
        else None
    )


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
    numbers = [ord(character) - 48 for character in value.upper() if character.isalnum()]
    if len(set(numbers)) == 1:
        return False
    for place, weighing in ((-2, weights), (-1, (weights[0] + 1, *weights))):
        total = sum(
            number * weight for number, weight in zip(numbers[:place], weighing, strict=True)
        )
        if numbers[place] != (0 if total % 11 < 2 else 11 - total % 11):
            return False
    return True


LEAST_ACCOUNT, LEAST_NUMBER = 4, 6
"""Signs of an address that is looked for because it was given, and of a plain number: a year has four."""

_CARD_LENGTHS = {2: (16,), 3: (14, 15, 16), 4: (13, 16, 19), 5: (16,), 6: (16, 17, 18, 19)}
"""By the first digit, which says whose card it is."""

_ADDRESSES: tuple[tuple[Kind, Search], ...] = (("email", _matches(_EMAIL)),)
_NUMBERS: tuple[tuple[Kind, Search], ...] = (
    ("iban", ibans.spans),
    ("card", _cards),
    ("cnpj", _cnpjs),
    ("cpf", _cpfs),
    ("cep", _matches(_CEP)),
    ("phone", _matches(_PHONE)),
    ("postcode", _matches(_POSTCODE)),
    ("phone", _matches(_TOLD_PHONE)),
)

_PLAIN = (
    dict.fromkeys((0xA0, 0x2007, 0x2009, 0x202F), " ")
    | dict.fromkeys((0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2212), "-")
    | {0xFF10 + digit: str(digit) for digit in range(10)}
    | {0xFF20: "@", 0xFF0E: ".", 0x2019: "'"}
)
"""Signs that are written in the place of plain ones, as telephones and word processors do."""
