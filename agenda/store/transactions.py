"""The store: it opens transactions on SQLite or PostgreSQL, and a unit of work is one of them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from agenda.model.errors import StoreBusyError
from agenda.model.sentences import say
from agenda.store.alerts import SqlAlerts
from agenda.store.calendars import SqlCalendars
from agenda.store.engines import StoreUnfitError, insist, open_engines, sqlite_path
from agenda.store.epoch import Epoch
from agenda.store.events import SqlEvents
from agenda.store.meetings import SqlMeetings
from agenda.store.outbox import SqlFacts, SqlLeases, SqlOutbox
from agenda.store.requests import SqlProposals, SqlRequests
from agenda.store.schema import current, head
from agenda.store.sealed import SealedRows
from agenda.store.users import SqlUsers


class SqlUnitOfWork:
    """One transaction; it begins with `with` and ends with `commit`, or undone. Not for two threads at once."""

    def __init__(self, engine: Engine, *, writes: bool) -> None:
        """Take the pool; nothing is opened yet."""
        self._engine = engine
        self._writes = writes
        self._open: Connection | None = None

    def __enter__(self) -> Self:
        """Begin.

        Raises:
            StoreBusyError: others kept the store busy.
        """
        try:
            connection = self._engine.connect()
        except PoolTimeoutError as error:
            raise StoreBusyError from error
        try:
            connection.begin()
        except BaseException:
            connection.close()
            raise
        self._open = connection
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Undo what was not committed."""
        connection, self._open = self._open, None
        if connection is not None:
            connection.close()

    def commit(self) -> None:
        """Keep everything, durably; the unit is over then.

        Raises:
            StoreBusyError: others kept the store busy.
            StoreReadOnlyError: it cannot be written.
        """
        connection = self._connection
        try:
            connection.commit()
        finally:
            self._open = None
            connection.close()

    @property
    def _connection(self) -> Connection:
        if self._open is None:
            msg = "this unit of work is over, or has not begun"
            raise RuntimeError(msg)
        return self._open

    @property
    def requests(self) -> SqlRequests:
        """The requests."""
        return SqlRequests(self._connection, locks=self._writes)

    @property
    def proposals(self) -> SqlProposals:
        """The proposals."""
        return SqlProposals(self._connection, locks=self._writes)

    @property
    def meetings(self) -> SqlMeetings:
        """The confirmed meetings."""
        return SqlMeetings(self._connection)

    @property
    def calendars(self) -> SqlCalendars:
        """The connected calendars."""
        return SqlCalendars(self._connection)

    @property
    def events(self) -> SqlEvents:
        """Our copy of the calendars."""
        return SqlEvents(self._connection)

    @property
    def alerts(self) -> SqlAlerts:
        """The alerts."""
        return SqlAlerts(self._connection)

    @property
    def outbox(self) -> SqlOutbox:
        """What has to go out."""
        return SqlOutbox(self._connection)

    @property
    def users(self) -> SqlUsers:
        """Accounts, sessions and tokens."""
        return SqlUsers(self._connection)

    @property
    def leases(self) -> SqlLeases:
        """Who may do what only one may do."""
        return SqlLeases(self._connection)

    @property
    def sealed(self) -> SealedRows:
        """The credentials, sealed; for `agenda.store.credentials` alone."""
        return SealedRows(self._connection)

    @property
    def facts(self) -> SqlFacts:
        """Small facts about the house."""
        return SqlFacts(self._connection)


class SqlStore:
    """The agenda kept in SQLite (`sqlite:///FILE`) or PostgreSQL (`postgresql://…`); any thread may use it.

    `busy_timeout_s` is how long a transaction waits for others. `epoch_file` tells a database that was put back from
    one that went on; on SQLite it lies beside the database, on PostgreSQL there is none unless it is named.
    """

    def __init__(self, url: str, *, busy_timeout_s: float = 5.0, epoch_file: Path | None = None) -> None:
        """Connect, and refuse what is not fit.

        Raises:
            StoreUnfitError: what is wrong with it, and what to do.
            StoreAwayError: it cannot be reached.
        """
        path = sqlite_path(url)
        if epoch_file is None and path is not None:
            epoch_file = path.with_name(f"{path.name}.epoch")
        self._epoch = Epoch(epoch_file) if epoch_file is not None else None
        self._engines = open_engines(url, busy_timeout_s)
        try:
            insist(self._engines)
            self._insist_on_schema()
        except BaseException:
            self._engines.close()
            raise

    def writing(self) -> SqlUnitOfWork:
        """A transaction that may write; on SQLite it takes the write lock at once (BEGIN IMMEDIATE)."""
        return SqlUnitOfWork(self._engines.writing, writes=True)

    def reading(self) -> SqlUnitOfWork:
        """A transaction that only reads, on one consistent state; it never waits for a writer."""
        return SqlUnitOfWork(self._engines.reading, writes=False)

    def recover(self, now: datetime) -> int:
        """Put the outbox in order before a worker takes from it: at the start, or after taking the outbox's lease.

        Rows found SENDING become IN_DOUBT and due: it is not known whether they went out. If the database was put
        back from a copy, every row that has not gone out is HELD instead, until a person lets it go.

        Returns:
            How many rows were doubted or held.
        """
        if self._epoch is None:
            with self.writing() as unit:
                found = unit.outbox.doubt_what_was_under_way(now)
                unit.commit()
            return found
        with self._epoch.turning() as epoch, self.writing() as unit:
            was_put_back = epoch.differs_from(unit.facts.get(Epoch.FACT))
            found = unit.outbox.hold() if was_put_back else unit.outbox.doubt_what_was_under_way(now)
            unit.facts.set(Epoch.FACT, epoch.next())
            unit.commit()
            epoch.turned()
        return found

    def hold_outbox(self) -> int:
        """Hold everything that has not gone out, as after putting a PostgreSQL back; how many rows."""
        with self.writing() as unit:
            held = unit.outbox.hold()
            unit.commit()
        return held

    def close(self) -> None:
        """Close every connection."""
        self._engines.close()

    def _insist_on_schema(self) -> None:
        with self._engines.reading.connect() as connection:
            found = current(connection)
        if found != head():
            raise StoreUnfitError(
                say(
                    "The store is at version %(found)s, this office needs %(wanted)s. Bring it up to date first.",
                    found=found or "none",
                    wanted=head(),
                )
            )
