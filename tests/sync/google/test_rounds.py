"""Whole rounds with a real store: what the mayor's week shows while the provider is not well."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from agenda.actions.pull import Pull
from agenda.model.calendars import Freshness, Provider, SyncState
from agenda.store import SqlStore, upgrade
from tests.builders import MONDAY, at, on_monday
from tests.fakes import SetClock
from tests.simulators.google.office import Desk, a_desk
from tests.simulators.google.office import at as wall
from tests.simulators.google.server import EVERYTHING, Simulator

NINE, TEN = wall("2026-03-02T09:00"), wall("2026-03-02T10:00")
DAY = on_monday("00:00", "23:00")


@dataclass
class House:
    """A store with the mayor's calendar connected, on the Friday before Monday."""

    store: SqlStore
    clock: SetClock
    desk: Desk
    pull: Pull

    def round(self) -> SyncState:
        """Read the calendar once."""
        return self.pull.calendar(self.desk.calendar.id).state

    def shown(self) -> int:
        """How many events Monday shows."""
        with self.store.reading() as unit:
            return len(unit.events.within(DAY))

    def freshness(self) -> Freshness:
        """How far it can be trusted."""
        with self.store.reading() as unit:
            return unit.calendars.freshness()[self.desk.calendar.id]


@pytest.fixture
def house(simulator: Simulator, tmp_path: Path) -> Iterator[House]:
    """Twelve events on Monday, read once, in pages of five."""
    url = f"sqlite:///{tmp_path / 'office.db'}"
    upgrade(url)
    store = SqlStore(url)
    clock = SetClock(at(MONDAY - timedelta(days=3), "08:00"))
    desk = a_desk(simulator, page_size=5)
    with store.writing() as unit:
        unit.calendars.add(desk.calendar)
        unit.commit()
    pull = Pull(store=store, clock=clock, connectors={Provider.GOOGLE: desk.connector}, owner="tests")
    for number in range(12):
        desk.put(id=f"event{number}", start=NINE, end=TEN)
    made = House(store, clock, desk, pull)
    assert made.round() is SyncState.FRESH
    assert made.shown() == 12
    yield made
    store.close()


FAILURES: list[dict[str, Any]] = [
    {"nth": 0, "status": 503},
    {"nth": 0, "status": 404, "reason": "notFound"},
    {"nth": 0, "status": 403, "reason": "forbidden"},
    {"nth": 0, "status": 401, "reason": "authError"},
    {"nth": 0, "garbage": "<html>Sign in"},
    {"nth": 0, "garbage": "{}"},
    {"nth": 0, "lost": True},
    {"nth": 0, "truncate": 40},
    {"page": True, "nth": 0, "status": 500},
    {"page": True, "nth": 0, "status": 410},
]


@pytest.mark.parametrize("forgets", [False, True])
@pytest.mark.parametrize("fault", FAILURES)
def test_a_round_that_fails_leaves_the_last_known_week(house: House, fault: dict[str, Any], *, forgets: bool) -> None:
    """In a round of changes and in a full one (H1, H2, H3): never free, shown as of the last good round."""
    house.desk.delete("event0")
    for number in range(1, 12):
        house.desk.change(f"event{number}", summary="New")
    if forgets:
        house.desk.simulator.api.forget_tokens()
    before = house.freshness().read_at
    house.clock.advance(timedelta(minutes=5))
    house.desk.simulator.break_down({"match": "calendar.events.list", **fault})
    assert house.round() is SyncState.FAILING
    assert (house.shown(), house.freshness().read_at) == (12, before)
    house.desk.simulator.break_down()
    assert house.round() is SyncState.FRESH
    assert house.shown() == 11


@pytest.mark.parametrize("forgets", [False, True])
def test_everything_gone_at_once_is_held_for_a_person(house: House, *, forgets: bool) -> None:
    """Told one by one or by absence (H3): the week stays until somebody has looked."""
    for number in range(12):
        house.desk.delete(f"event{number}")
    if forgets:
        house.desk.simulator.api.forget_tokens()
    assert house.round() is SyncState.HELD
    assert house.shown() == 12
    assert house.pull.accept_deletions(house.desk.calendar.id).state is SyncState.FRESH
    assert house.shown() == 0


def test_after_a_new_consent_everything_goes_on_by_itself(house: House) -> None:
    """Nothing is lost or read twice (H15): the cursor is still good."""
    token = next(iter(house.desk.simulator.desk.access))
    house.desk.simulator.desk.withdraw()
    assert house.round() is SyncState.FAILING
    assert "Connect the account again" in house.freshness().failure
    house.desk.delete("event3")
    house.desk.simulator.desk.access[token] = ("mayor@example.org", frozenset({EVERYTHING}))
    house.desk.simulator.heard.clear()
    assert house.round() is SyncState.FRESH
    assert house.shown() == 11
    assert ["syncToken" in one.query for one in house.desk.simulator.heard] == [True]


def test_another_day_and_another_zone_of_a_series(house: House) -> None:
    """The window moves with the clock (H4): the series is read again and shows the new days."""
    house.desk.put(id="series1", start=NINE, end=TEN, recurrence=["RRULE:FREQ=DAILY"])
    house.round()
    assert house.shown() == 13
    house.clock.advance(timedelta(days=1))
    assert house.round() is SyncState.FRESH
    with house.store.reading() as unit:
        assert len(unit.events.within(house.pull.window())) == 12 + 178
