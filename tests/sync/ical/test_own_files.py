"""Small calendars that hurt, each named for what it shows."""

from __future__ import annotations

import pytest

from sync.ical import read
from tests.builders import a_calendar
from tests.sync.texts import OWN, SPRING, events_of

EXPECTED = {
    "google-weekly-in-utc-with-x-wr-timezone": [
        "weekly@google.example 2026-03-02 14:00 opaque",
        "weekly@google.example 2026-03-09 13:00 opaque",
    ],
    "outlook-display-name-and-windows-name": [
        "display@outlook.example 2026-04-02 13:00 opaque",
        "windows@outlook.example 2026-04-02 16:00 transparent",
    ],
    "custom-zone-told-only-by-its-rules": ["before-its-zone@example.org 2026-04-02 07:00 opaque"],
    "override-before-its-series-and-in-another-zone": [
        "series@example.org 2026-04-07 13:00 opaque",
        "series@example.org 2026-04-08 15:00 opaque",
        "series@example.org 2026-04-09 13:00 opaque",
    ],
    "folded-anywhere-and-an-alarm-without-end": [
        "folded@example.org 2026-04-07 04:00 opaque",
        "next@example.org 2026-04-08 13:00 opaque",
    ],
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_calendar_that_hurt_is_read_well(name: str) -> None:
    """Every event at its time, and no problem to tell."""
    reading = read((OWN / f"{name}.ics").read_bytes(), a_calendar(), SPRING)
    assert reading.problems == ()
    told = [
        f"{event.key.uid} {event.interval.start:%Y-%m-%d %H:%M} {event.transparency.value.lower()}"
        for event in events_of(reading)
    ]
    assert told == EXPECTED[name]


def test_every_file_is_expected() -> None:
    """None lies about unread."""
    assert {path.stem for path in OWN.glob("*.ics")} == EXPECTED.keys()
