"""Meetings the office has confirmed, and the invitations that tell the world of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from agenda.model.events import Attendee, own_uid
from agenda.model.ids import CalendarId, MeetingId, OutboxId, PersonId, PlaceId, RequestId, RoomId
from agenda.model.sentences import Sentence
from agenda.model.times import Interval


class MeetingState(StrEnum):
    """Whether a meeting still stands."""

    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A confirmed meeting; `sequence` as RFC 5546, 2.1.4. `firm` are the people who may be in no other meeting then."""

    id: MeetingId
    request: RequestId | None
    title: str
    slot: Interval
    attending: tuple[PersonId, ...]
    firm: tuple[PersonId, ...]
    place: PlaceId | None = None
    room: RoomId | None = None
    venue_name: str = ""
    is_virtual: bool = False
    is_private: bool = False
    description: str = ""
    sequence: int = 0
    state: MeetingState = MeetingState.CONFIRMED
    confirmed_by: str = ""
    confirmed_at: datetime

    @property
    def uid(self) -> str:
        """The UID of its event in every calendar."""
        return own_uid(self.id)

    def cancelled(self) -> Meeting:
        """The same meeting called off, with the next SEQUENCE (RFC 5546, 2.1.4)."""
        return replace(self, state=MeetingState.CANCELLED, sequence=self.sequence + 1)


class Method(StrEnum):
    """What an invitation says (METHOD: RFC 5546, 1.4)."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What goes out for a meeting, frozen: sent twice, it is the same to the byte (UID, SEQUENCE, DTSTAMP).

    `organizer` and attendees are calendar addresses without `mailto:`; `zone` is the wall clock it is written on.
    """

    method: Method
    uid: str
    sequence: int
    stamped_at: datetime
    slot: Interval
    zone: str
    summary: str
    location: str
    description: str
    organizer: Attendee
    attendees: tuple[Attendee, ...]
    is_private: bool = False


class Errand(StrEnum):
    """What an outbox row is to do."""

    WRITE_EVENT = "write-event"
    REMOVE_EVENT = "remove-event"
    MAIL = "mail"


class OutboxState(StrEnum):
    """How far an outbox row has come. IN_DOUBT: under way when the house fell silent; look before sending again."""

    WAITING = "waiting"
    SENDING = "sending"
    IN_DOUBT = "in-doubt"
    SENT = "sent"
    FAILED = "failed"
    HELD = "held"


GONE_OUT = frozenset({OutboxState.SENT, OutboxState.SENDING, OutboxState.IN_DOUBT})
"""What its receiver has, or may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxItem:
    """One thing that has to go out of the house, kept in the transaction that decided it.

    `calendar` is set for an event, `address` for a mail. `not_before` is when it may be tried next.
    """

    id: OutboxId
    meeting: MeetingId
    errand: Errand
    invitation: Invitation
    created_at: datetime
    not_before: datetime
    calendar: CalendarId | None = None
    address: str = ""
    state: OutboxState = OutboxState.WAITING
    attempts: int = 0
    failure: Sentence | None = None
    sent_at: datetime | None = None

    def overtakes(self, other: OutboxItem) -> bool:
        """Whether this tells the same receiver something newer (RFC 5546, 2.1.4), and has gone out or may have."""
        is_same = (self.calendar, self.address) == (other.calendar, other.address)
        return is_same and self.invitation.sequence > other.invitation.sequence and self.state in GONE_OUT
