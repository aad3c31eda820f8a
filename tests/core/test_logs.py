"""Log lines."""

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
import sqlalchemy as sa
import structlog

from core.database import Database, Tx
from core.errors import Unavailable
from core.logs import bound, set_up
from core.settings import Settings


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


def test_a_line_carries_the_ids_of_what_is_being_done(stream: io.StringIO) -> None:
    set_up(Settings(log_format="auto"), stream)
    with bound(conversation_id="conversation_1"):
        structlog.get_logger("graph").info("turn_committed", milliseconds=12)
    structlog.get_logger("graph").info("later")
    first, second = lines(stream)
    assert first["conversation_id"] == "conversation_1"
    assert (first["event"], first["milliseconds"], first["level"]) == ("turn_committed", 12, "info")
    assert "conversation_id" not in second


def test_what_libraries_log_looks_the_same(stream: io.StringIO) -> None:
    set_up(Settings(log_format="json"), stream)
    with bound(turn_id="t"):
        logging.getLogger("uvicorn.error").warning("port %s is taken", 80)
    (line,) = lines(stream)
    assert (line["event"], line["logger"], line["turn_id"]) == (
        "port 80 is taken",
        "uvicorn.error",
        "t",
    )


def test_what_somebody_said_is_not_written_at_info(stream: io.StringIO) -> None:
    set_up(Settings(log_format="json", log_level="DEBUG"), stream)
    structlog.get_logger("x").info("accepted", text="my secret")
    structlog.get_logger("x").debug("accepted", text="my secret")
    info, debug = lines(stream)
    assert info["text"] == "(9 characters)"
    assert debug["text"] == "my secret"


def test_less_severe_lines_are_left_out(stream: io.StringIO) -> None:
    set_up(Settings(log_format="json", log_level="WARNING"), stream)
    structlog.get_logger("x").info("quiet")
    logging.getLogger("y").info("quiet")
    assert lines(stream) == []


def test_an_error_comes_with_its_traceback(stream: io.StringIO) -> None:
    set_up(Settings(log_format="json"), stream)
    try:
        raise ValueError("broken")
    except ValueError:
        structlog.get_logger("x").exception("failed")
    (line,) = lines(stream)
    assert line["exception"][0]["exc_type"] == "ValueError"


def test_text_is_for_people(stream: io.StringIO) -> None:
    set_up(Settings(log_format="text"), stream)
    structlog.get_logger("x").info("started", port=80)
    assert "started" in stream.getvalue()
    assert "port=80" in stream.getvalue()


SAID = "my card is 4111 1111 1111 1111"


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_what_a_customer_wrote_is_in_no_traceback(
    stream: io.StringIO, tmp_path: Path, log_format: Literal["text", "json"]
) -> None:
    set_up(Settings(log_format=log_format), stream)
    database = Database(f"sqlite:///{tmp_path}/some.sqlite")
    try:
        database.write(keep, SAID)
    except Unavailable:
        structlog.get_logger("x").exception("failed")
    database.close()
    assert "no such table" in stream.getvalue()
    assert SAID not in stream.getvalue()


def keep(tx: Tx, said: str) -> None:
    tx.execute(sa.text("INSERT INTO nowhere VALUES (:said)"), {"said": said})
