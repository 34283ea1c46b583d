"""One day, of everybody and of one."""

from __future__ import annotations

from agenda.model.users import Duty
from tests.web.city import City


def test_everybodys_day_stands_side_by_side(city: City) -> None:
    """Each event leads to its own page."""
    page = city.browser().read("/day?on=2026-03-03")
    assert "<h1>Tuesday, March 3, 2026</h1>" in page
    assert 'href="/event?uid=budget@example.org&amp;on=2026-03-03"' in page
    assert "Ines Calvo" in page


def test_one_persons_day_is_also_written_out(city: City) -> None:
    """With the drives in between."""
    page = city.browser().read("/day?on=2026-03-02&person=mayor")
    assert "The day in words" in page
    assert page.count("17 min to North School") == 2


def test_a_confirmed_meeting_leads_to_its_invitations(city: City) -> None:
    """Who may see requests gets to the meeting, others to the event."""
    meeting = city.confirms()
    on = meeting.slot.start.astimezone(city.office.policy.zone).date()
    assert f'href="/meetings/{meeting.id}"' in city.browser().read(f"/day?on={on}")
    staff = city.browser(Duty.STAFF).read(f"/day?on={on}")
    assert f"/meetings/{meeting.id}" not in staff
    assert "Harbor plan" in staff


def test_a_private_event_leads_nowhere_for_staff(city: City) -> None:
    """Its UID may tell where it comes from."""
    page = city.browser(Duty.STAFF).read("/day?on=2026-03-03&person=mayor")
    assert "Busy" in page
    assert "private@example.org" not in page


def test_an_all_day_event_is_listed_above_the_hours(city: City) -> None:
    """It is a date, not an hour."""
    page = city.browser().read("/day?on=2026-03-05&person=mayor")
    assert "All day" in page
    assert "Conference" in page


def test_a_day_with_nothing_says_so(city: City) -> None:
    """An empty column could also be one that was not loaded."""
    assert "Nothing on this day" in city.browser().read("/day?on=2026-03-06")


def test_a_day_nobody_read_says_so(empty_city: City) -> None:
    """Unknown, not free."""
    assert empty_city.browser().read("/day").count("Not read: unknown, not free") == 3


def test_a_date_that_is_none_is_told(city: City) -> None:
    """And today is shown."""
    response = city.browser().get("/day?on=soon")
    assert response.status_code == 200
    assert "is no date" in response.text
    assert "Friday, February 27, 2026" in response.text
