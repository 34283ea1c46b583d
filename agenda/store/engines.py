"""Connections, and what the house insists on before it uses them.

SQLite: WAL with `synchronous=FULL` (with NORMAL a power cut loses commits that were acknowledged), foreign keys on,
schema not trusted; writers take the write lock at once, readers cannot write. PostgreSQL: readers see one snapshot
(REPEATABLE READ, read-only), nobody waits for ever.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from agenda.model.errors import StoreError
from agenda.model.sentences import Sentence, say
from agenda.store.failures import StoreDamagedError, listen, of_sqlite

POOL = 8
OVERFLOW = 56
CONNECT_TIMEOUT_S = 5
STATEMENT_TIMEOUT_S = 60
SQLITE_AT_LEAST = (3, 35, 0)
"""RETURNING is younger than everything else we ask for."""

PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "trusted_schema": 0}
"""What every connection to SQLite has to answer; 2 is FULL."""


class StoreUnfitError(StoreError):
    """The office does not start on this store."""


@dataclass(frozen=True, slots=True)
class Engines:
    """One pool for readers, one for writers: what only one of them is allowed never lingers on a connection."""

    reading: Engine
    writing: Engine

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file of ours."""
        return self.writing.dialect.name == "sqlite"

    def close(self) -> None:
        """Close every connection that lies idle."""
        self.reading.dispose()
        self.writing.dispose()


def parse(url: str) -> URL:
    """The URL with the driver we use.

    Raises:
        StoreUnfitError: it is no URL of SQLite or PostgreSQL.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreUnfitError(_unknown()) from error
    match parsed.drivername:
        case "sqlite" if parsed.database and parsed.database != ":memory:" and not parsed.query:
            return parsed
        case "postgresql" | "postgres" | "postgresql+psycopg":
            return parsed.set(drivername="postgresql+psycopg")
    raise StoreUnfitError(_unknown())


def _unknown() -> Sentence:
    return say("The store's URL has to be sqlite:///FILE or postgresql://USER@HOST/DATABASE.")


def sqlite_path(url: str) -> Path | None:
    """The file, or None where the store is a PostgreSQL."""
    parsed = parse(url)
    return Path(parsed.database or "") if parsed.drivername == "sqlite" else None


def open_engines(url: str, busy_timeout_s: float) -> Engines:
    """Engines for the house; nothing is connected yet."""
    parsed = parse(url)
    if parsed.drivername == "sqlite":
        path = Path(parsed.database or "")
        return Engines(
            reading=_sqlite(parsed, path, busy_timeout_s, "BEGIN", "PRAGMA query_only=ON"),
            writing=_sqlite(parsed, path, busy_timeout_s, "BEGIN IMMEDIATE", at_once=1),
        )
    return Engines(
        reading=_postgres(parsed, busy_timeout_s, isolation_level="REPEATABLE READ", postgresql_readonly=True),
        writing=_postgres(parsed, busy_timeout_s),
    )


def migrating_engine(url: str, busy_timeout_s: float) -> Engine:
    """For migrations: on SQLite with foreign keys off, or rebuilding a table would empty those that point to it."""
    parsed = parse(url)
    if parsed.drivername != "sqlite":
        return _postgres(parsed, busy_timeout_s)
    return _sqlite(parsed, Path(parsed.database or ""), busy_timeout_s, "BEGIN IMMEDIATE", "PRAGMA foreign_keys=OFF")


def _postgres(url: URL, busy_timeout_s: float, **options: Any) -> Engine:
    engine = create_engine(
        url,
        pool_size=POOL,
        max_overflow=OVERFLOW,
        pool_timeout=busy_timeout_s,
        pool_pre_ping=True,
        hide_parameters=True,
        execution_options=options,
        connect_args={"connect_timeout": CONNECT_TIMEOUT_S, "application_name": "antechamber"},
    )
    listen(engine)
    event.listen(engine, "connect", _postgres_session(busy_timeout_s))
    return engine


def _sqlite(
    url: URL, path: Path, busy_timeout_s: float, begin: str, *extra: str, at_once: int = POOL + OVERFLOW
) -> Engine:
    """An engine whose threads queue for `at_once` connections.

    Writers have one: SQLite lets those who wait for its lock try at random, so that among many one may starve; the
    pool's queue is served in order.
    """
    engine = create_engine(
        url,
        creator=lambda: connect_sqlite(path, busy_timeout_s, *extra),
        pool_size=min(POOL, at_once),
        max_overflow=max(0, at_once - POOL),
        pool_timeout=busy_timeout_s,
        hide_parameters=True,
    )
    listen(engine)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def connect_sqlite(path: Path, busy_timeout_s: float, *extra: str) -> sqlite3.Connection:
    """A connection as the house wants it; the file has to be there (a missing disk must not become an empty office)."""
    try:
        return _prepared(path, "mode=rw", busy_timeout_s, extra)
    except sqlite3.OperationalError as error:
        # WAL needs a file beside the database even for reading; on a read-only disk that cannot be made.
        wal = path.with_name(f"{path.name}-wal")
        has_wal = wal.exists() and wal.stat().st_size > 0
        if not path.exists() or os.access(path.parent, os.W_OK) or has_wal:
            raise
        if error.sqlite_errorcode & 0xFF not in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}:
            raise
        return _prepared(path, "immutable=1", busy_timeout_s, extra)


def _prepared(path: Path, mode: str, busy_timeout_s: float, extra: tuple[str, ...]) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"file:{quote(str(path.absolute()))}?{mode}",
        uri=True,
        timeout=busy_timeout_s,
        isolation_level=None,  # BEGIN is ours to say
        check_same_thread=False,
    )
    try:
        for pragma in (
            "foreign_keys=ON",
            "synchronous=FULL",
            "trusted_schema=OFF",
            "cache_size=-32768",
            "journal_size_limit=67108864",
        ):
            connection.execute(f"PRAGMA {pragma}")
        for statement in extra:
            connection.execute(statement)
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def _postgres_session(busy_timeout_s: float) -> Callable[[Any, Any], None]:
    settings = (
        "SET TIME ZONE 'UTC'",
        f"SET lock_timeout = {round(busy_timeout_s * 1000)}",
        f"SET statement_timeout = {STATEMENT_TIMEOUT_S * 1000}",
        f"SET idle_in_transaction_session_timeout = {STATEMENT_TIMEOUT_S * 1000}",
        "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'",
    )

    def prepare(connection: Any, _record: Any) -> None:
        was = connection.autocommit
        connection.autocommit = True
        for setting in settings:
            connection.execute(setting)
        connection.autocommit = was

    return prepare


def insist(engines: Engines) -> None:
    """Refuse to start on a store that could lose what it acknowledged.

    Raises:
        StoreUnfitError: what is wrong, and what to do.
        StoreAwayError: it cannot be reached.
    """
    if not engines.is_sqlite:
        with engines.reading.connect() as connection:
            encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
        if encoding != "UTF8":
            raise StoreUnfitError(
                say("The database keeps text as %(encoding)s; it has to be created with UTF8.", encoding=encoding)
            )
        return
    if sqlite3.sqlite_version_info < SQLITE_AT_LEAST:
        raise StoreUnfitError(say("SQLite %(version)s is too old; 3.35 is needed.", version=sqlite3.sqlite_version))
    path = Path(engines.writing.url.database or "")
    if not path.exists():
        raise StoreUnfitError(say("There is no store at %(path)s yet. Make one first.", path=str(path)))
    answers = pragmas(engines.writing)
    is_writable = os.access(path.parent, os.W_OK)
    for name, wanted in PRAGMAS.items():
        if answers[name] != wanted and is_writable:
            raise StoreUnfitError(
                say(
                    "SQLite answers %(name)s = %(found)s where the office needs %(wanted)s; on a network drive it "
                    "cannot be had. Put the store on a local disk.",
                    name=name,
                    found=str(answers[name]),
                    wanted=str(wanted),
                )
            )


def pragmas(engine: Engine) -> dict[str, Any]:
    """What SQLite answers to each of `PRAGMAS`; outside a transaction, so that a writer at work does not matter."""
    try:
        connection = engine.raw_connection()
        try:
            cursor = connection.cursor()
            return {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in PRAGMAS}
        finally:
            connection.close()
    except sqlite3.Error as error:  # past SQLAlchemy's door, so that nobody else translates it
        raise (of_sqlite(error) or StoreDamagedError()) from error
