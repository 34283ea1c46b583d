"""Confirmed meetings: the database refuses to put anybody in two places."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from agenda.model.errors import NotFoundError, SlotTakenError
from agenda.model.ids import MeetingId
from agenda.model.meetings import MeetingState
from agenda.store import RuleBrokenError, SqlStore
from agenda.store.engines import open_engines
from agenda.store.failures import OverlapError
from tests.agenda.store.values import a_meeting
from tests.builders import DEPUTY, MAYOR, TREASURER, on_monday


def booked(store: SqlStore, **changes: object) -> None:
    """Book one meeting."""
    with store.writing() as unit:
        unit.meetings.book(a_meeting(**changes))  # type: ignore[arg-type]  # a builder: mypy cannot follow the names
        unit.commit()


def test_a_meeting_survives(store: SqlStore) -> None:
    """With its people in the order given."""
    meeting = a_meeting(firm=(TREASURER, MAYOR), attending=(TREASURER, MAYOR, DEPUTY), is_private=True, sequence=3)
    with store.writing() as unit:
        unit.meetings.book(meeting)
        unit.commit()
    with store.reading() as unit:
        assert unit.meetings.get(meeting.id) == meeting


def test_nobody_is_in_two_meetings_and_the_refusal_names_the_first(store: SqlStore) -> None:
    """The last minute is taken too."""
    booked(store)
    with pytest.raises(SlotTakenError, match="mayor is in “Harbor plan” then"):
        booked(store, id="second", slot=on_monday("10:59", "12:00"), room=None)


def test_meetings_that_touch_are_both_kept(store: SqlStore) -> None:
    """Eleven o'clock is free once the ten o'clock has ended."""
    booked(store)
    booked(store, id="after", slot=on_monday("11:00", "12:00"))
    booked(store, id="before", slot=on_monday("09:00", "10:00"))
    with store.reading() as unit:
        assert [one.id for one in unit.meetings.within(on_monday("09:00", "12:00"))] == ["before", "meeting-1", "after"]


def test_a_private_meeting_is_only_called_busy(store: SqlStore) -> None:
    """Whoever is refused may not be allowed to know why."""
    booked(store, is_private=True)
    with pytest.raises(SlotTakenError, match="mayor is busy then") as refused:
        booked(store, id="second", room=None)
    assert "Harbor" not in str(refused.value)


def test_a_room_holds_one_meeting(store: SqlStore) -> None:
    """Even when nobody is in both."""
    booked(store)
    with pytest.raises(SlotTakenError, match="room is taken by “Harbor plan”"):
        booked(store, id="second", firm=(DEPUTY,))
    booked(store, id="third", firm=(DEPUTY,), room="large")


def test_a_person_and_a_room_of_one_name_are_two(store: SqlStore) -> None:
    """The office chooses its ids; kinds do not get mixed up."""
    booked(store, room="deputy")
    booked(store, id="second", firm=(DEPUTY,), room=None)


def test_those_who_are_not_firm_may_overlap(store: SqlStore) -> None:
    """An optional attendee is nobody's obstacle."""
    booked(store, attending=(MAYOR, DEPUTY))
    booked(store, id="second", firm=(DEPUTY,), room=None)


def test_a_refused_meeting_leaves_nothing_and_the_transaction_goes_on(store: SqlStore) -> None:
    """An action may try the next option in the same transaction."""
    booked(store)
    with store.writing() as unit:
        with pytest.raises(SlotTakenError):
            unit.meetings.book(a_meeting(id="second", firm=(DEPUTY, MAYOR), room=None))
        unit.meetings.book(a_meeting(on_monday("15:00", "16:00"), id="third", firm=(DEPUTY, MAYOR)))
        unit.commit()
    booked(store, id="fourth", firm=(DEPUTY,), room=None)
    with store.reading() as unit, pytest.raises(NotFoundError):
        unit.meetings.get(MeetingId("second"))


def test_a_cancelled_meeting_frees_its_time(store: SqlStore) -> None:
    """For people and room alike; the record stays."""
    booked(store)
    with store.writing() as unit:
        unit.meetings.cancel(unit.meetings.get(MeetingId("meeting-1")).cancelled())
        unit.commit()
    booked(store, id="second")
    with store.reading() as unit:
        assert [one.id for one in unit.meetings.within(on_monday("00:00", "23:59"))] == ["second"]
        first = unit.meetings.get(MeetingId("meeting-1"))
        assert (first.state, first.sequence) == (MeetingState.CANCELLED, 1)


def test_what_is_not_there_is_not_found(store: SqlStore) -> None:
    """Neither got nor cancelled."""
    with store.writing() as unit:
        with pytest.raises(NotFoundError):
            unit.meetings.get(MeetingId("nobody"))
        with pytest.raises(NotFoundError):
            unit.meetings.cancel(a_meeting())


def test_a_meeting_is_booked_once(store: SqlStore) -> None:
    """The same id again is a mistake of ours, not a taken slot."""
    booked(store)
    with pytest.raises(RuleBrokenError):
        booked(store, slot=on_monday("16:00", "17:00"))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE bookings SET starts_at = (SELECT min(starts_at) FROM bookings), "
        "ends_at = (SELECT min(ends_at) FROM bookings)",
        "UPDATE bookings SET subject_no = (SELECT min(subject_no) FROM bookings), starts_at = "
        "(SELECT min(starts_at) FROM bookings), ends_at = (SELECT max(ends_at) FROM bookings)",
    ],
)
def test_not_even_an_update_puts_somebody_in_two(url: str, store: SqlStore, statement: str) -> None:
    """The rule is the database's: it holds for whoever writes, by whatever way."""
    booked(store, room=None)
    booked(store, id="after", slot=on_monday("11:00", "12:00"), room=None)
    engines = open_engines(url, 1.0)
    with engines.writing.connect() as connection, pytest.raises(OverlapError):
        connection.execute(text(statement))
    engines.close()


def test_a_tentative_row_may_not_become_firm_over_another(url: str, store: SqlStore) -> None:
    """Making a hold firm is a booking like any other."""
    booked(store, attending=(MAYOR, DEPUTY), room=None)
    booked(store, id="second", firm=(DEPUTY,), room=None)
    engines = open_engines(url, 1.0)
    with engines.writing.connect() as connection, pytest.raises(OverlapError):
        connection.execute(text("UPDATE bookings SET firm = true"))
    engines.close()
