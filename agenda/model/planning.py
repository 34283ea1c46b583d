"""The office's problem as a solver sees it, and its answers: self-contained, with nothing left to look up.

Everything is in UTC and half-open. Points are prices: higher is worse, zero is free; an option's score is the sum of
its terms.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from zoneinfo import ZoneInfo

from agenda.model.ids import PersonId, PlaceId, RoomId
from agenda.model.people import Attendance
from agenda.model.sentences import Sentence
from agenda.model.times import Interval
from agenda.model.travel import Leg


class Whereabouts(StrEnum):
    """Where a busy person is: at a known place, on a call, or somewhere nobody wrote down."""

    AT_PLACE = "at-place"
    VIRTUAL = "virtual"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Busy:
    """Time that is taken. `label` is what may be told about it ("busy" for a private event)."""

    interval: Interval
    whereabouts: Whereabouts = Whereabouts.UNKNOWN
    place: PlaceId | None = None
    label: str = ""

    def __post_init__(self) -> None:
        """Refuse a place that goes with no whereabouts, and the other way round."""
        if (self.whereabouts is Whereabouts.AT_PLACE) != (self.place is not None):
            msg = f"{self.whereabouts} does not go with the place {self.place}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonTime:
    """One person over the horizon.

    `hours` are when the person works, `unknown` what could not be read (avoided at a price, never taken as free),
    `lunches` the windows in which `lunch_min` minutes have to stay free, one window a day.
    """

    person: PersonId
    name: str
    busy: tuple[Busy, ...] = ()
    hours: tuple[Interval, ...] = ()
    unknown: tuple[Interval, ...] = ()
    lunches: tuple[Interval, ...] = ()
    base: PlaceId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Venue:
    """Where the meeting can be: a place, or a room of it with its own busy time. `price` is what choosing it costs."""

    name: str
    place: PlaceId | None
    room: RoomId | None = None
    seats: int | None = None
    busy: tuple[Interval, ...] = ()
    price: int = 0
    is_virtual: bool = False

    def __post_init__(self) -> None:
        """Refuse a call that is held somewhere, and a price below zero."""
        if self.is_virtual and self.place is not None:
            msg = f"{self.name} is virtual and yet at {self.place}"
            raise ValueError(msg)
        if self.price < 0:
            msg = f"{self.name} has a price below zero: {self.price}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What each wish is worth, in points; all minimised, none negative.

    `day_of_delay`: for each day after the first the windows allow. `travel_minute`: for each minute driven because of
    the meeting. `uncertain_leg`: for each leg that is rough or assumed. `optional_missing`: for each optional
    attendee who cannot come. `unknown_time`: for each attendee whose calendar could not be read then.
    `lunch_lost`: for each attendee whose lunch does not fit any more. `back_to_back`: for each attendee without a
    pause before or after. `outside_band`: when it lies outside the office's liked hours. `fragment`: for each
    attendee left with an idle gap too short to use. The formulas are in docs/planning-problem.md.
    """

    day_of_delay: int = 4
    travel_minute: int = 1
    uncertain_leg: int = 5
    optional_missing: int = 40
    unknown_time: int = 60
    lunch_lost: int = 50
    back_to_back: int = 6
    outside_band: int = 10
    fragment: int = 3

    def __post_init__(self) -> None:
        """Refuse a reward: weights are prices."""
        for one in fields(self):
            if getattr(self, one.name) < 0:
                msg = f"{one.name} is below zero: {getattr(self, one.name)}"
                raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a solve may cost: wall time in seconds, workers, the seed; and how many answers are wanted."""

    wall_s: float = 3.0
    workers: int = 2
    seed: int = 1
    options: int = 5

    def __post_init__(self) -> None:
        """Refuse what no solve could keep to."""
        if not self.wall_s >= 0 or self.workers < 1 or self.options < 1 or self.seed < 0:
            msg = f"no limits to solve by: {self}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanningProblem:
    """One meeting to be placed.

    `windows` are when it may be at all; `barred` are days off and protected time with their reasons. `bands` are the
    hours the office likes (no band: any hour is as good). Minutes: `duration_min` > 0, `grid_min` divides an hour,
    starts lie on the grid as counted from the start of an hour on the wall clock of `zone`. `buffer_min` is kept free
    on both sides for each attendee. `pause_min` beyond buffer and drive is a pause; an idle gap of at least that and
    less than `fragment_min` is too short to use. `apart_min`: two options nearer than this, on the same day at the
    same venue, count as the same. `lunch_is_hard` makes a lost lunch a broken rule, not a price. `seats` is what the
    room must hold, guests included; it has to hold those who attend in any case. `place_names` are for sentences.
    """

    horizon: Interval
    duration_min: int
    attendance: tuple[Attendance, ...]
    people: tuple[PersonTime, ...]
    windows: tuple[Interval, ...]
    venues: tuple[Venue, ...]
    legs: Mapping[tuple[PlaceId, PlaceId], Leg] = field(default_factory=dict)
    barred: tuple[tuple[Interval, Sentence], ...] = ()
    bands: tuple[Interval, ...] = ()
    seats: int = 0
    grid_min: int = 15
    buffer_min: int = 0
    assumed_leg_min: int = 30
    lunch_min: int = 30
    lunch_is_hard: bool = False
    apart_min: int = 120
    pause_min: int = 5
    fragment_min: int = 30
    weights: Weights = Weights()
    limits: Limits = Limits()
    zone: str = "UTC"
    place_names: Mapping[PlaceId, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what has no meaning, so that solvers and checkers need not ask."""
        for msg in self._mistakes():
            raise ValueError(msg)

    def _mistakes(self) -> Iterator[str]:
        if self.duration_min <= 0:
            yield f"duration_min: a meeting of {self.duration_min} minutes has no length"
        if self.grid_min <= 0 or 60 % self.grid_min:
            yield f"grid_min: {self.grid_min} does not divide an hour"
        for name in ("buffer_min", "assumed_leg_min", "lunch_min", "apart_min", "pause_min", "fragment_min", "seats"):
            if getattr(self, name) < 0:
                yield f"{name}: {getattr(self, name)} is below zero"
        if not self.attendance:
            yield "attendance: a meeting needs somebody to attend it"
        if not self.venues:
            yield "venues: a meeting needs somewhere to be, even if nobody knows where (place null)"
        known = Counter(one.person for one in self.people)
        yield from (f"people: {one} is there twice" for one, count in known.items() if count > 1)
        asked = Counter(one.person for one in self.attendance)
        yield from (f"attendance: {one} is there twice" for one, count in asked.items() if count > 1)
        yield from (f"attendance: {one} is not among the people" for one in asked if one not in known)
        if len({(v.name, v.place, v.room, v.is_virtual) for v in self.venues}) < len(self.venues):
            yield "venues: two of them cannot be told apart"
        yield from (f"legs: {a} to {b} takes less than no time" for (a, b), leg in self.legs.items() if leg.minutes < 0)
        try:
            ZoneInfo(self.zone)
        except (KeyError, ValueError, OSError):
            yield f"zone: there is no zone {self.zone}"


class RuleName(StrEnum):
    """The hard rules, by the names in which reasons are given."""

    IN_WINDOW = "in-window"
    NOT_BARRED = "not-barred"
    WORKING_HOURS = "working-hours"
    ONE_PLACE_AT_A_TIME = "one-place-at-a-time"
    TRAVEL = "travel"
    BUFFER = "buffer"
    LUNCH = "lunch"
    ROOM_FREE = "room-free"
    ROOM_LARGE_ENOUGH = "room-large-enough"
    SOMEBODY_OF_EACH_GROUP = "one-of"
    REQUIRED_ATTEND = "required-attend"


class TermName(StrEnum):
    """What a price is made of."""

    DELAY = "delay"
    TRAVEL = "travel"
    UNCERTAIN_LEG = "uncertain-leg"
    OPTIONAL_MISSING = "optional-missing"
    UNKNOWN_TIME = "unknown-time"
    LUNCH_LOST = "lunch-lost"
    BACK_TO_BACK = "back-to-back"
    OUTSIDE_BAND = "outside-band"
    FRAGMENT = "fragment"
    VENUE = "venue"


@dataclass(frozen=True, slots=True)
class Term:
    """One part of a price: its points, and the sentence that says what they are for."""

    name: TermName
    points: int
    sentence: Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Drive:
    """A leg that an option makes somebody travel, and when: right before or right after the slot.

    `origin` or `goal` None is a place nobody wrote down. Buffers lie outside it.
    """

    person: PersonId
    origin: PlaceId | None
    goal: PlaceId | None
    leg: Leg
    interval: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One slot, with who comes, where, and what it costs in words.

    `missing` are the optional attendees who do not come; those of a group whom somebody else stands in for are in
    neither list.
    """

    slot: Interval
    place: PlaceId | None
    room: RoomId | None
    venue_name: str
    attending: tuple[PersonId, ...]
    missing: tuple[PersonId, ...]
    terms: tuple[Term, ...]
    drives: tuple[Drive, ...]
    is_virtual: bool = False

    @property
    def score(self) -> int:
        """The price: the sum of its terms. Smaller is better."""
        return sum(term.points for term in self.terms)


class SolveStatus(StrEnum):
    """How a solve ended (CP-SAT's own five words)."""

    OPTIMAL = "OPTIMAL"
    FEASIBLE = "FEASIBLE"
    INFEASIBLE = "INFEASIBLE"
    UNKNOWN = "UNKNOWN"
    MODEL_INVALID = "MODEL_INVALID"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Ranked options, cheapest first, clearly different from one another.

    `status` is OPTIMAL when every one is proved the best that is left; `bound` is the proved lower bound of the
    first one's score. Times in seconds of wall clock.
    """

    options: tuple[Option, ...]
    status: SolveStatus
    objective: int
    bound: int
    first_after_s: float
    wall_s: float


@dataclass(frozen=True, slots=True)
class Reason:
    """Why there is no slot, or one will not do: a rule by name, and the sentence with the people and times in it."""

    rule: RuleName
    sentence: Sentence
    person: PersonId | None = None


@dataclass(frozen=True, slots=True)
class WayOut:
    """The cheapest thing to give up, and the slot that this would open."""

    gives_up: tuple[Reason, ...]
    slot: Interval
    venue_name: str
    sentence: Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class NoPlan:
    """No slot: INFEASIBLE with its reasons, or UNKNOWN when the time ran out before one was found.

    `note` says in a sentence what happened where no rule is to blame.
    """

    status: SolveStatus
    reasons: tuple[Reason, ...]
    ways_out: tuple[WayOut, ...] = ()
    wall_s: float = 0.0
    note: Sentence | None = None
