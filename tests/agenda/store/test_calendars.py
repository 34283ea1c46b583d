"""The connected calendars, and how fresh our copies are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agenda.model.calendars import Calendar, Freshness, Provider, Pulled, SyncState
from agenda.model.errors import NotFoundError
from agenda.model.ids import CalendarId
from agenda.store import SqlStore
from tests.agenda.store.values import NOW, later
from tests.builders import DEPUTY, a_calendar, an_event, on_monday
from tests.fakes import an_object

ID = CalendarId("deputy-calendar")


def full() -> Calendar:
    """A calendar with every field filled."""
    return a_calendar(
        DEPUTY,
        provider=Provider.CALDAV,
        address="https://example.org/dav/",
        login="deputy",
        secret="DEPUTY_PASSWORD",
        counts_as_busy=False,
        writable=True,
    )


def with_calendars(store: SqlStore, *calendars: Calendar) -> None:
    """Connect these, or the full one."""
    with store.writing() as unit:
        for calendar in calendars or (full(),):
            unit.calendars.add(calendar)
        unit.commit()


def test_a_calendar_survives_and_was_never_read(store: SqlStore) -> None:
    """What was never read is unknown, not free."""
    with_calendars(store)
    with store.reading() as unit:
        assert unit.calendars.get(ID) == full()
        assert unit.calendars.freshness() == {ID: Freshness(calendar=ID)}
        assert unit.calendars.cursor(ID) is None


def test_calendars_come_by_name(store: SqlStore) -> None:
    """However their names are capitalised."""
    names = ("beta", "Alpha", "Gamma")
    with_calendars(store, *(replace(full(), id=CalendarId(name), name=name) for name in names))
    with store.reading() as unit:
        assert [calendar.name for calendar in unit.calendars.all()] == ["Alpha", "beta", "Gamma"]


def test_how_a_round_ended_is_kept(store: SqlStore) -> None:
    """With every field filled, then with the next round's."""
    fresh = Freshness(
        calendar=ID,
        state=SyncState.FAILING,
        read_at=NOW,
        tried_at=later(5),
        window=on_monday("00:00", "23:00"),
        failure="out of reach",
        failures_in_a_row=2,
        events=10,
        warnings=3,
        errors=1,
    )
    with_calendars(store)
    for each in (fresh, Freshness(calendar=ID, state=SyncState.FRESH, read_at=later(9))):
        with store.writing() as unit:
            unit.calendars.note(each)
            unit.commit()
        with store.reading() as unit:
            assert unit.calendars.freshness() == {ID: each}


def test_saved_settings_leave_what_was_read(store: SqlStore) -> None:
    """A new name is no reason to read everything again."""
    with_calendars(store)
    with store.writing() as unit:
        unit.calendars.note(Freshness(calendar=ID, state=SyncState.FRESH, read_at=NOW))
        unit.calendars.save(replace(full(), name="New"))
        unit.commit()
    with store.reading() as unit:
        assert unit.calendars.get(ID).name == "New"
        assert unit.calendars.freshness()[ID].read_at == NOW


def test_a_removed_calendar_leaves_nothing(store: SqlStore) -> None:
    """Not an event, not a problem, not a cursor; the others keep theirs."""
    other = a_calendar()
    with_calendars(store, full(), other)
    with store.writing() as unit:
        for calendar in (ID, other.id):
            pulled = Pulled(
                cursor=None,
                window=on_monday("00:00", "23:00"),
                changed=(an_object([an_event(on_monday("09:00", "10:00"), calendar=calendar)]),),
            )
            unit.events.apply(calendar, pulled, ())
        unit.calendars.remove(ID)
        unit.commit()
    with store.reading() as unit:
        assert [calendar.id for calendar in unit.calendars.all()] == [other.id]
        assert [event.calendar for event in unit.events.within(on_monday("00:00", "23:00"))] == [other.id]
        assert list(unit.calendars.problems()) == [other.id]
    with_calendars(store)
    with store.reading() as unit:
        assert unit.events.digests(ID) == {}


def test_what_is_not_there_is_not_found(store: SqlStore) -> None:
    """Whatever is asked of it."""
    with store.writing() as unit:
        for ask in (
            lambda: unit.calendars.get(ID),
            lambda: unit.calendars.save(full()),
            lambda: unit.calendars.remove(ID),
            lambda: unit.calendars.note(Freshness(calendar=ID)),
            lambda: unit.events.apply(ID, Pulled(cursor=None, window=on_monday("09:00", "10:00")), ()),
        ):
            with pytest.raises(NotFoundError):
                ask()
