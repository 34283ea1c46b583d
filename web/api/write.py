"""Values of the office as JSON: instants in UTC (RFC 3339), ids as they are, sentences in English."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TypeAlias

from agenda.actions.look import CalendarState
from agenda.model.alerts import Alert
from agenda.model.events import Event
from agenda.model.meetings import Meeting
from agenda.model.people import Attendance, Person
from agenda.model.places import Place
from agenda.model.planning import Drive, NoPlan, Option, Plan
from agenda.model.proposals import Proposal
from agenda.model.requests import Request
from agenda.model.times import Interval

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


def instant(at: datetime | None) -> Json:
    """An instant, to the second."""
    return f"{at:%Y-%m-%dT%H:%M:%SZ}" if at is not None else None


def interval(of: Interval | None) -> Json:
    """A stretch of time."""
    return {"start": instant(of.start), "end": instant(of.end)} if of is not None else None


def event(of: Event) -> Json:
    """An occurrence, as far as the reader may see it; a private one has nothing but its time."""
    return {
        "uid": of.key.uid,
        "recurrence_id": of.key.recurrence_id,
        **_both(of.interval),
        "first_day": of.first_day.isoformat() if of.first_day is not None else None,
        "last_day": of.last_day.isoformat() if of.last_day is not None else None,
        "is_private": of.is_private,
        "summary": of.summary,
        "location": of.location,
        "transparency": of.transparency.value,
        "status": of.status.value,
        "is_recurring": of.is_recurring,
    }


def person(of: Person) -> Json:
    """Somebody of the directory."""
    return {"id": of.id, "name": of.name, "title": of.title, "standing": of.standing.value, "base": of.base}


def place(of: Place) -> Json:
    """A venue with its rooms."""
    return {
        "id": of.id,
        "name": of.name,
        "address": of.address,
        "position": {"lat": of.position.lat, "lon": of.position.lon} if of.position is not None else None,
        "rooms": [{"id": room.id, "name": room.name, "seats": room.seats} for room in of.rooms],
    }


def request(of: Request) -> Json:
    """A request."""
    return {
        "id": of.id,
        "title": of.title,
        "state": of.state.value,
        "priority": of.priority.value,
        "duration_min": int(of.duration.total_seconds() // 60),
        "attendance": [_attendance(one) for one in of.attendance],
        "windows": [interval(one) for one in of.windows],
        "created_at": instant(of.created_at),
        "purpose": of.purpose,
        "requester": of.requester,
        "contact": of.contact,
        "place": of.place,
        "is_virtual": of.is_virtual,
        "needs_room": of.needs_room,
        "seats": of.seats,
        "is_private": of.is_private,
        "missing": list(of.missing()),
    }


def proposal(of: Proposal) -> Json:
    """The solver's answer: options, or the reasons for none."""
    found: dict[str, Json] = {
        "id": of.id,
        "request": of.request,
        "made_at": instant(of.made_at),
        "state": of.state.value,
        "status": of.answer.status.value,
        "chosen": of.chosen,
        "meeting": of.meeting,
        "options": [_option(number, one) for number, one in enumerate(of.options)],
        "reasons": [],
        "ways_out": [],
    }
    match of.answer:
        case NoPlan(reasons=reasons, ways_out=ways_out):
            found["reasons"] = [{"rule": one.rule.value, "sentence": str(one.sentence)} for one in reasons]
            found["ways_out"] = [{"slot": interval(one.slot), "sentence": str(one.sentence)} for one in ways_out]
        case Plan():
            pass
    return found


def meeting(of: Meeting) -> Json:
    """A confirmed meeting."""
    return {
        "id": of.id,
        "uid": of.uid,
        "request": of.request,
        "title": of.title,
        **_both(of.slot),
        "attending": list(of.attending),
        "place": of.place,
        "room": of.room,
        "venue": of.venue_name,
        "is_virtual": of.is_virtual,
        "is_private": of.is_private,
        "state": of.state.value,
        "sequence": of.sequence,
        "confirmed_by": of.confirmed_by,
        "confirmed_at": instant(of.confirmed_at),
    }


def alert(of: Alert) -> Json:
    """Something that does not work."""
    return {
        "id": of.id,
        "kind": of.kind.value,
        "sentence": str(of.sentence),
        "person": of.person,
        "calendar": of.calendar,
        "at": interval(of.at),
        "missing_min": of.missing_min,
        "raised_at": instant(of.raised_at),
        "settled_at": instant(of.settled_at),
    }


def calendar(of: CalendarState) -> Json:
    """A calendar with its freshness; where it lies is not told."""
    return {
        "id": of.calendar.id,
        "name": of.calendar.name,
        "owner": of.calendar.owner,
        "provider": of.calendar.provider.value,
        "counts_as_busy": of.calendar.counts_as_busy,
        "writable": of.calendar.writable,
        "state": of.freshness.state.value,
        "read_at": instant(of.freshness.read_at),
        "tried_at": instant(of.freshness.tried_at),
        "events": of.freshness.events,
        "warnings": of.freshness.warnings,
        "errors": of.freshness.errors,
    }


def listed(name: str, values: Iterable[Json]) -> Json:
    """A list under its name, so that more can stand beside it one day."""
    return {name: list(values)}


def _both(of: Interval) -> dict[str, Json]:
    return {"start": instant(of.start), "end": instant(of.end)}


def _attendance(of: Attendance) -> Json:
    return {"person": of.person, "role": of.role.value, "group": of.group}


def _option(number: int, of: Option) -> Json:
    return {
        "option": number,
        **_both(of.slot),
        "place": of.place,
        "room": of.room,
        "venue": of.venue_name,
        "is_virtual": of.is_virtual,
        "attending": list(of.attending),
        "missing": list(of.missing),
        "price": of.score,
        "terms": [{"name": one.name.value, "points": one.points, "sentence": str(one.sentence)} for one in of.terms],
        "drives": [_drive(one) for one in of.drives],
    }


def _drive(of: Drive) -> Json:
    return {
        "person": of.person,
        "origin": of.origin,
        "goal": of.goal,
        "minutes": of.leg.minutes,
        "quality": of.leg.quality.value,
        **_both(of.interval),
    }
