"""How much we ask of Graph at once, and when we may ask a mailbox again.

At most four requests of one app are under way at a time, and one of the four places is kept for writing, for somebody
waits for that. A mailbox that has told us to wait is not asked before its time; the others go on.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from agenda.model.errors import TryLaterError

AT_ONCE = 4
FIRST_WAIT_S, LONGEST_WAIT_S = 2.0, 300.0


class Limiter:
    """One app's way to Graph, shared by all its calendars; safe to use from many threads."""

    def __init__(
        self,
        at_once: int = AT_ONCE,
        clock: Callable[[], float] = time.monotonic,
        jitter: random.Random | None = None,
    ) -> None:
        """Nothing is under way; `clock` counts seconds and never goes back."""
        self._clock = clock
        self._jitter = jitter or random.Random()  # noqa: S311 - it spreads retries, and keeps no secret
        self._places = threading.BoundedSemaphore(at_once)
        self._places_to_read = threading.BoundedSemaphore(max(1, at_once - 1))
        self._lock = threading.Lock()
        self._not_before: dict[str, float] = {}
        self._failures: dict[str, int] = {}

    @contextmanager
    def turn(self, mailbox: str, provider: str, *, is_write: bool) -> Iterator[None]:
        """Wait for a place, and keep it for one request.

        Raises:
            TryLaterError: the mailbox wants to be left alone for a while.
        """
        self._refuse_early(mailbox, provider)
        with ExitStack() as stack:
            if not is_write:
                stack.enter_context(self._places_to_read)
            stack.enter_context(self._places)
            self._refuse_early(mailbox, provider)
            yield

    def hold(self, mailbox: str, asked_s: float | None) -> float:
        """Note that the mailbox is busy; returns the seconds to wait: what it asked for, else longer each time."""
        with self._lock:
            failures = self._failures[mailbox] = self._failures.get(mailbox, 0) + 1
            if asked_s is None:
                wait: float = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(failures - 1, 10))
                return wait * self._jitter.uniform(0.5, 1.0)
            until = self._clock() + asked_s
            self._not_before[mailbox] = max(until, self._not_before.get(mailbox, 0.0))
            return asked_s

    def went_well(self, mailbox: str) -> None:
        """Forget earlier trouble with the mailbox."""
        with self._lock:
            self._failures.pop(mailbox, None)

    def _refuse_early(self, mailbox: str, provider: str) -> None:
        with self._lock:
            left = self._not_before.get(mailbox, 0.0) - self._clock()
            if left <= 0:
                self._not_before.pop(mailbox, None)
        if left > 0:
            raise TryLaterError(provider, left)
