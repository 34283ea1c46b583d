"""Reads the plainest spelling of a single event without the parser, which needs ten times as long for the same.

Only lines of exactly one form are taken: a date or an instant with at most a zone, a text without parameters. Whatever
else a VEVENT holds, the parser reads all of it. That both read alike is tested on every calendar the tests have.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

import icalendar
from icalendar.parser import unescape_backslash

from agenda.model.times import When
from sync.ical.split import Block, name_of
from sync.ical.zones import Zone, Zones

MOMENT = re.compile(rb"DT(?:START|END)(?:;TZID=([A-Za-z0-9_+/-]+)|(;VALUE=DATE))?:(\d{8})(?:T(\d{6})(Z?))?")
TEXTS = (b"SUMMARY", b"LOCATION", b"DESCRIPTION", b"X-ANTECHAMBER-SEAL")
WORDS = (b"STATUS", b"TRANSP", b"CLASS", b"X-MICROSOFT-CDO-BUSYSTATUS", b"URL")
PEOPLE = (b"ATTENDEE", b"ORGANIZER")
PASSED_OVER = (b"UID", b"DTSTAMP")


@dataclass(slots=True)
class Moment:
    """A DTSTART or DTEND; `is_floating` says that no zone was named."""

    dt: When
    is_floating: bool = False


def plain(block: Block, zones: Zones) -> dict[str, Any] | None:
    """The properties of a single event by name, as the parser would give them; None for the parser to try."""
    if block.is_series or len(block.names) + max(block.attendees - 1, 0) != len(block.lines):
        return None
    found: dict[str, Any] = {"UID": block.uid}
    people: list[Any] = []
    for line in block.lines:
        name = name_of(line)
        if name in PASSED_OVER:
            continue
        value: Any = None
        if name in (b"DTSTART", b"DTEND"):
            value = _moment(line, zones)
        elif name in PEOPLE:
            value = _person(line)
            if value is not None and name == b"ATTENDEE":
                people.append(value)
        elif line[len(name) : len(name) + 1] == b":":
            value = _text(name, line[len(name) + 1 :])
        if value is None:
            return None
        found[name.decode()] = value
    if people:
        found["ATTENDEE"] = people
    return found if "DTSTART" in found and ("DTEND" in found or isinstance(found["DTSTART"].dt, date)) else None


def _moment(line: bytes, zones: Zones) -> Moment | None:
    form = MOMENT.fullmatch(line)
    if form is None:
        return None
    tzid, as_date, day, clock, is_utc = form.groups()
    if (clock is None) != (as_date is not None) or (tzid and is_utc):
        return None
    zone: Zone | None = zones.find(tzid.decode()) if tzid else None
    if zone is not None and zone.is_guess:
        return None
    try:
        year, month, of_month = int(day[:4]), int(day[4:6]), int(day[6:])
        if clock is None:
            return Moment(date(year, month, of_month))
        hour, minute, second = int(clock[:2]), int(clock[2:4]), int(clock[4:])
        tz = UTC if is_utc else zone.tz if zone is not None else None
        return Moment(datetime(year, month, of_month, hour, minute, second, tzinfo=tz), is_floating=tz is None)
    except ValueError:
        return None


def _text(name: bytes, value: bytes) -> str | int | None:
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return None
    if name in TEXTS:
        return str(unescape_backslash(text)) if "\\" in text else text
    if name in WORDS and "\\" not in text:
        return text
    if name == b"SEQUENCE" and text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    return None


@lru_cache(maxsize=8192)
def _person(line: bytes) -> Any:
    """An address as the parser reads it; the same few people are in most events."""
    text = b"\r\n".join((b"BEGIN:VEVENT", line, b"END:VEVENT", b""))
    try:
        event = icalendar.Event.from_ical(text)
    except Exception:
        return None
    value = event.get(name_of(line).decode())
    return value if isinstance(value, icalendar.vCalAddress) and not event.errors else None
