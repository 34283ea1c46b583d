"""Sixteen confirmers and two hundred slots: each slot is booked once, whoever comes second is told who was first."""

from __future__ import annotations

import random
import sqlite3
import threading
from collections import Counter
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from agenda.model.errors import AgendaError, SlotTakenError
from agenda.model.ids import PersonId
from agenda.model.times import Interval
from agenda.store import SqlStore, upgrade
from tests.agenda.store.values import NOW, a_meeting, an_item
from tests.databases import opened

CONFIRMERS = 16
SLOTS = 200
PERSON = PersonId("mayor")


def slot(number: int) -> Interval:
    """Half an hour; no two of them overlap."""
    start = NOW + number * timedelta(minutes=30)
    return Interval(start, start + timedelta(minutes=30))


def race(store: SqlStore) -> Counter[str]:
    """Everybody tries every slot, each in an order of their own; how the tries ended, by the error's name."""
    ended: Counter[str] = Counter()
    start = threading.Barrier(CONFIRMERS)

    def confirm(confirmer: int) -> None:
        numbers = list(range(SLOTS))
        random.Random(confirmer).shuffle(numbers)
        own: Counter[str] = Counter()
        start.wait()
        for number in numbers:
            name = f"{number}-{confirmer}"
            meeting = a_meeting(slot(number), id=name, firm=(PERSON,), room=f"room-{number % 3}")
            try:
                with store.writing() as unit:
                    unit.meetings.book(meeting)
                    unit.outbox.put(an_item(name, meeting=name))
                    unit.commit()
                own["booked"] += 1
            except AgendaError as error:
                own[type(error).__name__ if names_the_first(error) else "nameless"] += 1
        ended.update(own)

    threads = [threading.Thread(target=confirm, args=(confirmer,)) for confirmer in range(CONFIRMERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ended


def names_the_first(error: AgendaError) -> bool:
    """Whether a refusal says what holds the slot."""
    return not isinstance(error, SlotTakenError) or "“Harbor plan”" in str(error)


OVERLAPS = """
    SELECT count(*) FROM bookings AS one JOIN bookings AS other
    ON one.subject_no = other.subject_no AND one.no < other.no AND one.firm AND other.firm
    AND one.starts_at < other.ends_at AND other.starts_at < one.ends_at
"""


def test_each_slot_is_booked_once(url: str) -> None:
    """Refusals are polite, each of them; nothing is locked, nothing is left behind."""
    with opened(url, busy_timeout_s=30) as store:
        assert race(store) == {"booked": SLOTS, "SlotTakenError": SLOTS * (CONFIRMERS - 1)}
        with store.reading() as unit:
            assert len(unit.meetings.within(Interval(slot(0).start, slot(SLOTS).end))) == SLOTS
            assert len(unit.outbox.having(limit=SLOTS * 2)) == SLOTS
    assert overlaps(url) == 0


def test_people_and_rooms_that_are_new_do_not_lock_each_other_out(url: str) -> None:
    """Eight confirm at once for somebody, and somewhere, that nobody was ever booked for: nobody is told to wait."""
    with opened(url, busy_timeout_s=30) as store:
        for turn in range(15):
            assert together(store, turn) == {"booked": 8}


def together(store: SqlStore, turn: int) -> Counter[str]:
    """Eight meetings, one after another in time, of one new person and one of two new rooms; how they ended."""
    ended: Counter[str] = Counter()
    start = threading.Barrier(8)

    def confirm(number: int) -> None:
        people = (PersonId(f"z-{turn}"), PersonId(f"a-{turn}"))
        meeting = a_meeting(
            slot(number), id=f"{turn}-{number}", firm=people[:: 1 - 2 * (number % 2)], room=f"{turn}-{number % 2}"
        )
        start.wait()
        try:
            with store.writing() as unit:
                unit.meetings.book(meeting)
                unit.commit()
            ended["booked"] += 1
        except AgendaError as error:
            ended[type(error).__name__] += 1

    threads = [threading.Thread(target=confirm, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ended


def test_without_the_databases_rule_sqlite_books_twice(file_url: str) -> None:
    """The control: the race is a race, and it is the triggers that end it."""
    with closing(sqlite3.connect(Path(file_url.removeprefix("sqlite:///")))) as connection:
        connection.execute("DROP TRIGGER ex_bookings_no_overlap_insert")
    books_twice(file_url)


def test_without_the_databases_rule_postgres_books_twice(postgres_url: str) -> None:
    """The control: the race is a race, and it is the exclusion that ends it."""
    upgrade(postgres_url)
    with psycopg.connect(postgres_url.replace("+psycopg", "")) as connection:
        connection.execute("ALTER TABLE bookings DROP CONSTRAINT ex_bookings_no_overlap")
    books_twice(postgres_url)


def books_twice(url: str) -> None:
    """A few confirmers are enough to overlap."""
    with pytest.MonkeyPatch.context() as patch, opened(url, busy_timeout_s=30) as store:
        patch.setitem(globals(), "CONFIRMERS", 3)
        patch.setitem(globals(), "SLOTS", 20)
        ended = race(store)
    assert ended["booked"] > 20
    assert overlaps(url) > 0


def overlaps(url: str) -> int:
    """Pairs of firm bookings of one subject that overlap, counted by the database."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(Path(url.removeprefix("sqlite:///")))) as file:
            return int(file.execute(OVERLAPS).fetchone()[0])
    with psycopg.connect(url.replace("+psycopg", "")) as server:
        row = server.execute(OVERLAPS).fetchone()
        assert row is not None
        return int(row[0])
