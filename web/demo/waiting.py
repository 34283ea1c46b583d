"""The requests that wait in the demo office: one ready to be asked for, one incomplete, one urgent, one in Spanish."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from agenda.model.ids import PersonId, PlaceId, RequestId
from agenda.model.people import Attendance, Role
from agenda.model.requests import Priority, Request
from agenda.model.times import Interval, days_of, on_wall
from web.demo import city
from web.demo.weeks import monday_of

ZONE = ZoneInfo(city.ZONE)


def requests(today: date, seed: int) -> tuple[Request, ...]:
    """The waiting requests, each within the weeks after today; the same for the same day."""
    monday = monday_of(today) + timedelta(weeks=1)

    def wait(name: str) -> RequestId:
        return RequestId(hashlib.sha256(f"{name} {seed} {today}".encode()).hexdigest()[:32])

    def arrived(days: int, at: time) -> datetime:
        return on_wall(today - timedelta(days=days), at, ZONE)

    def within(first: date, days: int) -> tuple[Interval, ...]:
        return (days_of(first, first + timedelta(days=days), ZONE),)

    return (
        Request(
            id=wait("budget"),
            title="Budget hearing: last reading",
            purpose="Agree on the figures before the hearing.",
            requester="Walter Pimmick, Treasurer",
            contact="W. Pimmick, 555-0140",
            duration=timedelta(minutes=60),
            attendance=_attendance("mayor treasurer chief-of-staff", optional="council press"),
            windows=within(monday, 12),
            place=city.HALL,
            needs_room=True,
            seats=6,
            priority=Priority.GOALS,
            created_at=arrived(1, time(16, 20)),
        ),
        Request(
            id=wait("garden"),
            title="Opening of the school garden",
            purpose="The fourth grade has planted it; the mayor cuts the ribbon and says a few words.",
            requester="Hillcrest Elementary School",
            contact="",
            duration=timedelta(minutes=45),
            attendance=_attendance("mayor", optional="press"),
            windows=within(monday, 19),
            place=PlaceId("school-north"),
            priority=Priority.COMMUNITY,
            created_at=arrived(3, time(9, 5)),
        ),
        Request(
            id=wait("storm"),
            title="Storm briefing",
            purpose="A storm is forecast for the coast: closures, shelters, crews.",
            requester="Bernadette Oakstone, Police Chief",
            contact="Watch room, 555-0102",
            duration=timedelta(minutes=30),
            attendance=(
                *_attendance("mayor police"),
                Attendance(PersonId("works"), Role.ONE_OF, "crews"),
                Attendance(PersonId("deputy"), Role.ONE_OF, "crews"),
                *_attendance("", optional="press"),
            ),
            windows=within(_next_working_day(today), 2),
            place=PlaceId("police"),
            priority=Priority.EMERGENCY,
            created_at=arrived(0, time(7, 40)),
        ),
        Request(
            id=wait("vecinos"),
            title="Asociación de Vecinos de Southfield: visita",
            purpose="Presentar las propuestas del barrio para el paseo marítimo.",
            requester="Asociación de Vecinos de Southfield",
            contact="Sra. Ilundáriz, 555-0177",
            duration=timedelta(minutes=30),
            attendance=(
                Attendance(PersonId("mayor"), Role.ONE_OF, "host"),
                Attendance(PersonId("deputy"), Role.ONE_OF, "host"),
                *_attendance("council"),
            ),
            windows=within(monday, 26),
            place=PlaceId("community-south"),
            priority=Priority.COMMUNITY,
            created_at=arrived(5, time(11, 30)),
        ),
    )


def _attendance(required: str, optional: str = "") -> tuple[Attendance, ...]:
    return (
        *(Attendance(PersonId(name)) for name in required.split()),
        *(Attendance(PersonId(name), Role.OPTIONAL) for name in optional.split()),
    )


def _next_working_day(today: date) -> date:
    """Today, or Monday at a weekend."""
    return today if today.weekday() < 5 else monday_of(today) + timedelta(weeks=1)
