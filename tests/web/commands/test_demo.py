"""The demo office from its first start to its second, as somebody sees it who has just installed it."""

from __future__ import annotations

import re
import signal
import sqlite3
import subprocess
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest
import requests

from tests.web.commands.conftest import Terminal
from tests.web.commands.test_serving import address_of, started, stopped, until
from web.commands.demo import forget, free_port, has_screen, of_the_server
from web.demo import prepared_on


def login_of(process: subprocess.Popen[str]) -> tuple[str, str]:
    """The login and the password that the process says."""
    assert process.stdout is not None
    found = re.fullmatch(r"Sign in as (\S+) with the password (\S+)\n", process.stdout.readline())
    assert found is not None
    return found[1], found[2]


def signed_in(address: str, login: str, password: str) -> requests.Session:
    """A browser that has signed in through the form."""
    browser = requests.Session()
    page = browser.get(f"{address}sign-in", timeout=30)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    assert token is not None
    answer = browser.post(
        f"{address}sign-in",
        data={"csrf_token": token[1], "login": login, "password": password},
        headers={"Origin": address.rstrip("/")},
        timeout=30,
    )
    assert answer.status_code == 200, answer.status_code
    assert "/sign-in" not in answer.url
    return browser


def pids_below(process: subprocess.Popen[str]) -> list[int]:
    """The ids of every process it has started."""
    return [child.pid for child in psutil.Process(process.pid).children(recursive=True)]


def test_the_demo_from_its_first_start_to_its_second(nowhere: Terminal) -> None:
    """One command opens an office with a full week; it goes when told, and the next start finds what was done."""
    folder = nowhere.folder / "demo"
    with started(nowhere, "demo", "--port", "0", "--no-browser") as process:
        address = address_of(process)
        browser = signed_in(address, *login_of(process))
        week = browser.get(address, timeout=30)
        assert week.status_code == 200
        assert len(re.findall(r"<(?:td|th|section|li)\b", week.text)) > 40
        terminal = Terminal(folder, {**nowhere.env, "ANTECHAMBER_DATA_DIR": None})
        office = ("--settings", str(folder / "antechamber.toml"))
        states = terminal.told(*office, "calendars", "list")
        assert len(states) == 10
        assert {one["freshness"]["state"] for one in states} == {"fresh"}
        assert terminal.told(*office, "alerts")
        (request, *_) = terminal.told(*office, "requests")
        proposal = terminal.told(*office, "propose", request["id"])
        meeting = terminal.told(*office, "confirm", proposal["proposal"], "1")
        attending = meeting["meeting"]["attending"]
        assert meeting["outbox"]["sent"] == len(attending)
        assert written(folder, meeting["uid"]) == sorted(attending)
        assert pids_below(process)
        assert stopped(process, signal.SIGTERM) == 0
        _, told = process.communicate()
    assert told == ""
    with started(nowhere, "demo", "--port", "0", "--no-browser") as process:
        signed_in(address_of(process), *login_of(process))
        requests_left = [one["id"] for one in terminal.told(*office, "requests")]
        assert request["id"] not in requests_left
        found = terminal.told(*office, "events", "--from", "today", "--to", "+60")
        assert meeting["uid"] in {one["uid"] for one in found}
        assert stopped(process, signal.SIGINT) == 0


def written(folder: Path, uid: str) -> list[str]:
    """In whose collections on the demo's calendar server an event lies."""
    collections = folder / "radicale" / "collections" / "collection-root"
    return sorted(
        person.name
        for person in collections.iterdir()
        if any(uid in path.read_text(encoding="utf-8") for path in person.glob("agenda/*.ics"))
    )


def test_after_a_kill_and_a_month_everything_is_made_anew(nowhere: Terminal) -> None:
    """The calendar server that was left behind is ended; the demo never looks as if nobody had been there for weeks."""
    folder = nowhere.folder / "demo"
    with started(nowhere, "demo", "--port", "0", "--no-browser") as process:
        address_of(process)
        orphans = [psutil.Process(pid) for pid in pids_below(process)]
        assert orphans
        process.kill()
        process.wait()
    long_ago = datetime.now(UTC).date() - timedelta(days=30)
    (folder / "demo.json").write_text(f'{{"today": "{long_ago}", "seed": 1}}')
    with closing(sqlite3.connect(folder / "antechamber.sqlite3")) as store, store:
        store.execute("UPDATE calendars SET name = 'an old one'")
    with started(nowhere, "demo", "--port", "0", "--no-browser") as process:
        address_of(process)
        assert until(lambda: not any(_works(one) for one in orphans), 40)
        made = prepared_on(folder)
        assert made is not None
        assert made > long_ago
        with closing(sqlite3.connect(folder / "antechamber.sqlite3")) as store:
            (old,) = store.execute("SELECT count(*) FROM calendars WHERE name = 'an old one'").fetchone()
        assert old == 0
        assert stopped(process, signal.SIGTERM) == 0


def _works(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_only_what_the_demo_made_is_thrown_away(tmp_path: Path) -> None:
    """Somebody may have put the demo into a folder with other things in it."""
    for name in ("antechamber.sqlite3", "antechamber.sqlite3-wal", "jobs.sqlite3", "notes.txt", "policy.toml"):
        (tmp_path / name).write_text("x")
    (tmp_path / "radicale" / "collections" / "mayor").mkdir(parents=True)
    forget(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notes.txt", "policy.toml", "radicale"]


def test_the_demo_does_not_take_over_another_offices_settings() -> None:
    """Somebody who tries the demo on the city's server must not see the demo write into the city's store."""
    env = {
        "ANTECHAMBER_DATABASE_URL": "postgresql://city",
        "ANTECHAMBER_DATA_DIR": "/srv/office",
        "ANTECHAMBER_SMTP_HOST": "mail",
        "ANTECHAMBER_SERVER_THREADS": "2",
        "LANG": "C",
    }
    assert of_the_server(env) == {"ANTECHAMBER_SERVER_THREADS": "2", "LANG": "C"}


@pytest.mark.parametrize(("wanted", "port"), [(0, 0), (9000, 9000)])
def test_a_port_that_was_asked_for_is_taken(wanted: int, port: int) -> None:
    """Another one would surprise."""
    assert free_port(wanted) == port
    assert free_port(None) in {0, 8080}


def test_a_browser_is_opened_only_where_there_is_a_screen() -> None:
    """A text browser would take the terminal."""
    assert has_screen({"DISPLAY": ":0"})
    assert has_screen({"WAYLAND_DISPLAY": "wayland-0"})
