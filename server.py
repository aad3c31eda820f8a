"""The server: `python server.py`. Wiring only; a folder's routes are its `http.py` offering `router`."""

import asyncio
import gc
import importlib
import os
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import structlog
import uvicorn
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse, Response

from channels.providers import accounts
from conversations.courier import Courier
from conversations.listing import open_ones
from conversations.live import Hub
from conversations.pulse import Pulse
from conversations.runner import Runner
from core import clock, crew, logs, web
from core.access import OptionalCaller, first_key, needs
from core.crew import REFUSED
from core.database import Database, Tx
from core.doorbell import Doorbell
from core.errors import BadInput, RegenteError, Unavailable, WorkspaceError
from core.metrics import CONTENT_TYPE, Measured, Metrics
from core.retention import all_kept
from core.settings import ROLES, Settings
from core.settings import settings as deployment_settings
from core.stopping import at_stop
from core.upgrade import upgrade
from core.workspace import Workspace
from customers.http import near
from demos import loading as past
from jobs.engine import Engine
from jobs.kinds import all_jobs
from models.embedded.language import warm
from models.roles import EMBEDDED, check, endpoints
from models.spending import summed

VERSION = "0.1.0"
ROOT = Path(__file__).resolve().parent
EVERYWHERE = ("0.0.0.0", "127.0.0.1", "::")  # noqa: S104 - read, not bound
PERIOD_OF_GRACE_S = 10
SWITCH_S = 0.001
"""How long a thread may compute while another waits for the interpreter: the database's threads do so after
each statement, and Python's 5 ms are a long time to somebody who waits for an acknowledgement."""

log = structlog.get_logger("server")
router = APIRouter(tags=["running"])


def create_app(settings: Settings | None = None) -> FastAPI:
    """Give the application; its database, models and knowledge open when it starts."""
    settings = settings or deployment_settings()
    about = "Conducts customer journeys with AI."
    app = FastAPI(title="Regente", version=VERSION, summary=about, lifespan=_lifespan)
    app.state.settings = settings
    app.state.metrics = Metrics()
    app.state.ready = ""
    web.add_to(app)
    app.add_middleware(Measured, metrics=app.state.metrics)
    app.include_router(router)
    for found in routers():
        app.include_router(found)
    return app


def routers() -> Iterator[APIRouter]:
    """Give the routes of every top-level folder."""
    for path in sorted(ROOT.glob("*/http.py")):
        offered = getattr(importlib.import_module(f"{path.parent.name}.http"), "router", None)
        if not isinstance(offered, APIRouter):
            raise TypeError(f"{path.parent.name}/http.py should offer `router`, an APIRouter.")
        yield offered


def _clock_file(state: Any) -> Path | None:
    """Give the file that the clock follows; a company's own clock runs with the world.

    Raises:
        BadInput: it is set where nothing is rehearsed.
    """
    if state.settings.clock_file and not state.workspace.profile.demo:
        raise BadInput(
            "REGENTE_CLOCK_FILE is for rehearsals: it needs a workspace with `demo: true`. Unset it."
        )
    return Path(state.settings.clock_file) if state.settings.clock_file else None


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open everything from the bottom up, and close it from the top down."""
    state = app.state
    logs.set_up(state.settings)
    state.workspace = Workspace(state.settings.workspace)
    state.workspace_id = state.workspace.workspace_id
    state.accounts = accounts(state.workspace)
    clock.follow(_clock_file(state))
    state.settings.data_dir.mkdir(parents=True, exist_ok=True)
    state.database = Database(state.settings.database)
    try:
        await asyncio.to_thread(upgrade, state.database)
        await asyncio.to_thread(_live, state)
        await asyncio.to_thread(_open, state)
        state.hub = Hub(Doorbell(state.database))
        state.pulse = Pulse(state.database, state.workspace_id, VERSION)
        process_id = await state.pulse.begin()
        state.runner = Runner(
            database=state.database,
            workspace=state.workspace,
            conductor=lambda: state.versions.current,
            settings=state.settings,
            hub=state.hub,
            process_id=process_id,
        )
        state.courier = Courier(
            database=state.database,
            workspace_id=state.workspace_id,
            accounts=state.accounts,
            hub=state.hub,
            process_id=process_id,
            lease_s=state.settings.lease_s,
        )
        state.pulse.followers += [state.runner.follow, state.courier.follow]
        all_kept(state.settings.keep_days)  # said now, not at night
        state.jobs = Engine(
            database=state.database,
            workspace_id=state.workspace_id,
            process_id=process_id,
            jobs=all_jobs(),
            zone=state.workspace.zone,
            things=(state.settings, state.workspace, state.hub, state.runner, state.versions),
        )
        key = await state.database.writing(first_key, state.workspace_id)
        async with _running(state):
            _announce(state, key)
            with at_stop(state.hub.stop):
                yield
    finally:
        state.database.close()


def _live(state: Any) -> None:
    """Give an empty demo its past; without one it serves as well."""
    began = time.perf_counter()
    try:
        loaded = past.load(state.database, state.workspace, state.settings, _say)
    except WorkspaceError as error:
        _say(f"The demo starts without its past. {error}")
        return
    if loaded:
        _say(
            f"  {loaded.conversations} conversations of {loaded.days} days with simulated customers, in "
            f"{time.perf_counter() - began:.1f} s (REGENTE_DEMO_LIFE=off starts without)"
        )


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _open(state: Any) -> None:
    """Open models and knowledge, and train on the workspace; on a thread, for it takes seconds."""
    from graph.versions import Versions
    from knowledge.retrieval import open_knowledge
    from models.loading import load

    state.models = load(state.settings, state.workspace, state.database)
    state.knowledge = open_knowledge(state.database, state.workspace, state.models, state.settings)
    state.versions = Versions(state.settings, state.models, state.knowledge)


@asynccontextmanager
async def _running(state: Any) -> AsyncIterator[None]:
    """Answer conversations while the block runs."""
    state.runner.start()
    state.courier.start()
    state.jobs.start()
    tasks = [
        asyncio.create_task(_warm(state), name="warm"),
        asyncio.create_task(state.versions.watch(), name="watch workspace"),
        asyncio.create_task(state.metrics.watch_loop(), name="watch loop"),
        asyncio.create_task(state.pulse.run(), name="pulse"),
        asyncio.create_task(state.hub.doorbell.run(), name="doorbell"),
    ]
    state.ready = "ready"
    try:
        yield
    finally:
        state.ready = ""
        state.hub.stop()
        await asyncio.gather(state.runner.stop(), state.jobs.stop())
        await state.courier.stop()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await state.pulse.end()


async def _warm(state: Any) -> None:
    """Load what is loaded at first use, and let the collector of garbage pass over all that stays.

    Models, vocabularies and code are a million objects: to look through them takes a fifth of a second in
    which nothing else is done.
    """
    await asyncio.to_thread(_first_use, state)
    gc.freeze()


def _first_use(state: Any) -> None:
    """Read a message in each language: what is learned from phrases takes a second for the first of them."""
    languages = tuple(state.workspace.profile.languages)
    warm(languages)
    understanding = state.versions.current.ensemble.understanding
    for language in languages:
        understanding.answer("it came on Monday", language, "Shall I?")


def _announce(state: Any, key: str | None) -> None:
    """Say where to go; the key goes to the terminal, never into the log."""
    settings: Settings = state.settings
    host = "localhost" if settings.host in EVERYWHERE else settings.host
    lines = [
        f"{state.workspace.profile.name}: http://{host}:{settings.port}/",
        *(f"  {title:9} {model}" for title, model in _models(settings)),
        f"  embedder  {state.models.embedder.name}",
    ]
    if settings.processes > 1:
        lines.append(f"  process   {os.getpid()}, one of {settings.processes}")
    if key:
        lines += [f"  staff key {key}", "  (shown this once; more with `python -m core.access`)"]
    print("\n".join(lines), file=sys.stderr, flush=True)


def _models(settings: Settings) -> list[tuple[str, str]]:
    """Give the model of all roles, or of each where they differ."""
    found = endpoints(settings)
    names = {role: found[role].model if role in found else EMBEDDED for role in ROLES}
    same = len(set(names.values())) == 1
    return [("model", names["route"])] if same else list(names.items())


@router.get("/health", summary="The process runs")
async def health() -> dict[str, str]:
    """Say that the process runs; nothing is asked of database or models."""
    return {"status": "ok"}


@router.get("/ready", summary="Messages can be answered")
async def ready(request: Request) -> JSONResponse:
    """Say what is open: database, models, knowledge; 503 while something is not."""
    state = request.app.state
    parts = {name: hasattr(state, name) for name in ("models", "knowledge", "versions")}
    try:
        await state.database.reading(_asked)
        parts["database"] = True
    except (RegenteError, RuntimeError, AttributeError):
        parts["database"] = False
    well = all(parts.values()) and bool(state.ready)
    body = {"status": "ready" if well else "not ready", "parts": parts}
    return JSONResponse(body, 200 if well else 503)


def _asked(tx: Tx) -> None:
    tx.exec_driver_sql("SELECT 1")


@router.get("/metrics", summary="Figures for Prometheus")
async def metrics(request: Request, caller: OptionalCaller) -> Response:
    """Give figures, to this machine or to a key with the scope `metrics`."""
    if caller is not None or not near(request):
        await needs("metrics")(caller)
    state = request.app.state
    if state.ready:
        state.metrics.open.clear()
        for owner, simulated, number in await state.database.reading(open_ones, state.workspace_id):
            state.metrics.open.labels(owner, str(simulated).lower()).set(number)
        by = ("agent", "role", "model")
        for row in await state.database.reading(summed, state.workspace_id, by):
            state.metrics.spent(tuple(row[name] for name in by), row)
    return Response(state.metrics.text(), media_type=CONTENT_TYPE)


def _try_out(settings: Settings) -> None:
    """Open what most often keeps a deployment from starting, so that a sentence says why."""
    accounts(Workspace(settings.workspace))
    check(settings)
    database = Database(settings.database)
    try:
        upgrade(database)
    finally:
        database.close()


def main() -> int:
    """Serve until told to stop, or lead the processes that do; `REFUSED` when to start again is in vain."""
    sys.setswitchinterval(SWITCH_S)
    port = crew.inherited(sys.argv)
    try:
        settings = deployment_settings()
        _try_out(settings)
        if settings.processes > 1 and port is None:
            logs.set_up(settings)
            return crew.lead([sys.executable, str(ROOT / "server.py")], settings)
    except RegenteError as error:
        _say(f"Regente does not start. {error}")
        return 1 if isinstance(error, Unavailable) else REFUSED
    options: dict[str, Any] = {"host": settings.host, "port": settings.port, "access_log": False}
    grace = {"timeout_graceful_shutdown": PERIOD_OF_GRACE_S, "log_config": None}
    server = uvicorn.Server(uvicorn.Config(create_app(settings), **options, **grace))
    server.run([port] if port else None)
    return 0 if server.started else 1


if __name__ == "__main__":
    sys.exit(main())
