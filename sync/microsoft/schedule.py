"""Free/busy of people whose calendars we may not read: `getSchedule`, in portions that Graph takes.

A schedule that comes with an error, or does not come at all, is unknown; it is never free.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from agenda.model.calendars import Calendar
from agenda.model.times import Interval
from sync.microsoft.client import ENDPOINT, Client
from sync.microsoft.limiter import Limiter
from sync.microsoft.translate import FREE, Json, UnreadableError, times_of
from sync.outbound import Outbound

AT_ONCE = 20
"""Schedules to a request."""
LONGEST = timedelta(days=61)
"""Of one request; 62 days are too many."""


@dataclass(frozen=True, slots=True)
class Availability:
    """When somebody is busy, and for what time nobody knows: an error, or an entry that could not be read."""

    busy: tuple[Interval, ...] = ()
    unknown: tuple[Interval, ...] = ()


@dataclass(frozen=True, slots=True)
class Schedules:
    """Asks for free/busy through one calendar of ours; `token`, `endpoint`, `way`, `limiter` as for GraphConnector."""

    token: Callable[[Calendar], str]
    endpoint: str
    way: Outbound
    limiter: Limiter

    @classmethod
    def at(cls, token: Callable[[Calendar], str], endpoint: str = ENDPOINT, way: Outbound | None = None) -> Schedules:
        """With a limiter of its own."""
        return cls(token, endpoint, way or Outbound(), Limiter())

    def of(self, calendar: Calendar, addresses: Sequence[str], span: Interval) -> dict[str, Availability]:
        """When each of some mail addresses is busy; every address that was asked for is in the answer.

        Raises:
            TryLaterError: Graph is busy or out of reach.
            RefusedError: it does not let us ask.
        """
        busy: dict[str, list[Interval]] = {one: [] for one in addresses}
        unknown: dict[str, list[Interval]] = {one: [] for one in addresses}
        asked = list(busy)
        with Client(calendar, self.token, self.endpoint, self.way, self.limiter) as client:
            for piece in _pieces(span):
                for at in range(0, len(asked), AT_ONCE):
                    portion = asked[at : at + AT_ONCE]
                    told = _told(client, portion, piece)
                    for one in portion:
                        _take(told.get(one.casefold()), piece, busy[one], unknown[one])
        return {one: Availability(tuple(busy[one]), tuple(unknown[one])) for one in asked}


def _pieces(span: Interval) -> Iterator[Interval]:
    start = span.start
    while start < span.end:
        end = min(start + LONGEST, span.end)
        yield Interval(start, end)
        start = end


def _told(client: Client, addresses: Sequence[str], span: Interval) -> dict[str, Json]:
    body = {
        "schedules": list(addresses),
        "startTime": _moment(span.start),
        "endTime": _moment(span.end),
        "availabilityViewInterval": 30,
    }
    answer = client.call("POST", client.url("/getSchedule"), body, is_write=False)
    value = answer.data.get("value")
    found = [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
    return {str(one.get("scheduleId")).casefold(): one for one in found}


def _take(told: Json | None, span: Interval, busy: list[Interval], unknown: list[Interval]) -> None:
    items = told.get("scheduleItems") if told is not None and not told.get("error") else None
    if not isinstance(items, list):
        unknown.append(span)
        return
    for item in items:
        if isinstance(item, Mapping) and item.get("status") in FREE:
            continue
        try:
            times = times_of(item) if isinstance(item, Mapping) else None
        except UnreadableError:
            times = None
        if times is None or not isinstance(times.start, datetime) or not isinstance(times.end, datetime):
            unknown.append(span)
            continue
        found = Interval(times.start, max(times.start, times.end)).intersect(span)
        if found is not None:
            busy.append(found)


def _moment(moment: datetime) -> dict[str, str]:
    return {"dateTime": f"{moment:%Y-%m-%dT%H:%M:%S}", "timeZone": "UTC"}
