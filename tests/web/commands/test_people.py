"""`user`: accounts and tokens."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.web.commands.conftest import Terminal
from web import wiring


def test_an_account_is_made_with_a_password_shown_once(terminal: Terminal) -> None:
    """And with it one can sign in."""
    made = terminal.told("user", "add", "sam", "--name", "Sam Reed", "--duty", "secretary", "--language", "es")
    assert (made["login"], made["duty"], made["language"]) == ("sam", "secretary", "es")
    (listed,) = terminal.told("user", "list")
    assert "password" not in listed
    with opened(terminal) as household:
        _, user = household.office.sign_in.by_password("sam", made["password"], device="test", address="127.0.0.1")
    assert user.name == "Sam Reed"


def opened(terminal: Terminal) -> wiring.Household:
    """The office of the terminal, opened here."""
    env = {name: value for name, value in terminal.env.items() if value is not None}
    return wiring.build(wiring.settings_from(None, env), env)


def test_a_password_may_be_given_in_a_file(terminal: Terminal, tmp_path: Path) -> None:
    """It is never an argument: those are seen by everybody on the machine."""
    file = tmp_path / "password"
    file.write_text("a quiet lantern\nsomething else\n")
    made = terminal.told("user", "add", "sam", "--password-file", str(file))
    assert "password" not in made
    terminal.told("user", "add", "kim", "--password-file", "-", typed="another lantern\n")
    with opened(terminal) as household:
        household.office.sign_in.by_password("sam", "a quiet lantern", device="test", address="127.0.0.1")
        household.office.sign_in.by_password("kim", "another lantern", device="test", address="127.0.0.1")


def test_what_cannot_be_an_account_is_refused(terminal: Terminal, tmp_path: Path) -> None:
    """A short password, a login that is taken, a person nobody knows."""
    short = tmp_path / "short"
    short.write_text("short\n")
    assert terminal.refused("user", "add", "sam", "--password-file", str(short), code=2)["field"] == "password"
    terminal.told("user", "add", "sam")
    assert terminal.refused("user", "add", "SAM", code=2)["field"] == "login"
    assert terminal.refused("user", "add", "kim", "--person", "nobody", code=2)["field"] == "person"
    assert terminal.refused("user", "disable", "nobody", code=2)["field"] == "login"


@pytest.mark.parametrize("login", ["Bad Login", "", " sam", "sam\t", "s" * 101, "sa\u200bm"])
def test_a_login_is_one_word(terminal: Terminal, login: str) -> None:
    """Nobody would find the blank in it again."""
    assert terminal.refused("user", "add", login, code=2)["field"] == "login"
    assert terminal.told("user", "list", code=1) == []


def test_another_password_and_a_closed_account(terminal: Terminal) -> None:
    """The list says so."""
    terminal.told("user", "add", "sam")
    assert terminal.told("user", "password", "sam")["password"]
    assert terminal.told("user", "disable", "sam")["is_disabled"] is True
    assert "disabled" in terminal.run("user", "list").stdout


def test_a_token_opens_the_api(terminal: Terminal) -> None:
    """It is shown once, and belongs to the account."""
    terminal.told("user", "add", "sam")
    token = terminal.told("user", "token", "sam", "--name", "the script")["token"]
    with opened(terminal) as household:
        user = household.office.sign_in.by_token(token)
    assert user is not None
    assert user.login == "sam"
    assert terminal.run("user", "list").stdout.count(token) == 0
