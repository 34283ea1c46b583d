"""What gets into a log, and above all what does not."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from web.logs import keep_quiet, log_to

PRIVATE = "Oncology appointment of the mayor"


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """A log file; what was set up before comes back afterwards."""
    root = logging.getLogger()
    handlers, level, huey = root.handlers[:], root.level, logging.getLogger("huey").level
    for handler in handlers:
        root.removeHandler(handler)
    yield tmp_path / "antechamber.log"
    for handler in root.handlers[:]:
        root.removeHandler(handler)
        handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.getLogger("huey").setLevel(huey)
    structlog.reset_defaults()


def lines(log: Path) -> list[dict[str, Any]]:
    """Every line of the log."""
    return [json.loads(line) for line in log.read_text().splitlines()]


def test_a_line_is_json_with_the_keys_we_know(log: Path) -> None:
    """Whoever reads logs by machine reads these."""
    log_to(log)
    structlog.get_logger("antechamber.jobs").info("job done", job="4a", task="drain", count=3)
    (line,) = lines(log)
    assert {key: line[key] for key in ("event", "level", "job", "task", "count", "logger")} == {
        "event": "job done",
        "level": "info",
        "job": "4a",
        "task": "drain",
        "count": 3,
        "logger": "antechamber.jobs",
    }
    assert line["timestamp"].endswith("Z")


def test_a_key_nobody_listed_is_left_out(log: Path) -> None:
    """A title must not get into the log because somebody thought of another name for it."""
    log_to(log)
    structlog.get_logger("antechamber").warning("odd", summary=PRIVATE, title=PRIVATE, job="4a")
    (line,) = lines(log)
    assert PRIVATE not in log.read_text()
    assert (line["job"], line["dropped"]) == ("4a", 2)


def test_an_exception_is_told_by_its_class(log: Path) -> None:
    """Parsers quote what they could not read, and so do their tracebacks."""
    log_to(log)
    try:
        int(PRIVATE)
    except ValueError:
        structlog.get_logger("antechamber").exception("job failed", job="4a")
        logging.getLogger("huey").exception("Unhandled exception in task %s.", "4a")
        logging.getLogger("icalendar").exception(f"cannot parse {PRIVATE}")  # noqa: G004 (as others do it)
    assert PRIVATE not in log.read_text()
    assert [line["error"] for line in lines(log)] == ["ValueError"] * 3


def test_other_packages_say_where_but_not_what(log: Path) -> None:
    """Their words hold addresses and bodies; where they spoke is enough to look it up."""
    log_to(log)
    logging.getLogger("elsewhere").warning("server said %s", PRIVATE)
    logging.getLogger("elsewhere.client").error(PRIVATE)
    logging.getLogger("waitress").warning("Task queue depth is %d", 7, extra={"summary": PRIVATE})
    told = lines(log)
    assert PRIVATE not in log.read_text()
    assert [line["logger"] for line in told] == ["elsewhere", "elsewhere.client", "waitress"]
    assert told[0]["event"].startswith("test_logs:")
    assert told[2]["event"] == "Task queue depth is %d"


def test_a_line_break_does_not_begin_another_line(log: Path) -> None:
    """What comes from outside cannot write lines of its own."""
    log_to(log)
    structlog.get_logger("antechamber").warning("odd", calendar='x\n{"event": "forged"}')
    assert len(lines(log)) == 1


def test_quiet_means_nothing_is_written(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A command that prints JSON must not have its error stream mixed with others' lines."""
    log_to(log)
    keep_quiet()
    logging.getLogger("caldav").error("loud")
    structlog.get_logger("antechamber").error("loud")
    assert capsys.readouterr().err == ""
    assert not log.exists()
