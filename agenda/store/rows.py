"""What every repository does with rows: add one, save one by its id, find one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, RowMapping, Select, Table, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import REGCLASS

from agenda.model.errors import NotFoundError
from agenda.model.times import Interval

T = TypeVar("T")

BATCH = 2_000
"""Values turned into rows at a time, so that memory stays bounded."""


def add(connection: Connection, table: Table, values: Mapping[str, Any]) -> int:
    """Insert one row; its `no`."""
    key = connection.execute(insert(table).values(**values)).inserted_primary_key
    return int(key.no) if key is not None else 0


def add_all(connection: Connection, table: Table, values: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert many rows; the `no` of each, in the order given.

    Numbers are fetched first: an INSERT that gives them back is several times slower by either driver.
    """
    if not values:
        return []
    numbers = _numbers(connection, table, len(values))
    connection.execute(insert(table), [{"no": no, **row} for no, row in zip(numbers, values, strict=True)])
    return numbers


def _numbers(connection: Connection, table: Table, count: int) -> list[int]:
    """Numbers for new rows: from the column's sequence, or on SQLite, where nobody else writes, the next ones."""
    if connection.dialect.name == "sqlite":
        last = connection.execute(select(func.coalesce(func.max(table.c.no), 0))).scalar_one()
        return list(range(last + 1, last + 1 + count))
    sequence = func.pg_get_serial_sequence(table.name, "no").cast(REGCLASS)
    series = func.generate_series(1, count).table_valued("n")
    return list(connection.execute(select(func.nextval(sequence)).select_from(series)).scalars())


def batches(values: Iterable[T]) -> Iterator[list[T]]:
    """The values in lists of bounded length."""
    source = iter(values)
    while batch := list(islice(source, BATCH)):
        yield batch


def save(connection: Connection, table: Table, kind: str, values: Mapping[str, Any]) -> None:
    """Write all values of the row with that `id`.

    Raises:
        NotFoundError: there is none.
    """
    changed = connection.execute(update(table).where(table.c.id == values["id"]).values(**values))
    if changed.rowcount == 0:
        raise NotFoundError(kind, values["id"])


def one(connection: Connection, query: Select[Any], kind: str, name: str) -> RowMapping:
    """The only row of a query.

    Raises:
        NotFoundError: there is none.
    """
    row = connection.execute(query).mappings().first()
    if row is None:
        raise NotFoundError(kind, name)
    return row


def upsert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ON CONFLICT; both dialects say the same."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


def span(start: datetime | None, end: datetime | None) -> Interval | None:
    """An interval from two columns that may be empty."""
    return None if start is None or end is None else Interval(start, end)
