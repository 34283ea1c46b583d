"""Occurrences in and out, fast: a week of sixty people is one query and a few thousand values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, insert, select, union_all

from agenda.model.events import Attendee, Event, EventKey
from agenda.model.ids import CalendarId
from agenda.model.places import Position
from agenda.model.times import DAY, Interval
from agenda.store import rows
from agenda.store.codec import ATTENDEES
from agenda.store.columns import EPOCH
from agenda.store.tables import components, occurrences

LONG = DAY
"""An occurrence longer than this is looked for over all of time; the others by their start alone."""

SHARED = (
    "summary",
    "location",
    "description",
    "url",
    "zone",
    "transparency",
    "status",
    "classification",
    "organizer",
    "sequence",
    "is_recurring",
)
"""What occurrences of one component have in common, beside position and attendees."""


def within(connection: Connection, span: Interval, calendars: Mapping[int, CalendarId]) -> list[Event]:
    """Occurrences of the given calendars that overlap the span, by start then end."""
    if not calendars:
        return []
    own = occurrences.c
    overlapping = select(
        own.component_no, own.calendar_no, own.starts_at, own.ends_at, own.recurrence_id, own.first_day, own.last_day
    ).where(own.calendar_no.in_(list(calendars)), own.starts_at < span.end, own.ends_at > span.start)
    found = union_all(
        overlapping.where(own.is_long.is_(False), own.starts_at > _a_day_before(span.start)),
        overlapping.where(own.is_long.is_(True)),
    ).subquery()
    shared = [components.c[name] for name in ("uid", "lat", "lon", "attendees", *SHARED)]
    query = select(found, *shared).join_from(found, components, found.c.component_no == components.c.no)
    events = [_event(calendars, *row) for row in connection.execute(query).all()]
    events.sort(key=_by_start)
    return events


def insert_all(connection: Connection, calendar_no: int, placed: Iterable[tuple[int, Event]]) -> None:
    """Keep events of one calendar, each with the number of the object it belongs to."""
    for batch in rows.batches(placed):
        at: dict[tuple[Any, ...], int] = {}
        shared: list[dict[str, Any]] = []
        own: list[tuple[int, Event]] = []
        for object_no, event in batch:
            row = _component_row(object_no, event)
            key = tuple(row.values())
            index = at.setdefault(key, len(shared))
            if index == len(shared):
                shared.append(row)
            own.append((index, event))
        numbers = rows.add_all(connection, components, shared)
        connection.execute(
            insert(occurrences), [_occurrence_row(numbers[index], calendar_no, event) for index, event in own]
        )


def _event(
    calendars: Mapping[int, CalendarId],
    _component_no: int,
    calendar_no: int,
    start: datetime,
    end: datetime,
    recurrence_id: str,
    first_day: date | None,
    last_day: date | None,
    uid: str,
    lat: float | None,
    lon: float | None,
    attendees: str | None,
    *shared: Any,
) -> Event:
    """One row; its columns in the query's order. Thousands of them pass here, so each is touched once."""
    (
        summary,
        location,
        description,
        url,
        zone,
        transparency,
        status,
        classification,
        organizer,
        sequence,
        is_recurring,
    ) = shared
    return Event(
        calendar=calendars[calendar_no],
        key=EventKey(uid, recurrence_id),
        interval=Interval(start, end),
        summary=summary,
        location=location,
        description=description,
        url=url,
        position=None if lat is None or lon is None else Position(lat, lon),
        zone=zone,
        first_day=first_day,
        last_day=last_day,
        transparency=transparency,
        status=status,
        classification=classification,
        organizer=organizer,
        attendees=() if attendees is None else attendees_of(attendees),
        sequence=sequence,
        is_recurring=is_recurring,
    )


@lru_cache(4096)
def attendees_of(text: str) -> tuple[Attendee, ...]:
    """Attendees out of their text; the same people meet again and again, in each other's calendars too."""
    return ATTENDEES.read(text)


def _component_row(object_no: int, event: Event) -> dict[str, Any]:
    row = {"object_no": object_no, "uid": event.key.uid}
    row |= {name: getattr(event, name) for name in SHARED}
    row["lat"], row["lon"] = (event.position.lat, event.position.lon) if event.position else (None, None)
    row["attendees"] = ATTENDEES.write(event.attendees) if event.attendees else None
    return row


def _occurrence_row(component_no: int, calendar_no: int, event: Event) -> dict[str, Any]:
    return {
        "component_no": component_no,
        "calendar_no": calendar_no,
        "is_long": event.interval.length > LONG,
        "starts_at": event.interval.start,
        "ends_at": event.interval.end,
        "recurrence_id": event.key.recurrence_id,
        "first_day": event.first_day,
        "last_day": event.last_day,
    }


def _by_start(event: Event) -> tuple[datetime, datetime, str, EventKey]:
    return event.interval.start, event.interval.end, event.calendar, event.key


def _a_day_before(at: datetime) -> datetime:
    """A day earlier, or the first instant there is."""
    first = EPOCH.replace(year=1)
    return at - LONG if at - first > LONG else first
