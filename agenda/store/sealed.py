"""The rows of the credentials, sealed as they are, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, text

from agenda.model.credentials import CredentialKind, CredentialNote
from agenda.model.ids import AccountId
from agenda.store.cipher import Place, Sealed
from agenda.store.rows import upsert
from agenda.store.tables import credentials


def place_of(account: AccountId, kind: CredentialKind) -> Place:
    """Where a credential's ciphertext stands."""
    return Place(credentials.name, (account, kind.value), "ciphertext")


@dataclass(frozen=True, slots=True)
class SealedRows:
    """The sealed credentials."""

    connection: Connection

    def hold_others(self) -> None:
        """Let no other writer in until the transaction ends; on SQLite none is in beside us anyway."""
        if self.connection.dialect.name == "postgresql":
            self.connection.execute(text("LOCK TABLE credentials IN SHARE ROW EXCLUSIVE MODE"))

    def get(self, account: AccountId, kind: CredentialKind) -> Sealed | None:
        """One, or None."""
        query = select(credentials.c.key_id, credentials.c.ciphertext).where(
            credentials.c.account == account, credentials.c.kind == kind
        )
        row = self.connection.execute(query).first()
        return None if row is None else Sealed(row.key_id, bytes(row.ciphertext))

    def put(self, account: AccountId, kind: CredentialKind, sealed: Sealed, at: datetime) -> None:
        """Keep one in place of an older one."""
        values = {"key_id": sealed.key_id, "ciphertext": sealed.content, "changed_at": at}
        statement = upsert(self.connection, credentials).values(account=account, kind=kind, **values)
        self.connection.execute(statement.on_conflict_do_update(index_elements=["account", "kind"], set_=values))

    def forget(self, account: AccountId) -> int:
        """Forget an account; how many rows it had."""
        return self.connection.execute(delete(credentials).where(credentials.c.account == account)).rowcount

    def count(self) -> int:
        """How many there are."""
        return self.connection.execute(select(func.count()).select_from(credentials)).scalar_one()

    def notes(self) -> Sequence[CredentialNote]:
        """What there is, by account."""
        columns = (credentials.c.account, credentials.c.kind, credentials.c.key_id, credentials.c.changed_at)
        query = select(*columns).order_by(credentials.c.account, credentials.c.kind)
        return [CredentialNote(**row) for row in self.connection.execute(query).mappings()]
