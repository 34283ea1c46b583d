"""Drives are directed, whole minutes, and never zero between two places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenda.model.ids import PlaceId
from agenda.model.places import Place, Position
from agenda.model.travel import ASSUMED_MIN, Leg, Quality, TravelTimes, crow_m, rough_minutes
from tests.builders import ANNEX, CITY_HALL, SCHOOL, STATION, some_travel


def test_the_table_answers_first_and_adds_what_both_ends_cost() -> None:
    """Twelve minutes of road and five to get in; on the way back fifteen and three to get out."""
    assert some_travel().leg(CITY_HALL, SCHOOL) == Leg(17, Quality.TABLE)
    assert some_travel().leg(SCHOOL, CITY_HALL) == Leg(18, Quality.TABLE)


def test_where_the_table_is_silent_the_leg_is_rough_and_says_so() -> None:
    """270 s and 61 s a kilometre, rounded up, and both overheads."""
    travel = some_travel()
    school, station = travel.places[SCHOOL].position, travel.places[STATION].position
    assert school is not None
    assert station is not None
    seconds = 270 + 61 * crow_m(school, station) / 1000
    assert travel.leg(SCHOOL, STATION) == Leg(-int(-seconds // 60) + 3 + 2, Quality.ROUGH)


def test_a_place_nobody_knows_costs_the_assumed_minutes() -> None:
    """Unknown is never zero."""
    travel = some_travel()
    assert travel.leg(None, CITY_HALL) == Leg(ASSUMED_MIN, Quality.ASSUMED)
    assert travel.leg(CITY_HALL, ANNEX) == Leg(ASSUMED_MIN, Quality.ASSUMED)
    assert travel.leg(None, None) == Leg(ASSUMED_MIN, Quality.ASSUMED)


def test_the_same_place_is_no_drive() -> None:
    """From one room of city hall to another."""
    assert some_travel().leg(CITY_HALL, CITY_HALL) == Leg(0, Quality.SAME_PLACE)


def test_a_short_way_is_walked() -> None:
    """Five hundred metres: about eight minutes on foot, not the start of a car."""
    a, b = Position(42.3601, -71.0589), Position(42.3646, -71.0589)
    assert 490 < crow_m(a, b) < 510
    assert rough_minutes(a, b) == 8


@pytest.mark.parametrize(("lat", "lon"), [(0, 0), (91, 10), (10, 181), (float("nan"), 4)])
def test_what_is_not_on_the_globe_is_no_position(lat: float, lon: float) -> None:
    """Least of all the place that nobody filled in."""
    with pytest.raises(ValueError, match="not a position"):
        Position(lat, lon)


@given(st.lists(st.integers(1, 90), min_size=20, max_size=20))
def test_a_closed_matrix_has_no_way_round_that_is_shorter(minutes: list[int]) -> None:
    """Otherwise a short stop between two far places would be forbidden by mistake."""
    names = [PlaceId(f"p{n}") for n in range(5)]
    pairs = [(a, b) for a in names for b in names if a != b]
    travel = TravelTimes(
        places={name: Place(id=name, name=name) for name in names}, table=dict(zip(pairs, minutes, strict=True))
    )
    legs = travel.closed(names)
    for a in names:
        for b in names:
            for via in names:
                assert legs[a, b].minutes <= legs[a, via].minutes + legs[via, b].minutes
