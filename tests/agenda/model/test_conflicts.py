"""Overlaps and impossible drives, to the minute."""

from __future__ import annotations

import pytest

from agenda.model.alerts import AlertKind
from agenda.model.conflicts import Conflict, conflicts_of
from agenda.model.entries import gather
from agenda.model.events import Event
from agenda.model.gazetteer import Gazetteer
from agenda.model.travel import Quality
from tests.builders import MAYOR, a_calendar, an_event, on_monday, some_people, some_places, some_travel


def conflicts(*events: Event) -> list[Conflict]:
    """The mayor's conflicts among some events."""
    calendar = a_calendar()
    entries = gather(events, {calendar.id: calendar}, some_people(), Gazetteer(some_places().values()))
    return list(conflicts_of(MAYOR, entries, some_travel()))


def test_an_overlap_tells_its_minutes() -> None:
    """Half past nine to ten is taken twice."""
    (found,) = conflicts(an_event(on_monday("09:00", "10:00"), "one"), an_event(on_monday("09:30", "11:00"), "two"))
    assert (found.kind, found.missing_min) == (AlertKind.OVERLAP, 30)


def test_events_that_touch_are_no_conflict() -> None:
    """Back to back in the same house."""
    assert not conflicts(an_event(on_monday("09:00", "10:00"), "one"), an_event(on_monday("10:00", "11:00"), "two"))


@pytest.mark.parametrize(("start", "missing"), [("10:16", 1), ("10:17", None), ("10:05", 12)])
def test_a_drive_has_to_fit_to_the_minute(start: str, missing: int | None) -> None:
    """Seventeen minutes to the school: sixteen are one too few."""
    found = conflicts(
        an_event(on_monday("09:00", "10:00"), "one"),
        an_event(on_monday(start, "11:30"), "two", location="North School"),
    )
    assert [one.missing_min for one in found] == ([] if missing is None else [missing])
    assert all(one.leg is not None and one.leg.quality is Quality.TABLE for one in found)


def test_a_drive_leads_across_a_call() -> None:
    """Ten minutes before the call and ten after are not the seventeen that the drive takes in one piece."""
    (found,) = conflicts(
        an_event(on_monday("09:00", "10:00"), "one"),
        an_event(on_monday("10:10", "10:40"), "call", location="https://zoom.us/j/123"),
        an_event(on_monday("10:50", "11:30"), "two", location="North School"),
    )
    assert (found.kind, found.missing_min) == (AlertKind.IMPOSSIBLE_DRIVE, 7)
    assert found.second.key.uid == "two"


def test_a_place_nobody_knows_raises_nothing() -> None:
    """A false alarm a day, and nobody reads the true one."""
    assert not conflicts(
        an_event(on_monday("09:00", "10:00"), "one"),
        an_event(on_monday("10:05", "11:00"), "two", location="tbd"),
        an_event(on_monday("11:05", "12:00"), "three", location="North School"),
    )


def test_a_long_event_is_where_the_next_drive_starts() -> None:
    """A short visit inside a long event does not make the mayor leave it early."""
    found = conflicts(
        an_event(on_monday("09:00", "12:00"), "long"),
        an_event(on_monday("09:30", "10:00"), "short"),
        an_event(on_monday("12:05", "13:00"), "school", location="North School"),
    )
    assert [(one.kind, one.first.key.uid) for one in found] == [
        (AlertKind.OVERLAP, "long"),
        (AlertKind.IMPOSSIBLE_DRIVE, "long"),
    ]


def test_the_cause_stays_the_same_when_only_the_time_changes() -> None:
    """So that a moved conflict is the same alert, brought up to date."""
    (early,) = conflicts(an_event(on_monday("09:00", "10:00"), "a"), an_event(on_monday("09:30", "11:00"), "b"))
    (late,) = conflicts(an_event(on_monday("09:00", "10:00"), "a"), an_event(on_monday("09:45", "11:00"), "b"))
    assert early.cause == late.cause
