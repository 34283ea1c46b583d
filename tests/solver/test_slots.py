"""The solver's answers: equal to trying everything, in order, the same every time, and checked before they leave."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import pytest

from agenda.model.people import Attendance, Role
from agenda.model.planning import Limits, NoPlan, Plan, PlanningProblem, SolveStatus
from agenda.model.ranking import Ranking
from agenda.model.rules import broken_rules
from agenda.model.sentences import say
from solver import constraints, slots
from solver.constraints import Days, Forbidden, Rule
from solver.instance import Instance
from solver.slots import CpSatSolver
from tests.solver.problems import (
    CLERK,
    DEPUTY,
    HALL,
    LIBRARY,
    MAYOR,
    OTHER_DEPUTY,
    TREASURER,
    a_person,
    a_problem,
    a_venue,
    busy,
    span,
    the_best,
)
from tests.solver.random_problems import draw

BATCHES, BATCH = 16, 25
WEEK = tuple(span("09:00", "17:00", day) for day in range(5))


def solved(problem: PlanningProblem) -> Plan:
    """The plan for a problem that has one."""
    answer = CpSatSolver().slots(problem)
    assert isinstance(answer, Plan)
    return answer


@pytest.mark.parametrize("batch", range(BATCHES))
def test_the_answer_is_that_of_trying_everything(batch: int) -> None:
    """Objective, feasibility and the whole ranked list, on 400 problems drawn at random; the seed is in the message."""
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        problem = draw(seed)
        best = the_best(problem)
        answer = CpSatSolver().slots(problem)
        if not best:
            assert isinstance(answer, NoPlan), seed
            assert answer.status is SolveStatus.INFEASIBLE, seed
            continue
        assert isinstance(answer, Plan), seed
        assert answer.status is SolveStatus.OPTIMAL, seed
        assert answer.objective == answer.bound == best[0].score, seed
        assert [one.score for one in answer.options] == [one.score for one in best], seed
        assert [broken_rules(problem, one) for one in answer.options] == [()] * len(best), seed
        ranking = Ranking(problem)
        assert not any(
            ranking.alike(one, other) for i, one in enumerate(answer.options) for other in answer.options[:i]
        ), seed


def test_the_random_problems_have_answers_of_every_kind() -> None:
    """The comparison above would prove little if they were all alike."""
    answers = [CpSatSolver().slots(draw(seed)) for seed in range(BATCH)]
    counts = [len(answer.options) if isinstance(answer, Plan) else 0 for answer in answers]
    assert {0, 1, 5} <= set(counts)


def test_five_different_slots_where_there_are_five() -> None:
    """Ranked by price, the first day first."""
    plan = solved(a_problem(windows=WEEK))
    assert plan.status is SolveStatus.OPTIMAL
    assert len(plan.options) == 5
    scores = [one.score for one in plan.options]
    assert scores == sorted(scores)
    assert 0 < plan.first_after_s <= plan.wall_s


def test_fewer_where_there_are_fewer() -> None:
    """One window of an hour holds one slot."""
    plan = solved(a_problem(windows=(span("10:00", "11:00"),)))
    assert plan.status is SolveStatus.OPTIMAL
    assert len(plan.options) == 1


def test_as_many_as_are_asked_for() -> None:
    """The limit is a setting."""
    assert len(solved(a_problem(windows=WEEK, limits=Limits(options=9))).options) == 9


def test_an_optional_attendee_comes_while_the_price_is_right() -> None:
    """The clerk is in a call at ten; eleven costs less than doing without."""
    problem = a_problem(
        a_person(),
        a_person(CLERK, busy("09:00", "15:00", call=True)),
        attendance=(Attendance(MAYOR), Attendance(CLERK, Role.OPTIONAL)),
    )
    assert solved(problem).options[0].attending == (MAYOR, CLERK)
    alone = solved(replace(problem, windows=(span("09:00", "15:00"),))).options[0]
    assert (alone.attending, alone.missing, alone.score) == ((MAYOR,), (CLERK,), 40)


def test_too_few_seats_leave_the_cheapest_to_miss_out() -> None:
    """Of two optional attendees the one who would have to drive stays away."""
    problem = a_problem(
        a_person(),
        a_person(CLERK, busy("09:00", "10:00", LIBRARY), base=LIBRARY),
        a_person(TREASURER),
        attendance=(Attendance(MAYOR), Attendance(CLERK, Role.OPTIONAL), Attendance(TREASURER, Role.OPTIONAL)),
        venues=(a_venue(seats=2),),
    )
    assert solved(problem).options[0].missing == (CLERK,)


def test_the_stand_in_who_can_come_comes() -> None:
    """And the other is neither here nor missing."""
    problem = a_problem(
        a_person(),
        a_person(DEPUTY, busy("09:00", "17:00", HALL)),
        a_person(OTHER_DEPUTY),
        attendance=(
            Attendance(MAYOR),
            Attendance(DEPUTY, Role.ONE_OF, "deputies"),
            Attendance(OTHER_DEPUTY, Role.ONE_OF, "deputies"),
        ),
    )
    (first, *_) = solved(problem).options
    assert (first.attending, first.missing) == ((MAYOR, OTHER_DEPUTY), ())


@pytest.mark.parametrize("workers", [1, 2])
def test_the_same_problem_has_the_same_answer(workers: int) -> None:
    """Ties are decided by the problem, not by luck: whatever the seed and the workers."""
    problem = a_problem(a_person(), a_person(CLERK, busy("10:00", "11:00", LIBRARY)), windows=WEEK)
    expected = solved(problem).options
    for seed in range(4):
        assert solved(replace(problem, limits=Limits(seed=seed, workers=workers))).options == expected


def test_no_time_is_no_answer_rather_than_no_slot() -> None:
    """UNKNOWN is told from INFEASIBLE, and says what to do."""
    answer = CpSatSolver().slots(a_problem(limits=Limits(wall_s=0)))
    assert isinstance(answer, NoPlan)
    assert answer.status is SolveStatus.UNKNOWN
    assert "time ran out" in str(answer.note)


def test_too_much_at_once_is_refused_in_words() -> None:
    """A year by the minute for a crowd would not fit into memory."""
    people = [a_person(MAYOR, hours=WEEK), *(a_person(CLERK.__class__(f"p{n}")) for n in range(300))]
    windows = tuple(span("00:00", "23:59", day) for day in range(300))
    problem = a_problem(*people, windows=windows, grid_min=1)
    problem = replace(problem, horizon=replace(problem.horizon, end=windows[-1].end))
    answer = CpSatSolver().slots(problem)
    assert isinstance(answer, NoPlan)
    assert answer.status is SolveStatus.MODEL_INVALID
    assert "too much at once" in str(answer.note)


def test_limits_are_logged_without_private_words(caplog: pytest.LogCaptureFixture) -> None:
    """Workers, seed and time are there; names, places and labels are not."""
    caplog.set_level(logging.INFO)
    problem = a_problem(a_person(MAYOR, busy("10:00", "11:00", LIBRARY)), limits=Limits(workers=1, seed=7))
    solved(problem)
    assert "1 workers, seed 7" in caplog.text
    for word in ("Mayor", "mayor", "Library", "library", "Budget"):
        assert word not in caplog.text


class Nothing:
    """A rule that was left out."""

    def __init__(self, rule: Rule) -> None:
        """Stand in for `rule`."""
        self.rule = rule

    def forbids(self, days: Days) -> Iterator[Forbidden]:
        """Nothing."""
        del days
        return iter(())

    def add(self, model: object, variables: object, guard: object) -> None:
        """Nothing either."""


CONTROLS: dict[type, PlanningProblem] = {
    constraints.NotBarred: a_problem(
        windows=(span("09:00", "10:00"),), barred=((span("09:30", "09:45"), say("Founders' Day")),)
    ),
    constraints.WorkingHours: a_problem(a_person(hours=(span("10:00", "17:00"),)), windows=(span("09:00", "10:00"),)),
    constraints.OnePlaceAtATime: a_problem(
        a_person(MAYOR, busy("09:15", "09:30", call=True)), windows=(span("09:00", "10:00"),)
    ),
    constraints.BufferKept: a_problem(
        a_person(MAYOR, busy("10:05", "11:00", call=True)), windows=(span("09:00", "10:00"),), buffer_min=10
    ),
    constraints.TravelFits: a_problem(
        a_person(MAYOR, busy("10:05", "11:00", LIBRARY)), windows=(span("09:00", "10:00"),)
    ),
    constraints.LunchKept: a_problem(
        a_person(lunches=(span("09:00", "10:00"),)), windows=(span("09:00", "10:00"),), lunch_is_hard=True
    ),
    constraints.RoomFree: a_problem(
        venues=(a_venue(busy=(span("09:15", "09:30"),)),), windows=(span("09:00", "10:00"),)
    ),
    constraints.RoomLargeEnough: a_problem(seats=9, venues=(a_venue(seats=8),)),
}


@pytest.mark.parametrize("kind", CONTROLS, ids=lambda kind: kind.__name__)
def test_a_rule_missing_from_the_model_does_not_get_past_the_checker(
    kind: type, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The control: with any one rule gone, the solver's answer is withheld, and the log says which rule it broke."""
    problem = CONTROLS[kind]
    assert CpSatSolver().slots(problem).status is SolveStatus.INFEASIBLE
    without = tuple(Nothing(rule) if type(rule) is kind else rule for rule in constraints.RULES)
    assert without != constraints.RULES
    monkeypatch.setattr(constraints, "RULES", without)
    answer = CpSatSolver().slots(problem)
    assert isinstance(answer, NoPlan)
    assert answer.status is SolveStatus.MODEL_INVALID
    assert "an option breaks" in caplog.text


def test_a_missing_window_does_not_get_past_the_checker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Starts outside the windows are not even looked at; made to look at them, only the rule keeps them out."""
    problem = a_problem(windows=(span("09:00", "09:30"),))
    monkeypatch.setattr(slots, "Instance", partial(Instance, everywhere=True))
    assert CpSatSolver().slots(problem).status is SolveStatus.INFEASIBLE
    monkeypatch.setattr(
        constraints,
        "RULES",
        tuple(rule for rule in constraints.RULES if not isinstance(rule, constraints.InWindow)),
    )
    assert CpSatSolver().slots(problem).status is SolveStatus.MODEL_INVALID


def test_a_missing_one_of_rule_does_not_get_past_the_checker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the rule nobody or everybody of the group would come."""
    problem = a_problem(
        a_person(),
        a_person(DEPUTY, busy("09:00", "10:30", LIBRARY), base=LIBRARY),
        attendance=(Attendance(MAYOR), Attendance(DEPUTY, Role.ONE_OF, "deputies")),
    )
    solved(problem)
    monkeypatch.setattr(
        constraints,
        "RULES",
        tuple(rule for rule in constraints.RULES if not isinstance(rule, constraints.SomebodyOfEachGroup)),
    )
    answer = CpSatSolver().slots(problem)
    assert isinstance(answer, NoPlan)
    assert answer.status is SolveStatus.MODEL_INVALID
