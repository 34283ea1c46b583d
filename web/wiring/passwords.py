"""The passwords of calendars: those that IT put into the environment or a file, and those typed into a page."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from agenda.model.calendars import Calendar
from agenda.model.credentials import CredentialKind
from agenda.model.errors import AgendaError, NotFoundError, RefusedError, StoreReadOnlyError
from agenda.model.ids import AccountId, fresh_id
from agenda.model.sentences import say
from agenda.ports import Credentials
from config import Secrets, Settings


@dataclass(frozen=True, slots=True)
class Keys:
    """The passwords of calendars, found under the name that a calendar gives, or else under its own id.

    Those that IT has put into the environment or a file go before those that were typed into a page.
    """

    secrets: Secrets
    credentials: Credentials

    def of(self, calendar: Calendar) -> str:
        """The password of a calendar.

        Raises:
            RefusedError: there is none, or none that opens, which only a person can change.
        """
        name = calendar.secret or calendar.id
        try:
            return self.secrets.get(name).reveal()
        except NotFoundError as error:
            typed = self._typed(calendar, AccountId(name))
            if typed is not None:
                return typed
            what = say("its password %(name)s is not among the secrets. Put it there.", name=name)
            raise RefusedError(calendar.name, what) from error

    def _typed(self, calendar: Calendar, account: AccountId) -> str | None:
        try:
            found = self.credentials.get(account, CredentialKind.PASSWORD)
        except AgendaError as error:
            raise RefusedError(calendar.name, error.sentence) from error
        return found.text if found is not None else None


def keep_secret(settings: Settings, name: str, value: str) -> None:
    """Keep a calendar's password in its file, readable by this account alone; an old one is replaced whole.

    Raises:
        StoreReadOnlyError: it cannot be written.
    """
    private_folder(settings.secrets_dir)
    fresh = settings.secrets_dir / f".{name}.{fresh_id()}"
    try:
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(value + "\n")
        fresh.replace(settings.secrets_dir / name)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise StoreReadOnlyError(error.strerror or type(error).__name__) from error


def forget_secret(settings: Settings, name: str) -> None:
    """Forget the password of a calendar that is no longer read."""
    (settings.secrets_dir / name).unlink(missing_ok=True)


def private_folder(folder: Path) -> None:
    """Make a folder for this account alone, if it is not there.

    Raises:
        StoreReadOnlyError: it cannot be made.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreReadOnlyError(error.strerror or type(error).__name__) from error
