"""A server's health: after failures in a row it is left alone for a while, then probed. Pure."""

from dataclasses import dataclass, replace

FAILURES = 3


@dataclass(frozen=True)
class Health:
    """How a server has been doing; moments are seconds on the clock of where it is kept."""

    failed: int = 0
    """Failures in a row; a grave one counts as many as it takes."""

    open_until: float = 0.0
    """Until then nothing goes out to a server that has failed too often."""

    reason: str = ""
    """Why it failed last."""

    @property
    def doubted(self) -> bool:
        """Whether it has failed so often that a call to it is a probe."""
        return self.failed >= FAILURES

    def left_alone(self, now: float) -> bool:
        """Say whether nothing goes out to it now."""
        return self.doubted and now < self.open_until

    def probed(self, now: float, cool_down_s: float) -> "Health":
        """After the cool-down one call may go out; others wait for what becomes of it."""
        if not self.doubted or self.left_alone(now):
            return self
        return replace(self, open_until=now + cool_down_s)

    def left(self, now: float) -> "Health":
        """The caller went away before the answer: a probe that told nothing; the next may go out."""
        return replace(self, open_until=now) if self.doubted else self

    def after_failure(
        self, reason: str, now: float, cool_down_s: float, *, gravely: bool
    ) -> "Health":
        """Count a failure; a grave one, such as a hanging server, has it left alone at once."""
        failed = FAILURES if gravely else min(self.failed + 1, FAILURES)
        until = now + cool_down_s if failed >= FAILURES else 0.0
        return Health(failed=failed, open_until=until, reason=reason)
