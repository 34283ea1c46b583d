"""Alerts: what does not work in somebody's day, for as long as it does not work."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from agenda.model.events import EventKey
from agenda.model.ids import AlertId, CalendarId, PersonId
from agenda.model.sentences import Sentence
from agenda.model.times import Interval


class AlertKind(StrEnum):
    """What went wrong."""

    OVERLAP = "overlap"
    IMPOSSIBLE_DRIVE = "impossible-drive"
    UNREAD_CALENDAR = "unread-calendar"
    LAPSED_ACCOUNT = "lapsed-account"
    HELD_DELETION = "held-deletion"
    UNDELIVERED = "undelivered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something that needs a person. `cause` is what makes it this alert and no other, stable from round to round.

    For a conflict, `first` and `second` are its two events and `missing_min` the minutes that are not there.
    """

    id: AlertId
    kind: AlertKind
    cause: str
    sentence: Sentence
    raised_at: datetime
    person: PersonId | None = None
    calendar: CalendarId | None = None
    first: EventKey | None = None
    second: EventKey | None = None
    at: Interval | None = None
    missing_min: int = 0
    settled_at: datetime | None = None

    def settle(self, at: datetime) -> Alert:
        """The same alert, its cause gone."""
        return replace(self, settled_at=at)
