"""What the demo starts with: files their readers accept, feeds, requests, accounts."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import icalendar
import pytest

from agenda.model.calendars import Provider
from agenda.model.ids import PersonId
from agenda.model.people import Role
from agenda.model.requests import Priority
from agenda.model.users import Duty
from config import Secrets, read_office, read_settings
from web.demo import DemoOffice, is_stale, prepare, prepared_on

TODAY = date(2026, 11, 22)


@pytest.fixture
def office(tmp_path: Path) -> DemoOffice:
    """A demo office in an empty folder."""
    return prepare(tmp_path / "demo", TODAY)


def test_the_readers_accept_what_is_written(office: DemoOffice) -> None:
    """The demo is a deployment like any other."""
    settings = read_settings(office.settings, {})
    assert settings.demo
    assert settings.data_dir == office.folder
    assert settings.sync.allow_private_addresses
    assert settings.smtp.host == ""
    policy, directory = read_office(settings)
    assert policy.office_name == "Office of the Mayor of Port Merrow"
    assert directory.principal.name == "Marisol Quintero Vane"
    assert (len(directory.people), len(directory.places)) == (8, 30)
    assert {person.language for person in directory.people.values()} == {"en", "es"}
    assert len(directory.travel.table) == 9 * 8
    assert all(person.base in directory.places for person in directory.people.values())
    assert all(place.position is not None and place.address for place in directory.places.values())


def test_some_drives_are_measured_and_some_are_rough(office: DemoOffice) -> None:
    """Both labels are seen on the first page."""
    _policy, directory = read_office(read_settings(office.settings, {}))
    travel = directory.travel
    qualities = Counter(travel.leg(a, b).quality.value for a in travel.places for b in travel.places)
    assert qualities["table"] == 72
    assert qualities["rough"] == 30 * 29 - 72
    assert max(travel.leg(a, b).minutes for a in travel.places for b in travel.places) < 60


def test_calendars_have_owners_addresses_and_secrets_that_are_there(office: DemoOffice) -> None:
    """Eight to be written to, two that are only read; one of those takes nobody's time."""
    settings = read_settings(office.settings, {})
    kinds = Counter((calendar.provider, calendar.writable) for calendar in office.calendars)
    assert kinds == {(Provider.CALDAV, True): 8, (Provider.ICS_FILE, False): 2}
    assert [calendar.name for calendar in office.calendars if not calendar.counts_as_busy] == ["In town"]
    people = read_office(settings)[1].people
    secrets = Secrets(settings.secrets_dir, {})
    for calendar in office.calendars:
        assert calendar.owner in people
        if calendar.provider is Provider.CALDAV:
            assert calendar.address.startswith("http://127.0.0.1:")
            assert calendar.address.endswith(f"/{calendar.login}/agenda/")
            assert len(secrets.get(calendar.secret).reveal()) >= 20
        else:
            assert Path(calendar.address).read_bytes().startswith(b"BEGIN:VCALENDAR")


def test_feeds_are_calendars_with_series_exceptions_and_slips(office: DemoOffice) -> None:
    """Read back by the library that other calendars are read by."""
    mayor = icalendar.Calendar.from_ical(office.collections[0].ics)
    events = mayor.events
    uids = Counter(str(event["UID"]) for event in events)
    cabinet = [event for event in events if event.get("SUMMARY") == "Cabinet"]
    assert len(cabinet) == uids[str(cabinet[0]["UID"])] == 2
    assert "EXDATE" in cabinet[0]
    assert isinstance(cabinet[1].start, datetime)
    assert "RECURRENCE-ID" in cabinet[1]
    assert sum("DTEND" not in event for event in events) >= 5
    assert any(event.get("CLASS") == "PRIVATE" for event in events)
    assert any(event.get("STATUS") == "TENTATIVE" for event in events)
    assert any(event.get("TRANSP") == "TRANSPARENT" for event in events)
    assert any(len(event.get("ATTENDEE", [])) > 1 for event in events)
    assert len(mayor.timezones) == 1
    other = icalendar.Calendar.from_ical(office.collections[1].ics)
    assert any(event["UID"] == cabinet[0]["UID"] for event in other.events)


def test_the_same_day_gives_the_same_bytes(tmp_path: Path) -> None:
    """Everything but the password."""
    one, other = prepare(tmp_path / "a", TODAY), prepare(tmp_path / "b", TODAY)
    assert one.collections == other.collections
    assert one.requests == other.requests
    for name in ("policy.toml", "places.toml", "antechamber.toml", "council-committees.ics", "in-town.ics"):
        assert (one.folder / name).read_bytes() == (other.folder / name).read_bytes()
    assert prepare(tmp_path / "a", TODAY).calendars == one.calendars, "addresses stay good"


def test_requests_wait_one_lacks_a_field_and_one_is_urgent(office: DemoOffice) -> None:
    """Each shows something: ready, incomplete, urgent, in Spanish."""
    _policy, directory = read_office(read_settings(office.settings, {}))
    assert [request.missing() for request in office.requests] == [(), ("contact",), (), ()]
    urgent = min(office.requests, key=lambda request: request.priority)
    assert urgent.priority is Priority.EMERGENCY
    assert {one.group for one in urgent.attendance if one.role is Role.ONE_OF} == {"crews"}
    for request in office.requests:
        assert set(request.people()) <= directory.people.keys()
        assert request.place in directory.places
        assert all(window.start.date() >= TODAY for window in request.windows)
        assert request.created_at.date() <= TODAY


def test_the_secretary_can_sign_in_and_speaks_first(office: DemoOffice) -> None:
    """The first account is the one the first page tells."""
    assert office.accounts[0].duty is Duty.SECRETARY
    assert {account.language for account in office.accounts} == {"en", "es"}
    assert len({account.login for account in office.accounts}) == len(office.accounts)
    assert all(len(account.password) >= 12 for account in office.accounts)
    assert PersonId("chief-of-staff") in {account.person for account in office.accounts}


def test_a_demo_is_made_anew_when_its_weeks_are_over(office: DemoOffice, tmp_path: Path) -> None:
    """Within a week what somebody tried out is still there."""
    assert prepared_on(office.folder) == TODAY
    assert not is_stale(office.folder, TODAY + timedelta(days=7))
    assert is_stale(office.folder, TODAY + timedelta(days=8))
    assert is_stale(office.folder, TODAY - timedelta(days=1))
    assert is_stale(tmp_path / "nowhere", TODAY)
    (office.folder / "demo.json").write_text(json.dumps([1]), encoding="utf-8")
    assert prepared_on(office.folder) is None
