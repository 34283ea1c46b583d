"""The office's policy and directory: what the chief of staff decides, and who and where there is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

from agenda.model.hours import WallSpan, WeeklyHours
from agenda.model.ids import PersonId, PlaceId, RoomId
from agenda.model.people import Person, Standing
from agenda.model.places import Place, Room
from agenda.model.planning import Limits, Weights
from agenda.model.requests import Priority
from agenda.model.travel import TravelTimes


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the office has decided once, so that nobody has to decide it each time.

    `lunch` is the wall-clock window in which `lunch_min` minutes have to stay free on working days. Meetings shorter
    than `long_from_min` keep `short_buffer_min` free on both sides, longer ones `long_buffer_min`. `holidays` names
    a country and its part as ISO 3166 has them ("US", "MA"); empty means that none are known. `days_off` are added.
    `stale_after` is how old a reading may be before the calendar's owner counts as unknown.
    """

    office_name: str
    zone: ZoneInfo
    hours: WeeklyHours
    liked_hours: WeeklyHours = field(default_factory=WeeklyHours)
    lunch: WallSpan | None = None
    lunch_min: int = 30
    lunch_is_hard: bool = False
    short_buffer_min: int = 10
    long_buffer_min: int = 15
    long_from_min: int = 60
    holiday_country: str = ""
    holiday_part: str = ""
    default_duration_min: int = 30
    lead_days: int = 14
    grid_min: int = 15
    apart_min: int = 120
    weights: Weights = field(default_factory=Weights)
    limits: Limits = field(default_factory=Limits)
    priorities: Mapping[Priority, str] = field(default_factory=dict)
    stale_after: timedelta = timedelta(hours=6)
    organizer: str = ""

    def buffer_min(self, duration: timedelta) -> int:
        """Minutes kept free before and after a meeting of that length."""
        is_long = duration >= timedelta(minutes=self.long_from_min)
        return self.long_buffer_min if is_long else self.short_buffer_min


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """Who and where there is, each by id; ids are unique within their kind."""

    people: Mapping[PersonId, Person]
    travel: TravelTimes = field(default_factory=TravelTimes)

    @property
    def places(self) -> Mapping[PlaceId, Place]:
        """The known places."""
        return self.travel.places

    @property
    def principal(self) -> Person:
        """The official whose time this is about.

        Raises:
            LookupError: the policy names none.
        """
        for person in self.people.values():
            if person.standing is Standing.PRINCIPAL:
                return person
        msg = "the policy names no principal"
        raise LookupError(msg)

    def by_email(self, email: str) -> Person | None:
        """The person with that calendar address, however it is capitalised."""
        wanted = email.casefold()
        return next((one for one in self.people.values() if one.email.casefold() == wanted), None)

    def room(self, room: RoomId) -> tuple[Place, Room] | None:
        """A room and the place it is in."""
        for place in self.places.values():
            for one in place.rooms:
                if one.id == room:
                    return place, one
        return None
