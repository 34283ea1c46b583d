"""Series, and what becomes of their occurrences."""

from __future__ import annotations

from itertools import permutations

import pytest

from agenda.model.events import EventKey
from tests.sync.texts import events_of, from_to, reading_of, utc, vevent

ZONE = "TZID=America/New_York"
DAILY = vevent(
    "s", f"DTSTART;{ZONE}:20260406T090000", f"DTEND;{ZONE}:20260406T100000", "RRULE:FREQ=DAILY;COUNT=5", "SUMMARY:Daily"
)


def override(original: str, start: str, *lines: str) -> str:
    """One occurrence told anew; `original` is all of the RECURRENCE-ID that follows its name."""
    end = f"{start[:-6]}{int(start[-6:-4]) + 1:02d}{start[-4:]}"
    return vevent("s", f"DTSTART;{ZONE}:{start}", f"DTEND;{ZONE}:{end}", f"RECURRENCE-ID{original}", *lines)


def starts(*parts: str) -> list[str]:
    """Original start → start of every occurrence, in UTC."""
    reading = reading_of(*parts)
    assert reading.problems == ()
    return [f"{one.key.recurrence_id}>{one.interval.start:%dT%H%M}" for one in events_of(reading)]


def test_the_parts_of_a_series_come_in_any_order() -> None:
    """RFC 5545 asks for none, and servers keep none."""
    moved = override(f";{ZONE}:20260407T090000", "20260407T140000")
    other = override(f";{ZONE}:20260409T090000", "20260412T090000")
    expected = [
        "20260406T130000Z>06T1300",
        "20260407T130000Z>07T1800",
        "20260408T130000Z>08T1300",
        "20260410T130000Z>10T1300",
        "20260409T130000Z>12T1300",
    ]
    for parts in permutations((DAILY, moved, other)):
        assert starts(*parts) == expected


@pytest.mark.parametrize(
    "original",
    [
        f";{ZONE}:20260407T090000",
        ":20260407T130000Z",
        ";TZID=Europe/Berlin:20260407T150000",
        ";VALUE=DATE:20260407",
        ":20260407T090000",
    ],
)
def test_an_override_meets_its_original_however_it_is_spelt(original: str) -> None:
    """In UTC, in another zone, as a date, floating: one occurrence, not two."""
    assert len(starts(DAILY, override(original, "20260407T140000"))) == 5
    assert "20260407T130000Z>07T1800" in starts(DAILY, override(original, "20260407T140000"))


def test_an_override_of_an_all_day_series_given_as_an_instant() -> None:
    """The same trap the other way round."""
    series = vevent("s", "DTSTART;VALUE=DATE:20260406", "RRULE:FREQ=DAILY;COUNT=3")
    changed = vevent("s", "DTSTART;VALUE=DATE:20260420", f"RECURRENCE-ID;{ZONE}:20260407T000000")
    events = events_of(reading_of(series, changed))
    assert [one.key.recurrence_id for one in events] == ["20260406", "20260408", "20260407"]
    assert str(events[-1].first_day) == "2026-04-20"


def test_an_override_without_its_series_is_an_event() -> None:
    """The mayor was invited to one occurrence of somebody else's series."""
    assert starts(override(f";{ZONE}:20260407T090000", "20260407T140000")) == ["20260407T130000Z>07T1800"]


def test_an_override_tells_only_of_its_own_occurrence() -> None:
    """Summary, place and time of the others stay."""
    reading = reading_of(
        DAILY, override(f";{ZONE}:20260407T090000", "20260407T140000", "SUMMARY:Special", "LOCATION:School")
    )
    told = {one.key.recurrence_id[:8]: (one.summary, one.location) for one in events_of(reading)}
    assert told == {
        "20260406": ("Daily", ""),
        "20260407": ("Special", "School"),
        "20260408": ("Daily", ""),
        "20260409": ("Daily", ""),
        "20260410": ("Daily", ""),
    }
    assert all(one.is_recurring for one in events_of(reading))


def test_this_and_future_moves_what_follows_and_keeps_the_keys() -> None:
    """Each later occurrence still knows its own original start (RFC 5545, 3.2.13)."""
    later = override(f";RANGE=THISANDFUTURE;{ZONE}:20260408T090000", "20260408T110000", "SUMMARY:Later")
    assert starts(DAILY, later) == [
        "20260406T130000Z>06T1300",
        "20260407T130000Z>07T1300",
        "20260408T130000Z>08T1500",
        "20260409T130000Z>09T1500",
        "20260410T130000Z>10T1500",
    ]


def test_dates_are_added_and_taken_away() -> None:
    """RDATE, also as a period; EXDATE, also as a list in another zone."""
    series = vevent(
        "s",
        f"DTSTART;{ZONE}:20260406T090000",
        f"DTEND;{ZONE}:20260406T100000",
        "RRULE:FREQ=DAILY;COUNT=4",
        "EXDATE:20260407T130000Z,20260408T130000Z",
        f"RDATE;{ZONE}:20260420T090000",
        "RDATE;VALUE=PERIOD:20260421T130000Z/PT2H",
    )
    events = events_of(reading_of(series))
    assert [one.interval for one in events] == [
        from_to("2026-04-06 13:00", "2026-04-06 14:00"),
        from_to("2026-04-09 13:00", "2026-04-09 14:00"),
        from_to("2026-04-20 13:00", "2026-04-20 14:00"),
        from_to("2026-04-21 13:00", "2026-04-21 15:00"),
    ]


def test_a_start_outside_its_rule_happens_too() -> None:
    """RFC 5545 leaves it open; what is in the calendar is never free."""
    series = vevent("s", "DTSTART:20260407T130000Z", "RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=3")
    assert events_of(reading_of(series))[0].interval.start == utc("2026-04-07 13:00")


def test_an_occurrence_that_reaches_into_the_window_is_in_it() -> None:
    """A night shift that began before midnight, on both sides of the border."""
    series = vevent("s", "DTSTART:20260401T220000Z", "DURATION:PT4H", "RRULE:FREQ=DAILY")
    events = events_of(reading_of(series, window=from_to("2026-04-10 02:00", "2026-04-11 22:00")))
    assert [one.interval.start for one in events] == [utc("2026-04-10 22:00")]
    events = events_of(reading_of(series, window=from_to("2026-04-10 01:59", "2026-04-11 22:01")))
    assert [one.interval.start for one in events] == [
        utc("2026-04-09 22:00"),
        utc("2026-04-10 22:00"),
        utc("2026-04-11 22:00"),
    ]


def test_single_events_at_the_borders_of_the_window() -> None:
    """Half-open: what ends when the window begins is outside, a moment at its beginning inside."""
    window = from_to("2026-04-10 00:00", "2026-04-11 00:00")
    before = vevent("before", "DTSTART:20260409T230000Z", "DTEND:20260410T000000Z")
    at_start = vevent("at-start", "DTSTART:20260410T000000Z")
    at_end = vevent("at-end", "DTSTART:20260411T000000Z", "DTEND:20260411T010000Z")
    around = vevent("around", "DTSTART:20260401T000000Z", "DTEND:20260501T000000Z")
    reading = reading_of(before, at_start, at_end, around, window=window)
    assert {one.key for one in events_of(reading)} == {EventKey("at-start"), EventKey("around")}
    assert len(reading.objects) == 4


def test_cancelled_occurrences_are_told_and_take_no_time() -> None:
    """STATUS:CANCELLED on one occurrence frees that one."""
    gone = override(f";{ZONE}:20260407T090000", "20260407T090000", "STATUS:CANCELLED")
    events = events_of(reading_of(DAILY, gone))
    assert [one.takes_time for one in events] == [True, False, True, True, True]
