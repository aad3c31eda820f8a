"""The arguments of a tool in what a customer wrote; what is not plainly said is left out, to be asked for.

On top of what `values` finds for any schema it reads what tools say of their parameters: options as
the description calls them, counts of what a parameter is named for, yes or no, names, and objects.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from models.embedded import (
    counting,
    labels,
    mentioned,
    nested,
    sharing,
    stating,
    vectors,
    whose,
    words,
)
from models.embedded.corrected import corrected
from models.embedded.dates import dates
from models.embedded.described import glossary_of, labelled
from models.embedded.entities import entities
from models.embedded.introduced import bare_answer
from models.embedded.lengths import in_other_unit
from models.embedded.patterns import grouped_value
from models.embedded.schemas import DEEPEST, options_of, resolved, spelled_out
from models.embedded.values import ENDS, STARTS, is_free, values

ARTICLE = re.compile(r"^(?:uma?|an?|meu|minha|my)\s+(?=[a-zà-ÿ])", re.IGNORECASE)
NONE = object()
"""What was found for an argument is no value of it after all."""

SHORT_ANSWER = 5
"""Words of an answer that may begin with an article that does not belong to it."""

Schemas = Mapping[str, dict[str, Any]]


def arguments(
    function: Mapping[str, Any], text: str, language: str, now: datetime, *, asked: str = ""
) -> dict[str, Any]:
    """Find values for a function's parameters; `asked` is the one that the text answers a question for."""
    root = function.get("parameters") or {}
    does = f"{spelled_out(str(function.get('name', '')))} {function.get('description', '')}"
    schemas = schemas_of(root, language)
    if not is_free(schemas.get(asked, {"enum": []})):
        text = corrected(text, language, now)
    return _Reading(root, does, language, now).read(schemas, text, asked)


def schemas_of(root: Mapping[str, Any], language: str) -> dict[str, dict[str, Any]]:
    """Give the schemas of an object's properties: references followed, options under what they are called."""
    return _schemas(root, root, language, DEEPEST)


def _schemas(
    schema: Mapping[str, Any], root: Mapping[str, Any], language: str, deeper: int
) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for name, given in schema.get("properties", {}).items():
        one = labelled(resolved(given, root), language)
        if "properties" in one:
            inside = _schemas(one, root, language, deeper - 1) if deeper else {}
            one = {**one, "properties": inside}
        found[name] = one
    return found


class _Reading:
    """Reads for one tool, which does what `does` says."""

    def __init__(self, root: Mapping[str, Any], does: str, language: str, now: datetime) -> None:
        self._required = [str(name) for name in root.get("required", [])]
        self._does, self._language, self._now = does, language, now

    def read(self, schemas: Schemas, text: str, asked: str) -> dict[str, Any]:
        plain = {name: one for name, one in schemas.items() if "properties" not in one}
        called = {} if asked else whose.called(schemas, text, self._language)
        for name in called.values():  # "Rua Sete de Setembro" is no day
            text = text.replace(name, "", 1)
        found = values(plain, text, self._language, self._now, asked=asked) | called
        for name in found.keys() - {asked}:
            if is_free(schemas[name]) and whose.is_street(name, schemas[name]):
                found[name] = re.split(r",\s*(?!\d)", found[name])[0]
        found |= {
            name: value for name, value in self._periods(schemas, text).items() if name != asked
        }
        found = self._counted(schemas, found, text, asked)
        self._share(schemas, found, text, asked)
        shared = {name for names in sharing.groups(schemas) for name in names if name != asked}
        for name, schema in schemas.items():
            if name in shared:
                continue
            value = self._more(name, schema, schemas, found.get(name), text, name == asked)
            if value is NONE:
                found.pop(name, None)
            elif value is not None:
                found[name] = value
        self._answered(schemas, found, text, asked)
        if not asked or "properties" in schemas.get(asked, {}):
            whose.mentioned_names(schemas, found, text, self._language, self._does)
        return {name: found[name] for name in schemas if name in found}

    def _share(self, schemas: Schemas, found: dict[str, Any], text: str, asked: str) -> None:
        """Leave an option to the one of several arguments that it is told to be for."""
        for names in sharing.groups(schemas):
            told = sharing.shared_out(names, schemas, text, self._language, asked)
            for name in names:
                if name != asked:
                    found.pop(name, None)
            found |= told

    def _more(
        self,
        name: str,
        schema: dict[str, Any],
        schemas: Schemas,
        found: Any,
        text: str,
        asked: bool,
    ) -> Any:
        """Give a value that is read by what the schema says of itself; None where there is none."""
        if "properties" in schema:
            return nested.filled(schema, text, self._part, asked=asked)
        kind = schema.get("type", "string")
        if kind == "array" and options_of(schema):
            return self._several(schema, text) or (NONE if found else None)
        if options_of(schema) and found is not None:
            value = self._affirmed(schema, text, found)
            return NONE if value is None else value
        if found is not None:
            return self._bare(name, found, schema, text) if asked else None
        if options_of(schema):
            return self._option(schema, text, asked)
        if kind == "boolean":
            return stating.stated(name, schema, text, self._language, self._does)
        if kind in ("integer", "number") and asked:
            return counting.counted(name, schema, schemas, text, self._language, asked=asked)
        if "pattern" in schema:
            return grouped_value(schema["pattern"], text if asked else _behind_name(name, text))
        return None

    def _counted(
        self, schemas: Schemas, found: dict[str, Any], text: str, asked: str
    ) -> dict[str, Any]:
        """Give each number to what it counts; one that counts something else is no value."""
        counts = {
            name: counting.counted(name, schemas[name], schemas, text, self._language, asked=False)
            for name in counts_of(schemas) if name != asked
        }  # fmt: skip
        told = {
            name: count for name, count in counts.items()
            if count is not None and not self._has_rival(count, schemas[name], text)
        }  # fmt: skip
        claimed = [*told.values()]
        kept = {
            name: value for name, value in found.items()
            if name not in counts or name in told or not (
                value in claimed
                or self._has_rival(value, schemas[name], text)
                or counting.is_of_another(value, name, schemas[name], text, self._language)
                or counting.counts_other(value, name, schemas[name], text, self._language)
            )
        }  # fmt: skip
        found = kept | told
        if asked in counts_of(schemas) and asked in found:  # one number is no two values
            found = {
                name: value for name, value in found.items()
                if name not in told or value != found[asked]
            }  # fmt: skip
        return found

    def _has_rival(self, count: float, schema: dict[str, Any], text: str) -> bool:
        """Say whether another number that counts nothing may be meant: "it is at 28 degrees, put 22"."""
        busy = [
            span for span in entities(text, self._language, self._now)
            if span.kind not in ("number", "code")
        ]  # fmt: skip
        return count in counting.rivalled(text, schema, busy, self._language)

    def _answered(self, schemas: Schemas, found: dict[str, Any], text: str, asked: str) -> None:
        """Leave out an answer that is a part of the number asked for, and read one in another unit."""
        schema = schemas.get(asked, {})
        if asked in found and is_free(schema) and stating.is_unsure(text, self._language):
            del found[asked]
        if asked not in counts_of(schemas):
            return
        other, count = in_other_unit(asked, schema, text, self._language)
        if other or counting.is_part(found.get(asked), text, self._language):
            found.pop(asked, None)
        if count is not None:
            found[asked] = count

    def _part(self, schemas: Schemas, text: str, asked: bool) -> dict[str, Any]:
        return values(schemas, text, self._language, self._now)

    def _bare(self, name: str, value: Any, schema: dict[str, Any], text: str) -> Any:
        """Give an answer in free words without what only leads to it."""
        is_place = is_free(schema) and mentioned.kind_of(name, schema) == "place"
        if is_place and (place := mentioned.place_in(text, self._language)):
            return place
        if not isinstance(value, str) or not is_free(schema) or len(value.split()) > SHORT_ANSWER:
            return None
        return ARTICLE.sub("", bare_answer(value, self._language)) or None

    def _option(self, schema: dict[str, Any], text: str, asked: bool) -> Any:
        """Give the option that is meant in the text, or in its rough English."""
        options, called = options_of(schema), schema.get("x-labels", {})
        for said in self._ways(text):
            span = labels.value_meant(options, called, said, self._language, asked=asked)
            if span is not None:
                return self._affirmed(schema, said, span.value)
        return self._affirmed(schema, text, None)

    def _affirmed(self, schema: dict[str, Any], text: str, found: Any) -> Any:
        """Give the option of what denies nothing: "no more afternoons, I want mornings".

        An option that is itself a denial, "no sound", stays.
        """
        called = schema.get("x-labels", {})
        told = (one for each in called.get(str(found), {}).values() for one in each)
        if found is not None and any(stating.denies(str(one), self._language) for one in told):
            return found
        clauses = re.split(r"[,;.!?]", text)
        kept = [one for one in clauses if not stating.denies(one, self._language)]
        left = text if len(kept) == len(clauses) else ", ".join(kept)
        options = options_of(schema)
        if not kept and found is not None:  # "not luxury please"
            left = stating.undenied(text, self._language)
            return found if labels.value_meant(options, called, left, self._language) else None
        if len(labels.rivals(options, called, left, self._language)) > 1:
            return None
        span = labels.value_meant(options, called, left, self._language) if left != text else None
        return found if span is None else span.value

    def _several(self, schema: dict[str, Any], text: str) -> list[Any]:
        options, called = options_of(schema), schema["items"].get("x-labels", {})
        found = [
            one for said in self._ways(stating.undenied(text, self._language))
            for one in labels.values_meant(options, called, said, self._language)
        ]  # fmt: skip
        return [option for option in options if option in found]

    def _ways(self, text: str) -> list[str]:
        glossary = glossary_of(self._language)
        if words.base(self._language) == vectors.READ or glossary is None:
            return [text]
        clauses = re.split(r"([,;.!?])", text)
        return [
            text,
            "".join(
                one if one in ",;.!?" else f" {glossary.english(words.words(one))}"
                for one in clauses
            ),
        ]

    def _periods(self, schemas: Schemas, text: str) -> dict[str, Any]:
        """Read two dates for a first and a last day, in the order of time."""
        ends = period_of(schemas)
        if ends is None:
            return {}
        spans = dates(text, self._language, self._now)
        told = sorted({span.value for span in spans})
        if len(told) != 2 or any(span.doubt for span in spans):
            return {}
        return dict(zip(ends, told, strict=True))


def counts_of(schemas: Schemas) -> list[str]:
    """Give the arguments that are numbers of any size."""
    numeric = ("integer", "number")
    return [
        name for name, one in schemas.items() if one.get("type") in numeric and "enum" not in one
    ]


def _behind_name(name: str, text: str) -> str:
    """Give the figures that stand right behind the name of an argument: "CEP 40140-110"."""
    called = re.escape(words.folded(spelled_out(name)))
    behind = re.search(
        rf"(?<!\w){called}\W+(?:(?:e|is|o|nº|no|number)\W+)?(?P<said>\d[\d .-]*\d)",
        words.flat(text),
    )
    return behind["said"] if behind else ""


def period_of(schemas: Schemas) -> tuple[str, str] | None:
    """Give the two arguments that are the first and the last day of something, if there are two dates."""
    days = [name for name, schema in schemas.items() if schema.get("format") == "date"]
    if len(days) != 2:
        return None
    first, last = ({*words.words(spelled_out(name)), words.folded(name)} for name in days)
    starts, ends = STARTS | {"pickup", "leaving"}, ENDS | {"departure", "return"}
    if first & starts and last & ends:
        return days[0], days[1]
    return (days[1], days[0]) if last & starts and first & ends else None


def after_start(
    function: Mapping[str, Any], schemas: Schemas, found: Mapping[str, Any], text: str, language: str,
    now: datetime, asked: str,
) -> dict[str, Any]:  # fmt: skip
    """Read the answer to a question for the last day from the first day on: "Sunday" after a Friday."""
    ends = period_of(schemas)
    if ends is None or asked != ends[1] or not all(name in found for name in ends):
        return {}
    if found[asked] >= found[ends[0]]:
        return {}
    day = datetime.combine(date.fromisoformat(found[ends[0]]), now.timetz())
    again = arguments(function, text, language, day, asked=asked)
    return {asked: again[asked]} if asked in again else {}


def without_past_end(
    found: dict[str, Any], schemas: Schemas, fresh: Sequence[str]
) -> dict[str, Any]:
    """Leave out a last day before the first one, that of the two that was said later."""
    ends = period_of(schemas)
    if ends is None or not all(name in found for name in ends) or found[ends[0]] <= found[ends[1]]:
        return found
    dropped = ends[1] if ends[1] in fresh or ends[0] not in fresh else ends[0]
    return {name: value for name, value in found.items() if name != dropped}


__all__ = ["arguments", "period_of", "schemas_of", "without_past_end"]
