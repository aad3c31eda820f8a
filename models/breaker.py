"""A circuit breaker: after failures in a row a model server is left alone for a while, then probed."""

import time
from collections.abc import Callable


class Breaker:
    """Remembers how a server has been doing; shared by all roles that use it."""

    def __init__(
        self,
        *,
        failures: int = 3,
        cool_down_s: float = 15.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit = failures
        self._cool_down_s = cool_down_s
        self._clock = clock
        self._failed = 0
        self._open_until = 0.0
        self.reason = ""
        """Why it was last opened."""

    @property
    def open(self) -> bool:
        """Whether the server is being left alone now."""
        return self._failed >= self._limit and self._clock() < self._open_until

    def admit(self) -> bool:
        """Say whether a call may go out; after the cool-down one may, as a probe."""
        if self._failed < self._limit:
            return True
        if self._clock() < self._open_until:
            return False
        self._open_until = self._clock() + self._cool_down_s  # others wait for this probe
        return True

    def succeeded(self) -> None:
        """The server answered well: everything may go out again."""
        self._failed = 0

    def left(self) -> None:
        """The caller went away before the answer: a probe that told nothing; the next may go out."""
        if self._failed >= self._limit:
            self._open_until = self._clock()

    def failed(self, reason: str, *, gravely: bool = False) -> None:
        """Count a failure; a grave one, such as a hanging server, opens the circuit at once."""
        self._failed = self._limit if gravely else self._failed + 1
        if self._failed >= self._limit:
            self._open_until = self._clock() + self._cool_down_s
            self.reason = reason
