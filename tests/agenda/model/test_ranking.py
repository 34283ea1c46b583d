"""The order of options, and which two are too much alike to show both."""

from __future__ import annotations

from collections.abc import Collection

from agenda.model.ids import PersonId
from agenda.model.people import Attendance, Role
from agenda.model.planning import Option
from agenda.model.ranking import Ranking
from tests.solver.problems import (
    DEPUTY,
    LIBRARY,
    OTHER_DEPUTY,
    TREASURER,
    a_person,
    a_problem,
    a_venue,
    an_option,
    span,
)

WEEK = tuple(span("00:00", "23:59", day) for day in range(3))
PROBLEM = a_problem(
    a_person(),
    a_person(DEPUTY),
    a_person(OTHER_DEPUTY),
    a_person(TREASURER),
    attendance=(
        Attendance(DEPUTY, Role.ONE_OF, "deputies"),
        Attendance(OTHER_DEPUTY, Role.ONE_OF, "deputies"),
        Attendance(TREASURER, Role.OPTIONAL),
    ),
    venues=(a_venue(), a_venue("Room 2"), a_venue("Library", LIBRARY), a_venue("Call", None, is_virtual=True)),
    windows=WEEK,
    apart_min=120,
)
RANKING = Ranking(PROBLEM)


def the(start: str, *, day: int = 0, venue: int = 0, without: Collection[PersonId] = (OTHER_DEPUTY,)) -> Option:
    """An option of the problem."""
    return an_option(PROBLEM, start, day=day, venue=venue, without=without)


def alike(one: Option, other: Option) -> bool:
    """Both ways round."""
    first = RANKING.alike(one, other)
    assert first == RANKING.alike(other, one)
    return first


def test_two_hours_later_is_another_option() -> None:
    """A minute less is not."""
    assert alike(the("10:00"), the("11:59"))
    assert not alike(the("10:00"), the("12:00"))


def test_another_day_is_another_option() -> None:
    """Even just after midnight."""
    assert not alike(the("23:00"), the("00:00", day=1))


def test_another_place_is_another_option_and_another_room_is_not() -> None:
    """A call is elsewhere."""
    assert alike(the("10:00"), the("10:00", venue=1))
    assert not alike(the("10:00"), the("10:00", venue=2))
    assert not alike(the("10:00"), the("10:00", venue=3))


def test_another_stand_in_is_another_option_and_a_missing_optional_is_not() -> None:
    """Who represents the mayor matters."""
    assert not alike(the("10:00"), the("10:00", without=[DEPUTY]))
    assert alike(the("10:00"), the("10:00", without=[OTHER_DEPUTY, TREASURER]))


def test_equal_prices_go_by_time_then_venue_then_people() -> None:
    """So that the answer is one answer."""
    options = [
        the("10:00", without=[DEPUTY]),
        the("10:15"),
        the("10:00", venue=1),
        the("10:00"),
    ]
    ordered = sorted(options, key=RANKING.key)
    assert ordered == [options[3], options[0], options[2], options[1]]


def test_the_best_are_taken_one_by_one() -> None:
    """What is like one that was taken is passed over."""
    options = [the(start) for start in ("09:00", "09:15", "10:45", "11:00", "13:00")]
    best = RANKING.best(options, 5)
    assert list(best) == [options[0], options[3], options[4]]
