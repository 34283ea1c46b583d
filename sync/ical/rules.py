"""What an RRULE will cost, told from its text alone (RFC 5545, 3.3.10).

Expanding walks from DTSTART, one step after another, and a rule that never matches walks on to the year 9999. So a
rule is cheap (it matches often, its steps are days or longer), or dear (only a process that can be ended may try), or
refused (it repeats by the minute or second, which no calendar of people does).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import Enum

PLAIN_PARTS = frozenset({"FREQ", "UNTIL", "COUNT", "INTERVAL", "BYDAY", "BYMONTH", "BYMONTHDAY", "BYSETPOS", "WKST"})
EARLIEST_YEAR = 1900
ALWAYS_THERE = 28
"""Every month has this many days."""
FOUR_TIMES = 4
"""Every month has each weekday this often."""
WEEKDAYS = frozenset({"MO", "TU", "WE", "TH", "FR", "SA", "SU"})
MAX_LENGTH = 2_000


class Cost(Enum):
    """What it takes to expand a rule."""

    CHEAP = "cheap"
    DEAR = "dear"
    REFUSED = "refused"


def cost_of(rule: str, start: date) -> Cost:
    """What expanding the rule from `start` costs; a rule that cannot be read is cheap, its reader will say so."""
    if len(rule) > MAX_LENGTH:
        return Cost.REFUSED
    parts = parts_of(rule)
    match parts.get("FREQ"):
        case "SECONDLY" | "MINUTELY":
            return Cost.REFUSED
        case "DAILY" | "WEEKLY" | "MONTHLY" | "YEARLY":
            return Cost.CHEAP if _is_cheap(parts, start) else Cost.DEAR
        case _:
            return Cost.DEAR


def parts_of(rule: str) -> dict[str, str]:
    """The rule's parts by name, all in capitals."""
    pairs = (part.partition("=") for part in rule.upper().split(";") if part)
    return {name.strip(): value.strip() for name, _, value in pairs}


def _is_cheap(parts: Mapping[str, str], start: date) -> bool:
    interval = _numbers(parts.get("INTERVAL", "1"))
    if not PLAIN_PARTS.issuperset(parts) or interval is None or len(interval) != 1 or interval[0] < 1:
        return False
    is_every, has_months = interval[0] == 1, "BYMONTH" in parts
    match parts["FREQ"]:
        case "DAILY":
            if start.year < EARLIEST_YEAR or not (is_every or PLAIN_PARTS - parts.keys() >= _BY):
                return False
        case "WEEKLY":
            if has_months and not is_every:
                return False
        case "MONTHLY":
            if has_months and not is_every:
                return False
    return _days_match(parts, start, is_every=is_every) and _positions_match(parts)


_BY = frozenset({"BYDAY", "BYMONTH", "BYMONTHDAY", "BYSETPOS"})


def _days_match(parts: Mapping[str, str], start: date, *, is_every: bool) -> bool:
    """Whether the days that the rule names exist often enough."""
    has_months = "BYMONTH" in parts
    months = _numbers(parts.get("BYMONTH", "1"))
    if months is None or not all(1 <= month <= 12 for month in months):
        return False
    if "BYMONTHDAY" in parts:
        days = _numbers(parts["BYMONTHDAY"])
        if not days:
            return False
        if not any(1 <= abs(day) <= ALWAYS_THERE for day in days):
            return is_every and not has_months and "BYDAY" not in parts and all(1 <= abs(day) <= 31 for day in days)
    elif "BYDAY" not in parts and start.day > ALWAYS_THERE and parts["FREQ"] in ("MONTHLY", "YEARLY"):
        return is_every and not has_months
    if "BYDAY" not in parts:
        return True
    names = parts["BYDAY"].split(",")
    if {name.strip()[-2:] for name in names} - WEEKDAYS:
        return False
    ordinals = _numbers(",".join(name.strip()[:-2] or "1" for name in names))
    if ordinals is None or ("BYMONTHDAY" in parts and any(name.strip() not in WEEKDAYS for name in names)):
        return False
    return all(1 <= abs(one) <= FOUR_TIMES or (abs(one) == FOUR_TIMES + 1 and is_every) for one in ordinals)


def _positions_match(parts: Mapping[str, str]) -> bool:
    if "BYSETPOS" not in parts:
        return True
    positions = _numbers(parts["BYSETPOS"])
    plain_days = parts.get("BYDAY", "").split(",")
    return (
        parts["FREQ"] in ("MONTHLY", "YEARLY")
        and WEEKDAYS.issuperset(plain_days)
        and "BYMONTHDAY" not in parts
        and positions is not None
        and all(1 <= abs(one) <= FOUR_TIMES for one in positions)
    )


def _numbers(text: str) -> list[int] | None:
    try:
        return [int(one) for one in text.split(",")]
    except ValueError:
        return None
