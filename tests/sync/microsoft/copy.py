"""Keeps what pulls bring, as the store does, and says what Graph itself would say."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC

from agenda.model.calendars import CalendarObject, Cursor, Problem, Pulled
from agenda.model.events import Event
from agenda.model.times import Interval
from tests.contract.graph import GraphSource
from tests.sync.texts import SPRING


@dataclass
class Copy:
    """Our copy of one calendar."""

    source: GraphSource
    window: Interval = SPRING
    objects: dict[str, CalendarObject] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    cursor: Cursor | None = None

    def pull(self) -> Pulled:
        """Pull once, and keep it; the cursor last."""
        pulled = self.source.connector.pull(self.source.calendar, self.cursor, self.window)
        if not pulled.unchanged:
            gone = set(pulled.removed)
            if pulled.complete:
                gone |= self.objects.keys() - pulled.present
            for href in gone:
                self.objects.pop(href, None)
            self.objects |= {one.href: one for one in pulled.changed}
            self.problems = pulled.problems
            self.cursor = pulled.cursor
        return pulled

    @property
    def events(self) -> list[Event]:
        """Every occurrence, by start."""
        found = [event for one in self.objects.values() for event in one.events]
        return sorted(found, key=lambda event: (event.interval, event.key))

    @property
    def intervals(self) -> list[Interval]:
        """When they are."""
        return [event.interval for event in self.events]


def upstream(source: GraphSource, window: Interval = SPRING) -> list[Interval]:
    """When the provider's own view says that something is."""
    found = source.simulator.world.view(source.id, window.start, window.end)
    return sorted(Interval(one.start.astimezone(UTC), one.end.astimezone(UTC)) for one in found)
