"""Our copy of the calendars: objects as they came, and their occurrences.

An object holds one or more components (a series' master, its overrides), a component one or more occurrences; what
occurrences share is kept once, in the component. The bytes of an object are kept compressed.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from agenda.model.calendars import CalendarObject, Cursor, Problem, Pulled
from agenda.model.errors import NotFoundError
from agenda.model.events import Event
from agenda.model.ids import CalendarId, PersonId
from agenda.model.times import Interval
from agenda.store import occurrences, rows
from agenda.store.calendars import number_of, problem_row
from agenda.store.columns import clean
from agenda.store.tables import calendars, components, cursors, freshness, objects, problems

LEVEL = 1
"""Of zlib: objects are small, and the first sync of a calendar waits for it."""

PAGE = 500
"""Objects read at a time."""


@dataclass(frozen=True, slots=True)
class SqlEvents:
    """The events, in one transaction."""

    connection: Connection

    def digests(self, calendar: CalendarId) -> dict[str, str]:
        """href → digest of every object at hand."""
        query = select(objects.c.href, objects.c.digest).join_from(objects, calendars)
        found = self.connection.execute(query.where(calendars.c.id == calendar))
        return {href: digest for href, digest in found}  # noqa: C416 (dict() would take rows for mappings)

    def apply(self, calendar: CalendarId, pulled: Pulled, gone: Iterable[str]) -> None:
        """Put changed objects in place of the old, drop the objects `gone`, keep problems and cursor.

        A pull that is `unchanged` and brings no cursor leaves the one at hand; any other sets or forgets it.

        Raises:
            NotFoundError: there is no such calendar.
        """
        number = number_of(self.connection, calendar)
        changed = {clean(obj.href): obj for obj in pulled.changed}
        uids = self._drop(number, {clean(href) for href in gone} | changed.keys())
        self._keep(number, changed.values())
        if not pulled.unchanged:
            uids |= {clean(obj.uid) for obj in changed.values()}
            uids |= changed.keys() | {clean(href) for href in pulled.removed}  # of objects whose UID nobody could read
            self._replace_problems(number, pulled.problems, None if pulled.complete else uids)
        if pulled.cursor is not None or not pulled.unchanged:
            self._point(number, pulled.cursor)

    def within(
        self, span: Interval, *, people: Iterable[PersonId] | None = None, calendars: Iterable[CalendarId] | None = None
    ) -> Sequence[Event]:
        """Occurrences that overlap the span, by start then end; of some people's calendars, or of all."""
        return occurrences.within(self.connection, span, self._numbers(people, calendars))

    def objects(self, calendar: CalendarId) -> Iterator[CalendarObject]:
        """Every object at hand, without occurrences, for expanding again; read a page at a time."""
        number = number_of(self.connection, calendar)
        query = select(objects).where(objects.c.calendar_no == number).order_by(objects.c.no).limit(PAGE)
        last = 0
        while page := self.connection.execute(query.where(objects.c.no > last)).all():
            last = page[-1].no
            for row in page:
                ics = zlib.decompress(row.ics)
                yield CalendarObject(href=row.href, uid=row.uid, etag=row.etag, digest=row.digest, ics=ics, events=())

    def replace_occurrences(self, calendar: CalendarId, window: Interval, events: Iterable[Event]) -> None:
        """Put another window's occurrences in place of the old, and note the window.

        Raises:
            NotFoundError: there is no such calendar, or an event belongs to no object at hand.
        """
        number = number_of(self.connection, calendar)
        query = select(objects.c.uid, objects.c.no).where(objects.c.calendar_no == number).order_by(objects.c.no.desc())
        by_uid = {uid: object_no for uid, object_no in self.connection.execute(query)}  # noqa: C416
        placed = []
        for event in events:
            object_no = by_uid.get(clean(event.key.uid))
            if object_no is None:
                raise NotFoundError("event", event.key.uid)
            placed.append((object_no, event))
        of_calendar = select(objects.c.no).where(objects.c.calendar_no == number)
        self.connection.execute(delete(components).where(components.c.object_no.in_(of_calendar)))
        occurrences.insert_all(self.connection, number, placed)
        noted = {"window_start": window.start, "window_end": window.end}
        self.connection.execute(update(freshness).where(freshness.c.calendar_no == number).values(**noted))

    def _numbers(self, people: Iterable[PersonId] | None, names: Iterable[CalendarId] | None) -> dict[int, CalendarId]:
        """The calendars meant, by the house's numbers."""
        query = select(calendars.c.no, calendars.c.id)
        if people is not None:
            query = query.where(calendars.c.owner.in_(list(people)))
        if names is not None:
            query = query.where(calendars.c.id.in_(list(names)))
        return {number: CalendarId(name) for number, name in self.connection.execute(query)}

    def _drop(self, number: int, hrefs: set[str]) -> set[str]:
        """Drop objects with all that hangs on them; the UIDs they had."""
        if not hrefs:
            return set()
        query = select(objects.c.no, objects.c.href, objects.c.uid).where(objects.c.calendar_no == number)
        at_hand = [row for row in self.connection.execute(query) if row.href in hrefs]
        if at_hand:
            self.connection.execute(
                delete(objects).where(objects.c.no == bindparam("old")), [{"old": row.no} for row in at_hand]
            )
        return {row.uid for row in at_hand}

    def _keep(self, number: int, changed: Iterable[CalendarObject]) -> None:
        """Insert objects with their occurrences."""
        for batch in rows.batches(changed):
            values = [object_row(number, obj) for obj in batch]
            numbers = rows.add_all(self.connection, objects, values)
            placed = ((object_no, event) for object_no, obj in zip(numbers, batch, strict=True) for event in obj.events)
            occurrences.insert_all(self.connection, number, placed)

    def _replace_problems(self, number: int, new: Sequence[Problem], uids: set[str] | None) -> None:
        """Problems of these UIDs make room for the new ones; with None, all do."""
        old = delete(problems).where(problems.c.calendar_no == number)
        if uids is None:
            self.connection.execute(old)
        else:
            named = uids | {clean(problem.uid) for problem in new}
            if named:
                self.connection.execute(
                    old.where(problems.c.uid == bindparam("of")), [{"of": uid} for uid in sorted(named)]
                )
        if new:
            self.connection.execute(insert(problems), [problem_row(number, problem) for problem in new])

    def _point(self, number: int, cursor: Cursor | None) -> None:
        """Where the next pull goes on; last, so that it never runs ahead of the events."""
        self.connection.execute(delete(cursors).where(cursors.c.calendar_no == number))
        if cursor is not None:
            values = {"calendar_no": number, "token": cursor.token, "stamp": cursor.stamp}
            self.connection.execute(insert(cursors).values(**values))


def object_row(number: int, obj: CalendarObject) -> dict[str, Any]:
    """An object as its row."""
    return {
        "calendar_no": number,
        "href": obj.href,
        "uid": obj.uid,
        "etag": obj.etag,
        "digest": obj.digest,
        "ics": zlib.compress(obj.ics, LEVEL),
    }
