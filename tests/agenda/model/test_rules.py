"""The hard rules at their borders: the minute that is forbidden, and the next that is allowed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agenda.model.ids import PersonId
from agenda.model.people import Attendance, Role
from agenda.model.planning import NoPlan, Plan, PlanningProblem, RuleName, SolveStatus
from agenda.model.rules import broken_rules
from agenda.model.sentences import say
from solver.slots import CpSatSolver
from tests.solver.problems import (
    CLERK,
    DEPUTY,
    HALL,
    LIBRARY,
    MAYOR,
    OTHER_DEPUTY,
    SCHOOL,
    TREASURER,
    a_person,
    a_problem,
    a_venue,
    an_option,
    at,
    busy,
    span,
)


def breaks(problem: PlanningProblem, start: str, **how: object) -> list[RuleName]:
    """The rules that meeting then would break; the solver has to see it as the checker does."""
    option = an_option(problem, start, **how)  # type: ignore[arg-type]
    found = [one.rule for one in broken_rules(problem, option)]
    if not how and all(one.role is Role.REQUIRED for one in problem.attendance):
        only_then = replace(problem, windows=(option.slot,), grid_min=1)
        answer = CpSatSolver().slots(only_then)
        if found and RuleName.IN_WINDOW not in found:
            assert isinstance(answer, NoPlan)
            assert answer.status is SolveStatus.INFEASIBLE
        elif not found:
            assert isinstance(answer, Plan)
            assert answer.status is SolveStatus.OPTIMAL
            assert answer.options[0].slot == option.slot
    return found


def test_a_slot_ends_with_its_window_at_the_latest() -> None:
    """The window is half-open, and the meeting lies wholly inside."""
    problem = a_problem(grid_min=1)
    assert breaks(problem, "16:01") == [RuleName.IN_WINDOW, RuleName.WORKING_HOURS]
    assert breaks(problem, "16:00") == []


def test_a_slot_starts_with_its_window_at_the_earliest() -> None:
    """A minute too early is outside."""
    problem = a_problem(grid_min=1, windows=(span("10:00", "12:00"),))
    assert breaks(problem, "09:59") == [RuleName.IN_WINDOW]
    assert breaks(problem, "10:00") == []


def test_windows_that_touch_are_one() -> None:
    """A meeting may lie across the border of two."""
    problem = a_problem(windows=(span("10:00", "11:00"), span("11:00", "12:00")))
    assert breaks(problem, "10:30") == []


def test_a_window_with_odd_seconds_is_rounded_inward() -> None:
    """Rounding never makes room."""
    problem = a_problem(grid_min=1, windows=(span("10:00:30", "11:30"),))
    assert breaks(problem, "10:00") == [RuleName.IN_WINDOW]
    assert breaks(problem, "10:01") == []


def test_starts_lie_on_the_grid_of_the_wall_clock() -> None:
    """In Kathmandu the full hour is a quarter past in UTC."""
    problem = a_problem(grid_min=30, zone="Asia/Kathmandu")
    assert breaks(problem, "10:00") == [RuleName.IN_WINDOW]
    assert breaks(problem, "10:15") == []


def test_a_slot_of_another_length_is_not_the_meeting() -> None:
    """An option from elsewhere is judged too."""
    problem = a_problem()
    option = replace(an_option(problem, "10:00"), slot=span("10:00", "10:30"))
    assert [one.rule for one in broken_rules(problem, option)] == [RuleName.IN_WINDOW]


def test_a_barred_minute_bars_the_slot() -> None:
    """The holiday ends at noon."""
    problem = a_problem(grid_min=1, barred=((span("00:00", "12:00"), say("Founders' Day")),))
    assert breaks(problem, "11:59") == [RuleName.NOT_BARRED]
    assert breaks(problem, "12:00") == []


def test_the_reason_of_a_barred_time_is_told() -> None:
    """A secretary wants to know which holiday it is."""
    problem = a_problem(barred=((span("00:00", "12:00"), say("Founders' Day")),))
    (broken,) = broken_rules(problem, an_option(problem, "11:00"))
    assert "Founders' Day" in str(broken.sentence)


def test_everybody_who_comes_comes_in_working_hours() -> None:
    """The clerk starts at ten."""
    problem = a_problem(a_person(), a_person(CLERK, hours=(span("10:00", "17:00"),)), grid_min=1)
    assert breaks(problem, "09:59") == [RuleName.WORKING_HOURS]
    assert breaks(problem, "10:00") == []


def test_working_hours_that_touch_are_one() -> None:
    """A day written as morning and afternoon has no seam."""
    problem = a_problem(a_person(hours=(span("09:00", "12:00"), span("12:00", "17:00"))))
    assert breaks(problem, "11:30") == []


def test_who_stays_away_may_be_off_work() -> None:
    """The hours of an optional attendee bind only when the attendee comes."""
    problem = a_problem(
        a_person(),
        a_person(CLERK, hours=(span("10:00", "17:00"),)),
        attendance=(Attendance(MAYOR), Attendance(CLERK, Role.OPTIONAL)),
    )
    assert breaks(problem, "09:00") == [RuleName.WORKING_HOURS]
    assert breaks(problem, "09:00", without=[CLERK]) == []


def test_nobody_is_in_two_places_at_once_before() -> None:
    """Eleven is free once the earlier event has ended at eleven."""
    problem = a_problem(a_person(MAYOR, busy("10:00", "11:00", HALL)), grid_min=1)
    assert breaks(problem, "10:59") == [RuleName.ONE_PLACE_AT_A_TIME]
    assert breaks(problem, "11:00") == []


def test_nobody_is_in_two_places_at_once_after() -> None:
    """The meeting may end as the next event starts."""
    problem = a_problem(a_person(MAYOR, busy("13:00", "14:00", HALL)), grid_min=1)
    assert breaks(problem, "12:01") == [RuleName.ONE_PLACE_AT_A_TIME]
    assert breaks(problem, "12:00") == []


def test_busy_time_is_rounded_outward() -> None:
    """An event that ends at 10:59:30 takes the whole minute."""
    problem = a_problem(a_person(MAYOR, busy("10:00", "10:58:30", HALL)), grid_min=1)
    assert breaks(problem, "10:58") == [RuleName.ONE_PLACE_AT_A_TIME]
    assert breaks(problem, "10:59") == []


def test_who_is_taken_by_what_and_when_is_told() -> None:
    """The sentence names the person, the event and the time."""
    problem = a_problem(a_person(MAYOR, busy("10:00", "11:00", HALL)))
    (broken,) = broken_rules(problem, an_option(problem, "10:30"))
    assert broken.person == MAYOR
    assert str(broken.sentence) == "Mayor is taken: Budget review, 2026-03-02 10:00 to 11:00 UTC"


def test_the_buffer_stays_free_before() -> None:
    """Ten minutes after an event in the same building, and a call counts as well."""
    for taken in (busy("10:00", "11:00", HALL), busy("10:00", "11:00", call=True)):
        problem = a_problem(a_person(MAYOR, taken), buffer_min=10, grid_min=1)
        assert breaks(problem, "11:09") == [RuleName.BUFFER]
        assert breaks(problem, "11:10") == []


def test_the_buffer_stays_free_after() -> None:
    """Ten minutes before the next."""
    problem = a_problem(a_person(MAYOR, busy("13:00", "14:00", HALL)), buffer_min=10, grid_min=1)
    assert breaks(problem, "11:51") == [RuleName.BUFFER]
    assert breaks(problem, "11:50") == []


def test_the_drive_from_the_event_before_fits() -> None:
    """Fifteen minutes from the library, after the buffer."""
    problem = a_problem(a_person(MAYOR, busy("10:00", "11:00", LIBRARY)), buffer_min=5, grid_min=1)
    assert breaks(problem, "11:04") == [RuleName.BUFFER]
    assert breaks(problem, "11:19") == [RuleName.TRAVEL]
    assert breaks(problem, "11:20") == []


def test_the_drive_to_the_event_after_fits() -> None:
    """Twelve minutes to the library: the way there is shorter than the way back."""
    problem = a_problem(a_person(MAYOR, busy("13:00", "14:00", LIBRARY)), buffer_min=5, grid_min=1)
    assert breaks(problem, "11:44") == [RuleName.TRAVEL]
    assert breaks(problem, "11:43") == []


def test_a_call_between_does_not_hide_the_drive() -> None:
    """From the school at ten to City Hall takes twenty-five minutes, whatever call is taken on the way."""
    problem = a_problem(a_person(MAYOR, busy("09:00", "10:00", SCHOOL), busy("10:05", "10:20", call=True)), grid_min=1)
    assert breaks(problem, "10:24") == [RuleName.TRAVEL]
    assert breaks(problem, "10:25") == []


def test_a_rough_leg_is_allowed() -> None:
    """It costs points, but it is no reason to refuse."""
    problem = a_problem(a_person(MAYOR, busy("09:00", "10:00", SCHOOL)))
    assert breaks(problem, "10:30") == []


def test_an_unknown_place_costs_the_assumed_minutes() -> None:
    """Nobody wrote down where the event is."""
    problem = a_problem(a_person(MAYOR, busy("10:00", "11:00")), assumed_leg_min=30, grid_min=1)
    assert breaks(problem, "11:29") == [RuleName.TRAVEL]
    assert breaks(problem, "11:30") == []


def test_a_venue_nobody_knows_costs_the_assumed_minutes() -> None:
    """Wherever it will be, somebody has to get there."""
    problem = a_problem(a_person(MAYOR, busy("10:00", "11:00", HALL)), venues=(a_venue("Somewhere", None),), grid_min=1)
    assert breaks(problem, "11:29") == [RuleName.TRAVEL]
    assert breaks(problem, "11:30") == []


def test_a_leg_that_is_not_listed_costs_the_assumed_minutes() -> None:
    """A missing value is never zero."""
    problem = a_problem(a_person(MAYOR, busy("10:00", "11:00", LIBRARY)), legs={}, grid_min=1)
    assert breaks(problem, "11:29") == [RuleName.TRAVEL]
    assert breaks(problem, "11:30") == []


def test_a_virtual_meeting_needs_no_drive() -> None:
    """A call starts as soon as the event at the school has ended."""
    problem = a_problem(
        a_person(MAYOR, busy("10:00", "11:00", SCHOOL)), venues=(a_venue("Call", None, is_virtual=True),), grid_min=1
    )
    assert breaks(problem, "10:59") == [RuleName.ONE_PLACE_AT_A_TIME]
    assert breaks(problem, "11:00") == []


def test_the_minutes_that_are_missing_are_told() -> None:
    """Where from, how long, and what there is."""
    problem = a_problem(a_person(MAYOR, busy("10:00", "11:00", LIBRARY)), buffer_min=5)
    (broken,) = broken_rules(problem, an_option(problem, "11:15"))
    for word in ("Mayor", "Library", "Budget review", "15 min", "5 min"):
        assert word in str(broken.sentence)


def test_a_hard_lunch_stays() -> None:
    """Half an hour between twelve and one: from half past twelve on is enough, a minute less is not."""
    problem = a_problem(
        a_person(lunches=(span("12:00", "13:00"),)), lunch_min=30, lunch_is_hard=True, duration_min=60, grid_min=1
    )
    assert breaks(problem, "11:31") == [RuleName.LUNCH]
    assert breaks(problem, "11:30") == []
    assert breaks(problem, "12:29") == [RuleName.LUNCH]
    assert breaks(problem, "12:30") == []


def test_the_drive_eats_into_a_hard_lunch() -> None:
    """Back at City Hall by half past twelve: fifteen minutes from the library count."""
    problem = a_problem(
        a_person(MAYOR, busy("13:00", "14:00", HALL), lunches=(span("12:00", "13:00"),)),
        lunch_is_hard=True,
        venues=(a_venue("Library", LIBRARY),),
        grid_min=1,
    )
    assert breaks(problem, "11:16") == [RuleName.LUNCH]
    assert breaks(problem, "11:15") == []


def test_a_lunch_that_was_lost_before_is_not_lost_again() -> None:
    """Other events left no room for it; the meeting is not to blame."""
    problem = a_problem(
        a_person(MAYOR, busy("12:15", "12:45", HALL), lunches=(span("12:00", "13:00"),)), lunch_is_hard=True
    )
    assert breaks(problem, "11:15") == []


def test_a_soft_lunch_breaks_no_rule() -> None:
    """It has a price instead."""
    assert breaks(a_problem(a_person(lunches=(span("12:00", "13:00"),))), "12:00") == []


def test_the_room_is_free() -> None:
    """From eleven on."""
    problem = a_problem(venues=(a_venue(busy=(span("10:00", "11:00"),)),), grid_min=1)
    assert breaks(problem, "10:59") == [RuleName.ROOM_FREE]
    assert breaks(problem, "11:00") == []


def test_a_room_that_is_not_in_the_list_is_not_to_be_had() -> None:
    """It may have been closed since it was proposed."""
    problem = a_problem()
    option = replace(an_option(problem, "10:00"), venue_name="Cellar")
    assert [one.rule for one in broken_rules(problem, option)] == [RuleName.ROOM_FREE]


def test_the_room_holds_the_guests() -> None:
    """Seven seats do not hold eight; nobody counted means that it is not refused."""
    assert breaks(a_problem(seats=8, venues=(a_venue(seats=7),)), "10:00") == [RuleName.ROOM_LARGE_ENOUGH]
    assert breaks(a_problem(seats=8, venues=(a_venue(seats=8),)), "10:00") == []
    assert breaks(a_problem(seats=8, venues=(a_venue(seats=None),)), "10:00") == []


def test_the_room_holds_those_who_come() -> None:
    """Two seats hold two of three."""
    problem = a_problem(
        *(a_person(one) for one in (MAYOR, CLERK, TREASURER)),
        attendance=(Attendance(MAYOR), Attendance(CLERK), Attendance(TREASURER, Role.OPTIONAL)),
        venues=(a_venue(seats=2),),
    )
    assert breaks(problem, "10:00") == [RuleName.ROOM_LARGE_ENOUGH]
    assert breaks(problem, "10:00", without=[TREASURER]) == []


def test_one_of_each_group_comes() -> None:
    """None is too few, two are one too many."""
    problem = a_problem(
        *(a_person(one) for one in (MAYOR, DEPUTY, OTHER_DEPUTY)),
        attendance=(
            Attendance(MAYOR),
            Attendance(DEPUTY, Role.ONE_OF, "deputies"),
            Attendance(OTHER_DEPUTY, Role.ONE_OF, "deputies"),
        ),
    )
    assert breaks(problem, "10:00", without=[DEPUTY, OTHER_DEPUTY]) == [RuleName.SOMEBODY_OF_EACH_GROUP]
    assert breaks(problem, "10:00") == [RuleName.SOMEBODY_OF_EACH_GROUP]
    assert breaks(problem, "10:00", without=[DEPUTY]) == []


def test_who_is_required_comes() -> None:
    """And nobody comes who was not asked."""
    problem = a_problem(a_person(), a_person(CLERK))
    assert breaks(problem, "10:00", without=[CLERK]) == [RuleName.REQUIRED_ATTEND]
    option = an_option(problem, "10:00")
    stranger = replace(option, attending=(*option.attending, PersonId("stranger")))
    assert [one.rule for one in broken_rules(problem, stranger)] == [RuleName.REQUIRED_ATTEND]


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"duration_min": 0}, "duration_min"),
        ({"grid_min": 7}, "grid_min"),
        ({"attendance": ()}, "attendance"),
        ({"attendance": (Attendance(CLERK),)}, "clerk"),
        ({"attendance": (Attendance(MAYOR), Attendance(MAYOR))}, "twice"),
        ({"venues": ()}, "venues"),
        ({"venues": (a_venue(), a_venue())}, "told apart"),
        ({"buffer_min": -1}, "buffer_min"),
        ({"zone": "Mars/Olympus"}, "Mars/Olympus"),
    ],
)
def test_a_problem_without_meaning_does_not_exist(fields: dict[str, object], word: str) -> None:
    """What solvers and checkers would stumble over is refused where it is made."""
    with pytest.raises(ValueError, match=word):
        a_problem(**fields)


def test_a_day_has_the_wall_clock_of_the_city() -> None:
    """The horizon's edges do not matter, the instant does."""
    problem = a_problem(zone="America/New_York", windows=(span("14:00", "16:00"),))
    assert breaks(problem, "14:00") == []
    assert problem.windows[0].start == at("14:00")
