"""Which hard rules each slot of the whole horizon would break: the table that explanations are read from.

One row a reason: a rule for the sake of one required person, of one one-of group, or of nobody in particular. One
column a candidate: every start of the grid at every venue, inside the windows or not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python.cp_model import CpModel, CpSolver, LinearExpr
from ortools.sat.python.cp_model import CpSolverStatus as CpStatus

from agenda.model.people import Role
from agenda.model.planning import RuleName
from solver.constraints import Days, Rule
from solver.instance import Instance, Mask

CORE_WALL_S = 1.0
"""How long the smallest conflict is looked for, in seconds; an irreducible one is found in any case."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What a reason stands on: a rule, and the person or the group it is about, if any."""

    rule: RuleName
    person: int | None = None
    group: str | None = None


class Violations:
    """The table."""

    def __init__(self, instance: Instance, rules: Sequence[Rule]) -> None:
        """Ask every rule; rows that nothing breaks are left out."""
        self.instance = instance
        rows: dict[Ground, Mask] = {}
        away = {p.number: np.zeros(instance.shape, dtype=np.bool_) for p in instance.people if p.role is Role.ONE_OF}
        days = Days(instance)
        for rule in rules:
            for forbidden in rule.forbids(days):
                who = forbidden.person
                if who in away:
                    away[who] |= forbidden.candidates
                elif who is None or instance.people[who].role is Role.REQUIRED:
                    ground = Ground(forbidden.rule, who)
                    rows[ground] = rows.get(ground, np.zeros(instance.shape, dtype=np.bool_)) | forbidden.candidates
        self.away = away
        for name, people in instance.groups.items():
            nobody = np.logical_and.reduce([away[person.number] for person in people])
            rows[Ground(RuleName.SOMEBODY_OF_EACH_GROUP, group=name)] = nobody
        self.grounds = [ground for ground, mask in rows.items() if mask.any()]
        self.broken: NDArray[np.bool_] = np.array([rows[ground].ravel() for ground in self.grounds], dtype=np.bool_)

    def signatures(self) -> NDArray[np.bool_]:
        """The different columns, one a row: which grounds some candidate breaks together."""
        packed = np.packbits(self.broken, axis=0).T
        packed = np.ascontiguousarray(packed)
        _, first = np.unique(packed.view(np.dtype((np.void, packed.shape[1]))).ravel(), return_index=True)
        found: NDArray[np.bool_] = self.broken[:, np.sort(first)].T
        return found

    def core(self) -> list[int]:
        """A smallest set of grounds of which every candidate breaks one: they cannot all hold, and fewer could.

        A ground's guard is true while it has to hold. Candidates with the same signature stand or fall together.
        """
        signatures = self.signatures()
        model = CpModel()
        guards = [model.new_bool_var(f"{ground.rule}_{number}") for number, ground in enumerate(self.grounds)]
        for signature in signatures:
            model.add_bool_or([guards[g] for g in np.flatnonzero(signature).tolist()])
        many = len(guards) + 1
        model.minimize(LinearExpr.weighted_sum(guards, [many * many + number for number in range(len(guards))]))
        solver = CpSolver()
        solver.parameters.max_time_in_seconds = CORE_WALL_S
        solver.parameters.num_workers = 1
        kept = list(range(len(guards)))
        if solver.solve(model) in {CpStatus.OPTIMAL, CpStatus.FEASIBLE}:
            kept = [number for number, guard in enumerate(guards) if solver.boolean_value(guard)]
        return without_idle(signatures, kept)


def without_idle(signatures: NDArray[np.bool_], kept: list[int]) -> list[int]:
    """Delete, last first, every ground whose deletion still leaves each signature broken: none of the rest is idle."""
    for number in reversed(kept):
        rest = [one for one in kept if one != number]
        if rest and signatures[:, rest].any(axis=1).all():
            kept = rest
    return kept
