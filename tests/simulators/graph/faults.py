"""What goes wrong, and when: a plan of plain data, worked off as requests come in."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any


@dataclass(slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong.

    `match` is looked for in "METHOD path?query"; the first `skip` matches pass, then it happens `times` times
    (-1 is for ever). With `done` the request is carried out before its answer is lost or spoilt.
    """

    match: str
    skip: int = 0
    times: int = 1
    done: bool = False
    status: int = 0
    code: str = ""
    inner: str = ""
    retry_after: str = ""
    delay_s: float = 0.0
    cut_to: int | None = None
    hang_up: bool = False
    body: str | None = None
    page: str = ""
    """What to do to a page: "duplicate" it (every entry twice), "reverse" it, make it "endless", or "empty" with more
    to follow."""
    expire: bool = False
    """Forget every delta token before answering."""
    skew_s: float = 0.0
    """By how much the Date header is wrong."""


class FaultPlan:
    """The faults still to come; thread-safe."""

    def __init__(self, plan: Sequence[Mapping[str, Any]] = ()) -> None:
        """Take a plan as data; a key nobody knows is an error of the test."""
        known = {one.name for one in fields(Fault)}
        for one in plan:
            if unknown := set(one) - known:
                msg = f"no such faults: {sorted(unknown)}"
                raise ValueError(msg)
        self._faults = [Fault(**one) for one in plan]
        self._lock = threading.Lock()
        self.happened = 0

    def add(self, **fault: Any) -> None:
        """One more."""
        self._faults += FaultPlan([fault])._faults

    def clear(self) -> None:
        """Nothing more goes wrong."""
        self._faults = []

    def next(self, request: str) -> Fault | None:
        """The fault that strikes this request, if one does."""
        with self._lock:
            for fault in self._faults:
                if fault.times == 0 or not re.search(fault.match, request):
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                self.happened += 1
                return fault
        return None
