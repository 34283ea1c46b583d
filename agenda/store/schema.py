"""Bringing a database to the shape this version needs, in one transaction or not at all."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from tenacity import retry, retry_if_exception, stop_after_delay, wait_random

from agenda.model.errors import StoreError, StoreReadOnlyError
from agenda.model.sentences import say
from agenda.store.engines import connect_sqlite, migrating_engine, sqlite_path
from agenda.store.failures import StoreDamagedError, of_sqlite

MIGRATIONS = Path(__file__).with_name("migrations")
PATIENCE_S = 30.0
LOCK = 0x0A17ECAB
"""PostgreSQL's advisory lock under which one process migrates while others wait."""


def head() -> str:
    """The newest revision."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    if revision is None:
        msg = "there are no migrations"
        raise LookupError(msg)
    return revision


def known() -> frozenset[str]:
    """Every revision this version can read."""
    return frozenset(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


def current(connection: Connection) -> str | None:
    """The revision a database is at, or None where nothing is."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(url: str, revision: str = "head") -> None:
    """Make the store where there is none, and bring it up to date; doing it twice does it once.

    Raises:
        StoreError: what is in the way.
    """
    path = sqlite_path(url)
    if path is not None:
        _make_file(path)
    _run(url, revision, up=True)


def downgrade(url: str, revision: str) -> None:
    """Take a database back; what only the newer shape can hold is lost."""
    _run(url, revision, up=False)


def _make_file(path: Path) -> None:
    """An empty database that only its owner may read, in WAL mode."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        with closing(connect_sqlite(path, PATIENCE_S)) as connection:
            _into_wal(connection)
    except OSError as error:
        raise StoreReadOnlyError(error.strerror or type(error).__name__) from error
    except sqlite3.DatabaseError as error:
        raise (of_sqlite(error) or StoreDamagedError()) from error


def _is_busy(error: BaseException) -> bool:
    return isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY


@retry(
    retry=retry_if_exception(_is_busy),
    wait=wait_random(0.01, 0.1),
    stop=stop_after_delay(PATIENCE_S),
    reraise=True,
)
def _into_wal(connection: sqlite3.Connection) -> None:
    """Switch to WAL; SQLite does not wait here for others who do the same, it says at once that they are there."""
    connection.execute("PRAGMA journal_mode=WAL")


def _run(url: str, revision: str, *, up: bool) -> None:
    engine = migrating_engine(url, PATIENCE_S)
    config = _config()
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
            _refuse_newer(connection)
            config.attributes["connection"] = connection
            (command.upgrade if up else command.downgrade)(config, revision)
            if engine.dialect.name == "sqlite":
                orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                if orphans:
                    raise StoreError(
                        say(
                            "Nothing was changed: table %(table)s has rows that point nowhere. Restore a backup.",
                            table=str(orphans[0][0]),
                        )
                    )
    finally:
        engine.dispose()


def _refuse_newer(connection: Connection) -> None:
    """A database of a newer version is left alone."""
    found = current(connection)
    if found is not None and found not in known():
        raise StoreError(
            say("The store was made by a newer version (%(found)s). Install that version, or restore.", found=found)
        )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
