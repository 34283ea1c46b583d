"""What a rule costs is told from its text: everyday rules are cheap, and no rule called cheap takes long."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.ical.rules import Cost, cost_of

EVERYDAY = [
    "FREQ=DAILY",
    "FREQ=DAILY;INTERVAL=2",
    "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR",
    "FREQ=WEEKLY;UNTIL=20261231T000000Z",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;WKST=SU",
    "FREQ=MONTHLY;BYDAY=1TU,3TU",
    "FREQ=MONTHLY;BYDAY=-1FR;COUNT=12",
    "FREQ=MONTHLY;BYDAY=5MO",
    "FREQ=MONTHLY;BYMONTHDAY=15",
    "FREQ=MONTHLY;BYMONTHDAY=31",
    "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=1",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13,28",
    "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
    "FREQ=YEARLY",
]


@pytest.mark.parametrize("rule", EVERYDAY)
def test_everyday_rules_are_cheap(rule: str) -> None:
    """They are nearly all there is, and are expanded on the spot."""
    assert cost_of(rule, date(2026, 3, 2)) is Cost.CHEAP


@pytest.mark.parametrize(
    "rule", ["FREQ=MINUTELY", "freq=secondly;count=3", "COUNT=2;FREQ=MINUTELY", "FREQ=DAILY;" + "X=1;" * 999]
)
def test_rules_by_the_minute_are_refused(rule: str) -> None:
    """A minutely rule since 2000 takes half a minute to reach one day of this year."""
    assert cost_of(rule, date(2000, 1, 1)) is Cost.REFUSED


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=HOURLY",
        "FREQ=DAILY;BYSETPOS=2",
        "FREQ=DAILY;INTERVAL=7;BYDAY=MO",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;BYHOUR=1,2,3",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;INTERVAL=12;BYMONTH=2",
        "FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=31",
        "FREQ=MONTHLY;BYDAY=6MO",
        "FREQ=YEARLY;BYWEEKNO=53;BYDAY=SU",
        "FREQ=YEARLY;BYEASTER=0",
        "FREQ=WEEKLY;RSCALE=CHINESE",
        "FREQ=NEVER",
        "",
    ],
)
def test_rules_that_may_never_match_are_dear(rule: str) -> None:
    """Only a process that can be ended may try them."""
    assert cost_of(rule, date(2026, 3, 2)) is Cost.DEAR


def test_the_day_of_the_start_counts_too() -> None:
    """A monthly rule takes its day from DTSTART: the 31st of February never comes."""
    assert cost_of("FREQ=YEARLY;BYMONTH=2", date(2026, 3, 28)) is Cost.CHEAP
    assert cost_of("FREQ=YEARLY;BYMONTH=2", date(2026, 3, 31)) is Cost.DEAR
    assert cost_of("FREQ=DAILY", date(1, 1, 1)) is Cost.DEAR


days = st.lists(st.sampled_from(["MO", "TU", "SU", "1MO", "-1FR", "5WE", "2SA"]), min_size=1, max_size=3)
rules = st.builds(
    lambda freq, parts: ";".join((f"FREQ={freq}", *(f"{name}={value}" for name, value in parts.items()))),
    st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
    st.fixed_dictionaries(
        {},
        optional={
            "INTERVAL": st.sampled_from([1, 2, 3, 4, 7, 12, 28, 100]),
            "BYDAY": days.map(",".join),
            "BYMONTH": st.sampled_from([1, 2, 4, 12, "2,3"]),
            "BYMONTHDAY": st.sampled_from([1, 13, 28, 29, 30, 31, -1, -29, -31, "30,31"]),
            "BYSETPOS": st.sampled_from([1, -1, 2, 4, -4, 5]),
        },
    ),
)


@settings(max_examples=150, deadline=None)
@given(rules, st.dates(date(2000, 1, 1), date(2026, 1, 1)))
def test_no_rule_called_cheap_takes_long(rule: str, start: date) -> None:
    """Whatever the parts, walking to the window costs a moment."""
    if cost_of(rule, start) is not Cost.CHEAP:
        return
    first = datetime(start.year, start.month, start.day, 9, tzinfo=UTC)
    try:
        expanded = rrulestr(rule, dtstart=first)
    except ValueError:
        return
    began = time.process_time()
    expanded.between(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 8, 1, tzinfo=UTC))
    assert time.process_time() - began < 1.0
