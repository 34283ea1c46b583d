"""Calendars torn and glued at random: read or refused, never anything else."""

from __future__ import annotations

import contextlib
from pathlib import Path

import icalendar
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agenda.model.errors import NotACalendarError
from sync.ical import Limits, read
from tests.builders import a_calendar
from tests.sync.texts import OWN, SPRING

SEEDS = [
    path.read_bytes()
    for folder in (OWN, Path(str(icalendar.__file__)).parent)
    for path in sorted(folder.rglob("*.ics"))
    if path.stat().st_size < 20_000
]
GLUE = [
    *(b"\r\n", b"\n ", b":", b";", b'"', b"\\", b",", b"\x00", b"\xff", b"-", b"0"),
    *(b"BEGIN:VEVENT\r\n", b"END:VEVENT\r\n", b"BEGIN:VTIMEZONE\r\n", b"DURATION:P1W\r\n"),
    *(
        b"RRULE:",
        b"FREQ=",
        b"UNTIL=",
        b"RDATE:",
        b"EXDATE;TZID=x:",
        b"RECURRENCE-ID;RANGE=THISANDFUTURE:20260302T140000Z\r\n",
    ),
    *(b"DTSTART", b";TZID=", b";VALUE=DATE", b";VALUE=PERIOD", b"99999999T999999Z"),
]
QUICK = Limits(series_s=0.3, all_series_s=0.3)


@st.composite
def torn(draw: st.DrawFn) -> bytes:
    """A calendar with pieces cut out, repeated, and other pieces put in."""
    text = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(1, 6))):
        first, last = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
        last = min(last, first + 200)
        piece = draw(
            st.one_of(st.sampled_from(GLUE), st.binary(max_size=8), st.just(text[first:last] * 2), st.just(b""))
        )
        text = text[:first] + piece + text[draw(st.sampled_from([first, last])) :]
    return text


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(torn())
def test_no_bytes_raise_anything_else(text: bytes) -> None:
    """What cannot be read becomes a problem with a sentence."""
    with contextlib.suppress(NotACalendarError):
        reading = read(text, a_calendar(), SPRING, limits=QUICK)
        assert all(str(problem.sentence) for problem in reading.problems)
        for obj in reading.objects:
            again = read(obj.ics, a_calendar(), SPRING, limits=QUICK)
            assert {event.key for one in again.objects for event in one.events} == {event.key for event in obj.events}
