"""Requests for the mayor's time, from the first word to the last."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from agenda.model.ids import PersonId, PlaceId, RequestId
from agenda.model.people import Attendance, Role
from agenda.model.times import Interval


class Priority(IntEnum):
    """Classes of priority; 1 goes before 5. The office names its own in the policy."""

    EMERGENCY = 1
    GOALS = 2
    CITY = 3
    COMMUNITY = 4
    COURTESY = 5


class RequestState(StrEnum):
    """How far a request has come."""

    OPEN = "open"
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Somebody asks for time.

    `windows` say when it may be, in order and apart; `place` None and `is_virtual` False means the place is not
    known yet. `seats` is how many the room must hold, counted with guests. `contact` is who to ring on the day.
    """

    id: RequestId
    title: str
    duration: timedelta
    attendance: tuple[Attendance, ...]
    windows: tuple[Interval, ...]
    created_at: datetime
    purpose: str = ""
    requester: str = ""
    contact: str = ""
    place: PlaceId | None = None
    is_virtual: bool = False
    needs_room: bool = False
    seats: int = 0
    priority: Priority = Priority.CITY
    is_private: bool = False
    state: RequestState = RequestState.OPEN

    def __post_init__(self) -> None:
        """Refuse what no solver could answer."""
        if self.duration <= timedelta(0):
            msg = f"a meeting of {self.duration} has no length"
            raise ValueError(msg)
        if not self.attendance:
            msg = "a meeting needs somebody to attend it"
            raise ValueError(msg)

    def people(self, *roles: Role) -> tuple[PersonId, ...]:
        """Those who take part in one of these roles, or in any, in the order given."""
        return tuple(one.person for one in self.attendance if not roles or one.role in roles)

    def now(self, state: RequestState) -> Request:
        """The same request, one step on."""
        return replace(self, state=state)

    def missing(self) -> tuple[str, ...]:
        """Which of who, what, where, why and the contact on the day are still not said; field names, in that order."""
        gaps = {
            "requester": not self.requester,
            "title": not self.title,
            "place": self.place is None and not self.is_virtual,
            "purpose": not self.purpose,
            "contact": not self.contact,
        }
        return tuple(name for name, is_missing in gaps.items() if is_missing)
