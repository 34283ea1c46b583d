"""One reading of a CalDAV calendar: by sync-collection (RFC 6578), else by CTag and ETags, else by everything.

Absence counts as deletion only after a listing that is complete. A token is asked for before the texts are, so that
what changes in between comes again with the next pull.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from agenda.model.calendars import Calendar, CalendarObject, Cursor, Problem, Pulled, Severity
from agenda.model.errors import NotACalendarError
from agenda.model.sentences import say
from agenda.model.times import Interval
from sync.caldav.client import Client, NoSyncError, TokenExpiredError
from sync.ical import MAPPER, Limits, read
from sync.ical.read import with_href

BATCH = 200
MAX_PAGES = 200
GONE = 404


@dataclass(slots=True)
class _Brought:
    """What was read of the objects' texts."""

    objects: list[CalendarObject] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Changes:
    """What a sync-collection told: href → ETag, hrefs called deleted, the new token."""

    changed: dict[str, str] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    token: str = ""
    is_cut_off: bool = False


@dataclass(frozen=True, slots=True)
class Puller:
    """Reads one calendar once."""

    client: Client
    calendar: Calendar
    window: Interval
    limits: Limits

    def pull(self, cursor: Cursor | None) -> Pulled:
        """Read what changed since the cursor, or everything where it is not good any more."""
        before = json.loads(cursor.token) if cursor is not None and cursor.stamp == self._stamp() else {}
        if before.get("sync"):
            try:
                return self._since(before["sync"])
            except (TokenExpiredError, NoSyncError):
                before = {}
        if "etags" in before:
            return self._compared(before)
        try:
            changes = self._changes("")
        except (TokenExpiredError, NoSyncError):
            return self._compared({})
        if changes.is_cut_off or not changes.token:
            return self._compared({})
        return self._everything(changes.changed, {"sync": changes.token})

    def _stamp(self) -> str:
        window = f"{self.window.start:%Y%m%d%H%M} {self.window.end:%Y%m%d%H%M}"
        return f"caldav {MAPPER} {self.calendar.address} {self.calendar.login} {self.calendar.zone} {window}"

    def _cursor(self, token: Mapping[str, object]) -> Cursor:
        return Cursor(json.dumps(token), self._stamp())

    def _since(self, token: str) -> Pulled:
        changes = self._changes(token)
        cursor = self._cursor({"sync": changes.token or token})
        if not changes.changed and not changes.deleted:
            return Pulled(cursor=cursor, window=self.window, unchanged=True)
        brought = self._bring(changes.changed)
        return Pulled(
            cursor=cursor,
            window=self.window,
            changed=tuple(brought.objects),
            removed=tuple(sorted(changes.deleted.union(brought.gone))),
            problems=tuple(brought.problems),
        )

    def _changes(self, token: str) -> _Changes:
        """Every page of a sync-collection."""
        changes = _Changes(token=token)
        for _ in range(MAX_PAGES):
            page = self.client.sync(changes.token)
            for one in page.changed:
                if one.href.endswith("/"):
                    continue
                changes.changed[one.href] = one.etag or ""
                changes.deleted.discard(one.href)
            for href in page.deleted:
                changes.deleted.add(href)
                changes.changed.pop(href, None)
            is_stuck = page.sync_token in (None, changes.token)
            changes.token = page.sync_token or changes.token
            if not page.truncated:
                return changes
            if is_stuck:
                break
        changes.is_cut_off = True
        return changes

    def _compared(self, before: Mapping[str, object]) -> Pulled:
        """Without sync-collection: by CTag, then by the ETag of each object."""
        ctag = self.client.ctag()
        known = before.get("etags")
        if ctag and known is not None and before.get("ctag") == ctag:
            cursor = self._cursor(before)
            return Pulled(cursor=cursor, window=self.window, unchanged=True)
        listing = self.client.listing()
        token: dict[str, object] = {"ctag": ctag, "etags": listing}
        if not isinstance(known, dict):
            return self._everything(listing, token)
        fresh = {href: etag for href, etag in listing.items() if not etag or known.get(href) != etag}
        absent = known.keys() - listing.keys()
        if not fresh and not absent:
            return Pulled(cursor=self._cursor(token), window=self.window, unchanged=True)
        brought = self._bring(fresh)
        return Pulled(
            cursor=self._cursor(token),
            window=self.window,
            changed=tuple(brought.objects),
            removed=tuple(sorted(absent.union(brought.gone))),
            problems=tuple(brought.problems),
        )

    def _everything(self, listing: Mapping[str, str], token: Mapping[str, object]) -> Pulled:
        brought = self._bring(listing)
        return Pulled(
            cursor=self._cursor(token),
            window=self.window,
            complete=True,
            changed=tuple(brought.objects),
            present=frozenset(listing) - frozenset(brought.gone),
            problems=tuple(brought.problems),
        )

    def _bring(self, wanted: Mapping[str, str]) -> _Brought:
        """Fetch and read the texts of some objects; one that cannot be read stays as it was before."""
        brought = _Brought()
        for batch in _batches(sorted(wanted)):
            missing = set(batch)
            for one in self.client.multiget(batch):
                if one.href not in missing:
                    continue
                missing.discard(one.href)
                if one.status == GONE:
                    brought.gone.append(one.href)
                elif one.calendar_data is None:
                    missing.add(one.href)
                else:
                    self._read(one.href, one.etag or wanted[one.href], one.calendar_data.encode(), brought)
            for href in sorted(missing):
                self._fetch(href, brought)
        return brought

    def _fetch(self, href: str, brought: _Brought) -> None:
        """One object by itself, which the server left out of its answer for many."""
        found = self.client.get(href)
        if found is None:
            brought.gone.append(href)
        else:
            self._read(href, found[1], found[0], brought)

    def _read(self, href: str, etag: str, text: bytes, brought: _Brought) -> None:
        try:
            reading = read(text, self.calendar, self.window, limits=self.limits)
        except NotACalendarError as error:
            brought.problems.append(
                Problem(
                    severity=Severity.ERROR,
                    sentence=say(
                        "%(calendar)s: the object %(object)s cannot be read. %(why)s",
                        calendar=self.calendar.name,
                        object=href.rpartition("/")[2],
                        why=error.sentence,
                    ),
                    uid=href,  # nobody knows the real one; under this it goes when the object comes anew
                    interval=self.window,
                )
            )
            return
        brought.problems += [replace(one, uid=one.uid or href) for one in reading.problems]
        for number, obj in enumerate(reading.objects):
            brought.objects.append(with_href(obj, href if number == 0 else f"{href}#{number}", etag))


def _batches(hrefs: Sequence[str]) -> Iterator[Sequence[str]]:
    for at in range(0, len(hrefs), BATCH):
        yield hrefs[at : at + BATCH]
