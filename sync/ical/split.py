"""Cut a calendar's text into VEVENTs before any parser sees it, and keep only the lines we use (RFC 5545, 3.1, 3.4).

Memory stays near the size of what is kept: alarms, attachments and foreign properties are passed over line by line.
Line numbers count from 1 in the text as it was served.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from agenda.model.sentences import Sentence, say
from sync.ical.limits import Limits

DATES = frozenset({b"DTSTART", b"DTEND", b"RECURRENCE-ID", b"EXDATE", b"RDATE"})
TIMES = DATES | {b"DURATION", b"RRULE", b"EXRULE"}
TEXTS = frozenset({b"SUMMARY", b"LOCATION", b"DESCRIPTION", b"URL", b"X-APPLE-STRUCTURED-LOCATION"})
KEPT = (
    TIMES
    | TEXTS
    | {b"UID", b"DTSTAMP", b"SEQUENCE", b"STATUS", b"TRANSP", b"CLASS", b"GEO", b"ORGANIZER", b"ATTENDEE"}
    | {b"X-MICROSOFT-CDO-BUSYSTATUS", b"X-ANTECHAMBER-SEAL"}
)
SERIES = frozenset({b"RRULE", b"RDATE", b"EXDATE", b"EXRULE", b"RECURRENCE-ID"})
UID_LENGTH = 1_000
FEW_LINES = 100
"""So many lines about time are kept of an event that is too much."""
NAME = re.compile(rb"[A-Za-z0-9-]+")
TZID = re.compile(rb';TZID=("[^"]*"|[^;:"]*)', re.IGNORECASE)


@dataclass(slots=True)
class Scope:
    """One VCALENDAR: what holds for all events in it. `zones` are VTIMEZONEs as served, by TZID."""

    zone: str = ""
    name: str = ""
    zones: dict[str, bytes] = field(default_factory=dict)


@dataclass(slots=True)
class Block:
    """One VEVENT: its unfolded lines of use, and where each was served.

    `excess` says why it is too much to be parsed; then only the lines about time are kept.
    """

    scope: Scope
    line: int
    lines: list[bytes] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    uid: str = ""
    names: set[bytes] = field(default_factory=set)
    alarms: int = 0
    attendees: int = 0
    dates: int = 0
    size: int = 0
    is_closed: bool = False
    is_cut: bool = False
    excess: Sentence | None = None

    @property
    def is_series(self) -> bool:
        """Whether anything in it speaks of recurrence."""
        return not SERIES.isdisjoint(self.names)

    @property
    def is_override(self) -> bool:
        """Whether it stands for one occurrence of a series."""
        return b"RECURRENCE-ID" in self.names

    def line_of(self, name: str) -> int:
        """Where a property was served; the VEVENT's own line when it is not there."""
        wanted = name.encode().upper()
        for number, line in zip(self.numbers, self.lines, strict=True):
            if name_of(line) == wanted:
                return number
        return self.line

    def tzids(self) -> set[str]:
        """Every TZID that a date of this event names."""
        found = (TZID.search(line) for line in self.lines if b"TZID" in line.upper())
        return {one[1].strip(b'"').decode("utf-8", "replace") for one in found if one is not None}

    def text(self, only: frozenset[bytes] | None = None) -> bytes:
        """The VEVENT again, of all kept lines or of some."""
        lines = self.lines if only is None else [one for one in self.lines if name_of(one) in only]
        return b"\r\n".join((b"BEGIN:VEVENT", *lines, b"END:VEVENT", b""))


@dataclass(slots=True)
class Cut:
    """A calendar's text, cut up. `breaks_off_at` is the line where it ends too early, 0 when it is whole."""

    blocks: list[Block] = field(default_factory=list)
    scopes: list[Scope] = field(default_factory=list)
    breaks_off_at: int = 0
    events: int = 0


def split(data: bytes, limits: Limits) -> Cut:
    """Cut a text up; never fails, whatever the bytes are."""
    return _Splitter(limits).run(data)


def name_of(line: bytes) -> bytes:
    """The property's name, in capitals."""
    found = NAME.match(line)
    return found[0].upper() if found else b""


def value_of(line: bytes) -> bytes:
    """What follows the first colon that no quotes protect."""
    quoted = False
    for at, char in enumerate(line):
        if char == 0x22:
            quoted = not quoted
        elif char == 0x3A and not quoted:
            return line[at + 1 :]
    return line.partition(b":")[2]


class _Splitter:
    """Reads line by line; the stack holds the names of the components that are open."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._cut = Cut()
        self._stack: list[bytes] = []
        self._scope = Scope()
        self._block: Block | None = None
        self._zone: list[bytes] | None = None

    def run(self, data: bytes) -> Cut:
        parts: list[bytes] = []
        start = number = size = 0
        for number, raw in enumerate(_lines(data), start=1):
            line = raw.rstrip(b"\r\n")
            if not line:
                continue
            if line[:1] in b" \t":
                size += len(line)
                if parts and size <= self._limits.line_bytes:
                    parts.append(line[1:])
                continue
            if parts:
                self._take(b"".join(parts), start, size)
                if self._cut.breaks_off_at:
                    return self._cut
            parts, start, size = [line[: self._limits.line_bytes]], number, len(line)
        if parts:
            self._take(b"".join(parts), start, size)
        self._end(number)
        return self._cut

    def _take(self, line: bytes, number: int, size: int) -> None:
        initial = line[:1]
        if initial in b"Bb" and line[:6].upper() == b"BEGIN:":
            self._begin(line[6:].strip().upper(), number)
        elif initial in b"Ee" and line[:4].upper() == b"END:":
            self._close(line[4:].strip().upper(), number)
        elif self._zone is not None:
            if len(self._zone) < self._limits.zone_lines:
                self._zone.append(line)
        elif self._block is not None:
            if self._stack[-1] == b"VEVENT":
                self._keep(self._block, line, number, size)
        elif self._stack == [b"VCALENDAR"]:
            self._head(line)

    def _begin(self, name: bytes, number: int) -> None:
        if self._block is not None and name in (b"VEVENT", b"VCALENDAR", b"VTIMEZONE"):
            self._finish(is_closed=False)
        if self._zone is not None and name in (b"STANDARD", b"DAYLIGHT"):
            self._zone.append(b"BEGIN:" + name)
        self._stack.append(name)
        if len(self._stack) > self._limits.depth:
            self._cut.breaks_off_at = number
            self._finish(is_closed=False)
        elif name == b"VCALENDAR":
            self._scope = Scope()
            self._cut.scopes.append(self._scope)
            self._stack = [name]
        elif name == b"VEVENT" and self._cut.scopes:
            self._cut.events += 1
            if self._cut.events > self._limits.events:
                self._cut.breaks_off_at = number
            self._block = Block(self._scope, number)
        elif name == b"VTIMEZONE":
            self._zone = []
        elif name == b"VALARM" and self._block is not None:
            self._block.alarms += 1

    def _close(self, name: bytes, number: int) -> None:
        if name not in self._stack:
            return
        while self._stack.pop() != name:
            pass
        if name == b"VEVENT":
            self._finish(is_closed=True)
        elif name == b"VTIMEZONE":
            self._keep_zone()
        elif name == b"VCALENDAR" and self._block is not None:
            self._finish(is_closed=False)
        elif self._zone is not None and name in (b"STANDARD", b"DAYLIGHT"):
            self._zone.append(b"END:" + name)

    def _head(self, line: bytes) -> None:
        name = name_of(line)
        if name in (b"X-WR-TIMEZONE", b"X-WR-CALNAME", b"NAME"):
            value = value_of(line).decode("utf-8", "replace").strip()
            if name == b"X-WR-TIMEZONE":
                self._scope.zone = value
            else:
                self._scope.name = value[:200]

    def _keep(self, block: Block, line: bytes, number: int, size: int) -> None:
        name = name_of(line)
        if name not in KEPT:
            return
        block.names.add(name)
        if name == b"UID" and not block.uid:
            block.uid = value_of(line).decode("utf-8", "replace").strip()[:UID_LENGTH]
        if block.excess is None:
            block.excess = self._excess(block, name, line, size)
        is_short = size <= self._limits.line_bytes
        if block.excess is None or (name in TIMES and is_short and len(block.lines) < FEW_LINES):
            block.is_cut |= not is_short
            block.lines.append(line)
            block.numbers.append(number)

    def _excess(self, block: Block, name: bytes, line: bytes, size: int) -> Sentence | None:
        """Count the line, and say whether it makes the event too much to be parsed."""
        limits = self._limits
        block.size += len(line)
        if name == b"ATTENDEE":
            block.attendees += 1
        elif name in (b"RDATE", b"EXDATE"):
            block.dates += line.count(b",") + 1
        if block.attendees > limits.attendees:
            return say("it has more than %(limit)s attendees", limit=limits.attendees)
        if block.dates > limits.dates:
            return say("it lists more than %(limit)s dates", limit=limits.dates)
        if size > limits.line_bytes and name not in TEXTS:
            return say("one of its lines is too long")
        if block.size > limits.event_bytes or len(block.lines) > limits.event_lines:
            return say("it is too long")
        return None

    def _keep_zone(self) -> None:
        lines, self._zone = self._zone or [], None
        tzid = next((value_of(one) for one in lines if name_of(one) == b"TZID"), b"")
        if tzid and len(self._scope.zones) < self._limits.zones:
            text = b"\r\n".join((b"BEGIN:VTIMEZONE", *lines, b"END:VTIMEZONE", b""))
            self._scope.zones[tzid.decode("utf-8", "replace").strip()] = text

    def _finish(self, *, is_closed: bool) -> None:
        block, self._block = self._block, None
        if block is None:
            return
        block.is_closed = is_closed
        if not is_closed and b"VEVENT" in self._stack:
            del self._stack[self._stack.index(b"VEVENT") :]
        self._cut.blocks.append(block)

    def _end(self, number: int) -> None:
        if self._stack:
            self._cut.breaks_off_at = self._cut.breaks_off_at or max(number, 1)
        self._finish(is_closed=False)


def _lines(data: bytes) -> Iterable[bytes]:
    return io.BytesIO(data)
