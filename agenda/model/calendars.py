"""Calendars of other houses: where they lie, how fresh our copy is, and what a pull brings home."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from agenda.model.events import Event
from agenda.model.ids import AccountId, CalendarId, PersonId
from agenda.model.sentences import Sentence
from agenda.model.times import Interval


class Provider(StrEnum):
    """Whose words a calendar speaks; each has one connector."""

    ICS_FILE = "ics-file"
    ICS_URL = "ics-url"
    CALDAV = "caldav"
    CSV_FILE = "csv-file"
    GOOGLE = "google"
    MICROSOFT = "microsoft"


class Severity(StrEnum):
    """How bad a problem is: a warning was read with a guess, an error could not be read."""

    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something in a calendar that was read with doubt, or not at all.

    `interval` is the time it may take, where that much could be read: it counts as unknown, never as free.
    `line` counts from 1 in the text as it was served; 0 means the whole calendar.
    """

    severity: Severity
    sentence: Sentence
    uid: str = ""
    line: int = 0
    interval: Interval | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """One calendar of one person (or of one room), and how it is connected.

    `address` is a path or a URL; it holds no password. `login` names the account, `secret` the setting or file that
    holds its password. `writable` calendars receive the meetings that the office confirms.
    """

    id: CalendarId
    name: str
    owner: PersonId
    provider: Provider
    address: str
    login: str = ""
    secret: str = ""
    zone: str = "UTC"
    counts_as_busy: bool = True
    writable: bool = False

    @property
    def account(self) -> AccountId:
        """What it is read with; the calendars of one account are shut out together, and let in together."""
        return AccountId(self.secret or f"{self.provider}:{self.login}")


class SyncState(StrEnum):
    """How the last round with a calendar ended."""

    NEVER = "never"
    FRESH = "fresh"
    FAILING = "failing"
    HELD = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """How far our copy of a calendar can be trusted.

    `read_at` is when the provider last answered in full; `window` is the time for which occurrences are at hand.
    HELD means that a suspicious change (everything gone) waits for a person.
    """

    calendar: CalendarId
    state: SyncState = SyncState.NEVER
    read_at: datetime | None = None
    tried_at: datetime | None = None
    window: Interval | None = None
    failure: str = ""
    failures_in_a_row: int = 0
    events: int = 0
    warnings: int = 0
    errors: int = 0

    def is_trusted(self, now: datetime, stale_after: timedelta) -> bool:
        """Whether what this calendar does not mention may be taken as free."""
        return self.read_at is not None and now - self.read_at <= stale_after


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the next pull goes on.

    `token` is the connector's own, opaque to everyone else. `stamp` names what the token is only good for (provider,
    query, window, version of the mapper); a different stamp means a full pull.
    """

    token: str
    stamp: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarObject:
    """A series or a single event with all that belongs to its UID (RFC 4791, 4.1), and its occurrences.

    `ics` is the whole VCALENDAR as bytes, from which it can be expanded again over another window; `digest` changes
    when it does. `href` is the adapter's own name for it (equal to the UID where the provider has none).
    `events` are the occurrences inside the pull's window.
    """

    href: str
    uid: str
    etag: str
    digest: str
    ics: bytes
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """What one pull brought.

    `complete` says that `present` lists every object there is, so that one which is not in it is gone; only then
    is absence a deletion. `removed` are the hrefs the provider itself called deleted. With `unchanged` nothing
    else is meant. `problems` replace those of the objects they belong to: all of them after a complete pull.
    """

    cursor: Cursor | None
    window: Interval
    unchanged: bool = False
    complete: bool = False
    changed: tuple[CalendarObject, ...] = ()
    removed: tuple[str, ...] = ()
    present: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncReport:
    """What one round did to one calendar; counts of objects, and the sentence to show."""

    calendar: CalendarId
    state: SyncState
    added: int = 0
    changed: int = 0
    removed: int = 0
    problems: tuple[Problem, ...] = ()
    sentence: Sentence
    touched: tuple[Interval, ...] = ()
