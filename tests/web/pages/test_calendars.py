"""The calendars."""

from __future__ import annotations

from dataclasses import replace

from agenda.model.calendars import Calendar, Problem, Severity
from agenda.model.errors import TryLaterError
from agenda.model.events import Event
from agenda.model.ids import CalendarId
from agenda.model.sentences import say
from agenda.model.users import Duty
from tests.builders import on_monday
from tests.web.city import City, mayors_week

MAYORS = CalendarId("mayor-calendar")


def test_without_calendars_one_learns_who_connects_them(empty_city: City) -> None:
    """The next step, not an empty page."""
    page = empty_city.browser().read("/calendars")
    assert "No calendar is connected yet" in page
    assert "City IT connects calendars" in page


def test_each_calendar_tells_how_fresh_it_is(city: City) -> None:
    """Owner, last reading, how many events, what was doubtful."""
    page = city.browser().read("/calendars")
    for word in ("Calendar of mayor", "Rosa Alvarez", "up to date", "Fri, Feb 27, 8:00", "1 read with a guess"):
        assert word in page


def test_problems_are_listed_with_their_line(city: City) -> None:
    """So that somebody can mend them where they are."""
    page = city.browser().read("/calendars/mayor-calendar")
    assert "line 17" in page
    assert "The end is missing; 60 minutes are assumed." in page


def test_problems_that_are_alike_are_told_once(city: City) -> None:
    """With how many they are and on which lines; another kind stays apart."""
    guess = say("The end is missing; %(minutes)s minutes are assumed.", minutes=60)
    other = say("Twice in the file.")
    city.provider.problems = tuple(
        Problem(severity=Severity.WARNING, sentence=sentence, uid=f"{line}@example.org", line=line)
        for line, sentence in ((31, guess), (4, guess), (90, guess), (8, other))
    )
    city.provider.holds(calendar_of(city), [*mayors_week(), *another()])
    city.office.pull.calendar(MAYORS)
    page = city.browser().read("/calendars/mayor-calendar")
    assert page.count("The end is missing") == 1
    assert "3 times" in page
    assert "lines 4, 31, and 90" in page
    assert "line 8<" in page
    assert "UID 31@example.org" in page
    seen_by_it = city.browser(Duty.IT).read("/calendars/mayor-calendar")
    assert "4 times" in seen_by_it
    assert "lines 4, 8, 31, and 90" in seen_by_it
    assert "example.org" not in seen_by_it.partition('class="panel"')[0].partition("<main")[2]


def test_it_learns_where_a_problem_is_but_not_what_it_says(city: City) -> None:
    """A sentence may name an event."""
    page = city.browser(Duty.IT).read("/calendars/mayor-calendar")
    assert "line 17" in page
    assert "The end is missing" not in page
    assert "slip@example.org" not in page


def test_a_calendar_is_read_at_once(city: City) -> None:
    """With what came, and the days looked over again."""
    city.provider.holds(calendar_of(city), [*mayors_week(), *another()])
    browser = city.browser()
    assert browser.post("/calendars/mayor-calendar/sync").location == "/calendars"
    page = browser.read("/calendars")
    assert "Calendar of mayor: 1 new," in page
    assert len(city.office.look.alerts()) > 2


def test_with_a_script_only_its_panel_is_sent(city: City) -> None:
    """A fragment with what happened."""
    response = city.browser().by_script("/calendars/mayor-calendar/sync")
    assert response.status_code == 200
    assert "<html" not in response.text
    assert "nothing has changed" in response.text


def test_a_provider_out_of_reach_is_told(city: City) -> None:
    """What was read before is kept, and stays on the page as of when it was read."""
    city.provider.failures.append(TryLaterError("City mail"))
    browser = city.browser()
    browser.post("/calendars/mayor-calendar/sync")
    page = browser.read("/calendars")
    assert "cannot be read" in page
    assert page.count("City mail cannot be reached") == 2
    assert page.index("Calendar of mayor</a>") < page.index("Calendar of deputy</a>")


def test_all_are_read_at_once(city: City) -> None:
    """One that fails does not keep the others from being read."""
    city.provider.failures.append(TryLaterError("City mail"))
    browser = city.browser(Duty.IT)
    assert browser.post("/calendars/sync").location == "/calendars"
    assert "3 calendars read, 1 of them in vain." in browser.read("/calendars")


def test_a_calendar_counts_or_does_not(city: City) -> None:
    """A calendar of birthdays takes nobody's time; what it made impossible is possible again."""
    assert len(city.office.look.alerts()) == 2
    browser = city.browser()
    browser.post("/calendars/mayor-calendar/counts", counts="no")
    assert "does not count as busy any more" in browser.read("/calendars")
    assert city.office.look.alerts() == []
    browser.post("/calendars/mayor-calendar/counts", counts="yes")
    assert len(city.office.look.alerts()) == 2


def test_events_that_vanish_are_held_until_somebody_has_looked(city: City) -> None:
    """An empty answer is no deletion, until a person says so."""
    city.provider.holds(calendar_of(city), [])
    browser = city.browser()
    browser.post("/calendars/mayor-calendar/sync")
    page = browser.read("/calendars")
    assert "They are kept until somebody has looked" in page
    assert "Budget hearing" in browser.read("/week?on=2026-03-02")
    browser.post("/calendars/mayor-calendar/deletions")
    assert "Budget hearing" not in browser.read("/week?on=2026-03-02")


def calendar_of(city: City) -> Calendar:
    """The mayor's calendar."""
    return next(one.calendar for one in city.office.look.calendars() if one.calendar.id == MAYORS)


def another() -> list[Event]:
    """One more event, over another."""
    first = mayors_week()[0]
    return [replace(first, key=replace(first.key, uid="another@example.org"), interval=on_monday("09:30", "10:00"))]
