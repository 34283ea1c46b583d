"""What a patternedRecurrence means, as Outlook means it: worked out day by day, from the vendor's description alone.

Written without any library that knows RRULE, so that what the connector makes of a pattern is compared with something
that shares nothing with it. A day of the month that a month does not have is the month's last day.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
INDEX = {"first": 0, "second": 1, "third": 2, "fourth": 3, "last": -1}
ENOUGH = 20_000


def dates(recurrence: Mapping[str, Any], until: date) -> Iterator[date]:
    """The days on which the series happens, in order, up to `until`."""
    pattern, limits = recurrence["pattern"], recurrence["range"]
    start = date.fromisoformat(limits["startDate"])
    last = min(date.fromisoformat(limits["endDate"]), until) if limits["type"] == "endDate" else until
    left = limits["numberOfOccurrences"] if limits["type"] == "numbered" else ENOUGH
    for day in _pattern(pattern, start, last):
        if day < start:
            continue
        if day > last or left == 0:
            return
        left -= 1
        yield day


def _pattern(pattern: Mapping[str, Any], start: date, last: date) -> Iterator[date]:
    every = pattern["interval"]
    match pattern["type"]:
        case "daily":
            day = start
            while day <= last:
                yield day
                day += timedelta(days=every)
        case "weekly":
            first = DAYS.index(pattern.get("firstDayOfWeek") or "sunday")
            week = start - timedelta(days=(start.weekday() - first) % 7)
            wanted = {DAYS.index(one) for one in pattern["daysOfWeek"]}
            while week <= last:
                yield from (day for at in range(7) if (day := week + timedelta(days=at)).weekday() in wanted)
                week += timedelta(weeks=every)
        case "absoluteMonthly" | "relativeMonthly":
            month = start.year * 12 + start.month - 1
            while date(month // 12, month % 12 + 1, 1) <= last:
                yield _in_month(pattern, month // 12, month % 12 + 1)
                month += every
        case "absoluteYearly" | "relativeYearly":
            year = start.year
            while date(year, 1, 1) <= last:
                yield _in_month(pattern, year, pattern["month"])
                year += every


def _in_month(pattern: Mapping[str, Any], year: int, month: int) -> date:
    length = calendar.monthrange(year, month)[1]
    if pattern["type"].startswith("absolute"):
        return date(year, month, min(pattern["dayOfMonth"], length))
    wanted = {DAYS.index(one) for one in pattern["daysOfWeek"]}
    matching = [day for at in range(1, length + 1) if (day := date(year, month, at)).weekday() in wanted]
    return matching[INDEX[pattern.get("index") or "first"]]


def wrong(pattern: Mapping[str, Any]) -> str | None:
    """Why the service would refuse a pattern (ErrorInvalidRecurrencePattern), if it would."""
    needed = {
        "daily": {"interval"},
        "weekly": {"interval", "daysOfWeek"},
        "absoluteMonthly": {"interval", "dayOfMonth"},
        "relativeMonthly": {"interval", "daysOfWeek"},
        "absoluteYearly": {"interval", "dayOfMonth", "month"},
        "relativeYearly": {"interval", "daysOfWeek", "month"},
    }
    kind = str(pattern.get("type"))
    if kind not in needed:
        return "type"
    missing = [name for name in sorted(needed[kind]) if not pattern.get(name)]
    if missing:
        return missing[0]
    return None if pattern["interval"] >= 1 else "interval"
