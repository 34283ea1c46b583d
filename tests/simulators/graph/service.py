"""What the service answers: routes, delta rounds, writes. Knows nothing of sockets."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import quote, unquote

from tests.simulators.graph import views
from tests.simulators.graph.asked import Asked
from tests.simulators.graph.checks import (
    BY_UID,
    EXPAND,
    FILTER,
    ONE_ID,
    RefusedRequestError,
    check_event,
    check_prefer,
    check_query,
    unquoted,
)
from tests.simulators.graph.rounds import Round
from tests.simulators.graph.schema import Schema
from tests.simulators.graph.subscriptions import Subscriptions, instant
from tests.simulators.graph.world import Item, Json, Occurrence, World, is_within

MAX_PAGE = 1000
DELTA_PAGE = 50
SCHEDULES, SCHEDULE_DAYS = 20, 62


@dataclass(slots=True)
class Service:
    """Graph's calendar part. `root` is its address with the version.

    `delta_tells_masters`: whether a delta lists masters beside their occurrences. `hides_cancelled`: whether the
    disappearance of one occurrence is passed over in silence. `keeps_changes_bare`: delta entries of single events
    that have only changed leave out what they can.
    """

    world: World
    schema: Schema
    root: str = ""
    delta_tells_masters: bool = False
    hides_cancelled: bool = False
    ignores_if_match: bool = False
    rounds: dict[str, Round] = field(default_factory=dict)
    expired: set[str] = field(default_factory=set)
    state_error: tuple[int, str] = (410, "SyncStateNotFound")
    schedule_errors: dict[str, str] = field(default_factory=dict)
    issued: int = 0
    desk: Subscriptions = field(init=False)

    def __post_init__(self) -> None:
        """Open the desk for subscriptions."""
        self.desk = Subscriptions(self.world, self.schema)

    @property
    def subscriptions(self) -> dict[str, Json]:
        """Those that are known, by id."""
        return self.desk.known

    def forget_tokens(self) -> None:
        """No delta token handed out so far is good any more."""
        self.expired |= self.rounds.keys()
        self.rounds.clear()

    def answer(self, asked: Asked) -> tuple[int, Json | None, str]:
        """Status, body, and the schema type that the body is of."""
        with self.world.lock:
            if asked.path.startswith("/subscriptions"):
                return self.desk.answer(asked)
            owner, rest = self._owner(asked)
            calendar, rest = self._calendar(owner, rest)
            return self._calendar_call(asked, owner, calendar, rest)

    def _owner(self, asked: Asked) -> tuple[str, str]:
        me = re.match(r"/me(?=/|$)", asked.path)
        other = re.match(r"/users/([^/]+)", asked.path)
        if me is not None:
            if not asked.mailbox:
                raise RefusedRequestError(
                    400, "BadRequest", "/me request is only valid with delegated authentication flow."
                )
            return asked.mailbox, asked.path[me.end() :]
        if other is None:
            raise RefusedRequestError(400, "BadRequest", "Resource not found for the segment.")
        owner = unquote(other[1])
        if self.world.default_calendar(owner) is None:
            raise RefusedRequestError(404, "ErrorInvalidUser", "The requested user is invalid.")
        if asked.mailbox and asked.mailbox != owner and "Calendars.Read.Shared" not in asked.scopes:
            raise RefusedRequestError(403, "ErrorAccessDenied", "Access is denied.")
        return owner, asked.path[other.end() :]

    def _calendar(self, owner: str, rest: str) -> tuple[str, str]:
        by_id = re.match(r"/calendars/([^/]+)", rest)
        if by_id is not None:
            calendar = unquote(by_id[1])
            if self.world.calendars.get(calendar, ("",))[0] != owner:
                raise RefusedRequestError(404, "ErrorItemNotFound", "The specified object was not found in the store.")
            return calendar, rest[by_id.end() :]
        default = self.world.default_calendar(owner)
        if default is None:
            raise RefusedRequestError(404, "ErrorItemNotFound")
        if rest.startswith("/calendar/") or rest == "/calendar":
            return default, rest[len("/calendar") :]
        if rest.startswith(("/events", "/calendarView")):
            return default, rest
        raise RefusedRequestError(400, "BadRequest", "Resource not found for the segment.")

    def _calendar_call(self, asked: Asked, owner: str, calendar: str, rest: str) -> tuple[int, Json | None, str]:
        read = bool(asked.scopes & {"Calendars.Read", "Calendars.ReadWrite", "Calendars.Read.Shared"})
        if not read or (asked.method != "GET" and "Calendars.ReadWrite" not in asked.scopes and "Sched" not in rest):
            raise RefusedRequestError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
        zone, size = check_prefer(asked.prefer)
        calls: list[tuple[str, str, Callable[..., tuple[int, Json | None, str]]]] = [
            ("GET", r"", self._get_calendar),
            ("GET", r"/calendarView/delta", self._delta),
            ("GET", r"/calendarView", self._view),
            ("GET", r"/events", self._list),
            ("POST", r"/events", self._create),
            ("GET", r"/events/([^/]+)", self._get),
            ("PATCH", r"/events/([^/]+)", self._update),
            ("DELETE", r"/events/([^/]+)", self._delete),
            ("GET", r"/events/([^/]+)/instances", self._instances),
            ("POST", r"/events/([^/]+)/cancel", self._cancel),
            ("POST", r"/(?:microsoft\.graph\.)?getSchedule", self._schedule),
        ]
        for method, pattern, call in calls:
            found = re.fullmatch(pattern, rest)
            if found is not None and method == asked.method:
                return call(asked, calendar, owner, zone, size, *(unquote(one) for one in found.groups()))
        raise RefusedRequestError(405 if any(re.fullmatch(p, rest) for _, p, _ in calls) else 400, "BadRequest")

    def _get_calendar(self, asked: Asked, calendar: str, owner: str, *_: Any) -> tuple[int, Json, str]:
        check_query("get", asked.query)
        called, writable = self.world.calendars[calendar][1:]
        body = {"id": calendar, "name": called, "canEdit": writable, "owner": {"name": owner, "address": owner}}
        return 200, body, "graph.calendar"

    def _window(self, asked: Asked) -> tuple[datetime, datetime]:
        query = {name.lower(): value for name, value in asked.query.items()}
        try:
            start, end = (instant(query[one]) for one in ("startdatetime", "enddatetime"))
        except (KeyError, ValueError) as error:
            raise RefusedRequestError(
                400, "ErrorInvalidParameter", "startDateTime and endDateTime are needed."
            ) from error
        if end <= start or end - start > timedelta(days=1825):
            raise RefusedRequestError(400, "ErrorInvalidParameter", "The range is not one.")
        return start, end

    def _delta(
        self, asked: Asked, calendar: str, owner: str, zone: str, size: int | None
    ) -> tuple[int, Json | None, str]:
        token = asked.query.get("$skiptoken") or asked.query.get("$deltatoken")
        if token is None:
            check_query("delta", asked.query)
            start, end = self._window(asked)
            round_ = self._first_round(calendar, owner, zone, start, end)
        else:
            check_query("delta link", asked.query)
            if token not in self.rounds:
                status, code = self.state_error
                raise RefusedRequestError(status, code, "The sync state is not found.")
            round_ = self.rounds[token]
            if "$deltatoken" in asked.query:
                round_ = self._next_round(round_, owner, zone)
        page = round_.entries[round_.at : round_.at + min(size or DELTA_PAGE, MAX_PAGE)]
        following = Round(
            round_.calendar, round_.start, round_.end, round_.entries, round_.versions, round_.at + len(page)
        )
        following.outside = round_.outside
        name = "$skiptoken" if following.at < len(round_.entries) else "$deltatoken"
        self.issued += 1
        fresh = f"tok{self.issued:06d}~_-{'x' * 20}"
        self.rounds[fresh] = following
        link = f"{self.root}{asked.path}?{quote(name, safe='$')}={quote(fresh)}"
        kind = "@odata.nextLink" if name == "$skiptoken" else "@odata.deltaLink"
        return 200, {"value": page, kind: link}, "graph.event"

    def _entries(self, calendar: str, start: datetime, end: datetime) -> dict[str, Occurrence]:
        return {one.id: one for one in self.world.view(calendar, start, end)}

    def _versions(self, seen: Mapping[str, Occurrence]) -> dict[str, str]:
        return {one: occurrence.version for one, occurrence in seen.items()}

    def _outside(self, calendar: str, seen: Mapping[str, Occurrence]) -> dict[str, int]:
        """Singles and masters of the calendar that are not in the window, with their versions."""
        inside = {one.item.id for one in seen.values()}
        return {
            one.id: one.change_key
            for one in self.world.items.values()
            if one.calendar == calendar and one.id not in inside
        }

    def _first_round(self, calendar: str, owner: str, zone: str, start: datetime, end: datetime) -> Round:
        seen = self._entries(calendar, start, end)
        entries = [views.of_delta(one, zone, owner) for one in seen.values()]
        if self.delta_tells_masters:
            masters = {one.item.id: one.item for one in seen.values() if one.item.is_series}
            entries = [views.whole(one, zone, None, owner) for one in masters.values()] + entries
        found = Round(calendar, start, end, entries, self._versions(seen))
        found.outside = self._outside(calendar, seen)
        return found

    def _next_round(self, before: Round, owner: str, zone: str) -> Round:
        seen = self._entries(before.calendar, before.start, before.end)
        versions, outside = self._versions(seen), self._outside(before.calendar, seen)
        entries = [
            views.of_delta(one, zone, owner) for key, one in seen.items() if before.versions.get(key) != one.version
        ]
        alive = {
            one.id
            for item in self.world.items.values()
            if self.hides_cancelled and item.is_series
            for one in (Occurrence(item, item.at("start"), item.at("start"), day) for day in item.cancelled)
        }
        gone = [one for one in before.versions if one not in versions and one not in alive]
        gone += [one for one, version in outside.items() if before.outside.get(one) != version and one not in gone]
        gone += [one for one in before.outside if one not in self.world.items]
        entries += [{"id": one, "@removed": {"reason": "deleted"}} for one in gone]
        found = Round(before.calendar, before.start, before.end, entries, versions)
        found.outside = outside
        return found

    def _view(self, asked: Asked, calendar: str, owner: str, zone: str, size: int | None) -> tuple[int, Json, str]:
        check_query("view", asked.query)
        start, end = self._window(asked)
        found = [views.whole(one.item, zone, one, owner) for one in self.world.view(calendar, start, end)]
        return self._paged(asked, found, size)

    def _paged(self, asked: Asked, found: list[Json], size: int | None) -> tuple[int, Json, str]:
        at = int(asked.query.get("$skip", "0"))
        top = min(int(asked.query.get("$top", size or 10)), MAX_PAGE)
        body: Json = {"value": [views.selected(one, asked.query.get("$select")) for one in found[at : at + top]]}
        if at + top < len(found):
            query = {**asked.query, "$skip": str(at + top)}
            text = "&".join(f"{quote(name, safe='$')}={quote(value)}" for name, value in query.items())
            body["@odata.nextLink"] = f"{self.root}{asked.path}?{text}"
        return 200, body, "graph.event"

    def _list(self, asked: Asked, calendar: str, owner: str, zone: str, size: int | None) -> tuple[int, Json, str]:
        check_query("list", asked.query)
        items = [one for one in self.world.items.values() if one.calendar == calendar]
        condition = asked.query.get("$filter")
        if condition is not None:
            by_property, by_uid = FILTER.fullmatch(condition), BY_UID.fullmatch(condition)
            if by_property is not None:
                prop, told = map(unquoted, by_property.groups())
                items = [one for one in items if one.properties.get(prop) == told]
            elif by_uid is not None:
                items = [one for one in items if one.uid == unquoted(by_uid[1])]
            else:
                raise RefusedRequestError(400, "ErrorInvalidUrlQueryFilter", "The filter is not one we know.")
        wanted = _wanted(asked.query.get("$expand"))
        found = [views.expanded(views.whole(one, zone, None, owner), one, wanted) for one in items]
        return self._paged(asked, found, size)

    def _find(self, calendar: str, item: str) -> tuple[Item, date | None]:
        found = self.world.find(calendar, item)
        if found is None:
            raise RefusedRequestError(404, "ErrorItemNotFound", "The specified object was not found in the store.")
        return found

    def _get(
        self, asked: Asked, calendar: str, owner: str, zone: str, size: int | None, item: str
    ) -> tuple[int, Json, str]:
        check_query("get", asked.query)
        found, day = self._find(calendar, item)
        body = self._shown(found, day, zone, owner)
        body = views.expanded(body, found, _wanted(asked.query.get("$expand")))
        return 200, views.selected(body, asked.query.get("$select")), "graph.event"

    def _shown(self, found: Item, day: date | None, zone: str, owner: str) -> Json:
        if day is None:
            return views.whole(found, zone, None, owner)
        until = found.wall(day) + timedelta(days=800)
        occurrence = next(one for one in found.occurrences(until) if one.day == day)
        return views.whole(found, zone, occurrence, owner)

    def _instances(
        self, asked: Asked, calendar: str, owner: str, zone: str, size: int | None, item: str
    ) -> tuple[int, Json, str]:
        check_query("instances", asked.query)
        start, end = self._window(asked)
        found, _ = self._find(calendar, item)
        if not found.is_series:
            raise RefusedRequestError(
                400, "ErrorInvalidRequest", "Your request can't be completed: not a series master."
            )
        shown = [views.whole(found, zone, one, owner) for one in found.occurrences(end) if is_within(one, start, end)]
        return self._paged(asked, shown, size)

    def _may_write(self, calendar: str) -> None:
        if not self.world.calendars[calendar][2]:
            raise RefusedRequestError(403, "ErrorAccessDenied", "Access is denied.")

    def _create(self, asked: Asked, calendar: str, owner: str, zone: str, size: int | None) -> tuple[int, Json, str]:
        self._may_write(calendar)
        data = check_event(self.schema, asked.body, is_new=True)
        key = (calendar, str(data.get("transactionId")))
        before = self.world.transactions.get(key) if data.get("transactionId") else None
        if before is not None:
            if before in self.world.items:
                return 201, views.whole(self.world.items[before], zone, None, owner), "graph.event"
            raise RefusedRequestError(409, "ErrorDuplicateTransactionId", "The transaction id was used before.")
        found = self.world.add(calendar, data)
        if data.get("transactionId"):
            self.world.transactions[key] = found.id
        return 201, views.whole(found, zone, None, owner), "graph.event"

    def _check_match(self, asked: Asked, found: Item, zone: str, owner: str) -> None:
        etag = views.whole(found, zone, None, owner)["@odata.etag"]
        if asked.if_match and asked.if_match not in ("*", etag):
            raise RefusedRequestError(412, "ErrorIrresolvableConflict", "The change key does not match.")

    def _update(
        self, asked: Asked, calendar: str, owner: str, zone: str, size: int | None, item: str
    ) -> tuple[int, Json, str]:
        self._may_write(calendar)
        data = check_event(self.schema, asked.body, is_new=False)
        found, day = self._find(calendar, item)
        self._check_match(asked, found, zone, owner)
        if day is not None:
            self.world.change_one(found.id, day, **data)
        else:
            self.world.change(found.id, data)
        return 200, self._shown(found, day, zone, owner), "graph.event"

    def _delete(
        self, asked: Asked, calendar: str, owner: str, zone: str, size: int | None, item: str
    ) -> tuple[int, None, str]:
        self._may_write(calendar)
        found, day = self._find(calendar, item)
        self._check_match(asked, found, zone, owner)
        if day is not None:
            self.world.cancel_one(found.id, day)
        else:
            self.world.delete(found.id)
        return 204, None, ""

    def _cancel(
        self, asked: Asked, calendar: str, owner: str, zone: str, size: int | None, item: str
    ) -> tuple[int, None, str]:
        self._may_write(calendar)
        found, _ = self._find(calendar, item)
        if not found.data.get("attendees"):
            raise RefusedRequestError(400, "ErrorInvalidRequest", "Your request can't be completed: not a meeting.")
        self.world.delete(found.id)
        return 202, None, ""

    def _schedule(self, asked: Asked, calendar: str, owner: str, zone: str, size: int | None) -> tuple[int, Json, str]:
        body = asked.body if isinstance(asked.body, dict) else {}
        known = {one.lower(): kind for one, kind in self.schema.actions["calendar", "getSchedule"].items()}
        for name, value in body.items():
            if name.lower() not in known or list(self.schema.wrong(value, known[name.lower()], name)):
                raise RefusedRequestError(400, "RequestBodyRead", f"{name} is not as the schema says.")
        told = {name.lower(): value for name, value in body.items()}
        start, end = (_wall(told[one]) for one in ("starttime", "endtime"))
        if len(told["schedules"]) > SCHEDULES or end - start >= timedelta(days=SCHEDULE_DAYS) or end <= start:
            raise RefusedRequestError(400, "ErrorInvalidTimeInterval", "Too many schedules, or too long a period.")
        if not 5 <= told.get("availabilityviewinterval", 30) <= 1440:
            raise RefusedRequestError(400, "ErrorInvalidMergedFreeBusyInterval")
        return (
            200,
            {"value": [self._one_schedule(one, start, end, zone) for one in told["schedules"]]},
            ("graph.scheduleInformation"),
        )

    def _one_schedule(self, who: str, start: datetime, end: datetime, zone: str) -> Json:
        calendar = self.world.default_calendar(who)
        code = self.schedule_errors.get(who) or ("" if calendar else "ErrorMailRecipientNotFound")
        if code or calendar is None:
            return {"scheduleId": who, "error": {"message": "See the code.", "responseCode": code}}
        items = []
        for one in self.world.view(calendar, start, end):
            shown = views.whole(one.item, zone, one, who)
            is_private = shown["sensitivity"] in ("private", "confidential")
            entry = {"status": shown["showAs"], "isPrivate": is_private, "start": shown["start"], "end": shown["end"]}
            items.append(entry if is_private else {**entry, "subject": shown["subject"]})
        return {"scheduleId": who, "availabilityView": "", "scheduleItems": items}


def _wall(told: Mapping[str, str]) -> datetime:
    return datetime.fromisoformat(told["dateTime"][:19]).replace(tzinfo=UTC)


def _wanted(expand: str | None) -> set[str]:
    if expand is None:
        return set()
    found = EXPAND.fullmatch(expand)
    if found is None or not ONE_ID.search(found[1]):
        raise RefusedRequestError(400, "ErrorInvalidUrlQuery", "The expansion is not one we know.")
    return {unquoted(one) for one in ONE_ID.findall(found[1])}
