"""What is left to propose, after some options were found: the next best that differs is solved for among it.

Each solve looks only at candidates that can be as cheap as one that is sure to be had; the others cannot be the best
that is left, so leaving them out is exact.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from agenda.model.people import Role
from agenda.model.planning import Limits, SolveStatus
from solver import constraints
from solver.candidates import Candidates
from solver.instance import Mask
from solver.model import Found, SlotModel


class Remaining:
    """The candidates, less what is like the options found so far."""

    def __init__(self, candidates: Candidates) -> None:
        """Everything is left."""
        self.candidates = candidates
        self.instance = candidates.instance
        self._left: Mask = np.ones(len(candidates), dtype=np.bool_)
        self._near_some: Mask = np.zeros(len(candidates), dtype=np.bool_)
        self._found: list[tuple[Mask, Collection[int]]] = []
        self._least, self._most = candidates.least(), candidates.most()

    def any(self) -> bool:
        """Whether something may be left."""
        return bool(self._left.any())

    def solve(self, limits: Limits, wall_s: float) -> tuple[SolveStatus, Found | None]:
        """The best that is left, within `wall_s` seconds."""
        keep = np.flatnonzero(self._left & (self._least <= self._cutoff()))
        model = SlotModel(self.candidates.only(keep), constraints.RULES)
        for near, stand_ins in self._found:
            model.leave_out(near[keep], stand_ins)
        status, found = model.solve(limits, wall_s)
        return status, found and replace(found, candidate=int(keep[found.candidate]))

    def _cutoff(self) -> int:
        """A price at which something is sure to be had: with stand-ins, only where nothing was found near."""
        sure = self._left & ~self._near_some
        return int(self._most[sure].min()) if sure.any() else int(np.iinfo(np.int64).max)

    def leave_out(self, found: Found) -> None:
        """Exclude what is like an option found: near in time on its day, in its place, with the same stand-ins."""
        chosen, candidates, venues = found.candidate, self.candidates, self.instance.venues
        starts, days = self.instance.starts[candidates.start], self.instance.day[candidates.start]
        here = venues[int(candidates.venue[chosen])]
        same_place = np.array([(one.place, one.is_virtual) == (here.place, here.is_virtual) for one in venues])
        near = (
            (days == days[chosen])
            & (np.abs(starts - starts[chosen]) < max(1, self.instance.problem.apart_min))
            & same_place[candidates.venue]
        )
        if self.instance.groups:
            people = self.instance.people
            self._found.append((near, [who for who in found.comes if people[who].role is Role.ONE_OF]))
            self._near_some |= near
        else:
            self._left &= ~near
