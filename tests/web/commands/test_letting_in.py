"""`connect` and `credentials`: accounts that let the office in."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import requests

from agenda.model.times import DAY
from tests.servers import LOGIN, PASSWORD, DavServer, radicale
from tests.simulators.google.oauth import CLIENT, CLIENT_SECRET
from tests.simulators.google.server import Simulator, google
from tests.web.commands.conftest import Terminal, next_monday

MAYOR = "mayor@example.org"


@pytest.fixture
def provider(terminal: Terminal) -> Iterator[Simulator]:
    """The simulated provider with the mayor's calendar in it; the terminal's settings name it."""
    with google() as simulator:
        calendar = simulator.world.add_calendar(MAYOR)
        calendar.roles[MAYOR] = "owner"
        day = next_monday()
        times = {"start": {"date": day.isoformat()}, "end": {"date": (day + DAY).isoformat()}}
        simulator.world.insert(calendar, {"summary": "Retreat", **times}, MAYOR, {"conferenceDataVersion": "1"})
        terminal.env.update(
            {
                "ANTECHAMBER_GOOGLE_CLIENT_ID": CLIENT,
                "ANTECHAMBER_GOOGLE_CLIENT_SECRET": CLIENT_SECRET,
                "ANTECHAMBER_GOOGLE_API_ENDPOINT": simulator.endpoint,
                "ANTECHAMBER_GOOGLE_AUTH_URI": f"{simulator.url}/o/oauth2/auth",
                "ANTECHAMBER_GOOGLE_TOKEN_URI": f"{simulator.url}/token",
            }
        )
        yield simulator


@pytest.fixture
def agreeing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser on this machine, and somebody who agrees to everything in it."""

    def launch(url: str) -> int:
        threading.Thread(target=lambda: requests.get(url, timeout=10), daemon=True).start()
        return 0

    monkeypatch.setattr(click, "launch", launch)


@pytest.mark.usefixtures("provider", "agreeing")
def test_google_is_connected_through_a_browser_that_comes_back(terminal: Terminal) -> None:
    """The consent is kept sealed, and the calendar read at once; afterwards by every round."""
    (report,) = terminal.told("connect", "google", MAYOR, "--owner", "mayor")
    assert (report["state"], report["added"]) == ("fresh", 1)
    (state,) = terminal.told("calendars", "list")
    assert state["calendar"]["secret"] == f"google:{MAYOR}"
    assert terminal.told("sync")["calendars"][0]["state"] == "fresh"


@pytest.mark.usefixtures("provider", "agreeing")
def test_the_key_is_changed_under_a_connected_account(terminal: Terminal) -> None:
    """Before and after every credential opens; a forgotten account is not in the list."""
    terminal.told("connect", "google", MAYOR, "--owner", "mayor")
    (before,) = terminal.told("credentials", "list")
    assert "text" not in before
    assert terminal.told("credentials", "rotate") == {"sealed": 1}
    (after,) = terminal.told("credentials", "list")
    assert after["key_id"] != before["key_id"]
    assert terminal.told("credentials", "check") == {"opened": 1}
    assert terminal.told("sync")["calendars"][0]["state"] == "fresh"
    (terminal.folder / "credentials-key").unlink()
    assert "is missing" in terminal.refused("credentials", "check", code=3)["sentence"]
    terminal.told("credentials", "forget", f"google:{MAYOR}")
    assert terminal.told("credentials", "list") == []


def test_without_a_client_one_learns_what_to_set(terminal: Terminal) -> None:
    """In a sentence, for either provider."""
    told = terminal.refused("connect", "google", MAYOR, "--owner", "mayor", code=3)
    assert "google.client_id" in told["sentence"]
    told = terminal.refused("connect", "microsoft", MAYOR, "--owner", "mayor", code=3)
    assert "microsoft.client_id" in told["sentence"]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[DavServer]:
    """A real CalDAV server."""
    (tmp_path / "dav").mkdir()
    with radicale(tmp_path / "dav") as running:
        yield running


def test_a_server_is_connected_with_a_password_that_is_kept_sealed(terminal: Terminal, server: DavServer) -> None:
    """It stands in no file of the office."""
    url = server.make_calendar("work")
    terminal.env["ANTECHAMBER_SYNC_ALLOW_PRIVATE_ADDRESSES"] = "true"
    how = ("--login", LOGIN, "--password-file", "-", "--owner", "mayor", "--writable")
    (report,) = terminal.told("connect", "caldav", url, *how, typed=PASSWORD + "\n")
    assert report["state"] == "fresh"
    kept = [one for one in terminal.folder.rglob("*") if one.is_file()]
    assert any(LOGIN.encode() in one.read_bytes() for one in kept)
    assert not any(PASSWORD.encode() in one.read_bytes() for one in kept)
    refused = terminal.run("connect", "caldav", url, *how, "--calendar", "no such", typed=PASSWORD + "\n")
    assert refused.exit_code == 2
    assert "There are:" in refused.stderr
