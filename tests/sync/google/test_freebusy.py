"""When calendars are taken: those that give no answer are unknown, never free."""

from __future__ import annotations

import json

import pytest

from agenda.model.errors import NotACalendarError
from sync.google.freebusy import Busy
from tests.simulators.google.office import MAYOR, Desk, at
from tests.sync.texts import from_to

MARCH = from_to("2026-03-01 00:00", "2026-04-01 00:00")


def busy(desk: Desk, *names: str) -> dict[str, Busy]:
    """Ask for March."""
    return desk.connector.free_busy(desk.calendar, names, MARCH)


def test_what_is_taken_is_told_in_order_and_joined(desk: Desk) -> None:
    """Series are expanded by the provider; what lies beyond the question is cut off."""
    desk.put(start=at("2026-03-02T09:00"), end=at("2026-03-02T10:00"), recurrence=["RRULE:FREQ=WEEKLY;COUNT=2"])
    desk.put(start=at("2026-03-02T10:00"), end=at("2026-03-02T11:00"))
    desk.put(start=at("2026-03-31T12:00"), end=at("2026-04-02T12:00"))
    desk.put(start=at("2026-03-05T10:00"), end=at("2026-03-05T11:00"), transparency="transparent")
    assert busy(desk, MAYOR)[MAYOR] == Busy(
        (
            from_to("2026-03-02 14:00", "2026-03-02 16:00"),
            from_to("2026-03-09 13:00", "2026-03-09 14:00"),
            from_to("2026-03-31 16:00", "2026-04-01 00:00"),
        )
    )


def test_a_calendar_with_an_error_is_unknown(desk: Desk) -> None:
    """The others are told; of this one nothing counts as free."""
    found = busy(desk, MAYOR, "nobody@example.org")
    assert found[MAYOR] == Busy()
    unknown = found["nobody@example.org"]
    assert unknown.intervals == (MARCH,)
    assert "not shared" in str(unknown.unknown)


def test_many_calendars_are_asked_for_in_portions(desk: Desk) -> None:
    """Fifty at a time; each one is in the answer."""
    names = [f"room{number}@example.org" for number in range(120)]
    for name in names[:60]:
        desk.simulator.world.add_calendar(name, mayor="freeBusyReader")
    found = busy(desk, *names)
    assert list(found) == names
    assert [one.unknown is None for one in found.values()] == [True] * 60 + [False] * 60
    assert [len(one.body["items"]) for one in desk.simulator.heard] == [50, 50, 20]


@pytest.mark.parametrize(
    "told",
    [
        {},
        {MAYOR: []},
        {MAYOR: {}},
        {MAYOR: {"errors": [{"reason": "somethingNew"}]}},
        {MAYOR: {"errors": "x"}},
        {MAYOR: {"busy": [{"start": "2026-03-02T14:00:00Z"}]}},
        {MAYOR: {"busy": [{"start": "2026-03-02T14:00:00Z", "end": "2026-03-02T13:00:00Z"}]}},
        {MAYOR: {"busy": "all"}},
        {MAYOR: {"busy": 7}},
    ],
)
def test_an_answer_that_makes_no_sense_is_unknown(desk: Desk, told: dict[str, object]) -> None:
    """Left out, of the wrong kind, backwards."""
    desk.simulator.break_down({"garbage": json.dumps({"calendars": told})})
    found = busy(desk, MAYOR)[MAYOR]
    assert found.intervals == (MARCH,)
    assert found.unknown is not None


def test_an_answer_without_calendars_is_none(desk: Desk) -> None:
    """Nothing was learnt."""
    desk.simulator.break_down({"garbage": "{}"})
    with pytest.raises(NotACalendarError):
        busy(desk, MAYOR)
