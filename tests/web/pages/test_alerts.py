"""What does not work."""

from __future__ import annotations

from agenda.model.errors import TryLaterError
from agenda.model.users import Duty
from tests.web.city import City, mayors_week
from tests.web.pages.test_calendars import MAYORS, calendar_of


def test_where_everything_works_the_page_says_so(empty_city: City) -> None:
    """No news is told as good news."""
    assert "Everything works" in empty_city.browser().read("/alerts")


def test_to_it_the_page_says_what_it_shows(city: City) -> None:
    """Two conflicts are open: that they are not shown does not make everything work."""
    page = city.browser(Duty.IT).read("/alerts")
    assert "Everything works" not in page
    assert "The machinery works" in page
    assert 'href="/outbox"' in page, "the navigation leads IT on"
    assert 'href="/week"' not in page
    assert "Overlaps and drives without time are shown to those who see the events." in page
    assert "Shown here:" not in city.browser().read("/alerts")


def test_an_alert_names_both_events_and_the_minutes(city: City) -> None:
    """With the person, the time, and the way to the day."""
    page = city.browser().read("/alerts")
    assert "Budget hearing and Press talk overlap by 30 minutes" in page
    assert "12 minutes are missing for a drive of 17 minutes" in page
    assert 'href="/day?on=2026-03-03&amp;person=mayor"' in page
    assert 'id="overlap"' in page
    assert 'id="impossible-drive"' in page


def test_the_number_of_open_ones_stands_in_the_navigation(city: City) -> None:
    """On every page."""
    assert '<span class="count">2<' in city.browser().read("/requests")
    assert '<span class="count">' not in city.browser(Duty.IT).read("/calendars")


def test_what_settled_by_itself_lies_in_a_fold(city: City) -> None:
    """The record of it stays."""
    events = [one for one in mayors_week() if one.key.uid != "press@example.org"]
    city.provider.holds(calendar_of(city), events)
    city.office.pull.calendar(MAYORS)
    city.office.watch.look_over()
    standing, _, settled = city.browser().read("/alerts").partition("Settled by themselves")
    assert "Press talk" not in standing
    assert "Press talk" in settled


def test_it_sees_what_concerns_the_machinery(city: City) -> None:
    """Calendars that are not read; nothing of anybody's events."""
    city.clock.advance(city.office.policy.stale_after * 2)
    city.provider.failures.append(TryLaterError("City mail"))
    city.office.pull.calendar(MAYORS)
    city.office.watch.look_over()
    page = city.browser(Duty.IT).read("/alerts")
    assert "Calendar of mayor cannot be read" in page
    assert "Budget hearing" not in page
    assert 'href="/calendars/mayor-calendar"' in page


def test_in_spanish_the_alerts_are_spanish(city: City) -> None:
    """The same facts in other words."""
    page = city.browser(language="es").read("/alerts")
    assert "Budget hearing y Press talk se solapan 30 minutos" in page
