"""A schedule file as a calendar: what is read, what is told, and what is never lost."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import icalendar
import pytest

from agenda.model.calendars import Calendar, Problem, Provider, Pulled, Severity
from agenda.model.errors import NotACalendarError, RefusedError
from agenda.model.events import Classification
from agenda.model.ids import CalendarId, PersonId
from agenda.model.times import Interval
from sync.csv_schedule import CsvConnector

REAL_SCHEDULE = Path(__file__).parents[4] / "shared" / "data" / "mayor-schedule" / "pittsburgh-2014.csv"
HEAD = "title,start,end,location,date\n"
YEAR = Interval(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))


def schedule(path: Path, zone: str = "America/New_York") -> Calendar:
    """A calendar that is that file."""
    return Calendar(
        id=CalendarId("schedule"),
        name="The schedule",
        owner=PersonId("mayor"),
        provider=Provider.CSV_FILE,
        address=str(path),
        zone=zone,
    )


def pulled(folder: Path, text: str | bytes, zone: str = "America/New_York") -> Pulled:
    """What one reading of a file with that text brings."""
    path = folder / "schedule.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return CsvConnector().pull(schedule(path, zone), None, YEAR)


def on(day: str, start: str, end: str) -> Interval:
    """An interval of one day in UTC."""
    return Interval(datetime.fromisoformat(f"{day}T{start}Z"), datetime.fromisoformat(f"{day}T{end}Z"))


def told(found: Pulled, *words: str) -> list[Problem]:
    """The problems whose sentence holds all of these words."""
    return [problem for problem in found.problems if all(word in str(problem.sentence) for word in words)]


def test_rows_become_events_on_the_wall_clock(tmp_path: Path) -> None:
    """Nine in the morning is nine before and after the clocks change."""
    found = pulled(
        tmp_path, HEAD + "Budget,9:00:00,10:00:00,City Hall,3/6/2026\nBudget,9:00,10:00,City Hall,3/13/2026\n"
    )
    events = [event for one in found.changed for event in one.events]
    assert [event.interval for event in events] == [
        on("2026-03-06", "14:00", "15:00"),
        on("2026-03-13", "13:00", "14:00"),
    ]
    assert {(event.summary, event.location, event.zone) for event in events} == {
        ("Budget", "City Hall", "America/New_York")
    }
    assert found.complete
    assert found.present == {one.href for one in found.changed}
    assert found.problems == ()


def test_the_object_says_what_the_event_says(tmp_path: Path) -> None:
    """The bytes are kept, and expanded again over another window."""
    found = pulled(tmp_path, HEAD + "Budget,9:00,10:00,City Hall,3/13/2026\nTrip,0:00:01,23:59:59,Salem,3/14/2026\n")
    budget, trip = (icalendar.Calendar.from_ical(one.ics).events[0] for one in found.changed)
    assert budget.uid == found.changed[0].uid
    assert isinstance(budget.start, datetime)
    assert budget.start.astimezone(UTC) == found.changed[0].events[0].interval.start
    assert b"DTSTART;TZID=America/New_York:20260313T090000" in found.changed[0].ics
    assert (trip.start, trip.end) == (date(2026, 3, 14), date(2026, 3, 15))
    assert found.changed[1].events[0].first_day == date(2026, 3, 14)


def test_the_same_file_is_not_read_twice_and_gives_the_same_bytes(tmp_path: Path) -> None:
    """Identity is the content: a row that is moved is the same event, one that is changed is another."""
    text = HEAD + "A,9:00,10:00,Hall,3/13/2026\nB,11:00,12:00,Hall,3/13/2026\n"
    first = pulled(tmp_path, text)
    path = schedule(tmp_path / "schedule.csv")
    assert CsvConnector().pull(path, first.cursor, YEAR).unchanged
    other_window = Interval(YEAR.start, datetime(2026, 2, 1, tzinfo=UTC))
    narrow = CsvConnector().pull(path, first.cursor, other_window)
    assert (narrow.unchanged, len(narrow.present), [one.events for one in narrow.changed]) == (False, 2, [(), ()])
    moved = pulled(tmp_path, HEAD + "B,11:00,12:00,Hall,3/13/2026\nA,9:00,10:30,Hall,3/13/2026\n")
    assert len(first.present & moved.present) == 1
    assert {one.uid: one.digest for one in first.changed}.items() & {
        one.uid: one.digest for one in moved.changed
    }.items()


def test_a_missing_end_is_assumed_and_its_time_is_unknown(tmp_path: Path) -> None:
    """Thirty minutes are a guess; half an hour more may be taken."""
    found = pulled(
        tmp_path, HEAD + "A,9:00,0:00:00,Hall,6/1/2026\nB,11:00,,Hall,6/1/2026\nC,13:00,soon,Hall,6/1/2026\n"
    )
    assert [event.interval.minutes for one in found.changed for event in one.events] == [30, 30, 30]
    assert [(problem.line, problem.severity) for problem in found.problems] == [
        (2, Severity.WARNING),
        (3, Severity.WARNING),
        (4, Severity.WARNING),
    ]
    assert found.problems[0].interval == on("2026-06-01", "13:00", "14:00")
    assert found.problems[0].uid == found.changed[0].uid
    assert "“soon”" in str(found.problems[2].sentence)


@pytest.mark.parametrize(
    ("start", "end", "kept", "unknown"),
    [
        ("13:30", "2:30", ("13:30", "14:30"), ("13:30", "14:30")),
        ("23:15", "12:15", ("11:15", "12:15"), ("11:15", "12:15")),
        ("19:00", "9:00", ("19:00", "21:00"), ("07:00", "21:00")),
        ("19:00", "16:00", ("19:00", "19:30"), ("16:00", "20:00")),
        ("15:30", "3:30", ("15:30", "16:00"), ("15:30", "16:30")),
    ],
)
def test_a_twelve_hour_slip_is_mended_where_that_makes_sense(
    tmp_path: Path, start: str, end: str, kept: tuple[str, str], unknown: tuple[str, str]
) -> None:
    """Whatever either way of mending it would take is unknown."""
    found = pulled(tmp_path, HEAD + f"A,{start},{end},Hall,6/1/2026\n", zone="UTC")
    assert [event.interval for one in found.changed for event in one.events] == [on("2026-06-01", *kept)]
    assert [problem.interval for problem in found.problems] == [on("2026-06-01", *unknown)]
    assert f"{start} to {end}" in str(found.problems[0].sentence)


def test_a_row_that_cannot_be_read_is_an_error_with_its_line(tmp_path: Path) -> None:
    """The others are kept; a day that is known to hold something is unknown."""
    found = pulled(
        tmp_path, HEAD + "A,9:00,10:00,Hall,6/1/2026\nB,late,10:00,Hall,6/2/2026\nC,9:00,10:00,Hall,31/31/2026\n", "UTC"
    )
    assert [event.summary for one in found.changed for event in one.events] == ["A"]
    errors = [problem for problem in found.problems if problem.severity is Severity.ERROR]
    assert [problem.line for problem in errors] == [3, 4]
    assert errors[0].interval == Interval(datetime(2026, 6, 2, tzinfo=UTC), datetime(2026, 6, 3, tzinfo=UTC))
    assert errors[1].interval is None
    assert "“late”" in str(errors[0].sentence)
    assert "“31/31/2026”" in str(errors[1].sentence)


def test_places_are_cleaned_and_their_spellings_listed_once(tmp_path: Path) -> None:
    """Each place with several spellings is one warning, and no two places are joined."""
    found = pulled(
        tmp_path,
        HEAD
        + 'A,9:00,10:00,12 Harbor St.,6/1/2026\nB,9:00,10:00,"Location:Mayor&#39;s Office, 12 Harbor Street",6/2/2026\n'
        + 'C,9:00,10:00,"Hall, 12 Harbor street",6/3/2026\nD,9:00,10:00,14 Harbor St.,6/4/2026\n',
    )
    assert found.changed[1].events[0].location == "Mayor's Office, 12 Harbor Street"
    (spelt,) = told(found, "is written in")
    assert spelt.sentence.facts["count"] == 3
    assert "14 Harbor" not in str(spelt.sentence)
    assert [problem.line for problem in told(found, "cleaned")] == [3]


def test_no_place_duplicates_and_disorder_are_told(tmp_path: Path) -> None:
    """Each once, with the lines."""
    found = pulled(
        tmp_path,
        HEAD
        + "A,9:00,10:00,Hall,6/2/2026\nB,9:00,10:00,,6/1/2026\nA,9:00,10:00,Hall,6/2/2026\nC,9:00,10:00,TBD,6/3/2026\n",
    )
    assert len(found.changed) == 3
    assert [problem.line for problem in told(found, "has no place")] == [3]
    assert [problem.line for problem in told(found, "leaves its place open")] == [5]
    assert [problem.line for problem in told(found, "the same as line 2")] == [4]
    assert [problem.sentence.facts["count"] for problem in told(found, "order of the file")] == [1]


def test_spanish_headings_semicolons_and_windows_letters(tmp_path: Path) -> None:
    """What a Spanish Excel exports; the day comes before the month there."""
    text = "Asunto;Fecha;Hora inicio;Hora fin;Ubicación\nReunión;03/06/2026;9:00;10:30;Salón de sesiones\n"
    for encoding in ("cp1252", "utf-8-sig", "utf-16"):
        found = pulled(tmp_path, text.encode(encoding), zone="Europe/Madrid")
        (event,) = found.changed[0].events
        assert (event.summary, event.location) == ("Reunión", "Salón de sesiones")
        assert event.interval == on("2026-06-03", "07:00", "08:30")


def test_an_outlook_export_is_read(tmp_path: Path) -> None:
    """Its headings, its twelve-hour clock, days that end the day after, and what is private."""
    text = (
        '"Subject","Start Date","Start Time","End Date","End Time","All day event","Location","Private"\n'
        '"Retreat","6/1/2026","12:00:00 AM","6/2/2026","12:00:00 AM","True","Lodge","False"\n'
        '"Doctor","6/3/2026","1:00:00 PM","6/3/2026","1:45:00 PM","False","Clinic","True"\n'
        '"Night shift","6/3/2026","10:00 PM","6/4/2026","2:00 AM","False","Depot","False"\n'
    )
    found = pulled(tmp_path, text, zone="UTC")
    retreat, doctor, night = (event for one in found.changed for event in one.events)
    assert (retreat.first_day, retreat.last_day) == (date(2026, 6, 1), date(2026, 6, 3))
    assert doctor.interval == on("2026-06-03", "13:00", "13:45")
    assert doctor.classification is Classification.PRIVATE
    assert night.interval.minutes == 240


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        (" \n \n", "empty"),
        ("<!DOCTYPE html><html><body>Sign in</body></html>", "web page"),
        ("BEGIN:VCALENDAR\nEND:VCALENDAR\n", "iCalendar"),
        ("name,phone\nA,B\n", "no column for title, start"),
        (b"PK\x03\x04\x00\x00\x00\x08", "no text"),
    ],
)
def test_what_is_no_schedule_is_refused(tmp_path: Path, text: str | bytes, said: str) -> None:
    """The answer names the file and what it looks like; what was read before is kept."""
    with pytest.raises(NotACalendarError, match=said):
        pulled(tmp_path, text)


def test_a_file_that_is_not_there_or_has_no_zone_is_refused(tmp_path: Path) -> None:
    """Somebody has to change something first."""
    with pytest.raises(RefusedError, match="there is no file"):
        CsvConnector().pull(schedule(tmp_path / "nowhere.csv"), None, YEAR)
    with pytest.raises(RefusedError, match="no time zone"):
        pulled(tmp_path, HEAD + "A,9:00,10:00,Hall,6/1/2026\n", zone="Mars/Olympus")
    (tmp_path / "large.csv").write_text(HEAD + "x" * 5000, encoding="utf-8")
    with pytest.raises(NotACalendarError, match="more than 4000 bytes"):
        CsvConnector(max_bytes=4000).pull(schedule(tmp_path / "large.csv"), None, YEAR)


def test_a_quote_that_is_not_closed_never_deletes_what_follows(tmp_path: Path) -> None:
    """The listing is not complete, so that absence is no deletion."""
    rows = "".join(f"Row {n},9:00,10:00,Hall,6/{n}/2026\n" for n in range(1, 29))
    found = pulled(tmp_path, HEAD + "A,9:00,10:00,Hall,5/1/2026\n" + '"B,9:00,10:00,Hall,5/2/2026\n' + rows)
    assert not found.complete
    assert [event.summary for one in found.changed for event in one.events] == ["A"]
    assert [(problem.line, problem.severity) for problem in told(found, "quote")] == [(3, Severity.ERROR)]


def test_a_real_schedule_shows_the_slips_that_are_in_it() -> None:
    """The figures its description counts: 358 entries, 20 without end, 6 twelve-hour slips, 11 without a place."""
    if not REAL_SCHEDULE.exists():
        pytest.skip("the real schedule is not beside this repository")
    window = Interval(datetime(2014, 1, 1, tzinfo=UTC), datetime(2014, 4, 1, tzinfo=UTC))
    found = CsvConnector().pull(schedule(REAL_SCHEDULE), None, window)
    kinds = Counter(problem.sentence.template for problem in found.problems)

    def count(words: str) -> int:
        return sum(number for template, number in kinds.items() if words in template)

    assert found.complete
    assert len(found.changed) == sum(len(one.events) for one in found.changed) == 358
    assert count("has no end") + count("neither start nor end") == 20
    assert count("ends before it starts") == 6
    assert count("has no place") == 11
    assert count("cannot be") == count("can be read") == 0
    assert count("is written in") == 17
    hall = max(told(found, "is written in"), key=lambda problem: int(str(problem.sentence.facts["count"])))
    assert "414 Grant St." in str(hall.sentence)
    days = Counter(event.interval.start.astimezone(UTC).date() for one in found.changed for event in one.events)
    assert len(days) in range(66, 72)
