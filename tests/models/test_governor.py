"""What stops a paid call, for every process: the switch, the money of a day and a turn, a sick server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import closing
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from langchain_core.language_models import BaseChatModel

from core import audit, web
from core.access import issue_key
from core.database import Database
from core.events import events
from core.settings import Settings
from core.workspace import Workspace
from models import Spent, governor, http, standing
from models.__main__ import main
from models.fallback import FallbackChatModel
from models.governor import Governor
from models.loading import remote
from models.roles import endpoints
from models.scripted import ScriptedServer
from models.spending import Limits, add, summed
from models.standing import Rows, Store
from models.tables import servers
from models.usage import acting, metered
from tests.models.test_roles import CLUB

W = "acme"
PRICES = {"price_per_million_input": 1000.0, "price_per_million_output": 1000.0}


@pytest.fixture
def store(database: Database) -> Store:
    """Where it is kept, in each database."""
    return Rows(database, W)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have what other processes change known at once, not after a second."""
    monkeypatch.setattr(governor, "FRESH_S", 0.0)


def model(
    server: ScriptedServer, standby: BaseChatModel, watching: Governor, role: str = "answer"
) -> FallbackChatModel:
    """Give the model of a role of another process, if `watching` is another."""
    given: dict[str, Any] = {"model": "m", "openai_base_url": server.url, "model_retries": 0}
    settings = Settings(_env_file=None, **given, **PRICES)  # pyright: ignore
    endpoint = endpoints(settings)[role]  # pyright: ignore[reportArgumentType]
    return FallbackChatModel(
        remote=remote(endpoint, told=watching.note), embedded=standby, governor=watching,
        server=endpoint.base_url, timeout_s=2,
    )  # fmt: skip


async def degraded(chat: FallbackChatModel, times: int = 1) -> str:
    """Ask in one turn, and give why the embedded model answered."""
    with metered() as usage:
        for _ in range(times):
            await chat.ainvoke("Hello")
    return usage.degraded


@pytest.mark.usefixtures("at_once")
async def test_a_server_that_fails_in_one_process_is_left_alone_by_all_and_probed_by_one(
    server: ScriptedServer, standby: BaseChatModel, store: Store
) -> None:
    first, second = (model(server, standby, Governor(store, cool_down_s=0.3)) for _ in range(2))
    server.fail("500", times=None)
    for chat in (first, second, first):
        await degraded(chat)
    assert len(server.requests) == 3
    assert "left alone" in await degraded(second)
    assert "500" in await degraded(first)
    assert len(server.requests) == 3, "neither asks it any more"

    await asyncio.sleep(0.35)
    await asyncio.gather(*(degraded(chat) for chat in (first, second, first, second)))
    assert len(server.requests) == 4, "one probe for both"
    server.recover()
    await asyncio.sleep(0.35)
    assert await degraded(second) == ""
    assert await degraded(first) == "", "what one has found, the other knows"


async def test_money_is_written_down_by_day_agent_role_and_model_as_the_turn_has_it(
    server: ScriptedServer, standby: BaseChatModel, database: Database
) -> None:
    watching = Governor(Rows(database, W))
    with metered() as usage:
        with acting("intent"):
            await model(server, standby, watching, "route").ainvoke("Hello")
        with acting("knowledge"):
            chat = model(server, standby, watching)
            await chat.ainvoke("Hello")
            assert await _last(chat, "Hello")
    assert database.read(lambda tx: tx.execute(sa.select(servers)).all()) == []
    rows = database.read(summed, W, ("agent", "role", "model"))
    assert {(row["agent"], row["role"], row["calls"]) for row in rows} == {
        ("intent", "route", 1), ("knowledge", "answer", 2)
    }  # fmt: skip
    assert sorted(rows, key=str) == sorted((vars(one) for one in usage.spent), key=str)
    (whole,) = database.read(summed, W, ())
    assert whole["cost_usd"] == pytest.approx(usage.cost_usd)
    assert whole["cost_usd"] == pytest.approx(
        (whole["input_tokens"] + whole["output_tokens"]) / 1000
    )


async def test_an_answer_without_its_usage_is_estimated(
    server: ScriptedServer, standby: BaseChatModel
) -> None:
    server.script.reports_usage = False
    chat = model(server, standby, Governor())
    for ask in (chat.ainvoke("Hello " * 100), _last(chat, "Hello " * 100)):
        with metered() as usage:
            await ask
        assert 140 < usage.input_tokens < 250 and usage.output_tokens > 3


async def test_what_has_come_of_an_answer_that_breaks_off_is_paid_for(
    server: ScriptedServer, standby: BaseChatModel
) -> None:
    server.script.answers = lambda _body: "One sentence is whole. Another one is not"
    server.fail("cut", argument=7)
    with metered() as usage, pytest.raises(Exception, match="cut"):
        await _last(model(server, standby, Governor()), "Hello")
    assert usage.cost_usd > 0


async def test_what_has_come_of_an_answer_that_nobody_waits_for_any_more_is_paid_for(
    server: ScriptedServer, standby: BaseChatModel, database: Database
) -> None:
    server.script.answers = lambda _body: "One sentence is whole. Another one is not" + " ever" * 99
    server.script.tokens_per_s = 50
    chat, begun = model(server, standby, Governor(Rows(database, W))), asyncio.Event()

    async def listen() -> None:
        async for _ in chat.astream("Hello"):
            begun.set()

    with metered() as usage:
        listening = asyncio.create_task(listen())
        await begun.wait()
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
    (whole,) = database.read(summed, W, ())
    assert whole["cost_usd"] == usage.cost_usd > 0


async def _last(chat: FallbackChatModel, text: str) -> Any:
    return [part async for part in chat.astream(text)][-1]


@pytest.mark.usefixtures("at_once")
async def test_the_limit_of_a_day_ends_paid_calls_in_every_process_until_the_next_day(
    server: ScriptedServer, standby: BaseChatModel, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (Governor(store, limits=Limits(day_usd=0.01)) for _ in range(2))
    assert "the limit of a day is 0.01" in await degraded(model(server, standby, first), 2)
    assert "the limit of a day" in await degraded(model(server, standby, second))
    assert len(server.requests) == 1, "within the turn the embedded model goes on"
    monkeypatch.setattr(second, "_today", lambda: "2999-01-01")
    assert await degraded(model(server, standby, second)) == ""


async def test_a_limit_holds_without_a_database_too(
    server: ScriptedServer, standby: BaseChatModel
) -> None:
    chat = model(server, standby, Governor(limits=Limits(warn_usd=0.001, day_usd=0.01)))
    assert "the limit of a day is 0.01" in await degraded(chat, 2)
    assert len(server.requests) == 1


async def test_the_limit_of_a_turn_ends_with_the_turn(
    server: ScriptedServer, standby: BaseChatModel
) -> None:
    chat = model(server, standby, Governor(limits=Limits(turn_usd=0.01)))
    assert "the turn has spent its limit of 0.01 USD" in await degraded(chat, 3)
    assert len(server.requests) == 1
    assert await degraded(chat) == ""


def test_a_limit_that_is_passed_is_told_once_a_day_by_whoever_passes_it(database: Database) -> None:
    limits = Limits(warn_usd=1, day_usd=2)
    half = Spent("care", "write", "m", 1, 10, 10, 0.6)
    told = [
        database.write(add, W, day, [half], limits)[1]
        for day in ("2026-01-01",) * 5 + ("2026-01-02",)
    ]
    assert told == [[], ["warned"], [], ["reached"], [], []]
    emitted = database.read(lambda tx: tx.execute(sa.select(events)).mappings().all())
    assert [(one["kind"], one["subject"]["day"]) for one in emitted] == [
        ("models.limit_warned", "2026-01-01"), ("models.limit_reached", "2026-01-01")
    ]  # fmt: skip
    assert emitted[0]["data"] == {"spent_usd": pytest.approx(1.2), "limit_usd": 1}


async def test_money_of_many_at_once_is_added_up(database: Database) -> None:
    store = Rows(database, W)
    ones = [Spent(agent, "answer", "m", 1, 1, 1, 0.01) for agent in "abc"]
    await asyncio.gather(
        *(store.add("2026-01-01", ones[::turn], Limits()) for turn in (1, -1) * 20)
    )
    (whole,) = database.read(summed, W, ("day",))
    assert (whole["calls"], whole["cost_usd"]) == (120, pytest.approx(1.2))


@pytest.mark.usefixtures("at_once")
async def test_a_database_that_is_away_stops_no_call_and_the_money_is_written_down_later(
    server: ScriptedServer, standby: BaseChatModel, database: Database
) -> None:
    with closing(Database("postgresql://127.0.0.1:1/none")) as away:
        watching = Governor(Rows(away, W))
        chat = model(server, standby, watching)
        assert await degraded(chat) == ""
        server.fail("401", times=3)
        for _ in range(3):
            await degraded(chat)
        assert "left alone" in await degraded(chat)
    watching._store = Rows(database, W)
    await watching.settle()
    (whole,) = database.read(summed, W, ())
    assert whole["calls"] == 4


@pytest.mark.usefixtures("at_once")
async def test_the_switch_stops_every_process_and_lets_it_go_on(
    server: ScriptedServer, standby: BaseChatModel, database: Database
) -> None:
    chat = model(server, standby, Governor(Rows(database, W)))
    database.write(standing.turn, W, stopped=True, by="key_1", reason="odd answers")
    assert await degraded(chat) == "models are switched off: odd answers"
    assert server.requests == []
    database.write(standing.turn, W, stopped=False, by="key_1")
    assert await degraded(chat) == ""
    entries = database.read(lambda tx: tx.execute(sa.select(audit.audit)).mappings().all())
    assert [(one["actor"], one["action"], one["details"]["reason"]) for one in entries] == [
        ("key_1", "models.stop", "odd answers"), ("key_1", "models.go", "")
    ]  # fmt: skip


@pytest.fixture
async def desk(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    """The routes over a database, for a lead."""
    app = FastAPI()
    app.include_router(http.router)
    app.state.database, app.state.workspace = database, Workspace(CLUB)
    app.state.workspace_id = app.state.workspace.workspace_id
    app.state.settings = Settings(_env_file=None, spend_warn_usd=1)  # pyright: ignore
    web.add_to(app)
    key = await database.writing(
        issue_key, app.state.workspace_id, "lead", scopes=("staff",), role="lead"
    )
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://club", headers={"X-API-Key": key}
    ) as client:
        yield client


async def test_staff_see_what_models_cost_and_stop_them(
    desk: httpx.AsyncClient, database: Database
) -> None:
    here = Workspace(CLUB).workspace_id
    today = (await desk.get("/models")).json()["today"]
    for day, agent, usd in (
        ("2020-01-01", "care", 5.0),
        (today, "care", 1.0),
        (today, "intent", 2.0),
    ):
        spent = Spent(agent, "answer", "m", 1, 10, 20, usd)
        await database.writing(add, here, day, [spent], Limits())
    shown = (await desk.get("/models")).json()
    assert (shown["spent_usd"], shown["limits"]["warn_usd"], shown["stopped"]) == (3.0, 1.0, False)
    assert set(shown["roles"].values()) == {"embedded"}
    listed = (await desk.get("/models/spending", params={"by": ["day", "agent"]})).json()[
        "spending"
    ]
    assert [(one["day"], one["agent"], one["cost_usd"]) for one in listed] == [
        (today, "intent", 2.0), (today, "care", 1.0), ("2020-01-01", "care", 5.0)
    ]  # fmt: skip
    (one,) = (await desk.get("/models/spending", params={"since": today})).json()["spending"]
    assert (one["calls"], one["cost_usd"], one["agent"]) == (2, 3.0, None)

    stopped = (await desk.post("/models/stop", json={"reason": "odd"})).json()
    assert (stopped["stopped"], stopped["reason"]) == (True, "odd")
    assert stopped["by"].startswith("key_")
    assert not (await desk.post("/models/go")).json()["stopped"]
    for bad in ({"reason": "\x00"}, {"reason": "x" * 201}, []):
        assert (await desk.post("/models/stop", json=bad)).status_code == 422
    assert (await desk.get("/models", headers={"X-API-Key": ""})).status_code == 401


def test_the_commands_stop_models_and_show_what_they_cost(
    database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given = Settings(
        _env_file=None, workspace=CLUB,  # pyright: ignore
        database_url=database.url.render_as_string(hide_password=False),
    )  # fmt: skip
    monkeypatch.setattr("core.commands.settings", lambda: given)
    here = Workspace(CLUB).workspace_id
    assert main(["stop", "--reason", "too dear"]) == 0
    assert database.read(standing.read, here, "").stopped == "too dear"
    assert main(["go"]) == 0
    assert database.read(standing.read, here, "").stopped is None
    database.write(add, here, "2999-01-01", [Spent("care", "write", "m", 3, 5, 7, 0.25)], Limits())
    assert main(["spend", "--by", "agent"]) == 0
    monkeypatch.setattr("core.commands.settings", lambda: Settings(workspace=CLUB / "none"))
    assert main(["go"]) == 1
    said, failed = capsys.readouterr()
    assert "none" in failed and "Traceback" not in failed
    assert "care" in said and "0.2500 USD in 30 days" in said
