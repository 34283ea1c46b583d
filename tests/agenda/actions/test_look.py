"""What a viewer may see of everybody's days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from agenda.actions.look import Block, BlockKind
from agenda.model.calendars import Problem, Severity
from agenda.model.events import Classification, Status, Transparency
from agenda.model.ids import PersonId, UserId
from agenda.model.sentences import say
from agenda.model.times import Interval
from agenda.model.users import Duty, User
from tests.agenda.actions.conftest import Town
from tests.agenda.actions.test_decide import proposed
from tests.builders import DEPUTY, MAYOR, MONDAY, a_calendar, an_event, at, on_monday

NINE = on_monday("09:00", "10:00")


def viewer(duty: Duty = Duty.SECRETARY) -> User:
    """Somebody who signed in."""
    return User(id=UserId("sam"), name="Sam", login="sam", duty=duty, password="", created_at=at(MONDAY, "08:00"))


def blocks(town: Town, person: PersonId = MAYOR, day: date = MONDAY, duty: Duty = Duty.SECRETARY) -> list[Block]:
    """One cell of the board, without what is merely unknown."""
    board = town.look.board(day, 1, viewer(duty))
    return [one for one in board.cells[person, day] if one.kind is not BlockKind.UNKNOWN]


def test_an_event_stands_on_its_owners_day(town: Town) -> None:
    """With its title and place, for the secretary."""
    town.connects(an_event(NINE))
    (block,) = blocks(town)
    assert (block.kind, block.title, block.location, block.interval) == (
        BlockKind.EVENT,
        "Staff meeting",
        "City Hall",
        NINE,
    )
    assert blocks(town, DEPUTY) == []


@pytest.mark.parametrize("duty", [Duty.STAFF, Duty.IT])
def test_a_private_event_is_only_busy_to_others(town: Town, duty: Duty) -> None:
    """No title, no place, no key to ask for more with."""
    town.connects(an_event(NINE, "secret-uid", summary="Surgery", classification=Classification.PRIVATE))
    (block,) = blocks(town, duty=duty)
    assert block.kind is BlockKind.PRIVATE
    assert "Surgery" not in repr(block)
    assert "City Hall" not in repr(block)
    assert "secret-uid" not in repr(block)


@pytest.mark.parametrize("duty", [Duty.SECRETARY, Duty.CHIEF_OF_STAFF, Duty.PRINCIPAL])
def test_those_who_run_the_mayors_time_see_private_events(town: Town, duty: Duty) -> None:
    """They have to."""
    town.connects(an_event(NINE, summary="Surgery", classification=Classification.CONFIDENTIAL))
    assert [one.title for one in blocks(town, duty=duty)] == ["Surgery"]


def test_the_copy_that_is_private_hides_the_copy_that_is_not(town: Town) -> None:
    """The tightest one holds, in everybody's row."""
    town.connects(an_event(NINE, summary="Surgery", classification=Classification.PRIVATE))
    deputy = a_calendar(DEPUTY)
    town.connects(an_event(NINE, summary="Surgery", calendar=deputy.id), calendar=deputy)
    assert "Surgery" not in repr([blocks(town, one, duty=Duty.STAFF) for one in (MAYOR, DEPUTY)])


def test_a_drive_stands_before_the_event_it_leads_to(town: Town) -> None:
    """Seventeen minutes, with both places and how well it is known."""
    town.connects(an_event(NINE, "a"), an_event(on_monday("11:00", "12:00"), "b", location="North School"))
    (drive,) = [one for one in blocks(town) if one.kind is BlockKind.TRAVEL]
    assert drive.interval == on_monday("10:43", "11:00")
    assert drive.leg is not None
    assert (drive.origin, drive.goal, drive.leg.minutes) == ("city-hall", "north-school", 17)


def test_a_drive_to_a_private_event_does_not_tell_where_it_is(town: Town) -> None:
    """To those who may not know; the drive itself is shown, for the time is taken."""
    away = {"location": "North School", "classification": Classification.PRIVATE}
    town.connects(an_event(NINE, "a"), an_event(on_monday("11:00", "12:00"), "b", **away))
    assert "north-school" not in repr(blocks(town, duty=Duty.STAFF))
    assert BlockKind.TRAVEL in [one.kind for one in blocks(town, duty=Duty.STAFF)]
    assert "north-school" in repr(blocks(town))


def test_a_drive_from_a_private_event_does_not_tell_where_it_was(town: Town) -> None:
    """The same the other way round."""
    away = {"location": "North School", "classification": Classification.PRIVATE}
    town.connects(an_event(NINE, "a", **away), an_event(on_monday("11:00", "12:00"), "b"))
    assert "north-school" not in repr(blocks(town, duty=Duty.STAFF))


def test_days_beyond_what_was_read_are_unknown(town: Town) -> None:
    """Nobody has looked there, so they are not empty."""
    town.connects(an_event(NINE))
    for day in (MONDAY + timedelta(days=200), MONDAY - timedelta(days=60)):
        kinds = [one.kind for one in town.look.board(day, 1, viewer()).cells[MAYOR, day]]
        assert kinds == [BlockKind.UNKNOWN]


def test_what_takes_no_time_says_so(town: Town) -> None:
    """It is in the calendar, and nobody is busy."""
    town.connects(an_event(NINE, transparency=Transparency.TRANSPARENT))
    assert [one.busy for one in blocks(town)] == [False]


def test_what_is_cancelled_is_not_on_the_board(town: Town) -> None:
    """STATUS:CANCELLED stays in the calendar of many."""
    town.connects(an_event(NINE, status=Status.CANCELLED))
    assert blocks(town) == []


def test_somebody_without_a_calendar_is_unknown_all_day(town: Town) -> None:
    """The board never shows an empty day that nobody has looked at."""
    board = town.look.board(MONDAY, 1, viewer())
    (block,) = board.cells[DEPUTY, MONDAY]
    assert (block.kind, block.is_all_day) == (BlockKind.UNKNOWN, True)


def test_an_event_that_could_not_be_read_is_an_unknown_block(town: Town) -> None:
    """At the hour it is known to have."""
    town.provider.problems = (Problem(severity=Severity.ERROR, sentence=say("broken"), interval=NINE),)
    town.connects()
    (block,) = town.look.board(MONDAY, 1, viewer()).cells[MAYOR, MONDAY]
    assert (block.kind, block.interval) == (BlockKind.UNKNOWN, NINE)


def test_a_confirmed_meeting_stands_on_everybodys_day_at_once(town: Town) -> None:
    """Before any calendar has told it."""
    meeting = town.decide.confirm(proposed(town).id, 0, by="Sam")
    day = meeting.slot.start.astimezone(town.book.policy.zone).date()
    for person in meeting.attending:
        (block,) = [one for one in blocks(town, person, day) if one.kind is BlockKind.CONFIRMED]
        assert (block.meeting, block.title) == (meeting.id, "Harbor plan")


def test_an_event_across_midnight_stands_on_both_days(town: Town) -> None:
    """Late on Monday, early on Tuesday."""
    night = Interval(at(MONDAY, "23:00"), at(MONDAY + timedelta(days=1), "01:00"))
    town.connects(an_event(night))
    assert len(blocks(town, day=MONDAY)) == len(blocks(town, day=MONDAY + timedelta(days=1))) == 1


def test_the_strip_shows_the_day_around_an_option(town: Town) -> None:
    """For each who attends, with the option among the blocks."""
    proposal = proposed(town)
    strip = town.look.strip(proposal.options[0], viewer())
    assert [person.id for person, _ in strip] == [MAYOR, DEPUTY, "treasurer"]
    assert all(one[-1].kind is BlockKind.PROPOSED and one[-1].interval == proposal.options[0].slot for _, one in strip)


def test_occurrences_can_be_listed_without_anybodys_secrets(town: Town) -> None:
    """The same masking for the API."""
    town.connects(an_event(NINE, summary="Surgery", classification=Classification.PRIVATE))
    day = Interval(at(MONDAY, "00:00"), at(MONDAY, "23:59"))
    (masked,) = town.look.events(day, viewer(Duty.STAFF))
    (full,) = town.look.events(day, viewer())
    assert masked == replace(full.as_seen_by_others())
    assert (masked.summary, full.summary) == ("", "Surgery")
