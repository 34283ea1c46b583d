"""An office on a real store, with a set clock and a world that does as it is told."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from agenda.actions.book import Book
from agenda.actions.connect import Connect
from agenda.actions.decide import Decide
from agenda.actions.deliver import Deliver
from agenda.actions.let_in import LetIn
from agenda.actions.look import Look
from agenda.actions.propose import Propose
from agenda.actions.pull import Pull
from agenda.actions.sign_in import SignIn
from agenda.actions.take_in import TakeIn
from agenda.actions.watch import Watch
from agenda.model.calendars import Calendar, Provider
from agenda.model.events import Event
from agenda.office import Office
from agenda.store import SqlStore, upgrade
from solver import CpSatSolver
from tests.builders import DEPUTY, MAYOR, MONDAY, TREASURER, a_book, a_calendar, at
from tests.fakes import FakeCredentials, FakeMailer, FakeProvider, FakeWriter, PlainPasswords, SetClock


@dataclass
class Town:
    """One office and everything around it. Today is the Friday before the Monday of the builders."""

    store: SqlStore
    clock: SetClock = field(default_factory=lambda: SetClock(at(MONDAY - timedelta(days=3), "08:00")))
    book: Book = field(default_factory=a_book)
    provider: FakeProvider = field(default_factory=FakeProvider)
    writer: FakeWriter = field(default_factory=FakeWriter)
    mailer: FakeMailer = field(default_factory=FakeMailer)

    def __post_init__(self) -> None:
        """Hire everybody."""
        self.pull = Pull(
            store=self.store, clock=self.clock, connectors={Provider.ICS_FILE: self.provider}, owner="this process"
        )
        self.take_in = TakeIn(self.store, self.clock, self.book)
        self.propose = Propose(self.store, self.clock, self.book, CpSatSolver())
        self.decide = Decide(self.store, self.clock, self.book, self.pull.of_people)
        self.watch = Watch(store=self.store, clock=self.clock, book=self.book)
        self.look = Look(self.store, self.clock, self.book)
        self.connect = Connect(self.store, self.book)
        self.let_in = LetIn(
            store=self.store,
            clock=self.clock,
            credentials=FakeCredentials(),
            gates={},
            connectors={Provider.ICS_FILE: self.provider},
            find=lambda address, login, password: [],
            keep=lambda calendar, content: f"{calendar}.ics",
        )
        self.sign_in = SignIn(store=self.store, clock=self.clock, passwords=PlainPasswords())
        self.deliver = Deliver(
            store=self.store,
            clock=self.clock,
            writers={Provider.ICS_FILE: self.writer},
            mailer=self.mailer,
            owner="this process",
            jitter=random.Random(1),
        )

    @property
    def office(self) -> Office:
        """All of them in one hand."""
        return Office(
            book=self.book,
            look=self.look,
            take_in=self.take_in,
            propose=self.propose,
            decide=self.decide,
            pull=self.pull,
            watch=self.watch,
            deliver=self.deliver,
            connect=self.connect,
            let_in=self.let_in,
            sign_in=self.sign_in,
        )

    def connects(self, *events: Event, calendar: Calendar | None = None) -> Calendar:
        """Connect a calendar that holds some events, and read it."""
        connected = self.connect.add(calendar or a_calendar(MAYOR, writable=True))
        self.provider.holds(connected, events)
        self.pull.calendar(connected.id)
        return connected

    def connects_everybody(self) -> None:
        """Connect an empty calendar of each of the three."""
        for person in (MAYOR, DEPUTY, TREASURER):
            self.connects(calendar=a_calendar(person, writable=True))


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A fresh office on SQLite."""
    url = f"sqlite:///{tmp_path / 'office.db'}"
    upgrade(url)
    store = SqlStore(url)
    yield Town(store)
    store.close()
