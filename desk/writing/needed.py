"""What writing help cannot do without a language model: said plainly beside what it does."""

from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel

from core.workspace import Text, read_yaml

TASKS: dict[str, Text] = read_yaml(Path(__file__).with_name("needed.yaml"))


class NeedsModel(BaseModel):
    """Something that is not done here, because only a language model could do it well."""

    task: str
    """`grammar`, `rewrite`, `translate`, `free_summary` or `meaning`."""

    why: Text
    """By language, for who asks for it."""


def needs(*tasks: str, languages: Iterable[str]) -> list[NeedsModel]:
    """Give what of these is not done without a model, in the workspace's languages."""
    return [
        NeedsModel(task=task, why={name: TASKS[task][name] for name in languages}) for task in tasks
    ]
