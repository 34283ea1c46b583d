"""Forty real calendars of five city halls, through the command line, as a city's IT would connect them."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import icalendar
import pytest
import recurring_ical_events
from click.testing import CliRunner

from tests.builders import ZONE
from tests.web.commands.conftest import PLACES, POLICY, _logs_as_before, bare  # noqa: F401  # a fixture
from web.commands import main

FIRST, LAST = date(2026, 1, 1), date(2027, 1, 1)
TWO_YEARS = 800
SETTINGS = f"""
data_dir = "."
policy_file = "policy.toml"
places_file = "places.toml"
[sync]
window_back_days = {TWO_YEARS}
window_ahead_days = {TWO_YEARS}
"""


def runs(office: Path, *words: str, code: int = 0) -> Any:
    """What `antechamber` answers in JSON."""
    settings = ("--settings", str(office / "antechamber.toml"))
    result = CliRunner().invoke(main, [*settings, *words, "--json"], env=bare(office))
    assert result.exit_code == code, (result.exit_code, result.stdout[-2000:], result.stderr[-2000:])
    return json.loads(result.stdout)


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """An office of two with a long window."""
    (tmp_path / "antechamber.toml").write_text(SETTINGS)
    (tmp_path / "policy.toml").write_text(POLICY)
    (tmp_path / "places.toml").write_text(PLACES)
    return tmp_path


def expected(path: Path) -> Counter[tuple[float, float]]:
    """The occurrences of 2026 as recurring-ical-events finds them, midnight to midnight of the office's zone."""
    calendar = icalendar.Calendar.from_ical(path.read_bytes())
    start, end = (datetime(day.year, day.month, day.day, tzinfo=ZONE) for day in (FIRST, LAST))
    found: Counter[tuple[float, float]] = Counter()
    for event in recurring_ical_events.of(calendar).between(start - timedelta(days=1), end + timedelta(days=1)):
        first, last = _instant(event["DTSTART"].dt), _instant(event["DTEND"].dt)
        if not isinstance(event["DTSTART"].dt, datetime):
            last = max(last, _instant(event["DTSTART"].dt + timedelta(days=1)))
        if first < end and (start < last or first == last >= start):
            found[first.timestamp(), last.timestamp()] += 1
    return found


def _instant(at: date) -> datetime:
    whole = at if isinstance(at, datetime) else datetime(at.year, at.month, at.day, tzinfo=ZONE)
    return whole.replace(tzinfo=ZONE) if whole.tzinfo is None else whole


def test_forty_feeds_of_which_one_is_no_calendar(office: Path, real_data: Path) -> None:
    """39 are read, each with the occurrences that the library finds; the fortieth is told for what it is."""
    feeds = sorted((real_data / "city-calendars").glob("*/*.ics"))
    names = {f"{path.parent.name}-{path.stem}": path for path in feeds}
    for name, path in names.items():
        words = ("calendars", "add", name, str(path), "--owner", "mayor", "--zone", str(ZONE), "--no-read")
        runs(office, *words)
    told = runs(office, "sync", code=3)
    states = Counter(one["state"] for one in told["calendars"])
    assert states == {"fresh": 39, "failing": 1}
    (failed,) = [one for one in told["calendars"] if one["state"] == "failing"]
    assert failed["calendar"].startswith("lancaster-pa")
    assert "is not a calendar" in failed["sentence"]
    for name, path in names.items():
        if name == failed["calendar"]:
            continue
        wanted = expected(path)
        told = runs(
            office, "events", "--from", str(FIRST), "--to", str(LAST), "--calendar", name, code=0 if wanted else 1
        )
        ours = Counter(_pair(one) for one in told)
        assert ours == wanted, name


def _pair(event: dict[str, Any]) -> tuple[float, float]:
    start, end = datetime.fromisoformat(event["start"]), datetime.fromisoformat(event["end"])
    assert start.tzinfo is not None
    return start.astimezone(UTC).timestamp(), end.astimezone(UTC).timestamp()


def test_what_was_read_before_outlives_a_bot_wall(office: Path, real_data: Path) -> None:
    """One day the city's server answers with a web page and status 200."""
    cities = real_data / "city-calendars"
    feed = office / "feed.ics"
    shutil.copy(cities / "durham-nc" / "city-of-durham.ics", feed)
    runs(office, "calendars", "add", "feed", str(feed), "--owner", "mayor")
    days = ("--from", str(FIRST), "--to", str(LAST), "--calendar", "feed")
    before = runs(office, "events", *days)
    assert before
    shutil.copy(cities / "lancaster-pa" / "city-of-lancaster.ics", feed)
    told = runs(office, "sync", code=3)
    assert "What was read before is kept" in told["calendars"][0]["sentence"]
    assert runs(office, "events", *days) == before
