"""Calendars of real cities, and the schedule of a real mayor: read from a terminal, and planned into."""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from agenda.actions.take_in import Draft
from agenda.model.calendars import Calendar, Provider, SyncState
from agenda.model.ids import CalendarId, PersonId
from agenda.model.planning import Plan
from agenda.model.times import days_of
from tests.builders import at
from tests.fakes import SetClock
from tests.web.commands.conftest import PLACES, POLICY, Terminal, bare
from web import wiring
from web.commands import main

MAYOR, DEPUTY = PersonId("mayor"), PersonId("deputy")
MONDAY = date(2014, 3, 3)


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """A terminal with an office of two."""
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "policy.toml").write_text(POLICY, encoding="utf-8")
    (folder / "places.toml").write_text(PLACES, encoding="utf-8")
    return Terminal(folder, bare(folder))


def opened(terminal: Terminal, clock: SetClock | None = None) -> wiring.Household:
    """The office of the terminal, opened here."""
    env = {name: value for name, value in {**os.environ, **terminal.env}.items() if value is not None}
    return wiring.build(wiring.settings_from(None, env), env, clock=clock)


def test_forty_feeds_of_cities(terminal: Terminal, real_data: Path) -> None:
    """39 are read; the one that is a web page is called so, and what was read of it before is kept."""
    feeds = sorted((real_data / "city-calendars").glob("*/*.ics"))
    assert len(feeds) == 40
    with opened(terminal) as household:
        for feed in feeds:
            name = f"{feed.parent.name}-{feed.stem}".casefold()
            household.office.connect.add(
                Calendar(
                    id=CalendarId(name),
                    name=name,
                    owner=MAYOR,
                    provider=Provider.ICS_FILE,
                    address=str(feed),
                    zone="America/New_York",
                    counts_as_busy=False,
                )
            )
    told = terminal.told("sync", code=3)
    failing = [one for one in told["calendars"] if one["state"] != "fresh"]
    assert [one["calendar"] for one in failing] == ["lancaster-pa-city-of-lancaster"]
    assert "is not a calendar" in failing[0]["sentence"]
    assert sum(one["added"] for one in told["calendars"]) > 2000
    again = terminal.told("sync", code=3)
    assert sum(one["added"] + one["changed"] + one["removed"] for one in again["calendars"]) == 0


@pytest.fixture
def household(terminal: Terminal, real_data: Path) -> Iterator[wiring.Household]:
    """An office on a Friday of 2014, with the mayor's schedule imported and an empty calendar of the deputy."""
    empty = terminal.feed("empty.ics")
    schedule = real_data / "mayor-schedule" / "pittsburgh-2014.csv"
    places = terminal.folder / "places.toml"
    places.write_text(PLACES.replace("1 Harbor Square", usual_place(schedule)), encoding="utf-8")
    with opened(terminal, SetClock(at(MONDAY - timedelta(days=3), "08:00"))) as made:
        for owner, provider, path in ((MAYOR, Provider.CSV_FILE, schedule), (DEPUTY, Provider.ICS_FILE, empty)):
            made.office.connect.add(
                Calendar(
                    id=CalendarId(owner),
                    name=owner,
                    owner=owner,
                    provider=provider,
                    address=str(path),
                    zone="America/New_York",
                )
            )
        yield made


def usual_place(schedule: Path) -> str:
    """The place that stands in the file most often: the city hall."""
    with schedule.open(encoding="utf-8-sig", newline="") as file:
        return Counter(row["location"] for row in csv.DictReader(file)).most_common(1)[0][0]


def test_a_meeting_finds_its_place_in_a_real_week(household: wiring.Household, real_data: Path) -> None:
    """45 minutes with two officials: at least five slots, none over anything that stands in the file."""
    reports = household.office.pull.round()
    assert [one.state for one in reports] == [SyncState.FRESH] * 2
    request = household.office.take_in.request(
        Draft(
            title="Budget",
            duration_min=45,
            first_day=MONDAY,
            last_day=MONDAY + timedelta(days=4),
            required=(MAYOR, DEPUTY),
            place="city-hall",
        )
    )
    proposal = household.office.propose.options(request.id)
    assert isinstance(proposal.answer, Plan)
    assert len(proposal.options) >= 5
    week = days_of(MONDAY, MONDAY + timedelta(days=5), household.office.policy.zone)
    events = household.office.look.events(week, None, MAYOR)
    assert len(events) == rows_of_the_week(real_data)
    for option in proposal.options:
        assert week.contains(option.slot)
        assert not [event for event in events if event.takes_time and event.interval.overlaps(option.slot)]
    meeting = household.office.decide.confirm(proposal.id, 0, by="Sam")
    assert meeting.slot == proposal.options[0].slot


def rows_of_the_week(real_data: Path) -> int:
    """How many rows of the file begin in that week, counted without our importer."""
    days = {f"{day.month}/{day.day}/{day.year}" for day in (MONDAY + timedelta(days=n) for n in range(5))}
    with (real_data / "mayor-schedule" / "pittsburgh-2014.csv").open(encoding="utf-8-sig", newline="") as file:
        return sum(row["date"] in days for row in csv.DictReader(file))


def test_the_slips_of_the_schedule_are_listed(terminal: Terminal, real_data: Path) -> None:
    """Missing ends, ends before their starts, missing places, one place under many spellings; each with its line."""
    path = real_data / "mayor-schedule" / "pittsburgh-2014.csv"
    result = CliRunner().invoke(main, ["import", str(path), "--owner", "mayor"], env=terminal.env)
    assert result.exit_code == 0, result.stderr
    assert "358 new" in result.stdout
    report = terminal.told("sync", "pittsburgh-2014")
    assert report["calendars"][0]["state"] == "fresh"
    (state,) = terminal.told("calendars", "list")
    told = [one["sentence"] for one in state["problems"]]
    assert sum("has no end" in one or "neither start nor end" in one for one in told) == 20
    assert sum("ends before it starts" in one for one in told) == 6
    assert any("written in 23 ways" in one for one in told)
