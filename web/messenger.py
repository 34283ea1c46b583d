"""The office's messenger, with what has to be put in order before he goes: rows that a dead process left under way."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

from agenda.actions.deliver import LEASE, Deliver
from agenda.model.meetings import OutboxState
from agenda.ports import Clock, Store


class Messenger:
    """Drains the outbox; one thread of a process at a time, and under its lease one process.

    `recover` puts the outbox in order. Only who holds the lease may call it, or rows that another process is just
    sending would be taken for left behind.
    """

    def __init__(self, deliver: Deliver, store: Store, clock: Clock, recover: Callable[[datetime], int]) -> None:
        """Hire him; nothing is sent yet."""
        self._deliver = deliver
        self._store = store
        self._clock = clock
        self._recover = recover
        self._thread = threading.Lock()
        self._has_looked = False

    def drain(self) -> int:
        """Send what is due; returns how many rows went out. None when another process is at it."""
        with self._thread:
            if not self._take_lease():
                return 0
            if not self._has_looked or self._found_under_way():
                self._recover(self._clock.now())
                self._has_looked = True
            return self._deliver.drain()

    def _take_lease(self) -> bool:
        now = self._clock.now()
        with self._store.writing() as unit:
            taken = unit.leases.take("outbox", self._deliver.owner, now, now + LEASE)
            unit.commit()
        return taken

    def _found_under_way(self) -> bool:
        """Whether a row is said to be under way, though we hold the lease: whoever sent it is dead."""
        with self._store.reading() as unit:
            return bool(unit.outbox.having(OutboxState.SENDING, limit=1))
