"""Events as somebody makes them in Outlook: a test names only what it is about. Monday is 2 March 2026, in Boston."""

from __future__ import annotations

from tests.simulators.graph import Json, at

EASTERN = "Eastern Standard Time"


def an_appointment(day: str = "2026-03-02", start: str = "09:00", end: str = "10:00", **more: object) -> Json:
    """A single event of an hour."""
    return {"subject": "Staff meeting", "start": at(day, start, EASTERN), "end": at(day, end, EASTERN), **more}


def a_series(
    pattern: Json | None = None,
    day: str = "2026-03-02",
    zone: str = EASTERN,
    range_: Json | None = None,
    **more: object,
) -> Json:
    """Every Monday at nine, for ten weeks, unless said otherwise; `range_` is merged into the range."""
    limits: Json = {"type": "numbered", "numberOfOccurrences": 10, "startDate": day, "recurrenceTimeZone": zone}
    limits |= range_ or {}
    weekly = {"type": "weekly", "interval": 1, "daysOfWeek": ["monday"], "firstDayOfWeek": "sunday"}
    return {
        "subject": "Staff meeting",
        "start": at(day, "09:00", zone),
        "end": at(day, "10:00", zone),
        "recurrence": {"pattern": pattern or weekly, "range": limits},
        **more,
    }
