"""The office's policy file, and everything that can be wrong in it."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from agenda.model.hours import WallSpan
from agenda.model.ids import PersonId, PlaceId
from agenda.model.people import Standing
from agenda.model.planning import Limits, Weights
from agenda.model.requests import Priority
from config import BadConfigError, CountryHolidays, read_places, read_policy

HEAD = """
[office]
name = "The Mayor's Office"
zone = "America/Los_Angeles"
organizer = "office@ternbay.example"
[hours]
mon-fri = ["08:30-12:00", "13:00-18:00"]
sat = "10:00-24:00"
"""
MAYOR = """
[[people]]
id = "mayor"
name = "Ana Ortega"
email = "mayor@ternbay.example"
standing = "principal"
base = "hall"
"""


def written(folder: Path, text: str) -> Path:
    """A policy file with that text."""
    path = folder / "policy.toml"
    path.write_text(text, encoding="utf-8")
    return path


def mistakes(folder: Path, text: str) -> dict[str, str]:
    """The English sentence of every mistake, by key."""
    with pytest.raises(BadConfigError) as caught:
        read_policy(written(folder, text), places={PlaceId("hall")})
    return {problem.field: str(problem) for problem in caught.value.problems}


def test_a_short_policy_is_enough(tmp_path: Path) -> None:
    """A name, a zone, hours and a principal; the rest has defaults."""
    policy, people = read_policy(written(tmp_path, HEAD + MAYOR), limits=Limits(workers=7))
    assert policy.zone == ZoneInfo("America/Los_Angeles")
    assert policy.hours.of(date(2026, 11, 23)) == (WallSpan(time(8, 30), time(12)), WallSpan(time(13), time(18)))
    assert policy.hours.of(date(2026, 11, 28)) == (WallSpan(time(10), time.max),)
    assert policy.hours.of(date(2026, 11, 29)) == ()
    assert policy.lunch is None
    assert (policy.limits.workers, policy.limits.options) == (7, 5)
    assert people[PersonId("mayor")].standing is Standing.PRINCIPAL
    assert people[PersonId("mayor")].hours is None


def test_everything_can_be_said(tmp_path: Path) -> None:
    """Each key arrives where the model has it."""
    policy, people = read_policy(
        written(
            tmp_path,
            HEAD
            + """
[liked_hours]
monday = ["10:00-12:00"]
[lunch]
window = "11:30-14:00"
minutes = 45
hard = true
[buffers]
short_min = 5
long_min = 20
long_from_min = 90
[holidays]
country = "us"
part = "ma"
[requests]
default_duration_min = 45
lead_days = 21
[options]
grid_min = 30
apart_min = 60
count = 8
[weights]
travel_minute = 2
[priorities]
1 = "Emergency"
courtesy = "Courtesy"
[reading]
stale_after_min = 90
[[people]]
id = "treasurer"
name = "Ibai"
email = "t@ternbay.example"
language = "es"
title = "Treasurer"
[people.hours]
tuesday = "09:00-13:00"
"""
            + MAYOR,
        )
    )
    assert (policy.lunch, policy.lunch_min) == (WallSpan(time(11, 30), time(14)), 45)
    assert policy.lunch_is_hard is True
    assert (policy.buffer_min(timedelta(minutes=89)), policy.buffer_min(timedelta(minutes=90))) == (5, 20)
    assert (policy.holiday_country, policy.holiday_part) == ("US", "MA")
    assert (policy.default_duration_min, policy.lead_days) == (45, 21)
    assert (policy.grid_min, policy.apart_min, policy.limits.options) == (30, 60, 8)
    assert (policy.weights.travel_minute, policy.weights.lunch_lost) == (2, 50)
    assert policy.priorities == {Priority.EMERGENCY: "Emergency", Priority.COURTESY: "Courtesy"}
    assert policy.stale_after == timedelta(minutes=90)
    assert list(people) == ["treasurer", "mayor"]
    hours = people[PersonId("treasurer")].hours
    assert hours is not None
    assert hours.of(date(2026, 11, 24)) == (WallSpan(time(9), time(13)),)


@pytest.mark.parametrize(
    ("text", "key", "said"),
    [
        (HEAD.replace("Los_Angeles", "Los_Angels") + MAYOR, "office.zone", "such as Europe/Madrid"),
        (HEAD.replace("mon-fri", "mon-fry") + MAYOR, "hours.mon-fry", "expected a weekday"),
        (HEAD.replace("08:30-12:00", "12:00-08:30") + MAYOR, "hours.mon-fri[1]", "such as 08:30-18:00"),
        (HEAD.replace("08:30-12:00", "08:30-13:30") + MAYOR, "hours.mon-fri", "overlap"),
        (HEAD.replace("sat =", "friday =") + MAYOR, "hours.friday", "another key has said"),
        (HEAD.replace("office@ternbay", "office at ternbay") + MAYOR, "office.organizer", "a mail address"),
        (HEAD + "[weights]\ntravel_minute = -1\n" + MAYOR, "weights.travel_minute", "0 to 100000, not -1"),
        (HEAD + "[weights]\ntravel_minutes = 1\n" + MAYOR, "weights.travel_minutes", "was travel_minute meant?"),
        (HEAD + "[weights]\ntravel_minute = 1.5\n" + MAYOR, "weights.travel_minute", "a whole number, not 1.5"),
        (HEAD + "[lunch]\nwindow = '12:00-12:20'\n" + MAYOR, "lunch.window", "shorter than the 30 minutes"),
        (HEAD + "[lunch]\nhard = 'yes'\n" + MAYOR, "lunch.hard", "expected true or false, not 'yes'"),
        (HEAD + "[options]\ngrid_min = 25\n" + MAYOR, "options.grid_min", "divide an hour"),
        (HEAD + "[holidays]\ncountry = 'XX'\n" + MAYOR, "holidays.country", "ISO 3166"),
        (HEAD + "[holidays]\ncountry = 'US'\npart = 'QQ'\n" + MAYOR, "holidays.part", "QQ of US"),
        (HEAD + "[priorities]\n7 = 'x'\n" + MAYOR, "priorities.7", "nobody knows this key"),
        (HEAD + "[lunhc]\nminutes = 3\n" + MAYOR, "lunhc", "was lunch meant?"),
        (HEAD + "people = 3\n".join(["", ""]), "people", "principal"),
        (HEAD + MAYOR.replace('"hall"', '"halle"'), "people[1].base", "no place has the id 'halle'"),
        (HEAD + MAYOR.replace("principal", "boss"), "people[1].standing", "principal, official or staff"),
        (HEAD + MAYOR.replace("mayor@", "mayor"), "people[1].email", "a mail address"),
        (HEAD + MAYOR.replace('id = "mayor"', 'id = "The Mayor"'), "people[1].id", "small letters"),
        (HEAD + MAYOR + MAYOR.replace("mayor@", "m@"), "people[2].id", "taken"),
        (HEAD + MAYOR + MAYOR.replace('"mayor"', '"deputy"').replace("Ana", "Eva"), "people[2].email", "Ana Ortega"),
        (HEAD + MAYOR + "[people.hours]\nmoonday = '09:00-10:00'\n", "people[1].hours.moonday", "a weekday"),
        (MAYOR, "hours", "working hours"),
    ],
)
def test_a_mistake_names_its_key_and_what_was_expected(tmp_path: Path, text: str, key: str, said: str) -> None:
    """The file, the key, what was expected."""
    told = mistakes(tmp_path, text)
    assert key in told
    assert said in told[key]
    assert "policy.toml: " in told[key]


def test_all_mistakes_come_at_once(tmp_path: Path) -> None:
    """And the sentence of the whole says each."""
    text = HEAD.replace("Los_Angeles", "X") + "[buffers]\nshort_min = -3\n" + MAYOR.replace('"hall"', '"attic"')
    told = mistakes(tmp_path, text)
    assert set(told) == {"office.zone", "buffers.short_min", "people[1].base"}
    with pytest.raises(BadConfigError) as caught:
        read_policy(written(tmp_path, text), places={PlaceId("hall")})
    assert all(sentence in str(caught.value) for sentence in told.values())


def test_the_examples_of_the_handbook_are_read(tmp_path: Path) -> None:
    """What people copy has to work, both files together."""
    text = (Path(__file__).parents[2] / "docs" / "policy.md").read_text(encoding="utf-8")
    policy, places = re.findall(r"^```toml\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    (tmp_path / "places.toml").write_text(places, encoding="utf-8")
    with pytest.raises(BadConfigError) as caught:
        read_places(tmp_path / "places.toml")
    assert [problem.field for problem in caught.value.problems] == ["minutes[1].to"], "the airport is left out there"
    airport = '[[places]]\nid = "airport"\nname = "Airport"\n[[minutes]]'
    (tmp_path / "places.toml").write_text(places.replace("[[minutes]]", airport), encoding="utf-8")
    travel = read_places(tmp_path / "places.toml")
    found, people = read_policy(written(tmp_path, policy), places=travel.places.keys())
    assert found.weights == Weights()
    assert people[PersonId("mayor")].base in travel.places


def test_holidays_are_those_of_the_part_within_the_days() -> None:
    """The end is not included; a country nobody named rests on no day."""
    found = CountryHolidays("US", "MA").between(date(2026, 11, 26), date(2026, 12, 25))
    assert {day: str(name) for day, name in found.items()} == {date(2026, 11, 26): "Thanksgiving Day"}
    over_new_year = CountryHolidays("us", "ma").between(date(2026, 12, 25), date(2027, 1, 2))
    assert list(over_new_year) == [date(2026, 12, 25), date(2027, 1, 1)]
    assert date(2026, 4, 20) in CountryHolidays("US", "MA").between(date(2026, 1, 1), date(2027, 1, 1))
    assert date(2026, 4, 20) not in CountryHolidays("US").between(date(2026, 1, 1), date(2027, 1, 1))
    assert CountryHolidays("").between(date(2026, 1, 1), date(2027, 1, 1)) == {}
