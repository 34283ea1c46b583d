"""What a delta round remembers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from tests.simulators.graph.world import Json


@dataclass(slots=True)
class Round:
    """A delta round: its window, what it still has to tell, and what is known at its end."""

    calendar: str
    start: datetime
    end: datetime
    entries: list[Json]
    versions: dict[str, str]
    at: int = 0
    outside: dict[str, int] = field(default_factory=dict)
