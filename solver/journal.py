"""What the log says of a solve: its limits and how it ended, and not one word of the problem."""

from __future__ import annotations

from logging import Logger

from agenda.model.planning import NoPlan, Plan, PlanningProblem


def note(log: Logger, problem: PlanningProblem, answer: Plan | NoPlan) -> None:
    """Note one solve."""
    log.info(
        "solved: %s, %d options, %.3f s; %d people, %d venues; limits: %.3f s, %d workers, seed %d",
        answer.status,
        len(answer.options) if isinstance(answer, Plan) else 0,
        answer.wall_s,
        len(problem.attendance),
        len(problem.venues),
        problem.limits.wall_s,
        problem.limits.workers,
        problem.limits.seed,
    )
