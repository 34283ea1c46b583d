"""What an option costs: each term at its border, and that the terms are the whole of it."""

from __future__ import annotations

from agenda.model.people import Attendance, Role
from agenda.model.planning import Option, Term, TermName, Weights
from agenda.model.travel import Quality
from tests.solver.problems import (
    CLERK,
    HALL,
    LIBRARY,
    MAYOR,
    SCHOOL,
    a_person,
    a_problem,
    a_venue,
    an_option,
    busy,
    span,
)

EVERYTHING = Weights()


def terms(option: Option, name: TermName) -> list[Term]:
    """The terms of one kind."""
    return [term for term in option.terms if term.name is name]


def test_a_free_day_at_the_first_choice_costs_nothing() -> None:
    """No term without a reason."""
    option = an_option(a_problem(), "10:00")
    assert option.terms == ()
    assert option.score == 0


def test_each_day_after_the_first_possible_one_costs() -> None:
    """Wednesday is two days after Monday."""
    problem = a_problem(windows=tuple(span("09:00", "17:00", day) for day in range(5)))
    (term,) = an_option(problem, "10:00", day=2).terms
    assert (term.name, term.points) == (TermName.DELAY, 2 * EVERYTHING.day_of_delay)
    assert str(term.sentence) == "2 days after the first possible day"
    assert str(an_option(problem, "10:00", day=1).terms[0].sentence) == "1 day after the first possible day"


def test_days_are_counted_on_the_wall_clock() -> None:
    """In Auckland eleven in the morning of Monday in UTC is Tuesday already."""
    problem = a_problem(windows=(span("10:00", "17:00"),), zone="Pacific/Auckland")
    assert an_option(problem, "10:00").score == 0
    assert an_option(problem, "11:00").score == EVERYTHING.day_of_delay


def test_driving_there_from_the_event_before_costs_its_minutes() -> None:
    """Fifteen minutes from the library, with nothing else that day."""
    problem = a_problem(a_person(MAYOR, busy("09:00", "10:00", LIBRARY)))
    option = an_option(problem, "12:00")
    (term,) = terms(option, TermName.TRAVEL)
    assert term.points == 15
    assert str(term.sentence) == "15 min drive for Mayor before, from Library"
    (drive,) = option.drives
    assert (drive.origin, drive.goal, drive.leg.quality) == (LIBRARY, HALL, Quality.TABLE)
    assert drive.interval == span("11:45", "12:00")


def test_driving_on_to_the_event_after_costs_its_minutes() -> None:
    """Twelve minutes to the library."""
    problem = a_problem(a_person(MAYOR, busy("15:00", "16:00", LIBRARY)))
    option = an_option(problem, "12:00")
    (term,) = terms(option, TermName.TRAVEL)
    assert (term.points, str(term.sentence)) == (12, "12 min drive for Mayor after, to Library")
    assert option.drives[0].interval == span("13:00", "13:12")


def test_only_the_minutes_more_than_without_the_meeting_cost() -> None:
    """From the school to the library by way of City Hall: 25 + 12 instead of 20."""
    problem = a_problem(a_person(MAYOR, busy("09:00", "10:00", SCHOOL), busy("15:00", "16:00", LIBRARY)))
    (term,) = terms(an_option(problem, "12:00"), TermName.TRAVEL)
    assert term.points == 17
    assert str(term.sentence) == (
        "25 min drive for Mayor before, from Oak School, and 12 min after, to Library; "
        "17 min more than without the meeting"
    )


def test_a_drive_that_is_done_anyway_costs_nothing() -> None:
    """Based at City Hall, at the library later: the meeting at City Hall adds no drive."""
    problem = a_problem(a_person(MAYOR, busy("15:00", "16:00", LIBRARY), base=HALL))
    option = an_option(problem, "12:00")
    assert terms(option, TermName.TRAVEL) == []
    assert len(option.drives) == 1


def test_the_day_starts_and_ends_at_the_base() -> None:
    """To the library and back; yesterday's events do not matter."""
    problem = a_problem(
        a_person(MAYOR, busy("09:00", "16:00", SCHOOL), base=HALL),
        windows=(span("09:00", "17:00", 1),),
        venues=(a_venue("Library", LIBRARY),),
    )
    assert an_option(problem, "12:00", day=1).score == 12 + 15


def test_a_call_needs_no_drive() -> None:
    """Neither to it nor from it."""
    problem = a_problem(
        a_person(MAYOR, busy("09:00", "10:00", SCHOOL), base=HALL), venues=(a_venue("Call", None, is_virtual=True),)
    )
    option = an_option(problem, "12:00")
    assert option.terms == ()
    assert option.drives == ()


def test_a_rough_leg_and_an_assumed_one_cost_extra() -> None:
    """Each of them, and each says what it is."""
    problem = a_problem(a_person(MAYOR, busy("09:00", "10:00", SCHOOL), busy("15:00", "16:00")))
    found = terms(an_option(problem, "12:00"), TermName.UNCERTAIN_LEG)
    assert [term.points for term in found] == [5, 5]
    assert [str(term.sentence) for term in found] == [
        "25 min between Oak School and Room 1 are a rough estimate, for Mayor",
        "30 min between an unknown place and Room 1 are only assumed, for Mayor",
    ]


def test_each_optional_attendee_who_does_not_come_costs() -> None:
    """And is named."""
    problem = a_problem(a_person(), a_person(CLERK), attendance=(Attendance(MAYOR), Attendance(CLERK, Role.OPTIONAL)))
    option = an_option(problem, "10:00", without=[CLERK])
    assert option.missing == (CLERK,)
    (term,) = option.terms
    assert (term.name, term.points) == (TermName.OPTIONAL_MISSING, 40)
    assert str(term.sentence) == "Clerk (optional) does not come"
    assert an_option(problem, "10:00").score == 0


def test_time_that_could_not_be_read_costs() -> None:
    """To the minute; it is never taken as free."""
    problem = a_problem(a_person(unknown=(span("10:00", "11:00"),)), grid_min=1)
    assert [term.name for term in an_option(problem, "10:59").terms] == [TermName.UNKNOWN_TIME]
    assert an_option(problem, "11:00").terms == ()


def test_a_lost_lunch_costs() -> None:
    """From the minute at which half an hour does not fit any more."""
    problem = a_problem(a_person(lunches=(span("12:00", "13:00"),)), grid_min=1)
    assert an_option(problem, "11:30").terms == ()
    (term,) = an_option(problem, "11:31").terms
    assert (term.name, term.points) == (TermName.LUNCH_LOST, 50)


def test_no_pause_costs_and_a_short_one_is_a_fragment() -> None:
    """Less than five minutes beyond the drive; then less than half an hour; then nothing."""
    problem = a_problem(a_person(MAYOR, busy("09:00", "10:00", LIBRARY), base=LIBRARY), grid_min=1)
    names = {
        start: [term.name for term in an_option(problem, start).terms if term.name is not TermName.TRAVEL]
        for start in ("10:15", "10:19", "10:20", "10:44", "10:45")
    }
    assert names == {
        "10:15": [TermName.BACK_TO_BACK],
        "10:19": [TermName.BACK_TO_BACK],
        "10:20": [TermName.FRAGMENT],
        "10:44": [TermName.FRAGMENT],
        "10:45": [],
    }


def test_the_buffer_is_no_pause() -> None:
    """A pause is what is left beyond it."""
    problem = a_problem(a_person(MAYOR, busy("09:00", "10:00", call=True)), grid_min=1, buffer_min=10)
    assert [term.name for term in an_option(problem, "10:14").terms] == [TermName.BACK_TO_BACK]
    assert [term.name for term in an_option(problem, "10:15").terms] == [TermName.FRAGMENT]


def test_no_pause_on_both_sides_costs_once() -> None:
    """It is counted by attendee."""
    problem = a_problem(a_person(MAYOR, busy("09:00", "10:00", HALL), busy("11:00", "12:00", HALL)))
    assert an_option(problem, "10:00").score == EVERYTHING.back_to_back


def test_the_hours_the_office_likes_are_free() -> None:
    """Outside them there is a price; where none are given there is not."""
    problem = a_problem(bands=(span("10:00", "12:00"),), grid_min=1)
    assert an_option(problem, "11:00").score == 0
    (term,) = an_option(problem, "11:01").terms
    assert (term.name, term.points) == (TermName.OUTSIDE_BAND, 10)


def test_a_venue_costs_its_price() -> None:
    """Whatever the office has put on it."""
    problem = a_problem(venues=(a_venue(price=7),))
    (term,) = an_option(problem, "10:00").terms
    assert (term.name, term.points) == (TermName.VENUE, 7)


def test_weights_are_what_the_policy_says() -> None:
    """Twice the weight, twice the points."""
    problem = a_problem(
        a_person(MAYOR, busy("09:00", "10:00", LIBRARY)), weights=Weights(travel_minute=2, uncertain_leg=0)
    )
    assert an_option(problem, "12:00").score == 30
