"""From Graph's event to a VEVENT: the only place that knows how Graph spells things."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar

from agenda.model.times import Interval, When, days_of
from sync.ical.seal import SEAL
from sync.ical.translate import clean
from sync.microsoft.zones import zone_of

Json = Mapping[str, Any]

OWN = "antechamber-"
"""What the transactionId of our own events begins with: a delta shows it, and nothing else of ours."""
_SET = "String {7d2c5a0e-3b1f-4c86-9f43-5e0a9b6c1d27} Name Antechamber"
UID, SEQUENCE, SEALED = f"{_SET}Uid", f"{_SET}Sequence", f"{_SET}Seal"
_IDS = " or ".join(f"id eq '{one}'" for one in (UID, SEQUENCE, SEALED))
EXPAND = f"singleValueExtendedProperties($filter={_IDS})"
FIELDS = (
    "id,iCalUId,type,subject,body,bodyPreview,location,start,end,isAllDay,isCancelled,sensitivity,showAs,organizer,"
    "attendees,seriesMasterId,originalStart,originalStartTimeZone,recurrence,isOnlineMeeting,onlineMeeting,"
    "onlineMeetingUrl,createdDateTime,changeKey,transactionId"
)
CLASSES = {"normal": "PUBLIC", "personal": "PRIVATE", "private": "PRIVATE", "confidential": "CONFIDENTIAL"}
FREE = frozenset({"free", "workingElsewhere"})
ANSWERS = {
    "accepted": "ACCEPTED",
    "organizer": "ACCEPTED",
    "tentativelyAccepted": "TENTATIVE",
    "declined": "DECLINED",
}
ROLES = {"required": "REQ-PARTICIPANT", "optional": "OPT-PARTICIPANT", "resource": "NON-PARTICIPANT"}
FRACTION = re.compile(r"\.\d+")
LONG, SHORT = 20_000, 1_000
MIDNIGHT = time()
MOST_PEOPLE = 1_000
"""Twice as many as Graph allows."""


class UnreadableError(Exception):
    """A time that is not there, or that nobody understands."""


@dataclass(frozen=True, slots=True)
class Times:
    """When an event is: two dates, or two instants in UTC."""

    start: When
    end: When

    def interval(self, zone: ZoneInfo) -> Interval:
        """The time it takes; days are those of the calendar's zone."""
        if isinstance(self.start, datetime) and isinstance(self.end, datetime):
            return Interval(self.start, max(self.start, self.end))
        first, last = _date(self.start), _date(self.end)
        return days_of(first, max(last, first + timedelta(days=1)), zone)


def times_of(event: Json, zone_name: object = None) -> Times:
    """When an event is; `zone_name` is where its days begin when it does not say so itself.

    Raises:
        UnreadableError: it does not say.
    """
    zone_name = event.get("originalStartTimeZone") or zone_name
    start, end = (_wall(event.get(one)) for one in ("start", "end"))
    if event.get("isAllDay"):
        return Times(_day(start, zone_name), _day(end, zone_name))
    return Times(start, end)


def original_of(event: Json, *, is_all_day: bool, zone_name: object) -> When:
    """When an occurrence was meant to be: a date in a series of days, else an instant in UTC.

    Raises:
        UnreadableError: it does not say.
    """
    told = event.get("originalStart")
    if told is None and event.get("type") == "exception":
        raise UnreadableError
    wall = _instant(told) if told is not None else _wall(event.get("start"))
    return _day(wall, zone_name) if is_all_day else wall


def _wall(told: object) -> datetime:
    """A dateTimeTimeZone as an instant in UTC."""
    if not isinstance(told, Mapping):
        raise UnreadableError
    zone = zone_of(told.get("timeZone") or "UTC")
    try:
        wall = datetime.fromisoformat(FRACTION.sub("", str(told.get("dateTime"))))
    except ValueError as error:
        raise UnreadableError from error
    if zone is None:
        raise UnreadableError
    try:
        return (wall if wall.tzinfo is not None else wall.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError as error:
        raise UnreadableError from error


def _instant(told: object) -> datetime:
    try:
        found = datetime.fromisoformat(FRACTION.sub("", str(told)))
        return (found if found.tzinfo is not None else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise UnreadableError from error


def _day(instant: datetime, zone_name: object) -> date:
    """The day that begins at an instant: at midnight in UTC, as Graph shows days, or in the event's own zone."""
    if instant.time() == MIDNIGHT:
        return instant.date()
    zone = zone_of(zone_name)
    if zone is not None and instant.astimezone(zone).time() == MIDNIGHT:
        return instant.astimezone(zone).date()
    raise UnreadableError


def _date(when: When) -> date:
    return when.date() if isinstance(when, datetime) else when


def on_wall(when: When, zone: ZoneInfo | None) -> When:
    """The same moment on a zone's wall clock; dates stay dates."""
    return when.astimezone(zone) if isinstance(when, datetime) and zone is not None else when


def vevent(
    event: Json, uid: str, times: Times, zone: ZoneInfo | None, properties: Mapping[str, str]
) -> icalendar.Event:
    """A VEVENT of an event, as yet without its place in a series.

    Args:
        event: as Graph gives it.
        uid: the UID of the object it belongs to.
        times: when it is.
        zone: the wall clock it is written on; None for UTC.
        properties: our own extended properties, by name.
    """
    found = icalendar.Event()
    found.add("UID", uid)
    try:
        found.add("DTSTAMP", _instant(event.get("createdDateTime")))
    except UnreadableError:
        found.add("DTSTAMP", datetime(2000, 1, 1, tzinfo=UTC))
    found.add("DTSTART", on_wall(times.start, zone))
    found.add("DTEND", on_wall(max(times.start, times.end), zone))
    sequence = properties.get(SEQUENCE, "")
    if sequence.isascii() and sequence.isdigit() and len(sequence) < 10:
        found.add("SEQUENCE", int(sequence))
    if properties.get(SEALED):
        found.add(SEAL, clean(properties[SEALED], SHORT))
    for name, text in _texts(event):
        if text:
            found.add(name, text)
    status = "TENTATIVE" if event.get("showAs") == "tentative" else "CONFIRMED"
    found.add("STATUS", "CANCELLED" if event.get("isCancelled") else status)
    found.add("TRANSP", "TRANSPARENT" if event.get("showAs") in FREE else "OPAQUE")
    # a sensitivity we do not know hides rather than shows
    found.add("CLASS", CLASSES.get(str(event.get("sensitivity") or "normal"), "PRIVATE"))
    organizer = _address(event.get("organizer"))
    if organizer is not None:
        found.add("ORGANIZER", organizer)
    for attendee in _attendees(event):
        found.add("ATTENDEE", attendee)
    return found


def _texts(event: Json) -> Iterator[tuple[str, str]]:
    link = join_link(event)
    location = _part(event, "location")
    place = clean(_text(location.get("displayName")), SHORT)
    yield "SUMMARY", clean(_text(event.get("subject")), SHORT).replace("\n", " ")
    yield "LOCATION", place or link
    yield "URL", link
    body = _part(event, "body")
    text = body.get("content") if body.get("contentType") == "text" else event.get("bodyPreview")
    yield "DESCRIPTION", clean(_text(text), LONG)
    point = _part(location, "coordinates")
    if isinstance(point.get("latitude"), int | float) and isinstance(point.get("longitude"), int | float):
        yield "X-APPLE-STRUCTURED-LOCATION", f"geo:{point['latitude']:.6f},{point['longitude']:.6f}"


def join_link(event: Json) -> str:
    """Where an online meeting is joined, if it is one."""
    for told in (_part(event, "onlineMeeting").get("joinUrl"), event.get("onlineMeetingUrl")):
        link = clean(_text(told), 2 * SHORT).replace("\n", "")
        if link.lower().startswith(("https://", "http://")):
            return link
    return ""


def proposals(event: Json) -> Iterator[Interval]:
    """The times that attendees have proposed instead (COUNTER: RFC 5546, 3.2.7), each once."""
    found = set()
    for one in _list(event, "attendees"):
        slot = _part(one, "proposedNewTime")
        try:
            start, end = _wall(slot.get("start")), _wall(slot.get("end"))
        except UnreadableError:
            continue
        if start < end:
            found.add(Interval(start, end))
    yield from sorted(found)


def own_properties(event: Json) -> dict[str, str]:
    """Our own extended properties of an event, by name."""
    return {_text(one.get("id")): _text(one.get("value")) for one in _list(event, "singleValueExtendedProperties")}


def is_ours(event: Json) -> bool:
    """Whether an event was made by this office, as far as a delta shows."""
    return _text(event.get("transactionId")).startswith(OWN)


def _attendees(event: Json) -> Iterator[icalendar.vCalAddress]:
    for one in _list(event, "attendees")[:MOST_PEOPLE]:
        found = _address(one)
        if found is not None:
            found.params["ROLE"] = ROLES.get(_text(one.get("type")), "REQ-PARTICIPANT")
            if one.get("type") == "resource":
                found.params["CUTYPE"] = "RESOURCE"
            found.params["PARTSTAT"] = ANSWERS.get(_text(_part(one, "status").get("response")), "NEEDS-ACTION")
            yield found


def _address(recipient: object) -> icalendar.vCalAddress | None:
    if not isinstance(recipient, Mapping):
        return None
    told = _part(recipient, "emailAddress")
    address = clean(_text(told.get("address")), SHORT).replace("\n", "")
    if not address:
        return None
    found = icalendar.vCalAddress(f"mailto:{address}")
    name = clean(_text(told.get("name")), SHORT).replace("\n", " ").replace('"', "'")
    if name and name != address:
        found.params["CN"] = name
    return found


def _part(of: Json, name: str) -> Json:
    found = of.get(name)
    return found if isinstance(found, Mapping) else {}


def _list(of: Json, name: str) -> list[Json]:
    found = of.get(name)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
