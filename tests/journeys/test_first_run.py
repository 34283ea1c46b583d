"""A secretary's first quarter of an hour: from the first page to an invitation in everybody's calendar.

With PICTURES=folder the journey leaves the documents' pictures there.
"""

from __future__ import annotations

import re
import time
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import NARROW, WIDE, Demo, Enter, Visitor

pytestmark = pytest.mark.browser

PAGES = ("", "day", "requests", "requests/new", "alerts", "calendars", "outbox", "account")
BUDGET = "Budget hearing"
STORM = "Storm briefing"
VISIT = "Asociación de Vecinos"


def opens(visitor: Visitor, title: str) -> Page:
    """Open a waiting request by its title."""
    visitor.goes_to("requests")
    visitor.page.get_by_role("link", name=re.compile(re.escape(title))).first.click()
    visitor.page.wait_for_load_state()
    return visitor.page


def finds_slots(page: Page) -> None:
    """Press the button, and wait for what comes of it."""
    page.get_by_role("button", name=re.compile("Find slots|Buscar")).first.click()
    expect(page.get_by_role("heading", name=re.compile(r"\d+ slots"))).to_be_visible(timeout=20_000)


def test_the_week_shows_everybody_and_what_cannot_work(enter: Enter) -> None:
    """Value before any typing: eight officials, five days, and the yellow box."""
    visitor = enter()
    visitor.comes_in()
    page = visitor.page
    expect(page.get_by_role("rowheader")).to_have_count(8)
    expect(page.get_by_text(re.compile(r"Imported \d+ events"))).to_be_visible()
    expect(page.get_by_text(re.compile(r"\d+ overlaps"))).to_be_visible()
    expect(page.get_by_text(re.compile(r"\d+ drives that cannot work"))).to_be_visible()
    expect(page.get_by_text(re.compile(r"\d+ entries with doubts"))).to_be_visible()
    visitor.takes_a_picture("week")


def test_alerts_tell_the_events_and_the_minutes(enter: Enter) -> None:
    """Each with the person and the way to the day."""
    visitor = enter()
    visitor.comes_in()
    visitor.goes_to("alerts")
    expect(visitor.page.get_by_text(re.compile("minutes are missing for a drive of")).first).to_be_visible()
    expect(visitor.page.get_by_text(re.compile(r"overlap by \d+ minutes")).first).to_be_visible()
    visitor.takes_a_picture("alerts")


def test_a_request_that_lacks_something_says_what(enter: Enter) -> None:
    """Complete but for one field."""
    visitor = enter()
    visitor.comes_in()
    visitor.goes_to("requests")
    expect(visitor.page.get_by_text("a contact on the day")).to_be_visible()


def test_from_a_request_to_everybodys_calendar(enter: Enter, demo: Demo) -> None:
    """At least five different slots with their prices in words; one confirmed; written to each attendee."""
    visitor = enter()
    visitor.comes_in()
    page = opens(visitor, BUDGET)
    finds_slots(page)
    options = page.get_by_role("button", name="Confirm")
    assert options.count() >= 5
    expect(page.get_by_text(re.compile(r"Price \d+")).first).to_be_visible()
    visitor.takes_a_picture("options")
    visitor.finds_no_barrier()
    options.first.click()
    page.wait_for_load_state()
    expect(page.get_by_role("heading", name=re.compile(BUDGET)).first).to_be_visible()
    expect(page.get_by_text(re.compile("Confirmed", re.IGNORECASE)).first).to_be_visible()
    visitor.finds_no_barrier()
    uids = _uids_in_calendars(demo, at_least=5)
    assert len({uid for uid, _ in uids}) == 1, uids


def _uids_in_calendars(demo: Demo, at_least: int) -> set[tuple[str, str]]:
    """Our UIDs in the collections of the demo's calendar server, each with its file, once so many are there."""
    until = time.monotonic() + 30
    found: set[tuple[str, str]] = set()
    while time.monotonic() < until and len(found) < at_least:
        time.sleep(0.2)
        for path in (demo.folder / "radicale").glob("collections/collection-root/*/*/*.ics"):
            for uid in re.findall(rb"UID:(\w+@antechamber)", path.read_bytes()):
                found.add((uid.decode(), str(path)))
    assert len(found) >= at_least
    return found


def test_the_same_with_the_keyboard_alone(enter: Enter) -> None:
    """Tab and Enter, from the request to the confirmed meeting; the focus is always to be seen."""
    visitor = enter()
    visitor.comes_in()
    page = opens(visitor, VISIT)
    _presses(page, re.compile("Find slots"))
    expect(page.get_by_role("heading", name=re.compile(r"\d+ slots"))).to_be_visible(timeout=20_000)
    assert page.evaluate("document.activeElement !== document.body"), "the focus fell to the page after the swap"
    _presses(page, re.compile("^Confirm"))
    page.wait_for_load_state()
    expect(page.get_by_text(re.compile("Confirmed", re.IGNORECASE)).first).to_be_visible()


def _presses(page: Page, name: re.Pattern[str], within: int = 40) -> None:
    """Tab until a button of that name has the focus, then press Enter."""
    for _ in range(within):
        page.keyboard.press("Tab")
        text = page.evaluate(
            "(e => e && e.tagName === 'BUTTON' ? (e.innerText || '').trim() : '')(document.activeElement)"
        )
        if name.search(text):
            page.keyboard.press("Enter")
            return
    pytest.fail(f"no button {name.pattern} within {within} stops of the Tab key")


def test_everything_works_without_scripts(enter: Enter) -> None:
    """Plain forms and links."""
    visitor = enter(scripts=False)
    visitor.comes_in()
    page = opens(visitor, STORM)
    page.get_by_role("button", name="Find slots").first.click()
    page.wait_for_load_state()
    expect(page.get_by_role("heading", name=re.compile(r"slots|No slot"))).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_no_page_has_a_barrier(enter: Enter, size: tuple[int, int], scheme: Literal["light", "dark"]) -> None:
    """WCAG 2.2 AA on every page; nothing to scroll sideways on a telephone."""
    visitor = enter(size, scheme)
    visitor.goes_to("sign-in")
    visitor.finds_no_barrier()
    visitor.comes_in()
    for path in PAGES:
        visitor.goes_to(path)
        visitor.finds_no_barrier()
        overhang = visitor.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert overhang <= 0, f"{path} hangs over by {overhang} px"
        if size == NARROW and scheme == "light" and not path:
            visitor.takes_a_picture("week-narrow")


def test_the_office_speaks_spanish(enter: Enter) -> None:
    """Every page, from the first."""
    visitor = enter(locale="es-ES")
    visitor.comes_in()
    page = visitor.page
    if page.get_by_role("button", name="Español").count():
        page.get_by_role("button", name="Español").first.click()
        page.wait_for_load_state()
    for path in PAGES:
        visitor.goes_to(path)
        assert page.locator("html").get_attribute("lang") == "es"
        visitor.finds_no_barrier()
    visitor.goes_to("")
    expect(page.get_by_role("link", name="Solicitudes")).to_be_visible()
