"""What cannot work in one person's days: two things at once, and drives there is no time for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from agenda.model.alerts import AlertKind
from agenda.model.entries import Entry
from agenda.model.ids import PersonId
from agenda.model.planning import Whereabouts
from agenda.model.times import Interval
from agenda.model.travel import Leg, Quality, TravelTimes


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Two entries of one person that do not fit, and the minutes that are missing. `leg` is set for a drive."""

    kind: AlertKind
    person: PersonId
    first: Entry
    second: Entry
    missing_min: int
    leg: Leg | None = None

    @property
    def cause(self) -> str:
        """The same for the same two events, whatever their times; in it nothing can be read."""
        names = (
            self.kind,
            self.person,
            self.first.key.uid,
            self.first.key.recurrence_id,
            self.second.key.uid,
            self.second.key.recurrence_id,
        )
        return hashlib.sha256("\x00".join(names).encode()).hexdigest()[:32]

    @property
    def until(self) -> datetime:
        """When it is over: a drive with the start of what it leads to, an overlap with the end of either."""
        if self.kind is AlertKind.IMPOSSIBLE_DRIVE:
            return self.second.interval.start
        return min(self.first.interval.end, self.second.interval.end)

    @property
    def at(self) -> Interval:
        """From the first one's start to the end of both."""
        start = self.first.interval.start
        return Interval(start, max(self.first.interval.end, self.second.interval.end))


def conflicts_of(person: PersonId, entries: Iterable[Entry], travel: TravelTimes) -> Iterator[Conflict]:
    """Overlaps, and drives that do not fit, among the entries that take this person's time.

    A drive is judged from each in-person entry to the next one, across calls between them: it has to fit before or
    after the call in one piece. Places that nobody knows raise nothing: nobody knows that it fails.
    """
    mine = sorted((one for one in entries if person in one.busy), key=lambda one: (one.interval, one.key))
    yield from _overlaps(person, mine)
    yield from _drives(person, mine, travel)


def _overlaps(person: PersonId, mine: Sequence[Entry]) -> Iterator[Conflict]:
    for place, first in enumerate(mine):
        for second in mine[place + 1 :]:
            if second.interval.start >= first.interval.end:
                break
            shared = first.interval.intersect(second.interval)
            if shared is not None:
                yield Conflict(
                    kind=AlertKind.OVERLAP,
                    person=person,
                    first=first,
                    second=second,
                    missing_min=shared.minutes,
                )


def _drives(person: PersonId, mine: Sequence[Entry], travel: TravelTimes) -> Iterator[Conflict]:
    timed = [one for one in mine if not one.event.is_all_day]
    origin: Entry | None = None
    calls: list[Entry] = []
    for entry in timed:
        if entry.found.whereabouts is Whereabouts.VIRTUAL:
            calls.append(entry)
            continue
        if entry.found.whereabouts is Whereabouts.UNKNOWN:
            origin, calls = None, []
            continue
        if origin is not None and not origin.interval.overlaps(entry.interval):
            leg = travel.leg(origin.found.place, entry.found.place)
            room_min = _longest_gap(origin, entry, calls)
            if leg.quality is not Quality.SAME_PLACE and room_min < leg.minutes:
                yield Conflict(
                    kind=AlertKind.IMPOSSIBLE_DRIVE,
                    person=person,
                    first=origin,
                    second=entry,
                    missing_min=leg.minutes - room_min,
                    leg=leg,
                )
        if origin is None or entry.interval.end >= origin.interval.end:
            origin, calls = entry, []


def _longest_gap(origin: Entry, goal: Entry, calls: Sequence[Entry]) -> int:
    """Whole minutes of the longest free stretch between two entries."""
    cursor = origin.interval.end
    longest = 0
    for call in [*calls, goal]:
        free = (call.interval.start - cursor).total_seconds()
        longest = max(longest, int(free // 60))
        cursor = max(cursor, call.interval.end)
    return longest
