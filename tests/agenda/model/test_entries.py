"""One meeting, many copies: one entry."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agenda.model.entries import Entry, gather
from agenda.model.events import Attendee, Classification, Event, EventKey, PartStat, Status, Transparency
from agenda.model.gazetteer import Gazetteer
from agenda.model.ids import CalendarId, MeetingId
from agenda.model.meetings import Meeting
from agenda.model.planning import Whereabouts
from tests.builders import (
    CITY_HALL,
    DEPUTY,
    MAYOR,
    MONDAY,
    a_calendar,
    an_event,
    at,
    on_monday,
    some_people,
    some_places,
)

CALENDARS = {one.id: one for one in (a_calendar(MAYOR), a_calendar(DEPUTY))}
NINE = on_monday("09:00", "10:00")


def gathered(*events: Event, meetings: tuple[Meeting, ...] = ()) -> tuple[Entry, ...]:
    """The entries of some events."""
    return gather(events, CALENDARS, some_people(), Gazetteer(some_places().values()), meetings)


def of_deputy() -> Event:
    """The deputy's copy of the mayor's event."""
    return an_event(NINE, calendar=CalendarId(f"{DEPUTY}-calendar"))


def a_meeting() -> Meeting:
    """A confirmed meeting of the two at city hall."""
    return Meeting(
        id=MeetingId("abc"),
        request=None,
        title="Harbor plan",
        slot=NINE,
        attending=(MAYOR, DEPUTY),
        firm=(MAYOR, DEPUTY),
        place=CITY_HALL,
        venue_name="City Hall",
        confirmed_at=at(MONDAY, "08:00"),
    )


def test_the_same_event_in_two_calendars_is_one_entry_of_two_people() -> None:
    """It takes both their time, once."""
    (entry,) = gathered(an_event(NINE), of_deputy())
    assert entry.busy == {MAYOR, DEPUTY}
    assert len(entry.sources) == 2


def test_copies_that_tell_different_times_stay_apart() -> None:
    """Somebody moved it in one calendar only: that is for people to see, not to be smoothed over."""
    moved = an_event(on_monday("11:00", "12:00"), calendar=CalendarId(f"{DEPUTY}-calendar"))
    first, second = gathered(an_event(NINE), moved)
    assert first.busy == {MAYOR}
    assert second.busy == {DEPUTY}


def test_the_tightest_classification_of_all_copies_holds() -> None:
    """A copy that somebody shows openly does not open the others."""
    (entry,) = gathered(an_event(NINE, classification=Classification.PRIVATE), of_deputy())
    assert entry.event.classification is Classification.PRIVATE


def test_who_declined_is_free() -> None:
    """The event stays in the calendar and takes nobody's time."""
    declined = (Attendee("Mayor@Example.org", partstat=PartStat.DECLINED),)
    (entry,) = gathered(an_event(NINE, attendees=declined))
    assert entry.busy == frozenset()
    assert entry.owners == {MAYOR}


def test_a_transparent_event_takes_no_time() -> None:
    """TRANSP:TRANSPARENT is a note in the margin."""
    (entry,) = gathered(an_event(NINE, transparency=Transparency.TRANSPARENT))
    assert entry.busy == frozenset()


def test_a_calendar_that_does_not_count_takes_no_time() -> None:
    """The office decides which calendars block."""
    calendars = {one.id: one for one in (a_calendar(MAYOR, counts_as_busy=False),)}
    (entry,) = gather([an_event(NINE)], calendars, some_people(), Gazetteer([]))
    assert entry.busy == frozenset()


def test_a_confirmed_meeting_counts_before_any_calendar_tells_it() -> None:
    """Between confirming and the next round, nobody may be booked twice."""
    (entry,) = gathered(meetings=(a_meeting(),))
    assert entry.busy == {MAYOR, DEPUTY}
    assert entry.found.place == CITY_HALL


def test_an_own_meeting_that_comes_back_is_known_and_stays_one() -> None:
    """The UID says whose it is; the attendee whose calendar is not read yet is still busy."""
    (entry,) = gathered(an_event(NINE, key=EventKey(a_meeting().uid)), meetings=(a_meeting(),))
    assert entry.meeting == a_meeting().id
    assert entry.busy == {MAYOR, DEPUTY}


def test_an_own_meeting_that_somebody_moved_shows_both_times() -> None:
    """Their calendar says eleven, ours says nine: an alert will tell."""
    moved = an_event(on_monday("11:00", "12:00"), key=EventKey(a_meeting().uid))
    entries = gathered(moved, meetings=(a_meeting(),))
    assert [entry.interval for entry in entries] == [NINE, on_monday("11:00", "12:00")]


def test_a_place_nobody_knows_is_unknown() -> None:
    """Not virtual, not zero."""
    (entry,) = gathered(an_event(NINE, location="somewhere in the hills"))
    assert entry.found.whereabouts is Whereabouts.UNKNOWN


def test_a_copy_that_is_struck_out_does_not_strike_out_the_others() -> None:
    """However much it says: it speaks for its own owner alone."""
    struck_out = an_event(NINE, status=Status.CANCELLED, summary="Staff meeting, with a long title")
    (entry,) = gathered(struck_out, of_deputy())
    assert entry.event.status is Status.CONFIRMED
    assert entry.busy == {DEPUTY}


@pytest.mark.parametrize(
    "changes", [{"status": Status.CANCELLED}, {"transparency": Transparency.TRANSPARENT}], ids=["cancelled", "free"]
)
def test_an_own_meeting_stands_whatever_a_copy_says(changes: dict[str, object]) -> None:
    """Only the office calls it off; until then it takes its people and its room."""
    told = an_event(NINE, uid="", key=EventKey(a_meeting().uid), **changes)
    (entry,) = gathered(told, meetings=(a_meeting(),))
    assert entry.busy == {MAYOR, DEPUTY}
    assert entry.event.takes_time


@pytest.mark.parametrize("told", [Classification.PUBLIC, Classification.CONFIDENTIAL])
def test_an_own_private_meeting_stays_private_when_it_comes_back(told: Classification) -> None:
    """Some servers drop CLASS on the way."""
    meeting = replace(a_meeting(), is_private=True)
    (entry,) = gathered(an_event(NINE, key=EventKey(meeting.uid), classification=told), meetings=(meeting,))
    assert entry.event.is_private
