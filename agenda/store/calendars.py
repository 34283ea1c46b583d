"""The connected calendars, kept, and how fresh our copies are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from agenda.model.calendars import Calendar, Cursor, Freshness, Problem
from agenda.model.errors import NotFoundError
from agenda.model.ids import CalendarId
from agenda.store import rows
from agenda.store.codec import SENTENCE
from agenda.store.tables import calendars, cursors, freshness, problems


@dataclass(frozen=True, slots=True)
class SqlCalendars:
    """The calendars, in one transaction."""

    connection: Connection

    def add(self, calendar: Calendar) -> None:
        """Keep a new one; its freshness is NEVER."""
        number = rows.add(self.connection, calendars, calendar_row(calendar))
        fresh = freshness_row(Freshness(calendar=calendar.id))
        self.connection.execute(insert(freshness).values(calendar_no=number, **fresh))

    def save(self, calendar: Calendar) -> None:
        """Keep its new settings, or NotFoundError."""
        rows.save(self.connection, calendars, "calendar", calendar_row(calendar))

    def remove(self, calendar: CalendarId) -> None:
        """Forget a calendar with all that was read from it, or NotFoundError."""
        if self.connection.execute(delete(calendars).where(calendars.c.id == calendar)).rowcount == 0:
            raise NotFoundError("calendar", calendar)

    def get(self, calendar: CalendarId) -> Calendar:
        """One by id, or NotFoundError."""
        query = select(calendars).where(calendars.c.id == calendar)
        return calendar_of(rows.one(self.connection, query, "calendar", calendar))

    def all(self) -> Sequence[Calendar]:
        """Every one, by name."""
        found = (calendar_of(row) for row in self.connection.execute(select(calendars)).mappings())
        return sorted(found, key=lambda calendar: (calendar.name.casefold(), calendar.id))

    def freshness(self) -> dict[CalendarId, Freshness]:
        """How far each copy can be trusted."""
        query = select(calendars.c.id, freshness).join_from(freshness, calendars)
        return {row["id"]: freshness_of(row) for row in self.connection.execute(query).mappings()}

    def note(self, freshness: Freshness) -> None:
        """Keep how the last round ended, or NotFoundError."""
        self._note(number_of(self.connection, freshness.calendar), freshness_row(freshness))

    def cursor(self, calendar: CalendarId) -> Cursor | None:
        """Where the next pull goes on."""
        query = select(cursors.c.token, cursors.c.stamp).join_from(cursors, calendars)
        row = self.connection.execute(query.where(calendars.c.id == calendar)).first()
        return None if row is None else Cursor(row.token, row.stamp)

    def problems(self, calendar: CalendarId | None = None) -> dict[CalendarId, Sequence[Problem]]:
        """What could not be read, or only with doubt; of one calendar or of all, empty for one that was read well."""
        query = (
            select(calendars.c.id, problems)
            .join_from(calendars, problems, isouter=True)
            .order_by(calendars.c.no, problems.c.no)
        )
        if calendar is not None:
            query = query.where(calendars.c.id == calendar)
        found: dict[CalendarId, list[Problem]] = {}
        for row in self.connection.execute(query).mappings():
            of_one = found.setdefault(row["id"], [])
            if row["no"] is not None:
                of_one.append(problem_of(row))
        return dict(found)

    def _note(self, number: int, values: dict[str, Any]) -> None:
        self.connection.execute(update(freshness).where(freshness.c.calendar_no == number).values(**values))


def number_of(connection: Connection, calendar: CalendarId) -> int:
    """The house's number of a calendar, or NotFoundError."""
    number = connection.execute(select(calendars.c.no).where(calendars.c.id == calendar)).scalar()
    if number is None:
        raise NotFoundError("calendar", calendar)
    return int(number)


def calendar_row(calendar: Calendar) -> dict[str, Any]:
    """A calendar as its row."""
    return {
        "id": calendar.id,
        "name": calendar.name,
        "owner": calendar.owner,
        "provider": calendar.provider,
        "address": calendar.address,
        "login": calendar.login,
        "secret": calendar.secret,
        "zone": calendar.zone,
        "counts_as_busy": calendar.counts_as_busy,
        "writable": calendar.writable,
    }


def calendar_of(row: RowMapping) -> Calendar:
    """A row as the calendar it keeps."""
    values = dict(row)
    del values["no"]
    return Calendar(**values)


def freshness_row(fresh: Freshness) -> dict[str, Any]:
    """Freshness as its row, without the calendar's number."""
    return {
        "state": fresh.state,
        "read_at": fresh.read_at,
        "tried_at": fresh.tried_at,
        "window_start": fresh.window and fresh.window.start,
        "window_end": fresh.window and fresh.window.end,
        "failure": fresh.failure,
        "failures_in_a_row": fresh.failures_in_a_row,
        "events": fresh.events,
        "warnings": fresh.warnings,
        "errors": fresh.errors,
    }


def freshness_of(row: RowMapping) -> Freshness:
    """A row as the freshness it keeps; `id` is the calendar's."""
    values = dict(row)
    del values["calendar_no"]
    window = rows.span(values.pop("window_start"), values.pop("window_end"))
    return Freshness(calendar=values.pop("id"), window=window, **values)


def problem_row(number: int, problem: Problem) -> dict[str, Any]:
    """A problem as its row."""
    return {
        "calendar_no": number,
        "severity": problem.severity,
        "sentence": SENTENCE.write(problem.sentence),
        "uid": problem.uid,
        "line": problem.line,
        "starts_at": problem.interval and problem.interval.start,
        "ends_at": problem.interval and problem.interval.end,
    }


def problem_of(row: RowMapping) -> Problem:
    """A row as the problem it keeps."""
    return Problem(
        severity=row["severity"],
        sentence=SENTENCE.read(row["sentence"]),
        uid=row["uid"],
        line=row["line"],
        interval=rows.span(row["starts_at"], row["ends_at"]),
    )
