"""The CP-SAT model of one meeting: which candidate, and who comes.

Ties are broken inside the objective, so that the best answer is one answer whatever the seed and the number of workers:
score, then start, then venue, then stand-ins in the order named, then more of the optional people.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from ortools.sat.python.cp_model import CpModel, CpSolver, LinearExpr
from ortools.sat.python.cp_model import CpSolverStatus as CpStatus

from agenda.model.planning import Limits, SolveStatus
from solver.candidates import Candidates, Costs
from solver.constraints import Rule
from solver.instance import Mask
from solver.variables import Variables

EXACT = 1 << 52
"""Objectives beyond this would be rounded on their way out of the solver."""

STATUSES = {
    CpStatus.OPTIMAL: SolveStatus.OPTIMAL,
    CpStatus.FEASIBLE: SolveStatus.FEASIBLE,
    CpStatus.INFEASIBLE: SolveStatus.INFEASIBLE,
    CpStatus.UNKNOWN: SolveStatus.UNKNOWN,
    CpStatus.MODEL_INVALID: SolveStatus.MODEL_INVALID,
}


@dataclass(frozen=True, slots=True)
class Found:
    """One answer of the model: the candidate, who of those who may stay away comes, score and bound in points."""

    candidate: int
    comes: frozenset[int]
    score: int
    bound: int


class SlotModel:
    """The model over some candidates."""

    def __init__(self, candidates: Candidates, rules: Sequence[Rule]) -> None:
        """Build variables, rules and objective."""
        self.candidates = candidates
        self.instance = candidates.instance
        self.model = CpModel()
        self.variables = Variables(self.model, self.instance, candidates.start, candidates.venue, candidates.forbidden)
        always = self.model.new_constant(1)
        for rule in rules:
            rule.add(self.model, self.variables, always)
        self._scale = 1
        self._add_objective()

    def _add_objective(self) -> None:
        least = self.candidates.least()
        score: list[LinearExpr] = [_weighted(self.variables, least)]
        most = int(least.max())
        for person in self.instance.people:
            if not person.is_free_to_miss:
                continue
            comes = self.variables.comes[person.number]
            for costs, chosen in zip(self.candidates.regret(person), (comes, ~comes), strict=True):
                if costs.any():
                    regret = self.model.new_int_var(0, int(costs.max()), f"regret_{person.number}")
                    self.model.add(regret >= _weighted(self.variables, costs)).only_enforce_if(chosen)
                    score.append(regret)
                    most += int(costs.max())
        ties, most_ties = self._people_in_order()
        if most * len(least) * most_ties >= EXACT:
            ties, most_ties = LinearExpr.sum([]), 1
        if most * len(least) < EXACT:
            self._scale = len(least) * most_ties
            rank = np.arange(len(least), dtype=np.int64) * most_ties
            self.model.minimize(LinearExpr.sum(score) * self._scale + _weighted(self.variables, rank) + ties)
        else:
            self.model.minimize(LinearExpr.sum(score))

    def _people_in_order(self) -> tuple[LinearExpr, int]:
        """A number that is smaller for the people who go first among equals, and how many numbers there are."""
        terms: list[LinearExpr] = []
        size = 1
        for person in reversed(self.instance.optional):
            terms.append((1 - self.variables.comes[person.number]) * size)
            size *= 2
        for group in reversed(self.instance.groups.values()):
            terms += [self.variables.comes[person.number] * place * size for place, person in enumerate(group)]
            size *= len(group)
        return LinearExpr.sum(terms), size

    def solve(self, limits: Limits, wall_s: float) -> tuple[SolveStatus, Found | None]:
        """Find the best that is left within `wall_s` seconds."""
        solver = CpSolver()
        solver.parameters.max_time_in_seconds = wall_s
        solver.parameters.num_workers = limits.workers
        solver.parameters.random_seed = limits.seed % (1 << 31)
        status = STATUSES[solver.solve(self.model)]
        if status not in {SolveStatus.OPTIMAL, SolveStatus.FEASIBLE}:
            return status, None
        candidate = next(c for c, at in enumerate(self.variables.at) if solver.boolean_value(at))
        return status, Found(
            candidate,
            frozenset(who for who, comes in self.variables.comes.items() if solver.boolean_value(comes)),
            round(solver.objective_value) // self._scale,
            round(solver.best_objective_bound) // self._scale,
        )

    def leave_out(self, near: Mask, stand_ins: Collection[int]) -> None:
        """Exclude the candidates marked as near, as far as exactly these people stand in."""
        alike = [self.variables.at[c] for c in np.flatnonzero(near).tolist()]
        if alike:
            same = [self.variables.comes[who] for who in stand_ins]
            self.model.add(LinearExpr.sum(alike) + LinearExpr.sum(same) <= len(same))


def _weighted(variables: Variables, costs: Costs) -> LinearExpr:
    some = np.flatnonzero(costs)
    return LinearExpr.weighted_sum([variables.at[c] for c in some.tolist()], costs[some].tolist())
