"""Logs: one JSON object to a line, with keys from a fixed list and nothing else.

What a line may hold is listed, not what it may not: a title, an address, a token or the text of an exception gets
into no log because no key of that name is let through. Lines of other people's packages keep who spoke, how loud,
and the class of an exception; their words only where those are known to be constant.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import MutableMapping
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

import structlog

ALLOWED = frozenset(
    {
        "event",
        "level",
        "timestamp",
        "logger",
        "pid",
        "job",
        "task",
        "error",
        "calendar",
        "state",
        "count",
        "added",
        "changed",
        "removed",
        "problems",
        "seconds",
        "port",
        "version",
        "zone_data",
        "method",
        "route",
        "status",
        "request",
        "dropped",
    }
)
"""Keys a line may have: ids, classes, counts and names of our own making."""

CONSTANT = ("antechamber", "solver", "waitress", "huey", "alembic")
"""Loggers whose message templates hold no fact; the facts put into them are left out all the same."""

MAX_BYTES = 10_000_000


def log_to(target: Path | None, level: str = "INFO") -> logging.Handler:
    """Send everything that is logged in this process to a file, or to standard error; returns the handler.

    Calling it again replaces what was set up before.
    """
    handler: logging.Handler
    if target is None:
        handler = logging.StreamHandler(sys.stderr)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(target, maxBytes=MAX_BYTES, backupCount=3, encoding="utf-8", delay=True)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_of_others, structlog.stdlib.add_log_level, structlog.stdlib.add_logger_name],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                _with_process,
                _only_allowed,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
        old.close()
    root.addHandler(handler)
    root.setLevel(level)
    logging.getLogger("huey").setLevel(max(logging.WARNING, root.level))  # it tells of every tick
    _configure()
    return handler


def keep_quiet() -> None:
    """Log nothing at all: a command that runs once says what it has to say itself."""
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
        old.close()
    root.addHandler(logging.NullHandler())
    _configure()


def _configure() -> None:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.filter_by_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def _of_others(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """What a line of another package may say: never its arguments, and its template only where that is constant."""
    record = event.get("_record")
    if isinstance(record, logging.LogRecord):
        is_constant = record.name.partition(".")[0] in CONSTANT and isinstance(record.msg, str)
        event["event"] = record.msg if is_constant else f"{record.module}:{record.lineno}"
    return event


def _with_process(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Add which process spoke, and the class of an exception in place of its words."""
    event["pid"] = os.getpid()
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    if isinstance(info, BaseException):
        event["error"] = type(info).__name__
    elif isinstance(info, tuple) and info[0] is not None:
        event["error"] = info[0].__name__
    return event


def _only_allowed(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Leave out what is not on the list, and say how much that was."""
    kept = {key: value for key, value in event.items() if key in ALLOWED}
    if len(kept) < len(event):
        kept["dropped"] = len(event) - len(kept)
    return kept
