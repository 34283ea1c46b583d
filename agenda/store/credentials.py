"""The credentials, kept sealed: each call is one transaction of its own, for they come and go while calendars are read.

Who writes holds all other writers off before it looks which key seals, so that a key is never dropped between a
sealing and its commit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agenda.model.credentials import Credential, CredentialKind, CredentialNote
from agenda.model.errors import NotFoundError
from agenda.model.ids import AccountId
from agenda.ports import Clock
from agenda.store.cipher import KeyFile, Keys
from agenda.store.sealed import SealedRows, place_of
from agenda.store.transactions import SqlStore


@dataclass(frozen=True, slots=True)
class SqlCredentials:
    """The credentials of a store, and the file of the keys they are sealed with."""

    store: SqlStore
    keys: KeyFile
    clock: Clock

    def get(self, account: AccountId, kind: CredentialKind) -> Credential | None:
        """One, opened.

        Raises:
            LockedCredentialsError: it does not open.
        """
        with self.store.reading() as unit:
            sealed = unit.sealed.get(account, kind)
        if sealed is None:
            return None
        return Credential(account=account, kind=kind, text=self.keys.read().open(sealed, place_of(account, kind)))

    def save(self, credential: Credential) -> None:
        """Keep one in place of an older one.

        Raises:
            LockedCredentialsError: there is no key that could seal it.
        """
        place = place_of(credential.account, credential.kind)
        with self.store.writing() as unit:
            rows = unit.sealed
            rows.hold_others()
            sealed = self._keys_for(rows).seal(credential.text, place)
            rows.put(credential.account, credential.kind, sealed, self.clock.now())
            unit.commit()

    def forget(self, account: AccountId) -> None:
        """Forget an account, or NotFoundError."""
        with self.store.writing() as unit:
            if not unit.sealed.forget(account):
                raise NotFoundError("account", account)
            unit.commit()

    def notes(self) -> Sequence[CredentialNote]:
        """Which there are, by account; none is opened."""
        with self.store.reading() as unit:
            return unit.sealed.notes()

    def check(self) -> None:
        """Open every one.

        Raises:
            LockedCredentialsError: one does not open.
        """
        for note in self.notes():
            self.get(note.account, note.kind)

    def rotate(self) -> int:
        """Seal everything with a new key and drop the old ones; how many credentials that were.

        Broken off in the middle it is done again from the start: until the end every key is in the file.

        Raises:
            LockedCredentialsError: one does not open; nothing was changed then but that the file holds a key more.
        """
        self.keys.make()
        keys = self.keys.add()
        with self.store.writing() as unit:
            rows = unit.sealed
            rows.hold_others()
            notes = rows.notes()
            for note in notes:
                self._seal_again(rows, keys, note)
            unit.commit()
        self.keys.drop_all_but_newest()
        return len(notes)

    def _seal_again(self, rows: SealedRows, keys: Keys, note: CredentialNote) -> None:
        sealed = rows.get(note.account, note.kind)
        if sealed is not None:
            place = place_of(note.account, note.kind)
            rows.put(note.account, note.kind, keys.seal(keys.open(sealed, place), place), note.changed_at)

    def _keys_for(self, rows: SealedRows) -> Keys:
        """The keys; the first is made only where nothing was ever sealed with a key that went missing."""
        return self.keys.read() if rows.count() else self.keys.make()
