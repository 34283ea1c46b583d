"""What the provider's events are in our words: kinds, visibility, days, zones, answers, calls."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from agenda.model.events import Classification, Event, PartStat, Status, Transparency
from agenda.model.times import Interval
from sync.ical import IcalExpander
from tests.simulators.google.office import MAYOR, Desk, a_desk, at, only
from tests.simulators.google.server import Simulator
from tests.sync.texts import SPRING, from_to, utc

NINE, TEN = at("2026-03-02T09:00"), at("2026-03-02T10:00")


def told(desk: Desk, **body: Any) -> Event:
    """What we are told of one event that somebody has put in."""
    desk.put(**{"id": "event1", "start": NINE, "end": TEN, **body})
    pulled = desk.pull()
    assert pulled.problems == ()
    (event,) = only(pulled).events
    return event


@pytest.mark.parametrize(
    ("kind", "transparency", "takes_time"),
    [
        ("default", "opaque", True),
        ("default", "transparent", False),
        ("workingLocation", "opaque", False),
        ("birthday", "opaque", False),
        ("outOfOffice", "opaque", True),
        ("outOfOffice", "transparent", True),
        ("focusTime", "transparent", True),
        ("fromGmail", "opaque", True),
        ("fromGmail", "transparent", False),
        ("aKindOfNextYear", "opaque", True),
    ],
)
def test_kinds_of_events_take_time_or_not(desk: Desk, kind: str, transparency: str, *, takes_time: bool) -> None:
    """Where somebody works and whose birthday it is keeps nobody from meeting; being away does."""
    event = told(desk, eventType=kind, transparency=transparency)
    assert event.takes_time is takes_time


@pytest.mark.parametrize(
    ("visibility", "classification"),
    [
        ("default", Classification.PUBLIC),
        ("public", Classification.PUBLIC),
        ("private", Classification.PRIVATE),
        ("confidential", Classification.CONFIDENTIAL),
        ("somethingNew", Classification.PRIVATE),
    ],
)
def test_visibility_is_a_classification(desk: Desk, visibility: str, classification: Classification) -> None:
    """What we do not know is private (H13)."""
    assert told(desk, visibility=visibility).classification is classification


def test_an_occurrence_is_never_more_open_than_its_series(desk: Desk) -> None:
    """The provider ignores it as well; the tighter one holds (H13)."""
    desk.put(id="series1", start=NINE, end=TEN, visibility="private", recurrence=["RRULE:FREQ=DAILY;COUNT=2"])
    desk.change("series1_20260303T140000Z", visibility="public")
    assert {one.classification for one in only(desk.pull()).events} == {Classification.PRIVATE}


def test_a_calendar_shared_as_free_or_busy_is_private(simulator: Simulator) -> None:
    """Only "busy" arrives, and is kept as private (H13)."""
    there = simulator.world.add_calendar("deputy@example.org", mayor="freeBusyReader")
    simulator.world.insert(there, {"start": NINE, "end": TEN, "summary": "Canary"}, "deputy@example.org", {})
    desk = a_desk(simulator, "deputy@example.org")
    there.roles[MAYOR] = "freeBusyReader"
    (event,) = only(desk.pull()).events
    assert (event.summary, event.classification, event.takes_time) == ("", Classification.PRIVATE, True)


def test_a_private_event_of_a_readers_calendar_has_no_title(simulator: Simulator) -> None:
    """Readers are not told what private events are about."""
    there = simulator.world.add_calendar("deputy@example.org", mayor="reader")
    body = {"start": NINE, "end": TEN, "summary": "Canary", "visibility": "private"}
    simulator.world.insert(there, body, "deputy@example.org", {})
    desk = a_desk(simulator, "deputy@example.org")
    there.roles[MAYOR] = "reader"
    obj = only(desk.pull())
    assert b"Canary" not in obj.ics
    assert obj.events[0].is_private


def test_days_stay_days(desk: Desk) -> None:
    """An all-day event is a pair of dates, the last one not included (H8)."""
    event = told(desk, start=at("2026-03-06"), end=at("2026-03-09"))
    assert (event.first_day, event.last_day) == (date(2026, 3, 6), date(2026, 3, 9))
    assert event.interval == from_to("2026-03-06 05:00", "2026-03-09 04:00")


def test_a_series_of_days_loses_one(desk: Desk) -> None:
    """Its exceptions are dates, too (H6, H8)."""
    days = {"start": at("2026-03-06"), "end": at("2026-03-07"), "recurrence": ["RRULE:FREQ=DAILY;COUNT=4"]}
    desk.put(id="dates1", **days)
    desk.delete("dates1_20260307")
    desk.change("dates1_20260308", start=at("2026-03-12"), end=at("2026-03-13"))
    obj = only(desk.pull())
    assert [one.first_day for one in obj.events] == [date(2026, 3, 6), date(2026, 3, 9), date(2026, 3, 12)]
    assert b"EXDATE;VALUE=DATE:20260307" in obj.ics


def test_a_moment_and_a_clock_change(desk: Desk) -> None:
    """An event without length is a moment; half past two in the gap is an hour later (H7, H8)."""
    assert told(desk, end=NINE).interval == Interval(utc("2026-03-02 14:00"), utc("2026-03-02 14:00"))
    desk.put(
        id="gulf1",
        start=at("2026-03-07T02:30"),
        end=at("2026-03-07T03:00"),
        recurrence=["RRULE:FREQ=DAILY;COUNT=3"],
    )
    gap = next(one for one in desk.pull().changed if one.href == "gulf1")
    assert [f"{one.interval.start:%d %H:%M}" for one in gap.events] == ["07 07:30", "08 07:30", "09 06:30"]


def test_a_series_lives_in_its_own_zone(desk: Desk) -> None:
    """Not in that of the calendar, in which the provider tells its times (H7)."""
    desk.put(
        id="berlin1",
        start=at("2026-03-23T09:00", "Europe/Berlin"),
        end=at("2026-03-23T10:00", "Europe/Berlin"),
        recurrence=["RRULE:FREQ=WEEKLY;COUNT=2"],
    )
    obj = only(desk.pull())
    assert [f"{one.interval.start:%H:%M}" for one in obj.events] == ["08:00", "07:00"]
    assert {one.zone for one in obj.events} == {"Europe/Berlin"}
    again = IcalExpander().expand(desk.calendar, obj, SPRING)
    assert again == obj.events


def test_people_and_their_answers(desk: Desk) -> None:
    """Everybody's, and the mayor's own: declined, it takes no time."""
    people = [
        {"email": MAYOR, "displayName": 'Rosa "R." Alvarez', "responseStatus": "declined"},
        {"email": "a@example.org", "responseStatus": "accepted"},
        {"email": "b@example.org", "responseStatus": "tentative", "optional": True},
        {"email": "c@example.org", "responseStatus": "needsAction"},
        {"email": "d@example.org"},
    ]
    event = told(desk, attendees=people, organizer={"email": "chief@example.org"}, status="tentative", sequence=3)
    assert [one.partstat for one in event.attendees] == [
        PartStat.DECLINED,
        PartStat.ACCEPTED,
        PartStat.TENTATIVE,
        PartStat.NEEDS_ACTION,
        PartStat.NEEDS_ACTION,
    ]
    assert [one.optional for one in event.attendees] == [False, False, True, False, False]
    assert event.attendees[0].name == "Rosa 'R.' Alvarez"
    assert (event.organizer, event.status, event.sequence) == ("chief@example.org", Status.TENTATIVE, 3)
    assert event.transparency is Transparency.TRANSPARENT


def test_a_call_has_its_link_where_places_are_looked_for(desk: Desk) -> None:
    """A call without a room takes place at its link; with one, the link is kept beside it."""
    link = "https://meet.google.com/abc-defg-hij"
    call = {"conferenceData": {"entryPoints": [{"entryPointType": "video", "uri": link}]}, "hangoutLink": link}
    event = told(desk, **call)
    assert (event.location, event.url) == (link, link)
    desk.change("event1", location="City Hall, Room 2", **call)
    (event,) = only(desk.pull()).events
    assert (event.location, event.url) == ("City Hall, Room 2", link)


def test_hostile_words_stay_words(desk: Desk) -> None:
    """Nothing in a title becomes a line of its own."""
    title = "Lunch\r\nRRULE:FREQ=SECONDLY\nEND:VEVENT\u2028;,\\n\x07"
    event = told(desk, summary=title, location="A\nB", description="x" * 300_000)
    assert event.summary == "Lunch RRULE:FREQ=SECONDLY END:VEVENT ;,\\n"
    assert not event.is_recurring
    assert len(event.description) == 20_000


def test_a_rule_nobody_can_expand_is_unknown_time(desk: Desk) -> None:
    """By the minute, or of another calendar system: never free, and nothing else is hidden (H16)."""
    desk.put(id="bomb1", start=NINE, end=TEN, recurrence=["RRULE:FREQ=MINUTELY"])
    desk.put(id="event1", start=NINE, end=TEN)
    pulled = desk.pull()
    assert {one.href for one in pulled.changed} == {"bomb1", "event1"}
    assert [one.interval for one in pulled.problems] == [Interval(utc("2026-03-02 14:00"), SPRING.end)]


def test_dates_beside_the_rule_count(desk: Desk) -> None:
    """RDATE and EXDATE lines of the provider are taken as they are."""
    rules = ["EXDATE;TZID=America/New_York:20260309T090000", "RRULE:FREQ=WEEKLY;COUNT=3", "RDATE:20260305T150000Z"]
    desk.put(id="series1", start=NINE, end=TEN, recurrence=rules)
    starts = [f"{one.interval.start:%m-%d %H:%M}" for one in only(desk.pull()).events]
    assert starts == ["03-02 14:00", "03-05 15:00", "03-16 13:00"]


def test_the_same_meeting_in_two_calendars_has_one_key(simulator: Simulator) -> None:
    """Whatever the provider's ids are, UID and original start are the same (H12)."""
    keys = []
    for name in (MAYOR, "deputy@example.org"):
        desk = a_desk(simulator, name)
        body = {"iCalUID": "shared@example.org", "start": NINE, "end": TEN, "recurrence": ["RRULE:FREQ=DAILY;COUNT=3"]}
        desk.simulator.world.bring_in(desk.there, body, MAYOR)
        keys.append({one.key for one in only(desk.pull()).events})
    assert keys[0] == keys[1]
    assert len(keys[0]) == 3
