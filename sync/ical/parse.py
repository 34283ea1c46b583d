"""The one door to the parser: VEVENTs in, components out whose dates are dates or aware instants.

Only bytes go through it: given a str without a line break the parser would open the file of that name. TZID is renamed
on the way, so that the parser neither looks a zone up nor remembers one; the zones of `sync.ical.zones` are put in
instead. What it raises, whatever it raises, becomes an UnreadableError without a word of the input.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import icalendar

from agenda.model.sentences import Sentence, say
from agenda.model.times import DAY, When
from sync.ical.notes import Notes
from sync.ical.plain import plain
from sync.ical.split import DATES, TIMES, Block
from sync.ical.zones import Zone, Zones

TZID = re.compile(rb'^((?:[^":]|"[^"]*")*?);TZID=', re.IGNORECASE)
RENAMED = rb"\1;X-TZID="
SINGLE = ("DTSTART", "DTEND", "DURATION", "RECURRENCE-ID", "SEQUENCE", "UID")
YEARS = (1600, 9000)
"""So far from the ends of Python's calendar that no zone and no length leads beyond them."""
SALVAGED = TIMES - {b"RRULE", b"EXRULE", b"RDATE", b"EXDATE"} | {b"TRANSP", b"STATUS"}

Vevent: TypeAlias = Any
"""An icalendar.Event; what its properties are is known only when they are looked at."""


class UnreadableError(Exception):
    """A VEVENT that cannot be read; `why` says so without quoting it, `name` is the property at fault, if one is."""

    def __init__(self, why: Sentence, name: str = "") -> None:
        """Keep the reason."""
        super().__init__(str(why))
        self.why = why
        self.name = name


@dataclass(slots=True)
class Part:
    """One VEVENT, read. `start` and `end` are both dates or both aware; `end` is never before `start`.

    `broken` are the properties that were there and could not be read.
    """

    block: Block
    event: Vevent
    start: When
    end: When
    recurrence_id: When | None = None
    sequence: int = 0
    broken: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an event's times are read in: the zones of its VCALENDAR and the zone of floating times."""

    zones: Zones
    floating: ZoneInfo
    is_named: bool
    """Whether the VCALENDAR itself names that zone (X-WR-TIMEZONE)."""


def parse(block: Block, around: Surroundings, notes: Notes) -> Part:
    """Read one VEVENT.

    Raises:
        UnreadableError: it has no start that can be understood, or the parser gave up.
    """
    found = plain(block, around.zones)
    if found is not None:
        for name in ("DTSTART", "DTEND"):
            moment = found.get(name)
            if moment is not None and moment.is_floating:
                moment.dt = moment.dt.replace(tzinfo=around.floating)
        return _part(block, found, around, notes, is_settled=True)
    return parse_fully(block, around, notes)


def parse_fully(block: Block, around: Surroundings, notes: Notes) -> Part:
    """Read one VEVENT with the parser, however plain it is; raises as `parse` does."""
    return _part(block, _component(block.text()), around, notes)


def salvage(block: Block, around: Surroundings, notes: Notes) -> Part | None:
    """Read no more than the times of a VEVENT that is otherwise lost."""
    try:
        return _part(block, _component(block.text(SALVAGED)), around, notes)
    except UnreadableError:
        return None


def _component(text: bytes) -> Vevent:
    lines = [TZID.sub(RENAMED, one) if b"TZID" in one.upper() else one for one in text.split(b"\r\n")]
    whole = b"\r\n".join((b"BEGIN:VCALENDAR", *lines, b"END:VCALENDAR", b""))
    try:
        found = icalendar.Calendar.from_ical(whole).subcomponents
    except Exception as error:  # the parser raises what it likes; its message may quote the event
        raise UnreadableError(say("it is not written as RFC 5545 asks")) from error
    if len(found) != 1 or not isinstance(found[0], icalendar.Event):
        raise UnreadableError(say("it is not written as RFC 5545 asks"))
    return found[0]


def _part(block: Block, event: Vevent, around: Surroundings, notes: Notes, *, is_settled: bool = False) -> Part:
    broken: frozenset[str] = frozenset()
    try:
        if not is_settled:
            broken = _tidy(block, event, notes)
            _settle(block, event, around, notes)
        start, end = _span(block, event, notes)
        recurrence_id = event.get("RECURRENCE-ID")
        sequence = event.get("SEQUENCE", 0)
        return Part(
            block,
            event,
            start,
            end,
            recurrence_id.dt if recurrence_id is not None else None,
            sequence if isinstance(sequence, int) else 0,
            broken,
        )
    except UnreadableError:
        raise
    except Exception as error:  # a value of a kind that no RFC allows there
        raise UnreadableError(say("one of its times makes no sense")) from error


def _tidy(block: Block, event: Vevent, notes: Notes) -> frozenset[str]:
    """Leave one value where there may be one, and none that the parser could not read."""
    broken = {str(name).upper() for name, _ in event.errors if name}
    for name in list(event):
        value = event[name]
        values = [one for one in (value if isinstance(value, list) else [value]) if not _is_broken(one)]
        if name in SINGLE and len(values) > 1:
            notes.warn(
                say(
                    "%(calendar)s, line %(line)s: event %(uid)s has several %(property)s; the first one counts.",
                    calendar=notes.calendar,
                    line=block.line_of(name),
                    uid=block.uid,
                    property=name,
                ),
                uid=block.uid,
                line=block.line_of(name),
            )
            values = values[:1]
        if not values:
            del event[name]
        elif len(values) == 1:
            event[name] = values[0]
        elif isinstance(value, list) and len(values) < len(value):
            event[name] = values
    event["UID"] = block.uid
    if "RECURRENCE-ID" in broken and "RECURRENCE-ID" not in event:
        raise UnreadableError(say("which occurrence it stands for cannot be read"), "RECURRENCE-ID")
    if "DTSTART" not in event:
        raise UnreadableError(say("it has no start that can be read"), "DTSTART")
    lost = frozenset(broken - set(event))
    block.names -= {name.encode() for name in lost}
    _tell_broken(block, lost, notes)
    return lost


def _tell_broken(block: Block, broken: frozenset[str], notes: Notes) -> None:
    for name in sorted(broken & {"EXDATE", "EXRULE"}):
        line = block.line_of(name)
        notes.warn(
            say(
                "%(calendar)s, line %(line)s: exceptions of event %(uid)s cannot be read; it may show more often "
                "than it happens.",
                calendar=notes.calendar,
                line=line,
                uid=block.uid,
            ),
            uid=block.uid,
            line=line,
        )


def _is_broken(value: object) -> bool:
    return isinstance(value, icalendar.vBroken)


def _settle(block: Block, event: Vevent, around: Surroundings, notes: Notes) -> None:
    """Put zones to all dates; those of a series in UTC move to the wall clock that X-WR-TIMEZONE names."""
    doubts: set[str] = set()
    for raw in DATES:
        name = raw.decode()
        for value in _values(event.get(name)):
            tzid = str(value.params.get("X-TZID", ""))
            zone = around.zones.find(tzid) if tzid else None
            if zone is not None and zone.is_guess:
                doubts.add(tzid)
            for one in getattr(value, "dts", (value,)):
                one.dt = _aware(one.dt, zone, around, to_wall=block.is_series)
    for tzid in sorted(doubts):
        line = block.line_of("DTSTART")
        notes.warn(
            say(
                "%(calendar)s, line %(line)s: nobody knows the time zone %(zone)s of event %(uid)s; its times are "
                "read in %(guess)s.",
                calendar=notes.calendar,
                line=line,
                uid=block.uid,
                zone=tzid[:80],
                guess=str(around.zones.find(tzid).tz),
            ),
            uid=block.uid,
            line=line,
        )


def _values(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        yield from value
    elif value is not None:
        yield value


def _aware(value: Any, zone: Zone | None, around: Surroundings, *, to_wall: bool) -> Any:
    if isinstance(value, tuple):
        return tuple(_aware(one, zone, around, to_wall=to_wall) for one in value)
    if isinstance(value, datetime):
        if value.tzinfo is None:
            return value.replace(tzinfo=zone.tz if zone is not None else around.floating)
        if to_wall and around.is_named:
            return value.astimezone(around.floating)
        return value.astimezone(UTC)
    if isinstance(value, date | timedelta):
        return value
    raise UnreadableError(say("one of its times makes no sense"))


def _span(block: Block, event: Vevent, notes: Notes) -> tuple[When, When]:
    """Start and end, of one kind and in order."""
    start = _when(event["DTSTART"].dt)
    end = _end(event, start)
    if isinstance(end, datetime) and not isinstance(start, datetime):
        start = datetime.combine(start, time(), end.tzinfo)
        event["DTSTART"] = icalendar.vDDDTypes(start)
    elif isinstance(start, datetime) and not isinstance(end, datetime):
        end = datetime.combine(end, time(), start.tzinfo)
        event["DTEND"] = icalendar.vDDDTypes(end)
    if not all(YEARS[0] <= one.year <= YEARS[1] for one in (start, end)):
        raise UnreadableError(say("one of its times makes no sense"), "DTSTART")
    if end >= start:
        return start, end
    line = block.line_of("DTEND" if "DTEND" in event else "DURATION")
    notes.warn(
        say(
            "%(calendar)s, line %(line)s: event %(uid)s ends before it starts; the time between counts as taken.",
            calendar=notes.calendar,
            line=line,
            uid=block.uid,
        ),
        uid=block.uid,
        line=line,
    )
    if start - end > DAY:
        raise UnreadableError(say("it ends more than a day before it starts"), "DTEND")
    return end, start


def _end(event: Vevent, start: When) -> When:
    """DTEND, or DTSTART and DURATION, or what RFC 5545, 3.6.1 says for neither."""
    if "DTEND" in event:
        return _when(event["DTEND"].dt)
    if "DURATION" in event:
        length = event["DURATION"].dt
        if isinstance(length, timedelta):
            if not isinstance(start, datetime) and length % DAY:
                start = datetime.combine(start, time(), UTC)
            return start + length
    return start if isinstance(start, datetime) else start + DAY


def _when(value: object) -> When:
    if isinstance(value, date):
        return value
    raise UnreadableError(say("one of its times makes no sense"))
