"""A child process that answers, or carries an approval out, slowly, with a pulse; begun by `test_pulse.py`.

turn|tool|approval DATABASE_URL FOLDER CONVERSATION|APPROVAL
"""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

from conversations.pulse import Pulse
from core.database import Database
from tests.conversations.echo import W, house


async def main(place: str, url: str, folder: str, subject: str) -> None:
    home = house(Database(url), Path(folder))
    pulse = Pulse(home.database, W, "1")
    home.runner._process_id = await pulse.begin()
    beating = asyncio.create_task(pulse.run())

    async def slowly(*_: Any) -> None:
        print("in", flush=True)
        await asyncio.sleep(1)

    if place == "turn":
        home.conductor.before = slowly
    else:
        tool = home.conductor.tools["pay"]

        async def pay_slowly(amount: float, *, context: Any) -> Any:
            await slowly()
            return tool.function(amount, context=context)

        home.conductor.tools["pay"] = replace(tool, function=pay_slowly)
    if place == "approval":
        await home.runner._carry_out(subject)
    else:
        await home.runner.answer(subject)
    beating.cancel()
    print("ended", flush=True)
