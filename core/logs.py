"""Logs: text on terminals, JSON elsewhere, with the ids of what is being done in every line.

    log = structlog.get_logger(__name__)
    with bound(conversation_id=conversation_id):
        log.info("turn_committed", milliseconds=212)

An event is a word, its circumstances are fields: ids, counts and times. Message text and personal
data are never logged at INFO or above; at DEBUG they may be.
"""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from core.settings import Settings

TEXT_FIELDS = frozenset({"text", "message", "reply", "body", "content", "prompt", "value"})
"""Fields that would hold what somebody said; left out of lines at INFO and above."""


def set_up(settings: Settings, stream: TextIO | None = None) -> None:
    """Send our lines and those of libraries the same way; called once, at start."""
    output: TextIO = stream or sys.stderr
    as_text = settings.log_format == "text" or (settings.log_format == "auto" and output.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_text,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(output)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_rendered(as_text, colors=output.isatty()),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True
    for name in ("httpx", "httpcore", "chromadb", "urllib3", "alembic.runtime.plugins"):
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))  # a line per request


def _rendered(as_text: bool, *, colors: bool) -> list[Processor]:
    # Without locals: they hold customers' words.
    if as_text:
        plain = structlog.dev.plain_traceback
        return [structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=plain)]
    return [
        structlog.processors.ExceptionRenderer(
            structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        ),
        structlog.processors.JSONRenderer(ensure_ascii=False, default=repr),
    ]


def without_text(_logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Leave out what somebody said, except at DEBUG."""
    if method != "debug":
        for field in TEXT_FIELDS & event.keys():
            event[field] = f"({len(str(event[field]))} characters)"
    return event


@contextmanager
def bound(**ids: Any) -> Iterator[None]:
    """Put ids into every line that is logged inside, also by what is awaited or started there."""
    with structlog.contextvars.bound_contextvars(**ids):
        yield
