"""Processes that are begun by forking end, die and fail as any other, and tell it."""

import os
import signal
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.nursery import Nursery


def test_what_a_process_prints_and_how_it_ends_is_told(nursery: Nursery) -> None:
    with (process := nursery.start("tests.idle", "said", "0")).stdout as printed:
        assert printed.read() == "said\n"
    assert process.wait(10) == 0
    process.kill()  # it is gone; that is no error


@pytest.mark.parametrize("fate", [signal.SIGKILL, signal.SIGTERM])
def test_a_process_dies_of_a_signal(nursery: Nursery, fate: signal.Signals) -> None:
    with (process := nursery.start("tests.idle", "up", "60")).stdout as printed:
        assert printed.readline() == "up\n"
        assert process.poll() is None
        process.send_signal(fate)
        assert process.wait(10) == -fate


def test_a_test_may_have_a_thousand_files_open(nursery: Nursery) -> None:
    with ExitStack() as files, Path(os.devnull).open("rb") as nothing:
        for _ in range(1100):
            files.callback(os.close, os.dup(nothing.fileno()))
        with (process := nursery.start("tests.idle", "up", "60")).stdout as printed:
            assert printed.readline() == "up\n"
            assert process.poll() is None
            process.kill()
            assert process.wait(10) == -signal.SIGKILL


def test_a_process_that_cannot_begin_fails_alone(nursery: Nursery) -> None:
    for module in ("tests.nowhere", "tests.idle"):  # the second has not been told what to print
        with (process := nursery.start(module)).stdout:
            assert process.wait(10) == 1
    with (process := nursery.start("tests.idle", "on", "0")).stdout as printed:
        assert printed.read() == "on\n"
    assert process.wait(10) == 0
