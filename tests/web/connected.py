"""A joined house beside the simulated Google, with a browser in it: for the tests of connecting."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import requests

from agenda.model.ids import CalendarId, UserId
from agenda.model.times import DAY
from agenda.model.users import Duty
from tests.simulators.google.oauth import CLIENT, CLIENT_SECRET
from tests.simulators.google.server import Simulator, google
from tests.web.city import PASSWORD, Browser
from tests.web.commands.conftest import PLACES, POLICY
from web import wiring
from web.app import create_app

MAYOR = "mayor@example.org"


@dataclass
class Beside:
    """An office whose mayor has a calendar at the provider."""

    simulator: Simulator
    household: wiring.Household
    folder: Path

    def browser(self, duty: Duty = Duty.IT) -> Browser:
        """Somebody signed in."""
        browser = Browser(create_app(self.household.office, secret_key=bytes(32)).test_client())
        assert browser.post("/sign-in", login=duty.value, password=PASSWORD).status_code == 303
        return browser

    def agrees(self, url: str) -> str:
        """What the browser is sent back to, path and query, when the person agrees at the provider."""
        answer = requests.get(url, allow_redirects=False, timeout=5)
        assert answer.status_code == 302
        back = urlsplit(answer.headers["Location"])
        return f"{back.path}?{back.query}"

    def has(self, *titles: str) -> None:
        """Put events of tomorrow into the mayor's calendar there."""
        tomorrow = (self.household.clock.now() + DAY).date().isoformat()
        for title in titles:
            times = {name: {"dateTime": f"{tomorrow}T{hour}:00:00Z"} for name, hour in (("start", 15), ("end", 16))}
            calendar = self.simulator.world.calendars[MAYOR]
            self.simulator.world.insert(calendar, {"summary": title, **times}, MAYOR, {"conferenceDataVersion": "1"})

    def titles(self, calendar: str) -> set[str]:
        """What our copy of a calendar holds."""
        with self.household.store.reading() as unit:
            found = unit.events.within(self.household.office.pull.window(), calendars=[CalendarId(calendar)])
        return {one.summary for one in found}


@contextmanager
def beside_google(folder: Path) -> Iterator[Beside]:
    """Start both."""
    (folder / "policy.toml").write_text(POLICY, encoding="utf-8")
    (folder / "places.toml").write_text(PLACES, encoding="utf-8")
    with google() as simulator:
        there = simulator.world.add_calendar(MAYOR)
        there.roles[MAYOR] = "owner"
        env = {
            "ANTECHAMBER_DATA_DIR": str(folder),
            "ANTECHAMBER_GOOGLE_CLIENT_ID": CLIENT,
            "ANTECHAMBER_GOOGLE_CLIENT_SECRET": CLIENT_SECRET,
            "ANTECHAMBER_GOOGLE_API_ENDPOINT": simulator.endpoint,
            "ANTECHAMBER_GOOGLE_AUTH_URI": f"{simulator.url}/o/oauth2/auth",
            "ANTECHAMBER_GOOGLE_TOKEN_URI": f"{simulator.url}/token",
        }
        with wiring.build(wiring.settings_from(None, env), {}) as household:
            for duty in Duty:
                household.office.sign_in.add_user(f"The {duty.value}", UserId(duty.value), PASSWORD, duty)
            yield Beside(simulator, household, folder)
