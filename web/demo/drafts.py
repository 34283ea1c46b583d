"""An entry of the invented calendars before it is iCalendar: on the wall clock, with the slips people make."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from agenda.model.ids import PersonId, PlaceId
from web.demo.city import DOMAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One entry, or a series where `rrule` is set.

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
    rrule: str = ""
    left_out: tuple[datetime, ...] = ()
    moved: tuple[tuple[datetime, datetime], ...] = ()
    organizer: PersonId | None = None
    attendees: tuple[PersonId, ...] = ()

    @property
    def is_timed(self) -> bool:
        """Whether it has hours, and is no series."""
        return isinstance(self.start, datetime) and not self.rrule

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
