"""Being told to stop: what never ends by itself must hear of it before the server waits for it."""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def at_stop(stop: Callable[[], object]) -> Iterator[None]:
    """Call `stop` on the running loop at SIGTERM and SIGINT, besides what was to happen before.

    Elsewhere than on the main thread, as in tests, signals are somebody else's.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    ours = {number: old for number, old in before.items() if callable(old)}

    def chained(number: int, frame: Any) -> None:
        loop.call_soon_threadsafe(stop)
        ours[signal.Signals(number)](number, frame)

    for number in ours:
        signal.signal(number, chained)
    try:
        yield
    finally:
        for number, old in ours.items():
            signal.signal(number, old)
