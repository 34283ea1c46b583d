"""Time: intervals are half-open and in UTC; wall clocks exist only together with their zone."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

When = datetime | date
"""A DTSTART or DTEND: an aware instant, or a date for an all-day event (RFC 5545, 3.3.4 and 3.3.5)."""


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """A stretch of time [start, end), in UTC. It may be empty."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        """Refuse naive or foreign clocks and backward stretches."""
        if self.start.tzinfo is not UTC or self.end.tzinfo is not UTC:
            msg = f"not in UTC: {self.start} to {self.end}"
            raise ValueError(msg)
        if self.end < self.start:
            msg = f"ends before it starts: {self.start} to {self.end}"
            raise ValueError(msg)

    @property
    def length(self) -> timedelta:
        """How long it lasts; zero when empty."""
        return self.end - self.start

    @property
    def minutes(self) -> int:
        """Whole minutes it touches, rounded up."""
        return -(-int(self.length.total_seconds()) // 60)

    def overlaps(self, other: Interval) -> bool:
        """Whether the two share an instant; ends that touch do not."""
        return self.start < other.end and other.start < self.end

    def contains(self, other: Interval) -> bool:
        """Whether the other lies wholly inside this one."""
        return self.start <= other.start and other.end <= self.end

    def intersect(self, other: Interval) -> Interval | None:
        """What the two share; nothing when they only touch."""
        if not self.overlaps(other):
            return None
        return Interval(max(self.start, other.start), min(self.end, other.end))

    def widen(self, before: timedelta, after: timedelta) -> Interval:
        """The same stretch with some time added on both sides."""
        return Interval(self.start - before, self.end + after)


def merge(busy: Iterable[Interval], gap: timedelta = timedelta(0)) -> Iterator[Interval]:
    """Join what overlaps, touches, or lies no further apart than `gap`.

    Args:
        busy: in any order.
        gap: at least zero.

    Yields:
        Intervals in order, each more than `gap` after the one before.
    """
    ordered = iter(sorted(busy))
    current = next(ordered, None)
    if current is None:
        return
    for following in ordered:
        if following.start <= current.end + gap:
            current = Interval(current.start, max(current.end, following.end))
        else:
            yield current
            current = following
    yield current


def subtract(whole: Interval, busy: Iterable[Interval]) -> Iterator[Interval]:
    """What is left of `whole` once everything `busy` is taken away, in order; empty pieces are left out."""
    cursor = whole.start
    for taken in merge(busy):
        if taken.end <= cursor or taken.start >= whole.end:
            continue
        if taken.start > cursor:
            yield Interval(cursor, taken.start)
        cursor = max(cursor, taken.end)
    if cursor < whole.end:
        yield Interval(cursor, whole.end)


def in_order(*sources: Iterable[Interval]) -> Iterator[Interval]:
    """Walk several sorted sources as one sorted source."""
    yield from heapq.merge(*sources)


def to_utc(wall: datetime) -> datetime:
    """An aware datetime as the same instant in UTC.

    A wall time inside the spring gap moves forward by the gap, one that happens twice is the first (RFC 5545, 3.3.5).

    Raises:
        ValueError: it has no zone.
    """
    if wall.tzinfo is None:
        msg = f"a time without a zone: {wall}"
        raise ValueError(msg)
    return wall.astimezone(UTC)


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Midnight of that day on the zone's wall clock, as an instant in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def days_of(first: date, last: date, zone: ZoneInfo) -> Interval:
    """The interval of whole days from `first` up to, not including, `last`; `last` > `first`."""
    return Interval(start_of_day(first, zone), start_of_day(last, zone))


def each_day(span: Interval, zone: ZoneInfo) -> Iterator[date]:
    """Every date of the zone's wall clock that the span touches, in order."""
    day = span.start.astimezone(zone).date()
    while start_of_day(day, zone) < span.end:
        yield day
        day += DAY


def on_wall(day: date, at: time, zone: ZoneInfo) -> datetime:
    """That wall-clock time of that day, as an instant in UTC; 24:00 is written `time.max`."""
    if at == time.max:
        return start_of_day(day + DAY, zone)
    return datetime.combine(day, at, zone).astimezone(UTC)
