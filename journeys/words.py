"""What the interpreter says by itself, in each language, and how it writes values for a customer."""

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from string import Template
from typing import Any

from core.workspace import Text, read_yaml, said
from journeys import places
from journeys.model import Journey, Slot

BUTTONS = {"pt-BR": ("Sim", "Não"), "en": ("Yes", "No")}
WEEKDAYS = {
    "pt-BR": (
        "segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado", "domingo",
    ),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}  # fmt: skip
PARTS = {"pt-BR": ("manhã", "tarde", "noite"), "en": ("morning", "afternoon", "evening")}
ISO_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
MOST_CHOICES = 12
"""Values of an enum that are shown as buttons; more help nobody."""

OPTIONS_NAMED = 5
"""Choices that are named in the question, however long they are."""

NAMED_CHARACTERS = 320
"""As many more are named as there is room for; what is left out is counted, and stands on buttons."""


@cache
def _texts() -> dict[str, Text]:
    return read_yaml(Path(__file__).with_name("interpreter.yaml"))


def say(key: str, language: str, **values: str) -> str:
    """Give one of the interpreter's own sentences."""
    return Template(said(_texts()[key], language)).substitute(values).strip()


def yes_no(language: str) -> tuple[str, ...]:
    """Give the buttons of a yes or no."""
    return BUTTONS.get(language, BUTTONS["en"])


def question(name: str, slot: Slot, language: str) -> str:
    """Give the question for a slot; one without a question of its own asks for what it is."""
    asked = said(slot.ask, language)
    return asked or say(
        "ask", language, what=str(slot.schema_.get("description") or name).rstrip(".")
    )


def with_options(text: str, labels: list[str], language: str) -> str:
    """Give a question with its choices."""
    named = labels[:OPTIONS_NAMED]
    for label in labels[OPTIONS_NAMED:]:
        if len("; ".join([*named, label])) > NAMED_CHARACTERS:
            break
        named.append(label)
    listed, left = "; ".join(named), len(labels) - len(named)
    if left:
        return say("options_more", language, question=text, labels=listed, count=str(left))
    return say("options", language, question=text, labels=listed)


def either(text: str, labels: list[str], language: str) -> str:
    """Give a question with the two or three values of which her words mean one."""
    listed = say("or", language, first=", ".join(labels[:-1]), last=labels[-1])
    return say("either", language, question=text, labels=listed)


def reading(value: Any, language: str) -> dict[str, Any]:
    """Give a value that her words may mean as a choice: `{value, label, also}`."""
    said = str(value)
    if re.fullmatch(r"\d\d:\d\d", said):
        return {"value": value} | _hour(said, language)
    if ISO_MOMENT.match(said):
        day, hour = reading(said[:10], language), _hour(said[11:16], language)
        label = say("at", language, day=day["label"], time=hour["label"])
        return {"value": value, "label": label, "also": hour["also"]}
    if not places.ISO_DATE.fullmatch(said):
        return {"value": value, "label": places.written(value, language)}
    day = date.fromisoformat(said)
    name = WEEKDAYS.get(language, WEEKDAYS["en"])[day.weekday()]
    return {"value": value, "label": f"{name}, {places.written(said, language)}"}


def _hour(said: str, language: str) -> dict[str, str]:
    """Write a time of day so that morning and evening differ."""
    hour, minute = map(int, said.split(":"))
    part = PARTS.get(language, PARTS["en"])[0 if hour < 12 else 1 if hour < 18 else 2]
    if language != "en":
        return {"label": said, "also": part}
    label = f"{hour % 12 or 12}:{minute:02} {'am' if hour < 12 else 'pm'}"
    return {"label": label, "also": f"{part} {said}"}


def choices(slot: Slot, language: str) -> list[str]:
    """Give how a customer calls the values of an enum, in its order; `[]`: none, or too many."""
    values = slot.schema_.get("enum", [])
    if len(values) > MOST_CHOICES:
        return []
    return [label(slot, value, language) for value in values]


def label(slot: Slot, value: Any, language: str) -> str:
    """Give how a customer calls a value."""
    return said(slot.labels.get(str(value), {}), language) or places.written(value, language)


def help_for(slot: Slot, language: str, labels: list[str]) -> str:
    """Give help on the second try: what an answer looks like, and that a person can be had."""
    schema = slot.schema_
    if labels:
        hint = ""  # the question names them already
    elif choices(slot, language):
        hint = say("help_choice", language, choices="; ".join(choices(slot, language)))
    elif schema.get("format") == "attachment":
        hint = say("help_attachment", language)
    elif schema.get("format") == "date":
        hint = say("help_date", language)
    elif schema.get("type") in ("number", "integer"):
        hint = say("help_number", language)
    elif form := example(schema):
        hint = say("help_form", language, form=form)
    else:
        hint = ""
    return " ".join(part for part in (hint, say("help_person", language)) if part)


def example(schema: Mapping[str, Any]) -> str:
    """Give an example of a value, from the schema's own, or made from a simple pattern; else nothing."""
    if given := schema.get("examples"):
        return str(given[0])
    return _from_pattern(str(schema.get("pattern", "")))


def _from_pattern(pattern: str) -> str:
    """Make a value of a simple pattern: literal signs and counted digits or letters."""
    simple = pattern.strip("^$")
    piece = r"(?:\[0-9\]|\\d|\[A-Z\]|\[a-z\]|[A-Za-z0-9]|\\?[-./])(?:\{(\d+)\}|\?)?"
    if not simple or not re.fullmatch(f"(?:{piece})+", simple):
        return ""
    made = ""
    digit = 0
    for match in re.finditer(piece, simple):
        text = match.group(0)
        for _ in range(int(match.group(1) or 1)):
            if text.startswith(("[0-9]", "\\d")):
                digit = digit % 9 + 1
                made += str(digit)
            elif text.startswith("["):
                made += "A" if "A" in text[:5] else "a"
            else:
                made += text.removesuffix("?").lstrip("\\")[:1]
    return made


def known(
    journey: Journey, slots: Mapping[str, Any], results: Mapping[str, Any], language: str
) -> dict[str, Any]:
    """Give what texts may name: slots as customers call their values, and results."""
    named = {
        name: label(journey.slots[name], value, language)
        if name in journey.slots and journey.slots[name].labels
        else value
        for name, value in slots.items()
    }
    return {**named, **results}


def clause(proposal_preview: str) -> str:
    """Give a preview as the end of a sentence of ours: without its full stop."""
    return proposal_preview.strip().rstrip(".;")


def names_amount(text: str, amount: float) -> bool:
    """Say whether a text names an amount already, in whatever way it is written."""
    for written in re.findall(r"\d[\d.,]*", text):
        digits = written.rstrip(".,")
        whole, cents = digits, ""
        if match := re.fullmatch(r"(.*)[.,](\d{1,2})", digits):
            whole, cents = match.groups()
        plain = re.sub(r"\D", "", whole)
        if plain and abs(float(f"{plain}.{cents or 0}") - amount) < 0.005:
            return True
    return False
