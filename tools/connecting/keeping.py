"""The files of a workspace's connectors: read for use, written by the command, compared with the present."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from core.errors import BadInput, WorkspaceError
from core.workspace import Workspace
from tools import Tool
from tools.connecting import Document, Operation, mcp, model, openapi
from tools.connecting.connected import BackOffice
from tools.connecting.model import Chosen, Connector

HEAD = """\
# Back offices, and what the AI may do with each of their operations; `python -m tools.connecting list`
# shows them. Written by that command; purposes, examples, questions and labels are yours to better.
"""


def offices(workspace: Workspace) -> dict[str, BackOffice]:
    """Give the back offices of a workspace.

    Raises:
        WorkspaceError: connectors.yaml or a document is wrong; the message says which, and what to do.
    """
    return {name: office(workspace, name, one) for name, one in model.read(workspace).items()}


def tools(workspace: Workspace) -> list[Tool]:
    """Give the tools of all operations that are switched on; raises as `offices`."""
    return [tool for one in offices(workspace).values() for tool in one.tools()]


def office(workspace: Workspace, name: str, connector: Connector) -> BackOffice:
    """Give one back office, held against the document that was accepted."""
    document = accepted_document(workspace, name, connector)
    if document is None:
        path = document_path(workspace, name)
        wrong = "not the document that was accepted" if path.is_file() else "missing"
        raise WorkspaceError(
            f"{path} is {wrong} for {name!r}; put it back, or run "
            f"`python -m tools.connecting refresh {name} --accept`."
        )
    operations = read(connector.kind, document, connector.url).operations
    place = f"{workspace.path / model.FILE}: {name}"
    for wrong in _problems(connector, operations, workspace):
        raise WorkspaceError(f"{place}.operations.{wrong}.")
    return BackOffice(name, connector, operations)


def read(kind: str, document: Mapping[str, Any], url: str) -> Document:
    """Read a kept document."""
    return mcp.read(document) if kind == "mcp" else openapi.read(document, url)


def _problems(
    connector: Connector, operations: Mapping[str, Operation], workspace: Workspace
) -> list[str]:
    wrong: list[str] = []
    for name, chosen in connector.operations.items():
        if name not in operations:
            known = ", ".join(sorted(operations)) or "none"
            wrong.append(f"{name}: the document has no such operation; it has {known}")
            continue
        arguments = operations[name].parameters["properties"]
        named = {*chosen.arguments, *([chosen.amount] if chosen.amount else [])}
        if lost := sorted(named - {*arguments}):
            wrong.append(
                f"{name}: it has no argument {lost[0]!r}; it has {', '.join(arguments) or 'none'}"
            )
        for argument, given in chosen.arguments.items():
            if not given.choose:
                continue
            listing = given.choose.operation
            why = _no_list(listing, connector, operations)
            if not why and chosen.enabled and not connector.operations[listing].enabled:
                why = f"{listing!r} is off; switch it on as well, or {name!r} off"
            if why:
                wrong.append(f"{name}.arguments.{argument}.choose: {why}")
        spoken = {*chosen.purpose, *chosen.examples}
        if strange := sorted(spoken - {*workspace.profile.languages} - {"pt-BR", "en"}):
            wrong.append(f"{name}: {strange[0]!r} is no language of this workspace")
    return wrong


def _no_list(name: str, connector: Connector, operations: Mapping[str, Operation]) -> str:
    """Say why an operation cannot list what there is to choose from; nothing where it can."""
    listing = connector.operations.get(name)
    if listing is None or name not in operations:
        return f"there is no operation {name!r} here"
    if listing.effect == "write":
        return f"{name!r} writes, so that nothing can be chosen from it"
    asked = [
        one
        for one in operations[name].parameters["required"]
        if one not in listing.arguments or not listing.arguments[one].bound
    ]
    return f"{name!r} itself needs {', '.join(asked)}" if asked else ""


def document_path(workspace: Workspace, name: str) -> Path:
    """Give where the accepted document of a connector is kept."""
    return workspace.path / model.FOLDER / f"{name}.json"


def accepted_document(
    workspace: Workspace, name: str, connector: Connector
) -> dict[str, Any] | None:
    """Give the document that was accepted; None where its file is gone or holds anything else."""
    path = document_path(workspace, name)
    raw = path.read_bytes() if path.is_file() else b""
    return json.loads(raw) if hashlib.sha256(raw).hexdigest() == connector.document else None


def kept(document: Mapping[str, Any]) -> bytes:
    """Give a document as it is kept: the same for the same, whatever order it came in."""
    text = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True, default=str)
    return f"{text}\n".encode()


def digest(document: Mapping[str, Any]) -> str:
    """Give what a document is recognised by."""
    return hashlib.sha256(kept(document)).hexdigest()


def write(workspace: Workspace, connectors: Mapping[str, Connector]) -> None:
    """Write connectors.yaml."""
    listed = {name: _plain(connector) for name, connector in connectors.items()}
    text = yaml.safe_dump(listed, allow_unicode=True, sort_keys=False, width=110)
    _replace(workspace.path / model.FILE, f"{HEAD}{text}".encode())


def write_document(workspace: Workspace, name: str, document: Mapping[str, Any]) -> None:
    """Keep a document that was accepted."""
    path = document_path(workspace, name)
    path.parent.mkdir(exist_ok=True)
    _replace(path, kept(document))


def _plain(connector: Connector) -> dict[str, Any]:
    return connector.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _replace(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole, or as it was."""
    beside = path.with_name(f".{path.name}.new")
    beside.write_bytes(content)
    beside.replace(path)


@dataclass(frozen=True)
class Drift:
    """What has changed in a document since it was accepted."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    other: bool = False
    """Whether something changed that touches none of the operations."""

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.other)


def drift(kind: str, url: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Drift:
    """Compare a document with the one that was accepted."""
    before, now = read(kind, old, url), read(kind, new, url)
    was, are = before.operations, now.operations
    return Drift(
        added=tuple(sorted(are.keys() - was.keys())),
        removed=tuple(sorted(was.keys() - are.keys())),
        changed=tuple(sorted(name for name in was.keys() & are.keys() if was[name] != are[name])),
        other=digest(old) != digest(new),
    )


def accepted(
    connector: Connector, changes: Drift, proposals: Mapping[str, Chosen], document: str
) -> Connector:
    """Give a connector with a changed document: what is new or changed is off until it is switched on."""
    operations = dict(connector.operations)
    for name in changes.removed:
        operations.pop(name, None)
    for name in (*changes.added, *changes.changed):
        proposal = proposals[name]
        old = operations.get(name)
        words: dict[str, Any] = {}
        if old:
            asked = {k: v for k, v in old.arguments.items() if k in proposal.arguments}
            words = {
                "purpose": old.purpose, "examples": old.examples, "bank": old.bank,
                "arguments": {**proposal.arguments, **asked},
            }  # fmt: skip
        note = "it has changed since it was accepted" if old else "it is new"
        operations[name] = proposal.model_copy(
            update={**words, "enabled": False, "note": f"{note}; {proposal.note}".rstrip("; ")}
        )
    used = {
        one.choose.operation
        for c in operations.values()
        for one in c.arguments.values()
        if one.choose
    }
    if lost := sorted(used - {*operations}):
        raise BadInput(
            f"{lost[0]!r} is gone, and others choose from it; take that out of connectors.yaml first."
        )
    return connector.model_copy(update={"operations": operations, "document": document})
