"""Connect a calendar in the browser: with consent at the simulated Google, from a feed, from a server."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from agenda.model.alerts import AlertKind
from agenda.model.calendars import Provider
from agenda.model.credentials import Offered
from agenda.model.users import Duty
from tests.sync.texts import vcalendar
from tests.web.city import Browser, City
from tests.web.connected import MAYOR, Beside, beside_google

READ = "https://www.googleapis.com/auth/calendar.events.readonly"
WRITE = "https://www.googleapis.com/auth/calendar.events"


@pytest.fixture
def beside(tmp_path: Path) -> Iterator[Beside]:
    """An office beside a provider."""
    with beside_google(tmp_path) as found:
        yield found


def begin(browser: Browser, **fields: str) -> str:
    """Begin a consent; the address that the page leads to at the provider."""
    answer = browser.post("/connect/google", login=MAYOR, how="consent", **fields)
    assert answer.status_code == 303
    page = browser.read(answer.location)
    found = re.search(r'href="(http://127[^"]+)"', page)
    assert found is not None
    return html.unescape(found[1])


def connect(beside: Beside, browser: Browser, **fields: str) -> str:
    """Agree and choose; the page afterwards."""
    assert browser.get(beside.agrees(begin(browser, **fields))).location == "/connect/calendars"
    ticks = {"counts": "1", **({"writable": "1"} if "writes" in fields else {})}
    answer = browser.post("/connect/calendars", calendar=MAYOR, owner="mayor", **ticks)
    assert answer.status_code == 303, answer.text
    return browser.read(answer.location)


def test_a_calendar_is_connected_with_consent(beside: Beside) -> None:
    """From the choice of the provider to the first reading, without a script."""
    beside.has("Budget hearing", "Harbor plan")
    browser = beside.browser()
    assert "/connect/google" in browser.read("/connect")
    page = connect(beside, browser)
    assert "it has 2 events in the next seven days" in page
    (calendar,) = (one.calendar for one in beside.household.office.look.calendars())
    assert (calendar.provider, calendar.address, calendar.writable) == (Provider.GOOGLE, MAYOR, False)
    assert beside.titles(calendar.id) == {"Budget hearing", "Harbor plan"}


@pytest.mark.parametrize(("fields", "scope", "other"), [({}, READ, None), ({"writes": "1"}, WRITE, READ)])
def test_only_the_least_rights_are_asked_for(
    beside: Beside, fields: dict[str, str], scope: str, other: str | None
) -> None:
    """Those shown on the page are those in the provider's address."""
    browser = beside.browser()
    url = begin(browser, **fields)
    page = browser.read("/connect/google/rights")
    assert f"<code>{scope}</code>" in page
    assert other is None or f"<code>{other}</code>" not in page
    beside.agrees(url)
    assert beside.simulator.desk.asked[-1]["scope"] == scope


def test_an_answer_is_taken_only_where_it_was_begun(beside: Beside) -> None:
    """Neither in another browser, nor with another state, nor twice, nor too late."""
    one, other = beside.browser(), beside.browser(Duty.SECRETARY)
    answer = beside.agrees(begin(one))
    for browser, path in ((other, answer), (one, re.sub("state=[^&]+", "state=forged", answer)), (one, answer)):
        assert browser.get(path).status_code == 303
        assert browser.get("/connect/calendars").location == "/connect"
    assert beside.household.credentials.notes() == []
    assert not any(one.get("grant_type") == "authorization_code" for one in beside.simulator.desk.asked)


def test_a_consent_that_is_not_given_is_told(beside: Beside) -> None:
    """In a sentence, with the account still filled in."""
    browser = beside.browser()
    begin(browser)
    state = beside.simulator.desk.asked
    assert state == []
    answer = browser.get("/connect/google/callback?error=access_denied&state=whatever")
    page = browser.read(answer.location)
    assert "Connect again" in page
    assert MAYOR in page


def test_a_consent_by_half_is_refused(beside: Beside) -> None:
    """Who takes a tick away is told; nothing is kept."""
    beside.simulator.desk.granted = frozenset({READ})
    browser = beside.browser()
    answer = browser.get(beside.agrees(begin(browser, writes="1")))
    assert "leave every tick in place" in browser.read(answer.location)
    assert beside.household.credentials.notes() == []


def test_what_cannot_be_read_on_trial_is_not_connected(beside: Beside) -> None:
    """The form comes back with the sentence."""
    browser = beside.browser()
    browser.get(beside.agrees(begin(browser)))
    answer = browser.post("/connect/calendars", others="nobody@example.org", owner="mayor")
    assert answer.status_code == 422
    assert "no such calendar for this account" in answer.text
    assert not beside.household.office.look.calendars()


def test_after_a_lapse_one_consent_lets_everything_go_on(beside: Beside) -> None:
    """One alert while it lasts; afterwards the next round reads, and the alert has settled."""
    beside.has("Budget hearing")
    browser, office = beside.browser(), beside.household.office
    connect(beside, browser)
    beside.simulator.desk.withdraw()
    beside.has("Press talk")
    office.pull.round()
    office.watch.look_over()
    assert [one.kind for one in office.look.alerts()] == [AlertKind.LAPSED_ACCOUNT]
    assert 'href="/connect"' in browser.read("/alerts")
    browser.get(beside.agrees(begin(browser)))
    office.pull.round()
    office.watch.look_over()
    assert AlertKind.LAPSED_ACCOUNT not in [one.kind for one in office.look.alerts()]
    (calendar,) = (one.calendar for one in office.look.calendars())
    assert beside.titles(calendar.id) == {"Budget hearing", "Press talk"}


def test_no_token_stands_in_any_file_page_or_log(beside: Beside, caplog: pytest.LogCaptureFixture) -> None:
    """Not in the database, its WAL, the queue, nor in what was said; the control is a title, which is in the store."""
    caplog.set_level("DEBUG")
    beside.has("Budget hearing")
    browser = beside.browser()
    pages = [connect(beside, browser), browser.read("/connect"), browser.read("/calendars")]
    beside.household.office.pull.round()
    desk = beside.simulator.desk
    secrets = [*desk.access, *desk.refresh]
    assert len(secrets) >= 2
    kept = b"".join(one.read_bytes() for one in beside.folder.rglob("*") if one.is_file())
    assert b"Budget hearing" in kept
    for secret in secrets:
        assert secret.encode() not in kept
        assert secret not in caplog.text
        assert not any(secret in page for page in pages)


def test_rotating_the_key_leaves_every_account_connected(beside: Beside) -> None:
    """And what runs already finds the new key."""
    browser, office = beside.browser(), beside.household.office
    connect(beside, browser)
    assert beside.household.credentials.rotate() == 1
    beside.has("Press talk")
    (report,) = office.pull.round()
    assert report.added == 1


def test_without_the_key_the_account_is_shut_out_in_a_sentence(beside: Beside) -> None:
    """Nothing is deleted; with the key put back it goes on."""
    beside.has("Budget hearing")
    office = beside.household.office
    connect(beside, beside.browser())
    key = beside.folder / "credentials-key"
    key.rename(beside.folder / "elsewhere")
    (report,) = office.pull.round()
    assert "is missing" in str(report.sentence)
    (beside.folder / "elsewhere").rename(key)
    (report,) = office.pull.round()
    assert report.state.value == "fresh"
    assert beside.titles(report.calendar) == {"Budget hearing"}


def test_an_account_can_be_forgotten(beside: Beside) -> None:
    """It is listed with a way to connect it again, until it is forgotten."""
    browser = beside.browser()
    connect(beside, browser)
    assert f"google:{MAYOR}" in browser.read("/connect")
    browser.post("/connect/forget", account=f"google:{MAYOR}")
    assert beside.household.credentials.notes() == []
    browser.post("/connect/forget", account=f"google:{MAYOR}")
    assert "There is no account" in browser.read("/connect")


def test_what_is_not_set_up_says_so(empty_city: City) -> None:
    """And who sets it up."""
    page = empty_city.browser().read("/connect")
    assert "not set up" in page
    assert "The settings do not hold" in empty_city.browser().read("/connect/google")
    answer = empty_city.browser().post("/connect/google", login=MAYOR, how="consent")
    assert answer.status_code == 422


def test_a_server_is_asked_which_calendars_it_has(empty_city: City) -> None:
    """The password is kept sealed, and is on no page."""
    empty_city.offered += [Offered("https://dav.example.org/a/", "Work", writable=True)]
    browser = empty_city.browser()
    fields = {"address": "https://dav.example.org", "login": "rosa", "password": "a canary of a password"}
    answer = browser.post("/connect/caldav", **fields)
    assert answer.location == "/connect/calendars"
    page = browser.read("/connect/calendars")
    assert "Work" in page
    assert "a canary" not in page
    answer = browser.post("/connect/calendars", calendar="https://dav.example.org/a/", owner="mayor", counts="1")
    (calendar,) = (one.calendar for one in empty_city.office.look.calendars())
    assert (calendar.login, calendar.secret) == ("rosa", "caldav:rosa@dav.example.org")


def test_a_feed_or_a_file_is_connected(beside: Beside) -> None:
    """A file that is handed in is kept and read; with both or neither, one is told."""
    browser = beside.browser()
    for fields in ({}, {"address": "ftp://example.org/a.ics"}):
        answer = browser.post("/connect/ics", title="Council", owner="mayor", **fields)
        assert answer.status_code == 422
        assert "Type an address" in answer.text
    text = vcalendar("BEGIN:VEVENT\r\nUID:a\r\nDTSTART:20260302T090000Z\r\nSUMMARY:Session\r\nEND:VEVENT\r\n")
    upload = (BytesIO(text), "council.ics")
    answer = browser.post("/connect/ics", title="Council", owner="mayor", counts="1", file=upload)
    assert answer.status_code == 303, answer.text
    assert "Council is connected" in browser.read(answer.location)
