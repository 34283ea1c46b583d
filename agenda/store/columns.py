"""Column types that keep our values alike on SQLite and PostgreSQL.

An instant is a `timestamptz` on PostgreSQL. SQLite has no such type: there it is a whole number of microseconds since
1970 in UTC, which sorts and compares as time does. (`datetime(starts_at / 1000000, 'unixepoch')` shows it.)
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, Generic, TypeVar

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

E = TypeVar("E", bound=Enum)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

ROW_NUMBER = BigInteger().with_variant(Integer(), "sqlite")
"""The house's own numbers for rows; SQLite only counts by itself where the type is INTEGER."""


def to_microseconds(at: datetime) -> int:
    """Microseconds since 1970; exact, unlike `timestamp()`."""
    return (at - EPOCH) // MICROSECOND


def from_microseconds(number: int) -> datetime:
    """The instant, in UTC."""
    return EPOCH + timedelta(microseconds=number)


class Instant(TypeDecorator[datetime]):
    """An aware datetime, given back in UTC. A naive one is refused before it reaches the database."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """A whole number on SQLite, `timestamptz` elsewhere."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(BigInteger())
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Into the database.

        Raises:
            ValueError: it has no zone.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            msg = f"a time without a zone: {value}"
            raise ValueError(msg)
        return to_microseconds(value) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Out of the database."""
        if value is None:
            return None
        return from_microseconds(value) if dialect.name == "sqlite" else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text from outside the house: what no database keeps (NUL, half a surrogate pair) becomes U+FFFD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Into the database."""
        return None if value is None else clean(value)


class Choice(TypeDecorator[E], Generic[E]):
    """One of an enum's members, kept as its value."""

    impl = Text
    cache_ok = True

    def __init__(self, members: type[E]) -> None:
        """Take the enum."""
        super().__init__()
        self.members = members
        self._by_value = {member.value: member for member in members}

    def process_bind_param(self, value: E | None, dialect: Dialect) -> Any:
        """Into the database."""
        return None if value is None else value.value

    def process_result_value(self, value: Any, dialect: Dialect) -> E | None:
        """Out of the database.

        Raises:
            KeyError: a newer version of the house wrote it.
        """
        return None if value is None else self._by_value[value]


def clean(text: str) -> str:
    """The text as both databases can keep it."""
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    return text
