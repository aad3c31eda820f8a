"""A process that serves a small house over HTTP, one of several on a database; run by `test_fleet.py`.

python -m tests.conversations.member DATABASE_URL FOLDER VERSION [deaf] --socket FD
"""

import asyncio
import random
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from conversations.live import Hub
from conversations.pulse import Pulse
from core import crew, logs
from core.database import Database
from core.doorbell import Doorbell
from core.stopping import at_stop
from core.upgrade import upgrade
from graph.turn import TurnRequest, TurnResult
from tests.conversations.echo import EchoConductor, House, W, house
from tests.conversations.served import knowing
from tests.conversations.site import application

SENTENCES = 200
MOMENT_S = 0.6
PAUSE_S = 0.02


class Talker(EchoConductor):
    """Takes a moment for a turn; asked to talk it says a sentence every 20 ms."""

    async def conduct(
        self, request: TurnRequest, saver: Any, *, ledger: Any, live: Any = None, memory: Any = None
    ) -> TurnResult:
        await asyncio.sleep(random.uniform(0, MOMENT_S))
        if any("talk" in message.text for message in request.messages):
            for number in range(SENTENCES):
                if not await live.release(f"Sentence {number}."):
                    break
                await asyncio.sleep(PAUSE_S)
        return await super().conduct(request, saver, ledger=ledger, live=None)


@asynccontextmanager
async def running(home: House, version: str) -> AsyncIterator[None]:
    pulse = Pulse(home.database, W, version)
    home.runner._process_id = await pulse.begin()
    tasks = [asyncio.create_task(pulse.run()), asyncio.create_task(home.hub.doorbell.run())]
    home.runner.start()
    with at_stop(home.hub.stop):
        yield
    home.hub.stop()
    await home.runner.stop()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await pulse.end()


def main(url: str, folder: str, version: str, deaf: bool) -> None:
    port = crew.inherited(sys.argv)
    database = Database(url)
    upgrade(database)
    hub = Hub(None if deaf else Doorbell(database))
    home = house(database, Path(folder), retry="key", hub=hub)
    logs.set_up(home.settings)
    talker = Talker(tools={"pay": knowing(home.conductor.tools["pay"], home)})
    home.runner._conductor = lambda: talker
    home.runner._sweeper.every_s = 1.0

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with running(home, version):
            yield

    app = application(home)
    app.router.lifespan_context = lifespan
    config = uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=5)
    assert port is not None
    uvicorn.Server(config).run([port])
    database.close()


if __name__ == "__main__":
    main(*sys.argv[1:4], deaf="deaf" in sys.argv)
