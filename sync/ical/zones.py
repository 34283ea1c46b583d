"""From whatever a calendar calls a time zone to a zone.

In order: IANA names, Windows names, names with a vendor's prefix, the VTIMEZONE's own hint, fixed offsets, display
names, and last the VTIMEZONE's rules. The parser's own zone cache is never used: it is shared by all calendars, and
the first to define a name would define it for everybody.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

from dateutil.tz import tzical
from tzlocal.windows_tz import win_tz

from sync.ical.rules import Cost, cost_of
from sync.ical.split import name_of, value_of

OFFSET = re.compile(r"(?:UTC|GMT|Z)?\s*([+-])(\d{1,2}):?(\d{2})?(?::?\d{2})?", re.IGNORECASE)
DISPLAYED = re.compile(r"\((?:UTC|GMT)\s*(?:([+-])(\d{1,2}):(\d{2}))?\)\s*(.*)", re.IGNORECASE)
KNOWN_TO_VTIMEZONE = frozenset(
    {b"TZID", b"DTSTART", b"RRULE", b"RDATE", b"TZNAME", b"TZOFFSETFROM", b"TZOFFSETTO", b"BEGIN", b"END"}
)
CLOCK_PARTS = (b"BYHOUR=", b"BYMINUTE=", b"BYSECOND=")
MAX_RULES = 400
NAME_LENGTH = 255

# What Outlook shows instead of a zone's name, without the offset before it; the names of cities are looked up.
DISPLAY_NAMES = {
    "alaska": "America/Anchorage",
    "arizona": "America/Phoenix",
    "atlantic time (canada)": "America/Halifax",
    "central america": "America/Guatemala",
    "central time (us & canada)": "America/Chicago",
    "central time": "America/Chicago",
    "coordinated universal time": "UTC",
    "eastern time (us & canada)": "America/New_York",
    "eastern time": "America/New_York",
    "greenwich mean time": "Europe/London",
    "hawaii": "Pacific/Honolulu",
    "indiana (east)": "America/Indiana/Indianapolis",
    "mountain time (us & canada)": "America/Denver",
    "mountain time": "America/Denver",
    "newfoundland": "America/St_Johns",
    "pacific time (us & canada)": "America/Los_Angeles",
    "pacific time": "America/Los_Angeles",
    "saskatchewan": "America/Regina",
}


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone, and how it was found.

    `name` is its IANA name, empty for a fixed offset and for rules. `is_guess` says that the calendar's name for it
    told too little.
    """

    tz: tzinfo
    name: str = ""
    is_guess: bool = False


@lru_cache(maxsize=1024)
def iana(name: str) -> ZoneInfo | None:
    """The zone of that IANA name, however it is capitalised; never opens a file that the name points to."""
    key = _iana_names().get(name.casefold())
    return ZoneInfo(key) if key is not None else None


@cache
def _iana_names() -> dict[str, str]:
    return {name.casefold(): name for name in available_timezones() if name not in ("localtime", "posixrules")}


@cache
def _windows_names() -> dict[str, str]:
    return {name.casefold(): zone for name, zone in win_tz.items()}


@cache
def _cities() -> dict[str, str]:
    """IANA names by their city; ambiguous ones left out."""
    found: dict[str, str] = {}
    for name in sorted(available_timezones()):
        area, _, city = name.rpartition("/")
        if area and not area.startswith(("posix", "right", "Etc", "SystemV")):
            city = city.replace("_", " ").casefold()
            is_other = city in found and (
                not found[city] or _offsets(ZoneInfo(found[city])) != _offsets(ZoneInfo(name))
            )
            found[city] = "" if is_other else name
    return found


class Zones:
    """The zones of one VCALENDAR; `rules` are its VTIMEZONEs by TZID. What was found is remembered."""

    def __init__(self, rules: dict[str, bytes], default: ZoneInfo) -> None:
        """Keep the definitions; they are read when they are needed."""
        self._rules = rules
        self._default = default
        self._found: dict[str, Zone] = {}

    def find(self, tzid: str) -> Zone:
        """The zone a TZID means; where nothing can be made of it, the calendar's own, as a guess."""
        tzid = tzid.strip().strip('"')
        found = self._found.get(tzid)
        if found is None:
            found = self._found[tzid] = self._look(tzid) or Zone(self._default, str(self._default), is_guess=True)
        return found

    def needs_rules(self, tzid: str) -> bool:
        """Whether the VTIMEZONE has to be kept with the event to read it again."""
        return tzid in self._rules and by_name(tzid) is None

    def rules_of(self, tzid: str) -> bytes:
        """The VTIMEZONE as served."""
        return self._rules[tzid]

    def _look(self, tzid: str) -> Zone | None:
        by_its_name = by_name(tzid)
        if by_its_name is not None and not by_its_name.is_guess:
            return by_its_name
        rules = self._rules.get(tzid)
        if rules is not None:
            found = _by_hint(rules) or _by_rules(rules)
            if found is not None:
                return found
        return by_its_name


@lru_cache(maxsize=1024)
def by_name(tzid: str) -> Zone | None:
    """The zone that a name alone tells, if it does."""
    if not 0 < len(tzid) <= NAME_LENGTH:
        return None
    plain = tzid.strip("/ ").casefold()
    found = iana(plain)
    windows = _windows_names().get(plain)
    if found is None and windows is not None:
        found = iana(windows)
    if found is None and "/" in plain:
        parts = plain.split("/")
        found = next((one for at in range(1, len(parts)) if (one := iana("/".join(parts[at:])))), None)
    if found is not None:
        return Zone(found, str(found))
    offset = OFFSET.fullmatch(tzid.strip())
    if offset is not None:
        return _fixed(offset[1], offset[2], offset[3])
    return _by_display_name(tzid)


def _fixed(sign: str, hours: str, minutes: str | None) -> Zone | None:
    shift = timedelta(hours=int(hours), minutes=int(minutes or 0))
    if shift >= timedelta(hours=24):
        return None
    return Zone(timezone(-shift if sign == "-" else shift) if shift else UTC)


def _by_display_name(tzid: str) -> Zone | None:
    shown = DISPLAYED.fullmatch(tzid.strip())
    text = shown[4] if shown is not None else tzid
    candidates = [DISPLAY_NAMES.get(text.strip().casefold(), "")]
    candidates += [_cities().get(city.strip().casefold(), "") for city in text.split(",")]
    fixed = _fixed(shown[1], shown[2], shown[3]) if shown is not None and shown[1] else None
    for name in candidates:
        found = iana(name) if name else None
        if found is not None and (fixed is None or _winter(found) == fixed.tz.utcoffset(None)):
            return Zone(found, name)
    return Zone(fixed.tz, is_guess=True) if fixed is not None else None


def _winter(zone: ZoneInfo) -> timedelta | None:
    """The smaller of the offsets in January and July."""
    return min((one for one in _offsets(zone) if one is not None), default=None)


def _offsets(zone: tzinfo) -> list[timedelta | None]:
    return [datetime(2026, month, 1, tzinfo=zone).utcoffset() for month in (1, 7)]


def _by_hint(rules: bytes) -> Zone | None:
    for line in rules.split(b"\r\n"):
        if name_of(line) == b"X-LIC-LOCATION":
            found = iana(value_of(line).decode("utf-8", "replace").strip())
            if found is not None:
                return Zone(found, str(found))
    return None


def _by_rules(rules: bytes) -> Zone | None:
    """The zone that a VTIMEZONE spells out; None where it does not hold together or costs too much."""
    lines = [one for one in rules.split(b"\r\n") if name_of(one) in KNOWN_TO_VTIMEZONE]
    if len(lines) > MAX_RULES or any(_is_dear(one) for one in lines):
        return None
    text = b"\n".join(_plain(one) for one in lines).decode("utf-8", "replace")
    try:
        zone = tzical(io.StringIO(text)).get()
        for month in (1, 7):
            datetime(2026, month, 1, 12, tzinfo=zone).astimezone(UTC)
    except (ValueError, TypeError, AttributeError, KeyError, IndexError, OverflowError):
        return None
    return Zone(zone) if zone is not None else None


def _is_dear(line: bytes) -> bool:
    rule = value_of(_plain(line)).decode("utf-8", "replace")
    return name_of(line) == b"RRULE" and (
        "FREQ=YEARLY" not in rule.upper() or cost_of(rule, date(2000, 1, 1)) is not Cost.CHEAP
    )


def _plain(line: bytes) -> bytes:
    """The line without parameters, which dateutil does not expect; a date becomes midnight of it."""
    name, value = name_of(line), value_of(line)
    if name == b"RRULE":
        # the hour is DTSTART's; some say so again
        value = b";".join(part for part in value.split(b";") if not part.upper().startswith(CLOCK_PARTS))
    if name == b"DTSTART" and len(value) == 8:
        value += b"T000000"
    if name == b"TZID":
        value = b"rules"
    return name + b":" + value
