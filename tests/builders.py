"""Values with sensible defaults: a test names only what it is about. Monday is 2 March 2026, in Boston."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from agenda.actions.book import Book
from agenda.model.calendars import Calendar, Provider
from agenda.model.events import Event, EventKey
from agenda.model.gazetteer import Gazetteer
from agenda.model.hours import WallSpan, WeeklyHours
from agenda.model.ids import CalendarId, PersonId, PlaceId, RequestId, RoomId
from agenda.model.people import Attendance, Person, Role, Standing
from agenda.model.places import Place, Position, Room
from agenda.model.policy import Directory, Policy
from agenda.model.requests import Request
from agenda.model.sentences import Sentence, say
from agenda.model.times import Interval
from agenda.model.travel import TravelTimes

ZONE = ZoneInfo("America/New_York")
MONDAY = date(2026, 3, 2)

MAYOR, DEPUTY, TREASURER = PersonId("mayor"), PersonId("deputy"), PersonId("treasurer")
CITY_HALL, SCHOOL, STATION, ANNEX = (
    PlaceId("city-hall"),
    PlaceId("north-school"),
    PlaceId("station-3"),
    PlaceId("annex"),
)


def at(day: date, wall: str) -> datetime:
    """A wall-clock time of the office's zone, as an instant."""
    return datetime.combine(day, time.fromisoformat(wall), ZONE).astimezone(UTC)


def on(day: date, start: str, end: str) -> Interval:
    """From one wall-clock time to another of the same day."""
    return Interval(at(day, start), at(day, end))


def on_monday(start: str, end: str) -> Interval:
    """From one wall-clock time to another on Monday."""
    return on(MONDAY, start, end)


def some_people() -> dict[PersonId, Person]:
    """The mayor, the deputy and the treasurer, all based at city hall."""
    people = (
        Person(
            id=MAYOR,
            name="Rosa Alvarez",
            email="mayor@example.org",
            title="Mayor",
            standing=Standing.PRINCIPAL,
            base=CITY_HALL,
        ),
        Person(id=DEPUTY, name="Tom Birch", email="deputy@example.org", title="Deputy Mayor", base=CITY_HALL),
        Person(id=TREASURER, name="Ines Calvo", email="treasurer@example.org", title="Treasurer", base=CITY_HALL),
    )
    return {one.id: one for one in people}


def some_places() -> dict[PlaceId, Place]:
    """City hall with two rooms, a school and a fire station with positions, an annex nobody has put on the map."""
    places = (
        Place(
            id=CITY_HALL,
            name="City Hall",
            aliases=("Mayor's office",),
            address="1 Harbor Square",
            position=Position(42.3601, -71.0589),
            rooms=(
                Room(id=RoomId("small"), name="Small Room", seats=6),
                Room(id=RoomId("large"), name="Large Room", seats=20),
            ),
        ),
        Place(id=SCHOOL, name="North School", position=Position(42.40, -71.06), arrive_min=5, leave_min=3),
        Place(id=STATION, name="Fire Station 3", position=Position(42.33, -71.10), arrive_min=2, leave_min=2),
        Place(id=ANNEX, name="Old Annex"),
    )
    return {one.id: one for one in places}


def some_travel() -> TravelTimes:
    """Twelve minutes from city hall to the school, fifteen back; everything else is not measured."""
    return TravelTimes(places=some_places(), table={(CITY_HALL, SCHOOL): 12, (SCHOOL, CITY_HALL): 15})


def a_directory() -> Directory:
    """Three people and four places."""
    return Directory(people=some_people(), travel=some_travel())


def a_policy(**changes: object) -> Policy:
    """Nine to six on working days, lunch between twelve and two, buffers of ten and fifteen minutes."""
    settings: dict[str, object] = {
        "office_name": "Office of the Mayor",
        "zone": ZONE,
        "hours": WeeklyHours({day: (WallSpan(time(9), time(18)),) for day in range(5)}),
        "lunch": WallSpan(time(12), time(14)),
        "organizer": "office@example.org",
    }
    return Policy(**{**settings, **changes})  # type: ignore[arg-type]  # a builder: mypy cannot follow the names


class NoHolidays:
    """A city that never rests."""

    def between(self, first: date, last: date) -> dict[date, Sentence]:  # the port's own names
        """None, ever."""
        return {}


class OneHoliday:
    """A city that rests on one day."""

    def __init__(self, day: date, name: str) -> None:
        """Remember the day."""
        self.day, self.name = day, name

    def between(self, first: date, last: date) -> dict[date, Sentence]:
        """That day, when it is asked for."""
        return {self.day: say("%(name)s", name=self.name)} if first <= self.day < last else {}


def a_book(policy: Policy | None = None) -> Book:
    """The office's book over the people and places above."""
    directory = a_directory()
    return Book(policy or a_policy(), directory, Gazetteer(directory.places.values()), NoHolidays())


def a_calendar(owner: PersonId = MAYOR, **changes: object) -> Calendar:
    """A subscribed calendar of one person."""
    settings: dict[str, object] = {
        "id": CalendarId(f"{owner}-calendar"),
        "name": f"Calendar of {owner}",
        "owner": owner,
        "provider": Provider.ICS_FILE,
        "address": "calendar.ics",
        "zone": str(ZONE),
    }
    return Calendar(**{**settings, **changes})  # type: ignore[arg-type]  # a builder: mypy cannot follow the names


def an_event(interval: Interval, uid: str = "one@example.org", **changes: object) -> Event:
    """An event of the mayor's calendar."""
    settings: dict[str, object] = {
        "calendar": CalendarId(f"{MAYOR}-calendar"),
        "key": EventKey(uid),
        "interval": interval,
        "summary": "Staff meeting",
        "location": "City Hall",
        "zone": str(ZONE),
    }
    return Event(**{**settings, **changes})  # type: ignore[arg-type]  # a builder: mypy cannot follow the names


def a_request(
    minutes: int = 45,
    *,
    required: Iterable[PersonId] = (MAYOR,),
    optional: Iterable[PersonId] = (),
    windows: Sequence[Interval] = (),
    **changes: object,
) -> Request:
    """A request for the mayor on Monday, from nine to six."""
    settings: dict[str, object] = {
        "id": RequestId("request-1"),
        "title": "Harbor plan",
        "duration": timedelta(minutes=minutes),
        "attendance": (
            *(Attendance(one) for one in required),
            *(Attendance(one, Role.OPTIONAL) for one in optional),
        ),
        "windows": tuple(windows) or (on_monday("09:00", "18:00"),),
        "created_at": at(MONDAY - timedelta(days=7), "10:00"),
        "place": CITY_HALL,
    }
    return Request(**{**settings, **changes})  # type: ignore[arg-type]  # a builder: mypy cannot follow the names
