"""Planning problems for tests: a builder with sensible defaults, and the answer by trying everything.

The days are Monday 2 and Tuesday 3 March 2026 and what follows, in UTC; places are City Hall, a library and a school.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

from agenda.model.ids import PersonId, PlaceId, RoomId
from agenda.model.people import Attendance, Role
from agenda.model.planning import Busy, Option, PersonTime, PlanningProblem, Venue, Whereabouts
from agenda.model.pricing import PriceList
from agenda.model.ranking import Ranking
from agenda.model.rules import RuleBook
from agenda.model.times import MINUTE, Interval
from agenda.model.timetable import Timetable
from agenda.model.travel import Leg, Quality

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
HALL, LIBRARY, SCHOOL = PlaceId("hall"), PlaceId("library"), PlaceId("school")
MAYOR, CLERK, TREASURER, DEPUTY, OTHER_DEPUTY = (
    PersonId(one) for one in ("mayor", "clerk", "treasurer", "deputy", "other-deputy")
)
NAMES = {HALL: "City Hall", LIBRARY: "Library", SCHOOL: "Oak School"}
LEGS: Mapping[tuple[PlaceId, PlaceId], Leg] = {
    (HALL, LIBRARY): Leg(12, Quality.TABLE),
    (LIBRARY, HALL): Leg(15, Quality.TABLE),
    (HALL, SCHOOL): Leg(25, Quality.ROUGH),
    (SCHOOL, HALL): Leg(25, Quality.ROUGH),
    (LIBRARY, SCHOOL): Leg(20, Quality.TABLE),
    (SCHOOL, LIBRARY): Leg(20, Quality.TABLE),
}


def at(clock: str, day: int = 0) -> datetime:
    """A time of day ("09:30", or "09:30:15") on the Monday, or `day` days later."""
    hours, minutes, *seconds = (int(part) for part in clock.split(":"))
    return MONDAY + timedelta(days=day, hours=hours, minutes=minutes, seconds=seconds[0] if seconds else 0)


def span(start: str, end: str, day: int = 0) -> Interval:
    """From one time of a day to another."""
    return Interval(at(start, day), at(end, day))


def busy(start: str, end: str, place: PlaceId | None = None, *, day: int = 0, call: bool = False) -> Busy:
    """Taken time: at a place, on a call, or nobody knows where."""
    where = Whereabouts.VIRTUAL if call else Whereabouts.UNKNOWN if place is None else Whereabouts.AT_PLACE
    return Busy(interval=span(start, end, day), whereabouts=where, place=place, label="Budget review")


def a_person(person: PersonId = MAYOR, *taken: Busy, **fields: Any) -> PersonTime:
    """Somebody who works from nine to five on every day of the week."""
    defaults: dict[str, Any] = {
        "name": str(person).replace("-", " ").title(),
        "hours": tuple(span("09:00", "17:00", day) for day in range(7)),
    }
    return PersonTime(person=person, busy=taken, **{**defaults, **fields})


def a_venue(name: str = "Room 1", place: PlaceId | None = HALL, **fields: Any) -> Venue:
    """A room at City Hall."""
    return Venue(name=name, place=place, **{"room": RoomId(name) if place else None, **fields})


def a_problem(*people: PersonTime, **fields: Any) -> PlanningProblem:
    """An hour on Monday between nine and five for people who all have to come, in a room at City Hall."""
    people = people or (a_person(),)
    defaults: dict[str, Any] = {
        "horizon": Interval(at("00:00"), at("00:00", 7)),
        "duration_min": 60,
        "attendance": tuple(Attendance(one.person) for one in people),
        "people": people,
        "windows": (span("09:00", "17:00"),),
        "venues": (a_venue(),),
        "legs": LEGS,
        "place_names": NAMES,
    }
    return PlanningProblem(**{**defaults, **fields})


def an_option(
    problem: PlanningProblem, start: str, *, day: int = 0, venue: int = 0, without: Collection[PersonId] = ()
) -> Option:
    """The option of meeting then, with everybody but some."""
    begin = at(start, day)
    slot = Interval(begin, begin + problem.duration_min * MINUTE)
    people = [one.person for one in problem.attendance if one.person not in without]
    return PriceList(problem).option(slot, problem.venues[venue], people)


def everything(problem: PlanningProblem) -> Iterator[Option]:
    """Every option that breaks no rule, by trying each start of the grid, each venue and each choice of people."""
    table = Timetable(problem)
    prices, book, zone = PriceList(table), RuleBook(table), ZoneInfo(problem.zone)
    always = [one.person for one in problem.attendance if one.role is Role.REQUIRED]
    choices: list[list[list[PersonId]]] = [
        [[one.person], []] for one in problem.attendance if one.role is Role.OPTIONAL
    ] + [[[person] for person in group] for group in table.groups().values()]
    start = problem.horizon.start.replace(minute=0, second=0, microsecond=0)
    while start < problem.horizon.end:
        if start.astimezone(zone).minute % problem.grid_min == 0:
            slot = Interval(start, start + problem.duration_min * MINUTE)
            for venue, chosen in product(problem.venues, list(product(*choices))):
                coming = always + [person for some in chosen for person in some]
                option = prices.option(slot, venue, coming)
                if not book.broken(option):
                    yield option
        start += MINUTE


def the_best(problem: PlanningProblem) -> tuple[Option, ...]:
    """What a solver has to answer."""
    return Ranking(problem).best(everything(problem), problem.limits.options)
