"""`ask`, `requests`, `propose`, `confirm`: a request's way through the office, at a terminal."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.web.commands.conftest import Terminal, a_meeting, next_monday

MONDAY = next_monday()
WEEK = ("--from", f"{MONDAY}", "--to", f"{MONDAY + timedelta(days=4)}")


@pytest.fixture
def office(terminal: Terminal) -> Terminal:
    """Both officials' calendars are connected; Monday morning is full."""
    for person in ("mayor", "deputy"):
        path = terminal.feed(f"{person}.ics", a_meeting(f"{person}-1", MONDAY, "0900", "1200"))
        terminal.told("calendars", "add", person, str(path), "--owner", person)
    return terminal


def asked(office: Terminal, *more: str) -> str:
    """A request of 45 minutes for both, as its number."""
    words = ("ask", "--title", "Budget", "--minutes", "45", "-r", "mayor", "-r", "deputy", "--place", "city-hall")
    number: Any = office.told(*words, *WEEK, *more)["request"]
    assert isinstance(number, str)
    return number


def test_from_a_request_to_a_meeting(office: Terminal) -> None:
    """Take in, find slots around everyone's events, confirm, and see it in the week."""
    request = asked(office)
    assert [one["id"] for one in office.told("requests")] == [request]
    proposal = office.told("propose", request[:8])
    assert proposal["request"] == request
    options = proposal["answer"]["options"]
    assert len(options) >= 5
    scores = [one["score"] for one in options]
    assert scores == sorted(scores)
    assert all(one["score"] == sum(term["points"] for term in one["terms"]) for one in options)
    meeting = office.told("confirm", proposal["proposal"][:8], "2", "--by", "Sam")
    assert meeting["meeting"]["slot"]["start"] == options[1]["slot"]["start"]
    assert meeting["meeting"]["confirmed_by"] == "Sam"
    assert meeting["outbox"]["waiting"] == 2  # mail, which has no server here
    found = office.told("events", "--from", f"{MONDAY}", "--to", f"{MONDAY + timedelta(days=7)}")
    assert meeting["uid"] in {one["uid"] for one in found}
    assert office.told("requests", code=1) == []
    assert {one["address"] for one in office.told("outbox")} == {"mayor@example.org", "deputy@example.org"}


def test_people_read_the_price_in_words(office: Terminal) -> None:
    """A number alone convinces nobody."""
    result = office.run("propose", asked(office))
    assert result.exit_code == 0
    assert " 1. " in result.stdout
    assert "day after the first possible day" in result.stdout
    assert "antechamber confirm" in result.stderr


def test_without_a_slot_the_reasons_come(office: Terminal) -> None:
    """And the exit code says that nothing was found."""
    request = asked(office, "--earliest", "05:00", "--latest", "07:00")
    answer = office.told("propose", request, code=1)["answer"]
    assert answer["status"] == "INFEASIBLE"
    assert "working-hours" in {one["rule"] for one in answer["reasons"]}
    told = office.run("propose", request)
    assert told.exit_code == 1
    assert "working-hours" in told.stdout


def test_every_field_that_is_wrong_is_told_at_once(office: Terminal) -> None:
    """By its name, so that a form or a script can point at it."""
    error = office.refused("ask", "--title", " ", "--minutes", "-5", "-r", "nobody", "--place", "moon", code=2)
    assert error["error"] == "bad-inputs"
    assert {one["field"] for one in error["problems"]} == {"title", "duration_min", "required", "place"}
    result = office.run("ask", "--title", "x", "--minutes", "-5", "-r", "mayor")
    assert result.exit_code == 2
    assert result.stderr == "--minutes: A meeting cannot last -5 minutes. Type a number above zero.\n"


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (("--minutes", "-5"), "--minutes"),
        (("--minutes", "1000"), "--minutes"),
        (("--minutes", "710", "--earliest", "11:00"), "--earliest"),
        (("--minutes", "60", "--earliest", "11:00", "--latest", "11:30"), "--latest"),
        (("--minutes", "60", "--latest", "07:30"), "--latest"),
        (("--from", "+9", "--to", "+8"), "--to"),
        (("--to", "someday"), "--to"),
        (("--latest", "noon"), "--latest"),
        (("--seats", "-1"), "--seats"),
        (("--place", "moon"), "--place"),
        (("--optional", "nobody"), "--optional"),
        (("--one-of", "nobody,mayor"), "--one-of"),
    ],
)
def test_a_mistake_names_the_option_it_is_in(office: Terminal, words: tuple[str, ...], option: str) -> None:
    """One that was given: nobody looks for a mistake in what was left out."""
    result = office.run("ask", "--title", "Budget", "-r", "deputy", *words)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{option}: ")
    assert result.stderr.count("\n") == 1


def test_a_long_meeting_is_not_the_fault_of_an_hour_nobody_gave(office: Terminal) -> None:
    """By default there is room for twelve hours; with an early end the end is named."""
    told = office.run("ask", "--title", "x", "-r", "mayor", "--minutes", "600", "--earliest", "20:00")
    assert "--latest" not in told.stderr


def test_who_and_where_there_is_are_told(office: Terminal) -> None:
    """A mistyped id is mended from the sentence."""
    told = office.run("ask", "--title", "x", "-r", "Rosa", "--place", "hall").stderr
    assert "Known are mayor and deputy" in told
    assert "Known are city-hall" in told


def test_what_is_taken_meanwhile_is_not_confirmed(office: Terminal) -> None:
    """The calendars are read again before anything is booked."""
    proposal = office.told("propose", asked(office))
    slot = proposal["answer"]["options"][0]["slot"]
    compact = (slot["start"] + "/" + slot["end"]).replace("-", "").replace(":", "").split("/")
    taken = f"UID:late\r\nDTSTART:{compact[0]}\r\nDTEND:{compact[1]}\r\nSUMMARY:Late\r\n"
    office.feed("mayor.ics", a_meeting("mayor-1", MONDAY, "0900", "1200"), taken)
    office.told("sync")
    assert office.refused("confirm", proposal["proposal"], "1", code=2)["error"] == "slot-taken"
    assert office.told("outbox", code=1) == []


def test_a_decision_is_made_once(office: Terminal) -> None:
    """The same again is the same; another one is refused, and so is an option that is not there."""
    proposal = office.told("propose", asked(office))["proposal"]
    assert office.refused("confirm", proposal, "99", code=2)["error"] == "not-found"
    first = office.told("confirm", proposal, "1")
    assert office.told("confirm", proposal, "1")["uid"] == first["uid"]
    assert office.refused("confirm", proposal, "2", code=2)["error"] == "already-decided"


def test_an_id_may_be_cut_short_but_not_guessed(office: Terminal) -> None:
    """Three letters are too few, and one that is not there is not found."""
    request = asked(office)
    assert office.refused("propose", request[:3], code=2)["error"] == "not-found"
    assert office.refused("propose", "f" * 32, code=2)["error"] == "not-found"
    assert office.refused("confirm", "0" * 32, "1", code=2)["error"] == "not-found"
