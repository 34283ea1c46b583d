"""Backups: whole or refused, and nobody is invited twice after one was put back."""

from __future__ import annotations

import random
import shutil
import sqlite3
import stat
import threading
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from agenda.model.errors import StoreBusyError, StoreReadOnlyError
from agenda.model.meetings import OutboxState
from agenda.store import SqlStore, StoreDamagedError, backup, upgrade
from agenda.store.backup import BackupError, Manifest
from agenda.store.schema import head
from tests.agenda.store.test_transactions import HELD, states, with_outbox
from tests.agenda.store.values import NOW, later
from tests.databases import opened


def path_of(url: str) -> Path:
    """The file of a SQLite store."""
    return Path(url.removeprefix("sqlite:///"))


def noted(store: SqlStore, value: str) -> None:
    """Note a fact."""
    with store.writing() as unit:
        unit.facts.set("name", value)
        unit.commit()


def fact(url: str) -> str | None:
    """What is noted."""
    with opened(url) as store, store.reading() as unit:
        return unit.facts.get("name")


def backed_up(url: str, tmp_path: Path) -> Path:
    """A backup of a store with an item of the outbox in each state."""
    with opened(url) as store:
        store.recover(NOW)
        with_outbox(store)
        noted(store, "then")
    target = tmp_path / "backup.zip"
    backup.create(url, target, NOW)
    return target


def test_a_backup_is_restored_whole(file_url: str, tmp_path: Path) -> None:
    """What came after it is gone from the store, and kept beside it."""
    target = backed_up(file_url, tmp_path)
    with opened(file_url) as store:
        noted(store, "now")
    aside = backup.restore(file_url, target, later(1))
    assert fact(file_url) == "then"
    assert aside is not None
    assert aside.name == "store.sqlite3.before-20260301T123115Z"
    assert fact_of_file(aside) == "now"


def fact_of_file(path: Path) -> str:
    """What is noted in a file that the office would not start on."""
    with closing(sqlite3.connect(path)) as connection:
        (value,) = connection.execute("SELECT value FROM facts WHERE name = 'name'").fetchone()
    return str(value)


def test_the_manifest_tells_what_is_in_it(file_url: str, tmp_path: Path) -> None:
    """Counts, version, size and digest, and when."""
    target = backed_up(file_url, tmp_path)
    manifest = backup.verify(target)
    assert manifest.made_at == NOW
    assert manifest.schema == head()
    assert manifest.counts["outbox"] == len(OutboxState)
    assert manifest.counts["meetings"] == 1
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None
        assert archive.getinfo("store.sqlite3").file_size == manifest.size


def test_nothing_that_waited_goes_out_after_a_restore(file_url: str, tmp_path: Path) -> None:
    """It may have gone out since; a person looks first. Not even a start changes that."""
    target = backed_up(file_url, tmp_path)
    backup.restore(file_url, target, later(1))
    with opened(file_url) as store:
        assert states(store) == HELD
        store.recover(later(2))
        assert states(store) == HELD
        with store.reading() as unit:
            assert unit.outbox.due(later(1000), 10) == []


def test_a_restore_onto_a_new_machine_makes_the_store(file_url: str, tmp_path: Path) -> None:
    """Nothing is put aside where nothing was."""
    target = backed_up(file_url, tmp_path)
    url = f"sqlite:///{tmp_path / 'new' / 'store.sqlite3'}"
    assert backup.restore(url, target, later(1)) is None
    upgrade(url)
    assert fact(url) == "then"
    assert stat.S_IMODE(path_of(url).stat().st_mode) == 0o600


def test_two_restores_in_one_second_keep_both_old_stores(file_url: str, tmp_path: Path) -> None:
    """The first one's is not written over."""
    target = backed_up(file_url, tmp_path)
    first = backup.restore(file_url, target, later(1))
    second = backup.restore(file_url, target, later(1))
    assert first != second
    assert first is not None
    assert first.exists()


def test_a_backup_is_one_state_while_the_office_works_on(file_url: str, tmp_path: Path) -> None:
    """A pair of facts that always change together is never seen apart."""
    done = threading.Event()

    def work() -> None:
        with opened(file_url) as store:
            turn = 0
            while not done.is_set():
                turn += 1
                with store.writing() as unit:
                    unit.facts.set("one", f"{turn}")
                    unit.facts.set("other", f"{turn}")
                    unit.commit()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        for number in range(5):
            target = tmp_path / f"{number}.zip"
            backup.create(file_url, target, NOW)
            url = f"sqlite:///{tmp_path / str(number)}.sqlite3"
            backup.restore(url, target, NOW)
            with opened(url) as store, store.reading() as unit:
                assert unit.facts.get("one") == unit.facts.get("other")
    finally:
        done.set()
        worker.join()


def test_a_single_flipped_bit_is_refused_wherever_it_is(file_url: str, tmp_path: Path) -> None:
    """SQLite's own check finds two in sixty; a restore that goes half right is the worst of all."""
    whole = backed_up(file_url, tmp_path).read_bytes()
    damaged = tmp_path / "damaged.zip"
    chance = random.Random(1)
    places = {chance.randrange(len(whole) * 8) for _ in range(300)}
    places |= {8 * place for place in (0, 10, len(whole) - 1, len(whole) - 64, len(whole) - 66)}
    for place in places:
        flipped = bytearray(whole)
        flipped[place // 8] ^= 1 << place % 8
        damaged.write_bytes(flipped)
        with pytest.raises(BackupError, match="not a whole backup"):
            backup.verify(damaged)


def test_the_control_without_the_seal_zip_itself_misses_flips(file_url: str, tmp_path: Path) -> None:
    """What the seal is for: an archive has bytes that its own checks do not cover."""
    whole = backed_up(file_url, tmp_path).read_bytes()
    damaged = tmp_path / "damaged.zip"
    missed = 0
    for place in range(8 * 10, 8 * 14):  # the first entry's time, which nobody looks at
        flipped = bytearray(whole)
        flipped[place // 8] ^= 1 << place % 8
        damaged.write_bytes(flipped)
        with zipfile.ZipFile(damaged) as archive:
            missed += archive.testzip() is None
    assert missed > 0


@pytest.mark.parametrize("length", [0, 10, 100, -1, -64, -1000])
def test_a_cut_backup_is_refused(file_url: str, tmp_path: Path, length: int) -> None:
    """A copy that ended early."""
    target = backed_up(file_url, tmp_path)
    target.write_bytes(target.read_bytes()[:length])
    with pytest.raises(BackupError):
        backup.restore(file_url, target, later(1))
    assert fact(file_url) == "then"


def test_another_file_is_refused(file_url: str, tmp_path: Path) -> None:
    """And one that is not there."""
    other = tmp_path / "letter.txt"
    other.write_text("Dear mayor, " * 100)
    for wrong in (other, tmp_path / "nothing.zip"):
        with pytest.raises(BackupError):
            backup.restore(file_url, wrong, later(1))


def test_a_backup_of_a_newer_version_is_refused(file_url: str, tmp_path: Path) -> None:
    """Its tables are not known here."""
    with closing(sqlite3.connect(path_of(file_url))) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999_later'")
    target = tmp_path / "backup.zip"
    backup.create(file_url, target, NOW)
    with pytest.raises(BackupError, match="newer version"):
        backup.restore(f"sqlite:///{tmp_path / 'new.sqlite3'}", target, NOW)


def test_a_store_in_use_is_not_replaced(file_url: str, tmp_path: Path) -> None:
    """The running office would go on writing into the file that was put aside."""
    target = backed_up(file_url, tmp_path)
    with opened(file_url) as store:
        noted(store, "now")
        with pytest.raises(StoreBusyError):
            backup.restore(file_url, target, later(1))
        with store.reading() as unit:
            assert unit.facts.get("name") == "now"
    assert fact(file_url) == "now"
    assert [part.name for part in tmp_path.iterdir() if "before" in part.name or part.name.startswith(".")] == []


def test_a_damaged_store_is_put_aside_and_replaced(file_url: str, tmp_path: Path) -> None:
    """That is what backups are for."""
    target = backed_up(file_url, tmp_path)
    path_of(file_url).write_bytes(b"\0" * 50_000)
    aside = backup.restore(file_url, target, later(1))
    assert aside is not None
    assert aside.read_bytes() == b"\0" * 50_000
    assert fact(file_url) == "then"


def test_a_damaged_store_is_not_backed_up(file_url: str, tmp_path: Path) -> None:
    """A backup of rubbish would push the good ones out."""
    shutil.copy(path_of(file_url), tmp_path / "copy")
    with path_of(file_url).open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 8192)
    with pytest.raises(StoreDamagedError):
        backup.create(file_url, tmp_path / "backup.zip", NOW)
    assert not (tmp_path / "backup.zip").exists()


def test_a_target_that_is_there_is_not_written_over(file_url: str, tmp_path: Path) -> None:
    """Yesterday's backup, for instance."""
    target = backed_up(file_url, tmp_path)
    with pytest.raises(BackupError, match="is there already"):
        backup.create(file_url, target, NOW)


def test_a_target_without_a_folder_is_said(file_url: str, tmp_path: Path) -> None:
    """The disk for backups is not mounted."""
    with pytest.raises(BackupError, match="no folder"):
        backup.create(file_url, tmp_path / "usb" / "backup.zip", NOW)


def test_a_target_that_cannot_be_written_is_said(
    file_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk for backups is full."""

    def full(*_args: object, **_more: object) -> Manifest:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("agenda.store.backup._pack", full)
    with pytest.raises(StoreReadOnlyError, match="No space left"):
        backup.create(file_url, tmp_path / "backup.zip", NOW)
    assert [part for part in tmp_path.iterdir() if part.name.startswith(".")] == []


def test_postgres_is_left_to_its_own_tools(tmp_path: Path) -> None:
    """And they are named, with the database's name and without its password."""
    url = "postgresql://office:secret@db.example.org/agenda"
    for refused in (
        lambda: backup.create(url, tmp_path / "backup.zip", NOW),
        lambda: backup.restore(url, tmp_path / "backup.zip", NOW),
    ):
        with pytest.raises(BackupError, match="pg_dump --format=custom agenda") as error:
            refused()
        assert "secret" not in str(error.value)


def test_a_backup_verifies_after_many_names(file_url: str, tmp_path: Path) -> None:
    """Moving or renaming it does not matter."""
    target = backed_up(file_url, tmp_path)
    moved = target.rename(tmp_path / "ünïcode name.zip")
    assert backup.verify(moved).counts["meetings"] == 1
