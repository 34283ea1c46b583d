"""The problem in integers: minutes from the horizon's start, people and venues by number, nothing else.

Arrays over candidates have the shape (venues, starts). Times are half-open.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from agenda.model.ids import PlaceId
from agenda.model.people import Role
from agenda.model.planning import PersonTime, PlanningProblem, Whereabouts
from agenda.model.travel import Quality
from solver.grid import Grid, Minutes, Span

NEVER = 1 << 40
"""Minutes further away than anything; safe to add to."""

Table = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class VenueInts:
    """One venue."""

    place: PlaceId | None
    is_virtual: bool
    seats: int | None
    price: int
    busy: list[Span]


@dataclass(frozen=True, slots=True)
class Busy:
    """One person's busy stretches as arrays of one length, sorted by start, then end. `place` -1 is nobody knows."""

    begin: Minutes
    end: Minutes
    in_person: Mask
    place: Minutes


class Places:
    """The places by number, and the legs between them as matrices; the last row and column are the unknown place."""

    def __init__(self, problem: PlanningProblem) -> None:
        """Number every place that occurs, and look up every leg."""
        named = {place: number for number, place in enumerate(places_of(problem))}
        self.number = named
        size = len(named) + 1
        self.minutes = np.full((size, size), problem.assumed_leg_min, dtype=np.int64)
        self.is_doubtful = np.ones((size, size), dtype=np.bool_)
        for (origin, goal), leg in problem.legs.items():
            if origin in named and goal in named:
                at = named[origin], named[goal]
                self.minutes[at] = leg.minutes
                self.is_doubtful[at] = leg.quality in {Quality.ROUGH, Quality.ASSUMED}
        known = np.arange(size - 1)
        self.minutes[known, known] = 0
        self.is_doubtful[known, known] = False

    def of(self, place: PlaceId | None) -> int:
        """A place's number; -1, which indexes the last row, for the unknown one."""
        return -1 if place is None else self.number[place]


def places_of(problem: PlanningProblem) -> list[PlaceId]:
    """Every place that occurs, venues first."""
    venues = [venue.place for venue in problem.venues]
    people = [place for one in problem.people for place in (one.base, *(taken.place for taken in one.busy))]
    return list(dict.fromkeys(place for place in venues + people if place is not None))


class PersonInts:
    """One person who was asked."""

    def __init__(self, number: int, time: PersonTime, role: Role, group: str, grid: Grid, places: Places) -> None:
        """Convert."""
        self.number = number
        self.role = role
        self.group = group
        self.base = None if time.base is None else places.of(time.base)
        self.hours = grid.allowed(time.hours)
        self.unknown = [grid.outward(one) for one in time.unknown]
        self.lunches = [span for span in map(grid.inward, time.lunches) if span[0] < span[1]]
        rows = sorted(
            (
                (*grid.outward(one.interval), one.whereabouts is not Whereabouts.VIRTUAL, places.of(one.place))
                for one in time.busy
            ),
            key=lambda row: row[:2],
        )
        self.busy = Busy(
            np.array([row[0] for row in rows], dtype=np.int64),
            np.array([row[1] for row in rows], dtype=np.int64),
            np.array([row[2] for row in rows], dtype=np.bool_),
            np.array([row[3] for row in rows], dtype=np.int64),
        )

    @property
    def is_free_to_miss(self) -> bool:
        """Whether a plan can do without."""
        return self.role is not Role.REQUIRED


class Instance:
    """One problem over a set of starts."""

    def __init__(self, problem: PlanningProblem, *, everywhere: bool = False) -> None:
        """Convert; the starts are those inside the windows, or all of the horizon's when `everywhere`."""
        self.problem = problem
        self.weights = problem.weights
        self.grid = Grid.over(problem.horizon, ZoneInfo(problem.zone))
        self.duration = problem.duration_min
        self.buffer = problem.buffer_min
        clipped = (one.intersect(problem.horizon) for one in problem.windows)
        self.windows = self.grid.allowed(one for one in clipped if one is not None)
        self.barred = [self.grid.outward(interval) for interval, _ in problem.barred]
        self.bands = self.grid.allowed(problem.bands)
        self.places = Places(problem)
        self.venues = [
            VenueInts(one.place, one.is_virtual, one.seats, one.price, [self.grid.outward(b) for b in one.busy])
            for one in problem.venues
        ]
        times = {one.person: one for one in problem.people}
        self.people = [
            PersonInts(number, times[one.person], one.role, one.group, self.grid, self.places)
            for number, one in enumerate(problem.attendance)
        ]
        whole = [self.grid.inward(problem.horizon)]
        spans = ((first, last - self.duration + 1) for first, last in (whole if everywhere else self.windows))
        self.starts = self.grid.starts(spans, problem.grid_min)
        self.ends = self.starts + self.duration
        self.day, self.dawn, _ = self.grid.days(self.starts)
        _, _, self.midnight = self.grid.days(self.ends - 1)
        first = self.windows[0][0] if self.windows else 0
        self.first_day = int(self.grid.days(np.array([first], dtype=np.int64))[0][0])

    @property
    def cells(self) -> int:
        """People by venues by starts: how much there is to look at."""
        return len(self.people) * len(self.venues) * len(self.starts)

    @property
    def shape(self) -> tuple[int, int]:
        """Venues by starts."""
        return len(self.venues), len(self.starts)

    @cached_property
    def venue_places(self) -> Minutes:
        """Each venue's place by number; virtual ones are -1 too, ask `is_virtual` first."""
        return np.array([self.places.of(venue.place) for venue in self.venues], dtype=np.int64)

    @cached_property
    def is_virtual(self) -> Mask:
        """Which venues are virtual."""
        return np.array([venue.is_virtual for venue in self.venues], dtype=np.bool_)

    @cached_property
    def groups(self) -> dict[str, list[PersonInts]]:
        """The one-of groups, each with its people in the order asked for."""
        found: dict[str, list[PersonInts]] = {}
        for person in self.people:
            if person.role is Role.ONE_OF:
                found.setdefault(person.group, []).append(person)
        return found

    @cached_property
    def required(self) -> list[PersonInts]:
        """Those who have to come."""
        return [person for person in self.people if person.role is Role.REQUIRED]

    @cached_property
    def optional(self) -> list[PersonInts]:
        """Those who come if they can."""
        return [person for person in self.people if person.role is Role.OPTIONAL]

    def inside(self, spans: Iterable[Span]) -> Mask:
        """Which slots lie inside one of the spans; over starts."""
        found = np.zeros(len(self.starts), dtype=np.bool_)
        for first, last in spans:
            found |= (self.starts >= first) & (self.ends <= last)
        return found

    def touching(self, spans: Iterable[Span]) -> Mask:
        """Which slots share a minute with one of the spans; over starts."""
        found = np.zeros(len(self.starts), dtype=np.bool_)
        for first, last in spans:
            found |= (self.starts < last) & (self.ends > first)
        return found
