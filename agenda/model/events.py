"""Events as RFC 5545 speaks of them: one occurrence of a VEVENT, with the calendar it was read from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum

from agenda.model.ids import CalendarId, MeetingId
from agenda.model.places import Position
from agenda.model.times import Interval, When

OWN_UID_DOMAIN = "antechamber"


class Transparency(StrEnum):
    """Whether an event takes its owner's time (TRANSP: RFC 5545, 3.8.2.7)."""

    OPAQUE = "OPAQUE"
    TRANSPARENT = "TRANSPARENT"


class Status(StrEnum):
    """How firm an event is (STATUS: RFC 5545, 3.8.1.11)."""

    TENTATIVE = "TENTATIVE"
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


class Classification(StrEnum):
    """Who may see what an event is about (CLASS: RFC 5545, 3.8.1.3)."""

    PUBLIC = "PUBLIC"
    PRIVATE = "PRIVATE"
    CONFIDENTIAL = "CONFIDENTIAL"


class PartStat(StrEnum):
    """What an ATTENDEE has answered (RFC 5545, 3.2.12)."""

    NEEDS_ACTION = "NEEDS-ACTION"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    TENTATIVE = "TENTATIVE"
    DELEGATED = "DELEGATED"


@dataclass(frozen=True, slots=True)
class Attendee:
    """An ATTENDEE: the calendar address without `mailto:`, the common name, the answer."""

    email: str
    name: str = ""
    partstat: PartStat = PartStat.NEEDS_ACTION
    optional: bool = False


@dataclass(frozen=True, slots=True, order=True)
class EventKey:
    """What tells one occurrence from every other: `uid`, and its place in the series.

    `recurrence_id` is the original start: `20261124T140000Z` in UTC, `20261124` for a date, empty for a single event.
    """

    uid: str
    recurrence_id: str = ""


def recurrence_id_of(original_start: When) -> str:
    """The canonical text of a RECURRENCE-ID, equal for one instant however its zone was spelt."""
    if isinstance(original_start, datetime):
        return f"{original_start.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    return f"{original_start:%Y%m%d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One occurrence, as one calendar tells it.

    `first_day` and `last_day` are set for an all-day event; `last_day` is not included any more (DTEND). `zone` is
    the IANA zone its wall clock lives in.
    """

    calendar: CalendarId
    key: EventKey
    interval: Interval
    summary: str = ""
    location: str = ""
    description: str = ""
    url: str = ""
    position: Position | None = None
    zone: str = "UTC"
    first_day: date | None = None
    last_day: date | None = None
    transparency: Transparency = Transparency.OPAQUE
    status: Status = Status.CONFIRMED
    classification: Classification = Classification.PUBLIC
    organizer: str = ""
    attendees: tuple[Attendee, ...] = ()
    sequence: int = 0
    is_recurring: bool = False

    @property
    def is_all_day(self) -> bool:
        """Whether it is a pair of dates rather than of instants."""
        return self.first_day is not None

    @property
    def takes_time(self) -> bool:
        """Whether its owner is busy: opaque, not cancelled, not empty."""
        return (
            self.transparency is Transparency.OPAQUE
            and self.status is not Status.CANCELLED
            and self.interval.start < self.interval.end
        )

    @property
    def is_private(self) -> bool:
        """Whether only those who may see everything learn what it is about."""
        return self.classification is not Classification.PUBLIC

    def as_seen_by_others(self) -> Event:
        """What may be told to those who may not see private events: when, and nothing of what, where and with whom."""
        if not self.is_private:
            return self
        return replace(
            self,
            key=EventKey("", ""),
            summary="",
            location="",
            description="",
            url="",
            position=None,
            organizer="",
            attendees=(),
            sequence=0,
        )


def own_uid(meeting: MeetingId) -> str:
    """The UID under which a meeting of this office goes out, and by which it is known when it comes back."""
    return f"{meeting}@{OWN_UID_DOMAIN}"
