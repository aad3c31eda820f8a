"""Read a Google-style docstring: what the function does, and what each argument is."""

import inspect
import re

SECTIONS = (
    "Args",
    "Arguments",
    "Returns",
    "Raises",
    "Yields",
    "Examples",
    "Example",
    "Note",
    "Notes",
)
HEADING = re.compile(rf"^(?:{'|'.join(SECTIONS)}):\s*$")
ARGUMENT = re.compile(r"^(\w+)\s*(?:\([^)]*\))?\s*:\s*(.*)$")


def described(docstring: str | None) -> tuple[str, dict[str, str]]:
    """Give the description and the argument's descriptions, each on one line; empty without docstring."""
    lines = inspect.cleandoc(docstring or "").splitlines()
    sections: dict[str, list[str]] = {"": []}
    current = ""
    for line in lines:
        if HEADING.match(line):
            current = line.strip().rstrip(":")
            sections[current] = []
        else:
            sections[current].append(line)
    written = sections.get("Args") or sections.get("Arguments") or []
    return _joined(sections[""]), _arguments(written)


def _arguments(lines: list[str]) -> dict[str, str]:
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    found: dict[str, str] = {}
    name = ""
    for line in lines:
        match = ARGUMENT.match(line[indent:])
        if match:
            name = match.group(1)
            found[name] = match.group(2).strip()
        elif name and line.strip():
            found[name] = f"{found[name]} {line.strip()}".strip()
    return found


def _joined(lines: list[str]) -> str:
    """Join lines to one paragraph each."""
    paragraphs = "\n".join(line.strip() for line in lines).strip().split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs).strip()
