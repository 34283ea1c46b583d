"""What `doctor` says of a store."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from agenda.store import downgrade, upgrade
from agenda.store.health import Finding, examine
from tests.databases import opened


def bad(findings: list[Finding]) -> list[str]:
    """The names of what is wrong."""
    return [finding.name for finding in findings if not finding.is_good]


def path_of(url: str) -> Path:
    """The file of a SQLite store."""
    return Path(url.removeprefix("sqlite:///"))


def test_a_good_store_is_well(url: str) -> None:
    """Everything was asked, and nothing was changed."""
    findings = examine(url)
    assert bad(findings) == []
    assert {"connect", "schema", "version", "writes"} <= {finding.name for finding in findings}
    with opened(url) as store, store.reading() as unit:
        assert unit.facts.get("doctor-wrote-this") is None


def test_sqlite_is_asked_more(file_url: str) -> None:
    """Its settings, its file, its disk."""
    names = {finding.name for finding in examine(file_url)}
    assert {"journal-mode", "synchronous", "foreign-keys", "trusted-schema", "integrity", "disk"} <= names


def test_old_tables_are_found(file_url: str) -> None:
    """With both versions named."""
    downgrade(file_url, "-1")
    findings = examine(file_url)
    assert bad(findings) == ["schema"]
    assert any("0003_accounts" in str(finding.sentence) for finding in findings)


def test_a_damaged_file_is_found(file_url: str) -> None:
    """Here an index that no longer fits its table."""
    with closing(sqlite3.connect(path_of(file_url))) as connection, connection:
        connection.execute("PRAGMA writable_schema=ON")
        connection.execute("INSERT INTO facts VALUES ('a', 'b')")
        connection.execute("DELETE FROM sqlite_schema WHERE name = 'sqlite_autoindex_facts_1'")
    assert "integrity" in bad(examine(file_url)) or "connect" in bad(examine(file_url))


def test_rows_that_point_nowhere_are_found(file_url: str) -> None:
    """Somebody wrote with another tool."""
    with closing(sqlite3.connect(path_of(file_url))) as connection, connection:
        connection.execute("INSERT INTO freshness VALUES (7, 'never', 0, 0, 0, 0, '', 0, 0, 0, 0)")
    assert bad(examine(file_url)) == ["integrity"]


def test_a_store_that_is_not_there_is_one_finding(tmp_path: Path) -> None:
    """Nothing else can be asked."""
    assert bad(examine(f"sqlite:///{tmp_path / 'nothing'}")) == ["connect"]
    assert bad(examine("nonsense")) == ["connect"]


def test_a_database_without_tables_is_found(postgres_url: str) -> None:
    """Nobody has migrated it yet."""
    assert bad(examine(postgres_url)) == ["schema"]


def test_a_full_disk_is_found(file_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before it is full."""
    monkeypatch.setattr("agenda.store.health.FREE_AT_LEAST", 1 << 62)
    assert bad(examine(file_url)) == ["disk"]


def test_a_locked_store_cannot_be_written(file_url: str) -> None:
    """And says so."""
    with closing(sqlite3.connect(path_of(file_url), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert bad(examine(file_url, busy_timeout_s=0.1)) == ["writes"]


def test_a_read_only_postgres_cannot_be_written(postgres_url: str) -> None:
    """And says so."""
    upgrade(postgres_url)
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{connection.info.dbname}" SET default_transaction_read_only = on')
    assert bad(examine(postgres_url)) == ["writes"]
