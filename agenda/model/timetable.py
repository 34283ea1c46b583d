"""A planning problem read once, for whoever judges options: whole minutes, joined, sorted, by person.

Time that is taken is rounded outward to whole minutes, time that is allowed is joined and rounded inward, so that no
rounding ever makes room. Solvers do not use this; what they find is judged by it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from agenda.model.ids import PersonId, PlaceId
from agenda.model.people import Role
from agenda.model.planning import PersonTime, PlanningProblem, Venue, Whereabouts
from agenda.model.sentences import Fact, say
from agenda.model.times import DAY, MINUTE, Interval, merge, start_of_day
from agenda.model.travel import SAME_PLACE_MIN, Leg, Quality

NO_TIME = timedelta(0)
NO_LEG = Leg(SAME_PLACE_MIN, Quality.SAME_PLACE)


def outward(interval: Interval) -> Interval:
    """The whole minutes that the stretch touches."""
    late = interval.end.replace(second=0, microsecond=0)
    end = late if late == interval.end else late + MINUTE
    return Interval(interval.start.replace(second=0, microsecond=0), end)


def inward(interval: Interval) -> Interval | None:
    """The whole minutes that lie inside the stretch; None where there are none."""
    early = interval.start.replace(second=0, microsecond=0)
    start = early if early == interval.start else early + MINUTE
    end = interval.end.replace(second=0, microsecond=0)
    return Interval(start, end) if start < end else None


def joined_inward(allowed: Iterable[Interval]) -> tuple[Interval, ...]:
    """Allowed time: joined where it touches or overlaps, then rounded inward, in order."""
    return tuple(one for one in map(inward, merge(allowed)) if one is not None)


@dataclass(frozen=True, slots=True)
class Taken:
    """A busy stretch of one person. `place` None while `in_person` is somewhere nobody wrote down."""

    interval: Interval
    in_person: bool
    place: PlaceId | None
    label: str

    def name(self) -> Fact:
        """What may be told about it."""
        return self.label or say("another event")


@dataclass(frozen=True, slots=True)
class Stop:
    """Where somebody comes from or goes on to; `place` None is a place nobody wrote down."""

    place: PlaceId | None
    is_base: bool


@dataclass(frozen=True, slots=True)
class Around:
    """The stops before and after a slot on its day, None where nobody knows of one, and the legs to and from them."""

    before: Stop | None
    after: Stop | None
    leg_before: Leg
    leg_after: Leg
    direct: Leg

    @property
    def extra_min(self) -> int:
        """Minutes driven because of the meeting: to it and on from it, less the way that would be driven without it."""
        return max(0, self.leg_before.minutes + self.leg_after.minutes - self.direct.minutes)


class PersonTable:
    """One person's time, rounded and sorted."""

    def __init__(self, time: PersonTime, role: Role, group: str) -> None:
        """Round and sort."""
        self.person = time.person
        self.name = time.name
        self.role = role
        self.group = group
        self.base = time.base
        self.hours = joined_inward(time.hours)
        self.unknown = tuple(merge(outward(one) for one in time.unknown))
        self.lunches = tuple(one for one in map(inward, time.lunches) if one is not None)
        self.taken = tuple(
            sorted(
                (
                    Taken(outward(one.interval), one.whereabouts is not Whereabouts.VIRTUAL, one.place, one.label)
                    for one in time.busy
                ),
                key=lambda taken: (taken.interval.start, taken.interval.end),
            )
        )
        self._starts = [one.interval.start for one in self.taken]
        self._latest_ends = list(accumulate((one.interval.end for one in self.taken), max))

    def near(self, span: Interval) -> tuple[Taken, ...]:
        """The busy stretches that touch the span or lie in it, and perhaps some more before it."""
        return self.taken[bisect_left(self._latest_ends, span.start) : bisect_right(self._starts, span.end)]


class Timetable:
    """The problem, read."""

    def __init__(self, problem: PlanningProblem) -> None:
        """Round and sort everything once."""
        self.problem = problem
        self.zone = ZoneInfo(problem.zone)
        self.duration = timedelta(minutes=problem.duration_min)
        self.buffer = timedelta(minutes=problem.buffer_min)
        longest = max((leg.minutes for leg in problem.legs.values()), default=0)
        self._reach = timedelta(
            minutes=problem.buffer_min
            + max(longest, problem.assumed_leg_min)
            + max(problem.pause_min, problem.fragment_min)
        )
        horizon = inward(problem.horizon)
        asked = (one.intersect(problem.horizon) for one in problem.windows)
        self.horizon = horizon
        self.windows = joined_inward(one for one in asked if one is not None)
        self.bands = joined_inward(problem.bands)
        self.barred = tuple((outward(interval), why) for interval, why in problem.barred)
        self.venue_busy = {venue: tuple(merge(map(outward, venue.busy))) for venue in problem.venues}
        times = {one.person: one for one in problem.people}
        self.people: dict[PersonId, PersonTable] = {
            one.person: PersonTable(times[one.person], one.role, one.group) for one in problem.attendance
        }

    @property
    def first_day(self) -> date | None:
        """The first day the windows allow, on the zone's wall clock."""
        return self.day(self.windows[0].start) if self.windows else None

    def day(self, instant: datetime) -> date:
        """The date of an instant on the zone's wall clock."""
        return instant.astimezone(self.zone).date()

    def groups(self) -> dict[str, tuple[PersonId, ...]]:
        """The one-of groups by name, each with its people, in the order asked for."""
        found: dict[str, tuple[PersonId, ...]] = {}
        for one in self.people.values():
            if one.role is Role.ONE_OF:
                found[one.group] = (*found.get(one.group, ()), one.person)
        return found

    def leg(self, origin: PlaceId | None, goal: PlaceId | None) -> Leg:
        """The way between two places; None, or a pair that the problem does not list, costs the assumed minutes."""
        if origin is None or goal is None:
            return Leg(self.problem.assumed_leg_min, Quality.ASSUMED)
        if origin == goal:
            return NO_LEG
        return self.problem.legs.get((origin, goal)) or Leg(self.problem.assumed_leg_min, Quality.ASSUMED)

    def leg_from(self, taken: Taken, venue: Venue) -> Leg:
        """The way from a busy stretch to the meeting; none where either is virtual."""
        return self.leg(taken.place, venue.place) if taken.in_person and not venue.is_virtual else NO_LEG

    def leg_to(self, venue: Venue, taken: Taken) -> Leg:
        """The way from the meeting to a busy stretch; none where either is virtual."""
        return self.leg(venue.place, taken.place) if taken.in_person and not venue.is_virtual else NO_LEG

    def near(self, person: PersonTable, slot: Interval) -> tuple[Taken, ...]:
        """All busy stretches near enough to the slot for buffer, drive, pause or fragment to matter."""
        return person.near(slot.widen(self._reach, self._reach))

    def place_name(self, place: PlaceId | None) -> Fact:
        """What a place is called."""
        return say("an unknown place") if place is None else self.problem.place_names.get(place, str(place))

    def around(self, person: PersonTable, slot: Interval, venue: Venue) -> Around:
        """Where the person comes from and goes on to on the slot's day: the nearest event in person, else the base."""
        if venue.is_virtual:
            return Around(None, None, NO_LEG, NO_LEG, NO_LEG)
        base = Stop(person.base, is_base=True) if person.base is not None and venue.place is not None else None
        before = self._before(person, slot) or base
        after = self._after(person, slot) or base
        direct = self.leg(before.place, after.place) if before is not None and after is not None else NO_LEG
        if before is base and after is base:
            direct = NO_LEG
        return Around(
            before,
            after,
            NO_LEG if before is None else self.leg(before.place, venue.place),
            NO_LEG if after is None else self.leg(venue.place, after.place),
            direct,
        )

    def _before(self, person: PersonTable, slot: Interval) -> Stop | None:
        dawn = start_of_day(self.day(slot.start), self.zone)
        nearest: Taken | None = None
        for taken in person.taken:
            ends = taken.interval.end
            if taken.in_person and dawn < ends <= slot.start and (nearest is None or ends >= nearest.interval.end):
                nearest = taken
        return None if nearest is None else Stop(nearest.place, is_base=False)

    def _after(self, person: PersonTable, slot: Interval) -> Stop | None:
        midnight = start_of_day(self.day(slot.end - MINUTE) + DAY, self.zone)
        for taken in person.taken:
            if taken.in_person and slot.end <= taken.interval.start < midnight:
                return Stop(taken.place, is_base=False)
        return None

    def lunches_lost(self, person: PersonTable, slot: Interval, venue: Venue) -> Iterator[Interval]:
        """The lunch windows in which lunch would fit without the meeting and its drives, and does not with them."""
        around = self.around(person, slot, venue)
        block = slot.widen(timedelta(minutes=around.leg_before.minutes), timedelta(minutes=around.leg_after.minutes))
        need = timedelta(minutes=self.problem.lunch_min)
        for window in person.lunches:
            if not block.overlaps(window):
                continue
            busy = [one.interval for one in person.taken]
            if longest_free(window, busy) >= need > longest_free(window, [*busy, block]):
                yield window


def longest_free(window: Interval, busy: Iterable[Interval]) -> timedelta:
    """The longest stretch of the window that nothing takes."""
    cursor, longest = window.start, NO_TIME
    for taken in merge(busy):
        if taken.start > cursor:
            longest = max(longest, min(taken.start, window.end) - cursor)
        cursor = max(cursor, taken.end)
        if cursor >= window.end:
            return longest
    return max(longest, window.end - cursor)
