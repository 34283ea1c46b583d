"""A calendar of 10,000 events, from its file to the store, in a process of its own.

Bounds: the first reading within 8 s; one with nothing changed within 5 % of that; one with a changed event is printed;
peak memory within 350 MB.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sync.generate import a_large_calendar

pytestmark = pytest.mark.bench

EVENTS = 10_000
ROUND = """
import json, resource, sys, time
from datetime import timedelta
from pathlib import Path

from agenda.model.calendars import Provider
from agenda.actions.pull import Pull
from agenda.store import SqlStore, upgrade
from sync.ics import IcsConnector
from tests.builders import MONDAY, a_calendar, at
from tests.fakes import SetClock

folder = Path(sys.argv[1])
url = f"sqlite:///{folder / 'store.sqlite3'}"
upgrade(url)
store = SqlStore(url)
clock = SetClock(at(MONDAY, "08:00"))
pull = Pull(store=store, clock=clock, connectors={Provider.ICS_FILE: IcsConnector()}, owner="bench")
calendar = a_calendar(address=str(folder / "large.ics"))
with store.writing() as unit:
    unit.calendars.add(calendar)
    unit.commit()

def timed():
    began = time.perf_counter()
    report = pull.calendar(calendar.id)
    return time.perf_counter() - began, report

first, report = timed()
unchanged = [timed()[0] for _ in range(5)]
text = (folder / "large.ics").read_bytes()
(folder / "large.ics").write_bytes(text.replace(b"SUMMARY:", b"SUMMARY:Moved ", 1))
changed, again = timed()
with store.reading() as unit:
    events = unit.calendars.freshness()[calendar.id].events
    occurrences = len(unit.events.within(pull.window()))
print(json.dumps({
    "first_s": first, "unchanged_s": sorted(unchanged)[2], "one_changed_s": changed, "objects": events,
    "occurrences": occurrences, "state": report.state, "changed": again.changed,
    "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    "children_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
}))
"""


def test_ten_thousand_events(tmp_path: Path) -> None:
    """Read, kept, and read again."""
    (tmp_path / "large.ics").write_bytes(a_large_calendar(EVENTS))
    ran = subprocess.run(
        [sys.executable, "-c", ROUND, str(tmp_path)], capture_output=True, text=True, check=True, timeout=300
    )
    found = json.loads(ran.stdout)
    print(
        f"\n{EVENTS} events, {found['objects']} objects, {found['occurrences']} occurrences: "
        f"first {found['first_s']:.2f} s, unchanged {found['unchanged_s'] * 1000:.0f} ms "
        f"({found['unchanged_s'] / found['first_s']:.1%}), one changed {found['one_changed_s']:.2f} s, "
        f"peak {found['peak_mb']:.0f} MB (children {found['children_mb']:.0f} MB)"
    )
    assert found["state"] == "fresh"
    assert found["changed"] == 1
    assert found["first_s"] <= 8
    assert found["unchanged_s"] <= 0.05 * found["first_s"]
    assert found["peak_mb"] + found["children_mb"] <= 350
