"""Whether a store is fit for work, found out by asking it: what `antechamber doctor` says of it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from agenda.model.errors import StoreError
from agenda.model.sentences import Sentence, say
from agenda.store.engines import PRAGMAS, Engines, insist, open_engines, pragmas, sqlite_path
from agenda.store.outbox import SqlFacts
from agenda.store.schema import current, head

FREE_AT_LEAST = 256 * 1024 * 1024
"""Bytes that have to be free beside the store."""

TRIED = "doctor-wrote-this"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `name` is stable, for machines; `sentence` says what was found, and the way out."""

    name: str
    is_good: bool
    sentence: Sentence


def examine(url: str, *, busy_timeout_s: float = 5.0) -> list[Finding]:
    """Look at everything; what cannot even be asked is a finding too. Nothing is changed."""
    engines = None
    try:
        engines = open_engines(url, busy_timeout_s)
        insist(engines)
        found = [Finding("connect", True, say("The store answers."))]
        for check in (_schema, _settings, _integrity, _writes):
            found += _asked(check, engines)
    except StoreError as error:
        return [Finding("connect", False, error.sentence)]
    finally:
        if engines is not None:
            engines.close()
    path = sqlite_path(url)
    if path is not None:
        found.append(_room(path))
    return found


def _asked(check: Callable[[Engines], Iterator[Finding]], engines: Engines) -> list[Finding]:
    try:
        return list(check(engines))
    except StoreError as error:
        return [Finding(check.__name__.strip("_"), False, error.sentence)]


def _schema(engines: Engines) -> Iterator[Finding]:
    with engines.reading.connect() as connection:
        found = current(connection) or "none"
    if found == head():
        yield Finding("schema", True, say("The tables are those of this version (%(found)s).", found=found))
    else:
        yield Finding(
            "schema",
            False,
            say(
                "The tables are of version %(found)s, this office needs %(wanted)s. Bring them up to date.",
                found=found,
                wanted=head(),
            ),
        )


def _settings(engines: Engines) -> Iterator[Finding]:
    if not engines.is_sqlite:
        with engines.reading.connect() as connection:
            yield from _postgres_settings(connection)
        return
    answers = pragmas(engines.writing)
    for name, wanted in PRAGMAS.items():
        sentence = say(
            "%(name)s is %(found)s; the office wants %(wanted)s.",
            name=name,
            found=str(answers[name]),
            wanted=str(wanted),
        )
        yield Finding(name.replace("_", "-"), answers[name] == wanted, sentence)
    version = sqlite3.sqlite_version
    yield Finding("version", True, say("SQLite %(version)s.", version=version))


def _postgres_settings(connection: Connection) -> Iterator[Finding]:
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        found = str(connection.exec_driver_sql(f"SHOW {name}").scalar_one())
        sentence = say("%(name)s is %(found)s; off would lose what was confirmed.", name=name, found=found)
        yield Finding(name.replace("_", "-"), found != "off", sentence)
    version = str(connection.exec_driver_sql("SHOW server_version").scalar_one())
    yield Finding("version", True, say("PostgreSQL %(version)s.", version=version))


def _integrity(engines: Engines) -> Iterator[Finding]:
    if not engines.is_sqlite:
        return
    with engines.reading.connect() as connection:
        verdict = str(connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one())
        orphan = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if verdict == "ok" and orphan is None:
        yield Finding("integrity", True, say("The file is whole."))
    else:
        yield Finding("integrity", False, say("The file is damaged. Stop the office and restore the last backup."))


def _writes(engines: Engines) -> Iterator[Finding]:
    """Write and undo; without tables there is nothing to write to."""
    with engines.reading.connect() as connection:
        if current(connection) is None:
            return
    with engines.writing.connect() as connection, connection.begin() as transaction:
        SqlFacts(connection).set(TRIED, "")
        transaction.rollback()
    yield Finding("writes", True, say("The store can be written."))


def _room(path: Path) -> Finding:
    free = shutil.disk_usage(path.parent).free
    sentence = say("%(free)s MiB are free beside the store.", free=free // (1024 * 1024))
    return Finding("disk", free >= FREE_AT_LEAST, sentence)
