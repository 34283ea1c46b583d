"""Migrations: there and back on both databases, and the same tables that the house takes them to be."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine

from agenda.model.errors import StoreError
from agenda.store import SqlStore, StoreUnfitError, downgrade, upgrade
from agenda.store.engines import open_engines
from agenda.store.schema import current, head
from agenda.store.tables import metadata
from tests.databases import BOTH, opened

HOUSE = Path(__file__).parents[3]


@pytest.fixture(params=BOTH)
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database in which there is nothing yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'bare' / 'store.sqlite3'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


def at_revision(url: str) -> str | None:
    """Where the database says it is."""
    engines = open_engines(url, 1.0)
    with engines.reading.connect() as connection:
        found = current(connection)
    engines.close()
    return found


def shape(url: str) -> set[str]:
    """Everything the database knows of its tables, in its own words."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(Path(url.removeprefix("sqlite:///")))) as file:
            rows = file.execute("SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema")
            return {" ".join(words.split()) for (words,) in rows}
    with psycopg.connect(url.replace("+psycopg", "")) as server:
        return {words for (words,) in server.execute(POSTGRES_SHAPE)}


POSTGRES_SHAPE = """
    SELECT format('column %s.%s %s %s', table_name, column_name, data_type, is_nullable)
    FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL
    SELECT format('constraint %s.%s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL
    SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
"""


def test_up_down_and_up_again(bare_url: str) -> None:
    """The way back leaves nothing but the empty list of versions; the way up is the same twice."""
    upgrade(bare_url)
    first = shape(bare_url)
    assert at_revision(bare_url) == head()
    downgrade(bare_url, "base")
    assert {words for words in shape(bare_url) if "alembic_version" not in words} == set()
    assert at_revision(bare_url) is None
    upgrade(bare_url)
    assert shape(bare_url) == first


def test_each_migration_goes_back_alone(bare_url: str) -> None:
    """An upgrade is taken back one step at a time."""
    upgrade(bare_url)
    steps = 0
    while at_revision(bare_url) is not None:
        downgrade(bare_url, "-1")
        steps += 1
    assert steps >= 3
    upgrade(bare_url)


def test_upgrading_twice_does_it_once(bare_url: str) -> None:
    """Every start of the office may call it."""
    upgrade(bare_url)
    with opened(bare_url) as store, store.writing() as unit:
        unit.facts.set("name", "kept")
        unit.commit()
    upgrade(bare_url)
    with opened(bare_url) as store, store.reading() as unit:
        assert unit.facts.get("name") == "kept"


def test_the_migrated_tables_are_those_the_house_takes_them_to_be(bare_url: str) -> None:
    """Alembic compares columns and indexes; the databases' own words are compared for checks and exclusions too."""
    upgrade(bare_url)
    engines = open_engines(bare_url, 1.0)
    with engines.writing.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        migrated = constraints(connection, shape(bare_url))
        connection.rollback()
    engines.close()
    downgrade(bare_url, "base")
    engine = create_engine(bare_url)
    with engine.begin() as connection:
        metadata.create_all(connection)
    with engine.connect() as connection:
        assert constraints(connection, shape(bare_url)) == migrated
    engine.dispose()


def constraints(connection: Connection, shape: set[str]) -> set[str]:
    """The shape, without what differs by how it is spelt: on SQLite the order inside CREATE TABLE, and the triggers."""
    kept = {words for words in shape if "alembic_version" not in words and not words.startswith("trigger")}
    if connection.dialect.name != "sqlite":
        return kept
    split: set[str] = set()
    for words in kept:
        table, _, body = words.partition(" (")
        split |= {f"{table} {part.strip()}" for part in _parts(body)} if words.startswith("table") else {words}
    return split


def _parts(body: str) -> Iterator[str]:
    """What stands between the commas of a CREATE TABLE, brackets counted."""
    depth, part = 0, ""
    for letter in body.rpartition(")")[0]:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            yield part
            part = ""
        else:
            part += letter
    yield part


def test_several_processes_may_upgrade_at_once(bare_url: str) -> None:
    """The web and the workers start together."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            upgrade(bare_url)
        except BaseException as error:
            failed.append(error)
            raise

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with opened(bare_url):
        pass


def test_a_newer_database_is_left_alone(bare_url: str) -> None:
    """An old program must not meddle with tables it does not know."""
    upgrade(bare_url)
    engines = open_engines(bare_url, 1.0)
    with engines.writing.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999_later'")
    engines.close()
    with pytest.raises(StoreError, match="newer version"):
        upgrade(bare_url)
    with pytest.raises(StoreUnfitError):
        SqlStore(bare_url)


def test_a_migration_that_fails_changes_nothing(bare_url: str) -> None:
    """One transaction, or not at all: nobody wakes up between two versions."""
    upgrade(bare_url)
    downgrade(bare_url, "0001_decisions")
    before = shape(bare_url)
    engines = open_engines(bare_url, 1.0)
    with engines.writing.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE users (no INTEGER)")  # in the way of the third migration
    engines.close()
    with pytest.raises(Exception, match="users"):
        upgrade(bare_url)
    assert at_revision(bare_url) == "0001_decisions"
    assert {words for words in shape(bare_url) - before if "users" not in words} == set()


def test_rows_that_point_nowhere_stop_a_migration(file_url: str) -> None:
    """Foreign keys sleep while tables are rebuilt; whether they still hold is asked before the end."""
    downgrade(file_url, "-1")
    with closing(sqlite3.connect(Path(file_url.removeprefix("sqlite:///")))) as connection, connection:
        connection.execute("INSERT INTO freshness VALUES (7, 'never', 0, 0, 0, 0, '', 0, 0, 0, 0)")
    with pytest.raises(StoreError, match="freshness has rows that point nowhere"):
        upgrade(file_url)


def test_only_its_owner_may_read_the_file(tmp_path: Path) -> None:
    """Whereabouts of the mayor lie in it, whatever the umask says."""
    url = f"sqlite:///{tmp_path / 'office' / 'store.sqlite3'}"
    upgrade(url)
    with opened(url) as store, store.writing() as unit:
        unit.facts.set("a", "b")
        unit.commit()
        for part in (tmp_path / "office").iterdir():
            assert stat.S_IMODE(part.stat().st_mode) == 0o600


def test_the_migrations_are_in_the_wheel(tmp_path: Path) -> None:
    """A store can be made from what is installed, without the source beside it."""
    program = f"import os, uv_build; os.chdir({str(HOUSE)!r}); uv_build.build_wheel({str(tmp_path)!r})"
    there = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    built = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "PATH": there},
    )
    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    for name in ("env.py", "script.py.mako", "versions/0001_decisions.py", "versions/0003_accounts.py"):
        assert f"agenda/store/migrations/{name}" in names
