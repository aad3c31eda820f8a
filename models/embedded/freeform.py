"""Whether words may be the value of a free slot: an address looks like one, whatever else was said."""

import re
from functools import cache
from typing import Any

from models.embedded import expected, splitting, words
from models.embedded.courtesy import is_courtesy
from models.embedded.spans import Span
from models.embedded.spelling import listening

MARKS = " ,;.:-–—|/\n"
NUMBERED = re.compile(r"(?<![\w-])\d\w*(?:\s+[^\s,]+){0,3}\s*$")
OF = frozenset(("de", "da", "do", "das", "dos", "of", "the", "e"))
"""Small words within the name of a street."""

LEAD_WORDS = 2
"""Words left beside other values that only lead to them: "the code is 24020-100"."""


def misses(name: str, schema: dict[str, Any], text: str) -> bool:
    """Say whether a text is plainly no value of a free slot, by its name, description and examples."""
    if is_address(name, schema) and not like_address(text):
        return True
    examples = [str(example) for example in schema.get("examples", [])]
    numbered = bool(examples) and all(any(map(str.isdigit, example)) for example in examples)
    return numbered and not any(map(str.isdigit, text))


def is_address(name: str, schema: dict[str, Any]) -> bool:
    """Say whether a slot holds an address, by its name or description."""
    told = (str(schema.get(key, "")) for key in ("description", "title"))
    about = set(words.words(" ".join((name.replace("_", " "), *told))))
    return bool(about & {words.folded(hint) for hint in words.load("values")["hints"]["address"]})


def like_address(text: str) -> bool:
    """Say whether a text has what addresses have: a number, or the name of a kind of street."""
    return any(map(str.isdigit, text)) or _street(text)


def address_in(text: str) -> str:
    """Give the address that stands in a text which nobody asked for one; empty: none for sure."""
    flat = words.flat(text)
    kinds = words.pattern(*words.load("values")["streets"])
    street = next((match for match in kinds.finditer(flat) if _is_named(match, text, flat)), None)
    number = re.search(r"(?<![\w-])\d", text)
    if street is None or number is None:  # the digits of a code are those of no house
        return ""
    first = min(street.start(), number.start())
    return text[first:].strip(MARKS)


def _is_named(street: re.Match[str], text: str, flat: str) -> bool:
    """Say whether a kind of street has a name: "a hole in the road at" has none."""
    behind = re.match(r"\s+([a-z]+)", flat[street.end() :])
    led = behind is not None and behind[1] in words.function_words(("pt", "en")) - OF
    return text[street.start()].isupper() or not led


def alone(address: str, language: str) -> str:
    """Give an address without what is asked or wanted after it: "..., Niterói, and when does it come"."""
    kept, numbered = "", False
    for clause in splitting.clauses(address, language):
        said = splitting.bare(clause.text, language)
        asks = words.is_question(said, language) or _wishes(language).search(words.flat(said))
        asks = asks or expected.asked(said, language)
        if numbered and asks and not any(map(str.isdigit, said)):
            break
        kept += clause.text
        numbered = numbered or any(map(str.isdigit, said))
    kept = kept.strip(MARKS)
    for joint in ("e", "and"):  # it joined what is left out
        kept = kept.removesuffix(f" {joint}").strip(MARKS)
    return kept


@cache
def _wishes(language: str) -> re.Pattern[str]:
    lists = words.load("agreement")
    return words.pattern(*map(str, lists.get(words.base(language), lists["en"])["asks"]))


def address_said(text: str, language: str) -> str:
    """Give the address in a sentence that says it, "what I meant was ...", without what leads to it.

    Empty where no street and number stand there, or what stands before them may belong to the address.
    """
    street = words.pattern(*words.load("values")["streets"]).search(words.flat(text))
    if street is None or not any(map(str.isdigit, text)):
        return ""
    numbered = NUMBERED.search(text[: street.start()])  # "12 Baker Street"
    first = numbered.start() if numbered else street.start()
    before = text[:first].rstrip()
    lead = words.words(before)
    leads = not lead or before[-1:] in ":—–" or lead[-1] in words.function_words((language,))
    if any(map(str.isdigit, before)) or not leads:
        return ""
    said = text[first:].strip(MARKS)
    head, mark, last = said.rpartition(",")
    return head.strip(MARKS) if mark and is_courtesy(_mended(last, language), language) else said


def _mended(text: str, language: str) -> str:
    """Give a text with its slips mended, as courtesies have them."""
    listed = words.load("courtesies").get(words.base(language), {}).get("closing", ())
    told = frozenset(words.words(" ".join(listed)))
    return listening(told, language).text(text)


def without(text: str, spans: list[Span]) -> str:
    """Give what is left of a text beside other values; nothing, where the rest only leads to them."""
    if not spans:
        return text
    left, at = "", 0
    for span in sorted(spans, key=lambda span: span.start):
        left += text[at : span.start].rstrip(MARKS) + ", "
        at = span.end
    left += text[at:].lstrip(MARKS)
    left = _INTRODUCING.sub("", left.strip(MARKS)).strip(MARKS)
    left = re.sub(r"(?:^(?:e|and)\s+|\s+(?:e|and|for|of|to|on|para|do|da|no|na)$)", "", left).strip(
        MARKS
    )
    return left if len(words.words(left)) > LEAD_WORDS or any(map(str.isdigit, left)) else ""


def _street(text: str) -> bool:
    return words.pattern(*words.load("values")["streets"]).search(words.flat(text)) is not None


_INTRODUCING = re.compile(
    r"(?:^|[,;.\s])(?:e\s+)?(?:o\s+|and\s+|the\s+|my\s+|meu\s+)?"
    r"(?:cep|c[oó]digo postal|postal code|zip(?: code)?|postcode)(?:\s*(?:e|é|is|:))?\s*(?=$|,)",
    re.IGNORECASE,
)
