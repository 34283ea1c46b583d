"""Mailboxes with calendars and what is in them, and the hand of somebody else who changes it.

Everything is kept as the service keeps it: a series is one item with exceptions and cancelled days; its occurrences
exist only in views. Every change is numbered.
"""

from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tzlocal.windows_tz import win_tz

from tests.simulators.graph.recurrence import dates

Json = dict[str, Any]
CUSTOM = "tzone://Microsoft/Custom"


def zone_of(name: str | None) -> ZoneInfo:
    """The zone a Windows or IANA name means; a custom one behaves like Boston's."""
    if not name or name == "UTC":
        return ZoneInfo("UTC")
    if name == CUSTOM:
        return ZoneInfo("America/New_York")
    return ZoneInfo(win_tz.get(name, name))


def opaque(*parts: str) -> str:
    """An id that tells nothing, is case-sensitive, and has characters a URL must escape."""
    digest = hashlib.sha256("\n".join(parts).encode()).digest()
    return "AAkALg" + base64.b64encode(digest * 2).decode().replace("+", "-")[:60] + "/A=="


@dataclass(slots=True)
class Occurrence:
    """One thing in a view: a single event, or one day of a series. `start` and `end` are wall clocks with a zone."""

    item: Item
    start: datetime
    end: datetime
    day: date | None = None

    @property
    def patch(self) -> Json | None:
        """What is different on this day, if anything is."""
        return self.item.exceptions.get(self.day) if self.day is not None else None

    @property
    def id(self) -> str:
        """Its id: stable, and the same before and after it becomes an exception."""
        return self.item.id if self.day is None else opaque(self.item.id, self.day.isoformat())

    @property
    def version(self) -> str:
        """Changes whenever this entry looks different."""
        return f"{self.item.version}/{self.item.touched.get(self.day, 0) if self.day is not None else 0}"

    @property
    def original(self) -> datetime:
        """When it was meant to be."""
        assert self.day is not None
        return self.item.wall(self.day)


@dataclass(slots=True, kw_only=True)
class Item:
    """A single event or a series. `data` is as Graph shows it, apart from what is worked out."""

    id: str
    uid: str
    calendar: str
    data: Json
    created: datetime
    modified: datetime
    version: int = 1
    change_key: int = 1
    exceptions: dict[date, Json] = field(default_factory=dict)
    cancelled: set[date] = field(default_factory=set)
    touched: dict[date, int] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)

    @property
    def zone_name(self) -> str:
        """The zone it was made in."""
        return str(self.data["start"].get("timeZone") or "UTC")

    @property
    def is_series(self) -> bool:
        """Whether it repeats."""
        return bool(self.data.get("recurrence"))

    def at(self, which: str, data: Json | None = None) -> datetime:
        """Its start or end, on its wall clock."""
        told = (data or self.data)[which]
        text = str(told["dateTime"])[:19]
        return datetime.fromisoformat(text).replace(tzinfo=zone_of(told.get("timeZone")))

    def wall(self, day: date) -> datetime:
        """When it happens on a day of its pattern."""
        start = self.at("start")
        return datetime.combine(day, start.time(), start.tzinfo)

    def occurrences(self, until: datetime) -> Iterator[Occurrence]:
        """Every occurrence that begins before `until`, cancelled ones left out; a single event is its own."""
        start, end = self.at("start"), self.at("end")
        if not self.is_series:
            yield Occurrence(self, start, end)
            return
        length = end.replace(tzinfo=None) - start.replace(tzinfo=None)
        for day in dates(self.data["recurrence"], until.date() + timedelta(days=400)):
            if day in self.cancelled:
                continue
            patch = self.exceptions.get(day)
            if patch and "start" in patch:
                yield Occurrence(self, self.at("start", patch), self.at("end", patch), day)
            else:
                wall = self.wall(day)
                yield Occurrence(self, wall, (wall.replace(tzinfo=None) + length).replace(tzinfo=wall.tzinfo), day)


@dataclass(slots=True)
class Mail:
    """A mail the service sent by itself."""

    kind: str
    to: tuple[str, ...]
    item: str


class World:
    """Every mailbox. Methods are what somebody else does in Outlook, at that very moment."""

    def __init__(self) -> None:
        """Nobody has a mailbox yet."""
        self.calendars: dict[str, tuple[str, str, bool]] = {}
        """Calendar id → mailbox, name, whether it may be written."""
        self.items: dict[str, Item] = {}
        self.mails: list[Mail] = []
        self.transactions: dict[tuple[str, str], str] = {}
        self.changes = 0
        self.lock = threading.RLock()
        self.now = datetime(2026, 1, 15, 12, tzinfo=UTC)

    def add_calendar(self, mailbox: str, name: str, *, writable: bool = True) -> str:
        """A new calendar; the first of a mailbox is its default."""
        found = opaque(mailbox, name)
        self.calendars[found] = (mailbox, name, writable)
        return found

    def default_calendar(self, mailbox: str) -> str | None:
        """The first calendar of a mailbox."""
        return next((one for one, (whose, _, _) in self.calendars.items() if whose == mailbox), None)

    def add(self, calendar: str, data: Mapping[str, Any], *, uid: str = "", silent: bool = False) -> Item:
        """Put an event in; people who are invited are mailed at once, as the service does."""
        with self.lock:
            number = self._tick()
            found = Item(
                id=opaque(calendar, str(number)),
                uid=uid or f"040000008200E00074C5B7101A82E008{number:032X}",
                calendar=calendar,
                data=dict(data),
                created=self.now,
                modified=self.now,
                change_key=number,
                version=number,
            )
            for one in found.data.pop("singleValueExtendedProperties", None) or ():
                found.properties[one["id"]] = one["value"]
            self.items[found.id] = found
            if not silent:
                self._mail("invitation", found)
            return found

    def change(self, item: str, data: Mapping[str, Any]) -> Item:
        """Change an event or a whole series; a new pattern forgets the exceptions."""
        with self.lock:
            found = self.items[item]
            new = dict(data)
            for one in new.pop("singleValueExtendedProperties", None) or ():
                found.properties[one["id"]] = one["value"]
            if found.is_series and ("recurrence" in new or "start" in new):
                found.exceptions.clear()
                found.cancelled.clear()
            found.data = {**found.data, **new}
            self._changed(found)
            found.version = found.change_key
            self._mail("update", found)
            return found

    def change_one(self, item: str, day: date, **patch: Any) -> None:
        """Make an exception of one day of a series."""
        with self.lock:
            found = self.items[item]
            found.exceptions[day] = {**found.exceptions.get(day, {}), **patch}
            self._changed(found)
            found.touched[day] = found.change_key

    def cancel_one(self, item: str, day: date) -> None:
        """Take one day out of a series."""
        with self.lock:
            found = self.items[item]
            found.cancelled.add(day)
            found.exceptions.pop(day, None)
            self._changed(found)

    def delete(self, item: str) -> None:
        """Delete an event or a whole series."""
        with self.lock:
            found = self.items.pop(item)
            self._tick()
            self._mail("cancellation", found)

    def find(self, calendar: str, item: str) -> tuple[Item, date | None] | None:
        """The item an id names in a calendar, and the day when it is an occurrence's."""
        found = self.items.get(item)
        if found is not None:
            return (found, None) if found.calendar == calendar else None
        for one in self.items.values():
            if one.calendar == calendar and one.is_series:
                for occurrence in one.occurrences(self.now + timedelta(days=800)):
                    if occurrence.id == item:
                        return one, occurrence.day
        return None

    def view(self, calendar: str, start: datetime, end: datetime) -> list[Occurrence]:
        """What overlaps a stretch of time, by start."""
        with self.lock:
            items = [one for one in self.items.values() if one.calendar == calendar]
            found = [one for item in items for one in item.occurrences(end) if is_within(one, start, end)]
        return sorted(found, key=lambda one: (one.start.astimezone(UTC), one.id))

    def _changed(self, found: Item) -> None:
        found.change_key = self._tick()
        found.modified = self.now

    def _tick(self) -> int:
        self.changes += 1
        self.now += timedelta(seconds=1)
        return self.changes

    def _mail(self, kind: str, found: Item) -> None:
        people = tuple(one["emailAddress"]["address"] for one in found.data.get("attendees") or ())
        if people:
            self.mails.append(Mail(kind, people, found.id))


def is_within(one: Occurrence, start: datetime, end: datetime) -> bool:
    """Whether it overlaps a stretch of time; an empty one counts by its start."""
    begin, finish = one.start.astimezone(UTC), one.end.astimezone(UTC)
    return (begin < end and finish > start) or (begin == finish and start <= begin < end)


def at(day: str, clock: str, zone: str = "UTC") -> Json:
    """A dateTimeTimeZone."""
    moment = datetime.combine(date.fromisoformat(day), time.fromisoformat(clock))
    return {"dateTime": f"{moment:%Y-%m-%dT%H:%M:%S}.0000000", "timeZone": zone}
