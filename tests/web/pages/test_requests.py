"""Requests: the list, the form, and the way to slots."""

from __future__ import annotations

import re
from datetime import time, timedelta

import pytest

from agenda.model.ids import ProposalId
from agenda.model.people import Role
from agenda.model.planning import NoPlan, Reason, RuleName, SolveStatus, TermName, WayOut
from agenda.model.proposals import Proposal
from agenda.model.requests import RequestState
from agenda.model.sentences import say
from agenda.model.times import Interval
from agenda.model.users import Duty
from tests.builders import DEPUTY, MAYOR, MONDAY, TREASURER, a_request, at, on_monday
from tests.web.city import Browser, City
from web.pages.options import shown_answer

GOOD = {
    "title": "School visit",
    "duration_min": "60",
    "first_day": "2026-03-02",
    "last_day": "2026-03-06",
    "part-mayor": "required",
    "part-deputy": "one-of",
    "part-treasurer": "one-of",
    "earliest": "09:00",
    "latest": "17:00",
    "place": "north-school",
    "purpose": "See the new library",
    "requester": "North School",
    "contact": "Ana Ruiz, 555 0100",
    "priority": "4",
}


def test_an_empty_list_says_what_to_do(empty_city: City) -> None:
    """Nothing here yet, and the way to the first one."""
    page = empty_city.browser().read("/requests")
    assert "No request yet" in page
    assert 'href="/requests/new"' in page
    assert 'href="/requests/new"' not in empty_city.browser(Duty.PRINCIPAL).read("/requests")


def test_the_list_goes_by_how_far_each_has_come(city: City) -> None:
    """Waiting, proposed, decided; what is missing and what is late are seen at once."""
    city.asks(title="Waits", priority=1)
    city.proposes(title="Has slots")
    city.confirms(title="Is confirmed")
    page = city.browser().read("/requests")
    waiting, _, rest = page.partition('id="proposed"')
    proposed, _, decided = rest.partition("<details")
    assert "Waits" in waiting
    assert "Has slots" in proposed
    assert "Is confirmed" in decided
    assert "who asks, why, a contact on the day" in waiting
    assert "Short notice" in waiting
    assert "emergency and duty" in waiting


def test_a_request_is_kept_as_it_was_typed(city: City) -> None:
    """Every field of the form arrives."""
    browser = city.browser()
    response = browser.post("/requests/new", **GOOD)
    assert response.status_code == 303
    kept, _ = city.office.look.request(city.request_id())
    assert response.location == f"/requests/{kept.id}"
    assert kept.title == "School visit"
    assert kept.people(Role.REQUIRED) == (MAYOR,)
    assert kept.people(Role.ONE_OF) == (DEPUTY, TREASURER)
    assert kept.missing() == ()
    assert len(kept.windows) == 5
    assert kept.windows[0].start.astimezone(city.office.policy.zone).time() == time(9)
    page = browser.read(response.location)
    assert "The request is kept" in page
    assert "Not complete yet" not in page


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"title": " "}, "title", "Say in a few words what it is about."),
        ({"title": "x" * 300}, "title", "At most 200 characters"),
        ({"duration_min": "-5"}, "duration_min", "cannot last -5 minutes"),
        ({"duration_min": "soon"}, "duration_min", "“soon” is no whole number"),
        ({"duration_min": "1e9"}, "duration_min", "is no whole number"),
        ({"duration_min": "9" * 50}, "duration_min", "is no whole number"),
        ({"first_day": ""}, "first_day", "Choose a day."),
        ({"first_day": "tomorrow"}, "first_day", "“tomorrow” is no date"),
        ({"last_day": "2026-02-30"}, "last_day", "is no date"),
        ({"last_day": "2026-03-01"}, "last_day", "lies before the first"),
        ({"first_day": "2026-01-01", "last_day": "2026-01-02"}, "last_day", "is over"),
        ({"earliest": "25:00"}, "earliest", "“25:00” is no time"),
        ({"earliest": "17:30"}, "latest", "has to come after the earliest start"),
        ({"latest": "09:30"}, "latest", "60 minutes do not fit"),
        ({"place": "atlantis"}, "place", "Nobody knows the place atlantis"),
        ({"seats": "-1"}, "seats", "cannot have -1 seats"),
        ({"priority": "9"}, "priority", "There is no priority 9"),
        ({"part-mayor": "", "part-deputy": "", "part-treasurer": ""}, "people", "Name at least one person"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(city: City, change: dict[str, str], field: str, sentence: str) -> None:
    """And everything typed is still there."""
    browser = city.browser()
    response = browser.post("/requests/new", **{**GOOD, "contact": "Ana <b>Ruiz</b>", **change})
    assert response.status_code == 422
    found = re.search(rf'id="f-{field}-error".*?</span>(?:<span[^>]*>)?([^<]*)', response.text, re.DOTALL)
    assert found is not None
    assert sentence in found[1]
    assert f'href="#f-{field}"' in response.text
    assert f'id="f-{field}"' in response.text
    assert "Ana &lt;b&gt;Ruiz&lt;/b&gt;" in response.text
    assert "See the new library" in response.text or "purpose" in change
    assert city.office.look.requests() == []


def test_everything_wrong_is_said_at_once(city: City) -> None:
    """Nobody has to send the form four times to learn of four mistakes."""
    response = city.browser().post("/requests/new", title="", duration_min="x", first_day="y", last_day="", seats="-1")
    for field in ("title", "duration_min", "first_day", "last_day", "seats", "people"):
        assert f'id="f-{field}-error"' in response.text


def test_in_spanish_mistakes_are_told_in_spanish(city: City) -> None:
    """The sentences of the office, too."""
    response = city.browser(language="es").post("/requests/new", **{**GOOD, "duration_min": "-5"})
    assert "Una reunión no puede durar -5 minutos" in response.text


def test_slots_are_found_without_a_script(city: City) -> None:
    """A press, and back to the page with options, each with its price in words and a day for each attendee."""
    request = city.asks()
    browser = city.browser()
    response = browser.post(f"/requests/{request.id}/slots")
    assert response.status_code == 303
    assert response.location == f"/requests/{request.id}#answer"
    page = browser.read(f"/requests/{request.id}")
    options = page.count('<li class="panel option"')
    assert options >= 5
    assert page.count('class="day-strip"') == 2 * options
    assert page.count('name="option" value="') == options
    assert "1 day after the first possible day" in page
    assert "Price 0" in page


def test_with_a_script_only_the_answer_is_sent(city: City) -> None:
    """A fragment whose first line takes the focus."""
    request = city.asks()
    response = city.browser().by_script(f"/requests/{request.id}/slots")
    assert response.status_code == 200
    assert "<html" not in response.text
    assert "autofocus" in response.text
    assert 'name="option" value="0"' in response.text


def test_where_there_is_no_slot_the_reasons_are_told(city: City) -> None:
    """And the cheapest ways out."""
    request = city.asks(last_day=MONDAY, earliest=time(9), latest=time(10))
    browser = city.browser()
    browser.post(f"/requests/{request.id}/slots")
    page = browser.read(f"/requests/{request.id}")
    assert "No slot" in page
    assert "What is in the way" in page
    assert "Staff meeting" in page
    assert "Ways out" in page
    assert city.office.look.request(request.id)[0].state is RequestState.OPEN


def test_a_way_out_names_its_slot_once_and_what_it_gives_up_by_lines(city: City) -> None:
    """People who do not work then stand in one line; the way to the form is beside it; nights come last."""
    request = city.asks(last_day=MONDAY, earliest=time(9), latest=time(10))
    browser = city.browser()
    browser.post(f"/requests/{request.id}/slots")
    page = browser.read(f"/requests/{request.id}").replace("\u00a0", " ").replace("\u202f", " ")
    cards = re.findall(r'<li class="panel way-out">(.*?)</li>\s*(?=<li class="panel|</ol>)', page, re.DOTALL)
    assert 1 <= len(cards) <= 3
    for card in cards:
        assert "possible if this is given up" not in card
        assert f'href="/requests/{request.id}/edit"' in card
        day = re.search(r"<h4>(\w+), (\w+ \d+)", card)
        assert day is not None
        assert card.count(day[2]) == 2, "in the heading, and in what the link is read out with"
    assert "It lies outside the times asked for" in page


def test_who_does_not_work_then_is_told_in_one_line(city: City) -> None:
    """A way out at night comes after one by day, though it were cheaper, and is marked."""
    request = city.asks()
    night, day = on_monday("00:00", "00:45"), on_monday("12:15", "13:00")
    ways = tuple(
        WayOut(
            tuple(
                Reason(rule, say("%(slot)s", slot=slot), person)
                for rule in (RuleName.WORKING_HOURS, RuleName.TRAVEL)
                for person in (MAYOR, TREASURER)
            ),
            slot,
            "City Hall",
            say("x"),
        )
        for slot in (night, day)
    )
    answer = NoPlan(status=SolveStatus.INFEASIBLE, reasons=(), ways_out=ways)
    proposal = Proposal(id=ProposalId("one"), request=request.id, made_at=at(MONDAY, "08:00"), answer=answer)
    with city.app.test_request_context():
        shown = shown_answer(request, proposal).ways_out
    assert [one.is_at_night for one in shown] == [False, True]
    assert shown[0].gives_up == (
        "Rosa Alvarez and Ines Calvo do not work then",
        "The drives before or after it do not fit for Rosa Alvarez and Ines Calvo",
    )


def test_drives_are_told_with_how_well_they_are_known(city: City) -> None:
    """Rough ones are said to be rough."""
    request = city.asks(place="station-3", required=(MAYOR,))
    browser = city.browser()
    browser.post(f"/requests/{request.id}/slots")
    page = browser.read(f"/requests/{request.id}")
    assert "Drives" in page
    options = city.office.look.request(request.id)[1].options  # type: ignore[union-attr]  # it was asked for just now
    assert page.count("Rosa Alvarez: from City Hall, roughly") <= len(options), "each drive once to an option"
    assert "Rosa Alvarez: from City Hall, roughly" in page


def test_drives_nobody_measured_make_one_line_of_the_price(city: City) -> None:
    """The points of all of them; the lines of a price still add up to it."""
    proposal = city.proposes(place="station-3", last_day=MONDAY)
    request, _ = city.office.look.request(proposal.request)
    page = city.browser().read(f"/requests/{request.id}")
    for option in proposal.options:
        vague = sum(one.name is TermName.UNCERTAIN_LEG for one in option.terms)
        assert vague >= 2
        assert f"{vague} of the drives are not measured, only estimated" in page
    assert "rough estimate" not in page
    for part in page.split('class="panel option"')[1:]:
        price = re.search(r"Price (\d+)", part)
        assert price is not None
        assert sum(map(int, re.findall(r'class="numbers">\+(\d+)<', part))) == int(price[1])


def test_windows_are_told_as_days_and_hours(city: City) -> None:
    """Whatever they are cut from: hours of each day, whole days, or one stretch over several days."""
    hours = city.asks(title="Hours", earliest=time(9), latest=time(12))
    page = city.browser().read(f"/requests/{hours.id}").replace("\u00a0", " ")
    assert "Mar 2 – 6, 2026" in page
    assert "9:00 AM – 12:00" in page
    stretch = a_request(windows=[Interval(at(MONDAY, "00:00"), at(MONDAY + timedelta(days=5), "00:00"))])
    with city.store.writing() as unit:
        unit.requests.add(stretch)
        unit.commit()
    page = city.browser().read(f"/requests/{stretch.id}")
    assert "Mar 2 – 6, 2026" in page
    assert "Between" not in page


def test_a_private_request_and_late_notice_are_marked(city: City) -> None:
    """Late is flagged, never refused."""
    request = city.asks(is_private=True)
    page = city.browser().read(f"/requests/{request.id}")
    assert "Private" in page
    assert "less than 14 days" in page


def test_a_request_is_declined(city: City) -> None:
    """It goes to the decided ones, and cannot be asked slots for any more."""
    proposal = city.proposes()
    browser = city.browser()
    assert browser.post(f"/requests/{proposal.request}/decline").status_code == 303
    page = browser.read(f"/requests/{proposal.request}")
    assert "declined" in page
    assert page.count("The requester is not told by the machine") == 2
    assert "Find slots" not in page
    again = browser.post(f"/requests/{proposal.request}/slots")
    assert again.status_code == 422
    assert "already decided" in again.text


def test_a_new_request_is_filled_in_from_one_that_is_decided(city: City) -> None:
    """With all it said; days that are over are replaced by those an empty form proposes."""
    meeting = city.confirms(title="Harbor plan", purpose="Talk about the harbor", seats=7)
    city.office.decide.cancel(meeting.id)
    browser = city.browser()
    link = f"/requests/new?like={meeting.request}"
    assert f'href="{link}"' in browser.read(f"/requests/{meeting.request}")
    page = browser.read(link)
    for word in ('value="Harbor plan"', "Talk about the harbor", 'value="7"', 'value="2026-03-02"'):
        assert word in page
    assert 'action="/requests/new"' in page
    city.clock.advance(timedelta(days=30))
    assert 'value="2026-03-02"' not in city.browser().read(link)
    assert city.browser().get("/requests/new?like=nothing").status_code == 404


def test_what_has_no_place_is_told_in_the_readers_language(city: City) -> None:
    """The solver's own word for it is English."""
    proposal = city.proposes(place="")
    browser = city.browser(language="es")
    page = browser.read(f"/requests/{proposal.request}")
    assert "Por acordar" in page
    assert "To be agreed" not in page


def test_the_mayor_reads_but_leaves_the_deciding_to_the_secretary(city: City) -> None:
    """One scheduler decides."""
    proposal = city.proposes()
    page = city.browser(Duty.PRINCIPAL).read(f"/requests/{proposal.request}")
    assert 'class="panel option"' in page
    assert 'name="option"' not in page


def test_what_a_request_lacks_can_be_filled_in(city: City) -> None:
    """The form comes back with all that was said, and what is wrong is told as in a new one."""
    browser = city.browser()
    browser.post("/requests/new", **{**GOOD, "contact": ""})
    request = city.request_id()
    assert "Not complete yet" in browser.read(f"/requests/{request}")
    page = browser.read(f"/requests/{request}/edit")
    assert f'action="/requests/{request}/edit"' in page
    assert 'value="School visit"' in page
    assert re.search(r'name="part-deputy">.*?value="one-of" selected', page, re.DOTALL)
    assert browser.post(f"/requests/{request}/edit", **{**GOOD, "title": ""}).status_code == 422
    response = browser.post(f"/requests/{request}/edit", **GOOD)
    assert (response.status_code, response.location) == (303, f"/requests/{request}")
    assert "Not complete yet" not in browser.read(response.location)


def a_form(browser: Browser) -> str:
    """The empty form."""
    return browser.read("/requests/new")


def test_the_empty_form_proposes_what_is_usual(city: City) -> None:
    """Two weeks of notice, half an hour, the mayor has to come."""
    page = a_form(city.browser())
    assert 'name="first_day" type="date" value="2026-03-13"' in page
    assert "Empty: from 7:00 AM on." in page.replace("\u00a0", " ")
    assert "Empty: until 10:00 PM." in page.replace("\u00a0", " ")
    assert 'name="duration_min" type="number" value="30"' in page
    assert re.search(r'name="part-mayor">.*?value="required" selected', page, re.DOTALL)
