"""A backup is one zip file: the database, a manifest of what has to be in it, and a seal over every byte.

SQLite's own check misses most flipped bits; the seal (SHA-256, the archive's comment) misses none. PostgreSQL has tools
of its own for this, and they are named where ours are refused.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from agenda.model.errors import StoreBusyError, StoreError, StoreReadOnlyError
from agenda.model.meetings import OutboxState
from agenda.model.sentences import Sentence, say
from agenda.store.engines import connect_sqlite, parse, sqlite_path
from agenda.store.epoch import Epoch
from agenda.store.failures import StoreDamagedError, of_sqlite
from agenda.store.schema import known

FORMAT = 1
MANIFEST = "manifest.json"
DATABASE = "store.sqlite3"
SEAL = b"sha256:"
SEAL_LENGTH = len(SEAL) + 64
CHUNK = 1 << 20
PATIENCE_S = 10.0
HELD_AFTERWARDS = (OutboxState.WAITING, OutboxState.SENDING, OutboxState.IN_DOUBT)


class BackupError(StoreError):
    """A backup could not be made, or is not one that may be trusted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup holds: `counts` are rows by table, `digest` is the SHA-256 of the database, `size` its bytes."""

    made_at: datetime
    schema: str
    digest: str
    size: int
    counts: Mapping[str, int]
    format: int = FORMAT


def create(url: str, target: Path, at: datetime) -> Manifest:
    """Back the store up into one file, while the office works on.

    Args:
        url: the store's.
        target: the file to write; it appears when it is whole, and is never written over.
        at: now.

    Raises:
        BackupError: it is a PostgreSQL, or the target cannot be had.
        StoreDamagedError: there is nothing left that could be backed up.
        StoreReadOnlyError: the target cannot be written.
    """
    source = _file_of(url)
    if target.exists():
        raise BackupError(say("%(path)s is there already. Choose another name.", path=str(target)))
    if not target.parent.is_dir():
        raise BackupError(say("There is no folder %(path)s.", path=str(target.parent)))
    with _writing_beside(target) as folder:
        copy = folder / DATABASE
        _copy(source, copy)
        manifest = _describe(copy, at)
        sealed = folder / "sealed.zip"
        _pack(copy, manifest, sealed)
        verify(sealed)
        os.chmod(sealed, 0o600)
        _sync(sealed)
        sealed.rename(target)
        _sync(target.parent)
    return manifest


def verify(backup: Path) -> Manifest:
    """Check every byte of a backup; its manifest.

    Raises:
        BackupError: it is no backup, or not what it was when it was made.
    """
    _check_seal(backup)
    try:
        with zipfile.ZipFile(backup) as archive:
            kept = json.loads(archive.read(MANIFEST))
            if kept["format"] != FORMAT:
                raise BackupError(say("The backup was made by a newer version. Install that version first."))
            manifest = Manifest(**{**kept, "made_at": datetime.fromisoformat(kept["made_at"]).astimezone(UTC)})
            with archive.open(DATABASE) as database:
                digest = hashlib.sha256()
                while chunk := database.read(CHUNK):
                    digest.update(chunk)
    except (zipfile.BadZipFile, OSError, KeyError, TypeError, ValueError, EOFError) as error:
        raise BackupError(_not_whole(backup)) from error
    if digest.hexdigest() != manifest.digest:
        raise BackupError(_not_whole(backup))
    return manifest


def restore(url: str, backup: Path, at: datetime) -> Path | None:
    """Put a backup in the store's place; the office has to be stopped.

    What had not gone out when it was made comes back HELD, so that nobody is invited twice; everybody signs in anew.

    Returns:
        Where the old store lies now, or None where there was none.

    Raises:
        BackupError: the backup is not to be trusted; the store is as it was.
        StoreBusyError: somebody is using the store.
    """
    path = _file_of(url)
    manifest = verify(backup)
    if manifest.schema not in known():
        raise BackupError(
            say(
                "The backup was made by a newer version (%(found)s). Install that version first.", found=manifest.schema
            )
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    with _writing_beside(path) as folder:
        fresh = folder / DATABASE
        with zipfile.ZipFile(backup) as archive, archive.open(DATABASE) as packed, fresh.open("xb") as file:
            shutil.copyfileobj(packed, file, CHUNK)
        os.chmod(fresh, 0o600)
        if _describe(fresh, manifest.made_at) != manifest:
            raise BackupError(_not_whole(backup))
        _calm(fresh)
        _sync(fresh)
        aside = _put_aside(path, at) if path.exists() else None
        fresh.replace(path)
        _sync(path.parent)
    return aside


def _file_of(url: str) -> Path:
    path = sqlite_path(url)
    if path is None:
        name = parse(url).database or ""
        raise BackupError(
            say(
                "The store is a PostgreSQL database. Back it up with “pg_dump --format=custom %(name)s”, put it back "
                "with “pg_restore --clean --dbname=%(name)s”, then hold the outbox before the office starts.",
                name=name,
            )
        )
    return path


@contextmanager
def _writing_beside(target: Path) -> Iterator[Path]:
    """A folder on the target's own disk, gone afterwards."""
    try:
        with TemporaryDirectory(prefix=".antechamber-", dir=target.parent) as folder:
            yield Path(folder)
    except OSError as error:
        raise StoreReadOnlyError(error.strerror or type(error).__name__) from error
    except sqlite3.DatabaseError as error:
        raise (of_sqlite(error) or StoreDamagedError()) from error


def _copy(source: Path, copy: Path) -> None:
    """SQLite's online backup: one consistent state, writers go on."""
    with closing(connect_sqlite(source, PATIENCE_S)) as live, closing(sqlite3.connect(copy)) as into:
        live.backup(into)
        into.execute("PRAGMA journal_mode=DELETE")


def _describe(database: Path, at: datetime) -> Manifest:
    """What is in a database file that nobody writes to."""
    with closing(sqlite3.connect(database)) as connection:
        (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        orphans = connection.execute("PRAGMA foreign_key_check").fetchone()
        if verdict != "ok" or orphans is not None:
            raise StoreDamagedError
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        counts = {
            name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 (our own names)
            for name in sorted(tables)
            if not name.startswith("sqlite_")
        }
        (schema,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    with database.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Manifest(made_at=at, schema=schema, digest=digest, size=database.stat().st_size, counts=counts)


def _pack(database: Path, manifest: Manifest, target: Path) -> None:
    kept = {**asdict(manifest), "made_at": manifest.made_at.isoformat()}
    with zipfile.ZipFile(target, "x", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(MANIFEST, json.dumps(kept, indent=1))
        archive.write(database, DATABASE)
        archive.comment = SEAL + b"0" * 64
    with target.open("r+b") as file:
        file.seek(-64, os.SEEK_END)
        seal = _digest_before(target, file.tell())
        file.write(seal.encode())


def _check_seal(backup: Path) -> None:
    try:
        end = backup.stat().st_size - 64
        if end <= len(SEAL):
            raise BackupError(_not_whole(backup))
        with backup.open("rb") as file:
            file.seek(end - len(SEAL))
            found = file.read()
        if found != SEAL + _digest_before(backup, end).encode():
            raise BackupError(_not_whole(backup))
    except OSError as error:
        raise BackupError(say("%(path)s cannot be read.", path=str(backup))) from error


def _digest_before(path: Path, end: int) -> str:
    """SHA-256 of the file's first bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while end > 0 and (chunk := file.read(min(CHUNK, end))):
            digest.update(chunk)
            end -= len(chunk)
    return digest.hexdigest()


def _calm(database: Path) -> None:
    """Nothing goes out by itself, nobody is signed in, no lease is held; and WAL, as the office wants it."""
    with closing(sqlite3.connect(database)) as connection:
        states = ", ".join(f"'{state.value}'" for state in HELD_AFTERWARDS)
        with connection:
            connection.execute(f"UPDATE outbox SET state = 'held' WHERE state IN ({states})")  # noqa: S608 (our own enum)
            for table in ("sessions", "leases"):
                connection.execute(f"DELETE FROM {table}")  # noqa: S608 (our own names)
            connection.execute("DELETE FROM facts WHERE name = ?", (Epoch.FACT,))
        connection.execute("PRAGMA journal_mode=WAL")


def _put_aside(path: Path, at: datetime) -> Path:
    """Rename the store, with its log where it has one. A damaged one goes too; one that is in use does not."""
    try:
        with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")  # refused while anybody else has it open
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            raise StoreBusyError from error
    aside = path.with_name(f"{path.name}.before-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}")
    number = 1
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.name}.before-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{number}")
    for suffix in ("-wal", "-shm", ""):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    return aside


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _not_whole(backup: Path) -> Sentence:
    return say("%(path)s is not a whole backup; nothing was changed. Take an older one.", path=str(backup))
