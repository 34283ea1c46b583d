"""Dates and times as people type them."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.csv_schedule.typed import is_day_first, typed_date, typed_moment, typed_time

DAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23",
        "2026/11/23",
        "11/23/2026",
        "11/23/26",
        "Nov 23, 2026",
        "Monday, November 23rd, 2026",
        "23 November 2026",
        "lunes, 23 de noviembre de 2026",
        "2026-11-23T09:00:00",
    ],
)
def test_a_date_is_read(text: str) -> None:
    """Every way an office writes one day."""
    assert typed_date(text, day_first=False) == DAY


@pytest.mark.parametrize("text", ["", "tomorrow", "23", "11/23", "13/13/2026", "2/30/2026", "November", "1/2/345"])
def test_what_is_no_date_is_none(text: str) -> None:
    """Nothing is filled in from today."""
    assert typed_date(text, day_first=False) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("8:45:00", time(8, 45)),
        ("08:45", time(8, 45)),
        ("8.45", time(8, 45)),
        ("08h45", time(8, 45)),
        ("20:45 h", time(20, 45)),
        ("8:45 PM", time(20, 45)),
        ("8:45pm", time(20, 45)),
        ("8 p.m.", time(20)),
        ("12:15 am", time(0, 15)),
        ("12 PM", time(12)),
        ("noon", time(12)),
        ("24:00", time(0)),
        ("0:00:01", time(0, 0, 1)),
        ("25:00", None),
        ("13:00 pm", None),
        ("8:75", None),
        ("8", None),
        ("", None),
        ("later", None),
    ],
)
def test_a_time_is_read(text: str, expected: time | None) -> None:
    """A bare number or a word is not guessed at."""
    assert typed_time(text) == expected


def test_the_whole_file_tells_whether_the_day_comes_first() -> None:
    """3/4 alone tells nothing; 23/4 beside it does."""
    assert is_day_first(["3/4/2026", "23/4/2026"], otherwise=False)
    assert not is_day_first(["3/4/2026", "4/23/2026"], otherwise=True)
    assert is_day_first(["3/4/2026"], otherwise=True)
    assert typed_date("3/4/2026", day_first=True) == date(2026, 4, 3)


def test_date_and_time_in_one_field() -> None:
    """As spreadsheets write a moment."""
    assert typed_moment("2026-11-23T09:30", day_first=False) == (DAY, time(9, 30))
    assert typed_moment("11/23/2026 9:30 AM", day_first=False) == (DAY, time(9, 30))
    assert typed_moment("9:30", day_first=False) == (None, time(9, 30))
    assert typed_moment("11/23/2026", day_first=False) == (DAY, None)


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2099, 12, 31)), st.booleans())
def test_every_date_comes_back(day: date, day_first: bool) -> None:  # noqa: FBT001
    """In any of the usual ways."""
    numeric = f"{day:%d/%m/%Y}" if day_first else f"{day:%m/%d/%Y}"
    for text in (numeric, day.isoformat(), f"{day:%B} {day.day}, {day.year}"):
        assert typed_date(text, day_first=day_first) == day


@given(st.text())
def test_no_text_breaks_the_reading(text: str) -> None:
    """A cell may hold anything."""
    typed_moment(text, day_first=False)
