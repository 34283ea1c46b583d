"""Free/busy of people whose calendars we may not read."""

from __future__ import annotations

from datetime import timedelta

import pytest

from agenda.model.errors import RefusedError, TryLaterError
from agenda.model.times import Interval
from sync.microsoft.limiter import Limiter
from sync.microsoft.schedule import Availability, Schedules
from tests.contract.conftest import LOOPBACK
from tests.contract.graph import MAYOR, TOKEN, GraphSource
from tests.simulators.graph import Grant
from tests.sync.microsoft.builders import an_appointment
from tests.sync.texts import from_to, utc

WEEK = from_to("2026-03-01 00:00", "2026-03-08 00:00")


@pytest.fixture
def schedules(outlook: GraphSource) -> Schedules:
    """A way to ask."""
    return Schedules(lambda _: TOKEN, outlook.simulator.url, LOOPBACK, Limiter())


def test_busy_is_busy_and_free_is_free(outlook: GraphSource, schedules: Schedules) -> None:
    """Whatever is shown as free or as working elsewhere takes no time; tentative and unknown do."""
    world = outlook.simulator.world
    calendar = world.default_calendar(MAYOR)
    assert calendar is not None
    for at, shown in enumerate(["busy", "tentative", "oof", "unknown", "free", "workingElsewhere"]):
        world.add(calendar, an_appointment("2026-03-02", f"{9 + at:02d}:00", f"{9 + at:02d}:30", showAs=shown))
    found = schedules.of(outlook.calendar, [MAYOR], WEEK)
    assert found == {
        MAYOR: Availability(
            busy=tuple(from_to(f"2026-03-02 {14 + at}:00", f"2026-03-02 {14 + at}:30") for at in range(4))
        )
    }


def test_a_schedule_with_an_error_is_unknown(outlook: GraphSource, schedules: Schedules) -> None:
    """Nobody by that name, or too many entries: never free. The others are known."""
    outlook.simulator.service.schedule_errors["full@example.org"] = "5006"
    found = schedules.of(outlook.calendar, [MAYOR, "full@example.org", "nobody@example.org"], WEEK)
    assert found[MAYOR] == Availability()
    assert found["full@example.org"] == found["nobody@example.org"] == Availability(unknown=(WEEK,))


def test_a_schedule_that_is_not_in_the_answer_is_unknown(outlook: GraphSource, schedules: Schedules) -> None:
    """An answer may be short, or nonsense in parts."""
    outlook.simulator.plan({"match": "getSchedule", "body": '{"value": [7, {"scheduleId": "mayor@example.org"}]}'})
    found = schedules.of(outlook.calendar, [MAYOR, "deputy@example.org"], WEEK)
    assert all(one == Availability(unknown=(WEEK,)) for one in found.values())
    items = (
        '{"scheduleItems": [{"status": "busy", "start": {"dateTime": "soon"}}, 3], "scheduleId": "mayor@example.org"}'
    )
    outlook.simulator.plan({"match": "getSchedule", "body": f'{{"value": [{items}]}}'})
    assert schedules.of(outlook.calendar, [MAYOR], WEEK)[MAYOR].unknown == (WEEK, WEEK)


@pytest.mark.parametrize(("people", "days", "requests"), [(20, 61, 1), (21, 61, 2), (20, 62, 2), (45, 130, 9)])
def test_no_more_than_graph_takes(
    outlook: GraphSource, schedules: Schedules, people: int, days: int, requests: int
) -> None:
    """Twenty schedules, and less than 62 days, to a request; the simulator refuses more."""
    span = Interval(utc("2026-03-01 00:00"), utc("2026-03-01 00:00") + timedelta(days=days))
    names = [f"person{at}@example.org" for at in range(people)]
    found = schedules.of(outlook.calendar, names, span)
    assert list(found) == names
    assert len(outlook.simulator.asked("getSchedule")) == requests


def test_asking_is_refused_and_put_off_like_reading(outlook: GraphSource, schedules: Schedules) -> None:
    """A refusal is no free day."""
    outlook.simulator.plan({"match": "getSchedule", "status": 429, "code": "TooManyRequests"})
    with pytest.raises(TryLaterError):
        schedules.of(outlook.calendar, [MAYOR], WEEK)
    outlook.simulator.tokens[TOKEN] = Grant(scopes=frozenset())
    with pytest.raises(RefusedError):
        schedules.of(outlook.calendar, [MAYOR], WEEK)
