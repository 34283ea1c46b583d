"""Why there is no slot: reasons none of which is idle, in the rules' own names, and ways out that are ways out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from agenda.model.ids import PersonId
from agenda.model.people import Attendance, Role
from agenda.model.planning import NoPlan, PlanningProblem, Reason, RuleName, SolveStatus
from agenda.model.pricing import PriceList
from agenda.model.rules import RuleBook, broken_rules
from agenda.model.times import MINUTE, Interval
from agenda.model.timetable import Timetable
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
)
from tests.solver.random_problems import draw

Key = tuple[RuleName, PersonId | None]


def refused(problem: PlanningProblem) -> NoPlan:
    """The answer to a problem that has no slot."""
    answer = CpSatSolver().slots(problem)
    assert isinstance(answer, NoPlan)
    assert answer.status is SolveStatus.INFEASIBLE
    return answer


def keys(answer: NoPlan) -> set[Key]:
    """Which rule, for whose sake."""
    return {(one.rule, one.person) for one in answer.reasons}


def broken_everywhere(problem: PlanningProblem) -> Iterator[set[Key]]:
    """For each start of the horizon's grid and each venue, what the checker finds broken there."""
    table = Timetable(problem)
    prices, book, zone = PriceList(table), RuleBook(table), ZoneInfo(problem.zone)
    always = [one.person for one in problem.attendance if one.role is Role.REQUIRED]
    groups = table.groups()
    firsts = [people[0] for people in groups.values()]
    start = problem.horizon.start
    while start + table.duration <= problem.horizon.end:
        slot = Interval(start, start + table.duration)
        if start.astimezone(zone).minute % problem.grid_min == 0:
            for venue in problem.venues:
                found = {
                    (one.rule, one.person)
                    for one in book.broken(prices.option(slot, venue, always + firsts))
                    if one.person not in firsts
                }
                for people in groups.values():
                    alone = (book.broken(prices.option(slot, venue, [one])) for one in people)
                    if all(
                        any(one.person == person for one in each) for person, each in zip(people, alone, strict=True)
                    ):
                        found.add((RuleName.SOMEBODY_OF_EACH_GROUP, None))
                yield found
        start += MINUTE


def test_reasons_suffice_and_none_of_them_is_idle() -> None:
    """Every slot of the horizon breaks one of them, and with any one given up there would be a slot."""
    seen = 0
    for seed in range(1000, 1100):
        problem = draw(seed)
        answer = CpSatSolver().slots(problem)
        if not isinstance(answer, NoPlan):
            continue
        seen += 1
        everywhere = list(broken_everywhere(problem))
        reasons = keys(answer)
        assert reasons, seed
        assert all(found & reasons for found in everywhere), seed
        for one in reasons:
            assert any(not found & (reasons - {one}) for found in everywhere), (seed, one)
    assert seen > 20


def test_ways_out_are_ways_out() -> None:
    """Each gives up exactly what the checker finds broken in its slot, and none asks for more than a cheaper one."""
    for seed in range(1000, 1040):
        answer = CpSatSolver().slots(draw(seed))
        if not isinstance(answer, NoPlan):
            continue
        assert answer.ways_out, seed
        asked: list[set[Reason]] = []
        for way in answer.ways_out:
            assert way.gives_up, seed
            assert not any(set(way.gives_up) >= other for other in asked), seed
            asked.append(set(way.gives_up))


def test_the_clash_of_two_is_told_with_both_of_them() -> None:
    """Mayor in the morning, clerk in the afternoon: neither alone is to blame."""
    problem = a_problem(a_person(MAYOR, busy("13:00", "17:00", HALL)), a_person(CLERK, busy("09:00", "13:00", HALL)))
    answer = refused(replace(problem, horizon=span("09:00", "17:00")))
    assert keys(answer) == {(RuleName.ONE_PLACE_AT_A_TIME, MAYOR), (RuleName.ONE_PLACE_AT_A_TIME, CLERK)}
    sentence = str(next(one.sentence for one in answer.reasons if one.person == CLERK))
    assert "Clerk" in sentence
    assert "Budget review, 2026-03-02 09:00 to 13:00 UTC" in sentence


def test_the_window_is_a_reason_where_another_day_would_do() -> None:
    """And the cheapest way out is that other day."""
    answer = refused(a_problem(a_person(MAYOR, busy("09:00", "17:00", HALL))))
    assert keys(answer) == {(RuleName.IN_WINDOW, None), (RuleName.ONE_PLACE_AT_A_TIME, MAYOR)}
    assert answer.ways_out[0].slot == span("09:00", "10:00", 1)
    assert [one.rule for one in answer.ways_out[0].gives_up] == [RuleName.IN_WINDOW]


def test_the_minutes_that_are_missing_on_the_way_are_told() -> None:
    """There is an hour, but not the drive."""
    problem = a_problem(
        a_person(MAYOR, busy("09:00", "12:00", LIBRARY), busy("13:00", "17:00", LIBRARY)),
        horizon=span("09:00", "17:00"),
    )
    answer = refused(problem)
    assert (RuleName.TRAVEL, MAYOR) in keys(answer)
    way = next(way for way in answer.ways_out if {one.rule for one in way.gives_up} == {RuleName.TRAVEL})
    assert way.slot == span("12:00", "13:00")
    assert "15 min on the way from Library" in str(way.sentence)


def test_a_group_of_which_nobody_can_come_is_one_reason() -> None:
    """With what each of them has instead."""
    problem = a_problem(
        a_person(),
        a_person(DEPUTY, busy("09:00", "17:00", HALL)),
        a_person(OTHER_DEPUTY, hours=()),
        attendance=(
            Attendance(MAYOR),
            Attendance(DEPUTY, Role.ONE_OF, "deputies"),
            Attendance(OTHER_DEPUTY, Role.ONE_OF, "deputies"),
        ),
        horizon=span("09:00", "17:00"),
    )
    answer = refused(problem)
    assert keys(answer) == {(RuleName.SOMEBODY_OF_EACH_GROUP, None)}
    assert "Deputy is taken" in str(answer.reasons[0].sentence)


def test_all_rooms_taken_are_one_reason() -> None:
    """Not one for each room."""
    taken = (span("09:00", "17:00"),)
    problem = a_problem(venues=(a_venue(busy=taken), a_venue("Room 2", busy=taken)), horizon=span("09:00", "17:00"))
    assert [one.rule for one in refused(problem).reasons] == [RuleName.ROOM_FREE]


def test_an_optional_attendee_is_never_a_reason() -> None:
    """The meeting can be held without."""
    problem = a_problem(
        a_person(MAYOR, busy("09:00", "17:00", HALL)),
        a_person(TREASURER, busy("09:00", "17:00", HALL)),
        attendance=(Attendance(MAYOR), Attendance(TREASURER, Role.OPTIONAL)),
        horizon=span("09:00", "17:00"),
    )
    assert keys(refused(problem)) == {(RuleName.ONE_PLACE_AT_A_TIME, MAYOR)}


@pytest.mark.parametrize("windows", [(), (span("10:00", "10:30"),)])
def test_a_window_that_holds_no_meeting_is_a_reason(windows: tuple[Interval, ...]) -> None:
    """None at all, or one too short."""
    assert keys(refused(a_problem(windows=windows))) == {(RuleName.IN_WINDOW, None)}


def test_a_horizon_that_holds_no_meeting_is_a_reason() -> None:
    """There is no start to look at."""
    answer = refused(a_problem(horizon=span("10:00", "10:30")))
    assert "60 min" in str(answer.reasons[0].sentence)


def test_what_a_way_out_gives_up_is_what_the_checker_says() -> None:
    """Word for word."""
    problem = a_problem(a_person(MAYOR, busy("09:00", "17:00", HALL)), horizon=span("09:00", "17:00"))
    (way, *_) = refused(problem).ways_out
    option = PriceList(problem).option(way.slot, problem.venues[0], [MAYOR])
    assert way.gives_up == broken_rules(problem, option)
