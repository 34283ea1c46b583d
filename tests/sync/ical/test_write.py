"""Invitations there and back: whatever the text, one VEVENT with the same facts, and always the same bytes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenda.model.events import Attendee, Classification, PartStat, Status
from agenda.model.meetings import Invitation, Method
from agenda.model.times import Interval
from sync.ical import read, write_invitation
from sync.ical.seal import look
from sync.ical.translate import clean
from tests.builders import a_calendar
from tests.sync.texts import events_of, from_to, utc

NAUGHTY = [
    "\r\n",
    "\n",
    "\r",
    "\u2028",
    "\u2029",
    '"',
    "^",
    "^n",
    "\\n",
    ";",
    ",",
    ":",
    "\x00",
    "\x85",
    "BEGIN:VEVENT",
    "=",
    "🌉",
]
texts = st.lists(st.one_of(st.sampled_from(NAUGHTY), st.text(max_size=20)), max_size=8).map("".join)
words = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=20)
people = st.builds(
    Attendee, words.map(lambda word: f"{word}@example.org"), texts, st.sampled_from(list(PartStat)), st.booleans()
)
slots = st.builds(
    lambda start, minutes: Interval(start, start + timedelta(minutes=minutes)),
    st.integers(0, 15 * 366 * 24 * 60).map(lambda minute: utc("2020-01-01 00:00") + timedelta(minutes=minute)),
    st.integers(0, 3000),
)
invitations = st.builds(
    Invitation,
    method=st.sampled_from(list(Method)),
    uid=words.map(lambda word: f"{word}@antechamber"),
    sequence=st.integers(0, 99),
    stamped_at=st.just(utc("2026-02-01 12:00")),
    slot=slots,
    zone=st.sampled_from(["UTC", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"]),
    summary=texts,
    location=texts,
    description=texts,
    organizer=people,
    attendees=st.lists(people, max_size=3).map(tuple),
    is_private=st.booleans(),
)


def read_back(text: str) -> str:
    r"""The text as icalendar writes it: a backslash before a capital N counts as a line break."""
    return clean(text.replace(r"\N", "\n"), 20_000)


@given(invitation=invitations, with_method=st.booleans())
def test_there_and_back(*, invitation: Invitation, with_method: bool) -> None:
    """Nothing in a text can become a line, a parameter or a component of its own."""
    data = write_invitation(invitation, with_method)
    assert data.count(b"\r\nBEGIN:VEVENT\r\n") == 1
    window = invitation.slot.widen(timedelta(days=1), timedelta(days=1))
    reading = read(data, a_calendar(), window)
    assert reading.problems == ()
    (event,) = events_of(reading)
    # a time that happens twice is written as its first (RFC 5545, 3.3.5)
    wall = [
        at.astimezone(ZoneInfo(invitation.zone)).replace(fold=0).astimezone(UTC)
        for at in (invitation.slot.start, invitation.slot.end)
    ]
    assert [event.interval.start, event.interval.end] == [wall[0], max(wall)] if wall[0] <= wall[1] else wall
    assert event.key.uid == invitation.uid
    assert event.sequence == invitation.sequence
    assert event.summary == read_back(clean(invitation.summary, 500).replace("\n", " ")).replace("\n", " ").strip()
    assert event.location == read_back(clean(invitation.location, 500)).replace("\n", ", ")
    assert event.description == read_back(clean(invitation.description, 20_000))
    assert event.status is (Status.CANCELLED if invitation.method is Method.CANCEL else Status.CONFIRMED)
    assert event.classification is (Classification.PRIVATE if invitation.is_private else Classification.PUBLIC)
    assert event.organizer == invitation.organizer.email
    assert [one.email for one in event.attendees] == [one.email for one in invitation.attendees]
    assert [one.partstat for one in event.attendees] == [one.partstat for one in invitation.attendees]
    assert [one.optional for one in event.attendees] == [one.optional for one in invitation.attendees]


@given(invitations)
def test_the_same_invitation_is_the_same_bytes(invitation: Invitation) -> None:
    """A mail that is sent twice is the same mail."""
    assert write_invitation(invitation, True) == write_invitation(replace(invitation), True)


def an_invitation(**changes: object) -> Invitation:
    """An invitation to a meeting in spring."""
    invitation = Invitation(
        method=Method.REQUEST,
        uid="1@antechamber",
        sequence=2,
        stamped_at=utc("2026-02-01 12:00"),
        slot=from_to("2026-03-10 14:00", "2026-03-10 15:00"),
        zone="America/New_York",
        summary="Bridge",
        location="City Hall",
        description="",
        organizer=Attendee("office@example.org", "Office"),
        attendees=(Attendee("rosa@example.org", "Rosa Alvarez"),),
    )
    return replace(invitation, **changes)  # type: ignore[arg-type] # a builder: mypy cannot follow the names


def test_a_mail_says_its_method_and_a_calendar_none() -> None:
    """RFC 5546, 1.4 against RFC 4791, 4.1."""
    assert b"METHOD:REQUEST\r\n" in write_invitation(an_invitation(), True)
    assert b"METHOD:CANCEL\r\n" in write_invitation(an_invitation(method=Method.CANCEL), True)
    assert b"METHOD" not in write_invitation(an_invitation(), False)


def test_the_wall_clock_is_written_with_its_zone() -> None:
    """Ten o'clock in Boston, with the rules of its zone, so that a reader without zones gets it right."""
    calendar: Any = icalendar.Calendar.from_ical(write_invitation(an_invitation(), True))
    (event,) = calendar.walk("VEVENT")
    assert event["DTSTART"].params["TZID"] == "America/New_York"
    assert event["DTSTART"].dt.strftime("%H:%M") == "10:00"
    (zone,) = calendar.walk("VTIMEZONE")
    rules = zone.to_tz(lookup_tzid=False)
    at = datetime(2026, 3, 10, 10, tzinfo=rules)
    assert at.utcoffset() == timedelta(hours=-4)
    assert datetime(2026, 12, 10, 10, tzinfo=rules).utcoffset() == timedelta(hours=-5)


def test_utc_needs_no_rules() -> None:
    """Its times end in Z (RFC 5545, 3.2.19)."""
    text = write_invitation(an_invitation(zone="UTC"), True)
    assert b"DTSTART:20260310T140000Z\r\n" in text
    assert b"VTIMEZONE" not in text


def test_no_line_is_too_long_and_every_line_ends_properly() -> None:
    """75 octets and CRLF (RFC 5545, 3.1), with letters of several bytes."""
    text = write_invitation(an_invitation(summary="Brücke " * 60, description="Überführung\n" * 50), True)
    assert text.endswith(b"END:VCALENDAR\r\n")
    assert max(len(line) for line in text.split(b"\r\n")) <= 75
    assert b"\n" not in text.replace(b"\r\n", b"")


def test_those_who_have_answered_are_not_asked_again() -> None:
    """RSVP is for those whose answer is missing."""
    answered = Attendee("rosa@example.org", "Rosa", PartStat.ACCEPTED)
    assert b"RSVP" not in write_invitation(an_invitation(attendees=(answered,)), True)
    assert b"RSVP=TRUE" in write_invitation(an_invitation(), True).replace(b"\r\n ", b"")


@pytest.mark.parametrize(
    ("old", "new", "is_touched"),
    [
        (b"SUMMARY:Bridge", b"SUMMARY:Tunnel", True),
        (b"T100000", b"T103000", True),
        (b"LOCATION:City Hall", b"LOCATION:School", True),
        (b"PARTSTAT=NEEDS-ACTION", b"PARTSTAT=ACCEPTED", False),
        (b"TRANSP:OPAQUE", b"TRANSP:OPAQUE\r\nX-FOREIGN:1", False),
        (b"DTSTART;TZID=America/New_York:20260310T100000", b"DTSTART:20260310T140000Z", False),
    ],
)
def test_a_seal_shows_who_has_moved_a_meeting(*, old: bytes, new: bytes, is_touched: bool) -> None:
    """An answer or another spelling is no change."""
    text = write_invitation(an_invitation(), False)
    assert old in text
    seen = look(text.replace(old, new), "1@antechamber")
    assert seen is not None
    assert seen.is_touched is is_touched
    assert look(text, "2@antechamber") is None
