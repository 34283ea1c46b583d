"""What somebody does in the provider's own pages, told as VEVENTs: put an event in with its exceptions, take it out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import icalendar

from tests.simulators.google.times import suffix
from tests.simulators.google.world import Event, SimCalendar, World

QUIET = {"conferenceDataVersion": "1"}


def put(world: World, calendar: SimCalendar, vevents: str) -> Event:
    """Put the VEVENTs of one UID in, in place of what has that UID."""
    text = f"BEGIN:VCALENDAR\r\n{vevents}END:VCALENDAR\r\n".encode()
    parts: list[Any] = icalendar.Calendar.from_ical(text).walk("VEVENT")
    master = next(one for one in parts if "RECURRENCE-ID" not in one)
    event = world.bring_in(calendar, _body(master, vevents), calendar.id)
    for part in parts:
        if part is not master:
            original = _moment(part["RECURRENCE-ID"].dt)
            instance = f"{event['id']}_{suffix(original, calendar.zone)}"
            body = {name: one for name, one in _body(part, "").items() if name not in ("recurrence", "iCalUID")}
            world.change(calendar, instance, body, QUIET, whole=False)
    return event


def drop(world: World, calendar: SimCalendar, uid: str) -> None:
    """Take everything with a UID out."""
    for event in list(calendar.events.values()):
        if event["iCalUID"] == uid and event["status"] != "cancelled" and "recurringEventId" not in event:
            world.delete(calendar, event["id"], {})


def _body(part: Any, text: str) -> dict[str, Any]:
    start = part["DTSTART"].dt
    end = part["DTEND"].dt if "DTEND" in part else start
    if "DTEND" not in part and not isinstance(start, datetime):
        end = start + timedelta(days=1)
    body: dict[str, Any] = {"iCalUID": str(part["UID"]), "start": _moment(start), "end": _moment(end)}
    body |= {"sequence": int(part.get("SEQUENCE", 0)), "summary": str(part.get("SUMMARY", ""))}
    rules = [line for line in text.splitlines() if line.startswith(("RRULE", "EXDATE", "RDATE"))]
    if rules:
        body["recurrence"] = rules
    return body


def _moment(value: Any) -> dict[str, Any]:
    if not isinstance(value, datetime):
        return {"date": value.isoformat()}
    zone = getattr(value.tzinfo, "key", "UTC")
    return {"dateTime": value.isoformat(), "timeZone": zone}
