"""`init`, `backup`, `restore`, `doctor`."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.web.commands.conftest import Terminal, a_meeting, next_monday

MONDAY = next_monday()


def test_what_init_writes_is_an_office(nowhere: Terminal) -> None:
    """It can be started as it is, and names are kept as they were typed."""
    told = nowhere.told(
        "init", "--zone", "Europe/Madrid", "--principal", 'Ana "la alcaldesa" Ortega', "--email", "a@b.example"
    )
    assert told["files"] == ["antechamber.toml", "policy.toml", "places.toml"]
    assert nowhere.told("requests", code=1) == []
    made = nowhere.told("ask", "--title", "First", "-r", "mayor", "--place", "city-hall")
    assert made["missing"] == ["requester", "purpose", "contact"]


def test_init_writes_nothing_over(nowhere: Terminal) -> None:
    """What is there may be the work of a week."""
    nowhere.folder.mkdir()
    (nowhere.folder / "places.toml").write_text("# mine\n")
    assert nowhere.told("init")["files"] == ["antechamber.toml", "policy.toml"]
    assert (nowhere.folder / "places.toml").read_text() == "# mine\n"
    assert nowhere.refused("init", code=2)["field"] == "folder"
    assert nowhere.refused("init", "--zone", "Nowhere", code=2)["field"] == "zone"


@pytest.mark.parametrize("named", ["absolute", "relative", "not at all"])
def test_there_is_one_store_wherever_a_command_is_started(
    nowhere: Terminal, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the home, elsewhere with the variable, in the folder without it: the same request is seen."""
    here = nowhere.folder.parent
    if named == "relative":
        nowhere.env["ANTECHAMBER_DATA_DIR"] = nowhere.folder.name
    if named == "not at all":
        nowhere.env["ANTECHAMBER_DATA_DIR"] = None
        nowhere.env["XDG_DATA_HOME"] = str(here)
    home = Path(nowhere.told("init", "--zone", "Europe/Madrid")["folder"])
    nowhere.told("ask", "--title", "First", "-r", "mayor", "--place", "city-hall")
    monkeypatch.chdir(home)
    nowhere.env["ANTECHAMBER_DATA_DIR"] = None
    assert [one["title"] for one in nowhere.told("requests")] == ["First"]
    monkeypatch.chdir("/")
    assert len(nowhere.told("--settings", str(home / "antechamber.toml"), "requests")) == 1
    nowhere.env["ANTECHAMBER_DATA_DIR"] = str(home)
    assert len(nowhere.told("requests")) == 1
    assert [path.parent for path in here.rglob("antechamber.sqlite3")] == [home]


def test_init_tells_of_a_variable_that_puts_the_store_elsewhere(nowhere: Terminal) -> None:
    """The variable goes before the file, which is easily forgotten."""
    result = nowhere.run("init", "--folder", str(nowhere.folder.parent / "other"))
    assert f"the store lies in {nowhere.folder}" in result.stderr
    assert "the store lies in" not in nowhere.run("init").stderr


def test_a_missing_places_file_is_written_by_init(terminal: Terminal) -> None:
    """What the sentence says works, and leaves the policy alone."""
    (terminal.folder / "places.toml").unlink()
    assert "`antechamber init`" in terminal.run("requests").stderr
    terminal.run("init")
    assert terminal.told("requests", code=1) == []


def test_a_backup_brings_everything_back(terminal: Terminal) -> None:
    """Requests, calendars and accounts, as they were when it was made."""
    path = terminal.feed("week.ics", a_meeting("a", MONDAY, "0900", "0930"))
    terminal.told("calendars", "add", "week", str(path), "--owner", "mayor")
    terminal.told("ask", "--title", "Before", "-r", "mayor", "--place", "city-hall")
    copy = terminal.folder / "office.backup"
    made = terminal.told("backup", str(copy))
    assert made["counts"]["requests"] == 1
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    terminal.told("ask", "--title", "After", "-r", "mayor", "--place", "city-hall")
    terminal.told("calendars", "remove", "week")
    told = terminal.told("restore", str(copy), "--yes")
    assert Path(told["old_store"]).exists()
    assert [one["title"] for one in terminal.told("requests")] == ["Before"]
    assert len(terminal.told("calendars", "list")) == 1


def test_a_backup_is_never_written_over(terminal: Terminal) -> None:
    """The one that is there may be the last good one."""
    terminal.run("requests")
    copy = terminal.folder / "office.backup"
    terminal.told("backup", str(copy))
    assert terminal.refused("backup", str(copy), code=2)["field"] == "file"
    assert terminal.refused("backup", str(terminal.folder / "no" / "copy"), code=2)["field"] == "file"


def test_a_file_that_is_no_backup_is_not_put_back(terminal: Terminal) -> None:
    """Nothing is asked, nothing is moved."""
    terminal.told("ask", "--title", "Before", "-r", "mayor", "--place", "city-hall")
    (terminal.folder / "junk").write_text("not a backup")
    assert terminal.refused("restore", str(terminal.folder / "junk"), code=2)["field"] == "file"
    assert len(terminal.told("requests")) == 1


def test_a_damaged_backup_changes_nothing(terminal: Terminal) -> None:
    """One flipped bit is enough to be refused."""
    terminal.told("ask", "--title", "Before", "-r", "mayor", "--place", "city-hall")
    copy = terminal.folder / "office.backup"
    terminal.told("backup", str(copy))
    raw = bytearray(copy.read_bytes())
    raw[len(raw) // 2] ^= 1
    copy.write_bytes(raw)
    assert terminal.refused("restore", str(copy), "--yes", code=3)["error"] == "backup"
    assert [one["title"] for one in terminal.told("requests")] == ["Before"]


def test_restore_asks_first(terminal: Terminal) -> None:
    """And does nothing unless told to."""
    terminal.told("ask", "--title", "Before", "-r", "mayor", "--place", "city-hall")
    copy = terminal.folder / "office.backup"
    terminal.told("backup", str(copy))
    terminal.told("ask", "--title", "After", "-r", "mayor", "--place", "city-hall")
    assert terminal.run("restore", str(copy), typed="n\n").exit_code == 1
    assert len(terminal.told("requests")) == 2


def test_the_doctor_finds_what_is_missing(terminal: Terminal) -> None:
    """Each finding has a name that stays, and a sentence with the way out."""
    found = {one["name"]: one for one in terminal.told("doctor", code=3)}
    assert not found["calendars"]["is_good"]
    assert not found["accounts"]["is_good"]
    assert "antechamber user add" in found["accounts"]["sentence"]
    assert all(found[name]["is_good"] for name in ("settings", "policy", "store-integrity", "solver", "zone-data"))


def test_the_doctor_is_content_with_a_well_kept_house(terminal: Terminal) -> None:
    """Then the exit code says so."""
    terminal.told("user", "add", "sam")
    path = terminal.feed("week.ics", a_meeting("a", MONDAY, "0900", "0930"))
    terminal.told("calendars", "add", "week", str(path), "--owner", "mayor")
    found = terminal.told("doctor")
    assert all(one["is_good"] for one in found)
    path.write_text("<html></html>")
    terminal.told("sync", code=3)
    bad = [one for one in terminal.told("doctor", code=3) if not one["is_good"]]
    assert [one["name"] for one in bad] == ["calendar:week"]


def test_the_doctor_can_be_asked_when_nothing_starts(terminal: Terminal) -> None:
    """That is when he is needed."""
    (terminal.folder / "policy.toml").write_text("[office\n")
    (finding, *_) = [one for one in terminal.told("doctor", code=2) if not one["is_good"]]
    assert finding["name"] == "policy"
    (terminal.folder / "policy.toml").unlink()
    assert terminal.told("doctor", code=2)


def test_the_doctor_tells_each_mistake_on_a_line(terminal: Terminal) -> None:
    """A paragraph of them is not worked through."""
    policy = terminal.folder / "policy.toml"
    policy.write_text(
        policy.read_text()
        .replace('zone = "America/New_York"', 'zone = "Nowhere"\ncolour = 3')
        .replace('base = "city-hall"', 'base = "moon"', 1)
    )
    places = terminal.folder / "places.toml"
    places.write_text(places.read_text() + "colour = 3\n")
    bad = [line for line in terminal.run("doctor").stdout.splitlines() if line.startswith("BAD")]
    assert len(bad) == 4
    assert all(line.startswith("BAD  policy: ") for line in bad)
    assert sum("people[1].base: no place has the id 'moon'" in line for line in bad) == 1


def test_the_doctor_tells_a_damaged_store(terminal: Terminal) -> None:
    """Rather than ending with it."""
    terminal.run("requests")
    store = terminal.folder / "antechamber.sqlite3"
    store.write_bytes(b"this is no database, and never was one" * 200)
    found = terminal.told("doctor", code=3)
    assert any(one["name"].startswith("store") and not one["is_good"] for one in found)
