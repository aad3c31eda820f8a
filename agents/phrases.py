"""The fixed sentences of a specialist: YAML beside its module, the same in every language."""

from functools import cache
from pathlib import Path

from agents.cards import filled
from core.workspace import Text, read_yaml


class Phrases:
    """The sentences of one file, `key: {pt-BR: ..., en: ...}`, with `$name` places."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._texts: dict[str, Text] = read_yaml(path)

    def __call__(self, key: str, language: str, **values: str) -> str:
        """Give a sentence in `language`, or in the file's first language when it lacks that one."""
        text = self._texts[key]
        chosen = text.get(language) or next(iter(text.values()))
        return filled(chosen, f"{self._path.name}: {key}", **values).strip()


@cache
def phrases(module_file: str) -> Phrases:
    """Give the phrases that stand beside a module, as `<module>.yaml`."""
    return Phrases(Path(module_file).with_suffix(".yaml"))
