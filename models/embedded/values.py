"""Fills JSON schemas from a text; nothing is invented, what is not plainly said is left out."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from models.embedded import coded, introduced, labels, words
from models.embedded.agreement import agreement
from models.embedded.asked import Asking, affirmed, hints_of, lists_of, named, within
from models.embedded.clock import times
from models.embedded.dates import dates, moments
from models.embedded.entities import entities
from models.embedded.money import money
from models.embedded.numbers import numbers
from models.embedded.spans import ONE_OF_TWO, Span

PERSONAL = ("email", "phone", "cpf", "cnpj", "cep")


def values(
    schemas: Mapping[str, dict[str, Any]],
    text: str,
    language: str,
    now: datetime,
    *,
    asked: str = "",
) -> dict[str, Any]:
    """Find values for JSON schemas in the text; see `models.Understanding.values`."""
    found: dict[str, Any] = {}
    kinds = {name: _kind(name, schema) for name, schema in schemas.items()}
    taken: list[Span] = []
    beside = kinds.get(asked) == "free"
    # What was asked for has the first claim on what was said; free words take what is left.
    for name in sorted(schemas, key=lambda name: (kinds[name] == "free", name != asked)):
        schema, kind = schemas[name], kinds[name]
        alone = sum(other == kind for other in kinds.values()) == 1
        asking = Asking(name, schema, text, language, now, name == asked, alone, beside)
        if "const" in schema:
            found[name] = schema["const"]
        elif schema.get("type") == "array":
            if listed := _several(asking):
                found[name] = listed
        elif (span := _one(asking, kind, taken)) is not None and _allowed(span.value, schema):
            found[name] = span.value
            taken.append(span)
    return {name: found[name] for name in schemas if name in found}


MOST_READINGS = 3
"""Readings of one text that are worth choosing from; more are asked for anew."""


def readings(
    schemas: Mapping[str, dict[str, Any]],
    text: str,
    language: str,
    now: datetime,
    *,
    asked: str = "",
) -> dict[str, list[Any]]:
    """Give, for schemas that the text gives no sure value, the two or three values it may mean."""
    kinds = {name: _kind(name, schema) for name, schema in schemas.items()}
    found: dict[str, list[Any]] = {}
    for name, schema in schemas.items():
        candidates = CANDIDATES.get(kinds[name])
        alone = sum(other == kinds[name] for other in kinds.values()) == 1
        if candidates is None or not (alone or name == asked):
            continue
        spans = candidates(Asking(name, schema, text, language, now, name == asked, alone))
        fitting = [one for one in _meant(spans, several=name == asked) if _fits(one, schema)]
        if 1 < len(fitting) <= MOST_READINGS:
            found[name] = fitting
    return found


def _meant(spans: list[Span], *, several: bool) -> list[Any]:
    """Give the values that a doubtful text may mean, or with `several` those of which it names more."""
    if spans and all(span.readings and span.readings == spans[0].readings for span in spans):
        return [*spans[0].readings]
    if several and not any(span.doubt for span in spans):
        return [*dict.fromkeys(span.value for span in spans)]
    return []


def _fits(value: Any, schema: dict[str, Any]) -> bool:
    whole = schema.get("type") != "integer" or value == int(value)
    return whole and _allowed(value, schema)


def is_free(schema: dict[str, Any]) -> bool:
    """Say whether any words are a value of the schema."""
    return _kind("", schema) == "free"


def _kind(name: str, schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return "enum"
    form = schema.get("format", "")
    if "pattern" in schema and form not in CANDIDATES:
        return f"pattern {schema['pattern']}"
    if form in ("date", "date-time", "time", "email", "attachment"):
        return form
    if form in ("uri", "url"):
        return "uri"
    type_ = schema.get("type", "string")
    if isinstance(type_, list):
        type_ = next((one for one in type_ if one != "null"), "string")
    if type_ in ("number", "integer", "boolean"):
        return type_
    about = set(words.words(f"{name.replace('_', ' ')}"))
    for kind, hints in words.load("values")["hints"].items():
        if kind in PERSONAL and about & {words.folded(hint) for hint in hints}:
            return kind
    return "free" if type_ == "string" else type_


def _one(asking: Asking, kind: str, taken: list[Span]) -> Span | None:
    finder = FINDERS.get(kind.split(" ", maxsplit=1)[0], _nothing)
    span = finder(asking, taken)
    if span is None or (kind != "free" and within(span, taken)):
        return None
    return span


def _nothing(asking: Asking, taken: list[Span]) -> Span | None:
    return None


def _enum(asking: Asking, taken: list[Span]) -> Span | None:
    options = [value for value in asking.schema["enum"] if value is not None]
    return labels.value_meant(
        options, asking.schema.get("x-labels", {}), asking.text, asking.language, asked=asking.asked
    )


def _dates(asking: Asking) -> list[Span]:
    reader: Callable[..., list[Span]] = dates
    if asking.schema.get("format") == "date-time":
        reader = moments
    return reader(asking.text, asking.language, asking.now)


UNTIL = re.compile(r"(?<![^\W_])(?:until|till|ate)\s+(?:as\s+|o\s+)?$")


def _times(asking: Asking) -> list[Span]:
    found = times(asking.text, asking.language, asked=asking.asked)
    if asking.asked or ENDS & {*asking.about.split()}:
        return found
    return [span for span in found if not UNTIL.search(words.flat(asking.text[: span.start]))]


def _personal(kind: str) -> Callable[[Asking, list[Span]], Span | None]:
    def find(asking: Asking, taken: list[Span]) -> Span | None:
        found = entities(asking.text, asking.language, asking.now)
        return _chosen([span for span in found if span.kind == kind], asking, taken)

    return find


LINK = re.compile(r"(?<!\w)(?:https?://|www\.)[^\s<>\"']*[\w/]", re.IGNORECASE)


def _link(asking: Asking, taken: list[Span]) -> Span | None:
    found = [Span("uri", match[0], *match.span()) for match in LINK.finditer(asking.text)]
    return _chosen(found, asking, taken)


def _boolean(asking: Asking, taken: list[Span]) -> Span | None:
    verdict = agreement(asking.text, asking.language) if asking.asked else None
    return None if verdict is None else Span("boolean", verdict, 0, len(asking.text))


def _numbers(asking: Asking) -> list[Span]:
    whole = asking.schema.get("type") == "integer"
    wants_money = bool(set(asking.about.split()) & hints_of("money"))
    amounts = money(asking.text, asking.language, asked=wants_money and asking.asked)
    found = numbers(asking.text, asking.language, article=asking.asked)
    if wants_money:
        found = amounts or (found if asking.asked else named(found, asking))
    else:
        busy = [span for span in entities(asking.text, asking.language, asking.now)
                if span.kind not in ({"number", "code"} if asking.asked else {"number"})]  # fmt: skip
        found = [span for span in found if not within(span, busy)]
        if not asking.asked:
            found = [span for span in found if named([span], asking) or _counts(span, asking)]
    if whole:
        found = [replace(span, value=int(span.value)) if not span.doubt else span
                 for span in found if span.doubt or span.value == int(span.value)]  # fmt: skip
    return [span for span in found if span.doubt or _allowed(span.value, asking.schema)]


def _taken_from(
    candidates: Callable[[Asking], list[Span]],
) -> Callable[[Asking, list[Span]], Span | None]:
    def find(asking: Asking, taken: list[Span]) -> Span | None:
        found = [_settled(span, asking.schema) for span in candidates(asking)]
        return _chosen(found, asking, taken)

    return find


def _settled(span: Span, schema: dict[str, Any]) -> Span:
    """Take the one of several readings that has the pattern: "at 9:30" where all is before noon.

    A least and a most rule nothing out: who says "two fifty" may well mean more than can be had.
    """
    if "pattern" not in schema or span.doubt == ONE_OF_TWO or len(span.readings) < 2:
        return span
    allowed = [value for value in span.readings if _allowed(value, schema)]
    if len(allowed) != 1:
        return span
    return replace(span, value=allowed[0], doubt="", readings=())


def _counts(span: Span, asking: Asking) -> bool:
    """Say whether a bare number is a count, where one is looked for: "two tickets", not "3 days"."""
    listed = lists_of(asking.language)
    if not asking.alone or not words.pattern(*listed["quantity"]).search(asking.about):
        return any(
            words.pattern(*other["quantity"]).search(asking.about) and asking.alone
            and not _unit(span, asking, other)
            for other in (lists_of("pt"), lists_of("en"))
        )  # fmt: skip
    return not _unit(span, asking, listed)


def _unit(span: Span, asking: Asking, listed: dict[str, list[str]]) -> bool:
    after = words.folded(asking.text[span.end :]).strip()
    return after.startswith("%") or words.pattern(*listed["units"]).match(after) is not None


HERS = re.compile(r"(?<![^\W_])(?:my|meu)\s+e-?mail(?:\s+address)?\s*(?::|is|e)?\s+$")
"""Before the address of who writes."""


def _several(asking: Asking) -> list[Any]:
    items = asking.schema.get("items", {})
    if "pattern" in items:
        spans = affirmed(coded.codes(items["pattern"], asking), asking)
        return list(dict.fromkeys(span.value for span in spans))
    if "enum" in items:
        return labels.values_meant(
            items["enum"], items.get("x-labels", {}), asking.text, asking.language
        )
    if items.get("format") == "email":
        found = entities(asking.text, asking.language, asking.now)
        spans = affirmed([span for span in found if span.kind == "email"], asking)
        hers = [span for span in spans if HERS.search(words.flat(asking.text[: span.start]))]
        spans = [span for span in spans if span not in hers] or spans
        return list(dict.fromkeys(span.value for span in spans))
    if asking.asked and items.get("type", "string") == "string":
        answer = introduced.answer(asking, asking.text)
        parts = re.split(r"\s*[,;]\s*|\s+(?:e|and|y)\s+", answer.value) if answer else []
        return [part for part in parts if part]
    return []


def _chosen(found: list[Span], asking: Asking, taken: list[Span]) -> Span | None:
    """Give the one value that is meant: the only one, or the one by whose side its name stands.

    What could be read otherwise is never taken, and beside it another has to be named.
    """
    found = affirmed(found, asking)
    if any(span.doubt for span in found):
        sure = [span for span in found if not span.doubt and not within(span, taken)]
        beside = named(sure, asking)
        return beside[0] if len({span.value for span in beside}) == 1 else None
    if not asking.alone and (role := _role(asking, found)) is not None:
        return role
    found = [span for span in found if not within(span, taken)]
    different = {span.value for span in found}
    if len(different) == 1 and (asking.alone or asking.asked):
        return found[0]
    beside = named(found, asking)
    return beside[0] if len({span.value for span in beside}) == 1 else None


STARTS = {"start", "from", "begin", "since", "check_in", "checkin", "arrival", "pickup", "departure",
          "inicio", "de", "chegada", "ida", "entrada", "retirada"}  # fmt: skip
ENDS = {"end", "to", "until", "check_out", "checkout", "return", "dropoff",
        "fim", "ate", "volta", "saida", "devolucao"}  # fmt: skip


def _role(asking: Asking, found: list[Span]) -> Span | None:
    """Give the first or second of two values where the name says which: start and end."""
    if len(found) != 2:
        return None
    said = {words.folded(asking.name), *re.split(r"[_\s]+", words.folded(asking.name))}
    if said & ENDS:
        return found[1]
    return found[0] if said & STARTS else None


def _allowed(value: Any, schema: dict[str, Any]) -> bool:
    """Say whether a value keeps the schema's bounds."""
    if isinstance(value, bool):
        return True
    if isinstance(value, int | float):
        low, high = schema.get("minimum"), schema.get("maximum")
        above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
        return (
            (low is None or value >= low) and (high is None or value <= high)
            and (above is None or value > above) and (below is None or value < below)
        )  # fmt: skip
    if isinstance(value, str):
        if schema.get("format") in CANDIDATES and "pattern" in schema:
            return re.fullmatch(schema["pattern"], value) is not None
        return schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 100_000)
    return True


CANDIDATES: dict[str, Callable[[Asking], list[Span]]] = {
    "date": _dates,
    "date-time": _dates,
    "time": _times,
    "number": _numbers,
    "integer": _numbers,
}
FINDERS: dict[str, Callable[[Asking, list[Span]], Span | None]] = {
    "enum": _enum,
    "pattern": coded.code,
    **{kind: _taken_from(candidates) for kind, candidates in CANDIDATES.items()},
    "boolean": _boolean,
    "uri": _link,
    "free": introduced.free,
    **{kind: _personal(kind) for kind in PERSONAL},
}
