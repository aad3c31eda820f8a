"""Schedules, above all on the nights on which the clocks change."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from core.errors import BadInput
from jobs.cron import following


def firings(cron: str, zone: str, after: str, number: int = 4) -> list[str]:
    where = ZoneInfo(zone)
    at, found = datetime.fromisoformat(after).replace(tzinfo=where), []
    for _ in range(number):
        at = following(cron, where, at.timestamp())
        found.append(at.isoformat(timespec="minutes"))
    return found


def test_every_night_means_the_clock_on_the_wall_whatever_the_season() -> None:
    assert firings("0 3 * * *", "America/New_York", "2027-03-13") == [
        "2027-03-13T03:00-05:00", "2027-03-14T03:00-04:00",
        "2027-03-15T03:00-04:00", "2027-03-16T03:00-04:00",
    ]  # fmt: skip
    assert firings("30 3 * * *", "America/Sao_Paulo", "2027-03-13", 1) == ["2027-03-13T03:30-03:00"]


def test_a_moment_that_the_clocks_skip_comes_at_the_end_of_the_gap() -> None:
    assert firings("30 2 * * *", "America/New_York", "2027-03-13", 3) == [
        "2027-03-13T02:30-05:00", "2027-03-14T03:00-04:00", "2027-03-15T02:30-04:00",
    ]  # fmt: skip
    assert firings("30 1 * * *", "Europe/Lisbon", "2027-03-28", 2) == [
        "2027-03-28T02:00+01:00", "2027-03-29T01:30+01:00",
    ]  # fmt: skip
    assert firings("0 0 * * *", "America/Santiago", "2027-09-04T12:00", 2) == [
        "2027-09-05T01:00-03:00", "2027-09-06T00:00-03:00",
    ]  # fmt: skip


def test_a_moment_that_comes_twice_is_taken_once() -> None:
    assert firings("30 1 * * *", "Europe/Lisbon", "2027-10-30", 3) == [
        "2027-10-30T01:30+01:00", "2027-10-31T01:30+01:00", "2027-11-01T01:30+00:00",
    ]  # fmt: skip
    assert firings("30 1 * * *", "America/New_York", "2027-11-07", 2) == [
        "2027-11-07T01:30-04:00", "2027-11-08T01:30-05:00",
    ]  # fmt: skip


def test_every_hour_is_every_hour_also_the_one_that_comes_twice() -> None:
    assert firings("0 * * * *", "Europe/Lisbon", "2027-10-31T00:30", 4) == [
        "2027-10-31T01:00+01:00", "2027-10-31T01:00+00:00",
        "2027-10-31T02:00+00:00", "2027-10-31T03:00+00:00",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "wrong", ["", "* * *", "60 1 * * *", "0 0 31 2 *", "@daily", "0 0 1 1 * 7"]
)
def test_what_is_no_schedule_is_said(wrong: str) -> None:
    with pytest.raises(BadInput):
        following(wrong, ZoneInfo("UTC"), 0.0)
