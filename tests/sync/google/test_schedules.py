"""People, the office and faults in any order: once the faults are over, our copy is the provider's within two rounds.

What the provider's own expansion says is the truth; on the way nothing that stands there is ever dropped here, and what
the office has written stands there once.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from agenda.model.calendars import CalendarObject, Cursor
from agenda.model.errors import ChangedElsewhereError, NotACalendarError, TryLaterError
from agenda.model.times import Interval
from sync.google.identity import id_of
from tests.contract.test_writers import an_invitation
from tests.simulators.google.office import Desk, a_desk
from tests.simulators.google.server import google
from tests.simulators.google.times import instant, moved
from tests.sync.texts import SPRING

DAYS = st.integers(0, 80)
HOURS = st.sampled_from([0, 2, 9, 13, 23])
ZONES = st.sampled_from(["America/New_York", "Europe/Berlin", "Asia/Kolkata"])
RULES = st.sampled_from(
    [
        "RRULE:FREQ=DAILY;COUNT=5",
        "RRULE:FREQ=WEEKLY;COUNT=6",
        "RRULE:FREQ=WEEKLY;BYDAY=MO,TH;UNTIL=20270120T120000Z",
        "RRULE:FREQ=MONTHLY;COUNT=3",
    ]
)
FAULTS: list[dict[str, object]] = [
    {"status": 503},
    {"status": 429, "retry_after": "5"},
    {"status": 403, "reason": "rateLimitExceeded"},
    {"match": "calendar.events.list", "status": 410},
    {"match": "calendar.events.list", "page": True, "status": 410},
    {"match": "calendar.events.list", "page": True, "status": 500},
    {"match": "calendar.events.list", "truncate": 50},
    {"match": "calendar.events.list", "garbage": "<html>"},
    {"match": "calendar.events.list", "empty": True},
    {"match": "calendar.events.list", "duplicate": True},
    {"match": "calendar.events.list", "reverse": True},
    {"match": "calendar.events.list", "nth": 0, "endless": True},
    {"match": "calendar.events.get", "status": 502},
    {"match": "calendar.events.insert", "lost": True},
    {"match": "calendar.events.patch", "lost": True},
    {"match": "calendar.events.patch", "status": 412},
    {"match": "calendar.events.delete", "lost": True},
    {"match": "calendar.events.delete", "truncate": 0},
]


def wall(day: int, hour: int, zone: str) -> dict[str, str]:
    """A start on some day from the first of March."""
    at = datetime(2026, 3, 1, hour, 30, tzinfo=UTC) + timedelta(days=day)
    return {"dateTime": f"{at:%Y-%m-%dT%H:%M:%S}", "timeZone": zone}


class Schedule(RuleBasedStateMachine):
    """One calendar, and everything that happens to it."""

    @initialize()
    def begin(self) -> None:
        """An empty calendar in small pages, and nothing of it here."""
        self.running = google()
        self.simulator = self.running.__enter__()
        self.desk: Desk = a_desk(self.simulator, page_size=3)
        self.copy: dict[str, CalendarObject] = {}
        self.cursor: Cursor | None = None
        self.outbox: list[tuple[int, int | None]] = []
        self.sequences: Counter[int] = Counter()
        self.wanted: dict[int, Interval] = {}
        self.made = 0

    def teardown(self) -> None:
        """Let the faults end, and see."""
        try:
            self.settle()
            assert self.simulator.violations == []
        finally:
            self.running.__exit__(None, None, None)

    def theirs(self) -> list[dict[str, Any]]:
        """What people have made and not deleted, exceptions aside."""
        whole = (one for one in self.desk.there.events.values() if "recurringEventId" not in one)
        own = {id_of(f"{number}@antechamber") for number in self.sequences}
        return [one for one in whole if one["status"] != "cancelled" and one["id"] not in own]

    @rule(day=DAYS, hour=HOURS, zone=ZONES, rrule=st.none() | RULES, is_day=st.booleans())
    def make(self, day: int, hour: int, zone: str, rrule: str | None, *, is_day: bool) -> None:
        """Somebody makes an event or a series."""
        start: dict[str, Any] = wall(day, hour, zone)
        start = {"date": start["dateTime"][:10]} if is_day else start
        end = moved(start, timedelta(days=1) if is_day else timedelta(minutes=50))
        self.made += 1
        more = {"recurrence": [rrule]} if rrule else {}
        self.desk.put(id=f"event{self.made}", summary=f"Event {self.made}", start=start, end=end, **more)

    @precondition(lambda self: self.theirs())
    @rule(pick=st.integers(0, 99), days=st.integers(-3, 9))
    def shift(self, pick: int, days: int) -> None:
        """Somebody moves an event, or a series as a whole."""
        event = self._one(pick)
        by = timedelta(days=days)
        self.desk.change(event["id"], start=moved(event["start"], by), end=moved(event["end"], by))

    @precondition(lambda self: self.theirs())
    @rule(pick=st.integers(0, 99))
    def delete(self, pick: int) -> None:
        """Somebody deletes an event or a series."""
        self.desk.delete(self._one(pick)["id"])

    @precondition(lambda self: self.theirs())
    @rule(pick=st.integers(0, 99), which=st.integers(0, 7), days=st.none() | st.integers(-2, 20))
    def touch_one_day(self, pick: int, which: int, days: int | None) -> None:
        """Somebody moves one occurrence of a series, or takes it out."""
        event = self._one(pick)
        if "recurrence" not in event:
            return
        until = instant(event["start"], self.desk.there.zone) + timedelta(days=120)
        found = list(self.desk.there.instances(event, until))
        if not found:
            return
        one = found[which % len(found)]
        known = self.desk.there.events.get(one["id"])
        if known is not None and known["status"] == "cancelled":
            return
        if days is None:
            self.desk.delete(one["id"])
        else:
            by = timedelta(days=days)
            self.desk.change(one["id"], start=moved(one["start"], by), end=moved(one["end"], by))

    @rule(number=st.integers(0, 3), day=DAYS, is_gone=st.booleans())
    def decide(self, number: int, day: int, *, is_gone: bool) -> None:
        """The office confirms, moves or cancels a meeting; the row waits in the outbox."""
        self.sequences[number] += 1
        if is_gone:
            self.wanted.pop(number, None)
            self.outbox.append((number, None))
        else:
            start = datetime(2026, 3, 1, 15, tzinfo=UTC) + timedelta(days=day)
            self.wanted[number] = Interval(start, start + timedelta(minutes=45))
            self.outbox.append((number, self.sequences[number]))
        self._slots = {**getattr(self, "_slots", {}), (number, self.sequences[number]): self.wanted.get(number)}

    @rule()
    def deliver(self) -> None:
        """The outbox tries its first row; what fails stays in line."""
        with suppress(TryLaterError, NotACalendarError, ChangedElsewhereError):
            self._deliver_first()

    @rule(fault=st.sampled_from(FAULTS))
    def break_down(self, fault: dict[str, object]) -> None:
        """Something goes wrong from now on."""
        self.simulator.break_down(fault)

    @rule()
    def forget(self) -> None:
        """The provider forgets every token."""
        self.simulator.api.forget_tokens()

    @rule()
    def pull(self) -> None:
        """A round; one that fails has done nothing."""
        with suppress(TryLaterError, NotACalendarError):
            self._pull()

    @rule()
    def settle(self) -> None:
        """The faults end: within two rounds all is equal, and each meeting of ours stands once."""
        self.simulator.break_down()
        while self.outbox:
            self._deliver_first()
        for _ in range(2):
            self._pull()
        assert self._ours() == self._upstream()
        for number in self.sequences:
            uid = f"{number}@antechamber"
            mine = [event.interval for one in self.copy.values() if one.uid == uid for event in one.events]
            assert mine == ([self.wanted[number]] if number in self.wanted else [])
        assert self.simulator.world.mails == []

    def _one(self, pick: int) -> dict[str, Any]:
        alive = self.theirs()
        return alive[pick % len(alive)]

    def _deliver_first(self) -> None:
        if not self.outbox:
            return
        number, sequence = self.outbox[0]
        uid = f"{number}@antechamber"
        if sequence is None:
            self.desk.connector.remove(self.desk.calendar, uid)
        else:
            slot = self._slots[number, sequence]
            self.desk.connector.write(self.desk.calendar, an_invitation(sequence, slot, uid=uid))
        self.outbox.pop(0)

    def _pull(self) -> None:
        pulled = self.desk.pull(self.cursor)
        self.cursor = pulled.cursor
        if pulled.unchanged:
            return
        assert pulled.problems == ()
        gone = set(pulled.removed)
        if pulled.complete:
            gone |= self.copy.keys() - pulled.present
        alive = {one["id"] for one in self.desk.there.events.values() if one["status"] != "cancelled"}
        masters = {name for name in alive if "recurringEventId" not in self.desk.there.events[name]}
        assert not gone & self.copy.keys() & masters
        self.copy |= {one.href: one for one in pulled.changed}
        for href in gone:
            self.copy.pop(href, None)

    def _ours(self) -> dict[str, list[Interval]]:
        told = {href: sorted(one.interval for one in obj.events) for href, obj in self.copy.items()}
        return {href: intervals for href, intervals in told.items() if intervals}

    def _upstream(self) -> dict[str, list[Interval]]:
        found: dict[str, list[Interval]] = {}
        zone = self.desk.there.zone
        for one in self.desk.there.expanded(SPRING.start, SPRING.end):
            interval = Interval(instant(one["start"], zone), instant(one["end"], zone))
            href = str(one.get("recurringEventId") or one["id"])
            found.setdefault(href, []).append(interval)
        return {href: sorted(intervals) for href, intervals in found.items()}


def run(examples: int, steps: int) -> None:
    """So many schedules of so many steps."""
    run_state_machine_as_test(
        Schedule,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_our_copy_is_theirs_once_the_faults_are_over() -> None:
    """A few schedules, the same in every run."""
    run(25, 30)


@pytest.mark.prove
@pytest.mark.timeout(7200)
def test_our_copy_is_theirs_in_two_thousand_schedules() -> None:
    """The same at length."""
    run(2000, 50)
