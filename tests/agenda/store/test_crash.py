"""Killed in the middle of committing: what was acknowledged is there, nothing is half."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from agenda.model.times import Interval
from agenda.store import SqlStore
from tests.agenda.store.test_race import slot
from tests.agenda.store.values import a_meeting, an_item
from tests.databases import opened

HOUSE = Path(__file__).parents[3]
KILLS = 12
AT_MOST = 100_000


def decide_for_ever(url: str, first: int) -> None:
    """Book meetings with three outbox items each, and say so after each commit; runs in a process of its own."""
    with opened(url) as store:
        for number in range(first, AT_MOST):
            decide(store, number)
            sys.stdout.write(f"{number}\n")
            sys.stdout.flush()


def decide(store: SqlStore, number: int) -> None:
    """One decision: a meeting and what has to go out for it."""
    name = f"m{number}"
    with store.writing() as unit:
        unit.meetings.book(a_meeting(slot(number), id=name))
        for part in range(3):
            unit.outbox.put(an_item(f"{name}-{part}", meeting=name))
        unit.commit()


def test_a_killed_writer_loses_nothing_and_leaves_nothing_half(file_url: str) -> None:
    """Kill -9 at twelve moments; the next start finds whole decisions only, every acknowledged one among them."""
    chance = random.Random(20260302)
    acknowledged: set[int] = set()
    first = 0
    for _ in range(KILLS):
        acknowledged |= run_and_kill(file_url, first, chance.uniform(0.0, 0.05))
        first = check(file_url, acknowledged)
    assert len(acknowledged) > KILLS


def run_and_kill(url: str, first: int, after_s: float) -> set[int]:
    """Let a process decide, and kill it so long after its first word; the numbers it acknowledged."""
    program = f"from tests.agenda.store.test_crash import decide_for_ever; decide_for_ever({url!r}, {first})"
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=HOUSE) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        time.sleep(after_s)
        process.send_signal(signal.SIGKILL)
        return {int(word) for word in (line + process.stdout.read()).split("\n")[:-1]}


def check(url: str, acknowledged: set[int]) -> int:
    """Look at what is there; the first number that is free."""
    with opened(url) as store, store.reading() as unit:
        meetings = {meeting.id for meeting in unit.meetings.within(Interval(slot(0).start, slot(AT_MOST).end))}
        items = [item.id for item in unit.outbox.having(limit=AT_MOST)]
    assert {f"m{number}" for number in acknowledged} <= meetings
    assert sorted(items) == sorted(f"{meeting}-{part}" for meeting in meetings for part in range(3))
    assert len(meetings) <= len(acknowledged) + KILLS
    with closing(sqlite3.connect(Path(url.removeprefix("sqlite:///")))) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        per_meeting = connection.execute("SELECT count(*) FROM bookings GROUP BY meeting_no").fetchall()
    assert per_meeting == [(2,)] * len(meetings)
    return len(meetings)
