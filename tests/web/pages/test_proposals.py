"""The secretary's word, and what happens when something was faster."""

from __future__ import annotations

from tests.builders import MAYOR, an_event
from tests.web.city import City, mayors_week


def test_a_slot_is_confirmed_without_a_script(city: City) -> None:
    """A press, and on to the meeting with its invitations; whoever sends them is told."""
    proposal = city.proposes()
    browser = city.browser()
    response = browser.post(f"/proposals/{proposal.id}/confirm", option="1")
    assert response.status_code == 303
    page = browser.read(response.location)
    assert "Confirmed. The invitations are on their way." in page
    assert "Harbor plan" in page
    assert page.count("put into the calendar") == 2
    assert page.count(">mail<") == 2
    assert city.changes == ["after change"]
    meeting = city.office.look.meeting(response.location.rpartition("/")[2])  # type: ignore[arg-type]  # an id
    assert meeting.slot == proposal.options[1].slot
    assert meeting.confirmed_by == "The secretary"


def test_with_a_script_one_is_led_to_the_meeting_too(city: City) -> None:
    """Every part of the request's page would be out of date."""
    proposal = city.proposes()
    browser = city.browser()
    response = browser.by_script(f"/proposals/{proposal.id}/confirm", option="0")
    assert (response.status_code, response.text) == (200, "")
    assert "Confirmed. The invitations are on their way." in browser.read(response.headers["HX-Redirect"])


def test_a_slot_that_was_taken_meanwhile_is_not_confirmed(city: City) -> None:
    """409: what took it, and a button to look again; with a script the same as a fragment."""
    proposal = city.proposes()
    taken = an_event(proposal.options[0].slot, "faster@example.org", summary="Storm briefing")
    calendar = next(one.calendar for one in city.office.look.calendars() if one.calendar.owner == MAYOR)
    city.provider.holds(calendar, [*mayors_week(), taken])
    city.office.pull.calendar(calendar.id)
    browser = city.browser()
    response = browser.post(f"/proposals/{proposal.id}/confirm", option="0")
    assert response.status_code == 409
    assert "Storm briefing" in response.text
    assert f'action="/requests/{proposal.request}/slots"' in response.text
    assert "Find slots again" in response.text
    fragment = browser.by_script(f"/proposals/{proposal.id}/confirm", option="0")
    assert fragment.status_code == 409
    assert "<html" not in fragment.text
    assert "Storm briefing" in fragment.text
    assert city.changes == []
    assert browser.post(f"/requests/{proposal.request}/slots").status_code == 303
    assert city.office.look.outbox() == []


def test_two_who_choose_differently_are_told_who_was_first(city: City) -> None:
    """409 for the second; the same choice again is the same meeting."""
    proposal = city.proposes()
    browser = city.browser()
    first = browser.post(f"/proposals/{proposal.id}/confirm", option="0")
    again = browser.post(f"/proposals/{proposal.id}/confirm", option="0")
    assert first.location == again.location
    other = browser.post(f"/proposals/{proposal.id}/confirm", option="1")
    assert other.status_code == 409
    assert "The secretary already decided this" in other.text


def test_an_older_answer_cannot_be_confirmed(city: City) -> None:
    """The slots on a page that was left open may be those of last week."""
    older = city.proposes()
    city.office.propose.options(older.request)
    response = city.browser().post(f"/proposals/{older.id}/confirm", option="0")
    assert response.status_code == 422
    assert "newer answer" in response.text


def test_a_choice_that_is_none_is_refused(city: City) -> None:
    """A number that no option has, and what is no number at all."""
    proposal = city.proposes()
    browser = city.browser()
    for option in ("", "-1", "x", "1.5", "²", "99999999999"):
        assert browser.post(f"/proposals/{proposal.id}/confirm", option=option).status_code == 422, option
    assert browser.post(f"/proposals/{proposal.id}/confirm", option="900").status_code == 404
