"""How a customer is verified: by a token the company signed, or by a code it delivered."""

import hashlib
import hmac
import os
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import sqlalchemy as sa

from core import events
from core.database import Tx, database_now
from core.errors import BadInput, Unauthenticated
from core.ids import new_id
from core.secret_files import secret_in
from core.settings import Settings
from core.workspace import LANGUAGES, Workspace
from customers import Assertion
from customers.identity import customer, find, hold, move, normal, prove, resolve
from customers.tables import codes

TOKEN_HOURS = 1
CODE_MINUTES = 10
CODE_TRIES = 5
LEEWAY_S = 30
"""By how much the company's clock and ours may differ."""


# --- tokens ------------------------------------------------------------------------------------


def secret(workspace: Workspace, settings: Settings) -> str | None:
    """Give the secret that signs customers' tokens; None where tokens cannot be used.

    It is in the environment variable that `workspace.yaml` names. A demo without one gets a random
    secret of its own, kept in the data folder.
    """
    name = workspace.profile.token_secret_env
    if name and (given := os.environ.get(name)):
        return given
    if not workspace.profile.demo:
        return None
    return secret_in(settings.data_dir / "demo_secret").decode()


def sign_token(assertion: Assertion, key: str, *, now: datetime | None = None) -> str:
    """Sign a token as the company does; it is good for an hour."""
    now = now or datetime.now(UTC)
    claims = {
        "sub": assertion.external_id,
        "name": assertion.name,
        "email": assertion.email,
        "phone": assertion.phone,
        "language": assertion.language,
        "iat": now,
        "exp": now + timedelta(hours=TOKEN_HOURS),
    }
    given = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(given, _key(key), algorithm="HS256")


def read_token(token: str, key: str | None, *, now: datetime | None = None) -> Assertion:
    """Give what a signed token says: `sub`, and perhaps `name`, `email`, `phone`, `language`.

    Raises:
        Unauthenticated: it is not signed with `key` by HS256, has expired, or does not expire
            within the hour.
    """
    if not key:
        raise Unauthenticated("Signed tokens are not set up here; see `token_secret_env`.")
    now = now or datetime.now(UTC)
    try:
        claims = jwt.decode(
            token,
            _key(key),
            algorithms=["HS256"],
            # Times are checked below, against the clock that was given.
            options={
                "require": ["exp", "sub"],
                "verify_exp": False,
                "verify_nbf": False,
                "verify_iat": False,
                "verify_aud": False,
            },
        )
    except (jwt.InvalidTokenError, ValueError, RecursionError) as error:
        raise Unauthenticated(f"The customer's token is not valid: {error}.") from error
    _check_times(claims, now.timestamp())
    return _assertion(claims)


def _check_times(claims: dict[str, Any], now: float) -> None:
    expires, starts = claims["exp"], claims.get("nbf", now)
    if not all(type(moment) in (int, float) for moment in (expires, starts)):
        raise Unauthenticated(
            "The customer's token has an `exp` or `nbf` that is no number of seconds."
        )
    if not starts <= now + LEEWAY_S:
        raise Unauthenticated("The customer's token is not valid yet.")
    if expires <= now - LEEWAY_S:
        raise Unauthenticated("The customer's token has expired; sign a new one.")
    if not expires <= now + TOKEN_HOURS * 3600 + LEEWAY_S:
        raise Unauthenticated(
            "The customer's token is good for longer than an hour; sign a shorter one."
        )


def _assertion(claims: dict[str, Any]) -> Assertion:
    try:
        external_id = normal("user", claims["sub"])
    except BadInput as error:
        raise Unauthenticated(f"The customer's token has a `sub` that is no id: {error}") from error
    words = {
        name: value.strip()
        for name in ("name", "email", "phone")
        if isinstance(value := claims.get(name), str) and 0 < len(value.strip()) <= 200
    }
    language = claims.get("language")
    return Assertion(
        external_id=external_id, language=language if language in LANGUAGES else None, **words
    )


def _key(key: str) -> bytes:
    # HMAC itself fills a short key with zeros, so this signs the same; PyJWT warns of short keys on
    # every call, and whoever starts the server has been told once.
    return key.encode().ljust(32, b"\0")


def assert_customer(
    tx: Tx, workspace_id: str, assertion: Assertion, *, now: float | None = None
) -> str:
    """Give the verified customer whom the company speaks of, made now if there is none.

    E-mail and phone become verified identities too, unless they are another customer's: two
    external ids never become one customer.
    """
    customer_id = resolve(
        tx,
        workspace_id,
        "user",
        assertion.external_id,
        name=assertion.name,
        language=assertion.language,
        now=now,
    )
    for kind, value in (("email", assertion.email), ("tel", assertion.phone)):
        try:
            if value and (kind != "tel" or normal(kind, value).startswith("+")):
                prove(tx, workspace_id, customer_id, kind, value, now=now)
        except BadInput:
            continue  # the company's list may hold a badly written one; the customer counts
    return customer_id


# --- codes -------------------------------------------------------------------------------------


def issue_code(
    tx: Tx, workspace_id: str, kind: str, value: str, *, now: float | None = None
) -> str:
    """Make the code that proves an identity, such as `("user", external_id)`; the company delivers.

    Six digits, good for ten minutes, five tries and one use; an earlier one of this identity ends.
    """
    value, now = normal(kind, value), database_now(tx) if now is None else now
    tx.execute(codes.delete().where(_for(workspace_id, kind, value)))
    tx.execute(codes.delete().where(codes.c.workspace_id == workspace_id, codes.c.expires_at < now))
    code, salt = f"{secrets.randbelow(10**6):06}", secrets.token_hex(16)
    tx.execute(
        codes.insert().values(
            workspace_id=workspace_id,
            code_id=new_id("code"),
            kind=kind,
            value=value,
            salt=salt,
            hash=_hash(code, salt),
            tries=0,
            expires_at=now + CODE_MINUTES * 60,
        )
    )
    return code


def redeem(
    tx: Tx,
    workspace_id: str,
    customer_id: str,
    kind: str,
    value: str,
    code: str,
    *,
    now: float | None = None,
) -> str | None:
    """Give the verified customer if the code proves the identity, else None.

    `customer_id` is the visitor's: what the channel proves of a stranger goes to the verified customer.
    What it proves of one who is verified stays hers, whoever sits before her screen.
    A wrong code returns instead of raising, because a raised error would roll the counted try back.
    """
    value, now = normal(kind, value), database_now(tx) if now is None else now
    row = tx.execute(
        sa.select(codes).where(_for(workspace_id, kind, value)).with_for_update()
    ).first()
    if row is None or row.used_at is not None or row.expires_at <= now or row.tries >= CODE_TRIES:
        return None
    right = hmac.compare_digest(row.hash, _hash("".join(code.split()), row.salt))
    this = codes.update().where(
        codes.c.workspace_id == workspace_id, codes.c.code_id == row.code_id
    )
    tx.execute(this.values(tries=row.tries + 1, used_at=now if right else None))
    if not right:
        return None
    verified_id = resolve(tx, workspace_id, kind, value, proof="verified", now=now)
    hold(
        tx, workspace_id, [customer_id]
    )  # of two codes at once the first says who the stranger was
    if customer(tx, workspace_id, customer_id).is_stranger:
        move(tx, workspace_id, customer_id, verified_id, now=now)
    events.emit(
        tx,
        workspace_id=workspace_id,
        kind="customer.verified",
        subject={"customer_id": verified_id, "from_customer_id": customer_id},
    )
    return verified_id


def _for(workspace_id: str, kind: str, value: str) -> sa.ColumnElement[bool]:
    return sa.and_(
        codes.c.workspace_id == workspace_id, codes.c.kind == kind, codes.c.value == value
    )


def _hash(code: str, salt: str) -> str:
    """Hash slowly: six digits are soon guessed by whoever has stolen the table."""
    return hashlib.scrypt(code.encode(), salt=bytes.fromhex(salt), n=2**13, r=8, p=1).hex()


__all__ = [
    "Assertion",
    "assert_customer",
    "find",
    "issue_code",
    "read_token",
    "redeem",
    "secret",
    "sign_token",
]
