"""patternedRecurrence ↔ RRULE (RFC 5545, 3.3.10): exactly, or not at all.

Where the two differ: Outlook moves the 29th, 30th and 31st of the month to the end of shorter months, an RRULE leaves
these months out; Outlook's week begins on Sunday unless it says otherwise, an RRULE's on Monday; Outlook ends on a day,
an RRULE at an instant; a series of Outlook's begins on the first day that matches, an RRULE's always with DTSTART.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from agenda.model.sentences import Sentence, say
from agenda.model.times import When
from sync.ical.rules import EARLIEST_YEAR, parts_of

DAYS = {
    "monday": "MO",
    "tuesday": "TU",
    "wednesday": "WE",
    "thursday": "TH",
    "friday": "FR",
    "saturday": "SA",
    "sunday": "SU",
}
NAMES = {short: name for name, short in DAYS.items()}
WEEK = tuple(NAMES)
POSITIONS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
INDEXES = {number: name for name, number in POSITIONS.items()}
ALWAYS_THERE = 28
MAX_COUNT = 100_000
LAST_DAYS = {"28,29,30,31": 31, "28,29,30": 30, "28,29": 29}
UNDERSTOOD = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST"})


class NotExactError(Exception):
    """A rule that the other side cannot say; `why` says so to people."""

    def __init__(self, why: Sentence) -> None:
        """Keep the reason."""
        super().__init__(str(why))
        self.why = why


@dataclass(frozen=True, slots=True)
class Rule:
    """A series in iCalendar's words: where it begins, and how it repeats. Times are wall clocks, of no zone yet."""

    first: datetime
    text: str

    def between(self, start: datetime, end: datetime) -> list[datetime]:
        """Its wall-clock starts in [start, end)."""
        return [one for one in rrulestr(self.text, dtstart=self.first).between(start, end, inc=True) if one < end]


def rule_of(recurrence: Mapping[str, Any], at: time, zone: ZoneInfo | None) -> Rule:
    """The RRULE of a pattern.

    Args:
        recurrence: a patternedRecurrence.
        at: the time of day on the wall clock; midnight for days.
        zone: the wall clock's; None for days.

    Raises:
        NotExactError: it cannot be said, or is not a pattern.
    """
    try:
        pattern, limits = recurrence["pattern"], recurrence["range"]
        parts = _parts(pattern)
        start = _start(limits["startDate"])
        end = _end(limits, at, zone)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotExactError(say("its repetition is written in a way we do not know")) from error
    text = ";".join(f"{name}={value}" for name, value in parts.items()) + end
    first = next(iter(rrulestr(text, dtstart=datetime.combine(start, at))), None)
    if first is None:
        raise NotExactError(say("its repetition ends before it begins"))
    return Rule(first, text)


def _parts(pattern: Mapping[str, Any]) -> dict[str, str]:
    interval = int(pattern["interval"])
    if interval < 1:
        raise ValueError(interval)
    parts = {"INTERVAL": str(interval)} if interval > 1 else {}
    match pattern["type"]:
        case "daily":
            return {"FREQ": "DAILY", **parts}
        case "weekly":
            days = _days(pattern)
            begins = DAYS[pattern.get("firstDayOfWeek") or "sunday"]
            return {"FREQ": "WEEKLY", **parts, "BYDAY": ",".join(days), "WKST": begins}
        case "absoluteMonthly":
            return {"FREQ": "MONTHLY", **parts, **_day(int(pattern["dayOfMonth"]))}
        case "relativeMonthly":
            return {"FREQ": "MONTHLY", **parts, **_position(pattern)}
        case "absoluteYearly":
            return {"FREQ": "YEARLY", **parts, "BYMONTH": _month(pattern), **_day(int(pattern["dayOfMonth"]))}
        case "relativeYearly":
            return {"FREQ": "YEARLY", **parts, "BYMONTH": _month(pattern), **_position(pattern)}
    raise KeyError(pattern["type"])


def _start(text: str) -> date:
    start = date.fromisoformat(text)
    if start.year < EARLIEST_YEAR:
        raise ValueError(start.year)  # every day since would have to be walked
    return start


def _days(pattern: Mapping[str, Any]) -> list[str]:
    days = {DAYS[one] for one in pattern["daysOfWeek"]}
    if not days:
        raise KeyError("daysOfWeek")
    return [one for one in WEEK if one in days]


def _month(pattern: Mapping[str, Any]) -> str:
    month = int(pattern["month"])
    if not 1 <= month <= 12:
        raise ValueError(month)
    return str(month)


def _day(day: int) -> dict[str, str]:
    if not 1 <= day <= 31:
        raise ValueError(day)
    if day == 31:
        return {"BYMONTHDAY": "-1"}
    if day > ALWAYS_THERE:
        return {"BYMONTHDAY": ",".join(map(str, range(ALWAYS_THERE, day + 1))), "BYSETPOS": "-1"}
    return {"BYMONTHDAY": str(day)}


def _position(pattern: Mapping[str, Any]) -> dict[str, str]:
    days, position = _days(pattern), POSITIONS[pattern.get("index") or "first"]
    if len(days) == 1:
        return {"BYDAY": f"{position}{days[0]}"}
    return {"BYDAY": ",".join(days), "BYSETPOS": str(position)}


def _end(limits: Mapping[str, Any], at: time, zone: ZoneInfo | None) -> str:
    match limits["type"]:
        case "noEnd":
            return ""
        case "numbered":
            count = int(limits["numberOfOccurrences"])
            if not 1 <= count <= MAX_COUNT:
                raise ValueError(count)
            return f";COUNT={count}"
        case "endDate":
            last = datetime.combine(date.fromisoformat(limits["endDate"]), at)
            # naive here, for expanding on the wall clock; `in_utc` says it as RFC 5545 wants
            return f";UNTIL={last:%Y%m%d}" if zone is None else f";UNTIL={last:%Y%m%dT%H%M%S}"
    raise KeyError(limits["type"])


def in_utc(rule: str, zone: ZoneInfo | None) -> str:
    """The rule with UNTIL as DTSTART's kind of value asks for (RFC 5545, 3.3.10): a date, or an instant in UTC."""
    parts = parts_of(rule)
    if zone is not None and "UNTIL" in parts:
        until = datetime.strptime(parts["UNTIL"], "%Y%m%dT%H%M%S").replace(tzinfo=zone)
        parts["UNTIL"] = f"{until.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    return ";".join(f"{name}={value}" for name, value in parts.items())


def pattern_of(rule: str, start: When, zone_name: str) -> dict[str, Any]:
    """The patternedRecurrence of an RRULE.

    Args:
        rule: its text.
        start: DTSTART; an instant on the series' wall clock, or a date.
        zone_name: what to call the wall clock's zone.

    Raises:
        NotExactError: Outlook cannot say it.
    """
    parts = parts_of(rule)
    if not UNDERSTOOD.issuperset(parts):
        raise NotExactError(
            say("Outlook cannot repeat it that way (%(parts)s)", parts=tuple(parts.keys() - UNDERSTOOD))
        )
    day = start.date() if isinstance(start, datetime) else start
    try:
        pattern = _pattern(parts, day)
        limits = _range(parts, start, day)
    except (KeyError, ValueError) as error:
        raise NotExactError(say("Outlook cannot repeat it that way")) from error
    found = {"pattern": pattern, "range": {**limits, "startDate": day.isoformat(), "recurrenceTimeZone": zone_name}}
    if rule_of(found, time(), None).first.date() != day:
        raise NotExactError(say("its first day does not follow its own rule"))
    return found


def _pattern(parts: Mapping[str, str], day: date) -> dict[str, Any]:
    interval = int(parts.get("INTERVAL", "1"))
    if interval < 1:
        raise ValueError(interval)
    by = {name for name in ("BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS") if name in parts}
    days = parts["BYDAY"].split(",") if "BYDAY" in by else []
    match parts["FREQ"]:
        case "DAILY" if not by:
            return {"type": "daily", "interval": interval}
        case "DAILY" if by == {"BYDAY"} and interval == 1:
            return _weekly(days, 1, parts)
        case "WEEKLY" if by <= {"BYDAY"}:
            return _weekly(days or [WEEK[day.weekday()]], interval, parts)
        case "MONTHLY" if by <= {"BYMONTHDAY", "BYSETPOS"}:
            return {"type": "absoluteMonthly", "interval": interval, "dayOfMonth": _day_of(parts, day)}
        case "MONTHLY" if by <= {"BYDAY", "BYSETPOS"}:
            return {"type": "relativeMonthly", "interval": interval, **_index(days, parts)}
        case "YEARLY" if by <= {"BYMONTH", "BYMONTHDAY", "BYSETPOS"} and ("BYMONTH" in by or not by):
            month = int(parts.get("BYMONTH", str(day.month)))
            found = _day_of(parts, day)
            return {"type": "absoluteYearly", "interval": interval, "month": month, "dayOfMonth": found}
        case "YEARLY" if {"BYMONTH", "BYDAY"} <= by <= {"BYMONTH", "BYDAY", "BYSETPOS"}:
            month = int(parts["BYMONTH"])
            return {"type": "relativeYearly", "interval": interval, "month": month, **_index(days, parts)}
    raise KeyError(parts["FREQ"])


def _weekly(days: list[str], interval: int, parts: Mapping[str, str]) -> dict[str, Any]:
    names = [NAMES[one] for one in days]
    return {
        "type": "weekly",
        "interval": interval,
        "daysOfWeek": names,
        "firstDayOfWeek": NAMES[parts.get("WKST", "MO")],
    }


def _day_of(parts: Mapping[str, str], day: date) -> int:
    """The one day of the month that Outlook would name."""
    told = parts.get("BYMONTHDAY", str(day.day))
    if "BYSETPOS" in parts:
        if parts["BYSETPOS"] != "-1":
            raise ValueError(parts["BYSETPOS"])
        return LAST_DAYS[told]
    if told == "-1":
        return 31
    found = int(told)
    if not 1 <= found <= ALWAYS_THERE:
        raise ValueError(found)  # an RRULE leaves out the months without that day, Outlook does not
    return found


def _index(days: list[str], parts: Mapping[str, str]) -> dict[str, Any]:
    if "BYSETPOS" in parts:
        return {"daysOfWeek": [NAMES[one] for one in days], "index": INDEXES[int(parts["BYSETPOS"])]}
    if len(days) != 1:
        raise ValueError(len(days))
    return {"daysOfWeek": [NAMES[days[0][-2:]]], "index": INDEXES[int(days[0][:-2])]}


def _range(parts: Mapping[str, str], start: When, day: date) -> dict[str, Any]:
    if "COUNT" in parts:
        return {"type": "numbered", "numberOfOccurrences": int(parts["COUNT"])}
    if "UNTIL" not in parts:
        return {"type": "noEnd"}
    text = parts["UNTIL"]
    last = date.fromisoformat(f"{text[:4]}-{text[4:6]}-{text[6:8]}")
    if isinstance(start, datetime) and len(text) > 8:
        until = datetime.strptime(text.rstrip("Z"), "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
        wall = until.astimezone(start.tzinfo) if text[-1] == "Z" else until
        last = wall.date() if wall.time() >= start.time() else wall.date() - timedelta(days=1)
    if last < day:
        raise ValueError(last)
    return {"type": "endDate", "endDate": last.isoformat()}
