"""One reading of a calendar: a round of `calendarView/delta`, then whatever the round leaves open.

A round tells which ids there are, or which have changed. Ordinary occurrences come bare and are never read by
themselves: they lead to their series, which is fetched from the same calendar. Whether an occurrence is missing is
asked of `/instances`, for only an answered question may say that something is not there.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import icalendar

from agenda.model.calendars import Calendar, CalendarObject, Cursor, Problem, Pulled, Severity
from agenda.model.errors import NotACalendarError, TryLaterError
from agenda.model.sentences import Sentence, say
from agenda.model.times import Interval
from sync.ical import MAPPER, Limits, read
from sync.ical.read import with_href
from sync.microsoft.client import Client, StateLostError
from sync.microsoft.series import Listed, Series
from sync.microsoft.translate import (
    EXPAND,
    FIELDS,
    UID,
    Json,
    UnreadableError,
    is_ours,
    own_properties,
    proposals,
    times_of,
    vevent,
)
from sync.microsoft.unfinished import Round, Unfinished
from sync.microsoft.zones import zone_of

VERSION = "1"
MARGIN = timedelta(days=1)
FORBIDDEN: Json = {}
MARK = 8
PRODID = "-//Antechamber//Antechamber//EN"


@dataclass(slots=True)
class Brought:
    """What was read. `days` keeps, for each series, marks of its occurrences' ids: a tombstone names nothing else."""

    objects: dict[str, CalendarObject] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    present: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    days: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Puller:
    """Reads one calendar once."""

    client: Client
    calendar: Calendar
    window: Interval
    limits: Limits
    unfinished: Unfinished

    def pull(self, cursor: Cursor | None) -> Pulled:
        """Read what changed since the cursor, or everything where it is not good any more."""
        before = self._token(cursor)
        try:
            if before is not None:
                return self._since(before)
        except StateLostError:
            pass
        try:
            return self._everything()
        except StateLostError:
            # its state was lost in the middle of a first round; from the start, once
            return self._everything()

    def _stamp(self) -> str:
        window = f"{self.window.start:%Y%m%d%H%M} {self.window.end:%Y%m%d%H%M}"
        query = f"calendarView/delta {self.client.url('')} {self.calendar.zone}"
        return f"microsoft {VERSION}/{MAPPER} {query} {window}"

    def _token(self, cursor: Cursor | None) -> Mapping[str, Any] | None:
        if cursor is None or cursor.stamp != self._stamp():
            return None
        try:
            token = json.loads(cursor.token)
        except ValueError:
            return None
        is_good = isinstance(token, dict) and isinstance(token.get("link"), str) and isinstance(token.get("days"), dict)
        return token if is_good else None

    def _everything(self) -> Pulled:
        query = {"startDateTime": _text(self.window.start), "endDateTime": _text(self.window.end)}
        with self._round(self.client.url("/calendarView/delta", query)) as told:
            return self._whole(told)

    def _whole(self, told: Round) -> Pulled:
        brought = Brought()
        singles, series = self._sorted(told, brought)
        self._bring_singles(told, singles, brought)
        for master, occurrences in series.items():
            self._bring_series(told, master, occurrences, brought, is_whole=True)
        return Pulled(
            cursor=Cursor(json.dumps({"link": told.link, "days": brought.days}), self._stamp()),
            window=self.window,
            complete=True,
            changed=tuple(brought.objects.values()),
            present=frozenset(brought.present),
            problems=tuple(brought.problems),
        )

    def _since(self, before: Mapping[str, Any]) -> Pulled:
        with self._round(self.client.link(before["link"])) as told:
            return self._changes(told, dict(before["days"]))

    def _changes(self, told: Round, days: dict[str, str]) -> Pulled:
        again = [master for master, marks in days.items() if not marks]
        if not told.entries and not told.removed and not again:
            cursor = Cursor(json.dumps({"link": told.link, "days": days}), self._stamp())
            return Pulled(cursor=cursor, window=self.window, unchanged=True)
        brought = Brought(days=days)
        singles, series = self._sorted(told, brought)
        for unread in again:
            series.setdefault(unread, [])
        whose = {mark: master for master, marks in days.items() for mark in _marks(marks)}
        for key in sorted(told.removed):
            master = key if key in days else whose.get(_mark(key))
            if master is None:
                brought.gone.add(key)
            else:
                series.setdefault(master, [])
        self._bring_singles(told, singles, brought)
        for master, occurrences in series.items():
            self._bring_series(told, master, occurrences, brought, is_whole=False)
        return Pulled(
            cursor=Cursor(json.dumps({"link": told.link, "days": brought.days}), self._stamp()),
            window=self.window,
            changed=tuple(brought.objects.values()),
            removed=tuple(sorted(brought.gone - brought.objects.keys())),
            problems=tuple(brought.problems),
        )

    @contextmanager
    def _round(self, url: str) -> Iterator[Round]:
        """A delta round read to its end; one that is broken off by a busy server goes on from there next time."""
        key = f"{self.calendar.id} {url}"
        told = self.unfinished.take(key, url)
        try:
            self._read_pages(told)
            yield told
        except StateLostError:
            raise
        except TryLaterError:
            self.unfinished.keep(key, told)
            raise

    def _read_pages(self, told: Round) -> None:
        if not told.link:
            for page in self.client.pages(told.url):
                told.take(page["value"])
                told.url = str(page.get("@odata.nextLink") or "")
                self._end(told, page)
        if not told.link:
            # a round without its end is no round: nothing may be concluded from it
            raise TryLaterError(self.calendar.name)
        if told.is_resumed:
            # what was read before the break is of then; what changed since belongs to this reading, too
            link = told.link
            told.link = ""
            try:
                for page in self.client.pages(link):
                    told.outdate(page["value"])
                    told.take(page["value"])
                    self._end(told, page)
            finally:
                told.link = told.link or link

    def _end(self, told: Round, page: Mapping[str, Any]) -> None:
        if "@odata.deltaLink" in page:
            told.link = self.client.link(page["@odata.deltaLink"])

    def _sorted(self, told: Round, brought: Brought) -> tuple[list[Json], dict[str, list[Json]]]:
        """Single events, and occurrences by their series; an entry that is not whole is fetched."""
        singles: list[Json] = []
        series: dict[str, list[Json]] = {}
        for key, entry in told.entries.items():
            whole = entry
            if not entry.get("type") or (not entry.get("start") and entry.get("type") != "seriesMaster"):
                found = self._event(told, key)
                if found is None:
                    brought.gone.add(key)
                    continue
                whole = entry if found is FORBIDDEN else found
            if whole.get("type") == "seriesMaster":
                series.setdefault(key, [])
            elif isinstance(whole.get("seriesMasterId"), str):
                series.setdefault(whole["seriesMasterId"], []).append(whole)
            else:
                singles.append(whole)
        return singles, series

    def _event(self, told: Round, key: str) -> Json | None:
        """One event of this calendar by its id, with our own properties; None when it is not there.

        FORBIDDEN stands for one that we may not see, such as a private one in a shared calendar.
        """
        if key not in told.answers:
            query = {"$select": FIELDS, "$expand": EXPAND}
            answer = self.client.get(f"/events/{quote(key, safe='')}", query, expect={403, 404})
            seen = FORBIDDEN if answer.status == 403 else answer.data
            told.answers[key] = None if answer.status == 404 else seen
        return told.answers[key]

    def _instances(self, told: Round, master: str) -> list[Json]:
        """The provider's own occurrences of a series around the window."""
        around = self.window.widen(MARGIN, MARGIN)
        query = {
            "startDateTime": _text(around.start),
            "endDateTime": _text(around.end),
            "$select": FIELDS,
            "$top": "500",
        }
        url = self.client.url(f"/events/{quote(master, safe='')}/instances", query)
        if master not in told.days:
            pages = self.client.pages(url)
            told.days[master] = [one for page in pages for one in page["value"] if isinstance(one, dict)]
        return told.days[master]

    def _bring_singles(self, told: Round, singles: Sequence[Json], brought: Brought) -> None:
        for entry in singles:
            event = entry
            if is_ours(entry) and "singleValueExtendedProperties" not in entry:
                found = self._event(told, entry["id"])
                if found is None:
                    brought.gone.add(entry["id"])
                    continue
                event = entry if found is FORBIDDEN else found
            self._bring_single(event, brought)

    def _bring_single(self, event: Json, brought: Brought, recurrence_uid: str = "") -> None:
        key, properties = event["id"], own_properties(event)
        uid = recurrence_uid or properties.get(UID) or _uid(event)
        try:
            times = times_of(event)
        except UnreadableError:
            brought.present.add(key)
            self._lose(brought, uid, self.window, say("it does not say when it is"))
            return
        if not _touches(times.interval(ZoneInfo(self.calendar.zone)), self.window):
            brought.gone.add(key)
            return
        part = vevent(event, uid, times, zone_of(event.get("originalStartTimeZone")), properties)
        self._tell_proposals(event, uid, brought)
        self._keep(key, event, [part], brought)

    def _bring_series(
        self, told: Round, key: str, occurrences: list[Json], brought: Brought, *, is_whole: bool
    ) -> None:
        master = self._event(told, key)
        if master is FORBIDDEN:
            brought.present.add(key)
            brought.days[key] = ""  # to be asked for again with the next round
            self._bring_orphans(occurrences, brought)
            return
        if master is None or not master.get("recurrence"):
            brought.days.pop(key, None)
            brought.gone.add(key)
            self._bring_orphans(occurrences, brought)
            return
        properties = own_properties(master)
        uid = properties.get(UID) or _uid(master)
        series = Series(master, uid, properties, ZoneInfo(self.calendar.zone), self.window)
        try:
            if not is_whole:
                occurrences = self._instances(told, key)
            listed = series.listed(occurrences)
            found = series.read(listed)
            if is_whole and (found.cancelled or found.doubt is not None):
                occurrences = self._instances(told, key)
                listed = series.listed(occurrences)
                found = series.read(listed)
        except UnreadableError:
            brought.present.add(key)
            self._lose(brought, uid, self.window, say("it does not say when it is"))
            return
        if not occurrences:
            brought.days.pop(key, None)
            brought.gone.add(key)
            return
        brought.days[key] = "".join(sorted(_mark(str(one.get("id"))) for one in occurrences))
        if found.doubt is not None:
            self._doubt(brought, uid, found.doubt)
        self._lose_unreadable(listed, uid, brought)
        for event in (master, *(event for event, _ in listed.exceptions.values())):
            self._tell_proposals(event, uid, brought)
        if found.parts:
            self._keep(key, master, found.parts, brought)
        else:
            brought.present.add(key)

    def _bring_orphans(self, occurrences: Sequence[Json], brought: Brought) -> None:
        """Occurrences whose series cannot be had: those that say what they are stay, of the others the time is lost."""
        for one in occurrences:
            if one.get("type") == "exception" and one.get("iCalUId"):
                self._bring_single(one, brought)
                continue
            try:
                interval = times_of(one).interval(ZoneInfo(self.calendar.zone)).intersect(self.window)
            except UnreadableError:
                interval = self.window
            self._lose(brought, _uid(one), interval, say("the series it belongs to cannot be read"))

    def _keep(self, key: str, event: Json, parts: Sequence[icalendar.Event], brought: Brought) -> None:
        calendar = icalendar.Calendar()
        calendar.add("VERSION", "2.0")
        calendar.add("PRODID", PRODID)
        for part in parts:
            calendar.add_component(part)
        brought.present.add(key)
        try:
            reading = read(calendar.to_ical(), self.calendar, self.window, limits=self.limits)
        except NotACalendarError:
            self._lose(brought, str(parts[0]["UID"]), self.window, say("it is larger than we read"))
            return
        brought.problems += reading.problems
        for obj in reading.objects:
            brought.objects[key] = with_href(obj, key, str(event.get("changeKey") or ""))
            brought.gone.discard(key)

    def _tell_proposals(self, event: Json, uid: str, brought: Brought) -> None:
        for slot in proposals(event):
            sentence = say(
                "%(calendar)s: somebody invited to event %(uid)s proposes %(slot)s instead. Answer in Outlook.",
                calendar=self.calendar.name,
                uid=uid,
                slot=slot,
            )
            brought.problems.append(Problem(severity=Severity.WARNING, sentence=sentence, uid=uid))

    def _lose_unreadable(self, listed: Listed, uid: str, brought: Brought) -> None:
        for one in listed.unreadable:
            try:
                interval = times_of(one).interval(ZoneInfo(self.calendar.zone)).intersect(self.window)
            except UnreadableError:
                interval = self.window
            self._lose(brought, uid, interval, say("one of its days does not say when it was meant to be"))

    def _doubt(self, brought: Brought, uid: str, why: Sentence) -> None:
        sentence = say(
            "%(calendar)s: event %(uid)s is read day by day, as Outlook lists it: %(why)s.",
            calendar=self.calendar.name,
            uid=uid,
            why=why,
        )
        brought.problems.append(Problem(severity=Severity.WARNING, sentence=sentence, uid=uid))

    def _lose(self, brought: Brought, uid: str, interval: Interval | None, why: Sentence) -> None:
        sentence = say(
            "%(calendar)s: event %(uid)s cannot be read: %(why)s.", calendar=self.calendar.name, uid=uid, why=why
        )
        brought.problems.append(Problem(severity=Severity.ERROR, sentence=sentence, uid=uid, interval=interval))


def _touches(interval: Interval, window: Interval) -> bool:
    return interval.overlaps(window) or window.start <= interval.start == interval.end < window.end


def _uid(event: Json) -> str:
    found = event.get("iCalUId")
    return found if isinstance(found, str) and found else f"graph-{_mark(str(event.get('id')))}"


def _text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _mark(key: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest()[:6]).decode()


def _marks(joined: str) -> Iterator[str]:
    return (joined[at : at + MARK] for at in range(0, len(joined), MARK))
