"""From a VEVENT's properties to an Event: the only place that knows how iCalendar and its dialects spell things."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from agenda.model.calendars import Calendar
from agenda.model.events import Attendee, Classification, Event, EventKey, PartStat, Status, Transparency
from agenda.model.places import Position
from agenda.model.times import DAY, Interval, When, days_of
from sync.ical.parse import Part, Vevent

SHORT, LONG = 1_000, 20_000
GEO_URI = re.compile(r"geo:(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)", re.IGNORECASE)
WEB = ("http://", "https://")
FREE = frozenset({"FREE", "WORKINGELSEWHERE"})
# Overrides of the writing direction, which make a text read as another (U+202A to U+202E, U+2066 to U+2069).
DIRECTIONS = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
ENUM = TypeVar("ENUM", bound=StrEnum)


def event_of(part: Part, calendar: Calendar, *, is_recurring: bool, floating: str) -> Event:
    """The event as its first occurrence; `floating` is the zone of times that name none."""
    event = part.event
    location, position = _location(event)
    status = _choice(Status, _text(event, "STATUS"), None)
    busy = _text(event, "X-MICROSOFT-CDO-BUSYSTATUS").upper()
    if status is None:
        status = Status.TENTATIVE if busy == "TENTATIVE" else Status.CONFIRMED
    transparency = _choice(Transparency, _text(event, "TRANSP"), None)
    if transparency is None:
        transparency = Transparency.TRANSPARENT if busy in FREE else Transparency.OPAQUE
    first, last = days(part.start, part.end)
    return Event(
        calendar=calendar.id,
        key=EventKey(part.block.uid),
        interval=interval_of(part.start, part.end, ZoneInfo(calendar.zone)),
        summary=_text(event, "SUMMARY", " "),
        location=location,
        description=_text(event, "DESCRIPTION", limit=LONG),
        url=_url(event),
        position=position,
        zone=_zone(part.start, calendar, floating),
        first_day=first,
        last_day=last,
        transparency=transparency,
        status=status,
        # an unknown CLASS is private (RFC 5545, 3.8.1.3)
        classification=_choice(Classification, _text(event, "CLASS") or "PUBLIC", None) or Classification.PRIVATE,
        organizer=_address(next(_values(event, "ORGANIZER"), "")),
        attendees=tuple(_attendees(event)),
        sequence=part.sequence,
        is_recurring=is_recurring,
    )


def interval_of(start: When, end: When, zone: ZoneInfo) -> Interval:
    """The time an event takes; dates are whole days in the calendar's zone, and at least one."""
    first, last = days(start, end)
    if first is not None and last is not None:
        return days_of(first, last, zone)
    if not isinstance(start, datetime) or not isinstance(end, datetime):
        msg = f"a date with a time: {start}, {end}"
        raise TypeError(msg)
    begin, finish = start.astimezone(UTC), end.astimezone(UTC)
    return Interval(begin, max(begin, finish))


def days(start: When, end: When) -> tuple[date | None, date | None]:
    """First day and the day after the last, for an all-day event."""
    if isinstance(start, datetime) or isinstance(end, datetime):
        return None, None
    return start, max(end, start + DAY)


def clean(text: str, limit: int) -> str:
    """The text without control characters, other than line breaks and tabs, and not longer than `limit`."""
    text = text[: limit * 2].replace("\r\n", "\n").replace("\r", "\n")
    text = text.replace("\N{LINE SEPARATOR}", "\n").replace("\N{PARAGRAPH SEPARATOR}", "\n")
    if not text.isprintable():
        text = "".join(
            char
            for char in text
            if char in "\n\t" or (char not in DIRECTIONS and unicodedata.category(char) not in ("Cc", "Cs"))
        )
    return text.strip()[:limit]


def _values(event: Vevent, name: str) -> Iterator[Any]:
    value = event.get(name)
    if isinstance(value, list):
        yield from value
    elif value is not None:
        yield value


def _text(event: Vevent, name: str, line_break: str = "\n", *, limit: int = SHORT) -> str:
    value = next(_values(event, name), "")
    return clean(str(value), limit).replace("\n", line_break)


def _url(event: Vevent) -> str:
    url = _text(event, "URL", "", limit=2 * SHORT)
    return url if url.lower().startswith(WEB) else ""


def _location(event: Vevent) -> tuple[str, Position | None]:
    """Text and point: LOCATION and GEO, or what Apple adds to them."""
    text, position = _text(event, "LOCATION", ", "), None
    for geo in _values(event, "GEO"):
        position = position or _position(getattr(geo, "latitude", None), getattr(geo, "longitude", None))
    for place in _values(event, "X-APPLE-STRUCTURED-LOCATION"):
        point = GEO_URI.match(str(place))
        if point is not None:
            position = position or _position(point[1], point[2])
        told = [clean(str(place.params.get(name, "")), SHORT) for name in ("X-TITLE", "X-ADDRESS")]
        text = text or ", ".join(one.replace("\\n", ", ").replace("\n", ", ") for one in told if one)
    return text, position


def _position(lat: Any, lon: Any) -> Position | None:
    try:
        return Position(float(lat), float(lon))
    except (TypeError, ValueError):
        return None


def _zone(start: When, calendar: Calendar, floating: str) -> str:
    if not isinstance(start, datetime):
        return calendar.zone
    if isinstance(start.tzinfo, ZoneInfo):
        return start.tzinfo.key
    return floating if start.tzinfo is UTC else calendar.zone


def _attendees(event: Vevent) -> Iterator[Attendee]:
    for value in _values(event, "ATTENDEE"):
        email = _address(value)
        if email:
            params = value.params
            yield Attendee(
                email,
                clean(str(params.get("CN", "")), SHORT).replace("\n", " "),
                _choice(PartStat, str(params.get("PARTSTAT", "")), None) or PartStat.NEEDS_ACTION,
                str(params.get("ROLE", "")).upper() in ("OPT-PARTICIPANT", "NON-PARTICIPANT"),
            )


def _address(value: object) -> str:
    address = clean(str(value), SHORT).replace("\n", "")
    return address[7:] if address[:7].lower() == "mailto:" else address


def _choice(kind: type[ENUM], text: str, default: ENUM | None) -> ENUM | None:
    try:
        return kind(text.strip().upper())
    except ValueError:
        return default
