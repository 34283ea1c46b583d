"""Occurrences in and out, fast: a week of sixty people is one query and a few thousand values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
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

OWN = ("component_no", "calendar_no", "starts_at", "ends_at", "recurrence_id", "first_day", "last_day")
"""What each occurrence has of its own."""


def within(connection: Connection, span: Interval, calendars: Mapping[int, CalendarId]) -> list[Event]:
    """Occurrences of the given calendars that overlap the span, by start then end."""
    if not calendars:
        return []
    columns = [occurrences.c[name] for name in OWN]
    overlapping = select(*columns).where(
        occurrences.c.calendar_no.in_(list(calendars)),
        occurrences.c.starts_at < span.end,
        occurrences.c.ends_at > span.start,
    )
    found = union_all(
        overlapping.where(occurrences.c.is_long.is_(False), occurrences.c.starts_at > _a_day_before(span.start)),
        overlapping.where(occurrences.c.is_long.is_(True)),
    ).subquery()
    query = select(found, *[components.c[name] for name in ("uid", "lat", "lon", "attendees", *SHARED)]).join_from(
        found, components, found.c.component_no == components.c.no
    )
    shared: dict[int, dict[str, Any]] = {}
    events: list[Event] = []
    for row in connection.execute(query).all():
        component_no, calendar_no, start, end, recurrence_id, first_day, last_day, uid = row[:8]
        common = shared.get(component_no)
        if common is None:
            common = shared[component_no] = _shared(tuple(row))
        events.append(
            Event(
                calendar=calendars[calendar_no],
                key=EventKey(uid, recurrence_id),
                interval=Interval(start, end),
                first_day=first_day,
                last_day=last_day,
                **common,
            )
        )
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


def _shared(row: tuple[Any, ...]) -> dict[str, Any]:
    lat, lon, attendees = row[8], row[9], row[10]
    common: dict[str, Any] = dict(zip(SHARED, row[11:], strict=True))
    if lat is not None:
        common["position"] = Position(lat, lon)
    if attendees is not None:
        common["attendees"] = attendees_of(attendees)
    return common


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
