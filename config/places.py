"""The places file: places with their rooms and positions, and a table of minutes for the drives somebody measured."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from pathlib import Path

from agenda.model.addresses import spelling
from agenda.model.ids import PlaceId, RoomId
from agenda.model.places import Place, Position, Room
from agenda.model.travel import ASSUMED_MIN, TravelTimes, crow_m
from config.mistakes import Mistakes
from config.policy import identifier
from config.tables import Table, load

NEAR_M = 200_000
"""A place further than this from the middle of all others, which would be nearer the other way round, is swapped."""

FASTEST_KMH = 130
"""Crow-fly speed beyond which minutes are a slip of the pen."""

SLACK_MIN = 2


@dataclass(frozen=True, slots=True)
class Box:
    """The stretch of the globe the office serves, in degrees."""

    south: float
    west: float
    north: float
    east: float

    def holds(self, lat: float, lon: float) -> bool:
        """Whether a point lies in it."""
        return self.south <= lat <= self.north and self.west <= lon <= self.east


@dataclass(frozen=True, slots=True)
class _Pin:
    """A position as it was typed, with the table it stands in."""

    place: PlaceId
    lat: float
    lon: float
    table: Table


def read_places(path: Path) -> TravelTimes:
    """The places by id, in the order of the file, with the measured drives between them.

    Raises:
        BadConfigError: with every mistake of the file.
    """
    mistakes = Mistakes(str(path))
    found = places_from(path, mistakes)
    mistakes.raise_any()
    return found


def places_from(path: Path, mistakes: Mistakes) -> TravelTimes:
    """As `read_places`, but mistakes are only noted; with any, what comes back is not to be used."""
    before = len(mistakes.found)
    values = load(path, mistakes, of_init=True)
    if len(mistakes.found) > before:
        return TravelTimes()
    top = Table(values, "", mistakes)
    assumed = top.whole("assumed_min", ASSUMED_MIN, least=1, most=600)
    box = _box(top)
    tables = list(top.tables("places"))
    pins = [pin for table in tables if (pin := _pin(table)) is not None]
    _check_swapped(pins, box)
    positions = {pin.place: Position(pin.lat, pin.lon) for pin in pins if _is_on_globe(pin)}
    places: dict[PlaceId, Place] = {}
    for table in tables:
        place = _place(table, positions)
        table.close()
        if place.id in places:
            table.mistake("id", "%(id)s is taken by a place before", id=repr(str(place.id)))
        places[place.id] = place
    _check_names(tables)
    _check_rooms(top, tables)
    minutes = _minutes(top, places)
    top.close()
    return TravelTimes(places, minutes, assumed)


def _box(top: Table) -> Box | None:
    if not top.has("service_box"):
        return None
    table = top.table("service_box")
    south, west, north, east = (table.number(name) for name in ("south", "west", "north", "east"))
    table.close()
    if south is None or west is None or north is None or east is None:
        top.mistake("service_box", "expected south, west, north and east in degrees")
        return None
    if not (-90 <= south < north <= 90 and -180 <= west < east <= 180):
        top.mistake("service_box", "expected south below north and west below east, in degrees")
        return None
    return Box(south, west, north, east)


def _pin(table: Table) -> _Pin | None:
    lat, lon = table.number("lat"), table.number("lon")
    place = PlaceId(table.text("id"))
    if (lat is None) != (lon is None) and table.has("lat") != table.has("lon"):
        table.mistake("lat" if lat is None else "lon", "is missing; a position needs both lat and lon")
    if lat is None or lon is None:
        return None
    pin = _Pin(place, lat, lon, table)
    if not _is_on_globe(pin):
        if abs(lat) > 90 >= abs(lon):
            table.mistake("lat", "expected -90 to 90; lat and lon look swapped")
        elif lat == 0 and lon == 0:
            table.mistake("lat", "0, 0 lies in the ocean; leave both out where nobody knows them")
        else:
            table.mistake("lat", "expected degrees: lat -90 to 90, lon -180 to 180")
    return pin


def _is_on_globe(pin: _Pin) -> bool:
    return -90 <= pin.lat <= 90 and -180 <= pin.lon <= 180 and (pin.lat, pin.lon) != (0, 0)


def _check_swapped(pins: list[_Pin], box: Box | None) -> None:
    """Note positions that only make sense the other way round: inside the box, or near all the others."""
    on_globe = [pin for pin in pins if _is_on_globe(pin)]
    if len(on_globe) < 3 and box is None:
        return
    middle = (
        Position(statistics.median(pin.lat for pin in on_globe), statistics.median(pin.lon for pin in on_globe))
        if on_globe
        else None
    )
    for pin in on_globe:
        if abs(pin.lon) > 90:
            continue
        if box is not None:
            is_swapped = not box.holds(pin.lat, pin.lon) and box.holds(pin.lon, pin.lat)
        else:
            assert middle is not None  # noqa: S101
            here, there = Position(pin.lat, pin.lon), Position(pin.lon, pin.lat)
            is_swapped = crow_m(here, middle) > NEAR_M >= crow_m(there, middle)
        if is_swapped:
            pin.table.mistake("lat", "lat and lon look swapped: %(lat)s, %(lon)s", lat=pin.lat, lon=pin.lon)


def _place(table: Table, positions: dict[PlaceId, Position]) -> Place:
    place = PlaceId(identifier(table))
    return Place(
        id=place,
        name=table.text("name", required=True),
        aliases=table.texts("aliases"),
        address=table.text("address"),
        position=positions.get(place),
        kind=table.text("kind"),
        arrive_min=table.whole("arrive_min", 0, most=240),
        leave_min=table.whole("leave_min", 0, most=240),
        rooms=tuple(_room(room) for room in table.tables("rooms")),
        note=table.text("note"),
    )


def _room(table: Table) -> Room:
    seats = table.whole("seats", 0, least=1, most=200_000) if table.has("seats") else None
    room = Room(
        id=RoomId(identifier(table)),
        name=table.text("name", required=True),
        seats=seats or None,
        features=frozenset(table.texts("features")),
    )
    table.close()
    return room


def _check_names(tables: list[Table]) -> None:
    """Note a name or alias that two places share: nobody could tell which of them is meant."""
    owners: dict[str, str] = {}
    for table in tables:
        place = table.text("id")
        named = [("name", table.text("name"))]
        named += [(f"aliases[{index}]", alias) for index, alias in enumerate(_texts(table.raw("aliases")), 1)]
        for key, name in named:
            owner = owners.setdefault(spelling(name), place) if name else place
            if owner != place:
                table.mistake(key, "%(name)s also means %(owner)s", name=repr(name), owner=owner)


def _texts(value: object) -> list[str]:
    """The texts of a raw value, mistakes apart (they are noted where the value is read)."""
    if isinstance(value, str):
        return [value]
    return [one if isinstance(one, str) else "" for one in value] if isinstance(value, list) else []


def _check_rooms(top: Table, tables: list[Table]) -> None:
    seen: dict[str, str] = {}
    for place, table in enumerate(tables, 1):
        rooms = table.raw("rooms")
        for index, room in enumerate(rooms if isinstance(rooms, list) else [], 1):
            name = room.get("id") if isinstance(room, dict) else None
            at = f"places[{place}].rooms[{index}]"
            if isinstance(name, str) and seen.setdefault(name, at) != at:
                top.mistake(f"{at}.id", "%(id)s is taken by %(other)s", id=repr(name), other=seen[name])


def _minutes(top: Table, places: dict[PlaceId, Place]) -> dict[tuple[PlaceId, PlaceId], int]:
    minutes: dict[tuple[PlaceId, PlaceId], int] = {}
    for table in top.tables("minutes"):
        ends = []
        for name in ("from", "to"):
            place = PlaceId(table.text(name, required=True))
            if place and place not in places:
                table.mistake(name, "no place has the id %(place)s", place=repr(str(place)))
            ends.append(place)
        if not table.has("minutes"):
            table.mistake("minutes", "is missing; expected whole minutes")
        value = table.whole("minutes", -1, least=0, most=1440)
        both = table.flag("both", default=False)
        table.close()
        start, goal = ends
        if start == goal and start:
            table.mistake("to", "is where it starts")
        for pair in ((start, goal), (goal, start)) if both else ((start, goal),):
            if pair in minutes:
                table.mistake("from", "the way from %(start)s to %(goal)s is given twice", start=pair[0], goal=pair[1])
            minutes[pair] = value
        if value >= 0:
            _check_speed(table, places.get(start), places.get(goal), value)
    return minutes


def _check_speed(table: Table, start: Place | None, goal: Place | None, minutes: int) -> None:
    """Note minutes nobody could drive in."""
    if start is None or goal is None or start.position is None or goal.position is None:
        return
    least = crow_m(start.position, goal.position) / 1000 / FASTEST_KMH * 60 - SLACK_MIN
    if minutes < least:
        table.mistake(
            "minutes",
            "%(minutes)s is too few: as the crow flies it is %(km)s km",
            minutes=minutes,
            km=round(crow_m(start.position, goal.position) / 1000),
        )
