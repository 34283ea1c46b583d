"""A small city hall on a real store and the real solver, with doors: for the tests of the pages.

Today is Friday, 27 February 2026, eight in the morning; the week that has something in it begins on 2 March.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from agenda.actions.connect import Connect
from agenda.actions.decide import Decide
from agenda.actions.deliver import Deliver
from agenda.actions.let_in import LetIn
from agenda.actions.look import Look
from agenda.actions.propose import Propose
from agenda.actions.pull import Pull
from agenda.actions.sign_in import SignIn
from agenda.actions.take_in import Draft, TakeIn
from agenda.actions.watch import Watch
from agenda.model.calendars import Calendar, Problem, Provider, Severity
from agenda.model.credentials import Offered
from agenda.model.events import Classification, Event, EventKey
from agenda.model.ids import CalendarId, MeetingId, RequestId
from agenda.model.meetings import Meeting
from agenda.model.policy import Directory
from agenda.model.proposals import Proposal
from agenda.model.requests import Request
from agenda.model.sentences import say
from agenda.model.users import Duty
from agenda.office import Office
from agenda.ports import Gate
from agenda.store import KeyFile, SqlCredentials, SqlStore, upgrade
from solver import CpSatSolver
from tests.builders import DEPUTY, MAYOR, MONDAY, TREASURER, a_book, a_calendar, an_event, at, on, on_monday
from tests.fakes import FakeMailer, FakeProvider, FakeWriter, PlainPasswords, SetClock
from web.app import DemoBanner, create_app

PASSWORD = "correct horse battery"
SECRET_WORD = "Oncology"
"""Stands in the title of the mayor's private event, and nowhere else."""


@dataclass
class City:
    """An office, its doors, and the world around it."""

    folder: Path
    demo: DemoBanner | None = None
    secure_cookies: bool = False
    origin: str = ""
    directory: Directory | None = None
    clock: SetClock = field(default_factory=lambda: SetClock(at(MONDAY - timedelta(days=3), "08:00")))
    provider: FakeProvider = field(default_factory=FakeProvider)
    writer: FakeWriter = field(default_factory=FakeWriter)
    mailer: FakeMailer = field(default_factory=FakeMailer)
    changes: list[str] = field(default_factory=list)
    gates: dict[Provider, Gate] = field(default_factory=dict)
    offered: list[Offered] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Open the house."""
        self.database = self.folder / "office.db"
        url = f"sqlite:///{self.database}"
        upgrade(url)
        self.store = SqlStore(url, busy_timeout_s=0.2)
        clock, store = self.clock, self.store
        book = a_book() if self.directory is None else replace(a_book(), directory=self.directory)
        pull = Pull(store=store, clock=clock, connectors={Provider.ICS_FILE: self.provider}, owner="this process")
        self.office = Office(
            book=book,
            look=Look(store, clock, book),
            take_in=TakeIn(store, clock, book),
            propose=Propose(store, clock, book, CpSatSolver()),
            decide=Decide(store, clock, book, pull.of_people),
            pull=pull,
            watch=Watch(store=store, clock=clock, book=book),
            deliver=Deliver(
                store=store,
                clock=clock,
                writers={Provider.ICS_FILE: self.writer},
                mailer=self.mailer,
                owner="this process",
                jitter=random.Random(1),
            ),
            connect=Connect(store, book),
            let_in=LetIn(
                store=store,
                clock=clock,
                credentials=SqlCredentials(store, KeyFile(self.folder / "credentials-key"), clock),
                gates=self.gates,
                connectors={Provider.ICS_URL: self.provider, Provider.CALDAV: self.provider},
                find=lambda address, login, password: self.offered,
                keep=lambda calendar, content: f"{calendar}.ics",
            ),
            sign_in=SignIn(store=store, clock=clock, passwords=PlainPasswords()),
        )
        self.app = self.an_app()
        for duty in Duty:
            self.office.sign_in.add_user(f"The {duty.value}", duty.value, PASSWORD, duty)

    def an_app(self) -> Flask:
        """Doors to the office."""
        app = create_app(
            self.office,
            secret_key=bytes(range(32)),
            demo=self.demo,
            secure_cookies=self.secure_cookies,
            origin=self.origin,
            after_change=lambda: self.changes.append("after change"),
        )
        app.testing = True
        return app

    def connects(self, *events: Event, calendar: Calendar | None = None) -> Calendar:
        """Connect a calendar that holds some events, and read it."""
        connected = self.office.connect.add(calendar or a_calendar(MAYOR, writable=True))
        self.provider.holds(connected, events)
        self.office.pull.calendar(connected.id)
        return connected

    def lives(self) -> None:
        """A week like others: meetings, a drive that cannot work, an overlap, a private hour, an entry with a doubt."""
        self.provider.problems = (
            Problem(
                severity=Severity.WARNING,
                sentence=say("The end is missing; %(minutes)s minutes are assumed.", minutes=60),
                uid="slip@example.org",
                line=17,
            ),
        )
        self.connects(*mayors_week())
        self.provider.problems = ()
        for person, events in ((DEPUTY, deputys_week()), (TREASURER, ())):
            calendar = a_calendar(person, writable=True)
            self.connects(
                *(an_event(**{**one, "calendar": calendar.id}) for one in events),  # type: ignore[arg-type]  # a builder
                calendar=calendar,
            )
        self.office.watch.look_over()

    def asks(self, **changes: object) -> Request:
        """Take a request in: the mayor and the treasurer, three quarters of an hour in the week from 2 March."""
        settings: dict[str, object] = {
            "title": "Harbor plan",
            "duration_min": 45,
            "first_day": MONDAY,
            "last_day": MONDAY + timedelta(days=4),
            "required": (MAYOR, TREASURER),
            "place": "city-hall",
        }
        return self.office.take_in.request(Draft(**{**settings, **changes}))  # type: ignore[arg-type]  # a builder

    def proposes(self, **changes: object) -> Proposal:
        """Take a request in and find slots for it."""
        return self.office.propose.options(self.asks(**changes).id)

    def confirms(self, **changes: object) -> Meeting:
        """Take a request in, find slots, and confirm the first."""
        return self.office.decide.confirm(self.proposes(**changes).id, 0, by="The secretary")

    def browser(self, duty: Duty | None = Duty.SECRETARY, language: str | None = None) -> Browser:
        """A browser without JavaScript, signed in unless `duty` is None."""
        browser = Browser(self.app.test_client())
        if duty is not None:
            assert browser.post("/sign-in", login=duty.value, password=PASSWORD).status_code == 303
        if language is not None:
            browser.post("/language", lang=language)
        return browser

    def token(self, duty: Duty = Duty.SECRETARY) -> dict[str, str]:
        """The header that a program with a token sends."""
        return {"Authorization": f"Bearer {self.office.sign_in.new_token(duty.value, 'a test')}"}

    def request_id(self) -> RequestId:
        """Any request there is."""
        return self.office.look.requests()[0].id

    def close(self) -> None:
        """Close the store."""
        self.store.close()


@dataclass
class Browser:
    """A client that sends each form with its token, as a browser does."""

    client: FlaskClient

    def get(self, path: str, **headers: str) -> TestResponse:
        """Open a page."""
        return self.client.get(path, headers=headers, buffered=True)

    def read(self, path: str) -> str:
        """The text of a page that opens."""
        response = self.get(path)
        assert response.status_code == 200, f"{path}: {response.status_code}"
        return response.text

    def csrf(self) -> str:
        """A token for a form."""
        page = self.client.get("/account")
        if page.status_code != 200:
            page = self.client.get("/sign-in")
        found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
        assert found is not None
        return found[1]

    def post(self, path: str, _headers: Any = None, **fields: object) -> TestResponse:
        """Send a form."""
        return self.client.post(path, data={"csrf_token": self.csrf(), **fields}, headers=_headers)

    def by_script(self, path: str, **fields: object) -> TestResponse:
        """Send a form as htmx does: the token in a header, a fragment wanted."""
        return self.client.post(path, data=fields, headers={"HX-Request": "true", "X-CSRFToken": self.csrf()})


def mayors_week() -> list[Event]:
    """What lies in the mayor's calendar."""
    tuesday = MONDAY + timedelta(days=1)
    return [
        an_event(on_monday("09:00", "10:00"), "staff@example.org", summary="Staff meeting"),
        an_event(on_monday("10:05", "11:00"), "school@example.org", summary="Reading hour", location="North School"),
        an_event(on(tuesday, "14:00", "15:00"), "budget@example.org", summary="Budget hearing"),
        an_event(on(tuesday, "14:30", "15:30"), "press@example.org", summary="Press talk"),
        an_event(
            on(tuesday, "16:00", "17:00"),
            "private@example.org",
            summary=f"{SECRET_WORD} appointment",
            location=f"{SECRET_WORD} clinic",
            description=f"{SECRET_WORD} letter",
            classification=Classification.PRIVATE,
        ),
        an_event(
            on(MONDAY + timedelta(days=2), "11:00", "11:30"),
            "weekly@example.org",
            key=EventKey("weekly@example.org", "20260304T160000Z"),
            summary="Weekly call",
            location="Microsoft Teams Meeting",
            is_recurring=True,
        ),
        an_event(
            on(MONDAY + timedelta(days=3), "00:00", "23:59"),
            "trip@example.org",
            summary="Conference",
            location="",
            first_day=MONDAY + timedelta(days=3),
            last_day=MONDAY + timedelta(days=4),
        ),
    ]


def deputys_week() -> list[dict[str, object]]:
    """What lies in the deputy's calendar, as the builder's arguments."""
    return [{"interval": on_monday("11:00", "12:00"), "uid": "site@example.org", "summary": "Site visit"}]


def ids_of(city: City) -> dict[str, str]:
    """An id for every kind of thing that a route may name, of things that exist."""
    meeting = city.confirms()
    assert meeting.request is not None
    proposal = city.proposes(title="Second plan")
    return {
        "meeting_id": meeting.id,
        "request_id": proposal.request,
        "proposal_id": proposal.id,
        "item_id": city.office.look.errands(MeetingId(meeting.id))[0].id,
        "calendar_id": CalendarId("mayor-calendar"),
    }
