"""From drafts to iCalendar, as other programs would have written it (RFC 5545).

Single events are written in UTC, series on the wall clock with their zone, as Google's export has them. It also keeps
the server quick: it writes the zone's rules out once more for every event that names the zone.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import icalendar

from web.demo import city
from web.demo.drafts import Draft, uid_for

PRODID = "-//Port Merrow//Invented calendars//EN"
ZONE = ZoneInfo(city.ZONE)


def feed(name: str, drafts: Iterable[Draft], today: date) -> bytes:
    """One calendar with all its entries and its time zone; the same for the same day to the byte."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    stamp = datetime.combine(today, time(6), UTC)
    for draft in drafts:
        for event in _events(draft, stamp):
            calendar.add_component(event)
    calendar.add_missing_timezones(first_date=today - timedelta(days=400), last_date=today + timedelta(days=800))
    return bytes(calendar.to_ical())


def _events(draft: Draft, stamp: datetime) -> Iterable[icalendar.Event]:
    """The event, and one more for each occurrence that was moved."""
    master = _event(draft, draft.start, stamp)
    if draft.rrule:
        master.add("rrule", icalendar.vRecur.from_ical(draft.rrule))
        for gone in draft.left_out:
            master.add("exdate", gone.replace(tzinfo=ZONE))
    yield master
    for original, start in draft.moved:
        moved = _event(draft, start, stamp)
        moved.add("recurrence-id", original.replace(tzinfo=ZONE))
        moved["sequence"] = 1
        yield moved


def _event(draft: Draft, start: datetime | date, stamp: datetime) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", draft.uid)
    event.add("dtstamp", stamp)
    event.add("summary", draft.title)
    if isinstance(start, datetime):
        begin = start.replace(tzinfo=ZONE)
        event.add("dtstart", begin if draft.rrule else begin.astimezone(UTC))
        if draft.length is not None:
            end = (start + draft.length).replace(tzinfo=ZONE)
            event.add("dtend", end if draft.rrule else end.astimezone(UTC))
    else:
        event.add("dtstart", start)
        event.add("dtend", start + (draft.length or timedelta(days=1)))
    if draft.location:
        event.add("location", draft.location)
    if draft.is_private:
        event.add("class", "PRIVATE")
    event.add("status", "TENTATIVE" if draft.is_tentative else "CONFIRMED")
    if draft.is_free:
        event.add("transp", "TRANSPARENT")
    event.add("sequence", 0)
    if draft.organizer is not None:
        event.add("organizer", _address(draft.organizer))
        for owner in draft.attendees:
            attendee = _address(owner)
            attendee.params["PARTSTAT"] = "ACCEPTED"
            event.add("attendee", attendee)
    return event


def _address(person: str) -> icalendar.vCalAddress:
    known = next(one for one in city.PEOPLE if one.id == person)
    address = icalendar.vCalAddress(f"mailto:{known.email}")
    address.params["CN"] = known.name
    return address


def council_feed(first: date, seed: int, today: date) -> bytes:
    """The council's committees, as its clerk publishes them: read-only, and in the president's time."""
    committees = (
        ("Finance Committee", 2, time(16), 90, "Council Chamber"),
        ("Committee on Streets and Harbor", 3, time(10), 60, "City Hall, Room 210"),
        ("Comité de Vivienda", 3, time(15, 30), 75, "Ayuntamiento, planta 2"),
    )
    drafts = [
        Draft(
            uid=uid_for("committee", seed, first, title),
            title=title,
            start=datetime.combine(first + timedelta(days=weekday), at),
            length=timedelta(minutes=minutes),
            location=location,
            every_weeks=2,
            count=6,
            organizer=None,
        )
        for title, weekday, at, minutes, location in committees
    ]
    return feed("Council committees", drafts, today)


def city_feed(first: date, seed: int, today: date) -> bytes:
    """What goes on in town: looked at beside the mayor's week, never counted as busy."""
    weeks = (
        ("Farmers' market", 5, time(9), 240, "Old Fish Market"),
        ("Storytelling / Cuentacuentos", 2, time(17), 60, "Biblioteca Central"),
        ("Home game of the Gulls", 6, time(14), 150, "Gull Stadium"),
    )
    drafts = [
        Draft(
            uid=uid_for("town", seed, first, title),
            title=title,
            start=datetime.combine(first + timedelta(days=weekday), at),
            length=timedelta(minutes=minutes),
            location=location,
            every_weeks=1,
            count=10,
        )
        for title, weekday, at, minutes, location in weeks
    ]
    return feed("In town / En la ciudad", drafts, today)
