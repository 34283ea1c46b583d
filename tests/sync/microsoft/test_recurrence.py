"""Patterns and rules, there and back, against an expander that knows no RRULE."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sync.microsoft.recurrence import NotExactError, in_utc, pattern_of, rule_of
from tests.simulators.graph.recurrence import DAYS, dates

BOSTON = ZoneInfo("America/New_York")
NINE = time(9, 0)
END = date(2029, 12, 31)


def a_range(start: str = "2026-03-02", **more: object) -> dict[str, Any]:
    """A range without end, or with the end that is named."""
    return {"type": "noEnd", "startDate": start, "recurrenceTimeZone": "Eastern Standard Time", **more}


def days_by_rule(recurrence: dict[str, Any], until: date = END) -> list[date]:
    """The days that our RRULE has."""
    rule = rule_of(recurrence, NINE, BOSTON)
    last = datetime.combine(until, time.max)
    return [one.date() for one in rule.between(rule.first, last)]


interval = st.integers(1, 5)
some_days = st.lists(st.sampled_from(DAYS), min_size=1, max_size=7, unique=True)
index = st.sampled_from(["first", "second", "third", "fourth", "last"])
patterns = st.one_of(
    st.fixed_dictionaries({"type": st.just("daily"), "interval": interval}),
    st.fixed_dictionaries(
        {
            "type": st.just("weekly"),
            "interval": interval,
            "daysOfWeek": some_days,
            "firstDayOfWeek": st.sampled_from(DAYS),
        }
    ),
    st.fixed_dictionaries({"type": st.just("absoluteMonthly"), "interval": interval, "dayOfMonth": st.integers(1, 31)}),
    st.fixed_dictionaries(
        {"type": st.just("relativeMonthly"), "interval": interval, "daysOfWeek": some_days, "index": index}
    ),
    st.fixed_dictionaries(
        {
            "type": st.just("absoluteYearly"),
            "interval": st.integers(1, 2),
            "month": st.integers(1, 12),
            "dayOfMonth": st.integers(1, 31),
        }
    ),
    st.fixed_dictionaries(
        {
            "type": st.just("relativeYearly"),
            "interval": st.integers(1, 2),
            "month": st.integers(1, 12),
            "daysOfWeek": some_days,
            "index": index,
        }
    ),
)
starts = st.dates(date(2024, 1, 1), date(2027, 12, 31))
ends = st.one_of(
    st.just({"type": "noEnd"}),
    st.fixed_dictionaries({"type": st.just("numbered"), "numberOfOccurrences": st.integers(1, 40)}),
    st.fixed_dictionaries(
        {"type": st.just("endDate"), "endDate": st.dates(date(2028, 1, 1), date(2029, 6, 1)).map(str)}
    ),
)


@settings(max_examples=400, deadline=None)
@given(pattern=patterns, start=starts, end=ends)
def test_a_pattern_and_its_rule_have_the_same_days(pattern: dict[str, Any], start: date, end: dict[str, Any]) -> None:
    """Every kind of pattern, from any day, with any end: no day more, no day less."""
    recurrence = {"pattern": pattern, "range": {"startDate": start.isoformat(), **end}}
    assume(list(dates(recurrence, END)))
    assert days_by_rule(recurrence) == list(dates(recurrence, END))


@settings(max_examples=400, deadline=None)
@given(pattern=patterns, start=starts, end=ends)
def test_a_rule_leads_back_to_the_same_days(pattern: dict[str, Any], start: date, end: dict[str, Any]) -> None:
    """What we made of a pattern can be said in Outlook's words again, and means the same."""
    recurrence = {"pattern": pattern, "range": {"startDate": start.isoformat(), **end}}
    assume(list(dates(recurrence, END)))
    rule = rule_of(recurrence, NINE, BOSTON)
    back = pattern_of(in_utc(rule.text, BOSTON), rule.first.replace(tzinfo=BOSTON), "Eastern Standard Time")
    assert list(dates(back, END)) == list(dates(recurrence, END))


def test_the_31st_of_every_month_is_its_last_day() -> None:
    """Outlook moves it to the end of shorter months; a plain BYMONTHDAY=31 would leave them out."""
    pattern = {"type": "absoluteMonthly", "interval": 1, "dayOfMonth": 31}
    found = days_by_rule({"pattern": pattern, "range": a_range("2026-01-31")}, date(2026, 4, 30))
    assert [str(one) for one in found] == ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]


def test_the_end_date_is_a_day_of_the_wall_clock() -> None:
    """The last evening's meeting belongs to it, though in UTC it is the next day."""
    pattern = {"type": "daily", "interval": 1}
    limits = a_range(type="endDate", endDate="2026-03-04")
    rule = rule_of({"pattern": pattern, "range": limits}, time(23, 0), BOSTON)
    assert in_utc(rule.text, BOSTON) == "FREQ=DAILY;UNTIL=20260305T040000Z"


def test_a_series_begins_on_the_first_day_that_matches() -> None:
    """DTSTART would count as an occurrence of its own otherwise (RFC 5545, 3.8.5.3)."""
    pattern = {"type": "weekly", "interval": 1, "daysOfWeek": ["thursday"], "firstDayOfWeek": "sunday"}
    limits = a_range("2026-03-02", type="numbered", numberOfOccurrences=2)
    found = days_by_rule({"pattern": pattern, "range": limits})
    assert [str(one) for one in found] == ["2026-03-05", "2026-03-12"]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=MONTHLY;BYMONTHDAY=31",
        "FREQ=MONTHLY;BYMONTHDAY=1,15",
        "FREQ=MONTHLY;BYMONTHDAY=-2",
        "FREQ=MONTHLY;BYDAY=5MO",
        "FREQ=MONTHLY;BYDAY=MO",
        "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1,3",
        "FREQ=YEARLY;BYMONTH=3,9;BYMONTHDAY=2",
        "FREQ=YEARLY;BYDAY=1MO",
        "FREQ=YEARLY;BYWEEKNO=10",
        "FREQ=WEEKLY;BYMONTH=3",
        "FREQ=DAILY;INTERVAL=2;BYDAY=MO",
        "FREQ=HOURLY",
        "FREQ=DAILY;BYHOUR=9,15",
        "FREQ=WEEKLY;BYDAY=TU",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;UNTIL=20200101",
        "nonsense",
    ],
)
def test_what_outlook_cannot_say_is_refused(rule: str) -> None:
    """Never the nearest pattern: a meeting on the wrong day is worse than none. Monday is 2 March 2026."""
    with pytest.raises(NotExactError) as refused:
        pattern_of(rule, datetime(2026, 3, 2, 9, tzinfo=BOSTON), "Eastern Standard Time")
    assert str(refused.value.why)


@pytest.mark.parametrize(
    "recurrence",
    [
        {},
        {"pattern": {"type": "daily", "interval": 0}, "range": a_range()},
        {"pattern": {"type": "lunar", "interval": 1}, "range": a_range()},
        {"pattern": {"type": "weekly", "interval": 1, "daysOfWeek": []}, "range": a_range()},
        {"pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["funday"]}, "range": a_range()},
        {"pattern": {"type": "absoluteMonthly", "interval": 1, "dayOfMonth": 32}, "range": a_range()},
        {"pattern": {"type": "absoluteYearly", "interval": 1, "dayOfMonth": 1, "month": 13}, "range": a_range()},
        {"pattern": {"type": "daily", "interval": 1}, "range": a_range(type="numbered", numberOfOccurrences=0)},
        {"pattern": {"type": "daily", "interval": 1}, "range": a_range(type="endDate", endDate="soon")},
        {"pattern": {"type": "daily", "interval": 1}, "range": a_range(type="sometimes")},
        {"pattern": {"type": "daily", "interval": 1}, "range": a_range("not a day")},
        {"pattern": {"type": "daily", "interval": 1}, "range": a_range(type="endDate", endDate="2026-03-01")},
        {"pattern": None, "range": 7},
        {"pattern": {"type": "daily", "interval": 1}, "range": a_range("0001-01-01")},
    ],
)
def test_a_broken_pattern_is_refused(recurrence: dict[str, Any]) -> None:
    """A server may send anything."""
    with pytest.raises(NotExactError):
        rule_of(recurrence, NINE, BOSTON)


def test_dates_end_on_dates() -> None:
    """UNTIL is of DTSTART's kind (RFC 5545, 3.3.10)."""
    pattern = {"type": "daily", "interval": 3}
    limits = a_range(type="endDate", endDate="2026-03-09")
    rule = rule_of({"pattern": pattern, "range": limits}, time(), None)
    assert in_utc(rule.text, None) == "FREQ=DAILY;INTERVAL=3;UNTIL=20260309"
    assert len(rule.between(rule.first, rule.first + timedelta(days=30))) == 3
