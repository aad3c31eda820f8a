"""Keys, and endpoints that ask for one by the type in their signature."""

import asyncio
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from core.access import (
    SCOPES,
    Asserter,
    Lead,
    OptionalCaller,
    Staff,
    access_keys,
    find_key,
    first_key,
    issue_key,
    revoke_key,
)
from core.database import Database
from core.errors import BadInput, NotFound, RegenteError


def stored(tx) -> list[dict]:
    return [dict(row) for row in tx.execute(sa.select(access_keys)).mappings()]


class TestAKey:
    async def test_is_found_with_its_scopes_and_role(self, database: Database) -> None:
        key = await database.writing(issue_key, "w", "Ana", scopes=["staff"], role="lead")
        caller = await database.reading(find_key, "w", key)
        assert caller is not None
        assert (caller.name, caller.role, caller.scopes) == ("Ana", "lead", {"staff"})
        assert key.startswith("rk_")

    async def test_is_not_stored(self, database: Database) -> None:
        key = await database.writing(issue_key, "w", "Ana", scopes=["staff"])
        assert key.split("_", 2)[2] not in str(await database.reading(stored))

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda key: key[:-1],
            lambda key: key[:-1] + ("a" if key[-1] != "a" else "b"),
            lambda key: key.removeprefix("rk_"),
            lambda key: key + "x",
            lambda key: "rk_",
            lambda key: "",
            lambda key: "rk_ü_é",
        ],
    )
    async def test_that_is_wrong_is_nobodys(
        self, database: Database, spoil: Callable[[str], str]
    ) -> None:
        key = await database.writing(issue_key, "w", "Ana", scopes=["staff"])
        assert await database.reading(find_key, "w", spoil(key)) is None

    async def test_is_good_for_its_workspace_only(self, database: Database) -> None:
        key = await database.writing(issue_key, "w", "Ana", scopes=["staff"])
        assert await database.reading(find_key, "x", key) is None

    async def test_that_was_revoked_is_nobodys(self, database: Database) -> None:
        key = await database.writing(issue_key, "w", "Ana", scopes=["staff"])
        caller = await database.reading(find_key, "w", key)
        assert caller is not None
        await database.writing(revoke_key, "w", caller.key_id)
        assert await database.reading(find_key, "w", key) is None
        with pytest.raises(NotFound):
            await database.writing(revoke_key, "w", caller.key_id)

    @pytest.mark.parametrize("scopes", [[], ["root"]])
    async def test_needs_scopes_that_exist(self, database: Database, scopes: list[str]) -> None:
        with pytest.raises(BadInput, match="scopes out of"):
            await database.writing(issue_key, "w", "Ana", scopes=scopes)


async def test_servers_that_start_at_once_make_one_first_key(database: Database) -> None:
    keys = await asyncio.gather(*(database.writing(first_key, "w") for _ in range(8)))
    (key,) = [key for key in keys if key]
    caller = await database.reading(find_key, "w", key)
    assert caller is not None
    assert (caller.role, caller.scopes) == ("admin", set(SCOPES))


@pytest.fixture
async def client(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.state.database, app.state.workspace_id = database, "w"

    @app.exception_handler(RegenteError)
    async def render(request: Request, error: RegenteError) -> JSONResponse:
        return JSONResponse({"message": str(error)}, status_code=error.status)

    @app.get("/staff")
    async def staff(caller: Staff) -> str:
        return caller.name

    @app.get("/lead")
    async def lead(caller: Lead) -> str:
        return caller.name

    @app.get("/asserter")
    async def asserter(caller: Asserter) -> str:
        return caller.name

    @app.get("/anyone")
    async def anyone(caller: OptionalCaller) -> str | None:
        return caller.name if caller else None

    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


class TestAnEndpoint:
    @pytest.mark.parametrize("form", ["Authorization: Bearer {}", "X-API-Key: {}"])
    async def test_lets_in_whom_its_signature_names(
        self, database: Database, client: httpx.AsyncClient, form: str
    ) -> None:
        key = await database.writing(issue_key, "w", "Ana", scopes=["staff"])
        name, _, value = form.format(key).partition(": ")
        headers = {name: value}
        assert (await client.get("/staff", headers=headers)).json() == "Ana"
        assert (await client.get("/anyone", headers=headers)).json() == "Ana"
        refused = await client.get("/asserter", headers=headers)
        assert (refused.status_code, "'chat:assert'" in refused.text) == (403, True)
        refused = await client.get("/lead", headers=headers)
        assert (refused.status_code, "lead or admin" in refused.text) == (403, True)

    async def test_says_that_it_needs_a_key(self, client: httpx.AsyncClient) -> None:
        refused = await client.get("/staff")
        assert (refused.status_code, "needs a key" in refused.text) == (401, True)

    async def test_refuses_a_wrong_key_even_where_none_is_needed(
        self, client: httpx.AsyncClient
    ) -> None:
        for path in ("/anyone", "/staff"):
            refused = await client.get(path, headers={"X-API-Key": "rk_0_0"})
            assert refused.status_code == 401

    async def test_leaves_a_customers_token_to_others(self, client: httpx.AsyncClient) -> None:
        headers = {"Authorization": "Bearer eyJhbGciOi"}
        assert (await client.get("/anyone", headers=headers)).json() is None
        assert (await client.get("/staff", headers=headers)).status_code == 401

    async def test_notes_when_a_key_was_used(
        self, database: Database, client: httpx.AsyncClient
    ) -> None:
        key = await database.writing(issue_key, "w", "Ana", scopes=["staff"])
        await client.get("/staff", headers={"X-API-Key": key})
        (row,) = await database.reading(stored)
        assert row["last_used_at"] is not None
