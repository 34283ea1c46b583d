"""Real calendars, and the collections of odd ones that the libraries bring with them."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events

from agenda.model.errors import NotACalendarError
from agenda.model.events import Event
from agenda.model.times import DAY, Interval
from sync.ical import Limits, Reading, parse, read
from tests.builders import ZONE, a_calendar
from tests.sync.texts import events_of, from_to, utc

YEAR = from_to("2026-01-01 05:00", "2027-01-01 05:00")
LONG = from_to("1990-01-01 00:00", "2030-01-01 00:00")
CALENDARS = 40
LIBRARIES = sorted(
    path for library in (icalendar, recurring_ical_events) for path in Path(str(library.__file__)).parent.rglob("*.ics")
)
SLOWEST_S = 2.5


@pytest.fixture(scope="module")
def feeds(real_data: Path) -> list[Path]:
    """The public calendars of five city and county halls."""
    return sorted((real_data / "city-calendars").glob("*/*.ics"))


def whole(at: date) -> datetime:
    """Midnight of a date, floating times on the calendar's clock, all as one kind."""
    if not isinstance(at, datetime):
        at = datetime(at.year, at.month, at.day, tzinfo=ZONE)
    return at.replace(tzinfo=ZONE) if at.tzinfo is None else at


def as_the_library_says(data: bytes, window: Interval) -> Iterator[tuple[datetime, datetime]]:
    """Start and end of every occurrence, by icalendar and recurring-ical-events themselves."""
    calendar: Any = icalendar.Calendar.from_ical(data)
    for event in recurring_ical_events.of(calendar).between(window.start - DAY, window.end + DAY):
        start, end = event["DTSTART"].dt, event["DTEND"].dt
        if not isinstance(start, datetime) and not isinstance(end, datetime):
            end = max(end, start + DAY)
        first, last = whole(start), whole(end)
        is_inside = first < window.end and window.start < last
        if is_inside or (first == last and window.start <= first < window.end):
            yield first, last


def as_we_say(reading: Reading) -> Iterator[tuple[datetime, datetime]]:
    """The same of our events."""
    for event in events_of(reading):
        yield event.interval.start, event.interval.end


def counted(pairs: Iterator[tuple[datetime, datetime]]) -> Counter[tuple[float, float]]:
    """Occurrences by instant."""
    return Counter((start.timestamp(), end.timestamp()) for start, end in pairs)


def test_thirty_nine_city_calendars_are_read_and_one_is_none(feeds: list[Path]) -> None:
    """A bot wall answered for the fortieth."""
    assert len(feeds) == CALENDARS
    read_well, refused = [], []
    for path in feeds:
        try:
            read_well.append(read(path.read_bytes(), a_calendar(), YEAR))
        except NotACalendarError as error:
            refused.append((path.parent.name, str(error)))
    assert len(read_well) == CALENDARS - 1
    ((city, why),) = refused
    assert city == "lancaster-pa"
    assert "web page" in why
    assert sum(one.events for one in read_well) > 2_800
    assert all(one.is_whole for one in read_well)


def test_city_calendars_happen_when_the_library_says(feeds: list[Path]) -> None:
    """Event by event and occurrence by occurrence of 2026."""
    total = 0
    for path in feeds:
        data = path.read_bytes()
        if b"BEGIN:VCALENDAR" not in data:
            continue
        calendar: Any = icalendar.Calendar.from_ical(data)
        reading = read(data, a_calendar(), YEAR)
        assert reading.events == len(calendar.walk("VEVENT"))
        assert reading.present == {str(event["UID"]) for event in calendar.walk("VEVENT")}
        ours = counted(as_we_say(reading))
        assert ours == counted(as_the_library_says(data, YEAR)), path.name
        total += ours.total()
    assert total > 800


def test_a_calendar_of_a_city_says_little_twice(feeds: list[Path]) -> None:
    """The county's doubled event is the only thing to remark on in all of them."""
    remarks = [
        str(problem.sentence)
        for path in feeds
        if path.parent.name != "lancaster-pa"
        for problem in read(path.read_bytes(), a_calendar(), YEAR).problems
    ]
    assert len(remarks) == 1
    assert "is there twice" in remarks[0]


@pytest.mark.parametrize("path", LIBRARIES, ids=lambda path: path.name)
def test_the_libraries_own_calendars_raise_nothing(path: Path) -> None:
    """Each is read or refused with a reason, within a moment."""
    began = time.process_time()  # what is dear has its own limit in wall time
    with contextlib.suppress(NotACalendarError):
        reading = read(path.read_bytes(), a_calendar(), LONG, limits=Limits(series_s=1.0, all_series_s=1.5))
        assert all(str(problem.sentence) for problem in reading.problems)
    assert time.process_time() - began < SLOWEST_S


# Where we differ on purpose: RDATEs and DTSTARTs that are dates among instants become midnight of the calendar, not
# of UTC; the library's zones come from whatever calendar the process parsed before.
DIFFERENT = {
    "issue_201_test_matrix.ics",
    "issue_1633_rdate_with_dates.ics",
}


def test_the_libraries_own_calendars_happen_when_the_library_says() -> None:
    """All those without a problem, from 1990 to 2030."""
    compared = 0
    for path in LIBRARIES:
        data = path.read_bytes()
        try:
            reading = read(data, a_calendar(), LONG, limits=Limits(occurrences=30_000))
            theirs = counted(as_the_library_says(data, LONG))
        except Exception:  # noqa: S112 - no calendar, or one the library does not read
            continue
        if reading.problems or path.name in DIFFERENT:
            continue
        assert counted(as_we_say(reading)) == theirs, path.name
        compared += 1
    assert compared > 120


def test_plain_reading_is_the_parsers_reading(real_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The short way gives the same events as the long one, on every calendar there is."""
    paths = [*LIBRARIES, *sorted((real_data / "city-calendars").glob("*/*.ics"))]
    plainly = [told(path) for path in paths]
    with monkeypatch.context() as patch:
        patch.setattr(parse, "plain", lambda block, zones: None)
        fully = [told(path) for path in paths]
    assert plainly == fully
    assert sum(len(events) for events in plainly) > 3_000


def told(path: Path) -> list[Event]:
    """The events of a calendar."""
    try:
        return events_of(read(path.read_bytes(), a_calendar(), from_to("2015-01-01 00:00", "2027-01-01 00:00")))
    except NotACalendarError:
        return []


def test_the_house_zone_is_the_one_compared_with() -> None:
    """The comparison above is on the calendar's own clock."""
    assert ZoneInfo(a_calendar().zone) == ZONE
    assert utc("2026-01-01 05:00").astimezone(ZONE).hour == 0
