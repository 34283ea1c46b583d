"""Small problems drawn at random, but the same ones for the same seed: every rule and every wish comes into play."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from agenda.model.ids import PersonId, PlaceId
from agenda.model.people import Attendance, Role
from agenda.model.planning import Busy, Limits, PersonTime, PlanningProblem, Venue, Weights, Whereabouts
from agenda.model.sentences import say
from agenda.model.times import Interval
from agenda.model.travel import Leg, Quality
from tests.solver.problems import MONDAY, a_venue

PLACES = [PlaceId(one) for one in ("hall", "library", "school", "park")]
ZONES = ["UTC", "Europe/Berlin", "Asia/Kathmandu", "America/New_York"]


def draw(seed: int) -> PlanningProblem:
    """The problem of that seed: up to two days, four people and three venues."""
    random = Random(seed)
    days = random.choice([1, 1, 2])
    opens = MONDAY + timedelta(days=random.choice([0, 27]), hours=random.choice([8, 9, 21]))
    hours = random.choice([3, 4, 5])
    spans = [Interval(opens + timedelta(days=day), opens + timedelta(days=day, hours=hours)) for day in range(days)]
    people = tuple(_person(random, number, spans) for number in range(random.randint(1, 4)))
    return PlanningProblem(
        horizon=Interval(spans[0].start - timedelta(hours=2), spans[-1].end + timedelta(hours=2)),
        duration_min=random.choice([20, 30, 45, 60, 90]),
        attendance=tuple(_attendance(random, one) for one in people),
        people=people,
        windows=tuple(_inside(random, one, 0.7) for one in spans),
        venues=tuple(_venue(random, number, spans) for number in range(random.randint(1, 3))),
        legs=_legs(random),
        barred=((_inside(random, spans[0], 0.15), say("closed")),) if random.random() < 0.3 else (),
        bands=tuple(_inside(random, one, 0.5) for one in spans) if random.random() < 0.5 else (),
        seats=random.choice([0, 0, 2, 4]),
        grid_min=random.choice([10, 15, 30]),
        buffer_min=random.choice([0, 5, 10, 15]),
        assumed_leg_min=random.choice([10, 30]),
        lunch_min=random.choice([20, 30, 45]),
        lunch_is_hard=random.random() < 0.4,
        apart_min=random.choice([0, 30, 60, 120]),
        weights=Weights(
            day_of_delay=random.randint(0, 9),
            travel_minute=random.randint(0, 3),
            uncertain_leg=random.randint(0, 9),
            optional_missing=random.choice([0, 10, 40]),
            back_to_back=random.randint(0, 9),
        ),
        limits=Limits(wall_s=20, workers=1, seed=seed),
        zone=random.choice(ZONES),
    )


def _person(random: Random, number: int, spans: list[Interval]) -> PersonTime:
    busy = [_busy(random, one) for one in spans for _ in range(random.choice([0, 0, 1, 1, 2]))]
    random.shuffle(busy)
    return PersonTime(
        person=PersonId(f"p{number}"),
        name=f"Person {number}",
        busy=tuple(busy),
        hours=tuple(one if random.random() < 0.7 else _inside(random, one, 0.8) for one in spans),
        unknown=(_inside(random, random.choice(spans), 0.3),) if random.random() < 0.2 else (),
        lunches=tuple(_inside(random, one, 0.4) for one in spans if random.random() < 0.6),
        base=random.choice([None, *PLACES]),
    )


def _busy(random: Random, span: Interval) -> Busy:
    interval = _inside(random, span, 0.2)
    match random.random():
        case chance if chance < 0.2:
            return Busy(interval=interval, whereabouts=Whereabouts.VIRTUAL)
        case chance if chance < 0.35:
            return Busy(interval=interval, whereabouts=Whereabouts.UNKNOWN)
        case _:
            return Busy(interval=interval, whereabouts=Whereabouts.AT_PLACE, place=random.choice(PLACES))


def _inside(random: Random, span: Interval, share: float) -> Interval:
    """A stretch of about that share of the span, now and then with odd seconds or reaching over its edges."""
    whole = int(span.length.total_seconds()) // 60
    length = max(1, min(whole, round(whole * share * random.uniform(0.6, 1.5))))
    start = span.start + timedelta(minutes=5 * (random.randint(0, max(0, whole - length)) // 5))
    odd = timedelta(seconds=random.choice([0, 0, 0, 0, 17, -40]))
    return Interval(start + odd, start + timedelta(minutes=length) + abs(odd) * random.choice([0, 1]) + max(odd, -odd))


def _attendance(random: Random, person: PersonTime) -> Attendance:
    if person.person == "p0" and random.random() < 0.8:
        return Attendance(person.person)
    role = random.choice([Role.REQUIRED, Role.OPTIONAL, Role.OPTIONAL, Role.ONE_OF, Role.ONE_OF])
    return Attendance(person.person, role, "deputies" if role is Role.ONE_OF else "")


def _venue(random: Random, number: int, spans: list[Interval]) -> Venue:
    busy = (_inside(random, random.choice(spans), 0.3),) if random.random() < 0.4 else ()
    price = random.choice([0, 0, 3, 12])
    match random.random():
        case chance if chance < 0.15:
            return a_venue(f"Venue {number}", None, is_virtual=True, price=price)
        case chance if chance < 0.25:
            return a_venue(f"Venue {number}", None, price=price)
        case _:
            seats = random.choice([None, 1, 2, 3, 4])
            return a_venue(f"Venue {number}", random.choice(PLACES), seats=seats, busy=busy, price=price)


def _legs(random: Random) -> dict[tuple[PlaceId, PlaceId], Leg]:
    """Directed legs of five to forty minutes, some rough, some missing; they need not obey the triangle inequality."""
    return {
        (a, b): Leg(random.randint(1, 8) * 5, random.choice([Quality.TABLE, Quality.TABLE, Quality.ROUGH]))
        for a in PLACES
        for b in PLACES
        if a != b and random.random() < 0.9
    }
