"""Accounts, sessions and tokens, kept. Passwords, cookies and tokens are only here as what was made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update

from agenda.model.errors import BadInputError
from agenda.model.ids import UserId
from agenda.model.sentences import say
from agenda.model.users import ApiToken, Session, User
from agenda.store import rows
from agenda.store.failures import RuleBrokenError
from agenda.store.tables import failed_sign_ins, sessions, tokens, users

REMEMBERED = timedelta(days=7)
"""How long a wrong password is remembered."""


@dataclass(frozen=True, slots=True)
class SqlUsers:
    """Accounts, sessions and tokens, in one transaction."""

    connection: Connection

    def add(self, user: User) -> None:
        """Keep a new one.

        Raises:
            BadInputError: there is one with that login, however it is capitalised.
        """
        try:
            with self.connection.begin_nested():
                rows.add(self.connection, users, user_row(user))
        except RuleBrokenError as error:
            raise _login_taken(error, user.login) from error

    def save(self, user: User) -> None:
        """Keep its new state; raises as `add` does, or NotFoundError."""
        try:
            with self.connection.begin_nested():
                rows.save(self.connection, users, "user", user_row(user))
        except RuleBrokenError as error:
            raise _login_taken(error, user.login) from error

    def get(self, user: UserId) -> User:
        """One by id, or NotFoundError."""
        return user_of(rows.one(self.connection, select(users).where(users.c.id == user), "user", user))

    def by_login(self, login: str) -> User | None:
        """One by login, however it is capitalised."""
        row = self.connection.execute(select(users).where(users.c.login_key == login.casefold())).mappings().first()
        return None if row is None else user_of(row)

    def all(self) -> Sequence[User]:
        """Every one, by name."""
        found = [user_of(row) for row in self.connection.execute(select(users).order_by(users.c.no)).mappings()]
        return sorted(found, key=lambda user: user.name.casefold())

    def open_session(self, session: Session) -> None:
        """Keep a new session."""
        values = {name: getattr(session, name) for name in ("digest", "user", "device", "opened_at", "used_at")}
        self.connection.execute(insert(sessions).values(**values))

    def session(self, digest: str) -> Session | None:
        """One by the digest of its cookie."""
        row = self.connection.execute(select(sessions).where(sessions.c.digest == digest)).mappings().first()
        return None if row is None else Session(**row)

    def touch_session(self, digest: str, at: datetime) -> None:
        """Note that it was used."""
        self.connection.execute(update(sessions).where(sessions.c.digest == digest).values(used_at=at))

    def end_sessions(self, *, digest: str | None = None, user: UserId | None = None) -> None:
        """End one session, or all of a user; with neither nothing ends."""
        if digest is not None:
            self.connection.execute(delete(sessions).where(sessions.c.digest == digest))
        if user is not None:
            self.connection.execute(delete(sessions).where(sessions.c.user == user))

    def add_token(self, token: ApiToken) -> None:
        """Keep a new API token."""
        values = {name: getattr(token, name) for name in ("digest", "user", "name", "created_at", "revoked_at")}
        self.connection.execute(insert(tokens).values(**values))

    def token(self, digest: str) -> ApiToken | None:
        """One by its digest, unless it was revoked."""
        query = select(tokens).where(tokens.c.digest == digest, tokens.c.revoked_at.is_(None))
        row = self.connection.execute(query).mappings().first()
        return None if row is None else ApiToken(**row)

    def failed_sign_ins(self, key: str, since: datetime) -> int:
        """How many wrong passwords were typed under that key since then; a week is remembered."""
        query = select(func.count()).where(failed_sign_ins.c.key == key, failed_sign_ins.c.at >= since)
        return self.connection.execute(query).scalar_one()

    def note_failed_sign_in(self, key: str, at: datetime) -> None:
        """Note one more, and forget what is older than a week."""
        self.connection.execute(delete(failed_sign_ins).where(failed_sign_ins.c.at < at - REMEMBERED))
        self.connection.execute(insert(failed_sign_ins).values(key=key, at=at))


def _login_taken(error: RuleBrokenError, login: str) -> Exception:
    if "login_key" not in error.rule:
        return error
    return BadInputError("login", say("There is already an account %(login)s. Choose another name.", login=login))


def user_row(user: User) -> dict[str, Any]:
    """A user as its row."""
    return {
        "id": user.id,
        "name": user.name,
        "login": user.login,
        "login_key": user.login.casefold(),
        "duty": user.duty,
        "password": user.password,
        "person": user.person,
        "language": user.language,
        "is_disabled": user.is_disabled,
        "created_at": user.created_at,
    }


def user_of(row: RowMapping) -> User:
    """A row as the user it keeps."""
    values = dict(row)
    del values["no"], values["login_key"]
    return User(**values)
