"""Hours in a policy file: a weekday or a run of them, and spans of the wall clock ("mon-fri" = ["08:30-18:00"])."""

from __future__ import annotations

from itertools import pairwise

from agenda.model.hours import WallSpan, WeeklyHours
from config.tables import Table, clock_time

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def span_of(text: str) -> WallSpan | None:
    """A span "08:30-18:00", or None where it is not one; it may end at 24:00."""
    start_text, dash, end_text = text.replace("–", "-").partition("-")
    start, end = clock_time(start_text.strip()), clock_time(end_text.strip())
    if not dash or start is None or end is None or start >= end:
        return None
    return WallSpan(start, end)


def weekdays_of(name: str) -> tuple[int, ...] | None:
    """The weekdays a key means (Monday is 0): "monday", "mon", "mon-fri"; None where it means none."""
    first, dash, last = (part.strip() for part in name.casefold().replace("–", "-").partition("-"))
    start, end = _weekday(first), _weekday(last if dash else first)
    if start is None or end is None or start > end:
        return None
    return tuple(range(start, end + 1))


def _weekday(name: str) -> int | None:
    return next((index for index, day in enumerate(WEEKDAYS) if name in {day, day[:3]}), None)


def weekly_hours(table: Table) -> WeeklyHours:
    """The hours a table gives; every mistake in it is noted."""
    spans: dict[int, tuple[WallSpan, ...]] = {}
    for name in table.names():
        texts = table.texts(name)
        days = weekdays_of(name)
        if days is None:
            table.mistake(name, "expected a weekday (monday) or a run of them (mon-fri)")
            continue
        found = []
        for index, text in enumerate(texts, 1):
            span = span_of(text) if text else None
            if span is not None:
                found.append(span)
            elif text:
                table.mistake(f"{name}[{index}]", "expected hours such as 08:30-18:00, not %(text)s", text=repr(text))
        found.sort()
        if any(after.start < before.end for before, after in pairwise(found)):
            table.mistake(name, "its spans overlap")
        for day in days:
            if day in spans:
                table.mistake(name, "says %(day)s, which another key has said already", day=WEEKDAYS[day])
            spans[day] = tuple(found)
    return WeeklyHours({day: spans[day] for day in sorted(spans)})
