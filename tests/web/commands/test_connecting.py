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
        (("week", "not-there.ics", "--owner", "mayor"), "address"),
        (("week", "not-there.csv", "--owner", "mayor"), "address"),
        (("week", "ftp://files.example.org/x.ics", "--owner", "mayor"), "address"),
        (("week", "https://", "--owner", "mayor"), "address"),
        (("week", "dav.example.org/x", "--owner", "mayor", "--kind", "caldav"), "address"),
        (
            ("week", "https://dav.example.org/x", "--owner", "mayor", "--kind", "caldav", "--login", "sam"),
            "password_file",
        ),
    ],
)
def test_what_cannot_be_connected_is_refused(terminal: Terminal, words: tuple[str, ...], field: str) -> None:
    """And nothing is kept of it."""
    assert terminal.refused("calendars", "add", *words, code=2)["field"] == field
    assert terminal.told("calendars", "list", code=1) == []


@pytest.mark.parametrize(
    "address",
    [
        "https://sam:pa55word@files.example.org/week.ics",
        "webcal://sam:pa55word@files.example.org/week.ics",
        "https://pa55word@files.example.org/week.ics",
        "https://sam:pa55word@files.example.org:what/week.ics",
        "ftp://sam:pa55word@files.example.org/week.ics",
    ],
)
@pytest.mark.parametrize("kind", ["ics", "caldav", "csv"])
def test_a_password_in_an_address_is_refused_before_anything_is_kept(
    terminal: Terminal, address: str, kind: str
) -> None:
    """Addresses are listed, logged and backed up; this one reaches neither the database nor the answer."""
    error = terminal.refused("calendars", "add", "week", address, "--owner", "mayor", "--kind", kind, code=2)
    assert error["field"] == "address"
    assert "pa55word" not in error["sentence"]
    assert terminal.told("calendars", "list", code=1) == []
    assert all(b"pa55word" not in path.read_bytes() for path in terminal.folder.rglob("*") if path.is_file())


def test_an_address_may_hold_an_at_in_its_path(terminal: Terminal) -> None:
    """Feeds are named after mail addresses; only what stands before the host is an account."""
    words = ("calendars", "add", "week", "https://files.example.org/sam@example.org/week.ics", "--owner", "mayor")
    assert terminal.told(*words, "--no-read") == {"calendar": "week"}


def test_plain_http_is_refused_with_both_ways_out(terminal: Terminal) -> None:
    """Over it others read and change what the office goes by; inside the network IT may say that it is meant."""
    words = ("calendars", "add", "week", "http://files.example.org/week.ics", "--owner", "mayor", "--no-read")
    sentence = terminal.refused(*words, code=2)["sentence"]
    assert "https://" in sentence
    assert "sync.allow_private_addresses" in sentence
    terminal.env["ANTECHAMBER_SYNC_ALLOW_PRIVATE_ADDRESSES"] = "true"
    terminal.told(*words)


@pytest.mark.parametrize(
    "content", ["<!DOCTYPE html><title>Sign in</title>", "", "Title,Start,End\nA,2026-01-05 09:00,2026-01-05 10:00\n"]
)
@pytest.mark.parametrize("words", [("calendars", "add", "week"), ("import", "--id", "week")])
def test_a_file_that_holds_no_calendar_stays_unconnected(
    terminal: Terminal, content: str, words: tuple[str, ...]
) -> None:
    """Nor does it claim that something was read before."""
    path = terminal.folder / "week.ics"
    path.write_text(content)
    error = terminal.refused(*words, str(path), "--owner", "mayor", code=2)
    assert "It was not connected" in error["sentence"]
    assert "read before" not in error["sentence"]
    assert terminal.told("calendars", "list", code=1) == []
    assert terminal.told("alerts", code=1) == []
    terminal.feed("week.ics", a_meeting("a", MONDAY, "0900", "0930"))
    assert terminal.told(*words, str(path), "--owner", "mayor")["state"] == "fresh"
    path.write_text(content)
    report = terminal.told(*words, str(path), "--owner", "mayor", code=3)
    assert "What was read before is kept" in report["sentence"]
    (state,) = terminal.told("calendars", "list")
    assert state["freshness"]["events"] == 1


def test_a_table_is_known_by_its_name(terminal: Terminal) -> None:
    """Nobody has to say what the file says."""
    path = terminal.folder / "week.csv"
    path.write_text(f"Title,Start,End\nStaff meeting,{MONDAY} 09:00,{MONDAY} 09:30\n")
    assert terminal.told("calendars", "add", "week", str(path), "--owner", "mayor")["added"] == 1
    error = terminal.refused("calendars", "add", "other", str(path), "--owner", "mayor", "--kind", "ics", code=2)
    assert error["field"] == "address"


def test_an_unknown_owner_is_told_who_is_known(terminal: Terminal) -> None:
    """The ids of the policy file are the way out."""
    path = terminal.feed("week.ics", a_meeting("a", MONDAY, "0900", "0930"))
    for words in (("calendars", "add", "week"), ("import",)):
        error = terminal.refused(*words, str(path), "--owner", "Rosa", code=2)
        assert (error["field"], "mayor, deputy" in error["sentence"]) == ("owner", True)


def test_a_calendar_can_be_forgotten(terminal: Terminal) -> None:
    """With its events and its password."""
    path = terminal.feed("week.ics", a_meeting("a", MONDAY, "0900", "0930"))
    terminal.told("calendars", "add", "week", str(path), "--owner", "mayor")
    result = terminal.run("calendars", "remove", "week")
    assert "week is forgotten, with what was read from it (events: 1)" in result.stdout
    assert terminal.told("calendars", "list", code=1) == []
    assert terminal.refused("calendars", "remove", "week", code=2)["error"] == "not-found"
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
    address = f"{dav.url}x.ics".replace("http://", "https://")
    result = terminal.run("calendars", "add", "inside", address, "--owner", "mayor")
    assert result.exit_code == 3
    assert "sync.allow_private_addresses" in result.stdout
    assert "inside is connected all the same" in result.stderr
    assert terminal.told("calendars", "list")[0]["freshness"]["state"] == "failing"
