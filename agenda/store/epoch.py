"""Knowing that a database was put back: a number that changes at every start, in the database and in a file beside it.

A copy that is put back by hand brings an older number along; then nothing goes out before a person has looked, or
people would be invited a second time.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from agenda.model.errors import StoreReadOnlyError
from agenda.model.ids import fresh_id

LIMIT = 4096


class Epoch:
    """The file. While it turns, it names the old number and the new: a crash in between is no restore."""

    FACT: ClassVar[str] = "outbox-epoch"

    def __init__(self, path: Path) -> None:
        """Take the file's path; it need not be there."""
        self._path = path
        self._known: tuple[str, ...] = ()
        self._next = ""
        self._descriptor = -1

    @contextmanager
    def turning(self) -> Iterator[Epoch]:
        """Hold the file while the database turns too; other processes wait.

        Raises:
            StoreReadOnlyError: the file cannot be written.
        """
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StoreReadOnlyError(error.strerror or type(error).__name__) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            self._descriptor = descriptor
            self._known = tuple(os.pread(descriptor, LIMIT, 0).decode("ascii", "replace").split())
            yield self
        finally:
            os.close(descriptor)

    def differs_from(self, found: str | None) -> bool:
        """Whether the database with that number is another than the one that this file went with.

        Neither has a number before the first start; one without the other were not made for each other.
        """
        return found not in self._known and not (found is None and not self._known)

    def next(self) -> str:
        """The new number, written down beside the old before the database learns it."""
        self._next = fresh_id()
        self._write((*self._known, self._next))
        return self._next

    def turned(self) -> None:
        """The database has the new number; the old ones are forgotten."""
        self._write((self._next,))

    def _write(self, numbers: tuple[str, ...]) -> None:
        """In place, or the lock would be on a file that is gone; half a line matches nothing, which errs on holding."""
        text = " ".join(numbers).encode()
        try:
            os.pwrite(self._descriptor, text, 0)
            os.ftruncate(self._descriptor, len(text))
            os.fsync(self._descriptor)
        except OSError as error:
            raise StoreReadOnlyError(error.strerror or type(error).__name__) from error
