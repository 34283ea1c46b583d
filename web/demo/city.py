"""Port Merrow, a city that does not exist: its officials, its places, and how people there spell them."""

from __future__ import annotations

import math
from dataclasses import dataclass

from agenda.model.ids import PersonId, PlaceId, RoomId
from agenda.model.people import Person, Standing
from agenda.model.places import Place, Position, Room

CITY = "Port Merrow"
STATE = "MA"
POSTCODE = "01008"
OFFICE = f"Office of the Mayor of {CITY}"
DOMAIN = "portmerrow.example"
ZONE = "America/New_York"
CENTER = Position(42.086, -70.641)
KM_OF_LAT = 111.195

HALL = PlaceId("city-hall")
MAYOR = PersonId("mayor")


def _person(
    name: str, full: str, title: str, base: str, language: str = "en", standing: Standing = Standing.OFFICIAL
) -> Person:
    return Person(
        id=PersonId(name),
        name=full,
        email=f"{name}@{DOMAIN}",
        title=title,
        standing=standing,
        base=PlaceId(base),
        language=language,
    )


PEOPLE: tuple[Person, ...] = (
    _person("mayor", "Marisol Quintero Vane", "Mayor", "city-hall", standing=Standing.PRINCIPAL),
    _person("deputy", "Edmund Hallowby", "Deputy Mayor", "city-hall"),
    _person("council", "Josefina Arandela", "Council President", "city-hall", "es"),
    _person("treasurer", "Walter Pimmick", "Treasurer", "treasury"),
    _person("police", "Bernadette Oakstone", "Police Chief", "police"),
    _person("works", "Tomás Iriartegui", "Director of Public Works", "works-depot", "es"),
    _person("chief-of-staff", "Harriet Lindquill", "Chief of Staff", "city-hall"),
    _person("press", "Joaquín Belmonteño", "Director of Communications", "city-hall", "es"),
)


@dataclass(frozen=True, slots=True)
class _Spot:
    """A place as the table below writes it; kilometres east and north of the centre."""

    id: str
    name: str
    aliases: tuple[str, ...]
    street: str
    east: float
    north: float
    kind: str
    arrive: int = 3
    leave: int = 2
    rooms: tuple[tuple[str, str, int], ...] = ()


SPOTS: tuple[_Spot, ...] = (
    _Spot(
        "city-hall",
        "City Hall",
        (
            "Mayor's Office",
            "Office of the Mayor",
            "Ayuntamiento",
            "Alcaldía",
            "Council Chambers",
            "Port Merrow City Hall",
        ),
        "40 Beacon Street",
        0.0,
        0.0,
        "civic",
        2,
        1,
        (
            ("chamber", "Council Chamber", 60),
            ("mayors-conference-room", "Mayor's Conference Room", 14),
            ("room-210", "Room 210", 8),
            ("press-room", "Press Room", 25),
        ),
    ),
    _Spot(
        "treasury",
        "Treasury Building",
        ("Tesorería", "Finance Department"),
        "12 Exchange Place",
        0.3,
        0.1,
        "civic",
        2,
        1,
        (("ledger-room", "Ledger Room", 10),),
    ),
    _Spot(
        "police",
        "Police Headquarters",
        ("Police HQ", "Jefatura de Policía"),
        "200 Harbor Boulevard",
        1.6,
        -0.7,
        "civic",
        4,
        2,
        (("watch-room", "Watch Room", 20),),
    ),
    _Spot(
        "works-depot",
        "Public Works Depot",
        ("DPW Yard", "Depósito Municipal"),
        "15 Quarry Road",
        -3.4,
        2.1,
        "civic",
        3,
        2,
    ),
    _Spot("fire-1", "Fire Station 1", ("Engine 1", "Parque de Bomberos"), "88 Mill Street", 0.9, 1.2, "civic"),
    _Spot(
        "library",
        "Merrow Public Library",
        ("Central Library", "Biblioteca Central"),
        "5 Linden Square",
        -0.4,
        0.6,
        "culture",
        3,
        2,
        (("reading-room", "Reading Room", 40),),
    ),
    _Spot("museum", "Museum of Tides", ("Museo de las Mareas",), "71 Wharf Street", 1.1, -1.3, "culture"),
    _Spot("theater", "Lantern Theater", ("Teatro Linterna",), "330 Beacon Street", 0.8, 0.3, "culture", 5, 4),
    _Spot(
        "school-north",
        "Hillcrest Elementary School",
        ("Hillcrest School", "Escuela Hillcrest"),
        "9 Orchard Lane",
        -2.2,
        4.4,
        "school",
        5,
        3,
    ),
    _Spot("school-high", "Merrow High School", ("Instituto Merrow",), "450 Summit Avenue", 2.8, 3.9, "school", 6, 3),
    _Spot(
        "college", "Saltmarsh Community College", ("Saltmarsh College",), "1 Causeway Drive", 6.2, -2.5, "school", 8, 5
    ),
    _Spot(
        "hospital", "Saint Brannoc Hospital", ("Hospital San Brannoc",), "600 Summit Avenue", 3.3, 4.6, "health", 8, 5
    ),
    _Spot(
        "clinic", "Eastgate Health Center", ("Centro de Salud Eastgate",), "27 Eastgate Road", 4.1, 0.8, "health", 5, 3
    ),
    _Spot(
        "senior", "Larkspur Senior Center", ("Centro de Mayores Larkspur",), "18 Larkspur Lane", -1.9, -2.6, "community"
    ),
    _Spot(
        "community-south",
        "Southfield Community Center",
        ("Centro Comunitario Southfield",),
        "240 Southfield Avenue",
        -0.8,
        -4.9,
        "community",
    ),
    _Spot("market", "Old Fish Market", ("Mercado Viejo",), "2 Wharf Street", 1.3, -1.0, "community"),
    _Spot("church", "Church of the Anchor", ("Iglesia del Ancla",), "56 Chapel Street", -1.1, 1.4, "faith"),
    _Spot("temple", "Temple Beth Harim", (), "390 Linden Avenue", -2.7, 0.2, "faith"),
    _Spot("park", "Founders Park", ("Parque de los Fundadores",), "100 Park Drive", -1.4, 2.9, "park", 4, 3),
    _Spot("stadium", "Gull Stadium", ("Estadio Gaviota",), "700 Gull Way", 4.9, 2.2, "sport", 10, 8),
    _Spot("rink", "Icehouse Rink", ("Pista de Hielo",), "31 Foundry Street", 2.0, 1.7, "sport"),
    _Spot(
        "harbor",
        "Harbor Authority",
        ("Autoridad Portuaria",),
        "1 Pier Road",
        2.4,
        -1.9,
        "civic",
        4,
        2,
        (("pilot-room", "Pilot Room", 12),),
    ),
    _Spot("station", "Central Station", ("Estación Central",), "60 Station Square", 0.5, -0.5, "transport", 4, 4),
    _Spot(
        "airport",
        "Merrow Regional Airport",
        ("Aeropuerto Regional",),
        "900 Airport Highway",
        9.1,
        6.4,
        "transport",
        15,
        10,
    ),
    _Spot(
        "chamber-commerce",
        "Chamber of Commerce",
        ("Cámara de Comercio",),
        "145 Exchange Place",
        0.4,
        0.2,
        "business",
        3,
        2,
        (("board-room", "Board Room", 18),),
    ),
    _Spot(
        "hotel",
        "Hotel Meridian",
        ("The Meridian",),
        "21 Harbor Boulevard",
        1.0,
        -0.4,
        "business",
        5,
        4,
        (("ballroom", "Ballroom", 220),),
    ),
    _Spot("radio", "Radio WMRW", ("WMRW Studio",), "512 Tower Road", -4.6, -1.2, "press", 5, 3),
    _Spot("television", "Channel 9 Studios", ("Canal 9",), "77 Foundry Street", 2.1, 1.9, "press", 6, 4),
    _Spot("shelter", "Haven Shelter", ("Refugio Haven",), "8 Mill Street", 0.7, 1.0, "community"),
    _Spot(
        "water",
        "Coldwater Treatment Plant",
        ("Planta de Agua Coldwater",),
        "1 Reservoir Road",
        -6.8,
        5.3,
        "civic",
        5,
        3,
    ),
)


def address_of(spot: _Spot) -> str:
    """The whole address, as a letter would have it."""
    return f"{spot.street}, {CITY}, {STATE} {POSTCODE}"


def _place(spot: _Spot) -> Place:
    km_of_lon = KM_OF_LAT * math.cos(math.radians(CENTER.lat))
    position = Position(round(CENTER.lat + spot.north / KM_OF_LAT, 5), round(CENTER.lon + spot.east / km_of_lon, 5))
    return Place(
        id=PlaceId(spot.id),
        name=spot.name,
        aliases=spot.aliases,
        address=address_of(spot),
        position=position,
        kind=spot.kind,
        arrive_min=spot.arrive,
        leave_min=spot.leave,
        rooms=tuple(Room(id=RoomId(room), name=name, seats=seats) for room, name, seats in spot.rooms),
    )


PLACES: tuple[Place, ...] = tuple(_place(spot) for spot in SPOTS)

MEASURED: tuple[PlaceId, ...] = tuple(
    PlaceId(name)
    for name in (
        "city-hall",
        "police",
        "works-depot",
        "library",
        "hospital",
        "airport",
        "school-high",
        "radio",
        "hotel",
    )
)
"""Places between which somebody has measured the drives."""

FULL = f"40 Beacon Street, {CITY}, {STATE} {POSTCODE}"
HALL_SPELLINGS: tuple[str, ...] = (
    "40 Beacon St.",
    "40 Beacon St.",
    "40 Beacon St.",
    "40 Beacon Street",
    FULL,
    f"Mayor&#39;s office, {FULL}",
    f"Mayor&#39;s office, {FULL}",
    f"Mayor's Office, {FULL}",
    f"Mayor's office, {FULL}",
    f"Mayor's Office, 3rd Floor City Hall, 40 Beacon St., {CITY}, {STATE}",
    f"Mayor's Office, 40 Beacon St. 3rd Floor {CITY}, {STATE} {POSTCODE}",
    f"Location:City Hall, {FULL}",
    f"Office of the Mayor, {FULL}",
    "City Hall",
    "City Hall",
    "city hall, 2nd floor",
    "City Hall, Room 210",
    f"City Hall Lobby, 40 Beacon St., {CITY}, {STATE}",
    "Mayor's Conference Room, City Hall",
    f"Mayor&#39;s conference room, {FULL}",
    f"Council Chambers, {FULL}",
    "Council Chamber",
    "Ayuntamiento, planta 3",
    "Alcaldía, 40 Beacon Street",
    "Ayuntamiento",
    "CITY HALL",
)
"""The city hall as it is typed, the common spellings more often."""

STRANGERS: tuple[str, ...] = (
    f"Tamarind Grill, 88 Cutter Street, {CITY}",
    f"Odd Fellows Lodge, 14 Gable Road, {CITY}, {STATE}",
    "Private residence",
    "Foreman's trailer, Pier 4 site",
    "Cafetería La Marea",
    "Pump house",
)
"""Places nobody has put into the file."""

AWAY = "Statehouse Annex, 900 Summit Plaza, Kingsmere, MA"
AWAY_HOTEL = "Lodge Hotel, 12 Governor Street, Kingsmere, MA"
CALLS: tuple[str, ...] = (
    "Microsoft Teams Meeting",
    "https://teams.microsoft.com/l/meetup-join/0000",
    "Zoom Meeting",
    "Videollamada",
    "Phone call",
)
