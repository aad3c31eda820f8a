"""Processes for tests that begin at once: each is forked from one that has imported what they need.

    process = nursery.start("tests.conversations.sleeper", "turn", url, folder, conversation_id)
    process.stdout.readline(), process.kill(), process.wait()

To import the product takes three seconds of a processor, and tests that kill processes need some hundred.
They are real processes, which die, stop and are waited for as any other.
"""

import asyncio
import contextlib
import importlib
import inspect
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import traceback
from pathlib import Path
from typing import NoReturn, Self, TextIO

ROOT = Path(__file__).parents[1]
LONGEST = 65_536
"""Bytes of what a process is to do."""


class Child:
    """A running process; used as a `subprocess.Popen`."""

    def __init__(self, stdout: int, told: int) -> None:
        self.stdout: TextIO = os.fdopen(stdout, encoding="utf-8")
        self._told: TextIO = os.fdopen(told, encoding="utf-8")
        self.pid = int(self._told.readline())
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Give the exit status, negative for a signal; None while it runs."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended, and give its exit status."""
        if self.returncode is None:
            waiting = select.poll()  # `select` knows no descriptor beyond 1023
            waiting.register(self._told, select.POLLIN)
            if not waiting.poll(None if timeout is None else timeout * 1000):
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            self.returncode = int(self._told.readline())
            self._told.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):  # it has ended, and that is not told yet
                os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill it, unless it has ended."""
        self.send_signal(signal.SIGKILL)


class Nursery:
    """Where processes are begun."""

    def __enter__(self) -> Self:
        self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._asking = threading.Lock()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.nursery", str(theirs.fileno())],
                cwd=ROOT, pass_fds=[theirs.fileno()],
                env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])},
            )  # fmt: skip
        return self

    def __exit__(self, *_: object) -> None:
        self._ours.close()
        self._process.wait()

    def start(self, module: str, *arguments: str) -> Child:
        """Begin a process that runs the `main` of a module; what it prints is in its `stdout`."""
        output, told = os.pipe(), os.pipe()
        with self._asking:
            asked = json.dumps([module, *arguments]).encode()
            socket.send_fds(self._ours, [asked], [output[1], told[1]])
        for ends in (output, told):
            os.close(ends[1])
        return Child(output[0], told[0])


def serve(asked: socket.socket) -> None:
    """Begin what is asked for until nobody can ask any more."""
    signal.signal(
        signal.SIGCHLD, signal.SIG_IGN
    )  # who watches over a child is waited for by nobody
    while True:
        message, (*descriptors,), _, _ = socket.recv_fds(asked, LONGEST, 2)
        if not message:
            return
        module, *arguments = json.loads(message)
        with contextlib.suppress(Exception):  # it is imported once more, and tells why it cannot be
            importlib.import_module(module)
        if os.fork() == 0:
            asked.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _watch(module, arguments, *descriptors)
        for one in descriptors:
            os.close(one)


def _watch(module: str, arguments: list[str], output: int, told: int) -> NoReturn:
    """Run `main` of a module in a child; tell its number, and then its exit status."""
    child = os.fork()
    if child == 0:
        os.close(told)
        os.dup2(output, sys.stdout.fileno())
        os.close(output)
        os._exit(_run(module, arguments))
    os.close(output)
    os.write(told, f"{child}\n".encode())
    _, status = os.waitpid(child, 0)
    os.write(told, f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def _run(module: str, arguments: list[str]) -> int:
    try:
        done = importlib.import_module(module).main(*arguments)
        if inspect.iscoroutine(done):
            asyncio.run(done)
    except BaseException:  # noqa: BLE001 - this is where the process ends
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as asking:
        serve(asking)
