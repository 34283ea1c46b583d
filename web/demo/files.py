"""The demo office's three files, written as a city's IT would write them, so that their readers are used in earnest."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from pathlib import Path

from agenda.model.people import Person
from agenda.model.places import Place
from agenda.model.travel import rough_minutes
from web.demo import city

HEAD = "# Written for the demo office. Everybody and everything in it is invented.\n"


def _text(value: str) -> str:
    """A TOML basic string; JSON writes strings the same way."""
    return json.dumps(value, ensure_ascii=False)


def _list(values: Iterable[str]) -> str:
    return "[" + ", ".join(_text(value) for value in values) + "]"


def settings_toml() -> str:
    """The deployment: everything beside this file, calendars on loopback, no mail server."""
    return f"""{HEAD}
data_dir = "."
policy_file = "policy.toml"
places_file = "places.toml"
demo = true

[sync]
allow_private_addresses = true  # the demo's calendar server listens on loopback
interval_s = 60
window_back_days = 30
window_ahead_days = 120
"""


def policy_toml() -> str:
    """The policy and the eight officials."""
    people = "\n".join(_person(person) for person in city.PEOPLE)
    return f"""{HEAD}
[office]
name = {_text(city.OFFICE)}
zone = "{city.ZONE}"
organizer = "office@{city.DOMAIN}"

[hours]
mon-fri = ["08:00-18:30"]

[liked_hours]
mon-fri = ["09:30-12:00", "13:30-16:30"]

[lunch]
window = "11:30-14:00"
minutes = 30
hard = false

[buffers]
short_min = 5
long_min = 10
long_from_min = 60

[holidays]
country = "US"
part = "{city.STATE}"

[requests]
default_duration_min = 30
lead_days = 14

[options]
grid_min = 15
apart_min = 120
count = 5

[weights]
travel_minute = 1
lunch_lost = 50

[priorities]
1 = "Emergency and statutory duty"
2 = "The mayor's goals"
3 = "City business"
4 = "Community and ceremony"
5 = "Courtesy"

{people}"""


def _person(person: Person) -> str:
    return f"""[[people]]
id = {_text(person.id)}
name = {_text(person.name)}
email = {_text(person.email)}
title = {_text(person.title)}
standing = {_text(person.standing.value)}
base = {_text(person.base or "")}
language = {_text(person.language)}
"""


def places_toml() -> str:
    """The thirty places, and the minutes somebody measured between some of them."""
    places = "\n".join(_place(place) for place in city.PLACES)
    return f"""{HEAD}
assumed_min = 30

[service_box]
south = {city.CENTER.lat - 0.3:.3f}
west = {city.CENTER.lon - 0.4:.3f}
north = {city.CENTER.lat + 0.3:.3f}
east = {city.CENTER.lon + 0.4:.3f}

{places}
{_minutes()}"""


def _place(place: Place) -> str:
    lines = [
        "[[places]]",
        f"id = {_text(place.id)}",
        f"name = {_text(place.name)}",
        f"aliases = {_list(place.aliases)}",
        f"address = {_text(place.address)}",
        f"kind = {_text(place.kind)}",
        f"arrive_min = {place.arrive_min}",
        f"leave_min = {place.leave_min}",
    ]
    if place.position is not None:
        lines += [f"lat = {place.position.lat}", f"lon = {place.position.lon}"]
    for room in place.rooms:
        lines += ["[[places.rooms]]", f"id = {_text(room.id)}", f"name = {_text(room.name)}", f"seats = {room.seats}"]
    return "\n".join(lines) + "\n"


def _minutes() -> str:
    """Drives that somebody measured: longer than the crow flies, and not the same there and back."""
    measured = random.Random("minutes")  # noqa: S311  # it makes data, not keys
    pins = {place.id: place.position for place in city.PLACES}
    tables = []
    for start in city.MEASURED:
        for goal in city.MEASURED:
            a, b = pins[start], pins[goal]
            if start != goal and a is not None and b is not None:
                minutes = round(rough_minutes(a, b) * measured.uniform(1.0, 1.3))
                tables.append(f"[[minutes]]\nfrom = {_text(start)}\nto = {_text(goal)}\nminutes = {minutes}\n")
    return "\n".join(tables)


def write(folder: Path) -> Path:
    """Write all three; the path of the settings file comes back."""
    for name, text in (("policy.toml", policy_toml()), ("places.toml", places_toml())):
        (folder / name).write_text(text, encoding="utf-8")
    settings = folder / "antechamber.toml"
    settings.write_text(settings_toml(), encoding="utf-8")
    return settings
