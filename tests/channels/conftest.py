"""Says aloud when the page was not tested as visitors see it."""

import pytest

from tests.channels.browser import CHROMIUM


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what is missing, for a skipped module is one letter among thousands."""
    if not CHROMIUM:
        terminalreporter.section("NOT TESTED", yellow=True)
        terminalreporter.line("The chat page in a browser: install Chromium to test it.")
