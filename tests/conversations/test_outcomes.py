"""What answers and errors of a provider mean."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from channels.loopback import Loopback
from conversations.outcomes import LONGEST_PAUSE_S, of_error, of_response

GOOD = b'{"id": "x1"}'


@pytest.mark.parametrize(
    ("status", "content", "kind"),
    [
        (200, GOOD, "sent"),
        (202, GOOD, "sent"),
        (200, b"<html>", "unknown"),
        (200, b"[]", "unknown"),
        (200, b"", "unknown"),
        (302, b"", "refused"),
        (400, b"", "refused"),
        (401, b"", "refused"),
        (408, b"", "failed"),
        (429, b"", "throttled"),
        (500, b"", "unknown"),
        (502, b"", "unknown"),
        (503, b"", "failed"),
    ],
)
def test_an_answer_is_read(status: int, content: bytes, kind: str) -> None:
    outcome = of_response(Loopback(), status, {}, content)
    assert outcome.kind == kind
    assert outcome.provider_message_id == ("x1" if kind == "sent" else "")
    assert (kind == "sent") == (outcome.reason == "")


@pytest.mark.parametrize(
    ("given", "least", "most"),
    [
        ("7", 7, 7),
        ("0.5", 0.5, 0.5),
        ("-3", 1, 1),
        ("soon", 1, 1),
        ("nan", 1, 1),
        ("1e99", LONGEST_PAUSE_S, LONGEST_PAUSE_S),
    ],
)
def test_a_pause_is_read_in_both_spellings_and_never_for_ever(
    given: str, least: float, most: float
) -> None:
    outcome = of_response(Loopback(), 429, {"Retry-After": given}, b"")
    assert least <= outcome.pause_s <= most


def test_a_pause_until_a_moment_lasts_as_long() -> None:
    moment = format_datetime(datetime.now(UTC) + timedelta(minutes=10))
    outcome = of_response(Loopback(), 429, {"Retry-After": moment}, b"")
    assert 500 <= outcome.pause_s <= 600


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (httpx.ConnectError("no"), "failed"),
        (httpx.ConnectTimeout("no"), "failed"),
        (httpx.UnsupportedProtocol("no"), "refused"),
        (httpx.ReadTimeout("no"), "unknown"),
        (httpx.RemoteProtocolError("no"), "unknown"),
        (TimeoutError(), "unknown"),
    ],
)
def test_without_an_answer_it_counts_whether_anything_was_sent(error: Exception, kind: str) -> None:
    assert of_error(error).kind == kind
