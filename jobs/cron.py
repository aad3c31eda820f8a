"""When a schedule fires next, by the clock on the wall of its zone.

A firing that the clocks skip in spring comes at the end of the gap. One whose hour they repeat in autumn
comes once, unless the schedule is of every hour.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from croniter import croniter

from core.clock import moment, seconds
from core.errors import BadInput


def following(cron: str, zone: ZoneInfo, after: float) -> datetime:
    """Give the first moment after this one at which the schedule fires, in its zone.

    Raises:
        BadInput: the schedule cannot be read, or never fires.
    """
    fields = cron.split()
    if len(fields) != 5 or not croniter.is_valid(cron):
        raise BadInput(
            f"{cron!r} is no schedule; write 'minute hour day month weekday': '30 3 * * *'."
        )
    firings = croniter(cron, moment(after).astimezone(zone))
    while True:
        try:
            fires = moment(seconds(firings.get_next(datetime))).astimezone(zone)
        except ValueError as error:  # croniter's own errors are ValueErrors
            raise BadInput(f"The schedule {cron!r} never fires.") from error
        # `fold` is 1 in the hour that comes a second time.
        if not fires.fold or "*" in fields[1]:
            return fires
