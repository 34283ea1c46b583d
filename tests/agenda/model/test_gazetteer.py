"""What people type as a location, and what the office may take it for."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from agenda.model.addresses import tidy
from agenda.model.gazetteer import UNKNOWN, VIRTUAL, Found, Gazetteer
from agenda.model.ids import PlaceId, RoomId
from agenda.model.places import Place, Position, Room
from agenda.model.planning import Whereabouts

REAL_SCHEDULE = Path(__file__).parents[4] / "shared" / "data" / "mayor-schedule" / "pittsburgh-2014.csv"


def room(name: str) -> Room:
    """A room known by its name."""
    return Room(id=RoomId(name.casefold().replace(" ", "-")), name=name)


PLACES = (
    Place(
        id=PlaceId("hall"),
        name="City Hall",
        aliases=("Town Hall", "Mayor's Office", "Ayuntamiento"),
        address="12 Harbor Street, Tern Bay, OR 97190",
        position=Position(44.60, -124.05),
        rooms=(room("Council Chamber"), room("Room 401"), room("Aspen Room")),
    ),
    Place(
        id=PlaceId("library"),
        name="Tern Bay Public Library",
        aliases=("Library", "Biblioteca Central"),
        address="300 N. Alder Ave., Tern Bay, OR 97190",
        position=Position(44.61, -124.04),
        rooms=(room("Reading Room"),),
    ),
    Place(id=PlaceId("high"), name="North High School", address="7 School Road, Tern Bay, OR 97191"),
    Place(id=PlaceId("plaza"), name="Plaza Vieja", address="Calle Mayor 5, Tern Bay, OR 97190"),
    Place(id=PlaceId("north-fire"), name="Fire Station 2", aliases=("Engine 2",), address="3 Mill Road, Tern Bay, OR"),
    Place(id=PlaceId("east-center"), name="East Side Community Center", aliases=("Community Center",)),
    Place(id=PlaceId("west-center"), name="West Side Community Center", aliases=("Community Center",)),
)
GAZETTEER = Gazetteer(PLACES)

AT = {
    "City Hall": "hall",
    "  city hall ": "hall",
    "CITY HALL": "hall",
    "The Town Hall": "hall",
    "Location: City Hall": "hall",
    "Mayor&#39;s office, 12 Harbor Street, Tern Bay, OR 97190": "hall",
    "Mayor&amp;#39;s Office": "hall",
    "Mayor’s Office": "hall",
    "12 Harbor St.": "hall",
    "12 harbor st": "hall",
    "City Hall, 12 Harbor St., Tern Bay": "hall",
    "City Hall Lobby, 12 Harbor St.": "hall",
    "Mayor's Office, 5th Floor City Hall, 12 Harbor St., Tern Bay, Or. 97190": "hall",
    "Mayor's Office, 12 Harbor St. 5th Floor Tern Bay, OR 97190": "hall",
    "City Hall - 3rd floor": "hall",
    "City Hall, north entrance": "hall",
    "City Hall (ring at the side door)": "hall",
    "Ayuntamiento, planta 2": "hall",
    "AYUNTAMIENTO": "hall",
    "Rotary Club Tern Bay, 12 Harbor Street, Tern Bay, OR 97190": "hall",
    "Tern Bay City Hall": "hall",
    "City Hall; Microsoft Teams Meeting": "hall",
    "City Hall / Zoom": "hall",
    "Library": "library",
    "Biblioteca Central": "library",
    "biblioteca central, sala 3": "library",
    "300 North Alder Avenue": "library",
    "Tern Bay Public Library, 300 N Alder Ave": "library",
    "Library, 2nd floor": "library",
    "North High School": "high",
    "North High School, 7 School Rd, Tern Bay OR 97191": "high",
    "Calle Mayor 5": "plaza",
    "Plaza Vieja, Calle Mayor 5": "plaza",
    "Fire Station 2": "north-fire",
    "Engine 2": "north-fire",
    "Fire Station 2, 3 Mill Rd": "north-fire",
    "Engine 2 3 Mill Road, Tern Bay": "north-fire",
    "East Side Community Center": "east-center",
}

NOT_KNOWN = (
    "",
    "   ",
    "TBD",
    "tba",
    "Location: TBD",
    "see notes",
    "Por confirmar",
    "Boston City Hall",
    "boston city hall",
    "BOSTON CITY HALL",
    "City Hall, Springfield",
    "City Hall, Springfield, OR 97477",
    "City Hall of Springfield",
    "Old City Hall",
    "City Hall Annex",
    "City Hall, 500 Elm Street",
    "City Hall, 14 Harbor Street, Tern Bay, OR",
    "14 Harbor Street",
    "12 Harbor Avenue",
    "12 Harbor Street, Springfield, OR 97477",
    "Springfield, 12 Harbor Street",
    "112 Harbor Street",
    "North Library",
    "Library Annex",
    "Leominster Library",
    "North High School, Springfield",
    "South High School",
    "High School",
    "Fire Station",
    "Fire Station 7",
    "Fire Station 2, 5 Mill Road",
    "Engine 21",
    "Community Center",
    "City Hall to Library",
    "Calle Mayor 15",
    "Harbor Street",
    "Tern Bay, OR",
    "Washington, DC",
    "Smith residence",
    "Teams room 2",
    "Microsoft Teams Meeting; Birch Room",
    "Airport",
)

ON_A_CALL = (
    "Zoom",
    "https://zoom.us/j/5551234?pwd=abc",
    "Zoom https://us02web.zoom.us/j/5551234",
    "Microsoft Teams Meeting",
    "MS Teams",
    "Google Meet",
    "https://meet.google.com/abc-defg-hij",
    "Conference call",
    "Phone call",
    "Virtual",
    "Online",
    "Dial-in 555-010-4477",
    "Videollamada",
    "en línea",
    "Por teléfono",
    "Webex (Meeting ID 5551234 Passcode 99)",
)


@pytest.mark.parametrize(("typed", "place"), AT.items())
def test_a_known_place_is_found_however_it_is_spelt(typed: str, place: str) -> None:
    """One place has many spellings; each that is not seen doubles the false alarms about drives."""
    found = GAZETTEER.find(typed)
    assert (found.whereabouts, found.place) == (Whereabouts.AT_PLACE, place)


@pytest.mark.parametrize("typed", NOT_KNOWN)
def test_what_could_be_another_place_stays_unknown(typed: str) -> None:
    """A wrong answer sends the mayor to the wrong town without a word."""
    assert GAZETTEER.find(typed) == UNKNOWN


@pytest.mark.parametrize("typed", ON_A_CALL)
def test_a_call_has_no_place(typed: str) -> None:
    """Nobody drives to a call."""
    assert GAZETTEER.find(typed) == VIRTUAL


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("City Hall, Room 401", "room-401"),
        ("Room 401", "room-401"),
        ("Council Chamber", "council-chamber"),
        ("Council Chamber, 12 Harbor Street", "council-chamber"),
        ("Aspen Room, City Hall; Microsoft Teams Meeting", "aspen-room"),
        ("City Hall, Room 402", None),
        ("City Hall", None),
    ],
)
def test_a_room_is_told_with_its_place(typed: str, expected: str | None) -> None:
    """A room that is named is the room that is taken; a hybrid meeting is in its room."""
    found = GAZETTEER.find(typed)
    assert (found.place, found.room) == ("hall", expected)


@pytest.mark.parametrize(("metres", "is_there"), [(140, True), (160, False)])
def test_a_position_near_a_place_is_that_place(metres: int, is_there: bool) -> None:  # noqa: FBT001
    """The border is at 150 m; a degree of latitude is about 111.2 km."""
    point = Position(44.60 + metres / 111_195, -124.05)
    found = GAZETTEER.find("Somebody's kitchen", point)
    assert found == (Found(Whereabouts.AT_PLACE, PlaceId("hall")) if is_there else UNKNOWN)


def test_a_position_far_away_contradicts_the_text() -> None:
    """A city hall 60 km away is another city's."""
    assert GAZETTEER.find("City Hall", Position(44.05, -123.09)) == UNKNOWN


def test_a_position_goes_before_the_text_and_keeps_its_room() -> None:
    """The pin says where; the text may still say which room."""
    assert GAZETTEER.find("Room 401", Position(44.60, -124.05)).room == "room-401"
    assert GAZETTEER.find("Library", Position(44.60, -124.05)).place == "hall"


def test_a_real_schedule_finds_its_city_hall_and_nothing_else() -> None:
    """177 spellings of about 110 places; every one with the city hall's street and number is the city hall."""
    if not REAL_SCHEDULE.exists():
        pytest.skip("the real schedule is not beside this repository")
    hall = Place(
        id=PlaceId("hall"),
        name="City-County Building",
        aliases=("Mayor's Office", "City Hall"),
        address="414 Grant Street, Pittsburgh, PA 15219",
    )
    hotel = Place(id=PlaceId("hotel"), name="Hilton", aliases=("Convention Center",), address="600 Grant Street")
    gazetteer = Gazetteer((hall, hotel))
    with REAL_SCHEDULE.open(encoding="utf-8", newline="") as file:
        typed = [row["location"] for row in csv.DictReader(file)]
    theirs = [text for text in typed if re.search(r"414 Grant|City-County", text)]
    found = [gazetteer.find(text).place for text in theirs]
    wrong = [text for text in typed if text not in theirs and gazetteer.find(text).place is not None]
    assert len(theirs) >= 186
    assert [tidy(text) for text, place in zip(theirs, found, strict=True) if place != "hall"] == []
    assert wrong == []
