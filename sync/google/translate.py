"""From the provider's events to one iCalendar object for each series or single event, on its own wall clock.

The text that is made here goes through the same bounded door as every other (`sync.ical`). Values are put in as the
library's types; only the lines of `recurrence`, which the provider keeps as RFC 5545 spells them, stay as they are.
What cannot be told exactly raises, with the time it may take.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import icalendar

from agenda.model.calendars import Calendar
from agenda.model.events import Classification, PartStat, Status, Transparency
from agenda.model.sentences import Sentence, say
from agenda.model.times import DAY, Interval, When, days_of
from sync.google.client import Item
from sync.google.identity import OWN_UID, id_of, private_of
from sync.ical.parse import Vevent
from sync.ical.translate import clean
from sync.ical.zones import by_name

SHORT, LONG = 1_000, 20_000
RULE = re.compile(r"(RRULE|RDATE|EXDATE|EXRULE)[:;][\x20-\x7e]*", re.IGNORECASE)
FREE_TYPES = frozenset({"workingLocation", "birthday"})
BUSY_TYPES = frozenset({"outOfOffice", "focusTime"})
PARTSTATS = {
    "needsAction": PartStat.NEEDS_ACTION,
    "declined": PartStat.DECLINED,
    "tentative": PartStat.TENTATIVE,
    "accepted": PartStat.ACCEPTED,
}
CLASSES = {
    "default": Classification.PUBLIC,
    "public": Classification.PUBLIC,
    "confidential": Classification.CONFIDENTIAL,
}
TIGHTNESS = (Classification.PUBLIC, Classification.PRIVATE, Classification.CONFIDENTIAL)
STAMP = datetime(1970, 1, 1, tzinfo=UTC)
YEARS = (1900, 9000)


class CannotTellError(Exception):
    """An event that cannot be told exactly; `interval` is the time it may take, None for no time that could be read."""

    def __init__(self, why: Sentence, interval: Interval | None) -> None:
        """Keep the reason and the time."""
        super().__init__(str(why))
        self.why = why
        self.interval = interval


@dataclass(slots=True)
class Series:
    """A series or a single event, with the exceptions of it that are at hand, by their ids."""

    master: Item
    exceptions: dict[str, Item] = field(default_factory=dict)

    @property
    def is_repeated(self) -> bool:
        """Whether it happens more than once."""
        return bool(self.master.get("recurrence"))


def uid_of(item: Item) -> str:
    """Our own UID for what the office has put in, the iCalUID for everything else."""
    own = private_of(item).get(OWN_UID, "")
    if own and item.get("id") == id_of(own):
        return own
    uid = item.get("iCalUID")
    return clean(uid, SHORT) if isinstance(uid, str) and uid else f"{item['id']}@google.com"


def ics_of(series: Series, calendar: Calendar, role: str, doubts: list[CannotTellError]) -> bytes:
    """The whole object as a VCALENDAR.

    Args:
        series: what the provider tells.
        calendar: whose it is, and the zone for what names none.
        role: what we may see of the calendar (accessRole).
        doubts: exceptions that cannot be told are added here; what they stand for keeps its old time.

    Raises:
        CannotTellError: its times or its repetition cannot be told exactly.
    """
    master = series.master
    zone = _zone(master.get("start"), calendar, is_repeated=series.is_repeated)
    event = _event(master, uid_of(master), calendar, role, zone)
    tightest = event["CLASS"]
    overrides: list[Vevent] = []
    start = event["DTSTART"].dt
    for one in series.exceptions.values() if series.is_repeated else ():
        try:
            original = _original(one, start, zone, calendar)
            if one.get("status") == "cancelled":
                event.add("EXDATE", original)
                continue
            override = _event(one, uid_of(master), calendar, role, _zone(one.get("start"), calendar, is_repeated=False))
        except CannotTellError as error:
            doubts.append(error)
            continue
        override.add("RECURRENCE-ID", original)
        _tighten(override, tightest)
        overrides.append(override)
    if not series.is_repeated and isinstance(master.get("originalStartTime"), Mapping):
        event.add("RECURRENCE-ID", _original(master, start, zone, calendar))
    return _text(event, _rules(master, event, calendar), overrides)


def _event(item: Item, uid: str, calendar: Calendar, role: str, zone: ZoneInfo) -> Vevent:
    event = icalendar.Event()
    event.add("UID", uid)
    event.add("DTSTAMP", STAMP)
    start, end = _span(item, calendar, zone)
    event.add("DTSTART", start)
    event.add("DTEND", end)
    sequence = item.get("sequence")
    event.add("SEQUENCE", sequence if isinstance(sequence, int) and 0 <= sequence < 10**9 else 0)
    links = _links(item)
    summary, location = _words(item, "summary", SHORT), _words(item, "location", SHORT)
    texts = (
        ("SUMMARY", summary.replace("\n", " ")),
        ("LOCATION", location or links),
        ("DESCRIPTION", _words(item, "description", LONG)),
        ("URL", links),
    )
    for name, text in texts:
        if text:
            event.add(name, text)
    event.add("STATUS", (Status.TENTATIVE if item.get("status") == "tentative" else Status.CONFIRMED).value)
    event.add("TRANSP", (Transparency.TRANSPARENT if _is_free(item) else Transparency.OPAQUE).value)
    event.add("CLASS", _class(item, role).value)
    _add_people(event, item)
    return event


def _is_free(item: Item) -> bool:
    kind = item.get("eventType")
    if kind in FREE_TYPES:
        return True
    mine = (one for one in _list(item, "attendees") if one.get("self") is True)
    if any(one.get("responseStatus") == "declined" for one in mine):
        return True
    return kind not in BUSY_TYPES and item.get("transparency") == "transparent"


def _class(item: Item, role: str) -> Classification:
    """Who may see it; what we do not know, and what we were not shown ourselves, is private."""
    told = CLASSES.get(str(item.get("visibility") or "default"), Classification.PRIVATE)
    return max(told, Classification.PRIVATE, key=TIGHTNESS.index) if role == "freeBusyReader" else told


def _tighten(override: Vevent, than: str) -> None:
    """One occurrence cannot be more open than its series; the provider ignores it as well."""
    told = max(Classification(str(override["CLASS"])), Classification(str(than)), key=TIGHTNESS.index)
    del override["CLASS"]
    override.add("CLASS", told.value)


def _add_people(event: Vevent, item: Item) -> None:
    organizer = item.get("organizer")
    if isinstance(organizer, Mapping) and isinstance(organizer.get("email"), str):
        event.add("ORGANIZER", _address(organizer))
    for one in _list(item, "attendees"):
        if isinstance(one.get("email"), str) and one["email"]:
            address = _address(one)
            partstat = PARTSTATS.get(str(one.get("responseStatus")), PartStat.NEEDS_ACTION)
            address.params["PARTSTAT"] = partstat.value
            address.params["ROLE"] = "OPT-PARTICIPANT" if one.get("optional") is True else "REQ-PARTICIPANT"
            event.add("ATTENDEE", address)


def _address(told: Item) -> icalendar.vCalAddress:
    address = icalendar.vCalAddress(f"mailto:{_words(told, 'email', SHORT)}".replace("\n", ""))
    name = _words(told, "displayName", SHORT).replace("\n", " ").replace('"', "'")
    if name:
        address.params["CN"] = name
    return address


def _links(item: Item) -> str:
    """Where a call takes place, if it is one."""
    conference = item.get("conferenceData")
    entries = _list(conference, "entryPoints") if isinstance(conference, Mapping) else []
    links = [one.get("uri") for one in entries if one.get("entryPointType") == "video"]
    links.append(item.get("hangoutLink"))
    return next(
        (clean(one, SHORT).replace("\n", "") for one in links if isinstance(one, str) and one.startswith("http")), ""
    )


def _zone(moment: object, calendar: Calendar, *, is_repeated: bool) -> ZoneInfo:
    """The zone that an event lives in: its own where it names one, else its calendar's."""
    name = moment.get("timeZone") if isinstance(moment, Mapping) else None
    if not isinstance(name, str) or not name or not isinstance(moment, Mapping) or "date" in moment:
        return ZoneInfo(calendar.zone)
    found = by_name(name)
    if found is not None and isinstance(found.tz, ZoneInfo) and not found.is_guess:
        return found.tz
    if found is not None and found.tz is UTC:
        return ZoneInfo("UTC")
    if is_repeated:
        start = moment_of(moment, ZoneInfo("UTC"))
        begin = start.astimezone(UTC) if isinstance(start, datetime) else None
        why = say("nobody knows its time zone %(zone)s", zone=clean(name, 80).replace("\n", " "))
        raise CannotTellError(why, _from(begin))
    return ZoneInfo(calendar.zone)


def _from(begin: datetime | None) -> Interval | None:
    """From an instant on; whoever tells of it knows where to stop."""
    return Interval(begin, begin + 3660 * DAY) if begin is not None else None


def _span(item: Item, calendar: Calendar, zone: ZoneInfo) -> tuple[When, When]:
    start = moment_of(item.get("start"), zone)
    if start is None:
        raise CannotTellError(say("it has no start that can be read"), None)
    end = moment_of(item.get("end"), zone)
    if end is None or isinstance(end, datetime) is not isinstance(start, datetime):
        begin = _days(start, calendar).start
        raise CannotTellError(say("it has no end that can be read"), Interval(begin, begin + DAY))
    return start, end


def _days(start: When, calendar: Calendar) -> Interval:
    if isinstance(start, datetime):
        begin = start.astimezone(UTC)
        return Interval(begin, begin)
    return days_of(start, start + DAY, ZoneInfo(calendar.zone))


def moment_of(moment: object, zone: ZoneInfo) -> When | None:
    """A start or end: a date, or an instant on the zone's wall clock."""
    if not isinstance(moment, Mapping):
        return None
    try:
        if isinstance(moment.get("date"), str):
            day = date.fromisoformat(moment["date"])
            return day if YEARS[0] <= day.year <= YEARS[1] else None
        told = datetime.fromisoformat(str(moment.get("dateTime")))
        if not YEARS[0] <= told.year <= YEARS[1]:
            return None
        aware = told.replace(tzinfo=zone) if told.tzinfo is None else told.astimezone(zone)
        return aware.replace(microsecond=0)
    except (ValueError, OverflowError):
        return None


def _original(item: Item, start: When, zone: ZoneInfo, calendar: Calendar) -> When:
    """Which occurrence an exception stands for, in the kind of value and the zone of its series."""
    told = moment_of(item.get("originalStartTime"), zone)
    if told is None:
        own = moment_of(item.get("start"), zone)
        time_of_it = _days(own, calendar) if own is not None else None
        raise CannotTellError(say("it does not say which occurrence it stands for"), time_of_it)
    if isinstance(start, datetime) and not isinstance(told, datetime):
        return datetime.combine(told, start.time(), start.tzinfo)
    if not isinstance(start, datetime) and isinstance(told, datetime):
        return told.astimezone(ZoneInfo(calendar.zone)).date()
    return told


def _rules(master: Item, event: Vevent, calendar: Calendar) -> list[str]:
    """The lines of the repetition as the provider keeps them."""
    told = master.get("recurrence") or []
    if isinstance(told, list) and all(isinstance(one, str) and RULE.fullmatch(one) for one in told):
        return [str(one) for one in told]
    raise CannotTellError(say("its repetition cannot be read"), _from(_days(event["DTSTART"].dt, calendar).start))


def _text(event: Vevent, rules: Iterable[str], overrides: Iterable[Vevent]) -> bytes:
    text: bytes = event.to_ical()
    end = b"END:VEVENT\r\n"
    lines = b"".join(one.encode("ascii") + b"\r\n" for one in rules)
    parts = [text.removesuffix(end), lines, end, *(one.to_ical() for one in overrides)]
    return b"".join((b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", *parts, b"END:VCALENDAR\r\n"))


def _words(item: Item, name: str, limit: int) -> str:
    value = item.get(name)
    return clean(value, limit) if isinstance(value, str) else ""


def _list(item: Item, name: str) -> list[Mapping[str, Any]]:
    value = item.get(name)
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
