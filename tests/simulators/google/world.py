"""What the simulated provider keeps: calendars, series and their exceptions, tombstones, versions, sync tokens.

Every change gets the next number of its calendar, so that "what changed since" has one answer.
"""

from __future__ import annotations

import copy
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.simulators.google.times import FAR, RefusalError, check, instant, originals, shown, suffix

CLIENT_ID = re.compile(r"[a-v0-9]{5,1024}")
FIRST = datetime(2026, 1, 5, 12, tzinfo=UTC)
READ_ONLY = frozenset({"kind", "etag", "created", "updated", "htmlLink", "creator", "organizer", "recurringEventId"})
ROLES = ("freeBusyReader", "reader", "writer", "owner")
Event = dict[str, Any]


@dataclass
class SimCalendar:
    """One calendar. `roles` says who may do what; `numbers` at which number an event changed last."""

    id: str
    zone: ZoneInfo
    roles: dict[str, str] = field(default_factory=dict)
    summary: str = "A calendar"
    events: dict[str, Event] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    number: int = 0
    changed_at: datetime = FIRST

    def put(self, event: Event) -> Event:
        """Keep an event under its next version."""
        self.number += 1
        self.changed_at += timedelta(seconds=1)
        event["etag"] = f'"{self.number + 3_000_000_000_000}"'
        event["updated"] = f"{self.changed_at:%Y-%m-%dT%H:%M:%S}.000Z"
        self.events[event["id"]] = event
        self.numbers[event["id"]] = self.number
        return event

    def exceptions(self, master: str) -> list[Event]:
        """Every exception of a series, cancelled ones too."""
        return [one for one in self.events.values() if one.get("recurringEventId") == master]

    def instances(self, master: Event, until: datetime) -> Iterator[Event]:
        """The occurrences of a series as its rules make them, exceptions left out of account."""
        length = instant(master["end"], self.zone) - instant(master["start"], self.zone)
        days = length.days
        for original in originals(master, self.zone, until):
            made = {name: one for name, one in master.items() if name != "recurrence"}
            made |= {"id": f"{master['id']}_{suffix(original, self.zone)}", "recurringEventId": master["id"]}
            made |= {"originalStartTime": original, "start": original}
            if "date" in original:
                first = datetime.fromisoformat(original["date"])
                made["end"] = {"date": (first + timedelta(days=max(days, 1))).date().isoformat()}
            else:
                end = instant(original, self.zone) + length
                zone = original["timeZone"]
                made["end"] = {"dateTime": end.astimezone(ZoneInfo(zone)).isoformat(), "timeZone": zone}
            yield made

    def instance(self, event_id: str) -> Event | None:
        """One occurrence by its id, as the rules make it."""
        master_id, _, _ = event_id.rpartition("_")
        master = self.events.get(master_id)
        if master is None or "recurrence" not in master or master["status"] == "cancelled":
            return None
        until = instant(master["start"], self.zone) + FAR
        return next((one for one in self.instances(master, until) if one["id"] == event_id), None)

    def expanded(self, start: datetime, end: datetime, *, show_deleted: bool = False) -> list[Event]:
        """Every occurrence that lies in a stretch of time, exceptions in place of what they replace."""
        found: list[Event] = []
        for event in self.events.values():
            if "recurrence" in event and event["status"] != "cancelled":
                exceptions = {one["id"] for one in self.exceptions(event["id"])}
                found += [one for one in self.instances(event, end) if one["id"] not in exceptions]
            elif "recurrence" not in event:
                found.append(event)
        return [
            one
            for one in found
            if (show_deleted or one["status"] != "cancelled")
            and "start" in one
            and instant(one["start"], self.zone) < end
            and (instant(one["end"], self.zone) > start or start <= instant(one["start"], self.zone))
        ]

    def to_be_told(self, event: Event, reader: str, *, as_tombstone: bool, zone: ZoneInfo | None = None) -> Event:
        """An event as an answer tells it to a reader."""
        if event["status"] == "cancelled" and as_tombstone:
            kept = {"kind", "etag", "id", "status", "recurringEventId", "originalStartTime"}
            told = {name: one for name, one in event.items() if name in kept}
        else:
            told = copy.deepcopy(event)
        for name in ("start", "end", "originalStartTime"):
            if name in told:
                told[name] = shown(told[name], zone or self.zone)
        role = self.roles.get(reader, "freeBusyReader")
        is_hidden = role == "freeBusyReader" or (role == "reader" and event.get("visibility") in HIDDEN)
        if is_hidden and not as_tombstone:
            told = {name: one for name, one in told.items() if name in SHOWN_TO_ALL} | {"visibility": "private"}
        for attendee in told.get("attendees", ()):
            if attendee.get("email") == self.id:
                attendee["self"] = True
        return told


HIDDEN = frozenset({"private", "confidential"})
SHOWN_TO_ALL = frozenset(
    {"kind", "etag", "id", "status", "start", "end", "recurrence", "recurringEventId", "originalStartTime"}
    | {"iCalUID", "transparency", "updated"}
)


@dataclass
class World:
    """Everything the provider knows. `mails` are the invitations it would have sent itself."""

    calendars: dict[str, SimCalendar] = field(default_factory=dict)
    channels: dict[str, dict[str, Any]] = field(default_factory=dict)
    mails: list[tuple[str, str]] = field(default_factory=list)

    def add_calendar(self, name: str, zone: str = "America/New_York", **roles: str) -> SimCalendar:
        """A new calendar; `roles` by the part of an address before the @."""
        told = {f"{who}@example.org": role for who, role in roles.items()}
        made = SimCalendar(name, ZoneInfo(zone), {name: "owner", **told})
        self.calendars[name] = made
        return made

    def calendar(self, name: str, who: str, role: str = "freeBusyReader") -> SimCalendar:
        """A calendar, for one who may do at least this with it."""
        found = self.calendars.get(who if name == "primary" else name)
        mine = found.roles.get(who) if found is not None else None
        if found is None or mine is None:
            raise RefusalError(404, "notFound", "Not Found")
        if ROLES.index(mine) < ROLES.index(role):
            raise RefusalError(403, "requiredAccessLevel", "You need to have writer access to this calendar.")
        return found

    def insert(self, calendar: SimCalendar, body: Mapping[str, Any], who: str, query: Mapping[str, str]) -> Event:
        """Make an event."""
        check_event(body, calendar)
        if "id" in body and "iCalUID" in body:
            raise RefusalError(400, "invalid", "Either id or iCalUID may be given.")
        event_id = body.get("id") or secrets.token_hex(13)
        if not CLIENT_ID.fullmatch(event_id):
            raise RefusalError(400, "invalid", "Invalid resource id value.")
        taken = {one.get("iCalUID") for one in calendar.events.values()}
        if event_id in calendar.events or ("iCalUID" in body and body["iCalUID"] in taken):
            raise RefusalError(409, "duplicate", "The requested identifier already exists.")
        event = self._new(calendar, event_id, body, who)
        if query.get("conferenceDataVersion", "0") != "1":
            event.pop("conferenceData", None)
        self._mail(event, query)
        return calendar.put(event)

    def bring_in(self, calendar: SimCalendar, body: Mapping[str, Any], who: str) -> Event:
        """A private copy of an event from elsewhere, by its iCalUID (events.import); nobody is told."""
        check_event(body, calendar)
        uid = body.get("iCalUID")
        if not uid:
            raise RefusalError(400, "required", "Missing iCalUID.")
        if "recurringEventId" in body:
            event = self._new(calendar, f"{body['recurringEventId']}_{secrets.token_hex(4)}", body, who)
            event |= {"recurringEventId": body["recurringEventId"], "iCalUID": uid}
            return calendar.put(event)
        known = next((one for one in calendar.events.values() if one.get("iCalUID") == uid and is_whole(one)), None)
        event = self._new(calendar, known["id"] if known else secrets.token_hex(13), body, who)
        return calendar.put(event | {"iCalUID": uid})

    def _new(self, calendar: SimCalendar, event_id: str, body: Mapping[str, Any], who: str) -> Event:
        event = {name: copy.deepcopy(one) for name, one in body.items() if name not in READ_ONLY}
        event |= {"kind": "calendar#event", "id": event_id, "status": body.get("status", "confirmed")}
        event |= {"created": f"{calendar.changed_at:%Y-%m-%dT%H:%M:%S}.000Z", "sequence": body.get("sequence", 0)}
        event |= {"creator": {"email": who}, "organizer": body.get("organizer", {"email": calendar.id, "self": True})}
        event.setdefault("iCalUID", f"{event_id}@google.com")
        event.setdefault("eventType", "default")
        return event

    def change(
        self, calendar: SimCalendar, event_id: str, body: Mapping[str, Any], query: Mapping[str, str], *, whole: bool
    ) -> Event:
        """Change an event (patch), or put another in its place (update)."""
        event = self.find(calendar, event_id)
        before = copy.deepcopy(event)
        if whole:
            kept = READ_ONLY | {"id", "status", "iCalUID", "sequence", "eventType", "originalStartTime"}
            event = {name: one for name, one in event.items() if name in kept}
        if "eventType" in body and body["eventType"] != before.get("eventType"):
            raise RefusalError(400, "eventTypeRestriction", "The type of an event cannot be changed.")
        merged = merge(event, {name: one for name, one in body.items() if name not in READ_ONLY | {"id", "iCalUID"}})
        check_event(merged, calendar)
        if query.get("conferenceDataVersion", "0") != "1":
            merged.pop("conferenceData", None)
        if any(merged.get(name) != before.get(name) for name in ("start", "end", "recurrence", "status")):
            merged["sequence"] = before.get("sequence", 0) + 1
        if before["status"] == "cancelled" and merged["status"] == "cancelled":
            raise RefusalError(410, "deleted", "Resource has been deleted")
        self._mail(merged, query)
        made = calendar.put(merged)
        if "recurrence" in made and any(made.get(name) != before.get(name) for name in ("start", "recurrence")):
            self._drop_orphans(calendar, made)
        return made

    def _drop_orphans(self, calendar: SimCalendar, master: Event) -> None:
        """A series that moved takes the exceptions with it whose originals are no more."""
        until = instant(master["start"], calendar.zone) + FAR
        living = {one["id"] for one in calendar.instances(master, until)}
        for one in calendar.exceptions(master["id"]):
            if one["id"] not in living and one["status"] != "cancelled":
                calendar.put(one | {"status": "cancelled"})

    def delete(self, calendar: SimCalendar, event_id: str, query: Mapping[str, str]) -> None:
        """Take an event away; what is left is its tombstone."""
        event = self.find(calendar, event_id)
        if event["status"] == "cancelled":
            raise RefusalError(410, "deleted", "Resource has been deleted")
        self._mail(event, query)
        if "recurrence" in event:
            for one in calendar.exceptions(event_id):
                calendar.put(one | {"status": "cancelled"})
        calendar.put(event | {"status": "cancelled"})

    def find(self, calendar: SimCalendar, event_id: str) -> Event:
        """An event, an exception, or an occurrence that the rules make."""
        found = calendar.events.get(event_id) or calendar.instance(event_id)
        if found is None:
            raise RefusalError(404, "notFound", "Not Found")
        return found

    def _mail(self, event: Event, query: Mapping[str, str]) -> None:
        if query.get("sendUpdates") in ("all", "externalOnly") or query.get("sendNotifications") == "true":
            self.mails += [(event["id"], one["email"]) for one in event.get("attendees", ())]


def is_whole(event: Event) -> bool:
    """Whether it is a single event or a series, not an exception."""
    return "recurringEventId" not in event


def check_event(event: Mapping[str, Any], calendar: SimCalendar) -> None:
    """Refuse what the provider would not keep."""
    is_recurring = bool(event.get("recurrence"))
    for name in ("start", "end"):
        check(event.get(name), is_recurring=is_recurring)
    if ("date" in event["start"]) != ("date" in event["end"]):
        raise RefusalError(400, "invalid", "Start and end times must either both be date or both be dateTime.")
    if instant(event["end"], calendar.zone) < instant(event["start"], calendar.zone):
        raise RefusalError(400, "timeRangeEmpty", "The specified time range is empty.")
    for line in event.get("recurrence") or ():
        if not re.match(r"(RRULE|EXDATE|RDATE|EXRULE)[:;]", line):
            raise RefusalError(400, "invalid", "Invalid recurrence rule.")


def merge(old: Mapping[str, Any], new: Mapping[str, Any]) -> Event:
    """Patch semantics: objects are merged, null takes away, arrays are replaced."""
    made = dict(old)
    for name, value in new.items():
        if value is None:
            made.pop(name, None)
        elif isinstance(value, Mapping) and isinstance(made.get(name), Mapping) and name not in ("start", "end"):
            made[name] = merge(made[name], value)
        else:
            made[name] = copy.deepcopy(value)
    return made
