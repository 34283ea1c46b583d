"""A calendar of the simulated Google, with a hand that changes it as somebody else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from agenda.model.calendars import Calendar
from agenda.model.times import Interval
from sync.google import GoogleConnector
from sync.google.identity import id_of
from tests.simulators.google import files
from tests.simulators.google.office import MAYOR, Desk, a_desk
from tests.simulators.google.server import google
from tests.simulators.google.world import Event


@dataclass
class GoogleSource:
    """The mayor's calendar at the simulated provider."""

    desk: Desk
    calendar: Calendar
    connector: GoogleConnector
    uids: dict[str, str] = field(default_factory=dict)

    def put(self, name: str, vevents: str) -> None:
        """Put VEVENTs in."""
        event = files.put(self.desk.simulator.world, self.desk.there, vevents)
        self.uids[name] = event["iCalUID"]

    def drop(self, name: str) -> None:
        """Take them out."""
        files.drop(self.desk.simulator.world, self.desk.there, self.uids.pop(name))

    def leave(self) -> None:
        """Answer nothing but that it is not well."""
        self.desk.simulator.break_down({"nth": 0, "lost": True})

    def move(self, uid: str, slot: Interval) -> None:
        """Move what we have written to another time."""
        self.desk.change(id_of(uid), **_times(slot))

    def file(self, uid: str, slot: Interval) -> None:
        """Put a meeting in from its invitation mail; the provider gives it an id of its own."""
        body = {"iCalUID": uid, "summary": "Bridge repairs", **_times(slot)}
        self.desk.simulator.world.bring_in(self.desk.there, body, MAYOR)

    def occupy(self, uid: str, slot: Interval) -> None:
        """Put an event of somebody else where ours with that UID would lie."""
        self.desk.put(id=id_of(uid), summary="Quite another", **_times(slot))

    def alive(self) -> list[Event]:
        """What stands in the calendar."""
        return [one for one in self.desk.there.events.values() if one["status"] != "cancelled"]


def _times(slot: Interval) -> dict[str, dict[str, str]]:
    return {name: {"dateTime": f"{at:%Y-%m-%dT%H:%M:%SZ}"} for name, at in (("start", slot.start), ("end", slot.end))}


@contextmanager
def a_google() -> Iterator[GoogleSource]:
    """A provider with one empty calendar; what breaks its own description fails the test."""
    with google() as running:
        desk = a_desk(running)
        yield GoogleSource(desk, desk.calendar, desk.connector)
    assert running.violations == []
