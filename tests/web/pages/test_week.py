"""The week, and the first page that leads to it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from agenda.model.errors import TryLaterError
from agenda.model.ids import CalendarId
from agenda.model.users import Duty
from tests.web.city import City


def test_the_first_page_shows_the_week_that_has_something(city: City) -> None:
    """On a Friday morning with nothing left in the week, that is the next one."""
    page = city.browser().read("/")
    assert "Mar 2 – 6, 2026" in page
    assert "Budget hearing" in page


def test_the_first_page_says_what_was_found(city: City) -> None:
    """Worth something before anything is typed: how much came, and what does not work."""
    page = city.browser().read("/")
    assert "Imported 8 events" in page
    assert re.search(r"1 overlap –\s*<a href=\"/alerts#overlap\"", page)
    assert re.search(r"1 drive that cannot work –\s*<a href=\"/alerts#impossible-drive\"", page)
    assert "1 entry with doubts" in page


def test_what_was_found_is_not_told_to_those_without_alerts(city: City) -> None:
    """Staff see the week; what collides in it may tell of what is private."""
    page = city.browser(Duty.STAFF).read("/")
    assert "Imported" not in page
    assert "Overlap" not in page


def test_an_empty_office_says_so_in_place_of_a_week_that_looks_free(empty_city: City) -> None:
    """No calendar is connected, so everybody's time is unknown."""
    page = empty_city.browser().read("/week")
    assert page.count("Not read: unknown, not free") == 15
    assert "9 h free" not in page


def test_each_cell_has_one_link_to_its_day(city: City) -> None:
    """A block of half an hour is too narrow to be hit; the cell is not."""
    page = city.browser().read("/week?on=2026-03-02")
    links = re.findall(r'class="day-link" href="([^"]+)"', page)
    assert len(links) == 15
    assert "/day?on=2026-03-03&amp;person=mayor" in links


def test_drives_and_what_is_wrong_are_told_in_words(city: City) -> None:
    """Colour alone tells nobody anything."""
    page = city.browser().read("/week?on=2026-03-02")
    assert "17 min to North School" in page
    assert "12 min short" in page
    assert page.count("</svg>Overlap") == 2


def test_what_is_private_is_marked_for_those_who_may_read_it(city: City) -> None:
    """The secretary has to know what not to say on the telephone."""
    page = city.browser().read("/week?on=2026-03-02")
    assert re.search(r'Oncology appointment</span> <span class="word">Private', page)


def test_to_others_it_is_busy(city: City) -> None:
    """When, and nothing else."""
    page = city.browser(Duty.STAFF).read("/week?on=2026-03-02")
    assert "Busy" in page
    assert "Oncology" not in page


@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("/week", "Feb 23 – 27, 2026"),
        ("/week?on=2026-03-04", "Mar 2 – 6, 2026"),
        ("/week?on=2026-03-08", "Mar 2 – 6, 2026"),
        ("/week?on=2026-03-02&days=7", "Mar 2 – 8, 2026"),
        ("/week?on=2026-12-31", "Dec 28, 2026 – Jan 1, 2027"),
    ],
)
def test_any_week_can_be_opened(city: City, path: str, heading: str) -> None:
    """By the date of any of its days."""
    assert f"<h1>{heading}</h1>" in city.browser().read(path)


def test_one_goes_from_week_to_week(city: City) -> None:
    """Previous, next and today keep who is shown and how many days."""
    page = city.browser().read("/week?on=2026-03-02&days=7&person=mayor")
    assert 'href="/week?on=2026-02-23&amp;person=mayor&amp;days=7" rel="prev"' in page
    assert 'href="/week?on=2026-03-09&amp;person=mayor&amp;days=7" rel="next"' in page
    assert "Tom Birch</a>" not in page


def test_at_a_weekend_today_is_shown_too(city: City) -> None:
    """The first page opens the week to come; "Today" shows the whole of the week that today lies in."""
    city.clock.advance(timedelta(days=1))
    page = city.browser().read("/")
    assert 'href="/week?on=2026-02-23&amp;days=7">Today' in page
    week = city.browser().read("/week?on=2026-02-23&days=7")
    assert '<span class="tag">Today</span>' in week


def test_a_person_nobody_knows_is_left_out(city: City) -> None:
    """An old link with somebody who has left shows the others."""
    page = city.browser().read("/week?person=nobody&person=deputy")
    assert "Tom Birch</a>" in page
    assert "Rosa Alvarez</a>" not in page


@pytest.mark.parametrize("on", ["yesterday", "2026-13-01", "0001-01-01", "9999-12-31", "' OR 1=1"])
def test_a_date_that_is_none_is_told_beside_the_field(city: City, on: str) -> None:
    """And this week is shown meanwhile."""
    response = city.browser().get(f"/week?on={on}")
    assert response.status_code == 200
    assert "is no date" in response.text
    assert "Feb 23 – 27, 2026" in response.text


def test_a_calendar_that_cannot_be_read_any_more_makes_its_days_unknown(city: City) -> None:
    """After six hours without an answer nobody may take its gaps for free time."""
    city.clock.advance(city.office.policy.stale_after * 2)
    city.provider.failures.append(TryLaterError("City mail"))
    city.office.pull.calendar(CalendarId("mayor-calendar"))
    city.office.pull.calendar(CalendarId("deputy-calendar"))
    page = city.browser().read("/week?on=2026-03-02&person=mayor&person=deputy")
    assert page.count("Not read: unknown, not free") == 5


def test_in_spanish_dates_and_words_are_spanish(city: City) -> None:
    """On the same clock, the other way of writing it."""
    page = city.browser(language="es").read("/week?on=2026-03-02")
    assert "2–6 mar 2026" in page
    assert "14:00" in page
    assert "Solapamiento" in page
    assert "Semana siguiente" in page
