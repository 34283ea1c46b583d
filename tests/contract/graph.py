"""A calendar of the Graph simulator as the contract suite wants it: VEVENTs put in by somebody else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import icalendar
import pytest

from agenda.model.calendars import Calendar, Provider
from sync.microsoft import GraphConnector
from sync.outbound import Outbound
from tests.builders import a_calendar
from tests.servers import free_port
from tests.simulators.graph import Grant, Item, Json, Schema, Simulator, graph
from tests.sync.texts import vcalendar

MAYOR = "mayor@example.org"
TOKEN = "a token of the app"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass
class GraphSource:
    """A calendar in the simulator."""

    calendar: Calendar
    connector: GraphConnector
    simulator: Simulator
    id: str
    names: dict[str, str] = field(default_factory=dict)

    def put(self, name: str, vevents: str) -> None:
        """Put VEVENTs in, as somebody would who makes the same in Outlook."""
        parts: list[Any] = list(icalendar.Calendar.from_ical(vcalendar(vevents)).walk("VEVENT"))
        master = next(one for one in parts if "RECURRENCE-ID" not in one)
        data = graph_of(master)
        known = self.names.get(name)
        if known is None:
            item = self.simulator.world.add(self.id, data, uid=str(master["UID"]))
            self.names[name] = item.id
        else:
            item = self.simulator.world.change(known, data)
        for one in _exdates(master):
            self.simulator.world.cancel_one(item.id, one)
        for part in parts:
            if "RECURRENCE-ID" in part:
                patch = {name: value for name, value in graph_of(part).items() if name in ("start", "end", "subject")}
                self.simulator.world.change_one(item.id, part["RECURRENCE-ID"].dt.date(), **patch)

    def drop(self, name: str) -> None:
        """Take them out."""
        self.simulator.world.delete(self.names.pop(name))

    def leave(self) -> None:
        """Move to where nobody listens."""
        self.connector = replace(self.connector, endpoint=f"http://127.0.0.1:{free_port()}/v1.0")

    @property
    def items(self) -> list[Item]:
        """What lies in the calendar."""
        return [one for one in self.simulator.world.items.values() if one.calendar == self.id]


def graph_of(event: Any) -> Json:
    """What somebody types into Outlook for a VEVENT."""
    start = event["DTSTART"].dt
    end = event["DTEND"].dt if "DTEND" in event else start if isinstance(start, datetime) else start + timedelta(days=1)
    found: Json = {
        "subject": str(event.get("SUMMARY", "")),
        "start": _moment(start),
        "end": _moment(end),
        "isAllDay": not isinstance(start, datetime),
    }
    if "RRULE" in event:
        found["recurrence"] = _recurrence(event["RRULE"], start)
    return found


def _moment(when: date) -> dict[str, str]:
    if not isinstance(when, datetime):
        return {"dateTime": f"{when:%Y-%m-%d}T00:00:00.0000000", "timeZone": "Eastern Standard Time"}
    zone = when.tzinfo
    name = zone.key if isinstance(zone, ZoneInfo) else "UTC"
    shown = when if isinstance(zone, ZoneInfo) else when.astimezone(UTC)
    names = {"America/New_York": "Eastern Standard Time"}
    return {"dateTime": f"{shown:%Y-%m-%dT%H:%M:%S}.0000000", "timeZone": names.get(name, name)}


def _recurrence(rule: Mapping[str, Any], start: date) -> Json:
    frequency = rule["FREQ"][0]
    if frequency not in ("DAILY", "WEEKLY"):
        pytest.skip(f"Outlook has no events that happen {frequency.lower()}")
    pattern: Json = {"type": frequency.lower(), "interval": 1}
    if frequency == "WEEKLY":
        pattern["daysOfWeek"] = [WEEKDAYS[start.weekday()]]
    limits: Json = {"type": "noEnd", "startDate": f"{start:%Y-%m-%d}", "recurrenceTimeZone": _moment(start)["timeZone"]}
    if "COUNT" in rule:
        limits |= {"type": "numbered", "numberOfOccurrences": rule["COUNT"][0]}
    return {"pattern": pattern, "range": limits}


def _exdates(event: Any) -> Iterator[date]:
    found = event.get("EXDATE", [])
    for one in found if isinstance(found, list) else [found]:
        yield from (each.dt.date() for each in one.dts)


@contextmanager
def a_graph(schema: Schema, way: Outbound) -> Iterator[GraphSource]:
    """A second calendar of a mailbox, in a simulator of its own; what is against the vendor's rules is an error."""
    with graph(schema) as simulator:
        simulator.tokens[TOKEN] = Grant()
        simulator.world.add_calendar(MAYOR, "Calendar")
        found = simulator.world.add_calendar(MAYOR, "Public hours")
        calendar = a_calendar(
            provider=Provider.MICROSOFT,
            address=f"users/{MAYOR}/calendars/{quote(found, safe='')}",
            login=MAYOR,
            writable=True,
        )
        connector = GraphConnector(lambda _: TOKEN, simulator.url, way)
        yield GraphSource(calendar, connector, simulator, found)
        assert simulator.violations == []
