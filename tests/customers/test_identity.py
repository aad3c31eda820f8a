"""Who a customer is."""

import asyncio

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from core.database import Database, Tx
from core.errors import BadInput, NotFound
from customers.identity import (
    all_ids,
    claim,
    current_id,
    customer,
    find,
    move,
    normal,
    prove,
    resolve,
)
from customers.tables import customers


def count(tx: Tx) -> int:
    return tx.execute(sa.select(sa.func.count()).select_from(customers)).scalar_one()


class TestResolving:
    async def test_twenty_at_once_make_one_customer(self, database: Database) -> None:
        ids = await asyncio.gather(
            *(database.writing(resolve, "w", "webchat", "v1", name="Ana") for _ in range(20))
        )
        assert len(set(ids)) == 1
        assert await database.reading(count) == 1

    async def test_different_identities_are_different_customers(self, database: Database) -> None:
        pairs = [("webchat", "v1"), ("webchat", "v2"), ("telegram", "v1")]
        ids = {await database.writing(resolve, "w", *pair) for pair in pairs}
        ids.add(await database.writing(resolve, "other", "webchat", "v1"))
        assert len(ids) == 4

    async def test_what_is_newly_known_is_kept(self, database: Database) -> None:
        first = await database.writing(resolve, "w", "user", "C-1", name="Ana", language="pt-BR")
        await database.writing(resolve, "w", "user", "C-1", name="Ana Souza")
        known = await database.reading(customer, "w", first)
        assert (known.name, known.language) == ("Ana Souza", "pt-BR")
        assert (known.external_id, known.verification) == ("C-1", "verified")

    async def test_a_visitor_is_anonymous(self, database: Database) -> None:
        visitor = await database.writing(resolve, "w", "webchat", "v1")
        known = await database.reading(customer, "w", visitor)
        assert (known.verification, known.external_id, known.claims) == ("anonymous", None, {})


class TestAClaim:
    async def test_is_never_found_by_anyone(self, database: Database) -> None:
        visitor = await database.writing(resolve, "w", "webchat", "v1")
        await database.writing(claim, "w", visitor, {"user": "C-1", "email": "ana@example.com"})
        assert await database.reading(find, "w", "user", "C-1") is None
        assert await database.reading(find, "w", "email", "ana@example.com") is None
        real = await database.writing(resolve, "w", "user", "C-1")
        assert real != visitor

    async def test_of_a_known_identity_gives_nothing_of_its_owner(self, database: Database) -> None:
        await database.writing(resolve, "w", "user", "C-1", name="Ana")
        visitor = await database.writing(resolve, "w", "webchat", "v1")
        await database.writing(claim, "w", visitor, {"user": "C-1"})
        known = await database.reading(customer, "w", visitor)
        assert (known.external_id, known.name, known.verification) == (None, None, "claimed")
        assert known.claims == {"user": "C-1"}

    async def test_can_be_made_by_many(self, database: Database) -> None:
        for number in range(3):
            visitor = await database.writing(resolve, "w", "webchat", f"v{number}")
            await database.writing(claim, "w", visitor, {"user": "C-1"})
            assert (await database.reading(customer, "w", visitor)).claims == {"user": "C-1"}

    async def test_replaces_the_one_before(self, database: Database) -> None:
        visitor = await database.writing(resolve, "w", "webchat", "v1")
        for value in ("C-1", "C-2", "C-2"):
            await database.writing(claim, "w", visitor, {"user": value})
        assert (await database.reading(customer, "w", visitor)).claims == {"user": "C-2"}

    async def test_cannot_be_resolved(self, database: Database) -> None:
        with pytest.raises(BadInput, match="never looked up"):
            await database.writing(resolve, "w", "user", "C-1", proof="claimed")

    async def test_asks_the_database_the_same_whether_the_customer_exists(
        self, database: Database
    ) -> None:
        await database.writing(resolve, "w", "user", "C-1")
        asked = []
        for value in ("C-1", "C-9"):
            visitor = await database.writing(resolve, "w", "webchat", f"for {value}")
            statements: list[str] = []

            def listen(tx: Tx, *, listing: list[str] = statements, who=visitor, what=value) -> None:
                def heard(_connection, _cursor, statement, *_rest) -> None:
                    listing.append(statement)

                event.listen(tx, "before_cursor_execute", heard)
                claim(tx, "w", who, {"user": what})
                event.remove(tx, "before_cursor_execute", heard)

            await database.writing(listen)
            asked.append(statements)
        assert asked[0] == asked[1] != []


class TestProving:
    async def test_turns_a_claim_into_a_fact(self, database: Database) -> None:
        ana = await database.writing(resolve, "w", "user", "C-1")
        await database.writing(claim, "w", ana, {"email": "ana@example.com"})
        assert await database.writing(prove, "w", ana, "email", "Ana@example.com")
        assert await database.reading(find, "w", "email", "ana@example.com") == ana
        assert (await database.reading(customer, "w", ana)).claims == {}

    async def test_never_takes_an_identity_from_its_owner(self, database: Database) -> None:
        ana = await database.writing(resolve, "w", "user", "C-1")
        bia = await database.writing(resolve, "w", "user", "C-2")
        assert await database.writing(prove, "w", ana, "email", "family@example.com")
        assert not await database.writing(prove, "w", bia, "email", "family@example.com")
        assert await database.reading(find, "w", "email", "family@example.com") == ana


class TestMoving:
    async def test_makes_every_lookup_follow(self, database: Database) -> None:
        visitor = await database.writing(resolve, "w", "webchat", "v1")
        ana = await database.writing(resolve, "w", "user", "C-1")
        await database.writing(move, "w", visitor, ana)
        assert await database.writing(resolve, "w", "webchat", "v1") == ana
        assert await database.reading(current_id, "w", visitor) == ana
        assert (await database.reading(customer, "w", visitor)).external_id == "C-1"
        assert await database.reading(all_ids, "w", visitor) == [ana, visitor]

    async def test_follows_in_one_step_after_several_moves(self, database: Database) -> None:
        first, second, third = [
            await database.writing(resolve, "w", "webchat", f"v{number}") for number in range(3)
        ]
        await database.writing(move, "w", first, second)
        await database.writing(move, "w", second, third)
        assert await database.reading(current_id, "w", first) == third
        assert await database.writing(resolve, "w", "webchat", "v0") == third

    async def test_keeps_apart_two_customers_of_the_company(self, database: Database) -> None:
        ana = await database.writing(resolve, "w", "user", "C-1")
        bia = await database.writing(resolve, "w", "user", "C-2")
        await database.writing(move, "w", ana, bia)
        assert await database.writing(resolve, "w", "user", "C-1") == ana
        assert await database.reading(current_id, "w", ana) == ana

    async def test_replaces_a_claim_of_the_same(self, database: Database) -> None:
        visitor = await database.writing(resolve, "w", "email", "ana@example.com")
        ana = await database.writing(resolve, "w", "user", "C-1")
        await database.writing(claim, "w", ana, {"email": "ana@example.com"})
        await database.writing(move, "w", visitor, ana)
        assert await database.reading(find, "w", "email", "ana@example.com") == ana


@pytest.mark.parametrize(
    ("kind", "given", "stored"),
    [
        ("email", " Ana.Souza+x@Exemplo.COM. ", "ana.souza+x@exemplo.com"),
        ("email", "ana@pão.com.br", "ana@xn--po-sia.com.br"),
        ("tel", "+55 (11) 98765-4321", "+5511987654321"),
        ("tel", "0055 11 98765 4321", "+5511987654321"),
        ("tel", "(11) 98765-4321", "11987654321"),
        ("user", " C-1 ", "C-1"),
        ("whatsapp", "5511987654321", "5511987654321"),
    ],
)
def test_an_identity_has_one_spelling(kind: str, given: str, stored: str) -> None:
    assert normal(kind, given) == stored


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("email", "ana"),
        ("email", "@example.com"),
        ("email", "a b@example.com"),
        ("email", "ana@example..com"),
        ("email", "ana@" + "x" * 80 + ".com"),
        ("tel", "call me"),
        ("tel", "+0123"),
        ("tel", "١٢٣٤٥٦٧"),
        ("user", ""),
        ("user", "  "),
        ("user", "C\x001"),
        ("user", "x" * 201),
    ],
)
def test_what_cannot_be_an_identity_is_refused(kind: str, given: str) -> None:
    with pytest.raises(BadInput):
        normal(kind, given)


async def test_an_unknown_customer_is_not_found(database: Database) -> None:
    with pytest.raises(NotFound, match="'customer_x'"):
        await database.reading(customer, "w", "customer_x")
