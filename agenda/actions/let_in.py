"""Come to be let in by a provider: ask for consent, keep what it gave, see what can be chosen, read once on trial."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from agenda.model.calendars import Calendar, Provider
from agenda.model.credentials import (
    Consent,
    Credential,
    CredentialKind,
    CredentialNote,
    DeviceConsent,
    Offered,
    Right,
)
from agenda.model.errors import NotFoundError
from agenda.model.ids import AccountId, CalendarId
from agenda.model.times import Interval
from agenda.ports import Clock, Connector, Credentials, Gate, Store

TRIAL = timedelta(days=7)
LONGEST_ID = 90

Find = Callable[[str, str, str], Sequence[Offered]]
"""Address, login and password of a server, to the calendars on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetIn:
    """How the office comes to read calendars. `find` lists those of a server that is signed in to with a password.

    `keep` puts a file that was handed in where it is read from, and gives its path.
    """

    store: Store
    clock: Clock
    credentials: Credentials
    gates: Mapping[Provider, Gate]
    connectors: Mapping[Provider, Connector]
    find: Find
    keep: Callable[[CalendarId, bytes], str]

    def is_open(self, provider: Provider, *, by_itself: bool = False) -> bool:
        """Whether the settings hold what is needed to be let in there."""
        gate = self.gates.get(provider)
        return gate is not None and gate.is_open(by_itself=by_itself)

    def rights(self, provider: Provider, *, writes: bool) -> Sequence[Right]:
        """The rights that are asked for, each with why."""
        return self._gate(provider).rights(writes=writes)

    def begin(self, provider: Provider, redirect_uri: str, login: str, *, writes: bool) -> Consent:
        """Begin a person's consent in the browser; raises as `Gate.begin` does."""
        return self._gate(provider).begin(redirect_uri, login, writes=writes)

    def finish(self, provider: Provider, kept: str, answer: Mapping[str, str]) -> AccountId:
        """Keep what the consent gave; its account. Raises as `Gate.finish` does, or LockedCredentialsError."""
        return self._keep(self._gate(provider).finish(kept, answer))

    def begin_device(self, provider: Provider, login: str, *, writes: bool) -> DeviceConsent:
        """Begin a person's consent on another device; raises as `Gate.begin_device` does."""
        return self._gate(provider).begin_device(login, writes=writes)

    def finish_device(self, provider: Provider, kept: str) -> AccountId:
        """Wait for it, and keep what it gave; raises as `finish` does."""
        return self._keep(self._gate(provider).finish_device(kept))

    def account_of(self, provider: Provider, login: str) -> AccountId:
        """Under which name the consent of a login is kept."""
        return self._gate(provider).account_of(login)

    def offered(self, provider: Provider, login: str, *, by_itself: bool = False) -> Sequence[Offered]:
        """The calendars that can be chosen from; raises as a connector does."""
        return self._gate(provider).offered(login, by_itself=by_itself)

    def on_server(self, address: str, login: str, password: str) -> Sequence[Offered]:
        """The calendars that a login sees on a server; raises as a connector does."""
        return self.find(address, login, password)

    def keep_password(self, account: AccountId, password: str) -> None:
        """Keep the password of an account, or LockedCredentialsError."""
        self._keep(Credential(account=account, kind=CredentialKind.PASSWORD, text=password))

    def password_of(self, account: AccountId) -> str:
        """The password of an account, or NotFoundError, or LockedCredentialsError."""
        found = self.credentials.get(account, CredentialKind.PASSWORD)
        if found is None:
            raise NotFoundError("account", account)
        return found.text

    def try_out(self, calendar: Calendar) -> int:
        """Read a calendar once and keep nothing; how many events it has in the next seven days.

        Raises:
            ProviderError: it cannot be read.
        """
        now = self.clock.now()
        pulled = self.connectors[calendar.provider].pull(calendar, None, Interval(now, now + TRIAL))
        return sum(len(one.events) for one in pulled.changed)

    def keep_file(self, calendar: CalendarId, content: bytes) -> str:
        """Keep a file that was handed in; its path. Raises StoreReadOnlyError."""
        return self.keep(calendar, content)

    def notes(self) -> Sequence[CredentialNote]:
        """Which accounts have let us in, or may be signed in to; nothing is opened."""
        return self.credentials.notes()

    def forget(self, account: str) -> None:
        """Forget what an account was let in with, or NotFoundError; at its provider nothing changes."""
        self.credentials.forget(AccountId(account))

    def id_for(self, provider: Provider, address: str, name: str, account: str = "") -> CalendarId:
        """The id of a calendar: the one it is connected under, or a new one that sounds like its name."""
        with self.store.reading() as unit:
            known = unit.calendars.all()
        for one in known:
            if (one.provider, one.address, one.secret) == (provider, address, account):
                return one.id
        base = re.sub(r"[^a-z0-9]+", "-", f"{provider}-{name}".casefold()).strip("-")[:LONGEST_ID]
        taken = {str(one.id) for one in known}
        names = [base, *(f"{base}-{number}" for number in range(2, len(taken) + 3))]
        return CalendarId(next(one for one in names if one not in taken))

    def _gate(self, provider: Provider) -> Gate:
        gate = self.gates.get(provider)
        if gate is None:
            raise NotFoundError("provider", provider)
        return gate

    def _keep(self, credential: Credential) -> AccountId:
        self.credentials.save(credential)
        return credential.account
