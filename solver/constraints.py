"""The hard rules, one class each.

What a rule forbids outright it says as a mask over candidates; what is left to choose it adds to the model, held while
its guard is true. `agenda.model.rules` says the same without a solver and judges every answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from ortools.sat.python.cp_model import BoolVarT, CpModel, LinearExpr

from agenda.model.planning import RuleName
from solver.around import Around
from solver.instance import Instance, Mask
from solver.variables import Variables


@dataclass(frozen=True, slots=True)
class Forbidden:
    """What one rule forbids for the sake of one person, one venue, one group, or of nobody in particular.

    `candidates` broadcasts to (venues, starts). With a `person` it only counts when that person comes.
    """

    rule: RuleName
    candidates: Mask
    person: int | None = None
    venue: int | None = None
    group: str | None = None


class Days:
    """Every person's day around the candidates, read when first asked for."""

    def __init__(self, instance: Instance) -> None:
        """Keep the instance."""
        self.instance = instance
        self._around: dict[int, Around] = {}

    def of(self, person: int) -> Around:
        """One person's."""
        if person not in self._around:
            self._around[person] = Around(self.instance, self.instance.people[person])
        return self._around[person]


class Rule(Protocol):
    """One hard rule."""

    def forbids(self, days: Days) -> Iterator[Forbidden]:
        """What it forbids whoever else comes."""
        ...

    def add(self, model: CpModel, variables: Variables, guard: BoolVarT) -> None:
        """Hold what depends on who comes, while `guard` is true."""
        ...


class InWindow:
    """The slot lies inside one of the windows."""

    def forbids(self, days: Days) -> Iterator[Forbidden]:
        """Starts outside."""
        yield Forbidden(RuleName.IN_WINDOW, ~days.instance.inside(days.instance.windows)[None, :])

    def add(self, model: CpModel, variables: Variables, guard: BoolVarT) -> None:
        """Nothing is left to choose."""


class NotBarred:
    """The slot touches no day off and no protected time."""

    def forbids(self, days: Days) -> Iterator[Forbidden]:
        """Starts that touch one."""
        yield Forbidden(RuleName.NOT_BARRED, days.instance.touching(days.instance.barred)[None, :])

    def add(self, model: CpModel, variables: Variables, guard: BoolVarT) -> None:
        """Nothing is left to choose."""


class _OfAPerson:
    """A rule about each person who comes: whoever comes keeps off what it forbids."""

    def forbidden_to(self, around: Around) -> Mask:
        """The candidates that this person has to keep off; broadcasts to (venues, starts)."""
        raise NotImplementedError

    rule: RuleName

    def forbids(self, days: Days) -> Iterator[Forbidden]:
        """One mask a person."""
        for person in days.instance.people:
            yield Forbidden(self.rule, self.forbidden_to(days.of(person.number)), person=person.number)

    def add(self, model: CpModel, variables: Variables, guard: BoolVarT) -> None:
        """Whoever may stay away does not come where a rule of this kind forbids it."""
        for person, comes in variables.comes.items():
            forbidden = np.flatnonzero(variables.forbidden.get((self.rule, person), ())).tolist()
            if forbidden:
                model.add(LinearExpr.sum([variables.at[c] for c in forbidden]) == 0).only_enforce_if(comes, guard)


class WorkingHours(_OfAPerson):
    """Whoever comes, comes in working hours."""

    rule = RuleName.WORKING_HOURS

    def forbidden_to(self, around: Around) -> Mask:
        """Starts outside the person's hours."""
        return ~around.instance.inside(around.person.hours)[None, :]


class OnePlaceAtATime(_OfAPerson):
    """Nobody is in two meetings at once."""

    rule = RuleName.ONE_PLACE_AT_A_TIME

    def forbidden_to(self, around: Around) -> Mask:
        """Starts at which something else overlaps."""
        return around.overlaps[None, :]


class BufferKept(_OfAPerson):
    """The buffer stays free on both sides."""

    rule = RuleName.BUFFER

    def forbidden_to(self, around: Around) -> Mask:
        """Starts too near to something else."""
        return around.breaks_buffer


class TravelFits(_OfAPerson):
    """The drive fits between the meeting and every other event in person, beside the buffer."""

    rule = RuleName.TRAVEL

    def forbidden_to(self, around: Around) -> Mask:
        """Candidates that cannot be reached, or from which the next event cannot."""
        return around.breaks_travel


class LunchKept(_OfAPerson):
    """Where lunch is hard, nobody loses it."""

    rule = RuleName.LUNCH

    def forbidden_to(self, around: Around) -> Mask:
        """Candidates that cost the person a lunch."""
        if not around.instance.problem.lunch_is_hard:
            return np.zeros((1, 1), dtype=np.bool_)
        return around.lunches_lost > 0


class RoomFree:
    """The venue is free."""

    def forbids(self, days: Days) -> Iterator[Forbidden]:
        """Starts at which it is taken, venue by venue."""
        instance = days.instance
        for number, venue in enumerate(instance.venues):
            taken = np.zeros(instance.shape, dtype=np.bool_)
            taken[number] = instance.touching(venue.busy)
            yield Forbidden(RuleName.ROOM_FREE, taken, venue=number)

    def add(self, model: CpModel, variables: Variables, guard: BoolVarT) -> None:
        """Nothing is left to choose."""


class RoomLargeEnough:
    """The venue holds the guests it was asked to hold, and everybody who comes."""

    def forbids(self, days: Days) -> Iterator[Forbidden]:
        """Venues too small for those who come in any case."""
        instance = days.instance
        need = max(instance.problem.seats, len(instance.required) + len(instance.groups))
        for number, venue in enumerate(instance.venues):
            if venue.seats is not None and not venue.is_virtual:
                small = np.zeros(instance.shape, dtype=np.bool_)
                small[number] = venue.seats < need
                yield Forbidden(RuleName.ROOM_LARGE_ENOUGH, small, venue=number)

    def add(self, model: CpModel, variables: Variables, guard: BoolVarT) -> None:
        """Who may stay away comes only as far as there are seats."""
        instance = variables.instance
        most = len(instance.required) + len(variables.comes)
        for number, here in variables.venue.items():
            venue = instance.venues[number]
            if venue.seats is not None and not venue.is_virtual and venue.seats < most:
                seats_left = venue.seats - len(instance.required)
                model.add(LinearExpr.sum(list(variables.comes.values())) <= seats_left).only_enforce_if(here, guard)


class SomebodyOfEachGroup:
    """Exactly one person of each one-of group comes; the others stand by."""

    def forbids(self, days: Days) -> Iterator[Forbidden]:
        """Nothing that the people's own rules do not forbid already."""
        return iter(())

    def add(self, model: CpModel, variables: Variables, guard: BoolVarT) -> None:
        """One of each."""
        for people in variables.instance.groups.values():
            coming = LinearExpr.sum([variables.comes[person.number] for person in people])
            model.add(coming == 1).only_enforce_if(guard)


RULES: tuple[Rule, ...] = (
    InWindow(),
    NotBarred(),
    WorkingHours(),
    OnePlaceAtATime(),
    BufferKept(),
    TravelFits(),
    LunchKept(),
    RoomFree(),
    RoomLargeEnough(),
    SomebodyOfEachGroup(),
)
"""Every rule, in the order in which reasons are given. That required people come needs no rule: they are not asked."""
