"""`sync`, `events`, `alerts`, `outbox`."""

from __future__ import annotations

from datetime import timedelta

from tests.web.commands.conftest import Terminal, a_meeting, next_monday

MONDAY = next_monday()


def connect(terminal: Terminal, name: str, *events: str, owner: str = "mayor") -> None:
    """Connect a calendar file with some events."""
    terminal.told("calendars", "add", name, str(terminal.feed(f"{name}.ics", *events)), "--owner", owner)


def test_events_are_occurrences_on_the_days_asked_for(terminal: Terminal) -> None:
    """A series is told day by day; the last day is not included any more."""
    connect(terminal, "week", a_meeting("w", MONDAY, "0900", "0930", more="RRULE:FREQ=DAILY;COUNT=5\r\n"))
    found = terminal.told("events", "--from", f"{MONDAY}", "--to", f"{MONDAY + timedelta(days=2)}")
    assert [one["start"] for one in found] == sorted(one["start"] for one in found)
    assert len(found) == 2
    first = found[0]
    assert first["uid"] == "w"
    assert first["recurrence_id"]
    assert first["zone"] == "America/New_York"
    assert first["is_recurring"] is True
    assert first["start"].endswith("Z")
    assert first["calendar"] == "week"


def test_people_read_the_offices_wall_clock(terminal: Terminal) -> None:
    """Whatever clock the machine has."""
    connect(terminal, "week", a_meeting("w", MONDAY, "0900", "0930", "Cabinet"))
    result = terminal.run("events", "--from", f"{MONDAY}", "--to", f"{MONDAY + timedelta(days=1)}")
    assert result.exit_code == 0
    assert "09:00–09:30" in result.stdout
    assert "Cabinet" in result.stdout


def test_the_list_says_whose_event_it_is_and_where_an_end_is_unknown(terminal: Terminal) -> None:
    """Afternoons are told on the 24-hour clock; an event that only begins is not one that ends at once."""
    start = f"UID:open\r\nDTSTART;TZID=America/New_York:{MONDAY:%Y%m%d}T151500\r\nSUMMARY:Reception\r\n"
    connect(terminal, "hers", a_meeting("w", MONDAY, "1315", "1415", "Cabinet"))
    connect(terminal, "his", start, owner="deputy")
    lines = terminal.run("events", "--from", f"{MONDAY}", "--to", f"{MONDAY + timedelta(days=1)}").stdout.splitlines()
    assert [line.partition(", ")[2].partition(", ")[2] for line in lines] == [
        "13:15–14:15  Rosa Álvarez: Cabinet",
        "15:15, no end known  Tom Birch: Reception",
    ]


def test_nothing_found_ends_with_one(terminal: Terminal) -> None:
    """As grep does."""
    connect(terminal, "week", a_meeting("w", MONDAY, "0900", "0930"))
    assert terminal.told("events", "--from", "yesterday", "--to", "today", code=1) == []


def test_events_of_one_person_or_one_calendar(terminal: Terminal) -> None:
    """An unknown person is an error, not an empty week."""
    connect(terminal, "hers", a_meeting("a", MONDAY, "0900", "0930"))
    connect(terminal, "his", a_meeting("b", MONDAY, "1000", "1030"), owner="deputy")
    days = ("--from", f"{MONDAY}", "--to", f"{MONDAY + timedelta(days=1)}")
    assert [one["uid"] for one in terminal.told("events", *days)] == ["a", "b"]
    assert [one["uid"] for one in terminal.told("events", *days, "--person", "deputy")] == ["b"]
    assert [one["uid"] for one in terminal.told("events", *days, "--calendar", "hers")] == ["a"]
    assert "mayor, deputy" in terminal.refused("events", "--person", "nobody", code=2)["sentence"]
    assert terminal.refused("events", "--calendar", "none", code=2)["error"] == "not-found"


def test_days_that_are_none_are_refused(terminal: Terminal) -> None:
    """With the way to write them."""
    assert "2026-11-24" in terminal.refused("events", "--from", "someday", code=2)["sentence"]
    assert terminal.refused("events", "--from", "+3", "--to", "+3", code=2)["field"] == "to"


def test_days_that_were_not_read_are_told(terminal: Terminal) -> None:
    """What is not at hand is not free."""
    connect(terminal, "week", a_meeting("w", MONDAY, "0900", "0930"))
    result = terminal.run("events", "--from", f"{MONDAY}", "--to", "+500")
    assert "Not known for all of these days: week" in result.stderr
    near = terminal.run("events", "--from", f"{MONDAY}", "--to", f"{MONDAY + timedelta(days=1)}")
    assert "Not known" not in near.stderr


def test_one_bad_calendar_does_not_keep_the_others_from_being_read(terminal: Terminal) -> None:
    """And the exit code says that something needs a look; what was read before is kept."""
    connect(terminal, "good", a_meeting("g", MONDAY, "0900", "0930"))
    connect(terminal, "page", a_meeting("p", MONDAY, "1000", "1030"), owner="deputy")
    (terminal.folder / "page.ics").write_text("<!DOCTYPE html><title>Moved</title>")
    terminal.feed("good.ics", a_meeting("g", MONDAY, "0900", "0930"), a_meeting("new", MONDAY, "1100", "1130"))
    told = terminal.told("sync", code=3)
    assert {one["calendar"]: (one["state"], one["added"]) for one in told["calendars"]} == {
        "good": ("fresh", 1),
        "page": ("failing", 0),
    }
    found = terminal.told("events", "--from", f"{MONDAY}", "--to", f"{MONDAY + timedelta(days=1)}")
    assert {one["uid"] for one in found} == {"g", "p", "new"}


def test_one_calendar_can_be_read_by_name(terminal: Terminal) -> None:
    """An unknown one is said to be unknown."""
    connect(terminal, "one", a_meeting("a", MONDAY, "0900", "0930"))
    connect(terminal, "two", a_meeting("b", MONDAY, "1000", "1030"))
    assert [one["calendar"] for one in terminal.told("sync", "two")["calendars"]] == ["two"]
    assert terminal.refused("sync", "three", code=2)["error"] == "not-found"


def test_a_calendar_that_is_suddenly_empty_is_held(terminal: Terminal) -> None:
    """Until somebody says that it is meant."""
    events = [a_meeting(f"e{n}", MONDAY + timedelta(days=n), "0900", "0930") for n in range(5)]
    connect(terminal, "week", *events)
    terminal.feed("week.ics")
    assert terminal.told("sync", code=3)["calendars"][0]["state"] == "held"
    days = ("--from", f"{MONDAY}", "--to", f"{MONDAY + timedelta(days=7)}")
    assert len(terminal.told("events", *days)) == 5
    assert terminal.told("sync", "week", "--accept-deletions")["calendars"][0]["removed"] == 5
    assert terminal.told("events", *days, code=1) == []


def test_no_calendar_is_nothing_to_read(terminal: Terminal) -> None:
    """It is said where calendars come from."""
    result = terminal.run("sync")
    assert result.exit_code == 1
    assert "calendars add" in result.stderr


def test_alerts_come_with_the_reading_and_go_with_their_cause(terminal: Terminal) -> None:
    """Two meetings at one time; then one of them moves away."""
    first = a_meeting("a", MONDAY, "0900", "1000", "Cabinet")
    connect(terminal, "week", first, a_meeting("b", MONDAY, "0930", "1030", "Interview"))
    (alert,) = terminal.told("alerts")
    assert (alert["kind"], alert["missing_min"], alert["person"]) == ("overlap", 30, "mayor")
    terminal.feed("week.ics", first, a_meeting("b", MONDAY, "1000", "1030", "Interview"))
    terminal.told("sync")
    assert terminal.told("alerts", code=1) == []
    (settled,) = terminal.told("alerts", "--all")
    assert settled["settled_at"]


def test_an_empty_outbox_is_nothing(terminal: Terminal) -> None:
    """As everywhere."""
    assert terminal.told("outbox", code=1) == []
