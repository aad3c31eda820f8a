"""The demo's sign-in and codes, over HTTP."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from core.access import issue_key
from core.database import Database
from core.errors import RegenteError
from core.settings import Settings
from core.workspace import Workspace
from customers.http import router
from customers.identity import resolve
from customers.verification import read_token, redeem, secret

DEMO = "demo: true\ndemo_customers: [{id: P-1, name: Ana, email: ana@example.com}]\n"
Ask = Callable[..., httpx.AsyncClient]


@pytest.fixture
def ask(database: Database, tmp_path: Path) -> Ask:
    """Give a client of a server whose workspace says `more`, connected from `peer`."""

    def client(
        more: str = DEMO, *, peer: str = "127.0.0.1", demo: bool = False
    ) -> httpx.AsyncClient:
        (tmp_path / "workspace.yaml").write_text(f"id: clinic\nname: Clinic\n{more}")
        app = FastAPI()
        app.include_router(router)
        app.state.database = database
        app.state.workspace = Workspace(tmp_path)
        app.state.workspace_id = "clinic"
        app.state.settings = Settings(demo=demo, data_dir=tmp_path / "data")

        @app.exception_handler(RegenteError)
        async def render(request: Request, error: RegenteError) -> JSONResponse:
            return JSONResponse({"message": str(error)}, status_code=error.status)

        transport = httpx.ASGITransport(app, client=(peer, 5000))
        return httpx.AsyncClient(transport=transport, base_url="http://test")

    return client


class TestTheDemo:
    @pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
    async def test_signs_in_whoever_sits_at_this_machine(
        self, ask: Ask, peer: str, tmp_path: Path
    ) -> None:
        client = ask(peer=peer)
        (offered,) = (await client.get("/demo/customers")).json()["customers"]
        answer = (await client.post("/demo/login", json={"customer": offered["id"]})).json()
        assert answer["customer"]["name"] == "Ana"
        key = secret(Workspace(tmp_path), Settings(data_dir=tmp_path / "data"))
        assert read_token(answer["token"], key).external_id == "P-1"

    @pytest.mark.parametrize(
        ("peer", "headers"),
        [
            ("10.0.0.7", {}),
            ("2001:db8::1", {}),
            ("not an address", {}),
            ("10.0.0.7", {"X-Forwarded-For": "127.0.0.1"}),
            ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}),
            ("127.0.0.1", {"X-Forwarded-For": "10.0.0.7"}),
            ("127.0.0.1", {"X-Forwarded-Proto": "https"}),
            ("127.0.0.1", {"Forwarded": "for=10.0.0.7"}),
            ("127.0.0.1", {"X-Real-IP": "10.0.0.7"}),
            ("127.0.0.1", {"Via": "1.1 proxy"}),
        ],
    )
    async def test_is_nowhere_for_others(
        self, ask: Ask, peer: str, headers: dict[str, str]
    ) -> None:
        client = ask(peer=peer)
        login = await client.post("/demo/login", json={"customer": "P-1"}, headers=headers)
        listing = await client.get("/demo/customers", headers=headers)
        assert (login.status_code, listing.status_code) == (404, 404)

    async def test_is_open_to_others_when_the_settings_say_so(self, ask: Ask) -> None:
        client = ask(peer="10.0.0.7", demo=True)
        login = await client.post("/demo/login", json={"customer": "P-1"})
        assert login.status_code == 200

    async def test_does_not_exist_in_a_real_workspace(self, ask: Ask) -> None:
        for demo in (False, True):
            client = ask("demo: false\n", demo=demo)
            login = await client.post("/demo/login", json={"customer": "P-1"})
            assert login.status_code == 404

    async def test_signs_in_its_own_customers_only(self, ask: Ask) -> None:
        login = await ask().post("/demo/login", json={"customer": "P-2"})
        assert (login.status_code, "GET /demo/customers" in login.text) == (404, True)


class TestCodes:
    async def test_are_given_to_the_companys_server(self, ask: Ask, database: Database) -> None:
        key = await database.writing(issue_key, "clinic", "shop", scopes=["chat:assert"])
        asked = {"kind": "user", "value": "P-1"}
        answer = await ask().post("/customers/codes", json=asked, headers={"X-API-Key": key})
        assert answer.status_code == 201
        visitor = await database.writing(resolve, "clinic", "webchat", "v1")
        code = answer.json()["code"]
        assert await database.writing(redeem, "clinic", visitor, "user", "P-1", code) is not None

    async def test_are_not_given_to_anyone_else(self, ask: Ask, database: Database) -> None:
        key = await database.writing(issue_key, "clinic", "Ana", scopes=["staff"], role="admin")
        asked = {"kind": "user", "value": "P-1"}
        client = ask()
        assert (await client.post("/customers/codes", json=asked)).status_code == 401
        refused = await client.post("/customers/codes", json=asked, headers={"X-API-Key": key})
        assert refused.status_code == 403

    @pytest.mark.parametrize(
        "asked",
        [{}, {"value": ""}, {"kind": "webchat", "value": "v"}, {"kind": "email", "value": "x"}],
    )
    async def test_are_refused_for_what_is_no_identity(
        self, ask: Ask, database: Database, asked: dict[str, str]
    ) -> None:
        key = await database.writing(issue_key, "clinic", "shop", scopes=["chat:assert"])
        answer = await ask().post("/customers/codes", json=asked, headers={"X-API-Key": key})
        assert answer.status_code == 422
