"""Hours that repeat each week on a zone's wall clock, and their intervals over a horizon."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from zoneinfo import ZoneInfo

from agenda.model.times import Interval, each_day, on_wall


@dataclass(frozen=True, slots=True, order=True)
class WallSpan:
    """From one wall-clock time to a later one of the same day; `time.max` as `end` means midnight."""

    start: time
    end: time

    def __post_init__(self) -> None:
        """Refuse a span that is empty or runs backwards."""
        if self.start >= self.end:
            msg = f"ends before it starts: {self.start:%H:%M} to {self.end:%H:%M}"
            raise ValueError(msg)

    def on(self, day: date, zone: ZoneInfo) -> Interval:
        """The span on that day, as instants; empty where the clock jumps over it or back across its end."""
        start = on_wall(day, self.start, zone)
        return Interval(start, max(start, on_wall(day, self.end, zone)))


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """Spans by weekday (Monday is 0); a weekday that is not named has none."""

    spans: Mapping[int, tuple[WallSpan, ...]] = field(default_factory=dict, hash=False)

    def of(self, day: date) -> tuple[WallSpan, ...]:
        """The spans of that day's weekday."""
        return self.spans.get(day.weekday(), ())

    def over(self, horizon: Interval, zone: ZoneInfo) -> Iterator[Interval]:
        """Every span that touches the horizon, in order, not cut at its edges."""
        for day in each_day(horizon, zone):
            for span in self.of(day):
                interval = span.on(day, zone)
                if interval.overlaps(horizon):
                    yield interval
