"""From a series to its occurrences, through recurring-ical-events, and only for rules that are bounded.

What the rules cost is told in `sync.ical.rules`; dear ones get here in a process of their own (`sync.ical.child`).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import icalendar
from recurring_ical_events import CalendarQuery, ComponentsWithName
from recurring_ical_events import Occurrence as LibraryOccurrence

from agenda.model.times import DAY, Interval, When
from sync.ical.parse import Part
from sync.ical.rules import Cost, cost_of


@dataclass(frozen=True, slots=True)
class Found:
    """One occurrence: which of the parts tells of it, when it is, and when it was meant to be before it was moved."""

    part: int
    start: When
    end: When
    original: When


class _Bare(LibraryOccurrence):  # type: ignore[misc] # the library is not typed
    """An occurrence that does not copy its component for every day it happens on."""

    def as_component(self, keep_recurrence_attributes: bool) -> Any:  # noqa: FBT001
        """Itself."""
        return self


_EVENTS = ComponentsWithName("VEVENT", occurrence=_Bare)


def cost(parts: Iterable[Part]) -> Cost:
    """The highest cost among all rules of a series."""
    worst = Cost.CHEAP
    for part in parts:
        for rule in rules_of(part):
            match cost_of(rule, part.start):
                case Cost.REFUSED:
                    return Cost.REFUSED
                case Cost.DEAR:
                    worst = Cost.DEAR
                case Cost.CHEAP:
                    pass
    return worst


def rules_of(part: Part) -> list[str]:
    """The RRULEs of a part, as text."""
    rules = part.event.get("RRULE", [])
    return [one.to_ical().decode() for one in (rules if isinstance(rules, list) else [rules])]


def expand(parts: Sequence[Part], window: Interval, limit: int) -> tuple[list[Found], bool]:
    """The occurrences around the window, a day more on both sides, and whether there were more than `limit`.

    All parts belong to one UID and at most one of them is the series itself. Any order of parts will do.
    """
    unify(parts)
    calendar = icalendar.Calendar()
    index = {}
    for at, part in enumerate(parts):
        calendar.subcomponents.append(part.event)
        index[id(part.event)] = at
    query = CalendarQuery(calendar, components=[_EVENTS])
    occurrences = query.between(window.start - DAY, window.end + DAY)
    is_too_many = len(occurrences) > limit
    if is_too_many:
        occurrences = heapq.nsmallest(limit, occurrences)
    return [_found(one, index) for one in occurrences], is_too_many


def _found(occurrence: Any, index: dict[int, int]) -> Found:
    adapter = occurrence._adapter
    event = adapter._component
    original: When = occurrence.start
    if adapter.is_modification():
        if adapter.this_and_future and occurrence.start != adapter.start:
            original = occurrence.start - adapter.move_recurrences_by
        else:
            original = event["RECURRENCE-ID"].dt
    return Found(index[id(event)], occurrence.start, occurrence.end, original)


def unify(parts: Sequence[Part]) -> None:
    """Give each RECURRENCE-ID the kind of value and the zone that the series has, so that override meets original."""
    series = next((one for one in parts if one.recurrence_id is None), None)
    if series is None:
        return
    for part in parts:
        if part.recurrence_id is None:
            continue
        value = part.recurrence_id
        if isinstance(series.start, datetime) and not isinstance(value, datetime):
            value = datetime.combine(value, series.start.time(), series.start.tzinfo)
        elif not isinstance(series.start, datetime) and isinstance(value, datetime):
            value = value.date()
        if value is not part.recurrence_id:
            part.event["RECURRENCE-ID"].dt = part.recurrence_id = value
