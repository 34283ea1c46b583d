"""Reads iCalendar files and feeds. The text is fetched whole; only objects that changed are parsed again."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from agenda.model.calendars import Calendar, Cursor, Provider, Pulled
from agenda.model.times import Interval
from sync.ical import MAPPER, Limits, Reading, read
from sync.ics.fetch import NOTHING_SEEN, Fetched, Seen, fetch_file, fetch_url
from sync.outbound import Outbound

MARK_BYTES = 12


def no_secret(calendar: Calendar) -> str:
    """For calendars that need no password."""
    return ""


@dataclass(frozen=True, slots=True)
class _Token:
    """What a cursor holds: how the provider named its answer, the answer's digest, and the objects in it."""

    seen: Seen = NOTHING_SEEN
    body: str = ""
    marks: frozenset[bytes] = frozenset()

    def text(self) -> str:
        """As the cursor keeps it."""
        marks = base64.b64encode(b"".join(sorted(self.marks))).decode()
        return json.dumps([self.seen.etag, self.seen.modified, self.body, marks])

    @classmethod
    def of(cls, text: str) -> _Token:
        """From what a cursor kept."""
        etag, modified, body, marks = json.loads(text)
        raw = base64.b64decode(marks)
        cut = frozenset(raw[at : at + MARK_BYTES] for at in range(0, len(raw), MARK_BYTES))
        return cls(Seen(etag, modified), body, cut)


@dataclass(frozen=True, slots=True, kw_only=True)
class IcsConnector:
    """Reads calendars of the providers ICS_FILE and ICS_URL.

    `secret` gives the password of a feed that has a login. With a `folder`, files outside it are not read.
    """

    way: Outbound = field(default_factory=Outbound)
    limits: Limits = field(default_factory=Limits)
    secret: Callable[[Calendar], str] = no_secret
    folder: Path | None = None

    def pull(self, calendar: Calendar, cursor: Cursor | None, window: Interval) -> Pulled:
        """Read the calendar; absence is deletion only when its text is whole.

        Raises:
            TryLaterError: it is out of reach, or broke off on the way.
            RefusedError: it does not let us in, or there is nothing at its address.
            NotACalendarError: what came is no calendar.
        """
        stamp = f"ics {MAPPER} {calendar.address} {calendar.zone} {window.start:%Y%m%d%H%M} {window.end:%Y%m%d%H%M}"
        before = _Token.of(cursor.token) if cursor is not None and cursor.stamp == stamp else _Token()
        fetched = self._fetch(calendar, before.seen)
        if fetched is None:
            return Pulled(cursor=cursor, window=window, unchanged=True)
        body = hashlib.sha256(fetched.body).hexdigest()
        if body == before.body:
            token = _Token(fetched.seen, body, before.marks)
            return Pulled(cursor=Cursor(token.text(), stamp), window=window, unchanged=True)
        reading = read(fetched.body, calendar, window, limits=self.limits, known=before.marks)
        return _pulled(reading, Cursor(_Token(fetched.seen, body, reading.marks).text(), stamp), window)

    def _fetch(self, calendar: Calendar, seen: Seen) -> Fetched | None:
        if calendar.provider is Provider.ICS_FILE:
            return fetch_file(calendar, self.folder, self.limits.calendar_bytes)
        return fetch_url(calendar, self.secret(calendar) if calendar.login else "", seen, self.way, self.limits)


def _pulled(reading: Reading, cursor: Cursor, window: Interval) -> Pulled:
    return Pulled(
        cursor=cursor if reading.is_whole else None,
        window=window,
        complete=reading.is_whole,
        changed=reading.objects,
        present=reading.present,
        problems=reading.problems,
        name=reading.name,
    )
