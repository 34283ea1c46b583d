"""Alerts come by themselves, and go by themselves."""

from __future__ import annotations

from datetime import timedelta

from agenda.model.alerts import AlertKind
from agenda.model.errors import TryLaterError
from agenda.model.events import Classification
from tests.agenda.actions.conftest import Town
from tests.agenda.actions.test_decide import proposed
from tests.builders import MAYOR, a_calendar, an_event, on_monday


def test_an_overlap_is_raised_once_and_settled_when_it_goes(town: Town) -> None:
    """A second look raises nothing new."""
    first, second = an_event(on_monday("09:00", "10:00"), "a", summary="A"), an_event(on_monday("09:30", "11:00"), "b")
    calendar = town.connects(first, second)
    (alert,) = town.watch.look_over()
    assert (alert.kind, alert.person, alert.missing_min) == (AlertKind.OVERLAP, MAYOR, 30)
    assert town.watch.look_over() == ()
    town.provider.holds(calendar, [first, an_event(on_monday("10:00", "11:00"), "b")])
    town.pull.calendar(calendar.id)
    town.watch.look_over()
    assert town.look.alerts() == []
    (settled,) = town.look.alerts(settled_too=True)
    assert settled.settled_at == town.clock.now()


def test_an_alert_whose_minutes_change_is_brought_up_to_date(town: Town) -> None:
    """The same alert, another number."""
    first = an_event(on_monday("09:00", "10:00"), "a")
    calendar = town.connects(first, an_event(on_monday("09:30", "11:00"), "b"))
    (before,) = town.watch.look_over()
    town.provider.holds(calendar, [first, an_event(on_monday("09:45", "11:00"), "b")])
    town.pull.calendar(calendar.id)
    assert town.watch.look_over() == ()
    (after,) = town.look.alerts()
    assert (after.id, after.missing_min) == (before.id, 15)


def test_a_drive_that_cannot_work_tells_its_minutes(town: Town) -> None:
    """Both events and what is missing."""
    town.connects(
        an_event(on_monday("09:00", "10:00"), "a", summary="Budget"),
        an_event(on_monday("10:05", "11:00"), "b", summary="Reading hour", location="North School"),
    )
    (alert,) = town.watch.look_over()
    assert alert.kind is AlertKind.IMPOSSIBLE_DRIVE
    assert str(alert.sentence) == (
        "Rosa Alvarez cannot get from Budget to Reading hour in time: 12 minutes are missing for a drive of 17 minutes."
    )


def test_a_private_event_is_not_named(town: Town) -> None:
    """Alerts are mailed and read over shoulders."""
    town.connects(
        an_event(on_monday("09:00", "10:00"), "a", summary="Surgery", classification=Classification.PRIVATE),
        an_event(on_monday("09:30", "10:30"), "b", summary="Budget"),
    )
    (alert,) = town.watch.look_over()
    assert "Surgery" not in str(alert.sentence)
    assert "a private event" in str(alert.sentence)


def test_a_change_elsewhere_that_breaks_a_confirmed_meeting_is_told(town: Town) -> None:
    """Somebody else's hand, our alert."""
    proposal = proposed(town)
    meeting = town.decide.confirm(proposal.id, 0, by="Sam")
    calendar = a_calendar(MAYOR, writable=True)
    town.provider.holds(calendar, [an_event(meeting.slot, "intruder", summary="Intruder")])
    town.pull.calendar(calendar.id)
    (alert,) = town.watch.look_over()
    assert {alert.first and alert.first.uid, alert.second and alert.second.uid} == {"intruder", meeting.uid}


def test_what_is_over_raises_nothing(town: Town) -> None:
    """Nobody can mend last week."""
    town.connects(an_event(on_monday("09:00", "10:00"), "a"), an_event(on_monday("09:30", "11:00"), "b"))
    town.clock.advance(timedelta(days=5))
    assert [one for one in town.watch.look_over() if one.kind is AlertKind.OVERLAP] == []


def test_a_calendar_that_suddenly_misses_everything_is_told(town: Town) -> None:
    """Until somebody has looked."""
    calendar = town.connects(an_event(on_monday("09:00", "10:00"), "a"), an_event(on_monday("12:00", "13:00"), "b"))
    town.provider.holds(calendar, [])
    town.pull.calendar(calendar.id)
    (alert,) = town.watch.look_over()
    assert (alert.kind, alert.calendar) == (AlertKind.HELD_DELETION, calendar.id)
    town.pull.accept_deletions(calendar.id)
    town.watch.look_over()
    assert town.look.alerts() == []


def test_a_calendar_that_cannot_be_read_is_told_once_it_is_stale(town: Town) -> None:
    """One hiccup is no alert; six hours without a word are."""
    calendar = town.connects(an_event(on_monday("09:00", "10:00")))
    town.clock.advance(timedelta(minutes=10))
    town.provider.failures = [TryLaterError("the provider")]
    town.pull.calendar(calendar.id)
    assert town.watch.look_over() == ()
    town.clock.advance(timedelta(hours=6))
    (alert,) = town.watch.look_over()
    assert alert.kind is AlertKind.UNREAD_CALENDAR
    town.pull.calendar(calendar.id)
    town.watch.look_over()
    assert town.look.alerts() == []


def test_a_drive_stays_an_alert_until_its_goal_has_begun(town: Town) -> None:
    """It is on the way that somebody has to know; an overlap is over with the first of the two."""
    town.clock.at = on_monday("10:04", "10:05").start
    town.connects(
        an_event(on_monday("09:00", "10:00"), "a"),
        an_event(on_monday("09:30", "10:00"), "c"),
        an_event(on_monday("10:05", "11:00"), "b", location="North School"),
    )
    town.watch.look_over()
    assert {one.kind for one in town.look.alerts()} == {AlertKind.IMPOSSIBLE_DRIVE}
    town.clock.at = on_monday("10:05", "10:06").start
    town.watch.look_over()
    assert town.look.alerts() == []
