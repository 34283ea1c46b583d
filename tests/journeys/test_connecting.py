"""Connecting a Google calendar as somebody does it: in a browser, through the provider and back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from tests.journeys.conftest import NARROW, RULES, WIDE
from tests.web.city import PASSWORD
from tests.web.connected import MAYOR, Beside, beside_google
from web.app import create_app


@dataclass
class Served:
    """A house that answers on loopback, beside the provider."""

    beside: Beside
    url: str


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """Serve it until the test is over."""
    with beside_google(tmp_path) as beside:
        server = make_server("127.0.0.1", 0, create_app(beside.household.office, secret_key=bytes(32)), threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield Served(beside, f"http://127.0.0.1:{server.server_port}")
        finally:
            server.shutdown()
            thread.join(10)
            server.server_close()


def finds_no_barrier(page: Page) -> None:
    """Axe, by the same rules as everywhere in the house; without scripts it cannot run."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
    assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found.response["violations"]] == []


@pytest.mark.parametrize(
    ("scripts", "size", "language"), [(True, WIDE, "en"), (False, NARROW, "es"), (True, NARROW, "es")]
)
def test_a_calendar_is_connected_in_a_browser(
    served: Served,
    browser: Browser,
    tmp_path: Path,
    *,
    scripts: bool,
    size: tuple[int, int],
    language: str,
) -> None:
    """With a script or without, wide or narrow, in either language: nothing is in anybody's way."""
    served.beside.has("Budget hearing")
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, java_script_enabled=scripts, locale=language
    )
    page, complaints = context.new_page(), []
    page.on("console", lambda one: complaints.append(one.text) if one.type in ("error", "warning") else None)
    seen = 0

    def look() -> None:
        nonlocal seen
        seen += 1
        page.screenshot(path=tmp_path / f"connect-{seen}.png", full_page=True)
        if scripts:
            finds_no_barrier(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1") if scripts else True

    page.goto(f"{served.url}/sign-in?next=/connect")
    page.locator("#f-login").fill("it")
    page.locator("#f-password").fill(PASSWORD)
    page.locator("form.stack button").click()
    page.wait_for_url("**/connect")
    if language == "es":
        page.get_by_role("button", name="Español").click()
        page.get_by_role("heading", name="Conectar un calendario").wait_for()
        page.goto(f"{served.url}/connect")
    look()
    for path in ("/connect/caldav", "/connect/ics", "/connect/microsoft"):
        page.goto(served.url + path)
        look()
    page.goto(f"{served.url}/connect/google")
    look()
    page.locator("form.stack button[type=submit]").click()
    page.locator("#f-login-error").wait_for()
    look()
    page.locator("#f-login").fill(MAYOR)
    page.locator("form.stack button[type=submit]").click()
    page.wait_for_url("**/rights")
    look()
    page.locator("main a.usa-button").click()
    page.wait_for_url("**/connect/calendars")
    look()
    page.locator("#f-owner").select_option("mayor")
    page.locator("form.stack button[type=submit]").click()
    page.wait_for_url("**/calendars")
    assert MAYOR in page.locator("main").inner_text()
    page.goto(f"{served.url}/connect")
    look()
    context.close()
    assert [one for one in complaints if "422" not in one] == []
