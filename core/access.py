"""Keys of staff and of servers, and the signatures that ask for one.

    @router.post("/conversations/{conversation_id}/takeover")
    async def take_over(conversation_id: str, caller: Staff) -> ...: ...

An endpoint without such a type in its signature is visibly public. Keys come as `Authorization:
Bearer rk_...` or `X-API-Key: rk_...`; a bearer token of another form is not a key and is left to
those who can read it (a customer's token).
"""

import argparse
import hashlib
import hmac
import secrets
import sys
import time
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

import sqlalchemy as sa
from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from core.database import Database, Moment, Tx, database_now, metadata
from core.errors import BadInput, Forbidden, NotFound, Unauthenticated

Role = Literal["agent", "lead", "builder", "analyst", "admin"]
Scope = Literal["staff", "chat:assert", "metrics"]
ROLES: tuple[Role, ...] = get_args(Role)
SCOPES: tuple[Scope, ...] = get_args(Scope)
PREFIX = "rk_"
FIRST = "Admin"
"""Name of the key made at the first start: customers read it when its holder speaks to them."""

USED_EVERY_S = 60.0
"""`last_used_at` is at most this old while a key is in use; a write per request would be dear."""

access_keys = sa.Table(
    "access_keys",
    metadata,
    sa.Column("workspace_id", sa.String, primary_key=True),
    sa.Column("key_id", sa.String, primary_key=True),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("scopes", sa.JSON, nullable=False),
    sa.Column("role", sa.String, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("revoked_at", Moment),
    sa.Column("last_used_at", Moment),
)


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who calls, by the key that was shown."""

    workspace_id: str
    key_id: str
    """The actor in the audit."""

    name: str
    role: Role
    scopes: frozenset[str]
    last_used_at: float | None = None


def issue_key(
    tx: Tx, workspace_id: str, name: str, *, scopes: Collection[str], role: Role = "agent"
) -> str:
    """Make a key and give it; it is stored hashed and cannot be shown again.

    Raises:
        BadInput: no name, or a scope or role that does not exist.
    """
    unknown = sorted(set(scopes) - set(SCOPES))
    if not name.strip() or not scopes or unknown or role not in ROLES:
        raise BadInput(
            f"A key needs a name (got {name!r}), scopes out of {list(SCOPES)} (got {sorted(scopes)}"
            f") and a role out of {list(ROLES)} (got {role!r})."
        )
    key_id, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
    tx.execute(
        access_keys.insert().values(
            workspace_id=workspace_id,
            key_id=f"key_{key_id}",
            name=name.strip(),
            hash=_hash(secret),
            scopes=sorted(set(scopes)),
            role=role,
            created_at=database_now(tx),
        )
    )
    return f"{PREFIX}{key_id}_{secret}"


def first_key(tx: Tx, workspace_id: str) -> str | None:
    """Give an admin's key for everything if the workspace never had a key, else None."""
    if tx.dialect.name == "postgresql":  # two servers that start at once make one key
        tx.execute(sa.text("LOCK TABLE access_keys IN SHARE ROW EXCLUSIVE MODE"))
    known = (
        sa.select(access_keys.c.key_id).where(access_keys.c.workspace_id == workspace_id).limit(1)
    )
    if tx.execute(known).first():
        return None
    return issue_key(tx, workspace_id, FIRST, scopes=SCOPES, role="admin")


def find_key(tx: Tx, workspace_id: str, key: str) -> Caller | None:
    """Give whose key this is; None when it is unknown, malformed or revoked."""
    key_id, _, secret = key.removeprefix(PREFIX).partition("_")
    row = tx.execute(_entry(workspace_id, f"key_{key_id}")).one_or_none()
    # An unknown key is compared too, so that time does not tell it from a wrong secret.
    same = hmac.compare_digest(_hash(secret), row.hash if row else _hash(""))
    if not same or row is None or row.revoked_at is not None or not key.startswith(PREFIX):
        return None
    return Caller(
        workspace_id=workspace_id,
        key_id=row.key_id,
        name=row.name,
        role=row.role,
        scopes=frozenset(row.scopes),
        last_used_at=row.last_used_at,
    )


def used(tx: Tx, workspace_id: str, key_id: str) -> None:
    """Note that a key was used now."""
    _change(tx, workspace_id, key_id, last_used_at=database_now(tx))


def revoke_key(tx: Tx, workspace_id: str, key_id: str) -> None:
    """End a key; requests that come after the commit are refused.

    Raises:
        NotFound: there is no such key, or it was revoked before.
    """
    row = tx.execute(_entry(workspace_id, key_id)).one_or_none()
    if row is None or row.revoked_at is not None:
        raise NotFound(f"There is no key {key_id!r} in use; see `python -m core.access list`.")
    _change(tx, workspace_id, key_id, revoked_at=database_now(tx))


def _entry(workspace_id: str, key_id: str) -> sa.Select[Any]:
    return sa.select(access_keys).where(
        access_keys.c.workspace_id == workspace_id, access_keys.c.key_id == key_id
    )


def _change(tx: Tx, workspace_id: str, key_id: str, **values: float) -> None:
    tx.execute(
        access_keys.update()
        .where(access_keys.c.workspace_id == workspace_id, access_keys.c.key_id == key_id)
        .values(**values)
    )


def _hash(secret: str) -> str:
    # The secret has 256 random bits, so a slow hash would protect nothing.
    return hashlib.sha256(secret.encode()).hexdigest()


_bearer = HTTPBearer(auto_error=False, description="A key, `rk_...`.")
_header = APIKeyHeader(name="X-API-Key", auto_error=False, description="A key, `rk_...`.")


async def _caller(
    request: Request,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
    header: Annotated[str | None, Security(_header)],
) -> Caller | None:
    """Give who calls, or None when no key came."""
    token = bearer.credentials if bearer else ""
    key = header or (token if token.startswith(PREFIX) else "")
    if not key:
        return None
    database: Database = request.app.state.database
    workspace_id: str = request.app.state.workspace_id
    caller = await database.reading(find_key, workspace_id, key)
    if caller is None:
        raise Unauthenticated(
            "This key is unknown or was revoked; make one with `python -m core.access issue NAME`."
        )
    if (caller.last_used_at or 0.0) < time.time() - USED_EVERY_S:
        await database.writing(used, workspace_id, caller.key_id)
    return caller


OptionalCaller = Annotated[Caller | None, Depends(_caller)]
"""Who calls, if a key came; a wrong key is refused all the same."""


def needs(scope: Scope, *roles: Role) -> Callable[..., Awaitable[Caller]]:
    """Make a dependency that lets in callers with this scope and, if given, one of the roles."""

    async def allowed(caller: OptionalCaller) -> Caller:
        if caller is None:
            raise Unauthenticated(
                "This needs a key: send `Authorization: Bearer rk_...` or `X-API-Key: rk_...`."
            )
        if scope not in caller.scopes:
            raise Forbidden(f"The key {caller.name!r} does not have the scope {scope!r}.")
        if roles and caller.role not in roles:
            raise Forbidden(
                f"The key {caller.name!r} has the role {caller.role!r}; "
                f"this needs {' or '.join(roles)}."
            )
        return caller

    return allowed


Staff = Annotated[Caller, Depends(needs("staff"))]
"""Anyone of the company."""

Desk = Annotated[Caller, Depends(needs("staff", "agent", "lead", "admin"))]
"""Someone who may speak to customers and decide approvals."""

Lead = Annotated[Caller, Depends(needs("staff", "lead", "admin"))]
Builder = Annotated[Caller, Depends(needs("staff", "builder", "admin"))]
Analyst = Annotated[Caller, Depends(needs("staff", "analyst", "lead", "admin"))]
Admin = Annotated[Caller, Depends(needs("staff", "admin"))]

Asserter = Annotated[Caller, Depends(needs("chat:assert"))]
"""A server of the company, which may say who the customer is."""

MetricsReader = Annotated[Caller, Depends(needs("metrics"))]


def main(arguments: list[str] | None = None) -> int:
    """`python -m core.access issue NAME --scope staff --role lead`, `list` or `revoke KEY_ID`."""
    from core.settings import settings
    from core.workspace import Workspace

    parser = argparse.ArgumentParser(prog="python -m core.access", description=main.__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    issue = commands.add_parser("issue", help="make a key; it is shown once")
    issue.add_argument("name")
    issue.add_argument("--scope", action="append", choices=SCOPES, required=True)
    issue.add_argument("--role", choices=ROLES, default="agent")
    commands.add_parser("list", help="show the keys, without their secrets")
    revoke = commands.add_parser("revoke", help="end a key")
    revoke.add_argument("key_id")
    given = parser.parse_args(arguments)
    database = Database(settings().database)
    workspace_id = Workspace(settings().workspace).workspace_id
    try:
        if given.command == "issue":
            make = {"scopes": given.scope, "role": given.role}
            print(database.write(issue_key, workspace_id, given.name, **make))
        elif given.command == "revoke":
            database.write(revoke_key, workspace_id, given.key_id)
        else:
            for row in database.read(_listed, workspace_id):
                state = "revoked" if row.revoked_at else "in use"
                print(f"{row.key_id}  {state:8} {row.role:8} {','.join(row.scopes):24} {row.name}")
    finally:
        database.close()
    return 0


def _listed(tx: Tx, workspace_id: str) -> list[Any]:
    return list(
        tx.execute(
            sa.select(access_keys)
            .where(access_keys.c.workspace_id == workspace_id)
            .order_by(access_keys.c.created_at)
        )
    )


if __name__ == "__main__":
    sys.exit(main())
