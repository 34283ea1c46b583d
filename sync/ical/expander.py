"""Turns stored objects into occurrences over another window."""

from __future__ import annotations

from dataclasses import dataclass, field

from agenda.model.calendars import Calendar, CalendarObject
from agenda.model.events import Event
from agenda.model.times import Interval
from sync.ical.limits import Limits
from sync.ical.read import read


@dataclass(frozen=True, slots=True)
class IcalExpander:
    """Expands iCalendar objects; what could not be read was told when they were pulled."""

    limits: Limits = field(default_factory=Limits)

    def expand(self, calendar: Calendar, obj: CalendarObject, window: Interval) -> tuple[Event, ...]:
        """The occurrences that touch the window, in order of their start."""
        reading = read(obj.ics, calendar, window, limits=self.limits)
        events = (event for one in reading.objects for event in one.events)
        return tuple(sorted(events, key=lambda event: (event.interval, event.key)))
