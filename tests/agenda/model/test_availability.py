"""What the solver is told: busy, free, and the third state between them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from agenda.model.availability import Knowledge, horizon_of, is_late, problem_of
from agenda.model.calendars import Calendar, Freshness, Problem, Severity, SyncState
from agenda.model.entries import Entry, gather
from agenda.model.events import Classification, Event
from agenda.model.gazetteer import Gazetteer
from agenda.model.ids import CalendarId
from agenda.model.planning import PersonTime, PlanningProblem, Whereabouts
from agenda.model.requests import Request
from agenda.model.sentences import say
from agenda.model.times import Interval
from tests.builders import (
    CITY_HALL,
    MAYOR,
    MONDAY,
    SCHOOL,
    a_calendar,
    a_directory,
    a_policy,
    a_request,
    an_event,
    at,
    on_monday,
    some_people,
    some_places,
)

NOW = at(MONDAY - timedelta(days=3), "08:00")
EVER = Interval(NOW - timedelta(days=30), NOW + timedelta(days=180))


def entries_of(*events: Event) -> tuple[Entry, ...]:
    """The mayor's entries."""
    calendar = a_calendar()
    return gather(events, {calendar.id: calendar}, some_people(), Gazetteer(some_places().values()))


def problem(
    *events: Event,
    request: Request | None = None,
    calendars: tuple[Calendar, ...] | None = None,
    freshness: Freshness | None = None,
    problems: tuple[Problem, ...] = (),
    now: datetime = NOW,
) -> PlanningProblem:
    """The planning problem with the mayor's calendar read a minute ago, unless said otherwise."""
    own = (a_calendar(),) if calendars is None else calendars
    fresh = freshness or Freshness(
        calendar=a_calendar().id, state=SyncState.FRESH, read_at=now - timedelta(minutes=1), window=EVER
    )
    known = Knowledge(
        entries=entries_of(*events),
        calendars={one.id: one for one in own},
        freshness={fresh.calendar: fresh},
        problems={a_calendar().id: problems},
        holidays={MONDAY: say("a holiday")},
        now=now,
    )
    return problem_of(request or a_request(), a_policy(), a_directory(), known)


def mayor_of(found: PlanningProblem) -> PersonTime:
    """The mayor's time."""
    (mayor,) = (one for one in found.people if one.person == MAYOR)
    return mayor


def test_an_event_is_busy_at_its_place() -> None:
    """Time, whereabouts, place and what may be told."""
    (busy,) = mayor_of(problem(an_event(on_monday("09:00", "10:00"), location="North School"))).busy
    assert (busy.interval, busy.whereabouts, busy.place, busy.label) == (
        on_monday("09:00", "10:00"),
        Whereabouts.AT_PLACE,
        SCHOOL,
        "Staff meeting",
    )


def test_a_private_event_has_no_label() -> None:
    """Whatever leaves in a problem file may be read by others."""
    private = an_event(on_monday("09:00", "10:00"), classification=Classification.PRIVATE)
    assert mayor_of(problem(private)).busy[0].label == ""


def test_a_calendar_never_read_makes_the_whole_time_unknown() -> None:
    """Not free."""
    found = problem(freshness=Freshness(calendar=CalendarId("other")))
    assert mayor_of(found).unknown == (found.horizon,)


def test_a_reading_that_is_too_old_makes_the_whole_time_unknown() -> None:
    """Six hours are the policy's word; a minute more is too old."""
    read_at = NOW - timedelta(hours=6)
    fresh = Freshness(calendar=a_calendar().id, state=SyncState.FAILING, read_at=read_at, window=EVER)
    assert mayor_of(problem(freshness=fresh)).unknown == ()
    stale = replace(fresh, read_at=read_at - timedelta(minutes=1))
    found = problem(freshness=stale)
    assert mayor_of(found).unknown == (found.horizon,)


def test_what_lies_outside_the_window_is_unknown() -> None:
    """Beyond the last occurrence kept, nobody has looked."""
    horizon = horizon_of(a_request(), a_policy())
    short = Interval(horizon.start, horizon.end - timedelta(hours=6))
    fresh = Freshness(calendar=a_calendar().id, state=SyncState.FRESH, read_at=NOW, window=short)
    assert mayor_of(problem(freshness=fresh)).unknown == (Interval(short.end, horizon.end),)


def test_an_event_that_could_not_be_read_is_unknown_time() -> None:
    """Its hour is known, its content is not."""
    bad = Problem(severity=Severity.ERROR, sentence=say("broken"), interval=on_monday("15:00", "16:00"))
    assert mayor_of(problem(problems=(bad,))).unknown == (on_monday("15:00", "16:00"),)


def test_nobody_without_a_calendar_is_free() -> None:
    """An official who was never connected is unknown, whatever the others say."""
    found = problem(calendars=())
    assert mayor_of(found).unknown == (found.horizon,)


def test_a_holiday_bars_its_day_with_its_name() -> None:
    """Hard by default, and it says so."""
    ((day, name),) = problem().barred
    assert day.contains(on_monday("00:00", "23:59"))
    assert str(name) == "a holiday"


def test_a_window_that_has_begun_starts_now() -> None:
    """Nobody is invited to a quarter past nine at noon."""
    found = problem(now=at(MONDAY, "12:07"))
    assert found.windows == (Interval(at(MONDAY, "12:07"), at(MONDAY, "18:00")),)


def test_a_needed_room_offers_every_room_of_the_place_with_its_busy_time() -> None:
    """Whoever sits in it, the room is taken."""
    found = problem(
        an_event(on_monday("09:00", "10:00"), location="City Hall, Large Room"), request=a_request(needs_room=True)
    )
    small, large = found.venues
    assert (small.busy, large.busy) == ((), (on_monday("09:00", "10:00"),))
    assert (small.seats, large.seats, small.place) == (6, 20, CITY_HALL)


def test_a_call_has_one_venue_and_no_place() -> None:
    """Nobody drives to a call."""
    (venue,) = problem(request=a_request(place=None, is_virtual=True)).venues
    assert venue.is_virtual
    assert venue.place is None


def test_lead_time_is_flagged() -> None:
    """Two weeks less a minute is late; the machine says so and refuses nothing."""
    request = a_request()
    start = request.windows[0].start
    assert is_late(request, a_policy(), start - timedelta(days=14) + timedelta(minutes=1))
    assert not is_late(request, a_policy(), start - timedelta(days=14))
