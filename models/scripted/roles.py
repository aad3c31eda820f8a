"""A scripted server for each role, so that one role can fail while the others answer."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from core.settings import ROLES, Role
from models.scripted.server import ScriptedServer


@contextmanager
def scripted_roles(roles: Sequence[Role] = ROLES) -> Iterator[dict[Role, ScriptedServer]]:
    """Give running servers by role; they end with the block."""
    with ExitStack() as ended:
        servers: dict[Role, ScriptedServer] = {}
        for role in roles:
            servers[role] = ScriptedServer()
            servers[role].start()
            ended.callback(servers[role].stop)
        yield servers


def settings_of(servers: Mapping[Role, ScriptedServer]) -> dict[Role, dict[str, Any]]:
    """Give what `REGENTE_ROLES` says of them."""
    return {role: {"model": role, "base_url": server.url} for role, server in servers.items()}
