"""Accounts, sessions and tokens, kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from agenda.model.errors import BadInputError, NotFoundError
from agenda.model.ids import UserId
from agenda.model.users import ApiToken, Duty, Session, User
from agenda.store import SqlStore
from tests.agenda.store.values import NOW, later
from tests.builders import DEPUTY

ANNA = User(
    id=UserId("anna"),
    name="Anna",
    login="Anna.Ström",
    duty=Duty.SECRETARY,
    password="plain:x",
    person=DEPUTY,
    language="es",
    is_disabled=False,
    created_at=NOW,
)


def with_anna(store: SqlStore) -> None:
    """Keep Anna."""
    with store.writing() as unit:
        unit.users.add(ANNA)
        unit.commit()


def test_a_user_survives(store: SqlStore) -> None:
    """And is found by login, however it is capitalised."""
    with_anna(store)
    with store.reading() as unit:
        assert unit.users.get(ANNA.id) == ANNA
        assert unit.users.by_login("ANNA.STRÖM") == ANNA
        assert unit.users.by_login("anna") is None


def test_a_login_is_given_once_however_it_is_capitalised(store: SqlStore) -> None:
    """And the transaction that tried goes on."""
    with_anna(store)
    other = replace(ANNA, id=UserId("other"), login="anna.STRÖM")
    with store.writing() as unit:
        with pytest.raises(BadInputError, match="already an account") as refused:
            unit.users.add(other)
        assert refused.value.field == "login"
        unit.users.add(replace(other, login="other"))
        with pytest.raises(BadInputError):
            unit.users.save(other)
        unit.commit()
    with store.reading() as unit:
        assert [user.login for user in unit.users.all()] == ["Anna.Ström", "other"]


def test_a_saved_user_has_its_new_state(store: SqlStore) -> None:
    """A disabled one, for instance."""
    with_anna(store)
    with store.writing() as unit:
        unit.users.save(replace(ANNA, is_disabled=True))
        with pytest.raises(NotFoundError):
            unit.users.save(replace(ANNA, id=UserId("nobody"), login="nobody"))
        with pytest.raises(NotFoundError):
            unit.users.get(UserId("nobody"))
        unit.commit()
    with store.reading() as unit:
        assert unit.users.get(ANNA.id).is_disabled


def test_sessions_open_are_used_and_end(store: SqlStore) -> None:
    """One of them, or all of a user."""
    with_anna(store)
    sessions = [Session(digest=f"{n}", user=ANNA.id, device="Firefox", opened_at=NOW, used_at=NOW) for n in range(3)]
    with store.writing() as unit:
        for session in sessions:
            unit.users.open_session(session)
        unit.users.touch_session("1", later(5))
        unit.users.end_sessions(digest="0")
        unit.users.end_sessions()
        unit.commit()
    with store.reading() as unit:
        assert unit.users.session("0") is None
        assert unit.users.session("1") == replace(sessions[1], used_at=later(5))
        assert unit.users.session("2") == sessions[2]
    with store.writing() as unit:
        unit.users.end_sessions(user=ANNA.id)
        unit.commit()
    with store.reading() as unit:
        assert unit.users.session("1") is unit.users.session("2") is None


def test_a_revoked_token_is_none(store: SqlStore) -> None:
    """It is as if it had never been."""
    with_anna(store)
    good = ApiToken(digest="good", user=ANNA.id, name="script", created_at=NOW)
    with store.writing() as unit:
        unit.users.add_token(good)
        unit.users.add_token(replace(good, digest="bad", revoked_at=later(1)))
        unit.commit()
    with store.reading() as unit:
        assert unit.users.token("good") == good
        assert unit.users.token("bad") is None


def test_wrong_passwords_are_counted_by_key_and_forgotten_after_a_week(store: SqlStore) -> None:
    """Forgotten when the next one is noted, so that the table does not grow for ever."""
    with store.writing() as unit:
        for minutes in (0, 1, 2):
            unit.users.note_failed_sign_in("anna", later(minutes))
        unit.users.note_failed_sign_in("192.0.2.1", later(1))
        unit.commit()
    with store.reading() as unit:
        assert unit.users.failed_sign_ins("anna", NOW) == 3
        assert unit.users.failed_sign_ins("anna", later(1)) == 2
        assert unit.users.failed_sign_ins("192.0.2.1", NOW) == 1
    with store.writing() as unit:
        unit.users.note_failed_sign_in("anna", later(1) + timedelta(days=7))
        unit.commit()
    with store.reading() as unit:
        assert unit.users.failed_sign_ins("anna", NOW) == 3
