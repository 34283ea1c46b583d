"""Calendars and queries for one request, the same on every machine: thirty people, four weeks, sixty places.

Drawn by SplitMix64 in a fixed order, so that others can draw the same. `CONTROL` says what seed 1 has to give.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from agenda.model.ids import PersonId, PlaceId, RoomId
from agenda.model.people import Attendance, Role
from agenda.model.planning import Busy, Limits, PersonTime, PlanningProblem, Venue, Whereabouts
from agenda.model.times import Interval
from agenda.model.travel import Leg, Quality

PEOPLE, PLACES, WEEKS, DAYS = 30, 60, 4, 5
OPENS, CLOSES = 8 * 60, 19 * 60
LENGTHS = (30, 30, 30, 45, 60, 60, 90)
SEATS = (8, 14, 40, 20, 60, 30)
PRICES = (0, 2, 6, 10, 14, 18)
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
CONTROL = {12: (693, 293, 31_605), 25: (1594, 696, 71_730), 40: (2886, 1271, 124_965)}
"""Events, movable ones and minutes of seed 1, by events per person and week."""


class SplitMix64:
    """Random numbers that are the same everywhere."""

    def __init__(self, state: int) -> None:
        """Start from a state."""
        self.state = state

    def below(self, count: int) -> int:
        """The next number, from 0 up to, not including, `count`."""
        mask = (1 << 64) - 1
        self.state = (self.state + 0x9E3779B97F4A7C15) & mask
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        return (z ^ (z >> 31)) % count


@dataclass(frozen=True, slots=True)
class Entry:
    """An event of some people; minutes of the week's day, `place` None for a call."""

    people: tuple[int, ...]
    week: int
    day: int
    start: int
    end: int
    place: int | None
    is_movable: bool
    priority: int


class City:
    """Places, legs and everybody's events."""

    def __init__(self, events_a_week: int, seed: int = 1) -> None:
        """Draw them."""
        random = SplitMix64(seed)
        self.points = [(random.below(121), random.below(121)) for _ in range(PLACES)]
        self.legs = self._closed_legs()
        self.entries: list[Entry] = []
        self._of: dict[tuple[int, int, int], list[Entry]] = {}
        for week in range(WEEKS):
            self._fill(random, week, events_a_week)

    def _closed_legs(self) -> list[list[int]]:
        legs = [
            [5 * ((120 + 18 * (abs(a[0] - b[0]) + abs(a[1] - b[1]))) // 300 + 1) for b in self.points]
            for a in self.points
        ]
        for place in range(PLACES):
            legs[place][place] = 0
        for via in range(PLACES):
            for a in range(PLACES):
                for b in range(PLACES):
                    legs[a][b] = min(legs[a][b], legs[a][via] + legs[via][b])
        return legs

    def _fill(self, random: SplitMix64, week: int, wanted: int) -> None:
        count = [0] * PEOPLE
        for _ in range(12 * PEOPLE * wanted):
            lacking = [person for person in range(PEOPLE) if count[person] < wanted]
            if not lacking:
                return
            entry = self._draw(random, week, lacking)
            if entry is None:
                continue
            self.entries.append(entry)
            for person in entry.people:
                count[person] += 1
                self._of.setdefault((person, week, entry.day), []).append(entry)

    def _draw(self, random: SplitMix64, week: int, lacking: Sequence[int]) -> Entry | None:
        first = lacking[random.below(len(lacking))]
        size = 1 if random.below(100) >= 70 else 2 + random.below(4)
        people = [first]
        while len(people) < size:
            one = random.below(PEOPLE) if random.below(100) < 50 else 5 * (first // 5) + random.below(5)
            if one not in people:
                people.append(one)
        length = LENGTHS[random.below(len(LENGTHS))]
        day = random.below(DAYS)
        start = OPENS + 15 * random.below((CLOSES - OPENS - length) // 15 + 1)
        kind = random.below(100)
        place = 0 if kind < 55 else None if kind < 70 else 1 + random.below(PLACES - 1)
        if not all(self._is_free(person, week, day, start, start + length, place) for person in people):
            return None
        return Entry(
            tuple(people), week, day, start, start + length, place, random.below(100) < 45, 1 + random.below(5)
        )

    def _is_free(self, person: int, week: int, day: int, start: int, end: int, place: int | None) -> bool:
        for other in self._of.get((person, week, day), ()):
            known = place is not None and other.place is not None
            to = self.legs[other.place][place] if known else 0  # type: ignore[index]
            on = self.legs[place][other.place] if known else 0  # type: ignore[index]
            if start < other.end + to and other.start < end + on:
                return False
        return True


def query(city: City, seed: int, *, required: int, asked: int, grid_min: int, wall_s: float = 30) -> PlanningProblem:
    """An hour with person 0 and others, `required` of them have to come, at one of six venues, in four weeks.

    Starts from nine to five; somewhere to be is one of three rooms at place 0 or three places outside.
    """
    random = SplitMix64(seed)
    people = [0]
    while len(people) < 14:
        one = random.below(PEOPLE)
        if one not in people:
            people.append(one)
    places = [0, 0, 0, *(1 + random.below(PLACES - 1) for _ in range(3))]
    venues = tuple(_venue(random, number, place) for number, place in enumerate(places))
    days = [MONDAY + timedelta(weeks=week, days=day) for week in range(WEEKS) for day in range(DAYS)]
    return PlanningProblem(
        horizon=Interval(MONDAY, MONDAY + timedelta(weeks=WEEKS)),
        duration_min=60,
        attendance=tuple(
            Attendance(PersonId(f"p{person}"), Role.REQUIRED if place < required else Role.OPTIONAL)
            for place, person in enumerate(people[:asked])
        ),
        people=tuple(_person(city, person, days) for person in people[:asked]),
        windows=tuple(Interval(day + timedelta(hours=9), day + timedelta(hours=18)) for day in days),
        venues=venues,
        legs={
            (PlaceId(str(a)), PlaceId(str(b))): Leg(city.legs[a][b], Quality.TABLE)
            for a in range(PLACES)
            for b in range(PLACES)
            if a != b
        },
        grid_min=grid_min,
        limits=Limits(wall_s=wall_s, workers=2, seed=1, options=5),
    )


def _person(city: City, person: int, days: Sequence[datetime]) -> PersonTime:
    noon = timedelta(hours=12)
    return PersonTime(
        person=PersonId(f"p{person}"),
        name=f"Person {person}",
        busy=tuple(
            Busy(
                interval=_interval(one.week, one.day, one.start, one.end),
                whereabouts=Whereabouts.VIRTUAL if one.place is None else Whereabouts.AT_PLACE,
                place=None if one.place is None else PlaceId(str(one.place)),
            )
            for one in city.entries
            if person in one.people
        ),
        hours=tuple(Interval(day + timedelta(minutes=OPENS), day + timedelta(minutes=CLOSES)) for day in days),
        lunches=tuple(Interval(day + noon, day + noon + timedelta(hours=2)) for day in days),
        base=PlaceId("0"),
    )


def _venue(random: SplitMix64, number: int, place: int) -> Venue:
    busy = []
    for week in range(WEEKS):
        for day in range(DAYS):
            for _ in range(4):
                start = OPENS + 15 * random.below(40)
                busy.append(_interval(week, day, start, start + (30, 60, 90, 120)[random.below(4)]))
    return Venue(
        name=f"Venue {number}",
        place=PlaceId(str(place)),
        room=RoomId(f"room-{number}"),
        seats=SEATS[number],
        busy=tuple(busy),
        price=PRICES[number],
    )


def _interval(week: int, day: int, start: int, end: int) -> Interval:
    midnight = MONDAY + timedelta(weeks=week, days=day)
    return Interval(midnight + timedelta(minutes=start), midnight + timedelta(minutes=end))
