"""Column types that keep our values alike on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Dialect, make_url

from agenda.store.columns import Choice, Instant, Words, clean, from_microseconds, to_microseconds

SQLITE: Dialect = make_url("sqlite://").get_dialect()()
POSTGRES: Dialect = make_url("postgresql+psycopg://").get_dialect()()
instants = st.datetimes(timezones=st.just(UTC))


@given(instants)
def test_an_instant_survives_to_the_microsecond(at: datetime) -> None:
    """A float of seconds would round, and two alerts would swap."""
    assert from_microseconds(to_microseconds(at)) == at


@given(instants, instants)
def test_numbers_sort_as_instants_do(one: datetime, other: datetime) -> None:
    """SQLite compares the numbers where PostgreSQL compares time; before 1970 too."""
    assert (to_microseconds(one) < to_microseconds(other)) == (one < other)


def test_an_instant_comes_back_in_utc() -> None:
    """Whatever zone PostgreSQL's session has."""
    there = datetime(2026, 3, 2, 9, tzinfo=timezone(timedelta(hours=-5)))
    back = Instant().process_result_value(there, POSTGRES)
    assert back == there
    assert back is not None
    assert back.tzinfo is UTC


@pytest.mark.parametrize("dialect", [SQLITE, POSTGRES])
def test_a_naive_time_is_refused(dialect: Dialect) -> None:
    """PostgreSQL would take it for the session's own zone, and nobody would notice."""
    naive = datetime(2026, 3, 2, 9)  # noqa: DTZ001 (that is the point)
    with pytest.raises(ValueError, match="without a zone"):
        Instant().process_bind_param(naive, dialect)


@given(st.text(st.characters(exclude_categories=[])))
def test_cleaned_text_can_be_kept_by_both(text: str) -> None:
    """A NUL in one title must not stop the sync of a calendar."""
    cleaned = clean(text)
    assert "\0" not in cleaned
    cleaned.encode()


@given(st.text(st.characters(exclude_characters="\0")))
def test_text_that_can_be_kept_is_left_as_it_is(text: str) -> None:
    """Titles in every script stay what they are."""
    assert Words().process_bind_param(text, SQLITE) == text


class Colour(StrEnum):
    """For the test."""

    RED = "red"


def test_a_choice_is_kept_as_its_value() -> None:
    """A member may be renamed, its value may not."""
    column = Choice(Colour)
    assert column.process_bind_param(Colour.RED, SQLITE) == "red"
    assert column.process_result_value("red", SQLITE) is Colour.RED


def test_a_value_nobody_knows_is_an_error() -> None:
    """A newer version wrote it; guessing would be worse."""
    with pytest.raises(KeyError):
        Choice(Colour).process_result_value("green", SQLITE)
