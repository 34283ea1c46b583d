"""How long a calendar takes to read, the first time and every other time, and how much memory."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import icalendar
import pytest
import recurring_ical_events

from agenda.model.calendars import Cursor, Pulled
from sync.ics import IcsConnector
from tests.builders import a_calendar
from tests.sync.generate import a_large_calendar
from tests.sync.texts import from_to

pytestmark = pytest.mark.bench

EVENTS = 10_000
YEAR = from_to("2026-01-01 00:00", "2027-01-01 00:00")
OFFICE = from_to("2026-02-01 00:00", "2026-08-30 00:00")
FIRST_S = 5.0
AGAIN_SHARE = 0.05
PEAK_MIB = 350


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of ten thousand events."""
    path = tmp_path_factory.mktemp("large") / "calendar.ics"
    path.write_bytes(a_large_calendar(EVENTS))
    return path


def timed_pull(path: Path, cursor: Cursor | None, *, window: Any = OFFICE) -> tuple[Pulled, float]:
    """One pull, and how many seconds it took."""
    began = time.perf_counter()
    pulled = IcsConnector().pull(a_calendar(address=str(path)), cursor, window)
    return pulled, time.perf_counter() - began


def test_ten_thousand_events_the_first_time(large: Path) -> None:
    """Parsed, expanded and handed over, for the office's window and for a whole year."""
    for name, window in (("the office's 210 days", OFFICE), ("a year", YEAR)):
        pulled, took_s = timed_pull(large, None, window=window)
        occurrences = sum(len(one.events) for one in pulled.changed)
        print(f"\nfirst pull, {EVENTS} events, {name}: {took_s:.2f} s ({occurrences} occurrences, at most {FIRST_S} s)")
        assert len(pulled.present) > 9_000
        assert took_s <= FIRST_S
        assert not pulled.problems


def test_ten_thousand_events_beside_the_libraries_alone(large: Path) -> None:
    """The same year by icalendar and recurring-ical-events, one calendar as a whole."""
    _, ours_s = timed_pull(large, None, window=YEAR)
    began = time.perf_counter()
    calendar: Any = icalendar.Calendar.from_ical(large.read_bytes())
    found = recurring_ical_events.of(calendar).between(YEAR.start, YEAR.end)
    theirs_s = time.perf_counter() - began
    share = ours_s / theirs_s
    print(f"\nours {ours_s:.2f} s, the libraries alone {theirs_s:.2f} s: {share:.2f} ({len(found)} occurrences)")
    assert ours_s <= theirs_s


def test_nothing_changed(large: Path) -> None:
    """The same file again, and the same file with a new DTSTAMP on every event."""
    first, first_s = timed_pull(large, None)
    again, again_s = timed_pull(large, first.cursor)
    assert again.unchanged
    print(
        f"\nunchanged pull: {again_s * 1000:.0f} ms, {again_s / first_s:.1%} of the first (at most {AGAIN_SHARE:.0%})"
    )
    assert again_s <= AGAIN_SHARE * first_s
    large.write_bytes(a_large_calendar(EVENTS, stamp="20260601T000000Z"))
    stamped, stamped_s = timed_pull(large, first.cursor)
    assert stamped.changed == ()
    print(f"unchanged but for DTSTAMP: {stamped_s * 1000:.0f} ms, {stamped_s / first_s:.1%} of the first")


PROBE = """
import sys
from pathlib import Path
from sync.ics import IcsConnector
from tests.builders import a_calendar
from tests.bench.test_sync import OFFICE

def peak():
    # not getrusage: its figure begins with the parent's
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))

before = peak()
pulled = IcsConnector().pull(a_calendar(address=sys.argv[1]), None, OFFICE)
print(before, peak(), len(pulled.changed))
"""


def test_memory(large: Path) -> None:
    """The peak of a process of its own."""
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(large)], cwd=root, capture_output=True, text=True, check=True, timeout=120
    )
    before, peak, objects = (int(one) for one in done.stdout.split())
    print(f"\npeak memory: {peak / 1024:.0f} MiB, {before / 1024:.0f} of them before the pull ({objects} objects)")
    assert peak / 1024 <= PEAK_MIB
