"""Reads a schedule file as a calendar: every reading is a complete listing, unless the file is the same as before."""

from __future__ import annotations

import hashlib
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from agenda.model.calendars import Calendar, CalendarObject, Cursor, Problem, Pulled
from agenda.model.errors import NotACalendarError, RefusedError, TryLaterError
from agenda.model.sentences import say
from agenda.model.times import Interval
from sync.csv_schedule.habits import cleaned, out_of_order, spellings
from sync.csv_schedule.rows import read_rows
from sync.csv_schedule.slips import Entry, RowReader, unique
from sync.csv_schedule.translate import as_object
from sync.csv_schedule.typed import is_day_first

VERSION = "csv-schedule 1"
MAX_BYTES = 20_000_000


class CsvConnector:
    """The connector of `Provider.CSV_FILE`; `calendar.address` is a path, `zone` the wall clock of its rows."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        """Bound the size of a file, in bytes."""
        self._max_bytes = max_bytes

    def pull(self, calendar: Calendar, cursor: Cursor | None, window: Interval) -> Pulled:
        """Read the whole file, unless it is the one that the cursor stands for.

        Raises:
            TryLaterError: it cannot be read just now.
            RefusedError: it is not there, not for us to read, or its zone is none.
            NotACalendarError: it is no schedule.
        """
        raw = self._bytes(calendar)
        stamp = f"{VERSION} {calendar.zone} {window.start:%Y%m%dT%H%M%SZ} {window.end:%Y%m%dT%H%M%SZ}"
        now = Cursor(hashlib.sha256(raw).hexdigest(), stamp)
        if cursor == now:
            return Pulled(cursor=now, window=window, unchanged=True)
        try:
            zone = ZoneInfo(calendar.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            sentence = say("%(zone)s is no time zone; give one such as Europe/Madrid", zone=calendar.zone)
            raise RefusedError(calendar.name, sentence) from error
        objects, problems, is_whole = _read(raw, calendar, zone, window)
        return Pulled(
            cursor=now,
            window=window,
            complete=is_whole,
            changed=objects,
            present=frozenset(one.href for one in objects),
            problems=problems,
            name=Path(calendar.address).stem,
        )

    def _bytes(self, calendar: Calendar) -> bytes:
        try:
            with Path(calendar.address).open("rb") as file:
                raw = file.read(self._max_bytes + 1)
        except FileNotFoundError as error:
            raise RefusedError(calendar.name, say("there is no file %(path)s", path=calendar.address)) from error
        except (PermissionError, IsADirectoryError) as error:
            sentence = say("%(path)s cannot be read; it has to be a file this account may read", path=calendar.address)
            raise RefusedError(calendar.name, sentence) from error
        except OSError as error:
            raise TryLaterError(calendar.name) from error
        if len(raw) > self._max_bytes:
            raise NotACalendarError(calendar.name, say("it has more than %(most)s bytes", most=self._max_bytes))
        return raw


def _read(
    raw: bytes, calendar: Calendar, zone: ZoneInfo, window: Interval
) -> tuple[tuple[CalendarObject, ...], tuple[Problem, ...], bool]:
    """The objects of a file, what is wrong with it by line, and whether it was read to its end."""
    table = read_rows(raw, calendar.name)
    reader = RowReader(zone, is_day_first((row.date or row.start for row in table.rows), otherwise=table.is_spanish))
    problems = list(table.problems)
    entries: list[Entry] = []
    for row in table.rows:
        entry, found = reader.read(row)
        problems += found
        if entry is not None:
            entries.append(entry)
    kept = tuple(unique(entries, problems))
    problems += [*spellings(table.rows), *cleaned(table.rows), *out_of_order(entries)]
    problems.sort(key=lambda problem: problem.line)
    return tuple(as_object(entry, calendar, window) for entry in kept), tuple(problems), table.is_whole
