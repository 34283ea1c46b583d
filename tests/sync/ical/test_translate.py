"""From iCalendar's spellings, and its dialects', to an event."""

from __future__ import annotations

import pytest

from agenda.model.events import Attendee, Classification, PartStat, Status, Transparency
from agenda.model.places import Position
from sync.ical.translate import clean
from tests.sync.texts import only_event, vevent

START = "DTSTART:20260302T140000Z"


def test_everything_we_use_is_read() -> None:
    """One event with all of it."""
    event = only_event(
        vevent(
            "full@example.org",
            START,
            "DTEND:20260302T150000Z",
            "SUMMARY:Bridge\\, repairs\\nphase 2",
            "LOCATION:City Hall\\; Room 2\\nMain Street",
            "DESCRIPTION:First line\\nsecond line",
            "URL:https://example.org/bridge?a=1;b=2",
            "GEO:42.36;-71.06",
            "STATUS:TENTATIVE",
            "TRANSP:TRANSPARENT",
            "CLASS:CONFIDENTIAL",
            "SEQUENCE:3",
            'ORGANIZER;CN="Office; of the Mayor":MAILTO:Office@example.org',
            "ATTENDEE;CN=Rosa;PARTSTAT=ACCEPTED;ROLE=REQ-PARTICIPANT:mailto:rosa@example.org",
            "ATTENDEE;ROLE=OPT-PARTICIPANT;PARTSTAT=X-NEW:mailto:dep",
            " uty@example.org",
        )
    )
    assert event.summary == "Bridge, repairs phase 2"
    assert event.location == "City Hall; Room 2, Main Street"
    assert event.description == "First line\nsecond line"
    assert event.url == "https://example.org/bridge?a=1;b=2"
    assert event.position == Position(42.36, -71.06)
    assert event.status is Status.TENTATIVE
    assert event.transparency is Transparency.TRANSPARENT
    assert event.classification is Classification.CONFIDENTIAL
    assert event.sequence == 3
    assert event.organizer == "Office@example.org"
    assert event.attendees == (
        Attendee("rosa@example.org", "Rosa", PartStat.ACCEPTED),
        Attendee("deputy@example.org", "", PartStat.NEEDS_ACTION, optional=True),
    )
    assert event.zone == "UTC"
    assert not event.is_recurring


def test_apples_place_is_a_place() -> None:
    """Its title stands in for a missing LOCATION, its point for a missing GEO."""
    event = only_event(
        vevent(
            "x", START, 'X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-ADDRESS="1 Main Street";X-TITLE=Library:geo:42.1,-71.2'
        )
    )
    assert (event.location, event.position) == ("Library, 1 Main Street", Position(42.1, -71.2))


@pytest.mark.parametrize("geo", ["GEO:0;0", "GEO:91;0", "GEO:nowhere", "GEO:1"])
def test_a_point_off_the_globe_is_no_point(geo: str) -> None:
    """(0, 0) means that nobody filled it in."""
    assert only_event(vevent("x", START, geo)).position is None


@pytest.mark.parametrize(
    ("lines", "is_free"),
    [
        ((), False),
        (("X-MICROSOFT-CDO-BUSYSTATUS:FREE",), True),
        (("X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE",), True),
        (("X-MICROSOFT-CDO-BUSYSTATUS:OOF",), False),
        (("X-MICROSOFT-CDO-BUSYSTATUS:FREE", "TRANSP:OPAQUE"), False),
        (("TRANSP:transparent",), True),
        (("TRANSP:WHATEVER",), False),
    ],
)
def test_outlooks_busyness_counts_where_transp_is_silent(*, lines: tuple[str, ...], is_free: bool) -> None:
    """In doubt an event takes time."""
    event = only_event(vevent("x", START, "DURATION:PT1H", *lines))
    assert event.takes_time is not is_free


def test_outlooks_tentative_is_tentative() -> None:
    """It writes no STATUS for it."""
    assert only_event(vevent("x", START, "X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE")).status is Status.TENTATIVE


def test_an_unknown_class_is_private() -> None:
    """RFC 5545, 3.8.1.3 says so."""
    assert only_event(vevent("x", START, "CLASS:X-SECRET")).classification is Classification.PRIVATE
    assert only_event(vevent("x", START)).classification is Classification.PUBLIC


def test_cancelled_in_the_title_is_a_title() -> None:
    """Only STATUS cancels; a machine that guesses would free the mayor's time."""
    event = only_event(vevent("x", START, "DURATION:PT1H", "SUMMARY:CANCELLED - Board meeting"))
    assert event.takes_time


@pytest.mark.parametrize("url", ["javascript:alert(1)", "/relative", "data:text/html,x", "file:///etc/passwd"])
def test_only_web_addresses_are_links(url: str) -> None:
    """The others are dropped."""
    assert only_event(vevent("x", START, f"URL:{url}")).url == ""


def test_text_loses_what_no_eye_can_see() -> None:
    """Control characters, overrides of the writing direction, the other line breaks."""
    assert clean("a\x00b\x1b[31mc\u202egpj.exe\u2066d\u2028e\r\nf\rg\th", 100) == "ab[31mcgpj.exed\ne\nf\ng\th"
    assert clean("x" * 50, 10) == "x" * 10
    assert only_event(vevent("x", START, "SUMMARY:a\x07b\u202ec")).summary == "abc"


def test_bytes_that_are_not_utf8_do_not_hide_an_event() -> None:
    """Old exports are Latin-1; the letter is lost, the meeting is not."""
    text = vevent("x", START, "SUMMARY:Caf@").encode().replace(b"@", b"\xe9").decode("latin-1")
    assert only_event(text).interval.start.hour == 14
