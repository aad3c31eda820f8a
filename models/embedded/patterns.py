"""Values of a regular expression in free text: tolerant of case, spaces, and a missing prefix.

`A-[0-9]{4}` finds "a 1042" and "A1042"; and "1042" where it stands alone and no other such number does.
"""

import re
from functools import cache, lru_cache
from re import _constants as sre  # pyright: ignore[reportAttributeAccessIssue]
from re import _parser as parser  # pyright: ignore[reportAttributeAccessIssue]
from typing import Any

from models.embedded import words
from models.embedded.spans import Span, apart

SEPARATORS = "-./ _"
BEFORE = r"(?<![^\W_])(?<![\w][-./])"
AFTER = r"(?![^\W_])(?![-./][\w])"
NUMBERED = r"(?:(?<![\w.,/:$+-])|(?<=\bno)|(?<=\bno )|(?<=#)|(?<=:))"


@lru_cache(maxsize=512)
def _tolerant(pattern: str) -> tuple[re.Pattern[str], re.Pattern[str] | None, Any] | None:
    """Give a pattern that forgives form, one for the number alone if that says all, and the elements."""
    try:
        elements = _elements(pattern)
    except (re.error, ValueError, RecursionError):
        return None
    if elements is None:
        return None
    lenient = re.compile(
        BEFORE + "".join(_lenient(kind, given) for kind, given in elements) + AFTER
    )
    letters = [at for at, (kind, _) in enumerate(elements) if kind == "letters"]
    digits = [at for at, (kind, given) in enumerate(elements) if kind == "class" and given[1]]
    alone = None
    # Only fixed letters may be left out: a letter that varies cannot be made up.
    fixed = all(kind != "class" or given[1] for kind, given in elements)
    if letters and digits and fixed and letters[0] < digits[0]:
        kept = [element for element in elements if element[0] != "letters"]
        while kept and kept[0][0] == "mark":
            kept = kept[1:]
        inner = "".join(_lenient(kind, given) for kind, given in kept)
        alone = re.compile(NUMBERED + inner + r"(?![\w/:%-]|[.,]\d)")
    return lenient, alone, elements


def _elements(pattern: str) -> list[tuple[str, Any]] | None:
    """Take a pattern apart into fixed letters, marks, and classes of signs; None: not that simple."""
    found: list[tuple[str, Any]] = []
    for operation, argument in parser.parse(_bare(pattern)):
        if operation == sre.LITERAL:
            sign = chr(argument)
            found.append(
                ("mark" if sign in SEPARATORS else "letters" if sign.isalpha() else "sign", sign)
            )
        elif operation == sre.MAX_REPEAT:
            least, most, inner = argument
            if len(inner) != 1:
                return None
            most = 64 if most == sre.MAXREPEAT else int(most)
            if inner[0][0] == sre.LITERAL and chr(inner[0][1]) in SEPARATORS:
                found.append(("mark", chr(inner[0][1]) if least else ""))
                continue
            signs = _signs(inner[0])
            if signs is None:
                return None
            found.append(("class", (signs[0], signs[1], int(least), most)))
        elif (signs := _signs((operation, argument))) is not None:
            found.append(("class", (signs[0], signs[1], 1, 1)))
        elif operation != sre.AT:
            return None
    return found


def _signs(node: Any) -> tuple[str, bool] | None:
    """Give the inside of a character class for folded text, and whether it is digits only."""
    operation, argument = node
    if operation == sre.LITERAL:
        sign = chr(argument)
        return re.escape(sign.lower()), sign.isdigit()
    if operation != sre.IN:
        return None
    inside, digits = "", True
    for kind, given in argument:
        if kind == sre.RANGE:
            low, high = chr(given[0]).lower(), chr(given[1]).lower()
            inside += f"{re.escape(low)}-{re.escape(high)}"
            digits &= low.isdigit() and high.isdigit()
        elif kind == sre.LITERAL:
            inside += re.escape(chr(given).lower())
            digits &= chr(given).isdigit()
        elif kind == sre.CATEGORY and given == sre.CATEGORY_DIGIT:
            inside += "0-9"
        elif kind == sre.CATEGORY and given == sre.CATEGORY_WORD:
            inside, digits = inside + "a-z0-9", False
        else:
            return None
    return inside, digits


def _lenient(kind: str, given: Any) -> str:
    if kind == "mark":
        return rf"(?:\s+(?:{_called()})\s+|[\s\-–./_]{{0,2}})"
    if kind == "letters":
        return re.escape(given.lower()) + r"\s?"
    if kind == "sign":
        return re.escape(given)
    inside, _, least, most = given
    return f"([{inside}]{{{least},{most}}})"


@cache
def _called() -> str:
    """Give what marks are called when they are said: "A dash 1045"."""
    return "|".join(words.folded(mark) for mark in words.load("numbers")["marks"])


def _bare(pattern: str) -> str:
    return pattern.removeprefix("^").removesuffix("$")


@cache
def _read(pattern: str) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]] | None:
    """Give a pattern for a value alone, for one in a text, and in any letters; None if it is none."""
    within = f"{BEFORE}(?:{_bare(pattern)}){AFTER}"
    try:
        return re.compile(_bare(pattern)), re.compile(within), re.compile(within, re.IGNORECASE)
    except re.error:
        return None


def matches(pattern: str, text: str) -> list[Span]:
    """Give the values in order, each written as the pattern wants it."""
    read = _read(pattern)
    if read is None:
        return []
    strict, exact, eased = read
    found = [Span("exact", match[0], *match.span()) for match in exact.finditer(text) if match[0]]
    for match in eased.finditer(text):
        for value in (match[0], match[0].upper(), match[0].lower()):
            if value and strict.fullmatch(value):
                found.append(Span("eased", value, *match.span()))
                break
    made = _tolerant(pattern)
    flat = words.flat(text)
    if made:
        lenient, alone, elements = made
        found += _rebuilt(lenient, flat, elements, strict, "eased")
        if not found and alone:
            found += _rebuilt(alone, flat, elements, strict, "number")
    return apart(found)


def grouped_value(pattern: str, text: str) -> str | None:
    """Give the value that an answer is as a whole, its signs said in groups: "qt 118 350 442"."""
    read = _read(pattern)
    if read is None:
        return None
    runs = [
        re.sub(r"[\s.()/-]+", "", run)
        for run in re.split(r"[,;!?:]|(?<=[a-z]{3})\s|\s(?=[a-z]{4})", text)
    ]
    found = {
        way for run in runs for way in (run, run.upper()) if run and read[0].fullmatch(way)
        and any(map(str.isdigit, way))
    }  # fmt: skip
    return found.pop() if len(found) == 1 else None


def _rebuilt(
    search: re.Pattern[str], flat: str, elements: Any, strict: re.Pattern[str], kind: str
) -> list[Span]:
    """Write each match as the pattern wants it: its own letters and marks, the text's signs."""
    found = []
    for match in search.finditer(flat):
        signs = iter(match.groups())
        value = "".join(next(signs) or "" if name == "class" else given for name, given in elements)
        for way in (value, value.upper()):
            if strict.fullmatch(way):
                found.append(Span(kind, way, *match.span()))
                break
    return found
