"""Hostile and broken calendars: each is told of with its calendar, event and line, and costs little."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from agenda.model.calendars import Severity
from agenda.model.errors import NotACalendarError
from agenda.model.times import Interval
from sync.ical import Limits, read
from tests.builders import a_calendar
from tests.sync.texts import SPRING, events_of, from_to, reading_of, utc, vcalendar, vevent

GOOD = vevent("good@example.org", "DTSTART:20260302T140000Z", "DTEND:20260302T150000Z")
QUICK_S = 1.5
"""Far above what they take, far below what they took."""


@pytest.mark.parametrize(
    ("data", "looks_like"),
    [
        (b"", "it is empty"),
        (b"  \r\n", "it is empty"),
        (b"<!DOCTYPE html><html><title>Just a moment...</title>", "it is a web page"),
        (b'{"error": "quota"}', "it is a JSON document"),
        (b"<?xml version='1.0'?><error/>", "it is an XML document"),
        (b"%PDF-1.7", "it is a PDF document"),
        (b"PK\x03\x04....", "it is a ZIP archive"),
        (b"\x00\x01\x02", "it is not text"),
        (b"Dear subscriber,", "it holds no VCALENDAR"),
        (gzip.compress(vcalendar(GOOD))[:-9], "compressed file that breaks off"),
        (b"\x1f\x8b\x08broken-from-here-on", "compressed file that is broken"),
    ],
)
def test_what_is_no_calendar_is_said_to_look_like_what_it_is(data: bytes, looks_like: str) -> None:
    """What was synced before stays, and a person can see what went wrong."""
    with pytest.raises(NotACalendarError, match=looks_like) as caught:
        read(data, a_calendar(name="Feed of the council"), SPRING)
    assert str(caught.value).startswith("Feed of the council is not a calendar")


def test_a_hundred_megabytes_are_refused_unread() -> None:
    """Served plain, and as a hundred kilobytes that unpack to them."""
    huge = vcalendar(GOOD) + b" " * (100 * 1024**2)
    packed = gzip.compress(huge, 1)
    began = time.process_time()
    for data in (huge, packed):
        with pytest.raises(NotACalendarError, match="larger than 25 MiB"):
            read(data, a_calendar(), SPRING)
    assert time.process_time() - began < QUICK_S


def test_a_packed_calendar_is_unpacked() -> None:
    """Some feeds are served as .ics.gz."""
    assert len(events_of(read(gzip.compress(vcalendar(GOOD)), a_calendar(), SPRING))) == 1


@dataclass(frozen=True)
class Bad:
    """A broken VEVENT, what is said of it, and what of its time is unknown."""

    lines: tuple[str, ...]
    says: str
    line: int
    severity: Severity = Severity.ERROR
    unknown: Interval | None = None
    start: str = "DTSTART:20260303T140000Z"


LATE = Interval(utc("2026-03-03 14:00"), SPRING.end)
HOUR = "DTEND:20260303T150000Z"

# The good event takes lines 4 to 9, the bad one begins on line 10.
BAD = {
    "minutely since 2000": Bad(
        ("DURATION:PT1M", "RRULE:FREQ=MINUTELY"),
        "it repeats by the minute or second",
        15,
        unknown=SPRING,
        start="DTSTART:20000101T000000Z",
    ),
    "secondly": Bad((HOUR, "RRULE:FREQ=SECONDLY;COUNT=1000000000"), "by the minute or second", 15, unknown=LATE),
    "minutely until": Bad(
        (HOUR, "RRULE:FREQ=MINUTELY;UNTIL=20260303T160000Z"),
        "by the minute or second",
        15,
        unknown=from_to("2026-03-03 14:00", "2026-03-05 00:00"),
    ),
    "never matching": Bad(
        (HOUR, "RRULE:FREQ=DAILY;BYSETPOS=2"), "working out its repetition takes too long", 15, unknown=LATE
    ),
    "too often": Bad(
        (HOUR, "RRULE:FREQ=HOURLY"),
        "it happens more than 2000 times",
        15,
        unknown=Interval(utc("2026-05-25 22:00"), SPRING.end),
    ),
    "unreadable rule": Bad((HOUR, "RRULE:FREQ=FORTNIGHTLY"), "its repetition cannot be read", 15, unknown=LATE),
    "Chinese calendar": Bad(
        (HOUR, "RRULE:RSCALE=CHINESE;FREQ=YEARLY"), "its repetition cannot be read", 15, unknown=LATE
    ),
    "unreadable end": Bad(
        ("DTEND:soon",), "its end cannot be read", 14, unknown=from_to("2026-03-03 14:00", "2026-03-04 14:00")
    ),
    "unreadable exception": Bad(
        (HOUR, "RRULE:FREQ=DAILY;COUNT=2", "EXDATE:never"), "may show more often", 16, Severity.WARNING
    ),
    "no start": Bad((), "it has no start that can be read", 10, start="SUMMARY:when?"),
    "unreadable start": Bad((), "it has no start that can be read", 13, start="DTSTART:tomorrow"),
    "end before start": Bad(("DTEND:20260303T130000Z",), "ends before it starts", 14, Severity.WARNING),
    "50,000 alarms": Bad(
        (HOUR, *("BEGIN:VALARM\r\nTRIGGER:-PT1M\r\nEND:VALARM",) * 50_000),
        "its 50000 alarms were left out",
        10,
        Severity.WARNING,
    ),
    "100,000 attendees": Bad(
        (HOUR, *(f"ATTENDEE:mailto:a{n}@example.org" for n in range(100_000))),
        "it has more than 1000 attendees",
        10,
        unknown=from_to("2026-03-03 14:00", "2026-03-03 15:00"),
    ),
    "100,000 dates": Bad(
        (HOUR, "RDATE:" + ",".join(["20260304T140000Z"] * 100_000)),
        "cannot be read in full",
        10,
        unknown=LATE,
    ),
    "100,000 exceptions": Bad(
        (HOUR, *("EXDATE:20260304T140000Z",) * 100_000),
        "it lists more than 4000 dates",
        10,
        unknown=LATE,
    ),
    "a line of ten megabytes": Bad(
        (HOUR, "DESCRIPTION:" + "x" * 10_000_000), "a very long text was cut off", 10, Severity.WARNING
    ),
    "folded without end": Bad(
        (HOUR, "DESCRIPTION:" + "\r\n x" * 1_000_000), "a very long text was cut off", 10, Severity.WARNING
    ),
    "300,000 lines": Bad(
        (HOUR, *("SUMMARY:again",) * 300_000),
        "it is too long",
        10,
        unknown=from_to("2026-03-03 14:00", "2026-03-03 15:00"),
    ),
    "unknown zone": Bad(
        ("DTEND;TZID=Customized Time Zone:20260303T150000",),
        "nobody knows the time zone Customized Time Zone",
        13,
        Severity.WARNING,
        start="DTSTART;TZID=Customized Time Zone:20260303T140000",
    ),
    "a zone that is a file": Bad(
        (),
        "nobody knows the time zone ../../../etc/passwd",
        13,
        Severity.WARNING,
        start="DTSTART;TZID=../../../etc/passwd:20260303T140000",
    ),
    "year one": Bad((), "one of its times makes no sense", 13, start="DTSTART;TZID=Asia/Tokyo:00010101T000000"),
    "a date like another property": Bad((), "cannot be read in full", 10, start="DTSTART;VALUE=DATE,DATE:20260303"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_event_is_named_and_the_good_one_kept(name: str) -> None:
    """Calendar, event and line; the time it may take; within a moment."""
    bad = BAD[name]
    data = vcalendar(GOOD, vevent("bad@example.org", bad.start, *bad.lines))
    began = time.process_time()  # the machine may have other things to do
    reading = read(data, a_calendar(name="Council"), SPRING, limits=Limits(series_s=0.5))
    assert time.process_time() - began < QUICK_S
    assert any(event.key.uid == "good@example.org" for event in events_of(reading))
    problem = reading.problems[0]
    assert (problem.uid, problem.severity, problem.line) == ("bad@example.org", bad.severity, bad.line)
    assert problem.interval == bad.unknown
    assert f"Council, line {bad.line}: " in str(problem.sentence)
    assert bad.says in str(problem.sentence)
    assert reading.present == {"good@example.org", "bad@example.org"}
    assert reading.is_whole


def test_an_event_that_is_free_leaves_no_time_unknown() -> None:
    """A reminder that cannot be read takes nobody's time either."""
    lines = ("DURATION:PT1M", "RRULE:FREQ=MINUTELY", "TRANSP:TRANSPARENT")
    (problem,) = reading_of(vevent("bad@example.org", "DTSTART:20260303T140000Z", *lines)).problems
    assert problem.interval is None


def test_many_dear_rules_share_one_budget() -> None:
    """A feed of nothing but such rules is given up on after the time for all of them."""
    bombs = [vevent(f"{n}@example.org", "DTSTART:20260303T140000Z", "RRULE:FREQ=DAILY;BYSETPOS=2") for n in range(50)]
    began = time.monotonic()
    reading = reading_of(*bombs, GOOD, limits=Limits(series_s=0.3, all_series_s=1.0))
    assert time.monotonic() - began < 4
    assert len(reading.problems) == 50
    assert [event.key.uid for event in events_of(reading) if event.interval.length] == ["good@example.org"]


def test_dear_rules_that_end_are_expanded() -> None:
    """Being dear is no crime: an hourly series of two days is read, beside one that never ends to be worked out."""
    hourly = vevent("hourly@example.org", "DTSTART:20260303T000000Z", "DURATION:PT1H", "RRULE:FREQ=HOURLY;COUNT=48")
    bomb = vevent("bomb@example.org", "DTSTART:20260303T140000Z", "RRULE:FREQ=DAILY;BYSETPOS=2")
    easter = vevent("easter@example.org", "DTSTART;VALUE=DATE:20250420", "RRULE:FREQ=YEARLY;BYEASTER=0")
    reading = reading_of(hourly, bomb, easter, limits=Limits(series_s=1.0))
    assert [one.uid for one in reading.problems] == ["bomb@example.org"]
    events = events_of(reading)
    assert len([one for one in events if one.key.uid == "hourly@example.org"]) == 48
    assert [str(one.first_day) for one in events if one.key.uid == "easter@example.org"] == ["2026-04-05"]


@pytest.mark.parametrize(
    "cut", [lambda text: text[:-20], lambda text: text[: text.rindex(b"DTSTART")], lambda text: text[:-15]]
)
def test_a_text_that_breaks_off_is_not_whole(cut: Callable[[bytes], bytes]) -> None:
    """Absence in half a calendar is no deletion."""
    text = vcalendar(GOOD, vevent("last@example.org", "DTSTART:20260303T140000Z", HOUR))
    reading = read(cut(text), a_calendar(), SPRING)
    assert not reading.is_whole
    assert "breaks off at line" in str(reading.problems[-1].sentence) + str(reading.problems[0].sentence)
    assert events_of(reading)[0].key.uid == "good@example.org"
    assert SPRING in [one.interval for one in reading.problems]  # what followed may lie anywhere: unknown, not free


def test_nested_components_without_end_are_given_up_on() -> None:
    """Depth costs nothing."""
    reading = reading_of(GOOD, "BEGIN:VEVENT\r\n" + "BEGIN:X-DEEP\r\n" * 100_000)
    assert not reading.is_whole
    assert len(events_of(reading)) == 1


def test_events_that_share_a_uid_are_both_kept() -> None:
    """Publishers who number their events anew each year must not lose the mayor's time."""
    one = vevent("same@example.org", "DTSTART:20260303T140000Z", HOUR)
    two = vevent("same@example.org", "DTSTART:20260310T140000Z", "DTEND:20260310T150000Z")
    reading = reading_of(GOOD, one, two)
    assert len(events_of(reading)) == 3
    assert len({event.key for event in events_of(reading)}) == 3
    (problem,) = reading.problems
    assert (problem.severity, problem.line, problem.uid) == (Severity.WARNING, 16, "same@example.org")


def test_an_older_version_of_an_event_gives_way() -> None:
    """SEQUENCE tells which of two versions counts (RFC 5546, 2.1.5), in any order."""
    old = vevent("same@example.org", "DTSTART:20260303T140000Z", HOUR, "SEQUENCE:1")
    new = vevent("same@example.org", "DTSTART:20260310T140000Z", "SEQUENCE:2")
    for parts in ((old, new), (new, old)):
        reading = reading_of(*parts)
        assert [event.interval.start for event in events_of(reading)] == [utc("2026-03-10 14:00")]
        assert "an older version" in str(reading.problems[0].sentence)


def test_an_event_that_is_there_twice_counts_once() -> None:
    """Seen in a county's feed."""
    reading = reading_of(GOOD, GOOD)
    assert len(events_of(reading)) == 1
    assert "is there twice" in str(reading.problems[0].sentence)


def test_what_the_parser_says_is_never_repeated() -> None:
    """Its messages quote the event; titles are nobody's business on the page of problems."""
    secret = "Canary-7f3a"
    lines = (f"SUMMARY;{secret}:x", f"DTEND:{secret}", f"RRULE:{secret}", f"EXDATE:{secret}", f"GEO:{secret}")
    reading = reading_of(
        vevent("bad@example.org", "DTSTART:20260303T140000Z", *lines), vevent("x", f"DTSTART:{secret}")
    )
    assert reading.problems
    assert secret not in " ".join(str(problem.sentence) for problem in reading.problems)


def test_a_thousand_problems_are_counted_not_listed() -> None:
    """One bad feed must not drown the page; unknown times are listed all the same."""
    bad = [vevent(f"{n}@example.org", "DTSTART:no") for n in range(1_000)]
    reading = reading_of(*bad, limits=Limits(problems=100))
    assert len(reading.problems) == 101
    assert "900 more problems" in str(reading.problems[-1].sentence)
