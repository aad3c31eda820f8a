"""The starter bank: what customers everywhere say, by intent, so that a workspace need not write it all.

An intent is switched on by its name: a journey, agent or tool with an intent of that name learns from the
bank's examples besides its own.
"""

from functools import cache
from pathlib import Path

import yaml

FOLDER = Path(__file__).with_name("bank")
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Switch = bool | str | list[str]
"""`true`: the intent of the same name, if there is one; a name or several: those; `false`: none."""


@cache
def names() -> tuple[str, ...]:
    """Give the names of all intents in the bank."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


@cache
def examples(name: str) -> dict[str, tuple[str, ...]]:
    """Give what customers say for an intent, by language.

    Raises:
        KeyError: the bank has no such intent; see `names`.
    """
    if name not in names():
        raise KeyError(name)
    with (FOLDER / f"{name}.yaml").open("rb") as file:
        listed = yaml.load(file, Loader=_Loader)  # noqa: S506 - a safe loader
    return {language: tuple(said) for language, said in listed.items() if language != "about"}


def chosen(intent: str, switch: Switch) -> list[str]:
    """Give the bank's intents that one of a workspace learns from.

    Raises:
        KeyError: the bank has no intent of a name that was given.
    """
    if switch is True:
        return [intent] if intent in names() else []
    wanted = [switch] if isinstance(switch, str) else switch or []
    if unknown := next((name for name in wanted if name not in names()), None):
        raise KeyError(unknown)
    return [*wanted]
