"""A request as the service sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(slots=True, kw_only=True)
class Asked:
    """A request, taken apart. `path` begins after the version."""

    method: str
    path: str
    query: dict[str, str]
    prefer: str
    if_match: str
    body: Any
    scopes: frozenset[str]
    mailbox: str
    """Whose token it is; empty for an app's own."""
