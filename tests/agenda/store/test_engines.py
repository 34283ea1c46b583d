"""What the house insists on before it uses a database."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from agenda.store import SqlStore, StoreUnfitError, upgrade
from agenda.store.engines import PRAGMAS, connect_sqlite, insist, open_engines, parse, pragmas
from tests.databases import opened


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("sqlite:///store.sqlite3", "sqlite"),
        ("postgresql://user@db.example.org/office", "postgresql+psycopg"),
        ("postgres://user@db.example.org/office", "postgresql+psycopg"),
        ("postgresql+psycopg://user@db.example.org/office", "postgresql+psycopg"),
    ],
)
def test_a_url_chooses_the_database(url: str, driver: str) -> None:
    """By its first word, as providers spell it."""
    assert parse(url).drivername == driver


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "mysql://a/b",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///a?mode=ro",
        "postgresql+asyncpg://a/b",
    ],
)
def test_another_url_is_refused_with_the_two_that_are_not(url: str) -> None:
    """And without the password that may be in it."""
    with pytest.raises(StoreUnfitError, match="sqlite:///FILE or postgresql://"):
        parse(url)


def test_every_connection_to_sqlite_is_as_the_house_wants_it(file_url: str) -> None:
    """Readers and writers; with NORMAL a power cut would lose what was confirmed."""
    engines = open_engines(file_url, 2.5)
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "trusted_schema": 0}
    assert wanted == PRAGMAS
    for engine in (engines.reading, engines.writing):
        assert pragmas(engine) == wanted
        with engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one() == 2500
    engines.close()


def test_a_store_opens_while_somebody_writes(file_url: str) -> None:
    """A worker starts in the middle of a long sync."""
    with opened(file_url) as store, store.writing() as unit:
        unit.facts.set("name", "x")
        with opened(file_url, busy_timeout_s=0.1) as other, other.reading() as reader:
            assert reader.facts.get("name") is None


def test_a_store_without_wal_is_refused(file_url: str) -> None:
    """Somebody's tool switched it off; readers would wait for writers, and we would not know."""
    with closing(sqlite3.connect(Path(file_url.removeprefix("sqlite:///")))) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    with pytest.raises(StoreUnfitError, match="journal_mode = delete where the office needs wal"):
        SqlStore(file_url)
    upgrade(file_url)
    with opened(file_url):
        pass


@pytest.mark.parametrize("pragma", ["synchronous=NORMAL", "foreign_keys=OFF", "trusted_schema=ON"])
def test_a_weaker_connection_is_refused(file_url: str, monkeypatch: pytest.MonkeyPatch, pragma: str) -> None:
    """The start asks the database itself; what we meant to say does not count."""

    def weak(path: Path, busy_timeout_s: float, *extra: str) -> sqlite3.Connection:
        return connect_sqlite(path, busy_timeout_s, *extra, f"PRAGMA {pragma}")

    monkeypatch.setattr("agenda.store.engines.connect_sqlite", weak)
    with pytest.raises(StoreUnfitError, match=pragma.partition("=")[0]):
        SqlStore(file_url)


def test_an_old_sqlite_is_refused(file_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its version and the one that is needed."""
    monkeypatch.setattr("agenda.store.engines.SQLITE_AT_LEAST", (99, 0, 0))
    engines = open_engines(file_url, 1.0)
    with pytest.raises(StoreUnfitError, match="too old"):
        insist(engines)
    engines.close()


def test_postgres_sessions_do_not_wait_for_ever_and_readers_cannot_write(postgres_url: str) -> None:
    """Nor do they keep a transaction open for an hour."""
    upgrade(postgres_url)
    engines = open_engines(postgres_url, 2.5)
    for engine, isolation, read_only in (
        (engines.reading, "repeatable read", "on"),
        (engines.writing, "read committed", "off"),
    ):
        with engine.connect() as connection:
            shown = {
                name: connection.exec_driver_sql(f"SHOW {name}").scalar_one()
                for name in (
                    "timezone",
                    "lock_timeout",
                    "statement_timeout",
                    "idle_in_transaction_session_timeout",
                    "transaction_isolation",
                    "transaction_read_only",
                    "synchronous_commit",
                )
            }
        assert shown == {
            "timezone": "UTC",
            "lock_timeout": "2500ms",
            "statement_timeout": "1min",
            "idle_in_transaction_session_timeout": "1min",
            "transaction_isolation": isolation,
            "transaction_read_only": read_only,
            "synchronous_commit": "on",
        }
    engines.close()
