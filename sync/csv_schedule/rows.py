"""From the bytes of a spreadsheet's export to rows with known columns; what is in them is still text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field

from agenda.model.addresses import words
from agenda.model.calendars import Problem, Severity
from agenda.model.errors import NotACalendarError
from agenda.model.sentences import say

MAX_ROWS = 200_000
MAX_BREAKS = 20
"""A field with more line breaks than this has lost its closing quote."""

DELIMITERS = (",", ";", "\t", "|")
ENCODINGS_BY_MARK = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))

COLUMNS = {
    "title": "title subject event summary activity entry asunto titulo evento actividad acto",
    "start": "start starts begin from start_time time inicio desde hora hora_inicio hora_de_inicio comienzo",
    "end": "end ends until to end_time finish fin hasta hora_fin hora_de_fin final termino",
    "location": "location place venue where address lugar ubicacion direccion sitio donde",
    "date": "date day start_date event_date fecha dia fecha_inicio fecha_de_inicio",
    "end_date": "end_date fecha_fin fecha_de_fin",
    "all_day": "all_day all_day_event allday todo_el_dia",
    "private": "private is_private privado",
}
"""Headings by column, accents and capitals apart, as English and Spanish offices and Outlook's export write them."""

SPANISH = frozenset(
    {"asunto", "titulo", "evento", "inicio", "fin", "hasta", "lugar", "ubicacion", "fecha", "dia", "hora"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: its first line, counted from 1, and its fields as they were typed, without blanks around them."""

    line: int
    title: str = ""
    start: str = ""
    end: str = ""
    location: str = ""
    date: str = ""
    end_date: str = ""
    all_day: str = ""
    private: str = ""


@dataclass(slots=True)
class Rows:
    """What a file holds. `is_whole` is False when something kept us from reading to its end."""

    rows: list[Row]
    problems: list[Problem] = field(default_factory=list)
    is_whole: bool = True
    is_spanish: bool = False


def read_rows(raw: bytes, source: str) -> Rows:
    """The rows of a file; blank ones are left out.

    Raises:
        NotACalendarError: it is empty, a web page, no text, or has no columns for a title and a time.
    """
    text = _decode(raw, source)
    head = text.lstrip()[:500].casefold()
    if not head:
        raise NotACalendarError(source, say("it is empty"))
    if head.startswith(("<!doctype", "<html", "<?xml", "<head", "<body")):
        raise NotACalendarError(source, say("it is a web page"))
    if head.startswith("begin:vcalendar"):
        raise NotACalendarError(source, say("it is iCalendar, not a table; connect it as an iCalendar file"))
    delimiter, columns = _heading(text, source)
    found = Rows([], is_spanish=any(_plain(name) in SPANISH for name in _first_row(text, delimiter)))
    for line, fields in _records(text, delimiter, found):
        if any(one.strip() for one in fields):
            values = {name: fields[at].strip() for name, at in columns.items() if at < len(fields)}
            found.rows.append(Row(line=line, **values))
    if found.rows and found.rows[0].line == 1:
        del found.rows[0]
    return found


def _decode(raw: bytes, source: str) -> str:
    """The text, by its byte order mark, as UTF-8, or as the Windows of Western offices."""
    encoding = next((name for mark, name in ENCODINGS_BY_MARK if raw.startswith(mark)), "utf-8")
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    if "\0" in text:
        raise NotACalendarError(source, say("it is no text"))
    return text


def _first_row(text: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error:
        return []


def _heading(text: str, source: str) -> tuple[str, dict[str, int]]:
    """The delimiter under which the first row names most columns, and where each column is."""
    best: tuple[str, dict[str, int]] = (",", {})
    for delimiter in DELIMITERS:
        columns: dict[str, int] = {}
        for at, name in enumerate(_first_row(text, delimiter)):
            column = next((key for key, names in COLUMNS.items() if _plain(name) in names.split()), None)
            if column is not None:
                columns.setdefault(column, at)
        if len(columns) > len(best[1]):
            best = (delimiter, columns)
    missing = tuple(name for name in ("title", "start") if name not in best[1])
    if missing:
        raise NotACalendarError(
            source,
            say("its first row names no column for %(missing)s (title, start, end, location, date)", missing=missing),
        )
    return best


def _plain(heading: str) -> str:
    return "_".join(word.text for word in words(heading.replace("_", " ")))


def _records(text: str, delimiter: str, found: Rows) -> Iterator[tuple[int, list[str]]]:
    """Each row with its first line; stops with an error noted where the table is broken."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = 1
    for count in range(MAX_ROWS + 1):
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error:
            _stop(found, line)
            return
        if any(one.count("\n") > MAX_BREAKS for one in fields):
            _stop(found, line)
            return
        if count == MAX_ROWS:
            found.is_whole = False
            sentence = say("Only the first %(most)s rows were read; part the file.", most=MAX_ROWS)
            found.problems.append(Problem(severity=Severity.ERROR, sentence=sentence, line=line))
            return
        yield line, fields
        line = reader.line_num + 1


def _stop(found: Rows, line: int) -> None:
    found.is_whole = False
    sentence = say(
        "Line %(line)s cannot be parted into columns (a quote that is not closed?); reading ends there.", line=line
    )
    found.problems.append(Problem(severity=Severity.ERROR, sentence=sentence, line=line))
