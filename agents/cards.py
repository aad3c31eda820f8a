"""A specialist's card: Markdown whose front matter says what it is for, and whose body is its prompt."""

from functools import cache
from pathlib import Path
from string import Template
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict

from core.errors import WorkspaceError
from core.workspace import Autonomy, check, read_yaml
from models.embedded.bank import Switch
from models.usage import note_prompt

FORMS = Path(__file__).with_name("forms.yaml")


class Card(BaseModel):
    """The front matter of `agents/*.md`, and the body under `prompt`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    purpose: str
    intents: dict[str, dict[str, list[str]]] = {}
    """What customers say: intent, then language, then examples."""

    bank: dict[str, Switch] = {}
    """What an intent learns from the starter bank, where it is not the bank's intent of its name."""

    tools: list[str] = []
    knowledge: list[str] | bool = False
    """Tags it may search, or all."""

    autonomy: dict[str, Autonomy] = {}
    """Limits by tool, beside those of the policies; the stricter one counts."""

    prompt: str = ""

    @property
    def examples(self) -> dict[str, dict[str, tuple[str, ...]]]:
        """The intents as a `Specialist` keeps them."""
        return {
            intent: {language: tuple(said) for language, said in texts.items()}
            for intent, texts in self.intents.items()
        }


def read_card(path: Path) -> Card:
    """Read a card.

    Raises:
        WorkspaceError: no front matter, or something in it is wrong; the message names the place.
    """
    text = path.read_text("utf-8")
    parts = text.split("---\n", 2)
    if len(parts) != 3 or parts[0].strip():
        raise WorkspaceError(f"{path} should begin with front matter between two lines of '---'.")
    try:
        front: Any = yaml.safe_load(parts[1]) or {}
    except yaml.YAMLError as error:
        raise WorkspaceError(f"{path}: the front matter is not YAML: {error}") from error
    if not isinstance(front, dict):
        raise WorkspaceError(f"{path}: the front matter should be 'name: value' lines.")
    return check(path, Card, front | {"prompt": parts[2].strip()})


def beside(module_file: str) -> Card:
    """Read the card that stands beside a module of this folder, under the same name."""
    return read_card(Path(module_file).with_suffix(".md"))


def prompted(prompt: str, source: str, **values: str) -> str:
    """Fill a prompt that a model is now told, so that the turn's record names it.

    Raises:
        WorkspaceError: as `filled`.
    """
    note_prompt(source, prompt)
    return filled(prompt, source, **values)


@cache
def form(name: str) -> dict[str, str]:
    """Give the words that stand in a form or a tool which models are offered, from `forms.yaml`."""
    return read_yaml(FORMS)[name]


def note_forms() -> None:
    """Write down that a model is now told words of `forms.yaml`."""
    note_prompt("agents/forms.yaml", _forms())


@cache
def _forms() -> str:
    return FORMS.read_text("utf-8")


def filled(prompt: str, source: str, **values: str) -> str:
    """Fill a prompt's `$name` places.

    Raises:
        WorkspaceError: the prompt names something that is not given; the message names both.
    """
    try:
        return Template(prompt).substitute(values)
    except (KeyError, ValueError) as error:
        raise WorkspaceError(
            f"{source}: the prompt's place {error} cannot be filled; it may use {sorted(values)}."
        ) from error
