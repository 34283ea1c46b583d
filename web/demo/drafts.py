"""An entry of the invented calendars before it is iCalendar: on the wall clock, with the slips people make."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from agenda.model.ids import PersonId, PlaceId
from web.demo.city import DOMAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One entry, or a series of `count` that comes every so many weeks.

    `start` is a naive wall-clock time of the city's zone, or a date for whole days; `length` None means that nobody
    typed an end. `place` is where it really is, whatever `location` says. `attendees` holds calendar owners.
    """

    uid: str
    title: str
    start: datetime | date
    length: timedelta | None
    location: str = ""
    place: PlaceId | None = None
    is_private: bool = False
    is_tentative: bool = False
    is_free: bool = False
    every_weeks: int = 0
    count: int = 1
    left_out: tuple[datetime, ...] = ()
    moved: tuple[tuple[datetime, datetime], ...] = ()
    organizer: PersonId | None = None
    attendees: tuple[PersonId, ...] = ()

    @property
    def is_timed(self) -> bool:
        """Whether it has hours, and is no series."""
        return isinstance(self.start, datetime) and not self.every_weeks

    @property
    def rrule(self) -> str:
        """The rule of a series (RFC 5545, 3.3.10); empty for a single entry."""
        return f"FREQ=WEEKLY;INTERVAL={self.every_weeks};COUNT={self.count}" if self.every_weeks else ""

    def hours(self) -> Iterator[tuple[datetime, datetime]]:
        """Start and end of every occurrence that has hours."""
        if isinstance(self.start, datetime):
            starts = [self.start + timedelta(weeks=self.every_weeks * number) for number in range(self.count)]
            moved = dict(self.moved)
            for start in starts:
                if start not in self.left_out:
                    begin = moved.get(start, start)
                    yield begin, begin + (self.end - self.start)

    @property
    def end(self) -> datetime:
        """When it ends, of a timed one; half an hour after its start where nobody typed it."""
        if not isinstance(self.start, datetime):
            msg = f"{self.title} takes whole days"
            raise TypeError(msg)
        return self.start + (self.length if self.length is not None else timedelta(minutes=30))


def uid_for(*parts: object) -> str:
    """A UID that is the same for the same city, seed and day."""
    return f"{hashlib.sha256(repr(parts).encode()).hexdigest()[:24]}@{DOMAIN}"


def neighbours(drafts: tuple[Draft, ...]) -> list[tuple[Draft, Draft]]:
    """Each timed entry with the next of its day, by start."""
    timed = sorted((draft for draft in drafts if draft.is_timed), key=lambda draft: (str(draft.start), draft.uid))
    return [(one, other) for one, other in pairwise(timed) if str(one.start)[:10] == str(other.start)[:10]]
