"""From an entry of a schedule to an iCalendar object, and to the event it is (RFC 5545)."""

from __future__ import annotations

import hashlib
from datetime import UTC, timedelta

import icalendar

from agenda.model.calendars import Calendar, CalendarObject
from agenda.model.events import Classification, Event, EventKey, Transparency
from agenda.model.times import Interval
from sync.csv_schedule.slips import Entry

PRODID = "-//Antechamber//schedule file//EN"


def as_object(entry: Entry, calendar: Calendar, window: Interval) -> CalendarObject:
    """The entry as a calendar object; its occurrence where it touches the window."""
    ics = as_ics(entry)
    event = as_event(entry, calendar)
    return CalendarObject(
        href=entry.uid,
        uid=entry.uid,
        etag="",
        digest=hashlib.sha256(ics).hexdigest(),
        ics=ics,
        events=(event,) if event.interval.overlaps(window) else (),
    )


def as_event(entry: Entry, calendar: Calendar) -> Event:
    """The entry as the one occurrence it is."""
    return Event(
        calendar=calendar.id,
        key=EventKey(entry.uid),
        interval=entry.interval,
        summary=entry.title,
        location=entry.location,
        zone=calendar.zone,
        first_day=entry.first_day,
        last_day=entry.last_day,
        transparency=Transparency.OPAQUE if entry.is_placed else Transparency.TRANSPARENT,
        classification=Classification.PRIVATE if entry.is_private else Classification.PUBLIC,
    )


def as_ics(entry: Entry) -> bytes:
    """A VCALENDAR with the VEVENT, on the wall clock, with its VTIMEZONE; equal entries give equal bytes."""
    event = icalendar.Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", entry.interval.start.astimezone(UTC))  # the file does not say when it was written
    if entry.first_day is not None and entry.last_day is not None:
        event.add("dtstart", entry.first_day)
        event.add("dtend", entry.last_day)
    else:
        event.add("dtstart", entry.wall_start)
        event.add("dtend", entry.wall_end)
    event.add("summary", entry.title)
    if entry.location:
        event.add("location", entry.location)
    if not entry.is_placed:
        event.add("transp", "TRANSPARENT")
    if entry.is_private:
        event.add("class", "PRIVATE")
    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    calendar.add_component(event)
    around = timedelta(days=366)
    calendar.add_missing_timezones(
        first_date=(entry.interval.start - around).date(), last_date=(entry.interval.end + around).date()
    )
    return bytes(calendar.to_ical())
