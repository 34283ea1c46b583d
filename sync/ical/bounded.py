"""Expands dear series in a process that can be ended: a rule that never matches cannot be stopped any other way.

The process is given as many seconds and bytes as the limits say. One that runs over is ended and loses its series; the
next series get a new one, until the time for all of them is used up.
"""

from __future__ import annotations

import base64
import json
import os
import selectors
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO

from agenda.model.calendars import Calendar
from agenda.model.times import Interval, When
from sync.ical.expand import Found
from sync.ical.limits import Limits

START_S = 20.0
"""Until the process has begun; it reads its libraries first."""
MODULE = "sync.ical.child"
ROOT = Path(__file__).resolve().parents[2]
CHUNK = 65_536
READY = b"ready"


@dataclass(frozen=True, slots=True)
class Job:
    """One object to be expanded over a window."""

    ics: bytes
    calendar: Calendar
    window: Interval


@dataclass(frozen=True, slots=True)
class Result:
    """Its occurrences, None when they cannot be worked out, and whether there were more than the limit."""

    found: list[Found] | None
    is_more: bool = False


def run_dear(jobs: Sequence[Job], limits: Limits) -> list[Result | None]:
    """Expand jobs one after another; None where one ran over its time or memory."""
    results: list[Result | None] = []
    deadline = time.monotonic() + limits.all_series_s
    while len(results) < len(jobs) and time.monotonic() < deadline:
        results += _run(jobs[len(results) :], limits, deadline)
    return results + [None] * (len(jobs) - len(results))


def _run(jobs: Sequence[Job], limits: Limits, deadline: float) -> list[Result | None]:
    """Results of one process, the last one None where it had to be ended."""
    results: list[Result | None] = []
    with tempfile.TemporaryFile() as orders:
        for job in jobs:
            orders.write(_order(job, limits) + b"\n")
        orders.seek(0)
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), os.environ.get("PYTHONPATH", "")))}
        with subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", MODULE],
            stdin=orders,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        ) as process:
            if process.stdout is None:
                return [None]
            lines = _Lines(process.stdout)
            try:
                if lines.next(START_S) != READY:
                    return [None]
                for _ in jobs:
                    line = lines.next(min(limits.series_s, deadline - time.monotonic()))
                    results.append(_result(line) if line is not None else None)
                    if line is None:
                        break
            finally:
                process.kill()
    return results


class _Lines:
    """Lines of a pipe, each waited for only so long."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._rest = b""
        self._selector = selectors.DefaultSelector()
        self._selector.register(pipe, selectors.EVENT_READ)

    def next(self, wait_s: float) -> bytes | None:
        """The next line, or None when it does not come in time."""
        deadline = time.monotonic() + wait_s
        while b"\n" not in self._rest:
            left = deadline - time.monotonic()
            if left <= 0 or not self._selector.select(left):
                return None
            chunk = os.read(self._pipe.fileno(), CHUNK)
            if not chunk:
                return None
            self._rest += chunk
        line, _, self._rest = self._rest.partition(b"\n")
        return line


def _order(job: Job, limits: Limits) -> bytes:
    calendar = job.calendar
    return json.dumps(
        {
            "ics": base64.b64encode(job.ics).decode(),
            "zone": calendar.zone,
            "start": job.window.start.isoformat(),
            "end": job.window.end.isoformat(),
            "limits": asdict(limits),
        }
    ).encode()


def _result(line: bytes) -> Result:
    answer = json.loads(line)
    if answer is None:
        return Result(None)
    found = [
        Found(int(part), when_from(start), when_from(end), when_from(original))
        for part, start, end, original in answer["found"]
    ]
    return Result(found, bool(answer["is_more"]))


def when_from(text: str) -> When:
    """A date or an instant from its ISO form; undoes `text_of`."""
    if "T" in text:
        return datetime.fromisoformat(text).astimezone(UTC)
    return date.fromisoformat(text)


def text_of(when: When) -> str:
    """A date or an instant in its ISO form."""
    return when.astimezone(UTC).isoformat() if isinstance(when, datetime) else when.isoformat()
