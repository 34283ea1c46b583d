"""The places file, and everything that can be wrong in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from agenda.model.ids import PersonId, PlaceId
from agenda.model.places import Position
from agenda.model.travel import Leg, Quality
from config import BadConfigError, Settings, read_office, read_places

PLACES = """
assumed_min = 25
[[places]]
id = "hall"
name = "City Hall"
aliases = ["Town Hall", "Ayuntamiento"]
address = "12 Harbor Street, Tern Bay, OR 97190"
lat = 44.60
lon = -124.05
kind = "civic"
arrive_min = 2
leave_min = 1
[[places.rooms]]
id = "chamber"
name = "Council Chamber"
seats = 60
features = ["screen"]
[[places]]
id = "library"
name = "Library"
lat = 44.61
lon = -124.04
arrive_min = 5
[[places]]
id = "airport"
name = "Airport"
lat = 44.58
lon = -123.99
[[places]]
id = "nowhere"
name = "The new depot"
[[minutes]]
from = "hall"
to = "library"
minutes = 7
[[minutes]]
from = "hall"
to = "airport"
minutes = 35
both = true
"""
MINUTES = """
[[minutes]]
from = "hall"
to = "library"
minutes = 9
"""


def written(folder: Path, text: str) -> Path:
    """A places file with that text."""
    path = folder / "places.toml"
    path.write_text(text, encoding="utf-8")
    return path


def mistakes(folder: Path, text: str) -> dict[str, str]:
    """The English sentence of every mistake, by key."""
    with pytest.raises(BadConfigError) as caught:
        read_places(written(folder, text))
    return {problem.field: str(problem) for problem in caught.value.problems}


def test_places_rooms_and_drives_arrive(tmp_path: Path) -> None:
    """Minutes are directed; where the table is silent the rough formula answers, then the office's assumption."""
    travel = read_places(written(tmp_path, PLACES))
    hall = travel.places[PlaceId("hall")]
    assert hall.position == Position(44.60, -124.05)
    assert hall.rooms[0].seats == 60
    assert hall.rooms[0].features == {"screen"}
    assert travel.leg(PlaceId("hall"), PlaceId("library")) == Leg(7 + 1 + 5, Quality.TABLE)
    assert travel.leg(PlaceId("library"), PlaceId("hall")).quality is Quality.ROUGH
    assert travel.leg(PlaceId("airport"), PlaceId("hall")) == Leg(35 + 2, Quality.TABLE)
    assert travel.leg(PlaceId("hall"), PlaceId("nowhere")) == Leg(25, Quality.ASSUMED)


@pytest.mark.parametrize(
    ("text", "key", "said"),
    [
        (PLACES.replace('"Library"', '"town hall"'), "places[2].name", "also means hall"),
        (PLACES.replace('"Airport"', '"Airport"\naliases = ["The Library"]'), "places[3].aliases[1]", "library"),
        (PLACES.replace('id = "library"', 'id = "hall"'), "places[2].id", "taken"),
        (PLACES.replace("44.61\nlon = -124.04", "-124.04\nlon = 44.61"), "places[2].lat", "look swapped"),
        (PLACES.replace("44.61\nlon = -124.04", "0\nlon = 0"), "places[2].lat", "ocean"),
        (PLACES.replace("44.61\nlon = -124.04", "44.61"), "places[2].lon", "is missing"),
        (PLACES.replace("44.61", '"44.61"'), "places[2].lat", "expected a number, not '44.61'"),
        (PLACES.replace("44.61", "nan"), "places[2].lat", "expected a number"),
        (PLACES.replace("arrive_min = 5", "arrive_min = -5"), "places[2].arrive_min", "0 to 240, not -5"),
        (PLACES.replace("arrive_min = 5", "arrivemin = 5"), "places[2].arrivemin", "was arrive_min meant?"),
        (PLACES.replace("seats = 60", "seats = 0"), "places[1].rooms[1].seats", "1 to 200000"),
        (PLACES.replace('to = "airport"', 'to = "airprot"'), "minutes[2].to", "'airprot'"),
        (PLACES.replace('to = "airport"', 'to = "hall"'), "minutes[2].to", "is where it starts"),
        (PLACES.replace("minutes = 35", "minutes = -1"), "minutes[2].minutes", "0 to 1440"),
        (PLACES.replace("minutes = 35", ""), "minutes[2].minutes", "is missing"),
        (PLACES.replace("-123.99", "-122.99").replace("= 35", "= 3"), "minutes[2].minutes", "84 km"),
        (PLACES + MINUTES, "minutes[3].from", "given twice"),
        ('places = "none"', "places", "expected [[places]], not text"),
        ("[[place]]\nid = 'x'\n", "place", "was places meant?"),
        ("[service_box]\nsouth = 1\n" + PLACES.replace("assumed_min = 25", ""), "service_box", "expected south"),
    ],
)
def test_a_mistake_names_its_key_and_what_was_expected(tmp_path: Path, text: str, key: str, said: str) -> None:
    """The file, the key, what was expected."""
    told = mistakes(tmp_path, text)
    assert key in told
    assert said in told[key]
    assert "places.toml: " in told[key]


def test_a_room_belongs_to_one_place(tmp_path: Path) -> None:
    """Rooms are booked by id."""
    room = '[[places.rooms]]\nid = "chamber"\nname = "Reading Room"\n'
    told = mistakes(tmp_path, PLACES.replace("arrive_min = 5\n", "arrive_min = 5\n" + room))
    assert "places[1].rooms[1]" in told["places[2].rooms[1].id"]


@pytest.mark.parametrize(("lat", "lon", "is_swapped"), [(40.0, -75.0, False), (-75.0, 40.0, True)])
def test_swapped_positions_are_told_though_both_are_on_the_globe(
    tmp_path: Path,
    lat: float,
    lon: float,
    is_swapped: bool,  # noqa: FBT001
) -> None:
    """In the east of the Americas both orders are valid numbers; the others' middle tells."""
    pins = [(40.1, -75.1), (40.2, -75.0), (40.0, -75.2), (lat, lon)]
    text = "".join(
        f'[[places]]\nid = "p{n}"\nname = "Place {n}"\nlat = {a}\nlon = {b}\n' for n, (a, b) in enumerate(pins)
    )
    if is_swapped:
        assert "look swapped" in mistakes(tmp_path, text)["places[4].lat"]
    else:
        assert len(read_places(written(tmp_path, text)).places) == 4


def test_the_service_box_tells_when_all_are_swapped(tmp_path: Path) -> None:
    """A whole file of swapped pins agrees with itself; a trip out of town is no mistake."""
    box = "[service_box]\nsouth = 39\nwest = -76\nnorth = 41\neast = -74\n"
    swapped = box + '[[places]]\nid = "a"\nname = "A"\nlat = -75.1\nlon = 40.1\n'
    assert "look swapped" in mistakes(tmp_path, swapped)["places[1].lat"]
    far = box + '[[places]]\nid = "a"\nname = "A"\nlat = 48.8\nlon = 2.3\n'
    assert len(read_places(written(tmp_path, far)).places) == 1


def test_both_files_are_read_together(tmp_path: Path) -> None:
    """A base is a place of the other file; mistakes of both come at once, each with its file."""
    policy = tmp_path / "policy.toml"
    settings = replace(Settings(), policy_file=policy, places_file=written(tmp_path, PLACES))
    text = """
[office]
name = "Office"
zone = "America/Los_Angeles"
[hours]
mon-fri = "09:00-17:00"
[[people]]
id = "mayor"
name = "Ana"
email = "ana@ternbay.example"
standing = "principal"
base = "BASE"
"""
    policy.write_text(text.replace("BASE", "library"), encoding="utf-8")
    _policy, directory = read_office(settings)
    assert directory.principal.base == "library"
    assert directory.people[PersonId("mayor")].name == "Ana"
    policy.write_text(text.replace("BASE", "attic"), encoding="utf-8")
    with pytest.raises(BadConfigError, match=r"people\[1\]\.base: no place has the id 'attic'"):
        read_office(settings)
    policy.write_text(text.replace("America/", "Amerika/"), encoding="utf-8")
    settings.places_file.write_text(PLACES.replace("44.61", "94.61"), encoding="utf-8")
    with pytest.raises(BadConfigError) as caught:
        read_office(settings)
    assert {problem.field for problem in caught.value.problems} == {"office.zone", "people[1].base", "places[2].lat"}
    settings.places_file.write_text("no toml", encoding="utf-8")
    with pytest.raises(BadConfigError) as caught:
        read_office(settings)
    assert {problem.field for problem in caught.value.problems} == {"office.zone", ""}
