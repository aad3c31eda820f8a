"""What the doctor looks at in tools: whether connected back offices are there, and are what was accepted."""

import asyncio
import json
import os
from collections.abc import Iterator

from core.errors import BadInput, WorkspaceError
from core.findings import Check, Deployment, Finding
from tools.connecting import keeping
from tools.connecting.connected import BackOffice
from tools.connecting.fetching import fetched


def _offices(deployment: Deployment) -> Iterator[Finding]:
    try:
        offices = keeping.offices(deployment.workspace)
    except WorkspaceError as error:
        yield Finding("BROKEN", str(error), "The server does not start like this.")
        return
    for name, office in offices.items():
        key_env = office.connector.key_env
        if key_env and not os.environ.get(key_env):
            yield Finding(
                "BROKEN", f"{name} needs a key, and {key_env} is not set.", f"Set {key_env}."
            )
            continue
        yield _compared(deployment, name, office)


def _compared(deployment: Deployment, name: str, office: BackOffice) -> Finding:
    """Hold what a back office says of itself now against what was accepted."""
    connector = office.connector
    try:
        now = asyncio.run(fetched(connector))
        accepted = json.loads(keeping.document_path(deployment.workspace, name).read_bytes())
        changes = keeping.drift(connector.kind, connector.url, accepted, now)
    except BadInput as error:
        return Finding(
            "BROKEN", str(error), f"See whether {name} runs, and whether its key is right."
        )
    if changes:
        what = f"{name} has changed since it was accepted; what was accepted is used."
        return Finding("RISK", what, f"python -m tools.connecting refresh {name}")
    on = sum(chosen.enabled for chosen in connector.operations.values())
    return Finding("well", f"{name} is as it was accepted; {on} operations are on.")


checks = (Check("connectors", _offices),)
