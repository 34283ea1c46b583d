"""From a row to an entry, with the slips of the pen found, mended where they can be, and told.

What an entry may take beyond what it was mended to is noted as unknown time, never as free.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from agenda.model.addresses import is_nowhere, tidy
from agenda.model.calendars import Problem, Severity
from agenda.model.sentences import Fact, Sentence, say
from agenda.model.times import DAY, Interval, days_of, to_utc
from sync.csv_schedule.rows import Row
from sync.csv_schedule.typed import typed_date, typed_moment

ASSUMED = timedelta(minutes=30)
HALF_DAY = timedelta(hours=12)
LONGEST_GUESS = timedelta(hours=4)
"""A mended entry longer than this is no better than none: 95 of 100 meetings are shorter."""

MIDNIGHT = time(0)
DAWN, DUSK = time(7), time(23)
"""Hours between which a mended entry has to lie."""

UID_DOMAIN = "schedule-file"
YES = frozenset({"true", "yes", "1", "x", "si", "sí", "verdadero"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry, mended. `first_day` is set where it takes whole days, `is_placed` unless its hours are not known."""

    line: int
    uid: str
    title: str
    location: str
    interval: Interval
    wall_start: datetime
    wall_end: datetime
    first_day: date | None = None
    last_day: date | None = None
    is_placed: bool = True
    is_private: bool = False


@dataclass(frozen=True, slots=True)
class RowReader:
    """Reads rows on the wall clock of a zone."""

    zone: ZoneInfo
    day_first: bool

    def read(self, row: Row) -> tuple[Entry | None, tuple[Problem, ...]]:
        """The entry, or None where the row cannot be read; and what is wrong with it."""
        start_day, start = typed_moment(row.start, day_first=self.day_first)
        end_day, end = typed_moment(row.end, day_first=self.day_first)
        day = typed_date(row.date, day_first=self.day_first) or start_day
        last = typed_date(row.end_date, day_first=self.day_first) or end_day or day
        if day is None or last is None:
            return None, (
                _error(row, say("Line %(line)s: no date can be read from %(text)s.", **_told(row.date, row))),
            )
        whole = days_of(day, day + DAY, self.zone)
        if row.all_day.casefold() in YES or _is_whole_day(start, end):
            return self._all_day(row, day, max(last, day)), self._about_place(row)
        if start is None:
            sentence = say("Line %(line)s: no start can be read from %(text)s.", **_told(row.start, row))
            return None, (_error(row, sentence, whole),)
        title = () if row.title else (_warning(row, say("Line %(line)s has no title.", line=row.line)),)
        if end is None and row.end and not end_day:
            entry, slips = self._without_end(row, day, start, is_unreadable=True)
        elif start == end == MIDNIGHT and last == day:
            entry = self._all_day(row, day, day, is_placed=False)
            slips = (_warning(row, say("Line %(line)s has neither start nor end.", line=row.line), whole, entry.uid),)
        elif end is None or (last == day and end in {MIDNIGHT, start}):
            entry, slips = self._without_end(row, day, start)
        else:
            entry, slips = self._timed(row, datetime.combine(day, start), datetime.combine(last, end))
        return entry, (*title, *slips, *self._about_place(row, entry.uid))

    def _timed(self, row: Row, start: datetime, end: datetime) -> tuple[Entry, tuple[Problem, ...]]:
        """An entry with both ends; one that runs backwards is mended by half a day, where that makes sense.

        Unknown is then all that some way of mending it would take.
        """
        if self._interval(start, end) is not None:
            return self._entry(row, start, end), ()
        readings = [
            (first, second)
            for first, second in ((start, end + HALF_DAY), (start - HALF_DAY, end))
            if timedelta(0) < second - first <= LONGEST_GUESS
            and first.date() == second.date()
            and first.time() >= DAWN
            and second.time() <= DUSK
        ]
        typed: dict[str, Fact] = {"line": row.line, "start": row.start, "end": row.end}
        if not readings:
            entry = self._entry(row, start, start + ASSUMED)
            sentence = say(
                "Line %(line)s ends before it starts (%(start)s to %(end)s); its start is kept, its end is not known.",
                **typed,
            )
        else:
            entry = self._entry(row, *readings[0])
            sentence = say(
                "Line %(line)s ends before it starts (%(start)s to %(end)s); it is read as %(guess)s.",
                **typed,
                guess=f"{readings[0][0]:%H:%M}–{readings[0][1]:%H:%M}",
            )
        ends = [moment for reading in readings for moment in reading]
        if not readings:
            ends = [start, start + 2 * ASSUMED, *([end] if DAWN <= end.time() <= DUSK else [])]
        unknown = Interval(min(map(self._utc, ends)), max(map(self._utc, ends)))
        return entry, (_warning(row, sentence, unknown, entry.uid),)

    def _without_end(
        self, row: Row, day: date, start: time, *, is_unreadable: bool = False
    ) -> tuple[Entry, tuple[Problem, ...]]:
        begin = datetime.combine(day, start)
        entry = self._entry(row, begin, begin + ASSUMED)
        minutes = int(ASSUMED.total_seconds()) // 60
        if is_unreadable:
            told = _told(row.end, row)
            sentence = say(
                "Line %(line)s: no end can be read from %(text)s; %(minutes)s minutes are assumed.",
                **told,
                minutes=minutes,
            )
        else:
            sentence = say("Line %(line)s has no end; %(minutes)s minutes are assumed.", line=row.line, minutes=minutes)
        unknown = Interval(entry.interval.start, self._utc(begin + 2 * ASSUMED))
        return entry, (_warning(row, sentence, unknown, entry.uid),)

    def _about_place(self, row: Row, uid: str = "") -> tuple[Problem, ...]:
        if not row.location:
            return (_warning(row, say("Line %(line)s has no place.", line=row.line), uid=uid),)
        if is_nowhere(row.location):
            return (_warning(row, say("Line %(line)s leaves its place open.", line=row.line), uid=uid),)
        return ()

    def _entry(self, row: Row, start: datetime, end: datetime) -> Entry:
        interval = self._interval(start, end)
        if interval is None:  # the hour that the clocks leave out
            interval = Interval(self._utc(start), self._utc(start) + ASSUMED)
        return Entry(
            line=row.line,
            uid=uid_of(row),
            title=tidy(row.title),
            location=tidy(row.location),
            interval=interval,
            wall_start=start.replace(tzinfo=self.zone),
            wall_end=interval.end.astimezone(self.zone),
            is_private=row.private.casefold() in YES,
        )

    def _all_day(self, row: Row, first: date, last: date, *, is_placed: bool = True) -> Entry:
        interval = days_of(first, last + DAY, self.zone)
        return Entry(
            line=row.line,
            uid=uid_of(row),
            title=tidy(row.title),
            location=tidy(row.location),
            interval=interval,
            wall_start=interval.start.astimezone(self.zone),
            wall_end=interval.end.astimezone(self.zone),
            first_day=first,
            last_day=last + DAY,
            is_placed=is_placed,
            is_private=row.private.casefold() in YES,
        )

    def _utc(self, wall: datetime) -> datetime:
        return to_utc(wall.replace(tzinfo=self.zone))

    def _interval(self, start: datetime, end: datetime) -> Interval | None:
        """The interval of two wall-clock times, or None where it would be empty or run backwards."""
        first, second = self._utc(start), self._utc(end)
        return Interval(first, second) if first < second else None


def uid_of(row: Row) -> str:
    """The same for the same content, wherever in the file it stands and whoever's file it is."""
    content = "\x1f".join((row.title, row.date, row.start, row.end_date, row.end, row.location))
    return f"{hashlib.sha256(content.encode()).hexdigest()[:32]}@{UID_DOMAIN}"


def unique(entries: list[Entry], problems: list[Problem]) -> Iterator[Entry]:
    """Each entry once; that a row stands there twice is noted."""
    first_lines: dict[str, int] = {}
    for entry in entries:
        before = first_lines.setdefault(entry.uid, entry.line)
        if before == entry.line:
            yield entry
        else:
            sentence = say(
                "Line %(line)s says the same as line %(before)s; it is counted once.", line=entry.line, before=before
            )
            problems.append(Problem(severity=Severity.WARNING, sentence=sentence, uid=entry.uid, line=entry.line))


def _is_whole_day(start: time | None, end: time | None) -> bool:
    """Whether it is written from just after midnight to just before the next."""
    return start is not None and end is not None and start <= time(0, 1) and end >= time(23, 59)


def _told(text: str, row: Row) -> dict[str, Fact]:
    return {"line": row.line, "text": f"“{text[:40]}”" if text else say("an empty field")}


def _warning(row: Row, sentence: Sentence, unknown: Interval | None = None, uid: str = "") -> Problem:
    return Problem(
        severity=Severity.WARNING, sentence=sentence, line=row.line, interval=unknown, uid=uid or uid_of(row)
    )


def _error(row: Row, sentence: Sentence, unknown: Interval | None = None) -> Problem:
    return Problem(severity=Severity.ERROR, sentence=sentence, line=row.line, interval=unknown)
