"""A store that is locked, read-only, full, away or damaged: reads go on where they can, writes say what is wrong."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from agenda.model.errors import StoreBusyError, StoreReadOnlyError
from agenda.store import RuleBrokenError, SqlStore, StoreAwayError, StoreDamagedError, engines, upgrade
from tests.agenda.store.values import a_meeting, an_item
from tests.builders import on_monday
from tests.databases import opened


def path_of(url: str) -> Path:
    """The file of a SQLite store."""
    return Path(url.removeprefix("sqlite:///"))


def noted(store: SqlStore, value: str = "x") -> None:
    """Write something."""
    with store.writing() as unit:
        unit.facts.set("name", value)
        unit.commit()


def read(store: SqlStore) -> str | None:
    """Read it back."""
    with store.reading() as unit:
        return unit.facts.get("name")


def test_a_locked_sqlite_says_busy_after_its_patience_and_is_read_meanwhile(file_url: str) -> None:
    """Somebody's copying tool holds the lock; the office says so instead of hanging."""
    with opened(file_url, busy_timeout_s=0.3) as store:
        noted(store)
        with closing(sqlite3.connect(path_of(file_url), isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            began = time.monotonic()
            with pytest.raises(StoreBusyError, match="nothing was changed"):
                noted(store, "y")
            assert 0.25 < time.monotonic() - began < 3
            assert read(store) == "x"
        noted(store, "y")
        assert read(store) == "y"


def test_a_locked_row_says_busy_on_postgres(postgres_url: str) -> None:
    """After the same patience."""
    upgrade(postgres_url)
    with opened(postgres_url, busy_timeout_s=0.3) as store:
        noted(store)
        with store.writing() as unit:
            unit.facts.set("name", "y")
            with pytest.raises(StoreBusyError):
                noted(store, "z")
            assert read(store) == "x"


def test_whoever_queues_for_too_long_is_told_so(file_url: str) -> None:
    """Writers of one process queue for one connection; the queue has an end too."""
    with opened(file_url, busy_timeout_s=0.1) as store, store.writing() as unit:
        unit.facts.set("name", "x")
        with pytest.raises(StoreBusyError):
            noted(store, "y")
        assert read(store) is None


def test_a_deadlock_on_postgres_ends_with_one_busy(postgres_url: str) -> None:
    """Two long transactions that take the same people in another order."""
    upgrade(postgres_url)
    with opened(postgres_url, busy_timeout_s=20) as store, opened(postgres_url, busy_timeout_s=20) as other:
        for name in ("a", "b"):
            with store.writing() as unit:
                unit.facts.set(name, "")
                unit.commit()
        outcomes = list(crossing(store, other))
        assert outcomes.count("busy") == 1
        assert outcomes.count("kept") == 1


def crossing(store: SqlStore, other: SqlStore) -> Iterator[str]:
    """Two transactions that each hold what the other wants."""
    met = threading.Barrier(2)
    outcomes: list[str] = []

    def take(store: SqlStore, first: str, second: str) -> None:
        try:
            with store.writing() as unit:
                unit.facts.set(first, "x")
                met.wait()
                unit.facts.set(second, "x")
                unit.commit()
            outcomes.append("kept")
        except StoreBusyError:
            outcomes.append("busy")

    threads = [
        threading.Thread(target=take, args=(store, "a", "b")),
        threading.Thread(target=take, args=(other, "b", "a")),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    yield from outcomes


def test_a_full_sqlite_is_read_and_works_again_once_there_is_room(
    file_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLITE_FULL, here by a limit on pages: nothing half is kept, nobody has to restart."""
    with opened(file_url) as store:
        noted(store)
    with closing(sqlite3.connect(path_of(file_url))) as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
    limit = ["PRAGMA query_only=OFF", f"PRAGMA max_page_count={pages + 2}"]
    with pytest.MonkeyPatch.context() as patch:
        limited(patch, limit)
        with opened(file_url) as store:
            with pytest.raises(StoreReadOnlyError, match="disk is full"):
                noted(store, "y" * 100_000)
            assert read(store) == "x"
            noted(store, "small")
            assert read(store) == "small"
    with opened(file_url) as store:
        noted(store, "y" * 100_000)
        assert read(store) == "y" * 100_000


def limited(patch: pytest.MonkeyPatch, statements: list[str]) -> None:
    """Say these to every new connection of SQLite."""
    plain = engines.connect_sqlite

    def connect(path: Path, busy_timeout_s: float, *extra: str) -> sqlite3.Connection:
        return plain(path, busy_timeout_s, *extra, *statements)

    patch.setattr(engines, "connect_sqlite", connect)


def test_a_read_only_postgres_is_read_and_says_so(postgres_url: str) -> None:
    """A standby after a switch-over, or an administrator's brake."""
    upgrade(postgres_url)
    with opened(postgres_url) as store:
        noted(store)
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as connection:
        name = connection.info.dbname
        connection.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    with opened(postgres_url) as store:
        with pytest.raises(StoreReadOnlyError, match="read-only"):
            noted(store, "y")
        assert read(store) == "x"


def test_a_database_that_is_not_there_is_away(postgres_url: str) -> None:
    """Nothing was changed, and that is said."""
    with pytest.raises(StoreAwayError, match="nothing was changed"):
        SqlStore(postgres_url + "_gone")


def test_a_server_that_dies_under_way_leaves_it_open_and_is_found_again(postgres_url: str) -> None:
    """Nobody knows whether the last words arrived; the next transaction connects anew."""
    upgrade(postgres_url)
    with opened(postgres_url) as store:
        noted(store)
        with store.writing() as unit:
            unit.facts.set("name", "y")
            with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            with pytest.raises(StoreAwayError, match="Look whether"):
                unit.commit()
        assert read(store) == "x"


def test_a_file_that_is_no_database_is_damaged(file_url: str) -> None:
    """And the way out is named."""
    path_of(file_url).write_bytes(b"not a database, whatever its name says" * 200)
    with pytest.raises(StoreDamagedError, match="restore the last backup"):
        SqlStore(file_url)


def test_a_refusal_quotes_nothing_private(url: str, caplog: pytest.LogCaptureFixture) -> None:
    """PostgreSQL quotes the whole row in its DETAIL, SQLAlchemy the parameters: neither may reach a log."""
    meeting = a_meeting(title="Surgery")
    with opened(url) as store:
        with store.writing() as unit:
            unit.meetings.book(meeting)
            unit.commit()
        with pytest.raises(RuleBrokenError) as refused, store.writing() as unit:
            unit.meetings.book(a_meeting(on_monday("15:00", "16:00"), title="Surgery"))
        with pytest.raises(RuleBrokenError) as constrained, store.writing() as unit:
            unit.outbox.put(an_item(attempts=-1, address="surgeon@example.org"))
    for error in (refused, constrained):
        logging.getLogger("test").error("failed", exc_info=error.value)
    lines = [line for line in caplog.text.splitlines() if not line.startswith("    ")]  # source that it quotes
    assert any("RuleBrokenError" in line for line in lines)
    assert not any("Surgery" in line or "surgeon" in line for line in lines)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two mebibytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    if mount is None or subprocess.run([mount, "-t", "tmpfs", "-o", "size=2m", "none", folder], check=False).returncode:
        pytest.skip("needs the right to mount a disk")
    yield folder
    subprocess.run([shutil.which("umount") or "umount", "-l", folder], check=True)


def fill(path: Path) -> None:
    """Write until nothing goes any more."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT)
    with contextlib.suppress(OSError):
        while os.write(descriptor, b"x" * 4096):
            pass
    os.close(descriptor)
    assert shutil.disk_usage(path.parent).free == 0


@pytest.mark.prove
def test_a_disk_that_is_really_full(small_disk: Path) -> None:
    """Filled by somebody else, then emptied again: reads go on, writes say so, nobody restarts."""
    url = f"sqlite:///{small_disk / 'store.sqlite3'}"
    upgrade(url)
    with opened(url) as store:
        noted(store)
        fill(small_disk / "filler")
        with pytest.raises(StoreReadOnlyError):
            noted(store, "y" * 100_000)
        assert read(store) is not None
        (small_disk / "filler").unlink()
        noted(store, "again")
        assert read(store) == "again"


@pytest.mark.prove
def test_a_disk_that_turns_read_only(small_disk: Path) -> None:
    """As Linux does with a failing one; a start on it still lets people read."""
    url = f"sqlite:///{small_disk / 'store.sqlite3'}"
    upgrade(url)
    mount = shutil.which("mount") or "mount"
    with opened(url) as store:
        noted(store)
    subprocess.run([mount, "-o", "remount,ro", small_disk], check=True)
    with opened(url) as store:
        assert read(store) == "x"
        with pytest.raises(StoreReadOnlyError):
            noted(store, "y")
    subprocess.run([mount, "-o", "remount,rw", small_disk], check=True)
    with opened(url) as store:
        noted(store, "y")
        assert read(store) == "y"
