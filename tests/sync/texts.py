"""Calendar texts for tests: a VEVENT from a few lines, a VCALENDAR from a few VEVENTs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from agenda.model.calendars import Calendar, Problem
from agenda.model.events import Event
from agenda.model.times import Interval
from sync.ical import Limits, Reading, read
from tests.builders import a_calendar

SPRING = Interval(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC))
OWN = Path(__file__).resolve().parents[1] / "data" / "ics"


def vevent(uid: str, start: str = "DTSTART:20260302T140000Z", *lines: str) -> str:
    """A VEVENT; `start` is a whole line. One at an hour that is given no end lasts no time, and says so."""
    has_end = "VALUE=DATE" in start or any(line.startswith(("DTEND", "DURATION")) for line in lines)
    end = () if has_end else ("DURATION:PT0S",)
    parts = ("BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20260101T000000Z", start, *lines, *end, "END:VEVENT", "")
    return "\r\n".join(parts)


def vcalendar(*parts: str, head: str = "") -> bytes:
    """A VCALENDAR around VEVENTs, VTIMEZONEs and whatever else; `head` are more of its own lines."""
    begin = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//Tests//EN\r\n"
    return f"{begin}{head}{''.join(parts)}END:VCALENDAR\r\n".encode()


def reading_of(
    *parts: str,
    head: str = "",
    calendar: Calendar | None = None,
    window: Interval = SPRING,
    limits: Limits | None = None,
) -> Reading:
    """What is read of a VCALENDAR."""
    return read(vcalendar(*parts, head=head), calendar or a_calendar(), window, limits=limits)


def events_of(reading: Reading) -> list[Event]:
    """All its events, by start."""
    events = [event for one in reading.objects for event in one.events]
    return sorted(events, key=lambda event: (event.interval, event.key))


def only_event(*parts: str, head: str = "", calendar: Calendar | None = None) -> Event:
    """The one event that is read without a problem."""
    reading = reading_of(*parts, head=head, calendar=calendar)
    assert reading.problems == ()
    (event,) = events_of(reading)
    return event


def only_problem(reading: Reading) -> Problem:
    """The one problem there is."""
    (problem,) = reading.problems
    return problem


def utc(text: str) -> datetime:
    """An instant from `2026-03-02 14:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def from_to(start: str, end: str) -> Interval:
    """An interval from two instants in UTC."""
    return Interval(utc(start), utc(end))
