"""`calendars` and `import`: which calendars are read."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import LOGIN, PASSWORD, DavServer, radicale
from tests.web.commands.conftest import Terminal, a_meeting, next_monday

MONDAY = next_monday()


def test_a_file_is_connected_and_read_at_once(terminal: Terminal) -> None:
    """What is odd in it is told with its line."""
    path = terminal.feed("week.ics", a_meeting("a", MONDAY, "0900", "0930"), "UID:b\r\nSUMMARY:No start\r\n")
    report = terminal.told("calendars", "add", "week", str(path), "--owner", "mayor")
    assert (report["state"], report["added"]) == ("fresh", 1)
    (problem,) = report["problems"]
    assert problem["severity"] == "error"
    assert problem["line"] > 0
    (state,) = terminal.told("calendars", "list")
    assert state["calendar"]["id"] == "week"
    assert state["calendar"]["zone"] == "America/New_York"
    assert state["freshness"]["events"] == 1


def test_a_path_is_kept_whole(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next round may start in another folder."""
    terminal.feed("week.ics", a_meeting("a", MONDAY, "0900", "0930"))
    monkeypatch.chdir(terminal.folder)
    terminal.told("calendars", "add", "week", "week.ics", "--owner", "mayor")
    monkeypatch.chdir("/")
    assert terminal.told("sync")["calendars"][0]["state"] == "fresh"


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (("Bad Name", "x.ics", "--owner", "mayor"), "id"),
        (("../up", "x.ics", "--owner", "mayor"), "id"),
        (("week", "x.ics", "--owner", "nobody"), "owner"),
        (("week", "x.ics", "--owner", "mayor", "--writable"), "writable"),
    ],
)
def test_what_cannot_be_connected_is_refused(terminal: Terminal, words: tuple[str, ...], field: str) -> None:
    """And nothing is kept of it."""
    assert terminal.refused("calendars", "add", *words, code=2)["field"] == field
    assert terminal.told("calendars", "list", code=1) == []


def test_a_calendar_that_is_not_there_is_connected_but_told(terminal: Terminal) -> None:
    """It may be there tomorrow; until then it counts as unknown."""
    report = terminal.told("calendars", "add", "week", "not-there.ics", "--owner", "mayor", code=3)
    assert report["state"] == "failing"


def test_a_calendar_can_be_forgotten(terminal: Terminal) -> None:
    """With its events and its password."""
    path = terminal.feed("week.ics", a_meeting("a", MONDAY, "0900", "0930"))
    terminal.told("calendars", "add", "week", str(path), "--owner", "mayor")
    terminal.told("calendars", "remove", "week")
    assert terminal.told("calendars", "list", code=1) == []
    assert terminal.refused("calendars", "remove", "week", code=1)["error"] == "not-found"
    assert path.exists()


def test_a_schedule_is_taken_over_and_its_slips_are_listed(terminal: Terminal) -> None:
    """An end before its start, and an entry without a place."""
    path = terminal.folder / "schedule.csv"
    path.write_text(
        "Title,Start,End,Location\n"
        f"Staff meeting,{MONDAY} 09:00,{MONDAY} 09:30,City Hall\n"
        f"Interview,{MONDAY} 13:30,{MONDAY} 02:30,City Hall\n",
        encoding="utf-8",
    )
    report = terminal.told("import", str(path), "--owner", "mayor")
    assert report["added"] == 2
    assert 3 in {one["line"] for one in report["problems"]}
    result = terminal.run("import", str(path), "--owner", "mayor")
    assert result.exit_code == 0
    assert "nothing has changed" in result.stdout


def test_an_ics_file_is_taken_over_too(terminal: Terminal) -> None:
    """Under the name of the file, written as an id."""
    path = terminal.feed("My Week.ics", a_meeting("a", MONDAY, "0900", "0930"))
    assert terminal.told("import", str(path), "--owner", "deputy")["calendar"] == "my-week"


@pytest.fixture
def dav(tmp_path: Path) -> Iterator[DavServer]:
    """A CalDAV server on loopback."""
    (tmp_path / "dav").mkdir()
    with radicale(tmp_path / "dav") as server:
        yield server


def test_caldav_from_finding_to_writing(terminal: Terminal, dav: DavServer) -> None:
    """Find the calendar of an account, connect it, confirm a meeting, and find its event on the server."""
    terminal.env["ANTECHAMBER_SYNC_ALLOW_PRIVATE_ADDRESSES"] = "true"
    calendar = dav.make_calendar("agenda")
    (terminal.folder / "password").write_text(f"{PASSWORD}\n")
    account = ("--login", LOGIN, "--password-file", str(terminal.folder / "password"))
    found = terminal.told("calendars", "find", dav.url, *account)
    assert calendar in {one["address"] for one in found}
    words = ("calendars", "add", "agenda", calendar, "--owner", "mayor", "--kind", "caldav", "--writable", *account)
    assert terminal.told(*words)["state"] == "fresh"
    kept = terminal.folder / "secrets" / "agenda"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert PASSWORD not in terminal.run("calendars", "list", "--json").stdout
    request = terminal.told("ask", "--title", "Budget", "-r", "mayor", "--place", "city-hall")["request"]
    proposal = terminal.told("propose", request)["proposal"]
    meeting = terminal.told("confirm", proposal, "1")
    assert meeting["outbox"]["sent"] == 1
    assert meeting["uid"] in dav.request("GET", calendar).text
    (report,) = terminal.told("sync")["calendars"]
    assert report["added"] == 1
    found = terminal.told("events", "--from", "today", "--to", "+40")
    assert [one["uid"] for one in found] == [meeting["uid"]]
    terminal.told("calendars", "remove", "agenda")
    assert not kept.exists()


def test_a_wrong_password_is_trouble_with_a_sentence(terminal: Terminal, dav: DavServer) -> None:
    """Not a traceback, and not the password."""
    terminal.env["ANTECHAMBER_SYNC_ALLOW_PRIVATE_ADDRESSES"] = "true"
    (terminal.folder / "password").write_text("not the password\n")
    account = ("--login", LOGIN, "--password-file", str(terminal.folder / "password"))
    error = terminal.refused("calendars", "find", dav.url, *account, code=3)
    assert error["error"] == "refused"
    assert "not the password" not in error["sentence"]


def test_without_leave_nothing_inside_the_city_is_asked(terminal: Terminal, dav: DavServer) -> None:
    """An address typed by mistake or malice must not reach a server behind the firewall."""
    report = terminal.told("calendars", "add", "inside", f"{dav.url}x.ics", "--owner", "mayor", code=3)
    assert report["state"] == "failing"
