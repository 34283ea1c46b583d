"""A mayor with an account at the simulated provider, and the connector that reads it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from google.oauth2.credentials import Credentials

from agenda.model.calendars import Calendar, CalendarObject, Cursor, Provider, Pulled
from agenda.model.times import Interval
from sync.google import GoogleConnector
from sync.outbound import Outbound
from tests.builders import a_calendar
from tests.simulators.google.server import EVERYTHING, Simulator
from tests.simulators.google.world import Event, SimCalendar
from tests.sync.texts import SPRING

MAYOR = "mayor@example.org"
SOON = Outbound(connect_s=5, read_s=20)
IMPATIENT = Outbound(connect_s=5, read_s=0.5)


def credentials_of(token: str) -> Credentials:
    """Credentials that hold an access token and nothing to renew it with."""
    make: Any = Credentials
    made: Credentials = make(token)
    return made


@dataclass
class Desk:
    """The mayor's calendar at the provider, and our copy of it."""

    simulator: Simulator
    there: SimCalendar
    calendar: Calendar
    connector: GoogleConnector

    def put(self, **body: Any) -> Event:
        """Somebody makes an event."""
        return self.simulator.world.insert(self.there, body, MAYOR, {"conferenceDataVersion": "1"})

    def change(self, event_id: str, **body: Any) -> Event:
        """Somebody changes an event."""
        quiet = {"conferenceDataVersion": "1"}
        return self.simulator.world.change(self.there, event_id, body, quiet, whole=False)

    def delete(self, event_id: str) -> None:
        """Somebody deletes an event."""
        self.simulator.world.delete(self.there, event_id, {})

    def impatient(self) -> Desk:
        """The same with a connector that does not wait for a second."""
        return replace(self, connector=replace(self.connector, way=IMPATIENT))

    def pull(self, cursor: Cursor | None = None, window: Interval = SPRING) -> Pulled:
        """Read it once."""
        return self.connector.pull(self.calendar, cursor, window)


def a_desk(simulator: Simulator, name: str = MAYOR, *, page_size: int = 2500, endpoint: str = "") -> Desk:
    """A calendar of the mayor's with full rights, and a token that is good for an hour."""
    there = simulator.world.calendars.get(name) or simulator.world.add_calendar(name)
    there.roles[MAYOR] = "owner"
    token = simulator.desk.give(MAYOR, frozenset({EVERYTHING}))
    calendar = a_calendar(provider=Provider.GOOGLE, address=name, writable=True)
    connector = GoogleConnector(
        credentials=lambda _: credentials_of(token),
        endpoint=endpoint or simulator.endpoint,
        way=SOON,
        page_size=page_size,
    )
    return Desk(simulator, there, calendar, connector)


def at(wall: str, zone: str = "America/New_York") -> dict[str, str]:
    """A start or end from `2026-03-02T09:00`; a date from `2026-03-02`."""
    return {"dateTime": f"{wall}:00", "timeZone": zone} if "T" in wall else {"date": wall}


def only(pulled: Pulled) -> CalendarObject:
    """The one object that came."""
    (found,) = pulled.changed
    return found
