"""Faults as data: which request they strike, and what happens to it.

    {"match": "calendar.events.list", "nth": 2, "status": 503, "retry_after": "30"}

`match` is the beginning of a method's id, or "" for all; `nth` counts the requests it matches from 1 (0: each);
`page` strikes only requests with (True) or without (False) a page token.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass
class Fault:
    """One fault.

    `status` with `reason`, `retry_after`: answered so, and nothing done. `delay_s`: waits first. `truncate`: so many
    bytes arrive of what was promised. `lost`: done, and never answered. `garbage`: that body instead of JSON. For
    listings: `empty` (a page of nothing, with more behind it), `duplicate` (the same page again), `reverse`, `endless`
    (always the same next page), `wrong` (items of the wrong kind put in). `skew_s` shifts the Date header.
    """

    match: str = ""
    nth: int = 1
    page: bool | None = None
    status: int = 0
    reason: str = "backendError"
    retry_after: str = ""
    delay_s: float = 0.0
    truncate: int = -1
    lost: bool = False
    garbage: str = ""
    empty: bool = False
    duplicate: bool = False
    reverse: bool = False
    endless: bool = False
    wrong: tuple[object, ...] = ()
    skew_s: float = 0.0
    seen: int = 0

    def strikes(self, method: str, *, has_page: bool) -> bool:
        """Whether this request is the one."""
        if not method.startswith(self.match) or (self.page is not None and self.page is not has_page):
            return False
        self.seen += 1
        return self.nth in (0, self.seen)


def plan(faults: Iterable[dict[str, object]]) -> list[Fault]:
    """A plan, read from data."""
    return [Fault(**one) for one in faults]  # type: ignore[arg-type]  # data: a wrong name or kind fails the test
