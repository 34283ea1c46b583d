"""Drives: how long, and how well that is known. Minutes are whole, directed, and never zero by accident."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from agenda.model.ids import PlaceId
from agenda.model.places import Place, Position

CROW_BASE_S = 270
CROW_S_PER_KM = 61
"""Crow-fly affine formula, fitted on two cities: late by more than three minutes on 10 to 33 % of pairs."""

WALK_WITHIN_M = 700
WALK_S_PER_CROW_KM = 912
ASSUMED_MIN = 30
SAME_PLACE_MIN = 0
EARTH_RADIUS_M = 6_371_000


class Quality(StrEnum):
    """How well a drive is known, best first."""

    SAME_PLACE = "same-place"
    TABLE = "table"
    ROUGH = "rough"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class Leg:
    """The way from one place to another: whole minutes to allow for, overheads at both ends included."""

    minutes: int
    quality: Quality


def crow_m(a: Position, b: Position) -> float:
    """Great-circle distance in metres (haversine)."""
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    d_lat, d_lon = lat_b - lat_a, math.radians(b.lon - a.lon)
    h = math.sin(d_lat / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(d_lon / 2) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(h)))


def rough_minutes(a: Position, b: Position) -> int:
    """Minutes to allow between two points nobody measured: on foot when near, by car otherwise, rounded up."""
    metres = crow_m(a, b)
    if metres <= WALK_WITHIN_M:
        return math.ceil(metres / 1000 * WALK_S_PER_CROW_KM / 60)
    return math.ceil((CROW_BASE_S + CROW_S_PER_KM * metres / 1000) / 60)


@dataclass(frozen=True, slots=True)
class TravelTimes:
    """Every drive between two known places.

    `table` holds driving minutes by (from, to), directed, without overheads; where it is silent the rough formula
    answers, and where a place has no position, `assumed_min` does.
    """

    places: Mapping[PlaceId, Place] = field(default_factory=dict)
    table: Mapping[tuple[PlaceId, PlaceId], int] = field(default_factory=dict)
    assumed_min: int = ASSUMED_MIN

    def leg(self, origin: PlaceId | None, goal: PlaceId | None) -> Leg:
        """The way between two places; None is a place nobody knows, and costs the assumed minutes."""
        if origin is not None and origin == goal:
            return Leg(SAME_PLACE_MIN, Quality.SAME_PLACE)
        start = self.places.get(origin) if origin is not None else None
        end = self.places.get(goal) if goal is not None else None
        if start is None or end is None:
            return Leg(self.assumed_min, Quality.ASSUMED)
        overhead = start.leave_min + end.arrive_min
        measured = self.table.get((start.id, end.id))
        if measured is not None:
            return Leg(measured + overhead, Quality.TABLE)
        if start.position is None or end.position is None:
            return Leg(max(self.assumed_min, overhead), Quality.ASSUMED)
        return Leg(rough_minutes(start.position, end.position) + overhead, Quality.ROUGH)

    def closed(self, among: Iterable[PlaceId]) -> dict[tuple[PlaceId, PlaceId], Leg]:
        """Legs between all pairs of the given places, none longer than a way round through a third (Floyd, Warshall).

        Pairwise rules between meetings are only exact on such a matrix.
        """
        stops = list(dict.fromkeys(among))
        legs = {(a, b): self.leg(a, b) for a in stops for b in stops}
        for via in stops:
            for a in stops:
                for b in stops:
                    round_trip = legs[a, via].minutes + legs[via, b].minutes
                    if round_trip < legs[a, b].minutes:
                        legs[a, b] = Leg(round_trip, worse(legs[a, via].quality, legs[via, b].quality))
        return legs


def worse(one: Quality, other: Quality) -> Quality:
    """The less certain of two qualities."""
    order = list(Quality)
    return max(one, other, key=order.index)
