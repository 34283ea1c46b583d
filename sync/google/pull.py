"""One reading of a calendar: what changed since the sync token, or everything.

Pages are gathered to the end before anything is judged, so that a reading that fails on its way has done nothing. The
provider tells a series and its exceptions as events of their own; here they become one object again. After a full
listing all of them are at hand; after a partial one the series that were touched are asked for as a whole, for an
exception that did not change is not told again. Nothing bounds the listing in time: a bounded one leaves out
occurrences that were moved out of the bounds, and their original times would look taken.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from agenda.model.calendars import Calendar, CalendarObject, Cursor, Problem, Pulled, Severity
from agenda.model.errors import CursorExpiredError, NotACalendarError
from agenda.model.sentences import Sentence, say
from agenda.model.times import Interval
from sync.google.client import Client, Item
from sync.google.translate import CannotTellError, Series, ics_of, uid_of
from sync.ical import MAPPER, Limits, read
from sync.ical.read import with_href

OWN_MAPPER = 1
"""Counts up whenever the same event may be told differently."""
INSTANCE = re.compile(r"(.+)_\d{8}(?:T\d{6}Z)?")
"""What the id of an occurrence looks like. Only a hint: a tombstone need not say which series it belonged to."""


@dataclass(slots=True)
class _Listing:
    """What the pages told: events by id, the last version of each."""

    items: dict[str, Item] = field(default_factory=dict)
    token: str = ""
    name: str = ""
    role: str = ""
    unnamed: int = 0


@dataclass(slots=True)
class _Brought:
    """What became of it."""

    objects: list[CalendarObject] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    present: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Puller:
    """Reads one calendar once."""

    client: Client
    calendar: Calendar
    window: Interval
    limits: Limits

    def pull(self, cursor: Cursor | None) -> Pulled:
        """Read what changed since the cursor, or everything where it is not good any more."""
        token = json.loads(cursor.token).get("sync", "") if cursor is not None and cursor.stamp == self._stamp() else ""
        if token:
            try:
                return self._since(token)
            except CursorExpiredError:
                pass
        return self._everything()

    def _stamp(self) -> str:
        window = f"{self.window.start:%Y%m%d%H%M} {self.window.end:%Y%m%d%H%M}"
        mapper = f"{MAPPER}/{OWN_MAPPER}"
        return f"google series {mapper} {self.calendar.address} {self.calendar.login} {self.calendar.zone} {window}"

    def _cursor(self, listing: _Listing) -> Cursor | None:
        """Where to go on; nowhere when the listing held what we could not even name."""
        if not listing.token or listing.unnamed:
            return None
        return Cursor(json.dumps({"sync": listing.token}), self._stamp())

    def _read(self, token: str) -> _Listing:
        listing = _Listing()
        for page in self.client.changes(token):
            for item in page.items:
                if isinstance(item, dict) and isinstance(item.get("id"), str) and item["id"]:
                    known = listing.items.get(item["id"])
                    if known is None or not _is_older(item, known):
                        listing.items[item["id"]] = item
                else:
                    listing.unnamed += 1
            listing.token = page.token
            listing.name, listing.role = page.name or listing.name, page.role or listing.role
            if len(listing.items) > self.limits.events:
                limit = self.limits.events
                raise NotACalendarError(self.calendar.name, say("it holds more than %(limit)s events", limit=limit))
        return listing

    def _everything(self) -> Pulled:
        listing = self._read("")
        brought = _Brought()
        exceptions = _exceptions_of(listing.items.values())
        for item in listing.items.values():
            if _series_of(item) or _is_gone(item):
                continue
            self._tell(Series(item, exceptions.pop(item["id"], {})), listing, brought)
        for master_id, found in exceptions.items():
            self._find_series(master_id, found, listing, brought)
        self._tell_unnamed(listing, brought)
        return Pulled(
            cursor=self._cursor(listing),
            window=self.window,
            complete=not listing.unnamed,
            changed=tuple(brought.objects),
            removed=tuple(sorted(brought.removed - brought.present)),
            present=frozenset(brought.present),
            problems=tuple(brought.problems),
            name=listing.name,
        )

    def _since(self, token: str) -> Pulled:
        listing = self._read(token)
        if not listing.items and not listing.unnamed:
            return Pulled(cursor=self._cursor(listing), window=self.window, unchanged=True)
        brought = _Brought()
        exceptions = _exceptions_of(listing.items.values())
        for item in listing.items.values():
            if _series_of(item):
                continue
            if _is_gone(item):
                brought.removed.add(item["id"])
                exceptions.pop(item["id"], None)
                of_series = INSTANCE.fullmatch(item["id"])
                if of_series is not None:
                    exceptions.setdefault(of_series[1], {})
            elif item.get("recurrence"):
                exceptions.setdefault(item["id"], {})
            else:
                self._tell(Series(item), listing, brought)
        for master_id, found in exceptions.items():
            if master_id not in brought.removed:
                self._find_series(master_id, found, listing, brought)
        self._tell_unnamed(listing, brought)
        return Pulled(
            cursor=self._cursor(listing),
            window=self.window,
            changed=tuple(brought.objects),
            removed=tuple(sorted(brought.removed - brought.present)),
            problems=tuple(brought.problems),
            name=listing.name,
        )

    def _find_series(self, master_id: str, found: dict[str, Item], listing: _Listing, brought: _Brought) -> None:
        """A series of which only parts were told: ask for all of it, or keep the parts by themselves."""
        master = listing.items.get(master_id) or self.client.get(master_id)
        if master is None or _is_gone(master):
            brought.removed.add(master_id)
            for one in found.values():
                self._keep_alone(one, listing, brought)
            return
        uid = master.get("iCalUID")
        if master.get("recurrence") and isinstance(uid, str) and uid:
            for one in self.client.of_uid(uid, with_deleted=True):
                if _series_of(one) == master_id and not _is_older(one, found.get(one["id"], {})):
                    found[one["id"]] = one
        self._tell(Series(master, found), listing, brought)

    def _keep_alone(self, item: Item, listing: _Listing, brought: _Brought) -> None:
        """An occurrence whose series is not in this calendar: of somebody who was invited to one day only."""
        if _is_gone(item):
            brought.removed.add(item["id"])
            return
        self._tell(Series(item), listing, brought)
        if item["id"] in brought.present:
            self._note(
                item,
                say("its series is not in this calendar, so this day of it is kept by itself"),
                None,
                brought,
                severity=Severity.WARNING,
            )

    def _tell(self, series: Series, listing: _Listing, brought: _Brought) -> None:
        """Make the object of a series or single event; one that cannot be told is unknown and stays as it was."""
        href = series.master["id"]
        brought.present.add(href)
        brought.removed.update(series.exceptions)
        doubts: list[CannotTellError] = []
        try:
            text = ics_of(series, self.calendar, listing.role, doubts)
            reading = read(text, self.calendar, self.window, limits=self.limits)
        except CannotTellError as error:
            self._note(series.master, error.why, error.interval or self.window, brought)
            return
        except Exception:
            # One event that nobody thought of must not hide its calendar; its time is unknown.
            self._note(series.master, say("it is written in a way that is not understood"), self.window, brought)
            return
        for doubt in doubts:
            self._note(series.master, doubt.why, doubt.interval, brought)
        brought.problems += reading.problems
        brought.objects += [with_href(one, href, str(series.master.get("etag") or "")) for one in reading.objects[:1]]

    def _note(
        self,
        item: Item,
        why: Sentence,
        interval: Interval | None,
        brought: _Brought,
        severity: Severity = Severity.ERROR,
    ) -> None:
        uid = uid_of(item)
        sentence = say(
            "%(calendar)s: event %(uid)s cannot be read in full: %(why)s.",
            calendar=self.calendar.name,
            uid=uid,
            why=why,
        )
        unknown = interval.intersect(self.window) if interval is not None else None
        brought.problems.append(Problem(severity=severity, sentence=sentence, uid=uid, interval=unknown))

    def _tell_unnamed(self, listing: _Listing, brought: _Brought) -> None:
        if listing.unnamed:
            sentence = say(
                "%(calendar)s: %(count)s events came without an id and cannot be read; when they are is not known.",
                calendar=self.calendar.name,
                count=listing.unnamed,
            )
            brought.problems.append(Problem(severity=Severity.ERROR, sentence=sentence, interval=self.window))


def _series_of(item: Item) -> str:
    """The id of the series that an event is an exception of; empty for a series and for a single event."""
    value = item.get("recurringEventId")
    return value if isinstance(value, str) else ""


def _is_gone(item: Item) -> bool:
    return item.get("status") == "cancelled"


def _is_older(item: Mapping[str, Any], than: Mapping[str, Any]) -> bool:
    """Whether the provider had changed it before; the two are told in one form, so that texts compare."""
    mine, other = item.get("updated"), than.get("updated")
    return isinstance(mine, str) and isinstance(other, str) and mine < other


def _exceptions_of(items: Iterable[Item]) -> dict[str, dict[str, Item]]:
    """Exceptions by the id of their series, then by their own."""
    found: dict[str, dict[str, Item]] = {}
    for item in items:
        if _series_of(item):
            found.setdefault(_series_of(item), {})[item["id"]] = item
    return found
