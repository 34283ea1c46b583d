"""An item as Graph shows it: which properties, on which wall clock."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.simulators.graph.world import Item, Json, Occurrence, zone_of

DEFAULTS: Json = {
    "allowNewTimeProposals": True,
    "attendees": [],
    "body": {"contentType": "text", "content": ""},
    "bodyPreview": "",
    "categories": [],
    "hasAttachments": False,
    "hideAttendees": False,
    "importance": "normal",
    "isAllDay": False,
    "isCancelled": False,
    "isDraft": False,
    "isOnlineMeeting": False,
    "isOrganizer": True,
    "isReminderOn": True,
    "location": {"displayName": "", "locationType": "default"},
    "locations": [],
    "onlineMeeting": None,
    "onlineMeetingProvider": "unknown",
    "onlineMeetingUrl": None,
    "reminderMinutesBeforeStart": 15,
    "responseRequested": True,
    "responseStatus": {"response": "organizer", "time": "0001-01-01T00:00:00Z"},
    "sensitivity": "normal",
    "showAs": "busy",
    "subject": "",
    "webLink": "https://outlook.example/owa/",
}


def moment(wall: datetime, zone: str, *, is_all_day: bool) -> Json:
    """A dateTimeTimeZone on the wall clock that was asked for; days stay days."""
    shown = wall if is_all_day else wall.astimezone(zone_of(zone))
    return {"dateTime": f"{shown:%Y-%m-%dT%H:%M:%S}.0000000", "timeZone": zone}


def instant(when: datetime, *, is_all_day: bool = False) -> str:
    """A DateTimeOffset in UTC; days stay days."""
    return f"{when if is_all_day else when.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"


def whole(item: Item, zone: str, occurrence: Occurrence | None = None, mailbox: str = "") -> Json:
    """Everything of a single event, a series, or an exception."""
    day = occurrence.day if occurrence is not None else None
    patch = item.exceptions.get(day, {}) if day is not None else {}
    data = {**DEFAULTS, **item.data, **patch}
    is_all_day = bool(data["isAllDay"])
    if day is None:
        kind = "seriesMaster" if item.is_series else "singleInstance"
    else:
        kind = "exception" if day in item.exceptions else "occurrence"
    start, end = (occurrence.start, occurrence.end) if occurrence is not None else (item.at("start"), item.at("end"))
    key = f"CK{item.change_key:08d}" if day is None else f"CK{item.touched.get(day, item.change_key):08d}"
    found: Json = {
        **data,
        "@odata.etag": f'W/"{key}"',
        "id": occurrence.id if occurrence is not None else item.id,
        "changeKey": key,
        "createdDateTime": instant(item.created),
        "lastModifiedDateTime": instant(item.modified),
        "iCalUId": item.uid if day is None else f"{item.uid[:32]}{day:%Y%m%d}{item.uid[32:]}",
        "type": kind,
        "start": moment(start, zone, is_all_day=is_all_day),
        "end": moment(end, zone, is_all_day=is_all_day),
        "originalStartTimeZone": item.zone_name,
        "originalEndTimeZone": str(item.data["end"].get("timeZone") or "UTC"),
        "seriesMasterId": item.id if day is not None else None,
        "recurrence": item.data.get("recurrence") if day is None else None,
        "organizer": data.get("organizer") or {"emailAddress": {"name": mailbox, "address": mailbox}},
    }
    if day is not None and occurrence is not None:
        found["originalStart"] = instant(occurrence.original, is_all_day=is_all_day)
    if item.data.get("transactionId"):
        found["transactionId"] = item.data["transactionId"]
    return found


def bare(occurrence: Occurrence, zone: str) -> Json:
    """An ordinary occurrence as a delta shows it."""
    is_all_day = bool(occurrence.item.data.get("isAllDay"))
    return {
        "@odata.type": "#microsoft.graph.event",
        "id": occurrence.id,
        "type": "occurrence",
        "seriesMasterId": occurrence.item.id,
        "start": moment(occurrence.start, zone, is_all_day=is_all_day),
        "end": moment(occurrence.end, zone, is_all_day=is_all_day),
    }


def of_delta(occurrence: Occurrence, zone: str, mailbox: str) -> Json:
    """An entry of a delta."""
    if occurrence.day is not None and occurrence.patch is None:
        return bare(occurrence, zone)
    return {"@odata.type": "#microsoft.graph.event", **whole(occurrence.item, zone, occurrence, mailbox)}


def selected(event: Json, select: str | None) -> Json:
    """Only what was asked for; what was expanded was asked for too."""
    if not select:
        return event
    wanted = {"id", "@odata.etag", "singleValueExtendedProperties", *select.split(",")}
    return {name: value for name, value in event.items() if name in wanted}


def expanded(event: Json, item: Item, wanted: set[str]) -> Json:
    """With those of its extended properties that were asked for; without any, the list is not there at all."""
    found: list[dict[str, Any]] = [
        {"id": one, "value": value} for one, value in item.properties.items() if one in wanted
    ]
    return {**event, "singleValueExtendedProperties": found} if found else event
