"""What the doctor looks at in the deployment itself: its doors, its disk, its clock, its processes."""

import os
import shutil
import time
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import sqlalchemy as sa

from core import access, durability, events
from core.database import Tx, database_now
from core.findings import Check, Deployment, Finding
from core.processes import processes

FULL_MB, NEARLY_FULL_MB = 200, 2000
SKEW_S = 2.0
SILENT_S = 5.0
"""As `conversations.pulse` has it: then another process takes over."""

SECRET_LENGTH = 32
"""Bytes of a secret of HS256; a shorter one can be guessed."""


def is_near(host: str) -> bool:
    """Say whether a host's name or address is this machine, or a name inside of a private network."""
    if not host or host == "localhost" or ("." not in host and ":" not in host):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _doors(deployment: Deployment) -> Iterator[Finding]:
    given, profile = deployment.settings, deployment.workspace.profile
    proxy = os.environ.get("FORWARDED_ALLOW_IPS", "")
    if given.host in ("127.0.0.1", "::1", "localhost"):
        yield Finding("well", f"It listens on {given.host}: this machine only, or a proxy on it.")
    elif not proxy:
        yield Finding(
            "RISK",
            f"It listens on {given.host} without TLS, and no proxy is named: keys, tokens and words can be"
            " read on their way, and behind a proxy all customers count as one address.",
            "Put a proxy with TLS before it and name its address in FORWARDED_ALLOW_IPS.",
        )
    elif proxy == "*":
        yield Finding(
            "RISK",
            "FORWARDED_ALLOW_IPS is '*': whoever reaches the port may say which address he has.",
            "Name the proxy's address instead, unless nothing but the proxy can reach the port.",
        )
    if profile.demo and given.demo:
        yield Finding(
            "RISK",
            f"{profile.name} is a demo and REGENTE_DEMO is on: everybody may sign in as its customers.",
            "Fine for a demonstration; for a real company unset REGENTE_DEMO and set REGENTE_WORKSPACE.",
        )
    elif profile.demo:
        yield Finding(
            "note",
            f"The demo company {profile.name} is served.",
            "Name your own folder in REGENTE_WORKSPACE.",
        )


def _secrets(deployment: Deployment) -> Iterator[Finding]:
    profile = deployment.workspace.profile
    name = profile.token_secret_env
    secret = os.environ.get(name, "") if name else ""
    if name and not secret and not profile.demo:
        yield Finding(
            "BROKEN",
            f"{name}, which signs customers' tokens, is empty: nobody can sign in from the shop.",
            f"Set {name} to the secret that the shop signs with.",
        )
    elif secret and len(secret.encode()) < SECRET_LENGTH:
        yield Finding(
            "RISK",
            f"{name} has {len(secret.encode())} bytes: a secret as short as that can be guessed.",
            "Take 32 random bytes or more: python -c 'import secrets; print(secrets.token_urlsafe(48))'",
        )
    env = Path(".env")
    if env.is_file() and env.stat().st_mode & 0o004:
        yield Finding("RISK", "Everybody on this machine can read .env.", "chmod 600 .env")
    folder = deployment.settings.data_dir
    if folder.is_dir() and folder.stat().st_mode & 0o002:
        yield Finding("RISK", f"Everybody may write in {folder}.", f"chmod 700 {folder}")


def _links(deployment: Deployment) -> Iterator[Finding]:
    """Look at what leaves the machine by a door of ours."""
    given = deployment.settings
    of_roles = {
        f"REGENTE_ROLES.{role}.base_url": own.base_url or "" for role, own in given.roles.items()
    }
    for name, url in (
        ("REGENTE_OPENAI_BASE_URL", given.openai_base_url), *of_roles.items(),
        ("REGENTE_CHROMA_URL", given.chroma_url),
    ):  # fmt: skip
        parts = urlsplit(url)
        if parts.scheme == "http" and not is_near(parts.hostname or ""):
            yield Finding(
                "RISK",
                f"{name} goes to {parts.hostname} without TLS: words can be read on their way.",
                "Use https://, or a network that is yours alone.",
            )
    database = deployment.database.url
    if database.host and not is_near(database.host) and "sslmode" not in database.query:
        yield Finding(
            "RISK",
            f"The database at {database.host} may be talked to without TLS.",
            "Add ?sslmode=require (or verify-full) to REGENTE_DATABASE_URL.",
        )


def _disk(deployment: Deployment) -> Iterator[Finding]:
    folder = deployment.settings.data_dir.resolve()
    there = next(path for path in (folder, *folder.parents) if path.is_dir())
    if not os.access(there, os.W_OK):
        yield Finding(
            "BROKEN",
            f"This user may not write in {there}.",
            "Give the folder to the user that the server runs as, or name another in REGENTE_DATA_DIR.",
        )
    free_mb = shutil.disk_usage(there).free / 1e6
    what = f"{free_mb:,.0f} MB are free where {folder} lies."
    do = "Make room: when the disk is full, messages are answered with 503 and backups fail."
    if free_mb < FULL_MB:
        yield Finding("BROKEN", what, do)
    elif free_mb < NEARLY_FULL_MB:
        yield Finding("RISK", what, do)
    else:
        yield Finding("well", what)


def _clock(deployment: Deployment) -> Iterator[Finding]:
    before = time.time()
    theirs = deployment.database.read(database_now)
    after = time.time()
    # The database read its clock somewhere between; what is beyond that is skew.
    skew_s = max(theirs - after, before - theirs, 0.0)
    what = f"The clocks of this machine and of the database differ by {skew_s:.1f} s."
    if skew_s > SKEW_S:
        yield Finding(
            "RISK", what, "Let both follow NTP; quiet times, expiries and days are judged by them."
        )
    else:
        yield Finding("well", what)
    if deployment.settings.clock_file:
        yield Finding(
            "note",
            "Conversations follow REGENTE_CLOCK_FILE: their day is not today.",
            "Unset it outside of rehearsals.",
        )


def _processes(deployment: Deployment) -> Iterator[Finding]:
    alive, silent = [], []
    for row, age_s in deployment.database.read(_seen, deployment.workspace_id):
        (silent if age_s > SILENT_S else alive).append((row, age_s))
    if not alive:
        yield Finding("note", "No server runs on this database.", "Start it: make run")
    else:
        said = ", ".join(f"{row.host}:{row.pid}" for row, _ in alive)
        yield Finding("well", f"{len(alive)} running: {said}.")
    for row, age_s in silent:
        yield Finding(
            "RISK",
            f"The process {row.pid} on {row.host} has been silent for {age_s:,.0f} s.",
            "If it runs there, look at its log and its load, and kill it if it hangs: what it held goes to"
            " others, or to the next that starts.",
        )
    embedded = deployment.database.dialect == "sqlite" or not deployment.settings.chroma_url
    if len(alive) > 1 and embedded:
        yield Finding(
            "BROKEN",
            f"{len(alive)} processes serve with Chroma or SQLite in their own folder.",
            "Run one, or set REGENTE_DATABASE_URL to PostgreSQL and REGENTE_CHROMA_URL to a Chroma server.",
        )
    if len({row.version for row, _ in alive}) > 1:
        yield Finding(
            "note", "Processes of different versions run.", "Fine for the minutes of a deploy."
        )


def _seen(tx: Tx, workspace_id: str) -> list[tuple[sa.Row[tuple[object, ...]], float]]:
    now = database_now(tx)
    mine = processes.select().where(processes.c.workspace_id == workspace_id)
    return [(row, now - row.seen_at) for row in tx.execute(mine)]


def _keys(deployment: Deployment) -> Iterator[Finding]:
    known = access.access_keys
    rows = deployment.database.read(
        lambda tx: tx.execute(
            known.select().where(
                known.c.workspace_id == deployment.workspace_id, known.c.revoked_at.is_(None)
            )
        ).all()
    )
    first = [
        row for row in rows if row.name == access.FIRST and set(row.scopes) == set(access.SCOPES)
    ]
    if first and not deployment.workspace.profile.demo:
        yield Finding(
            "RISK",
            f"The key of the first start ({first[0].key_id}) still opens everything, and it was printed.",
            "Give each person a key (python -m core.access issue NAME --scope staff), then"
            f" python -m core.access revoke {first[0].key_id}",
        )
    yield Finding("well", f"{len(rows)} staff keys are in use.")


def _facts(deployment: Deployment) -> Iterator[Finding]:
    if failed := deployment.database.read(_given_up, deployment.workspace_id):
        yield Finding(
            "RISK",
            f"{failed} events were given up after {events.MAX_ATTEMPTS} attempts.",
            "Read why in events.failure, mend that, then set failed_at to null: they are tried again.",
        )


def _given_up(tx: Tx, workspace_id: str) -> int:
    table = events.events
    failed = sa.select(sa.func.count()).where(
        table.c.workspace_id == workspace_id, table.c.failed_at.is_not(None)
    )
    return tx.execute(failed).scalar_one()


checks = (
    Check("doors", _doors),
    Check("secrets", _secrets),
    Check("links", _links),
    Check("disk", _disk),
    *durability.checks,
    Check("clock", _clock, reads_tables=True),
    Check("processes", _processes, reads_tables=True),
    Check("keys", _keys, reads_tables=True),
    Check("events", _facts, reads_tables=True),
)
