"""Intervals are half-open; wall clocks become instants in their own zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenda.model.times import DAY, Interval, days_of, each_day, merge, on_wall, start_of_day, subtract, to_utc
from tests.builders import MONDAY, ZONE, on_monday

MADRID = ZoneInfo("Europe/Madrid")
START = datetime(2026, 3, 2, tzinfo=UTC)


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    """Stretches of up to five hours on a grid of five minutes within two days, the empty one among them."""
    start = draw(st.integers(0, 500))
    length = draw(st.integers(0, 60))
    step = timedelta(minutes=5)
    return Interval(START + start * step, START + (start + length) * step)


def minutes_of(spans: list[Interval]) -> set[int]:
    """The five-minute cells that some intervals cover: the slow truth."""
    return {
        cell
        for span in spans
        for cell in range(
            int((span.start - START).total_seconds() // 300), int((span.end - START).total_seconds() // 300)
        )
    }


def test_meetings_that_touch_do_not_overlap() -> None:
    """Ten o'clock is free once the nine o'clock has ended."""
    assert not on_monday("09:00", "10:00").overlaps(on_monday("10:00", "11:00"))


def test_meetings_that_share_a_minute_overlap() -> None:
    """One minute is enough."""
    assert on_monday("09:00", "10:01").overlaps(on_monday("10:00", "11:00"))


def test_a_time_without_zone_is_refused() -> None:
    """A naive clock never enters the house."""
    naive = START.replace(tzinfo=None)
    with pytest.raises(ValueError, match="not in UTC"):
        Interval(naive, naive)
    with pytest.raises(ValueError, match="without a zone"):
        to_utc(naive)


def test_an_interval_in_another_zone_is_refused() -> None:
    """Inside, everything is UTC, so that values compare as they are."""
    with pytest.raises(ValueError, match="not in UTC"):
        Interval(START.astimezone(MADRID), START.astimezone(MADRID))


def test_an_interval_cannot_run_backwards() -> None:
    """An end before its start is a mistake of whoever made it."""
    with pytest.raises(ValueError, match="ends before it starts"):
        Interval(START, START - timedelta(minutes=1))


def test_minutes_round_outward() -> None:
    """Thirty seconds of a minute take the minute."""
    assert Interval(START, START + timedelta(seconds=61)).minutes == 2


@given(st.lists(intervals(), max_size=12))
def test_merged_intervals_cover_the_same_time_and_lie_apart(spans: list[Interval]) -> None:
    """Nothing is lost, nothing added, nothing touches."""
    merged = list(merge(spans))
    assert minutes_of(merged) == minutes_of(spans)
    assert all(one.end < two.start for one, two in pairwise(merged))


@given(intervals(), st.lists(intervals(), max_size=12))
def test_what_is_subtracted_is_gone_and_nothing_else(whole: Interval, busy: list[Interval]) -> None:
    """Free time is the whole without the busy time, cell by cell."""
    left = list(subtract(whole, busy))
    assert minutes_of(left) == minutes_of([whole]) - minutes_of(busy)
    assert all(piece.length > timedelta(0) for piece in left)


@given(intervals(), intervals())
def test_two_intervals_overlap_exactly_when_they_share_something(one: Interval, two: Interval) -> None:
    """Intersect and overlaps never disagree, whichever comes first."""
    assert one.overlaps(two) == two.overlaps(one) == (one.intersect(two) is not None)


def test_nine_stays_nine_across_the_clock_change() -> None:
    """The Monday after the change has its nine o'clock an hour earlier in UTC."""
    before = on_wall(date(2026, 3, 6), time(9), ZONE)
    after = on_wall(date(2026, 3, 9), time(9), ZONE)
    assert (before.hour, after.hour) == (14, 13)


def test_a_day_of_the_clock_change_has_23_or_25_hours() -> None:
    """Whole days are not always 24 hours long."""
    assert days_of(date(2026, 3, 8), date(2026, 3, 9), ZONE).length == timedelta(hours=23)
    assert days_of(date(2026, 11, 1), date(2026, 11, 2), ZONE).length == timedelta(hours=25)


def test_midnight_belongs_to_the_new_day() -> None:
    """A span that ends at midnight does not touch the next day."""
    assert list(each_day(days_of(MONDAY, MONDAY + DAY, ZONE), ZONE)) == [MONDAY]


def test_time_max_is_the_midnight_that_follows() -> None:
    """24:00 can be written."""
    assert on_wall(MONDAY, time.max, ZONE) == start_of_day(MONDAY + DAY, ZONE)
