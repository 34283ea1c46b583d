"""What the simulated API answers: one function to a method, in the provider's words."""

from __future__ import annotations

import copy
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.simulators.google.faults import Fault
from tests.simulators.google.times import FAR, RefusalError, instant
from tests.simulators.google.world import Event, SimCalendar, World

RESTRICTED = frozenset(
    ["iCalUID", "orderBy", "privateExtendedProperty", "q", "sharedExtendedProperty", "timeMin", "timeMax", "updatedMin"]
)
"""Not to be combined with a sync token."""
NO_TOKEN = RESTRICTED - {"timeMin", "timeMax"}
"""A listing with one of these ends without a sync token."""
FREE_BUSY_MOST = 50
Query = dict[str, str]


@dataclass
class Asked:
    """One request, understood."""

    method: str
    place: dict[str, str]
    query: Query
    body: dict[str, Any]
    headers: Mapping[str, str]
    who: str
    faults: list[Fault] = field(default_factory=list)

    def has(self, kind: str) -> bool:
        """Whether a fault of that kind strikes it."""
        return any(getattr(one, kind) for one in self.faults)


@dataclass
class Api:
    """The methods of the API over a world. `most` bounds a page, whatever is asked for; tokens are never reused."""

    world: World
    most: int = 2500
    pages: dict[str, tuple[list[Event], int, Query, int]] = field(default_factory=dict)
    tokens: dict[str, tuple[str, int, Query]] = field(default_factory=dict)

    def answer(self, asked: Asked) -> dict[str, Any] | None:
        """The answer, or None for an empty one.

        Raises:
            RefusalError: the provider says no.
        """
        name = asked.method.removeprefix("calendar.").replace(".", "_").replace("import", "bring_in")
        method: Callable[[Asked], dict[str, Any] | None] | None = getattr(self, f"_{name}", None)
        if method is None:
            raise RefusalError(501, "notImplemented", asked.method)
        return method(asked)

    def forget_tokens(self) -> None:
        """Every sync and page token expires."""
        self.tokens.clear()
        self.pages.clear()

    def _events_list(self, asked: Asked) -> dict[str, Any]:
        query = asked.query
        calendar = self.world.calendar(asked.place["calendarId"], asked.who)
        shape = {name: one for name, one in query.items() if name not in ("pageToken", "syncToken", "fields")}
        if "pageToken" in query:
            if query["pageToken"] not in self.pages:
                raise RefusalError(410, "fullSyncRequired", "Page token is no longer valid, a full sync is required.")
            items, at, begun, number = self.pages[query["pageToken"]]
            if begun != shape:
                raise RefusalError(400, "invalid", "Page token does not belong to this query.")
        else:
            items, at, number = self._found(calendar, asked), 0, calendar.number
        return self._page(calendar, asked, items, at, shape, number)

    def _found(self, calendar: SimCalendar, asked: Asked) -> list[Event]:
        query = asked.query
        since = -1
        if "syncToken" in query:
            if RESTRICTED & query.keys():
                raise RefusalError(400, "syncTokenWithRequestRestrictions", "Sync token cannot be used with this.")
            if query.get("showDeleted") == "false":
                raise RefusalError(400, "invalidParameter", "showDeleted cannot be false with a sync token.")
            if query["syncToken"] not in self.tokens:
                raise RefusalError(410, "fullSyncRequired", "Sync token is no longer valid, a full sync is required.")
            name, since, begun = self.tokens[query["syncToken"]]
            shape = {name: one for name, one in query.items() if name not in ("pageToken", "syncToken", "fields")}
            if name != calendar.id or {n: v for n, v in begun.items() if n not in ("timeMin", "timeMax")} != shape:
                raise RefusalError(400, "invalid", "Sync token does not belong to this query.")
        if query.get("orderBy") == "startTime" and query.get("singleEvents") != "true":
            raise RefusalError(400, "invalid", "The requested ordering is not available for the particular query.")
        if query.get("singleEvents") == "true":
            start = _at(query.get("timeMin")) or datetime(1990, 1, 1, tzinfo=UTC)
            end = _at(query.get("timeMax")) or datetime(2030, 1, 1, tzinfo=UTC)
            events = calendar.expanded(start, end, show_deleted=query.get("showDeleted") == "true")
        else:
            events = [one for one in calendar.events.values() if calendar.numbers[one["id"]] > since]
        as_tombstone = since >= 0
        shown_too = as_tombstone or query.get("showDeleted") == "true"
        kept = [one for one in events if self._is_wanted(calendar, one, query, shown_too)]
        zone = ZoneInfo(query["timeZone"]) if "timeZone" in query else None
        told = [calendar.to_be_told(one, asked.who, as_tombstone=as_tombstone, zone=zone) for one in kept]
        return told[::-1] if asked.has("reverse") else told

    def _is_wanted(self, calendar: SimCalendar, event: Event, query: Query, shown_too: bool) -> bool:  # noqa: FBT001
        if event["status"] == "cancelled" and not shown_too:
            master = calendar.events.get(event.get("recurringEventId", ""))
            if query.get("singleEvents") == "true" or master is None or master["status"] == "cancelled":
                return False
        if "iCalUID" in query and event.get("iCalUID") != query["iCalUID"]:
            return False
        if "privateExtendedProperty" in query:
            name, _, value = query["privateExtendedProperty"].partition("=")
            if event.get("extendedProperties", {}).get("private", {}).get(name) != value:
                return False
        if "recurrence" in event or event["status"] == "cancelled" or "syncToken" in query:
            return True
        earliest, latest = _at(query.get("timeMin")), _at(query.get("timeMax"))
        if earliest and instant(event["end"], calendar.zone) <= earliest:
            return False
        return not (latest and instant(event["start"], calendar.zone) >= latest)

    def _page(
        self, calendar: SimCalendar, asked: Asked, items: list[Event], at: int, shape: Query, number: int
    ) -> dict[str, Any]:
        size = min(int(asked.query.get("maxResults", "250")), self.most)
        page, onward = items[at : at + size], at + size
        if asked.has("empty"):
            page, onward = [], at
        if asked.has("duplicate"):
            onward = at
        answer = {
            "kind": "calendar#events",
            "etag": f'"p{number}"',
            "summary": calendar.summary,
            "updated": f"{calendar.changed_at:%Y-%m-%dT%H:%M:%S}.000Z",
            "timeZone": asked.query.get("timeZone", str(calendar.zone)),
            "accessRole": calendar.roles[asked.who],
            "defaultReminders": [],
            "items": [*page, *(one for fault in asked.faults for one in fault.wrong)],
        }
        if asked.has("endless") and "pageToken" in asked.query:
            return answer | {"nextPageToken": asked.query["pageToken"]}
        if onward < len(items) or asked.has("endless") or asked.has("empty"):
            token = secrets.token_urlsafe(9)
            self.pages[token] = (items, onward, shape, number)
            return answer | {"nextPageToken": token}
        if not NO_TOKEN & asked.query.keys():
            token = secrets.token_urlsafe(12)
            self.tokens[token] = (calendar.id, number, shape)
            answer["nextSyncToken"] = token
        return answer

    def _events_instances(self, asked: Asked) -> dict[str, Any]:
        calendar = self.world.calendar(asked.place["calendarId"], asked.who)
        master = self.world.find(calendar, asked.place["eventId"])
        if master["status"] == "cancelled":
            raise RefusalError(410, "deleted")
        end = _at(asked.query.get("timeMax")) or instant(master["start"], calendar.zone) + FAR
        exceptions = {one["id"]: one for one in calendar.exceptions(master["id"])}
        made = [one for one in calendar.instances(master, end) if one["id"] not in exceptions]
        made += [
            one
            for one in exceptions.values()
            if one["status"] != "cancelled" or asked.query.get("showDeleted") == "true"
        ]
        items = [calendar.to_be_told(one, asked.who, as_tombstone=False) for one in made]
        return self._page(calendar, asked, items, 0, asked.query | {"iCalUID": ""}, calendar.number)

    def _events_get(self, asked: Asked) -> dict[str, Any]:
        calendar = self.world.calendar(asked.place["calendarId"], asked.who)
        event = self.world.find(calendar, asked.place["eventId"])
        return calendar.to_be_told(event, asked.who, as_tombstone=False)

    def _events_insert(self, asked: Asked) -> dict[str, Any]:
        calendar = self.world.calendar(asked.place["calendarId"], asked.who, "writer")
        event = self.world.insert(calendar, asked.body, asked.who, asked.query)
        return calendar.to_be_told(event, asked.who, as_tombstone=False)

    def _events_bring_in(self, asked: Asked) -> dict[str, Any]:
        calendar = self.world.calendar(asked.place["calendarId"], asked.who, "writer")
        event = self.world.bring_in(calendar, asked.body, asked.who)
        return calendar.to_be_told(event, asked.who, as_tombstone=False)

    def _events_patch(self, asked: Asked, *, whole: bool = False) -> dict[str, Any]:
        calendar = self.world.calendar(asked.place["calendarId"], asked.who, "writer")
        self._matches(calendar, asked)
        event = self.world.change(calendar, asked.place["eventId"], asked.body, asked.query, whole=whole)
        return calendar.to_be_told(event, asked.who, as_tombstone=False)

    def _events_update(self, asked: Asked) -> dict[str, Any]:
        return self._events_patch(asked, whole=True)

    def _events_delete(self, asked: Asked) -> None:
        calendar = self.world.calendar(asked.place["calendarId"], asked.who, "writer")
        self._matches(calendar, asked)
        self.world.delete(calendar, asked.place["eventId"], asked.query)

    def _matches(self, calendar: SimCalendar, asked: Asked) -> None:
        wanted = asked.headers.get("If-Match")
        found = calendar.events.get(asked.place["eventId"])
        if wanted not in (None, "*") and found is not None and found["etag"] != wanted:
            raise RefusalError(412, "conditionNotMet", "Precondition Failed")

    def _calendars_get(self, asked: Asked) -> dict[str, Any]:
        calendar = self.world.calendar(asked.place["calendarId"], asked.who)
        told = {"kind": "calendar#calendar", "id": calendar.id, "etag": '"c"', "summary": calendar.summary}
        return told | {"timeZone": str(calendar.zone)}

    def _calendarList_list(self, asked: Asked) -> dict[str, Any]:  # noqa: N802 - named after the method
        items = [
            {"kind": "calendar#calendarListEntry", "id": one.id, "summary": one.summary, "timeZone": str(one.zone)}
            | {"accessRole": one.roles[asked.who], "primary": one.id == asked.who}
            for one in self.world.calendars.values()
            if asked.who in one.roles
        ]
        return {"kind": "calendar#calendarList", "etag": '"l"', "items": items}

    def _freebusy_query(self, asked: Asked) -> dict[str, Any]:
        start, end = _at(asked.body.get("timeMin")), _at(asked.body.get("timeMax"))
        if start is None or end is None or start >= end:
            raise RefusalError(400, "timeRangeEmpty", "The specified time range is empty.")
        names = [one["id"] for one in asked.body.get("items", ())]
        if len(names) > min(FREE_BUSY_MOST, int(asked.body.get("calendarExpansionMax", FREE_BUSY_MOST))):
            raise RefusalError(400, "tooManyCalendarsRequested", "Too many calendars.")
        told = {name: self._busy(name, asked.who, start, end) for name in names}
        window = {"timeMin": asked.body["timeMin"], "timeMax": asked.body["timeMax"]}
        return {"kind": "calendar#freeBusy", **window, "calendars": told}

    def _busy(self, name: str, who: str, start: datetime, end: datetime) -> dict[str, Any]:
        try:
            calendar = self.world.calendar(name, who)
        except RefusalError:
            return {"errors": [{"domain": "global", "reason": "notFound"}], "busy": []}
        busy = []
        for one in calendar.expanded(start, end):
            answers = {a["email"]: a.get("responseStatus") for a in one.get("attendees", ())}
            is_free = one.get("transparency") == "transparent" or answers.get(name) == "declined"
            if not is_free and one.get("eventType") not in ("workingLocation", "birthday"):
                first = max(instant(one["start"], calendar.zone), start)
                last = min(instant(one["end"], calendar.zone), end)
                if first < last:
                    busy.append((first, last))
        told = [{"start": f"{a:%Y-%m-%dT%H:%M:%SZ}", "end": f"{b:%Y-%m-%dT%H:%M:%SZ}"} for a, b in sorted(busy)]
        return {"busy": told}

    def _events_watch(self, asked: Asked) -> dict[str, Any]:
        calendar = self.world.calendar(asked.place["calendarId"], asked.who)
        body = asked.body
        if body.get("type") not in ("web_hook", "webhook") or not str(body.get("address", "")).startswith("https://"):
            raise RefusalError(400, "push.webhookUrlNotHttps", "WebHook callback must be HTTPS.")
        if len(body.get("id", "")) > 64 or len(body.get("token", "")) > 256 or not body.get("id"):
            raise RefusalError(400, "invalid", "Invalid channel.")
        if body["id"] in self.world.channels:
            raise RefusalError(400, "channelIdNotUnique", "Channel id is not unique.")
        seconds = min(int(body.get("params", {}).get("ttl", "604800")), 604800)
        expires = calendar.changed_at + timedelta(seconds=seconds)
        channel = {"kind": "api#channel", "id": body["id"], "resourceId": secrets.token_hex(8)}
        channel |= {"resourceUri": "https://example.org/resource", "expiration": str(int(expires.timestamp() * 1000))}
        if "token" in body:
            channel["token"] = body["token"]
        self.world.channels[body["id"]] = channel
        return copy.deepcopy(channel)

    def _channels_stop(self, asked: Asked) -> None:
        found = self.world.channels.get(asked.body.get("id", ""))
        if found is None or found["resourceId"] != asked.body.get("resourceId"):
            raise RefusalError(404, "notFound", "Channel not found.")
        del self.world.channels[asked.body["id"]]


def _at(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None
