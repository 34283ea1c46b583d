"""The people of the city hall, and how each takes part in a meeting."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from agenda.model.hours import WeeklyHours
from agenda.model.ids import PersonId, PlaceId


class Standing(StrEnum):
    """What somebody is to the office."""

    PRINCIPAL = "principal"
    OFFICIAL = "official"
    STAFF = "staff"


class Role(StrEnum):
    """How somebody takes part (ROLE in RFC 5545, 3.2.16; `ONE_OF` is ours)."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    ONE_OF = "one-of"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody whose time the office knows.

    `email` is the calendar address invitations go to. `hours` None means the policy's working hours.
    `base` is where the working day starts and ends; None means it is not known.
    """

    id: PersonId
    name: str
    email: str
    title: str = ""
    standing: Standing = Standing.OFFICIAL
    base: PlaceId | None = None
    hours: WeeklyHours | None = None
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Attendance:
    """One person's part in a request; people of role ONE_OF with the same `group` stand in for one another."""

    person: PersonId
    role: Role = Role.REQUIRED
    group: str = field(default="")
