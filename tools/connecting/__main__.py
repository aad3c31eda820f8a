"""Connect back offices to a workspace: `python -m tools.connecting add|list|try|enable|disable|refresh`.

Keys are given by the NAME of an environment variable, and are never written to a file.
"""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from core import audit
from core.database import Database, Tx
from core.errors import BadInput, Conflict, NotFound, RegenteError
from core.settings import Settings
from core.upgrade import upgrade
from core.workspace import Workspace, said
from tools import Context
from tools.calling import call
from tools.connecting import Document, keeping, model
from tools.connecting.connected import BackOffice, tool_name
from tools.connecting.fetching import fetched
from tools.connecting.model import Connector
from tools.connecting.proposing import proposed
from tools.connecting.reaching import is_private

BELOW = "  "


def main(given: Sequence[str] | None = None) -> int:
    """Do what the command line says; give its exit status: 2 for drift that `refresh` found."""
    arguments = _parser().parse_args(given)
    settings = Settings()
    try:
        folder = Path(arguments.workspace) if arguments.workspace else settings.workspace
        workspace = Workspace(folder)
        return arguments.do(arguments, workspace, settings)
    except RegenteError as error:
        print(error, file=sys.stderr)
        return 1


def _add(arguments: argparse.Namespace, workspace: Workspace, settings: Settings) -> int:
    """Read what a back office says of itself, and write down what is proposed."""
    connectors = model.read(workspace)
    if arguments.name in connectors:
        raise Conflict(
            f"There is a connector {arguments.name!r} already; `refresh` it, or take another name."
        )
    if arguments.key_env and not os.environ.get(arguments.key_env):
        raise BadInput(
            f"The environment variable {arguments.key_env!r} is not set; put the key there first."
        )
    first = _first(arguments, workspace)
    raw = asyncio.run(fetched(first))
    document = keeping.read(first.kind, raw, first.url)
    called = _called(first, document, arguments.name, workspace)
    if called.key_env and called != first:
        raw = asyncio.run(
            fetched(called)
        )  # as it is for who has the key, now that its place is known
        document = keeping.read(called.kind, raw, called.url)
    connector = called.model_copy(
        update={"document": keeping.digest(raw), "operations": proposed(document)}
    )
    keeping.write_document(workspace, arguments.name, raw)
    keeping.write(workspace, {**connectors, arguments.name: connector})
    _note(settings, workspace, "connector.added", arguments.name)
    for wire, why in document.left_out.items():
        print(f"left out: {wire}: {why}")
    _show(keeping.office(workspace, arguments.name, connector), workspace)
    return 0


def _first(arguments: argparse.Namespace, workspace: Workspace) -> Connector:
    """Give what is known of a connector before its document is read."""
    if arguments.mcp and arguments.server:
        raise BadInput("An MCP server is called at its URL; leave out --server.")
    given = {
        "kind": "mcp" if arguments.mcp else "openapi", "url": arguments.url, "document": "0" * 64,
        "server": arguments.server, "key_env": arguments.key_env,
    }  # fmt: skip
    first = model.checked(workspace.path / model.FILE, arguments.name, given)
    return first.model_copy(update={"private": asyncio.run(is_private(first.target))})


def _called(first: Connector, document: Document, name: str, workspace: Workspace) -> Connector:
    """Give a connector with where its operations are called, and where the key goes there."""
    if first.kind == "mcp":
        return first
    server = first.server or document.server or _origin(first.url)
    given = {**first.model_dump(), "server": server, "key_in": document.key_in}
    called = model.checked(workspace.path / model.FILE, name, given)
    if not first.private and asyncio.run(is_private(server)):
        raise BadInput(
            f"The document says that it is called at {server}, which is no address of the open internet; "
            f"if that is right, say so: --server {server}"
        )
    return called


def _origin(url: str) -> str:
    return "/".join(url.split("/")[:3])


def _list(arguments: argparse.Namespace, workspace: Workspace, settings: Settings) -> int:
    """Show the connectors, with what is on and what is off."""
    offices = keeping.offices(workspace)
    for office in offices.values():
        _show(office, workspace)
    if not offices:
        print("no connectors; `add` one")
    return 0


def _show(office: BackOffice, workspace: Workspace) -> None:
    connector = office.connector
    key = f", key in {connector.key_env}" if connector.key_env else ""
    print(f"{office.name}: {connector.kind} at {connector.target}{key}")
    for name, chosen in connector.operations.items():
        state = "on " if chosen.enabled else "off"
        by = f", a person approves ({chosen.approval.approval})" if chosen.approval else ""
        print(
            f"{BELOW}{state} {chosen.effect:5} {name}: {said(chosen.purpose, workspace.default_language)}"
        )
        print(f"{BELOW * 5}{office.operations[name].wire}; for who is {chosen.needs}{by}")
        if chosen.note and not chosen.enabled:
            print(f"{BELOW * 5}off: {chosen.note}")


def _try(arguments: argparse.Namespace, workspace: Workspace, settings: Settings) -> int:
    """Call a read, switched on or not, and show what a customer would be told."""
    office, name = _operation(arguments, workspace)
    tool = office.tool(name, office.operations[name])
    if tool.effect == "write":
        raise BadInput(
            f"{name!r} changes something, and is not tried; a conversation proposes it first."
        )
    values = dict(_pair(one) for one in arguments.values)
    spoken = arguments.language or workspace.default_language
    context = Context(
        workspace_id=workspace.workspace_id, conversation_id="try", turn_id="try", customer_id="try",
        external_id=arguments.customer or None, verification="strong", language=spoken,
        now=datetime.now(workspace.zone), data_dir=settings.data_dir,
    )  # fmt: skip
    result = asyncio.run(call(replace(tool, needs="anonymous"), values, context))
    print(result.text)
    if arguments.data:
        print(json.dumps(result.data, ensure_ascii=False, indent=1))
    return 0


def _pair(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals:
        raise BadInput(f"{text!r} should be an argument and its value, such as day=2026-03-03.")
    return name, value


def _switch(*, on: bool) -> Callable[[argparse.Namespace, Workspace, Settings], int]:
    def switch(arguments: argparse.Namespace, workspace: Workspace, settings: Settings) -> int:
        connectors = model.read(workspace)
        connector = _of(connectors, arguments.name)
        names = [*connector.operations] if arguments.all else arguments.operation
        if not names:
            raise BadInput("Name the operations, or give --all.")
        operations = dict(connector.operations)
        for name in names:
            if name not in operations:
                raise NotFound(f"{arguments.name!r} has no operation {name!r}; see `list`.")
            operations[name] = operations[name].model_copy(update={"enabled": on})
        changed = connector.model_copy(update={"operations": operations})
        keeping.office(workspace, arguments.name, changed)  # refuses what does not hold together
        keeping.write(workspace, {**connectors, arguments.name: changed})
        action = f"connector.{'enabled' if on else 'disabled'}"
        _note(settings, workspace, action, *(tool_name(arguments.name, name) for name in names))
        for name in names:
            print(f"{name} is {'on' if on else 'off'}")
        return 0

    return switch


def _refresh(arguments: argparse.Namespace, workspace: Workspace, settings: Settings) -> int:
    """Tell what has changed since a document was accepted; take it only with `--accept`."""
    connectors = model.read(workspace)
    connector = _of(connectors, arguments.name)
    new = asyncio.run(fetched(connector))
    old = keeping.accepted_document(workspace, arguments.name, connector)
    if lost := old is None:
        print("what was accepted is lost or was altered, so that nothing can be compared with it")
        old = new | {"paths": {}, "tools": []}
    changes = keeping.drift(connector.kind, connector.url, old, new)
    if not changes and not lost:
        print(f"{arguments.name}: nothing has changed")
        return 0
    for what in ("added", "removed", "changed"):
        for name in getattr(changes, what):
            print(f"{what}: {name}")
    if not (changes.added or changes.removed or changes.changed):
        print("changed: what touches none of the operations")
    if not arguments.accept:
        print("nothing of it was taken; with --accept it is, and what is new or changed is off")
        return 2
    document = keeping.read(connector.kind, new, connector.url)
    taken = keeping.accepted(connector, changes, proposed(document), keeping.digest(new))
    keeping.write_document(workspace, arguments.name, new)
    keeping.write(workspace, {**connectors, arguments.name: taken})
    _note(settings, workspace, "connector.accepted", arguments.name)
    _show(keeping.office(workspace, arguments.name, taken), workspace)
    return 0


def _of(connectors: dict[str, Connector], name: str) -> Connector:
    if name not in connectors:
        raise NotFound(f"There is no connector {name!r}; there are {sorted(connectors) or 'none'}.")
    return connectors[name]


def _operation(arguments: argparse.Namespace, workspace: Workspace) -> tuple[BackOffice, str]:
    connectors = model.read(workspace)
    office = keeping.office(workspace, arguments.name, _of(connectors, arguments.name))
    if arguments.operation not in office.connector.operations:
        raise NotFound(f"{arguments.name!r} has no operation {arguments.operation!r}; see `list`.")
    return office, arguments.operation


def _note(settings: Settings, workspace: Workspace, action: str, *subjects: str) -> None:
    """Write down that what the AI may do was changed."""
    workspace_id = workspace.workspace_id

    def write(tx: Tx) -> None:
        for one in subjects:
            audit.append(tx, workspace_id=workspace_id, actor="command", action=action, subject=one)

    database = Database(settings.database)
    try:
        upgrade(database)
        database.write(write)
    finally:
        database.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.connecting", description=__doc__)
    parser.add_argument("--workspace", default="", help="its folder; else REGENTE_WORKSPACE")
    commands = parser.add_subparsers(required=True, metavar="command")

    add = commands.add_parser("add", help="connect a back office")
    add.add_argument("name", help="what you call it, such as 'salon'")
    add.add_argument("url", help="address of its OpenAPI document, or of its MCP server")
    add.add_argument("--mcp", action="store_true", help="it is an MCP server (Streamable HTTP)")
    add.add_argument("--key-env", default="", help="NAME of the environment variable with its key")
    add.add_argument(
        "--server", default="", help="where it is called, if the document is wrong there"
    )
    add.set_defaults(do=_add)

    commands.add_parser("list", help="show what is connected").set_defaults(do=_list)

    tried = commands.add_parser("try", help="call a read and see what a customer would be told")
    tried.add_argument("name")
    tried.add_argument("operation")
    tried.add_argument("values", nargs="*", metavar="argument=value")
    tried.add_argument(
        "--customer", default="", help="the company's number for the customer who asks"
    )
    tried.add_argument("--language", default="", help="pt-BR or en")
    tried.add_argument("--data", action="store_true", help="show the data as well")
    tried.set_defaults(do=_try)

    for word, on in (("enable", True), ("disable", False)):
        switch = commands.add_parser(word, help=f"switch operations {'on' if on else 'off'}")
        switch.add_argument("name")
        switch.add_argument("operation", nargs="*")
        switch.add_argument("--all", action="store_true")
        switch.set_defaults(do=_switch(on=on))

    refresh = commands.add_parser("refresh", help="see what has changed since it was accepted")
    refresh.add_argument("name")
    refresh.add_argument("--accept", action="store_true", help="take the changes")
    refresh.set_defaults(do=_refresh)
    return parser


if __name__ == "__main__":
    sys.exit(main())
