"""Who may come in, and for how long."""

from __future__ import annotations

from datetime import timedelta

import pytest

from agenda.model.errors import BadInputError, SignInError, TooManyTriesError
from agenda.model.users import Duty, User
from tests.agenda.actions.conftest import Town

GOOD = "correct horse battery"


def hired(town: Town) -> User:
    """The secretary's account."""
    return town.sign_in.add_user("Sam Rivera", "sam", GOOD, Duty.SECRETARY)


def comes_in(town: Town, login: str = "sam", password: str = GOOD, address: str = "127.0.0.1") -> str:
    """Sign in; the cookie's secret."""
    secret, _ = town.sign_in.by_password(login, password, device="test", address=address)
    return secret


def test_a_session_tells_whose_it_is(town: Town) -> None:
    """However the login is capitalised."""
    user = hired(town)
    assert town.sign_in.who(comes_in(town, "SAM")) == user


def test_only_the_digest_of_a_session_is_kept(town: Town) -> None:
    """A stolen database opens no door."""
    hired(town)
    secret = comes_in(town)
    with town.store.reading() as unit:
        assert unit.users.session(secret) is None


@pytest.mark.parametrize(("login", "password"), [("sam", "wrong password!"), ("nobody", GOOD), ("", "")])
def test_wrong_words_get_one_sentence(town: Town, login: str, password: str) -> None:
    """It is not said which of the two is wrong."""
    hired(town)
    with pytest.raises(SignInError, match="do not belong together"):
        comes_in(town, login, password)


def test_a_session_ends_when_it_is_not_used(town: Town) -> None:
    """Half an hour and a second."""
    hired(town)
    secret = comes_in(town)
    town.clock.advance(timedelta(minutes=30))
    assert town.sign_in.who(secret) is not None
    town.clock.advance(timedelta(minutes=30, seconds=1))
    assert town.sign_in.who(secret) is None


def test_a_session_ends_in_any_case_after_twelve_hours(town: Town) -> None:
    """Used every twenty minutes, all day."""
    hired(town)
    secret = comes_in(town)
    for _ in range(36):
        town.clock.advance(timedelta(minutes=20))
        assert town.sign_in.who(secret) is not None
    town.clock.advance(timedelta(minutes=1))
    assert town.sign_in.who(secret) is None


def test_after_eight_wrong_tries_even_the_right_password_waits(town: Town) -> None:
    """A quarter of an hour, for the login from any address."""
    hired(town)
    for number in range(8):
        with pytest.raises(SignInError):
            comes_in(town, password="wrong password!", address=f"127.0.0.{number}")
    with pytest.raises(TooManyTriesError):
        comes_in(town)
    town.clock.advance(timedelta(minutes=15, seconds=1))
    assert comes_in(town)


def test_many_logins_from_one_address_wait_too(town: Town) -> None:
    """Spraying one password over all names."""
    hired(town)
    for number in range(8):
        with pytest.raises(SignInError):
            comes_in(town, f"user{number}", "spring2026!!")
    with pytest.raises(TooManyTriesError):
        comes_in(town)
    assert comes_in(town, address="127.0.0.2")


def test_a_disabled_account_is_out_at_once(town: Town) -> None:
    """Its open sessions end, too."""
    hired(town)
    secret = comes_in(town)
    town.sign_in.disable("sam")
    assert town.sign_in.who(secret) is None
    with pytest.raises(SignInError):
        comes_in(town)


def test_a_new_password_ends_every_session(town: Town) -> None:
    """Whoever had the old one is out."""
    hired(town)
    secret = comes_in(town)
    town.sign_in.set_password("sam", "another good one")
    assert town.sign_in.who(secret) is None
    assert comes_in(town, password="another good one")


def test_signing_out_ends_the_session(town: Town) -> None:
    """On the server, not only in the browser."""
    hired(town)
    secret = comes_in(town)
    town.sign_in.sign_out(secret)
    assert town.sign_in.who(secret) is None


def test_a_short_password_is_refused(town: Town) -> None:
    """Eleven characters are one too few."""
    with pytest.raises(BadInputError, match="at least 12"):
        town.sign_in.add_user("Sam", "sam", "x" * 11, Duty.SECRETARY)
    town.sign_in.add_user("Sam", "sam", "x" * 12, Duty.SECRETARY)


def test_a_login_is_taken_however_it_is_capitalised(town: Town) -> None:
    """Two Sams need two logins."""
    hired(town)
    with pytest.raises(BadInputError, match="is taken"):
        town.sign_in.add_user("Other", "Sam", GOOD, Duty.STAFF)


def test_a_token_opens_the_api_for_its_account(town: Town) -> None:
    """And for nobody once the account is disabled."""
    user = hired(town)
    token = town.sign_in.new_token("sam", "phone")
    assert town.sign_in.by_token(token) == user
    assert town.sign_in.by_token(token + "x") is None
    town.sign_in.disable("sam")
    assert town.sign_in.by_token(token) is None
