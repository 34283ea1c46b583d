"""Calendars as large as one likes, the same for the same seed, in the manner of real ones."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

ZONES = ("America/New_York", "America/Chicago", "Europe/Berlin")
RULES = (
    "FREQ=WEEKLY;BYDAY=TU",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE",
    "FREQ=MONTHLY;BYDAY=1TU",
    "FREQ=MONTHLY;BYMONTHDAY=15",
    "FREQ=DAILY;COUNT=10",
    "FREQ=YEARLY",
)
FIRST = datetime(2025, 6, 1, 9, tzinfo=UTC)
SERIES_IN = 13
STAMP = "20260101T000000Z"


def a_large_calendar(events: int, *, seed: int = 1, stamp: str = STAMP) -> bytes:
    """A VCALENDAR of so many VEVENTs: one in thirteen a series, half of these with an override and an exception."""
    chance = random.Random(seed)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//Tests//EN"]
    number = 0
    while number < events:
        zone = ZONES[number % len(ZONES)]
        start = FIRST + timedelta(days=chance.randrange(560), minutes=15 * chance.randrange(40))
        is_series = number % SERIES_IN == 0
        extra = [f"RRULE:{RULES[number // SERIES_IN % len(RULES)]}"] if is_series else []
        if is_series and number % 2 == 0:
            extra.append(f"EXDATE;TZID={zone}:{start + timedelta(days=28):%Y%m%dT%H%M%S}")
        lines += _event(number, start, zone, stamp, extra)
        if is_series and number % 2 == 0:
            moved = start + timedelta(days=14)
            lines += _event(
                number, moved + timedelta(hours=2), zone, stamp, [f"RECURRENCE-ID;TZID={zone}:{moved:%Y%m%dT%H%M%S}"]
            )
            number += 1
        number += 1
    lines += ["END:VCALENDAR", ""]
    return "\r\n".join(lines).encode()


def _event(number: int, start: datetime, zone: str, stamp: str, extra: list[str]) -> list[str]:
    return [
        "BEGIN:VEVENT",
        f"UID:event-{number}@example.com",
        f"DTSTAMP:{stamp}",
        f"DTSTART;TZID={zone}:{start:%Y%m%dT%H%M%S}",
        f"DTEND;TZID={zone}:{start + timedelta(minutes=45):%Y%m%dT%H%M%S}",
        *extra,
        f"SUMMARY:Meeting number {number}\\, with a comma",
        f"LOCATION:Room {number % 30}\\, City Hall\\, 1 Main Street",
        "DESCRIPTION:Agenda to follow.\\nPlease bring the papers that were sent last w",
        " eek\\, and the minutes of the meeting before.",
        f"ORGANIZER;CN=Office {number % 7}:mailto:office{number % 7}@example.com",
        f"ATTENDEE;CN=Person {number % 50};PARTSTAT=ACCEPTED:mailto:person{number % 50}@example.com",
        f"ATTENDEE;CN=Person {number % 41};ROLE=OPT-PARTICIPANT:mailto:other{number % 41}@example.com",
        "SEQUENCE:1",
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
        "CREATED:20250101T000000Z",
        "LAST-MODIFIED:20250101T000000Z",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "DESCRIPTION:Reminder",
        "TRIGGER:-PT15M",
        "END:VALARM",
        "END:VEVENT",
    ]
