"""Slots for one meeting: presolve, CP-SAT for the best, again for the next that differs; each checked at the end."""

from __future__ import annotations

import logging
import time

from agenda.model.planning import NoPlan, Option, Plan, PlanningProblem, SolveStatus
from agenda.model.pricing import PriceList
from agenda.model.rules import RuleBook
from agenda.model.sentences import Sentence, say
from agenda.model.times import MINUTE, Interval
from agenda.model.timetable import Timetable
from solver import constraints
from solver.candidates import Candidates
from solver.explain import explain
from solver.instance import Instance, places_of
from solver.journal import note
from solver.model import Found
from solver.remaining import Remaining

log = logging.getLogger(__name__)

MOST_CELLS = 6_000_000
"""People times venues times starts; more would take more than half a gigabyte."""

MOST_PLACES = 3_000


class CpSatSolver:
    """Finds slots in this process."""

    def slots(self, problem: PlanningProblem) -> Plan | NoPlan:
        """The best slots, each clearly different from those before, or the reasons why there are none."""
        answer = Search(problem).run()
        note(log, problem, answer)
        return answer


class Search:
    """One solve, with its clock."""

    def __init__(self, problem: PlanningProblem) -> None:
        """Start the clock."""
        self.problem = problem
        self._began = time.perf_counter()
        self._table = Timetable(problem)
        self._book = RuleBook(self._table)
        self._prices = PriceList(self._table)

    @property
    def wall_s(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self._began

    @property
    def left_s(self) -> float:
        """Seconds until the limit."""
        return self.problem.limits.wall_s - self.wall_s

    def run(self) -> Plan | NoPlan:
        """Find the options one after another until there are enough, none is left, or the time is up."""
        if self.left_s <= 0:
            return self._out_of_time()
        places = len(places_of(self.problem))
        if places > MOST_PLACES:
            return self._too_much(say("%(places)s places", places=places))
        instance = Instance(self.problem)
        if instance.cells > MOST_CELLS:
            return self._too_much(say("%(cells)s slots to look at", cells=instance.cells))
        candidates = Candidates(instance, constraints.RULES)
        if not len(candidates):
            reasons, ways_out = explain(self.problem, constraints.RULES, MOST_CELLS)
            return NoPlan(
                status=SolveStatus.INFEASIBLE, reasons=reasons, ways_out=ways_out, wall_s=round(self.wall_s, 4)
            )
        return self._search(Remaining(candidates))

    def _search(self, remaining: Remaining) -> Plan | NoPlan:
        options: list[Option] = []
        status, bound, first_after_s = SolveStatus.OPTIMAL, 0, 0.0
        while len(options) < self.problem.limits.options and remaining.any():
            answer, found = remaining.solve(self.problem.limits, self.left_s) if self.left_s > 0 else _NO_TIME
            if found is None:
                if not options:
                    return self._nothing(answer)
                if answer is not SolveStatus.INFEASIBLE:
                    status = SolveStatus.FEASIBLE
                break
            option = self._option(remaining.candidates, found)
            broken = self._book.broken(option)
            if broken:
                log.error("an option breaks %s and is withheld", ", ".join(sorted({one.rule for one in broken})))
                return self._none(
                    SolveStatus.MODEL_INVALID,
                    say("The solver proposed a slot that breaks a rule, so nothing is proposed. Tell IT."),
                )
            if option.score != found.score:
                log.error("an option costs %d and was taken to cost %d", option.score, found.score)
                answer = SolveStatus.FEASIBLE
            if not options:
                bound, first_after_s = min(found.bound, option.score), self.wall_s
            if answer is SolveStatus.FEASIBLE:
                status = answer
            options.append(option)
            remaining.leave_out(found)
        return Plan(
            options=tuple(options),
            status=status,
            objective=options[0].score,
            bound=bound,
            first_after_s=round(first_after_s, 4),
            wall_s=round(self.wall_s, 4),
        )

    def _option(self, candidates: Candidates, found: Found) -> Option:
        instance = candidates.instance
        start = instance.grid.instant(int(instance.starts[candidates.start[found.candidate]]))
        slot = Interval(start, start + self.problem.duration_min * MINUTE)
        venue = self.problem.venues[int(candidates.venue[found.candidate])]
        attending = [
            self.problem.attendance[person.number].person
            for person in instance.people
            if not person.is_free_to_miss or person.number in found.comes
        ]
        return self._prices.option(slot, venue, attending)

    def _nothing(self, status: SolveStatus) -> NoPlan:
        if status is SolveStatus.UNKNOWN:
            return self._out_of_time()
        log.error("the model has no answer where candidates are left: %s", status)
        return self._none(
            SolveStatus.MODEL_INVALID, say("The solver contradicts itself, so nothing is proposed. Tell IT.")
        )

    def _too_much(self, what: Sentence) -> NoPlan:
        sentence = say("This is too much at once: %(what)s. Ask for fewer days, people or venues.", what=what)
        return self._none(SolveStatus.MODEL_INVALID, sentence)

    def _out_of_time(self) -> NoPlan:
        sentence = say(
            "The time ran out (%(wall_s)s s) before a slot was found. Allow more time, or ask for fewer days.",
            wall_s=self.problem.limits.wall_s,
        )
        return self._none(SolveStatus.UNKNOWN, sentence)

    def _none(self, status: SolveStatus, sentence: Sentence) -> NoPlan:
        return NoPlan(status=status, reasons=(), wall_s=round(self.wall_s, 4), note=sentence)


_NO_TIME: tuple[SolveStatus, Found | None] = (SolveStatus.UNKNOWN, None)
