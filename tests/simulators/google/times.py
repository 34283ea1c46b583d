"""Times as the provider speaks of them, and its own way from a recurrence to occurrences, on the wall clock."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

DAY = timedelta(days=1)
FAR = timedelta(days=2000)
UNTIL = re.compile(r"UNTIL=(\d{8}T\d{6})Z")
Moment = Mapping[str, Any]


class RefusalError(Exception):
    """What the provider does not take; `reason` as its error names it."""

    def __init__(self, status: int, reason: str, message: str = "", headers: Mapping[str, str] | None = None) -> None:
        """Keep what the answer says."""
        super().__init__(message or reason)
        self.status, self.reason, self.message, self.headers = status, reason, message or reason, headers or {}


def check(moment: object, *, is_recurring: bool) -> None:
    """Refuse what is no start or end."""
    if not isinstance(moment, Mapping) or ("date" in moment) == ("dateTime" in moment):
        raise RefusalError(400, "required", "Missing start or end time.")
    zone = moment.get("timeZone")
    if zone is not None:
        try:
            ZoneInfo(zone)
        except (OSError, ValueError, KeyError):
            raise RefusalError(400, "invalid", "Invalid time zone definition.") from None
    if "dateTime" in moment:
        if datetime.fromisoformat(moment["dateTime"]).tzinfo is None and zone is None:
            raise RefusalError(400, "required", "Missing time zone definition for start time.")
        if is_recurring and zone is None:
            raise RefusalError(400, "required", "Missing time zone definition for start time.")


def instant(moment: Moment, zone: ZoneInfo) -> datetime:
    """A start or end in UTC; a date begins at midnight of the calendar."""
    if "date" in moment:
        return datetime.combine(date.fromisoformat(moment["date"]), time(), zone).astimezone(UTC)
    at = datetime.fromisoformat(moment["dateTime"])
    if at.tzinfo is None:
        at = at.replace(tzinfo=ZoneInfo(moment["timeZone"]))
    return at.astimezone(UTC)


def shown(moment: Moment, zone: ZoneInfo) -> dict[str, Any]:
    """A start or end as it is told: instants in the reader's zone, the event's own zone beside."""
    if "date" in moment:
        return {"date": moment["date"]}
    local = instant(moment, zone).astimezone(zone)
    text = local.isoformat(timespec="seconds").replace("+00:00", "Z")
    return {"dateTime": text, "timeZone": moment.get("timeZone") or str(zone)}


def suffix(original: Moment, zone: ZoneInfo) -> str:
    """What tells an instance's id from its series'."""
    if "date" in original:
        return str(original["date"]).replace("-", "")
    return f"{instant(original, zone):%Y%m%dT%H%M%SZ}"


def originals(master: Mapping[str, Any], zone: ZoneInfo, until: datetime) -> Iterator[dict[str, Any]]:
    """The original starts of a series, up to an instant."""
    start = master["start"]
    is_date = "date" in start
    own = zone if is_date else ZoneInfo(start["timeZone"])
    wall = (
        datetime.combine(date.fromisoformat(start["date"]), time())
        if is_date
        else instant(start, zone).astimezone(own).replace(tzinfo=None)
    )
    for at in _rules(master["recurrence"], wall, own):
        if is_date:
            if datetime.combine(at.date(), time(), zone) >= until:
                return
            yield {"date": at.date().isoformat()}
        else:
            aware = at.replace(tzinfo=own).astimezone(UTC)
            if aware >= until:
                return
            yield {"dateTime": aware.astimezone(own).isoformat(), "timeZone": str(own)}


def _rules(lines: Sequence[str], wall: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    made = [_local(line, zone) for line in lines]
    rules = rrulestr("\n".join(made), dtstart=wall, forceset=True)
    rules.rdate(wall)
    yield from rules


def _local(line: str, zone: ZoneInfo) -> str:
    """A line of a recurrence on the series' wall clock, without zones."""
    head, _, value = line.partition(":")
    name = head.split(";")[0].upper()
    if name in ("EXDATE", "RDATE"):
        tzid = next((one[5:] for one in head.split(";") if one.upper().startswith("TZID=")), None)
        return f"{name}:{','.join(_wall(one, ZoneInfo(tzid) if tzid else zone, zone) for one in value.split(','))}"
    ends = UNTIL.search(value)
    if ends is not None:
        value = value.replace(ends[0], f"UNTIL={_wall(ends[1] + 'Z', zone, zone)}")
    elif re.search(r"UNTIL=\d{8}(;|$)", value):
        value = re.sub(r"UNTIL=(\d{8})", r"UNTIL=\1T235959", value)
    return f"{name}:{value}"


def _wall(text: str, written_in: ZoneInfo, zone: ZoneInfo) -> str:
    if "T" not in text:
        return f"{text}T000000"
    at = datetime.strptime(text.rstrip("Z"), "%Y%m%dT%H%M%S").replace(tzinfo=UTC if text.endswith("Z") else written_in)
    return f"{at.astimezone(zone):%Y%m%dT%H%M%S}"


def moved(moment: Moment, by: timedelta) -> dict[str, Any]:
    """A start or end, later by so much: on the wall clock of its zone for an instant's zone, in days for a date."""
    if "date" in moment:
        return {"date": (date.fromisoformat(moment["date"]) + by).isoformat()}
    return {**moment, "dateTime": (datetime.fromisoformat(moment["dateTime"]) + by).isoformat()}
