"""A confirmed meeting."""

from __future__ import annotations

from agenda.model.errors import RefusedError
from agenda.model.sentences import say
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
