"""Accounts, sign-ins and tokens. Secrets are made here once, and only their digests are kept."""

from __future__ import annotations

import hashlib
import secrets
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta

from agenda.model.errors import BadInputError, SignInError, StoreError, TooManyTriesError
from agenda.model.ids import PersonId, UserId, fresh_id
from agenda.model.sentences import say
from agenda.model.users import ApiToken, Duty, Session, User
from agenda.ports import Clock, Passwords, Store

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
TRIES = 8
TRIES_WITHIN = timedelta(minutes=15)
SHORTEST_PASSWORD = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """Who may come in. A session ends after `idle` without use, and after `longest` in any case."""

    store: Store
    clock: Clock
    passwords: Passwords
    idle: timedelta = IDLE
    longest: timedelta = LONGEST

    def by_password(self, login: str, password: str, *, device: str, address: str) -> tuple[str, User]:
        """Open a session; returns the cookie's secret and the user.

        Raises:
            SignInError: login and password do not belong together, or the account is disabled.
            TooManyTriesError: too many wrong passwords for this login or from this address.
        """
        now = self.clock.now()
        keys = (f"login:{login.casefold()}", f"address:{address}")
        with self.store.reading() as unit:
            user = unit.users.by_login(login)
            tries = max(unit.users.failed_sign_ins(key, now - TRIES_WITHIN) for key in keys)
        if tries >= TRIES:
            raise TooManyTriesError(round(TRIES_WITHIN.total_seconds()))
        matches = self.passwords.matches(user.password if user is not None else "", password)
        if user is None or not matches or user.is_disabled:
            with self.store.writing() as unit:
                for key in keys:
                    unit.users.note_failed_sign_in(key, now)
                unit.commit()
            raise SignInError
        secret = secrets.token_urlsafe(32)
        with self.store.writing() as unit:
            unit.users.open_session(
                Session(digest=digest_of(secret), user=user.id, device=device[:200], opened_at=now, used_at=now)
            )
            unit.commit()
        return secret, user

    def who(self, secret: str) -> User | None:
        """Whose session that is, unless it has ended; its use is noted once a minute where that can be written."""
        now = self.clock.now()
        digest = digest_of(secret)
        with self.store.reading() as unit:
            session = unit.users.session(digest)
            user = unit.users.get(session.user) if session is not None else None
        if session is None or user is None or user.is_disabled:
            return None
        if now - session.used_at > self.idle or now - session.opened_at > self.longest:
            return None
        if now - session.used_at > timedelta(minutes=1):
            with suppress(StoreError), self.store.writing() as unit:  # whoever is in reads on in a store out of order
                unit.users.touch_session(digest, now)
                unit.commit()
        return user

    def sign_out(self, secret: str) -> None:
        """End the session."""
        with self.store.writing() as unit:
            unit.users.end_sessions(digest=digest_of(secret))
            unit.commit()

    def sign_out_everywhere(self, user: UserId) -> None:
        """End every session of a user."""
        with self.store.writing() as unit:
            unit.users.end_sessions(user=user)
            unit.commit()

    def by_token(self, token: str) -> User | None:
        """Whose API token that is, unless it was revoked."""
        with self.store.reading() as unit:
            found = unit.users.token(digest_of(token))
            user = unit.users.get(found.user) if found is not None else None
        return user if user is not None and not user.is_disabled else None

    def add_user(
        self, name: str, login: str, password: str, duty: Duty, *, person: PersonId | None = None, language: str = "en"
    ) -> User:
        """Make a local account.

        Raises:
            BadInputError: the login is taken, or the password is too short.
        """
        self._refuse_short(password)
        if not login.strip():
            raise BadInputError("login", say("A login cannot be empty."))
        user = User(
            id=UserId(fresh_id()),
            name=name,
            login=login.strip(),
            duty=duty,
            password=self.passwords.hash(password),
            person=person,
            language=language,
            created_at=self.clock.now(),
        )
        with self.store.writing() as unit:
            if unit.users.by_login(user.login) is not None:
                raise BadInputError("login", say("The login %(login)s is taken.", login=user.login))
            unit.users.add(user)
            unit.commit()
        return user

    def set_password(self, login: str, password: str) -> User:
        """Give an account another password; all its sessions end."""
        self._refuse_short(password)
        return self._change(login, password=self.passwords.hash(password))

    def disable(self, login: str) -> User:
        """Close an account; all its sessions end."""
        return self._change(login, is_disabled=True)

    def set_language(self, user: User, language: str) -> User:
        """Keep the language a user reads in."""
        with self.store.writing() as unit:
            changed = replace(unit.users.get(user.id), language=language)
            unit.users.save(changed)
            unit.commit()
        return changed

    def new_token(self, login: str, name: str) -> str:
        """Make an API token; it is shown once, and only its digest is kept."""
        token = secrets.token_urlsafe(32)
        with self.store.writing() as unit:
            user = unit.users.by_login(login)
            if user is None:
                raise BadInputError("login", say("There is no account %(login)s.", login=login))
            unit.users.add_token(
                ApiToken(digest=digest_of(token), user=user.id, name=name, created_at=self.clock.now())
            )
            unit.commit()
        return token

    def users(self) -> tuple[User, ...]:
        """Every account, by name."""
        with self.store.reading() as unit:
            return tuple(unit.users.all())

    def _change(self, login: str, *, password: str | None = None, is_disabled: bool = False) -> User:
        with self.store.writing() as unit:
            user = unit.users.by_login(login)
            if user is None:
                raise BadInputError("login", say("There is no account %(login)s.", login=login))
            changed = replace(user, password=password or user.password, is_disabled=is_disabled or user.is_disabled)
            unit.users.save(changed)
            unit.users.end_sessions(user=user.id)
            unit.commit()
        return changed

    def _refuse_short(self, password: str) -> None:
        if len(password) < SHORTEST_PASSWORD:
            raise BadInputError(
                "password", say("A password needs at least %(length)s characters.", length=SHORTEST_PASSWORD)
            )


def digest_of(secret: str) -> str:
    """SHA-256 in hexadecimal; enough for secrets of 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()
