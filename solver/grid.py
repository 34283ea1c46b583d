"""Minutes instead of instants: the only place where the solver converts between the two.

Minute 0 is the horizon's first whole minute. Busy time rounds outward, allowed time inward.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from agenda.model.times import DAY, MINUTE, Interval, start_of_day

Minutes: TypeAlias = NDArray[np.int64]
Span: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Grid:
    """Whole minutes counted from `origin`, with days on a zone's wall clock."""

    origin: datetime
    zone: ZoneInfo

    @classmethod
    def over(cls, horizon: Interval, zone: ZoneInfo) -> Grid:
        """The grid whose minute 0 is the first whole minute of the horizon."""
        early = horizon.start.replace(second=0, microsecond=0)
        return cls(early if early == horizon.start else early + MINUTE, zone)

    def floor(self, instant: datetime) -> int:
        """The minute in which an instant lies."""
        return (instant - self.origin) // MINUTE

    def ceil(self, instant: datetime) -> int:
        """The first minute that is not before an instant."""
        return -((self.origin - instant) // MINUTE)

    def outward(self, interval: Interval) -> Span:
        """The minutes that taken time touches."""
        return self.floor(interval.start), self.ceil(interval.end)

    def inward(self, interval: Interval) -> Span:
        """The minutes inside allowed time; the end may come before the start when there are none."""
        return self.ceil(interval.start), self.floor(interval.end)

    def allowed(self, intervals: Iterable[Interval]) -> list[Span]:
        """Allowed time, joined where it touches or overlaps and then rounded inward, in order; empty spans left out."""
        joined: list[list[datetime]] = []
        for one in sorted(intervals):
            if joined and one.start <= joined[-1][1]:
                joined[-1][1] = max(joined[-1][1], one.end)
            else:
                joined.append([one.start, one.end])
        spans = (self.inward(Interval(start, end)) for start, end in joined)
        return [(start, end) for start, end in spans if start < end]

    def instant(self, minute: int) -> datetime:
        """The instant at which a minute begins."""
        return self.origin + minute * MINUTE

    def starts(self, spans: Iterable[Span], step: int) -> Minutes:
        """Every minute of the spans that lies on a grid of `step`, counted from the full hour on the wall clock."""
        found: list[Minutes] = []
        for first, last in spans:
            cursor = first
            while cursor < last:
                end = min(last, cursor + 24 * 60)
                minutes = np.arange(cursor, end, dtype=np.int64)
                found.append(minutes[(self._wall_minutes(minutes) % step) == 0])
                cursor = end
        return np.unique(np.concatenate(found)) if found else np.empty(0, dtype=np.int64)

    def _wall_minutes(self, minutes: Minutes) -> Minutes:
        """Minutes past some full hour of the wall clock, for minutes of at most one day."""
        wall = np.empty_like(minutes)
        first, last = self._offset(int(minutes[0])), self._offset(int(minutes[-1]))
        base = self.origin.astimezone(UTC).minute
        if first == last:
            return minutes + (base + first // MINUTE)
        for index, minute in enumerate(minutes):
            wall[index] = int(minute) + base + self._offset(int(minute)) // MINUTE
        return wall

    def _offset(self, minute: int) -> timedelta:
        return self.instant(minute).astimezone(self.zone).utcoffset() or timedelta(0)

    def days(self, minutes: Minutes) -> tuple[Minutes, Minutes, Minutes]:
        """For each minute: the ordinal of its date on the wall clock, and where that day starts and ends."""
        if not len(minutes):
            return minutes, minutes, minutes
        day = self.instant(int(minutes.min())).astimezone(self.zone).date()
        last = int(minutes.max())
        midnights, ordinals = [self.floor(start_of_day(day, self.zone))], []
        while midnights[-1] <= last:
            ordinals.append(day.toordinal())
            day += DAY
            midnights.append(self.floor(start_of_day(day, self.zone)))
        edges = np.array(midnights, dtype=np.int64)
        which = np.searchsorted(edges, minutes, side="right") - 1
        return np.array(ordinals, dtype=np.int64)[which], edges[which], edges[which + 1]
