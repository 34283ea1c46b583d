"""A real mayor's schedule, as an office typed it: read with its slips, and a meeting put into one of its weeks.

Bound: 358 entries; 20 without an end, 6 twelve-hour slips, 11 without a place; five slots that no entry touches.
"""

from __future__ import annotations

import time as stopwatch
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from agenda.model.calendars import Calendar, Provider
from agenda.model.ids import CalendarId, PersonId, PlaceId, RequestId
from agenda.model.people import Attendance
from agenda.model.planning import Plan
from agenda.model.requests import Request
from agenda.model.times import days_of
from tests.fakes import SetClock
from web.wiring import build, settings_from

pytestmark = pytest.mark.bench

SCHEDULE = Path(__file__).parents[3] / "shared" / "data" / "mayor-schedule" / "pittsburgh-2014.csv"
ZONE = "America/New_York"
WEEK = date(2014, 1, 27)
NOW = datetime(2014, 1, 24, 17, tzinfo=UTC)

POLICY = f"""
[office]
name = "Office"
zone = "{ZONE}"
organizer = "office@example.org"
[hours]
mon-fri = ["08:30-18:00"]
[lunch]
window = "11:30-14:00"
minutes = 30
[[people]]
id = "mayor"
name = "The mayor"
email = "mayor@example.org"
standing = "principal"
base = "hall"
[[people]]
id = "deputy"
name = "The deputy"
email = "deputy@example.org"
base = "hall"
"""
PLACES = """
[[places]]
id = "hall"
name = "City-County Building"
aliases = ["Mayor's Office", "City Hall"]
address = "414 Grant Street, Pittsburgh, PA 15219"
"""


def test_a_real_schedule_is_read_and_a_meeting_finds_its_place(tmp_path: Path) -> None:
    """The mayor and the deputy, 45 minutes at city hall, in the last week of January."""
    if not SCHEDULE.exists():
        pytest.skip("the real schedule is not beside this repository")
    (tmp_path / "policy.toml").write_text(POLICY, encoding="utf-8")
    (tmp_path / "places.toml").write_text(PLACES, encoding="utf-8")
    (tmp_path / "antechamber.toml").write_text('data_dir = "data"\n', encoding="utf-8")
    settings = settings_from(tmp_path / "antechamber.toml", {})
    with build(settings, {}, clock=SetClock(NOW)) as household:
        office = household.office
        calendar = Calendar(
            id=CalendarId("schedule"),
            name="The schedule",
            owner=PersonId("mayor"),
            provider=Provider.CSV_FILE,
            address=str(SCHEDULE.resolve()),
            zone=ZONE,
        )
        office.connect.add(calendar)
        started = stopwatch.perf_counter()
        (report,) = office.pull.round()
        read_s = stopwatch.perf_counter() - started
        kinds = Counter(problem.sentence.template for problem in report.problems)
        print(f"\n{report.added} entries in {read_s:.2f} s; told: {sum(kinds.values())}")
        for template, count in kinds.most_common():
            print(f"  {count:4}  {template}")
        with household.store.writing() as unit:
            unit.requests.add(a_meeting())
            unit.commit()
        started = stopwatch.perf_counter()
        proposal = office.propose.options(RequestId("meeting"))
        propose_s = stopwatch.perf_counter() - started
        assert isinstance(proposal.answer, Plan)
        with household.store.reading() as unit:
            events = unit.events.within(days_of(WEEK, WEEK + timedelta(days=5), ZoneInfo(ZONE)))
        print(f"{len(events)} entries that week; {len(proposal.answer.options)} slots in {propose_s:.2f} s:")
        for option in proposal.answer.options:
            print(f"  {option.slot.start.astimezone(ZoneInfo(ZONE)):%a %d %b %H:%M}  {option.score:4} points")
    assert report.added == 358
    assert sum(count for template, count in kinds.items() if "has no end" in template or "neither" in template) == 20
    assert sum(count for template, count in kinds.items() if "ends before it starts" in template) == 6
    assert sum(count for template, count in kinds.items() if "has no place" in template) == 11
    assert len(proposal.answer.options) >= 5
    taken = [event.interval for event in events if event.takes_time]
    assert not [option for option in proposal.answer.options if any(option.slot.overlaps(one) for one in taken)]


def a_meeting() -> Request:
    """Forty-five minutes of the mayor and the deputy."""
    return Request(
        id=RequestId("meeting"),
        title="Winter roads",
        purpose="Agree on the crews.",
        requester="Public works",
        contact="555-0100",
        duration=timedelta(minutes=45),
        attendance=(Attendance(PersonId("mayor")), Attendance(PersonId("deputy"))),
        windows=(days_of(WEEK, WEEK + timedelta(days=5), ZoneInfo(ZONE)),),
        place=PlaceId("hall"),
        created_at=NOW,
    )
