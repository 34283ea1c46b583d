"""A confirmed meeting."""

from __future__ import annotations

from agenda.model.errors import RefusedError
from agenda.model.sentences import say
from tests.builders import DEPUTY, MAYOR, TREASURER, a_calendar
from tests.web.city import City


def test_each_attendee_stands_with_how_far_the_invitations_have_come(city: City) -> None:
    """Waiting at first, then sent."""
    meeting = city.confirms()
    browser = city.browser()
    page = browser.read(f"/meetings/{meeting.id}")
    assert page.count('<span class="tag info">waiting</span>') == 4
    city.office.deliver.drain()
    page = browser.read(f"/meetings/{meeting.id}")
    assert page.count('<span class="tag success">sent</span>') == 4
    for name in ("Rosa Alvarez", "Ines Calvo"):
        assert f'<th scope="row">{name}' in page


def test_a_meeting_in_nobodys_calendar_says_so(city: City) -> None:
    """Where none can be written; where one can, only who has none is told apart."""
    city.office.connect.add(a_calendar(DEPUTY, writable=False))
    nowhere = city.confirms(required=(DEPUTY,))
    page = city.browser().read(f"/meetings/{nowhere.id}")
    assert "In nobody&#39;s calendar" in page or "In nobody's calendar" in page
    both = city.confirms(title="Second plan", required=(MAYOR, DEPUTY))
    page = city.browser().read(f"/meetings/{both.id}")
    assert "calendar that can be written to. The meeting" not in page
    assert page.count("Not written into a calendar") == 1


def test_what_could_not_be_delivered_says_why(city: City) -> None:
    """In the words of the one who refused."""
    meeting = city.confirms()
    city.mailer.failures.append(RefusedError("The mail server", say("no such mailbox.")))
    city.office.deliver.drain()
    page = city.browser().read(f"/meetings/{meeting.id}")
    assert "failed" in page
    assert "no such mailbox" in page


def test_a_meeting_is_called_off(city: City) -> None:
    """Everybody invited is told, and the time is free again; doing it twice does it once."""
    meeting = city.confirms()
    city.office.deliver.drain()
    browser = city.browser()
    for _ in range(2):
        assert browser.post(f"/meetings/{meeting.id}/cancel").location == f"/meetings/{meeting.id}"
    page = browser.read(f"/meetings/{meeting.id}")
    assert "The meeting is off" in page
    assert "cancellation" in page
    assert len(city.office.look.errands(meeting.id)) == 8
    assert city.changes == ["after change", "after change"]


def leaves(city: City) -> None:
    """The treasurer is taken out of the office's policy."""
    people = city.office.directory.people
    assert isinstance(people, dict)
    del people[TREASURER]


def test_a_meeting_with_somebody_who_has_left_can_still_be_seen_and_called_off(city: City) -> None:
    """The policy file was changed since."""
    meeting = city.confirms()
    assert TREASURER in meeting.attending
    leaves(city)
    browser = city.browser()
    assert "treasurer" in browser.read(f"/meetings/{meeting.id}")
    assert browser.post(f"/meetings/{meeting.id}/cancel").status_code == 303


def test_a_request_for_somebody_who_has_left_says_so(city: City) -> None:
    """It can still be seen, changed and declined; nobody can find or confirm slots for it as it is."""
    request = city.asks()
    proposal = city.office.propose.options(request.id)
    leaves(city)
    browser = city.browser()
    assert browser.get(f"/requests/{request.id}").status_code == 200
    assert browser.post(f"/requests/{request.id}/slots").status_code == 422
    assert browser.post(f"/proposals/{proposal.id}/confirm", option="0").status_code == 422
    assert browser.post(f"/requests/{request.id}/decline").status_code == 303
