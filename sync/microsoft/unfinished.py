"""Rounds that were broken off, kept in memory so that the next try goes on where the last one stopped.

A large mailbox that is throttled every few hundred requests would otherwise never be read to its end. Nothing of this
outlives the process, and nothing of it counts before the round has come to its end: the cursor stays where it was.
What was fetched for an entry was fetched after the entry had been told, so that going on is as good as going through.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sync.microsoft.translate import Json

MOST = 64
GOOD_FOR_S = 1_800.0


@dataclass(slots=True)
class Round:
    """What a delta round told, by id; of what was told twice the last counts.

    `url` is the page to read next, `link` where the next round begins, once that is known. Beside the round are
    fetched: `answers`, events by their id, None for those that are not there, and `days`, the occurrences of a series.
    """

    url: str
    entries: dict[str, Json] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    link: str = ""
    answers: dict[str, Json | None] = field(default_factory=dict)
    days: dict[str, list[Json]] = field(default_factory=dict)
    begun_s: float = 0.0
    is_resumed: bool = False

    def take(self, page: list[object]) -> None:
        """Add a page."""
        for entry in page:
            if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
                continue
            key = entry["id"]
            if "@removed" in entry:
                self.entries.pop(key, None)
                self.removed.add(key)
            else:
                self.removed.discard(key)
                self.entries[key] = entry

    def outdate(self, page: list[object]) -> None:
        """Forget what was fetched for what a page tells of; for a tombstone nobody can place, everything."""
        for entry in page:
            if not isinstance(entry, dict):
                continue
            key = entry.get("id")
            whole = self.entries.get(str(key), entry) if "@removed" in entry else entry
            if "@removed" in whole and key not in self.answers:
                self.answers.clear()
                self.days.clear()
            for one in (key, whole.get("seriesMasterId")):
                self.answers.pop(str(one), None)
                self.days.pop(str(one), None)


class Unfinished:
    """The broken-off rounds of a connector; safe to use from many threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """None yet."""
        self._clock = clock
        self._lock = threading.Lock()
        self._rounds: dict[str, Round] = {}

    def take(self, key: str, url: str) -> Round:
        """The round that was broken off, or a new one; it is not kept any more."""
        with self._lock:
            found = self._rounds.pop(key, None)
        if found is not None and self._clock() - found.begun_s < GOOD_FOR_S:
            found.is_resumed = True
            return found
        return Round(url, begun_s=self._clock())

    def keep(self, key: str, unfinished: Round) -> None:
        """Keep a round for the next try; the oldest one goes where there are too many."""
        if not unfinished.url and not unfinished.link:
            return
        with self._lock:
            self._rounds[key] = unfinished
            while len(self._rounds) > MOST:
                self._rounds.pop(next(iter(self._rounds)))
