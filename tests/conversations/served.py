"""A child process that serves a small house over HTTP; run by `test_backup.py` and `test_readers.py`.

python -m tests.conversations.served DATABASE_URL FOLDER PORT
"""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvicorn

from conversations.pulse import Pulse
from core.database import Database
from core.upgrade import upgrade
from tests.conversations.echo import House, W, house
from tests.conversations.site import application
from tools import Result, Tool


def knowing(till: Tool, home: House) -> Tool:
    """Give a till that pays once for each key, as a provider does that takes such keys."""

    def pay(amount: float, *, context: Any) -> Any:
        if home.book.exists() and f"{context.idempotency_key} " in home.book.read_text():
            return Result(text="Paid before.")
        return till.function(amount, context=context)

    return replace(till, function=pay)


async def main(url: str, folder: str, port: str) -> None:
    database = Database(url)
    upgrade(database)
    home = house(database, Path(folder))
    home.conductor.tools["pay"] = knowing(home.conductor.tools["pay"], home)
    pulse = Pulse(database, W, "1")
    home.runner._process_id = await pulse.begin()
    beating = asyncio.create_task(pulse.run())
    home.runner.start()
    app = application(home)
    app.add_api_route("/readers", lambda: sum(map(len, home.hub._readers.values())))
    server = uvicorn.Server(uvicorn.Config(app, port=int(port), log_config=None))
    await server.serve()
    beating.cancel()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
