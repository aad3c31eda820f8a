"""Who a customer is: identities resolved, claimed, proved and moved."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from core import events
from core.database import Tx, domain_now, insert_once
from core.errors import BadInput, Conflict, NotFound
from core.ids import new_id
from core.statements import Prepared
from customers import Customer, Level, Proof
from customers.tables import PROVED, customers, identities

MAX_CHARACTERS = 200
_CUSTOMER = Prepared(
    sa.select(customers).where(
        customers.c.workspace_id == sa.bindparam("workspace"),
        customers.c.customer_id == sa.bindparam("customer"),
    )
)
_IDENTITIES = Prepared(
    sa.select(identities.c.kind, identities.c.value, identities.c.proof)
    .where(
        identities.c.workspace_id == sa.bindparam("workspace"),
        identities.c.customer_id == sa.bindparam("customer"),
    )
    .order_by(identities.c.created_at)
)
_HOLDER = Prepared(
    sa.select(identities.c.customer_id, customers.c.redirect_to)
    .outerjoin_from(
        identities,
        customers,
        (customers.c.workspace_id == identities.c.workspace_id)
        & (customers.c.customer_id == identities.c.customer_id),
    )
    .where(
        identities.c.workspace_id == sa.bindparam("workspace"),
        identities.c.kind == sa.bindparam("of_kind"),
        identities.c.value == sa.bindparam("of_value"),
        identities.c.proof != sa.literal_column("'claimed'"),
    )
)
_CREATED = Prepared(customers.insert())
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_E164 = re.compile(r"\+[1-9]\d{6,14}")
_PHONE_FILLING = re.compile(r"[\s().\-/]+")


def normal(kind: str, value: str) -> str:
    """Spell an identity's value the one way it is stored.

    E-mail is lower-cased and its domain written in IDNA; dots and `+tag` stay, because they are
    another mailbox on most servers. A phone number (`tel`) becomes `+` and digits if it names its
    country, else its digits only, which never equal a full number. All else is kept as it is.

    Raises:
        BadInput: empty, too long, with control characters, or no e-mail address or phone number.
    """
    value = value.strip()
    if not value or len(value) > MAX_CHARACTERS or _CONTROL.search(value):
        raise BadInput(
            f"An identity of kind {kind!r} needs 1 to {MAX_CHARACTERS} plain characters."
        )
    if kind == "email":
        return _email(value)
    if kind == "tel":
        return _phone(value)
    return value


def _email(value: str) -> str:
    mailbox, at, domain = value.rpartition("@")
    try:
        domain = domain.rstrip(".").encode("idna").decode().lower()
    except UnicodeError:
        domain = ""
    if not (mailbox and at and "." in domain) or " " in value:
        raise BadInput("An e-mail address looks like 'name@example.com'.")
    return f"{mailbox.lower()}@{domain}"


def _phone(value: str) -> str:
    digits = _PHONE_FILLING.sub("", value)
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    if _E164.fullmatch(digits) or re.fullmatch(r"[0-9]{6,15}", digits):
        return digits
    raise BadInput("A phone number looks like '+5511987654321', with the country's code.")


def resolve(
    tx: Tx,
    workspace_id: str,
    kind: str,
    value: str,
    *,
    name: str | None = None,
    language: str | None = None,
    proof: Proof | None = None,
    now: float | None = None,
) -> str:
    """Give the customer whom a proved identity belongs to, made now if there is none.

    Any number of callers at once get the same customer. `name` and `language`, where given, replace
    what was known. The proof is `verified` for kind `user`, else `channel`, unless it is given;
    call this only with what a channel or the company vouches for, and `claim` for the rest.
    """
    proof = proof or ("verified" if kind == "user" else "channel")
    if proof == "claimed":
        raise BadInput("A claimed identity is never looked up; keep it with `claim`.")
    value, now = normal(kind, value), domain_now(tx) if now is None else now
    customer_id = find(tx, workspace_id, kind, value)
    if customer_id is None:
        customer_id = new_id("customer")
        if _insert(tx, workspace_id, customer_id, kind, value, proof, now):
            _create(tx, workspace_id, customer_id, name, language, now)
            return customer_id
        customer_id = find(tx, workspace_id, kind, value)  # somebody else was faster
        if customer_id is None:
            raise Conflict(f"The identity of kind {kind!r} was removed meanwhile; send it again.")
    if proof == "verified":
        _strengthen(tx, workspace_id, kind, value, now)
    _describe(tx, workspace_id, customer_id, name, language, now)
    return customer_id


def find(tx: Tx, workspace_id: str, kind: str, value: str) -> str | None:
    """Give the customer whom a proved identity belongs to, or None; claims are never searched."""
    row = _HOLDER.first(tx, workspace=workspace_id, of_kind=kind, of_value=normal(kind, value))
    return (row["redirect_to"] or row["customer_id"]) if row else None


def claim(
    tx: Tx,
    workspace_id: str,
    customer_id: str,
    claims: Mapping[str, str],
    *,
    now: float | None = None,
) -> None:
    """Keep what a customer says of herself, by kind; a newer claim replaces the older.

    Nothing is looked up: whether another customer has this identity makes no difference here, not
    in the outcome and not in the time it takes.

    Raises:
        BadInput: a value cannot be of its kind.
    """
    now = domain_now(tx) if now is None else now
    for kind, said in claims.items():
        value = normal(kind, said)
        mine = sa.and_(
            identities.c.workspace_id == workspace_id,
            identities.c.customer_id == customer_id,
            identities.c.kind == kind,
        )
        tx.execute(identities.delete().where(mine, ~PROVED, identities.c.value != value))
        _insert(tx, workspace_id, customer_id, kind, value, "claimed", now)


def prove(
    tx: Tx, workspace_id: str, customer_id: str, kind: str, value: str, *, now: float | None = None
) -> bool:
    """Add a verified identity to a customer; False when another customer has it, who keeps it."""
    value, now = normal(kind, value), domain_now(tx) if now is None else now
    holder = find(tx, workspace_id, kind, value)
    if holder is None:
        _unclaim(tx, workspace_id, customer_id, kind, value)
        _insert(tx, workspace_id, customer_id, kind, value, "verified", now)
        holder = find(tx, workspace_id, kind, value)
    elif holder == customer_id:
        _strengthen(tx, workspace_id, kind, value, now)
    return holder == customer_id


def move(tx: Tx, workspace_id: str, from_id: str, to_id: str, *, now: float | None = None) -> None:
    """Give a customer's channel identities to another, who has proved to be the same person.

    When nothing proved is left, the first becomes a redirect that every look-up follows. The fact
    `customer.moved` tells upper folders.
    """
    if from_id == to_id:
        return
    now = domain_now(tx) if now is None else now
    of_first = sa.and_(
        identities.c.workspace_id == workspace_id, identities.c.customer_id == from_id
    )
    channel = sa.and_(of_first, identities.c.proof == "channel")
    for kind, value in tx.execute(
        sa.select(identities.c.kind, identities.c.value).where(channel)
    ).all():
        _unclaim(tx, workspace_id, to_id, kind, value)
    tx.execute(identities.update().where(channel).values(customer_id=to_id, moved_from=from_id))
    left = tx.execute(sa.select(identities.c.kind).where(of_first, PROVED).limit(1)).first()
    if left is None:
        # One after the other: by one condition with `or` SQLite reads every customer.
        for key in (customers.c.redirect_to, customers.c.customer_id):
            tx.execute(
                customers.update()
                .where(customers.c.workspace_id == workspace_id, key == from_id)
                .values(redirect_to=to_id, updated_at=now)
            )
    events.emit(
        tx,
        workspace_id=workspace_id,
        kind="customer.moved",
        subject={"customer_id": to_id, "from_customer_id": from_id},
        data={"redirected": left is None},
    )


def move_back(
    tx: Tx, workspace_id: str, from_id: str, to_id: str, *, now: float | None = None
) -> None:
    """Give a customer back what `move` took from her, and let her be looked up by her own id again."""
    now = domain_now(tx) if now is None else now
    of_workspace = identities.c.workspace_id == workspace_id
    tx.execute(
        identities.update()
        .where(of_workspace, identities.c.customer_id == from_id, identities.c.moved_from == to_id)
        .values(customer_id=to_id, moved_from=None)
    )
    tx.execute(
        customers.update()
        .where(
            customers.c.workspace_id == workspace_id,
            customers.c.customer_id == to_id,
            customers.c.redirect_to == from_id,
        )
        .values(redirect_to=None, updated_at=now)
    )


def customer(tx: Tx, workspace_id: str, customer_id: str) -> Customer:
    """Give a customer, by her id or by one that redirects to her.

    Raises:
        NotFound: there is no such customer.
    """
    row = _one(tx, workspace_id, customer_id)
    if row["redirect_to"]:
        row = _one(tx, workspace_id, row["redirect_to"])
    customer_id = row["customer_id"]
    known = _IDENTITIES.rows(tx, workspace=workspace_id, customer=customer_id)
    external = [
        found["value"]
        for found in known
        if found["kind"] == "user" and found["proof"] == "verified"
    ]
    return Customer(
        customer_id=customer_id,
        external_id=external[0] if external else None,
        name=row["name"],
        language=row["language"],
        verification=_level(known),
        claims={found["kind"]: found["value"] for found in known if found["proof"] == "claimed"},
        accounts=tuple(found["value"] for found in known),
        simulated=row["simulated"],
        erased=row["erased_at"] is not None,
    )


def _level(known: list[dict[str, Any]]) -> Level:
    proofs = {found["proof"] for found in known}
    if "verified" in proofs:
        return "verified"
    return "claimed" if "claimed" in proofs else "anonymous"


def current_id(tx: Tx, workspace_id: str, customer_id: str) -> str:
    """Follow a redirect to the id in use.

    Raises:
        NotFound: there is no such customer.
    """
    row = _one(tx, workspace_id, customer_id)
    return row["redirect_to"] or row["customer_id"]


def hold(tx: Tx, workspace_id: str, customer_ids: Sequence[str]) -> None:
    """Let nobody resolve or change who these customers are until this transaction ends.

    Whoever writes as a customer holds her identity before her conversation; this is for who needs both.
    """
    for table in (identities, customers):
        tx.execute(
            sa.select(table.c.customer_id)
            .where(table.c.workspace_id == workspace_id, table.c.customer_id.in_(customer_ids))
            .order_by(*table.primary_key.columns)
            .with_for_update()
        ).all()


def all_ids(tx: Tx, workspace_id: str, customer_id: str) -> list[str]:
    """Give every id this customer ever had, the one in use first."""
    in_use = current_id(tx, workspace_id, customer_id)
    former = tx.scalars(
        sa.select(customers.c.customer_id)
        .where(customers.c.workspace_id == workspace_id, customers.c.redirect_to == in_use)
        .order_by(customers.c.customer_id)
    )
    return [in_use, *former]


def _one(tx: Tx, workspace_id: str, customer_id: str) -> dict[str, Any]:
    row = _CUSTOMER.first(tx, workspace=workspace_id, customer=customer_id)
    if row is None:
        raise NotFound(f"There is no customer {customer_id!r}.")
    return row


def _insert(
    tx: Tx, workspace_id: str, customer_id: str, kind: str, value: str, proof: Proof, now: float
) -> bool:
    """Insert an identity unless it is taken; on PostgreSQL this waits for whoever is taking it."""
    row = {
        "workspace_id": workspace_id,
        "customer_id": customer_id,
        "kind": kind,
        "value": value,
        "proof": proof,
        "created_at": now,
        "proved_at": None if proof == "claimed" else now,
    }
    return insert_once(tx, identities, row)


def _unclaim(tx: Tx, workspace_id: str, customer_id: str, kind: str, value: str) -> None:
    tx.execute(
        identities.delete().where(
            identities.c.workspace_id == workspace_id,
            identities.c.customer_id == customer_id,
            identities.c.kind == kind,
            identities.c.value == value,
            ~PROVED,
        )
    )


def _strengthen(tx: Tx, workspace_id: str, kind: str, value: str, now: float) -> None:
    tx.execute(
        identities.update()
        .where(
            identities.c.workspace_id == workspace_id,
            identities.c.kind == kind,
            identities.c.value == value,
            identities.c.proof == "channel",
        )
        .values(proof="verified", proved_at=now)
    )


def _create(
    tx: Tx, workspace_id: str, customer_id: str, name: str | None, language: str | None, now: float
) -> None:
    _CREATED.run(
        tx,
        workspace_id=workspace_id,
        customer_id=customer_id,
        name=name or None,
        language=language or "",
        redirect_to=None,
        created_at=now,
        updated_at=now,
        simulated=False,
    )


def _describe(
    tx: Tx, workspace_id: str, customer_id: str, name: str | None, language: str | None, now: float
) -> None:
    """Take over what is newly known; a row that says so already is not written."""
    given = {"name": name, "language": language}
    news = {column: value for column, value in given.items() if value}
    if not news:
        return
    different = sa.or_(
        *(customers.c[column].is_distinct_from(value) for column, value in news.items())
    )
    tx.execute(
        customers.update()
        .where(
            customers.c.workspace_id == workspace_id,
            customers.c.customer_id == customer_id,
            different,
        )
        .values(**news, updated_at=now)
    )
