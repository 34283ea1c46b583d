"""Stores for tests, on both databases: each test finds its own empty."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from agenda.store import SqlStore, upgrade
from agenda.store.tables import metadata

BOTH = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))
"""For a fixture's `params`."""


def migrated_url(database: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """The URL of an empty, migrated store of that kind; to be yielded from in a fixture.

    The fixtures `postgres_server` and `tmp_path_factory` are asked for only where they are needed.
    """
    if database == "sqlite":
        yield sqlite_url(request, folder)
    else:
        yield postgres_url_of(request.getfixturevalue("postgres_server"))


def sqlite_url(request: pytest.FixtureRequest, folder: Path) -> str:
    """The URL of an empty, migrated SQLite file in that folder."""
    factory: pytest.TempPathFactory = request.getfixturevalue("tmp_path_factory")
    template = factory.getbasetemp() / "migrated.sqlite3"
    if not template.exists():
        upgrade(f"sqlite:///{template}")
    path = folder / "store.sqlite3"
    shutil.copy(template, path)
    return f"sqlite:///{path}"


def postgres_url_of(server: str) -> str:
    """The URL of an empty, migrated database on that server: one for all tests, emptied for each (a new one is slow).

    A test that changes the tables themselves takes the fixture `postgres_url` and migrates it.
    """
    name = "emptied_for_each_test"
    url = urlunsplit(urlsplit(server)._replace(scheme="postgresql", path=f"/{name}"))
    with psycopg.connect(server, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
            upgrade(url)
    with psycopg.connect(url) as connection:
        connection.execute("SET lock_timeout = '10s'")
        for table in reversed(metadata.sorted_tables):
            connection.execute(SQL("DELETE FROM {}").format(Identifier(table.name)))
    return url


@contextmanager
def opened(url: str, *, busy_timeout_s: float = 5.0) -> Iterator[SqlStore]:
    """The store, closed afterwards."""
    with closing(SqlStore(url, busy_timeout_s=busy_timeout_s)) as store:
        yield store
