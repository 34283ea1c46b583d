"""The candidates: every start at every venue that no hard rule forbids outright, with what each costs.

An exact presolve. Required people's days prune here; those who may stay away are left to the model, each with the
candidates he or she cannot come to and with the price of coming.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy

import numpy as np
from numpy.typing import NDArray

from agenda.model.people import Role
from agenda.model.planning import RuleName
from solver.constraints import Days, Rule
from solver.grid import Minutes
from solver.instance import NEVER, Instance, Mask, PersonInts, Table
from solver.objective import points_of, shared_points

Costs = NDArray[np.int64]


class Candidates:
    """What is left to choose from, in the order of ties: by start, then by venue."""

    def __init__(self, instance: Instance, rules: Sequence[Rule]) -> None:
        """Ask every rule, then price what is left."""
        self.instance = instance
        days = Days(instance)
        open_ = np.ones(instance.shape, dtype=np.bool_)
        personal: dict[tuple[RuleName, int], Mask] = {}
        for rule in rules:
            for forbidden in rule.forbids(days):
                who = forbidden.person
                if who is None or not instance.people[who].is_free_to_miss:
                    open_ &= ~forbidden.candidates
                else:
                    personal[forbidden.rule, who] = forbidden.candidates
        able = {p.number: np.ones(instance.shape, dtype=np.bool_) for p in instance.people if p.is_free_to_miss}
        for (_, who), mask in personal.items():
            able[who] &= ~mask
        for group in instance.groups.values():
            open_ &= np.logical_or.reduce([able[person.number] for person in group])
        starts, venues = np.nonzero(open_.T)
        self.start: Minutes = starts.astype(np.int64)
        self.venue: Minutes = venues.astype(np.int64)
        self.able = {who: mask[venues, starts] for who, mask in able.items()}
        self.forbidden: dict[tuple[RuleName, int], Mask] = {
            key: np.broadcast_to(mask, instance.shape)[venues, starts] for key, mask in personal.items()
        }
        self.points = self._at(shared_points(instance))
        for person in instance.required:
            self.points += self._at(points_of(days.of(person.number)))
        self.points_of = {who: self._at(points_of(days.of(who))) for who in able}

    def __len__(self) -> int:
        """How many are left."""
        return len(self.start)

    def only(self, keep: Minutes) -> Candidates:
        """Some of them, by their places in this order."""
        some = copy(self)
        some.start, some.venue, some.points = self.start[keep], self.venue[keep], self.points[keep]
        some.able = {who: mask[keep] for who, mask in self.able.items()}
        some.forbidden = {key: mask[keep] for key, mask in self.forbidden.items()}
        some.points_of = {who: points[keep] for who, points in self.points_of.items()}
        return some

    def _at(self, table: Table) -> Costs:
        return table[self.venue, self.start]

    def least(self) -> Costs:
        """The least each candidate can cost: the shared points, and the cheaper of coming or not for everybody else.

        Exact wherever neither seats nor an excluded option forces a dearer choice.
        """
        total = self.points.copy()
        for person in self.instance.optional:
            total += np.where(self.able[person.number], np.minimum(self.points_of[person.number], self.miss), self.miss)
        for group in self.instance.groups.values():
            total += self.cheapest_of(group)
        return total

    def most(self) -> Costs:
        """A price at which each candidate can be had whatever the seats: `least`, or nobody optional comes."""
        wanted = np.full(len(self), len(self.instance.required) + len(self.instance.groups), dtype=np.int64)
        alone = self.points + self.miss * len(self.instance.optional)
        for group in self.instance.groups.values():
            alone += self.cheapest_of(group)
        for person in self.instance.optional:
            wanted += self.able[person.number] & (self.points_of[person.number] <= self.miss)
        seats = np.array([NEVER if one.seats is None or one.is_virtual else one.seats for one in self.instance.venues])
        return np.where(wanted <= seats[self.venue], self.least(), alone)

    @property
    def miss(self) -> int:
        """What it costs to do without somebody optional."""
        return self.instance.weights.optional_missing

    def cheapest_of(self, group: Sequence[PersonInts]) -> Costs:
        """What the cheapest one of a group who can come costs."""
        far = np.iinfo(np.int64).max
        each = [np.where(self.able[p.number], self.points_of[p.number], far) for p in group]
        cheapest: Costs = np.minimum.reduce(each)
        return cheapest

    def regret(self, person: PersonInts) -> tuple[Costs, Costs]:
        """What it costs beyond `least` that the person comes, and that the person does not."""
        coming, able = self.points_of[person.number], self.able[person.number]
        if person.role is Role.OPTIONAL:
            over = np.where(able, coming - self.miss, 0)
            return np.maximum(over, 0), np.maximum(-over, 0)
        least = self.cheapest_of(self.instance.groups[person.group])
        return np.where(able, coming - least, 0), np.zeros_like(coming)
