"""A child process that dies at the n-th await of a piece of work; begun by `test_crashes.py`.

turn|action|accept|deliver DATABASE_URL FOLDER SUBJECT N
merge DATABASE_URL FOLDER "CUSTOMER CONVERSATION" N

A merge has one await; its process dies at the n-th statement instead.

A delivery's subject is `CONVERSATION PROVIDER_URL`; `deliver-unrepeatable` has a provider that takes the
same key twice.
"""

import os
import signal
import sqlite3
from collections.abc import Coroutine, Generator
from pathlib import Path
from typing import Any

from sqlalchemy import event

from conversations import merging
from core.database import Database
from tests.conversations.echo import W, house
from tests.conversations.post import account, courier


class Counted:
    """Drives a coroutine by hand and kills this process at its n-th suspension."""

    def __init__(self, work: Coroutine[Any, Any, Any], die_at: int) -> None:
        self._work = work
        self._die_at = die_at
        self.suspensions = 0

    def __await__(self) -> Generator[Any, Any, Any]:
        sent, error = None, None
        while True:
            try:
                waited = self._work.throw(error) if error else self._work.send(sent)
            except StopIteration as end:
                return end.value
            self.suspensions += 1
            if self.suspensions == self._die_at:
                os.kill(os.getpid(), signal.SIGKILL)
            sent, error = None, None
            try:
                sent = yield waited
            except BaseException as raised:  # noqa: BLE001 - handed on to the coroutine
                error = raised


class Statements:
    """Counts the statements of a database's writers, and kills this process at the n-th."""

    def __init__(self, database: Database, die_at: int) -> None:
        self.executed = 0
        self._die_at = die_at
        engine = database._write_engine
        event.listen(engine, "connect", self._watch)

    def _watch(self, connection: Any, _: object) -> None:
        """Hear of what a connection is asked, also when it does not come through SQLAlchemy."""
        if isinstance(connection, sqlite3.Connection):
            connection.set_trace_callback(self._step)
            return
        step = self._step

        class Stepping(connection.cursor_factory):
            def execute(self, *statement: Any, **options: Any) -> Any:
                step()
                return super().execute(*statement, **options)

        connection.cursor_factory = Stepping

    def _step(self, *_: Any) -> None:
        self.executed += 1
        if self.executed == self._die_at:
            os.kill(os.getpid(), signal.SIGKILL)


def merge(database: Database, subject: str, die_at: int) -> int:
    """Merge a customer's conversations; give how many statements that took."""
    customer_id, conversation_id = subject.split()
    statements = Statements(database, die_at)
    database.write(merging.join, W, customer_id, also=conversation_id)
    return statements.executed


async def main(work: str, url: str, folder: str, subject: str, last: str) -> None:
    die_at = int(last)
    home = house(Database(url), Path(folder), lease_s=0.3)
    job: Any
    if work == "merge":
        print(merge(home.database, subject, die_at))
        return
    if work == "turn":
        job = home.runner.answer(subject)
    elif work == "action":
        job = home.runner._carry_out(subject)
    elif work.startswith("deliver"):
        conversation_id, provider_url = subject.split()
        ours = {("loopback", "demo"): account(provider_url, repeatable=work == "deliver")}
        carrying = courier(home, ours, process_id="child", lease_s=0.3, timeout_s=10.0)
        job = carrying.deliver(conversation_id)
    else:
        job = home.take("pay", message_id=subject)
    counted = Counted(job, die_at)
    await counted
    print(counted.suspensions)
