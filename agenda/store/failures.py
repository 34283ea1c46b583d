"""What databases complain of, said once in our own words.

SQLAlchemy hands every error of a driver to `translate`, wherever it arises. Texts of PostgreSQL quote rows in their
DETAIL; they are cut to their first line, so that no title ends up in a log.
"""

from __future__ import annotations

import sqlite3

import psycopg
from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext

from agenda.model.errors import StoreBusyError, StoreError, StoreReadOnlyError
from agenda.model.sentences import say

OVERLAP = "ex_bookings_no_overlap"
"""PostgreSQL's constraint, and what SQLite's triggers say."""

BUSY_STATES = frozenset({"55P03", "57014", "40P01", "40001", "53300", "25P03", "25P04"})
"""Lock or statement time-out, deadlock, serialization, too many connections, transaction time-outs."""

READ_ONLY_STATES = {"25006": "the database is read-only", "53100": "the disk is full"}
DAMAGED_STATES = frozenset({"XX001", "XX002"})


class StoreAwayError(StoreError):
    """The database does not answer. With `is_under_way` nobody knows whether the last change was kept."""

    def __init__(self, *, is_under_way: bool) -> None:
        """Say whether looking again is needed."""
        if is_under_way:
            sentence = say("The database went away. Look whether the last change was kept before doing it again.")
        else:
            sentence = say("The database cannot be reached; nothing was changed. Tell IT.")
        super().__init__(sentence)


class StoreDamagedError(StoreError):
    """The database's file is not what it was."""

    def __init__(self) -> None:
        """Say the way out."""
        super().__init__(say("The store is damaged. Stop the office and restore the last backup."))


class RuleBrokenError(StoreError):
    """The database refused to keep something: one of its own rules speaks against it. `rule` names it."""

    def __init__(self, rule: str) -> None:
        """Name the constraint; the values stay unsaid."""
        super().__init__(say("The store refused this: it breaks the rule %(rule)s.", rule=rule))
        self.rule = rule


class OverlapError(StoreError):
    """The database refused two firm bookings of one subject; whoever books says in whose way they are."""

    def __init__(self) -> None:
        """Told by the store to itself only."""
        super().__init__(say("Somebody is already booked at that time."))


def listen(engine: Engine) -> None:
    """Have every error of this engine translated."""
    event.listen(engine, "handle_error", translate)


def translate(context: ExceptionContext) -> StoreError | None:
    """Our error for the driver's, or None for one that only a programmer can mend."""
    error = context.original_exception
    if context.is_pre_ping:
        return None  # the pool has to see that this connection is dead, and makes another
    if isinstance(error, psycopg.Error):
        return of_postgres(error, is_under_way=context.connection is not None)
    if isinstance(error, sqlite3.Error):
        return of_sqlite(error)
    return None


def of_sqlite(error: sqlite3.Error) -> StoreError | None:
    """By the primary result code (https://sqlite.org/rescode.html)."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return None
    match code & 0xFF:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return StoreBusyError()
        case sqlite3.SQLITE_READONLY:
            return StoreReadOnlyError("the database is read-only")
        case sqlite3.SQLITE_FULL:
            return StoreReadOnlyError("the disk is full")
        case sqlite3.SQLITE_IOERR:
            return StoreReadOnlyError("the disk reports an error")
        case sqlite3.SQLITE_CANTOPEN:
            return StoreAwayError(is_under_way=False)
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return StoreDamagedError()
        case sqlite3.SQLITE_CONSTRAINT:
            return OverlapError() if OVERLAP in str(error) else RuleBrokenError(str(error).rpartition(": ")[2])
    return None


def of_postgres(error: psycopg.Error, *, is_under_way: bool) -> StoreError | None:
    """By SQLSTATE (PostgreSQL manual, appendix A)."""
    state = error.sqlstate
    if error.diag.message_primary:
        error.args = (error.diag.message_primary,)
    if state is None:
        return StoreAwayError(is_under_way=is_under_way) if isinstance(error, psycopg.OperationalError) else None
    if state in BUSY_STATES:
        return StoreBusyError()
    if state in READ_ONLY_STATES:
        return StoreReadOnlyError(READ_ONLY_STATES[state])
    if state in DAMAGED_STATES:
        return StoreDamagedError()
    if state.startswith("23"):
        rule = error.diag.constraint_name or error.diag.column_name or state
        return OverlapError() if rule == OVERLAP else RuleBrokenError(rule)
    if state.startswith(("08", "57P", "28", "3D")):
        return StoreAwayError(is_under_way=is_under_way)
    return None
