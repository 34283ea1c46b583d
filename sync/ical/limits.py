"""How much of a calendar is read. Every bound keeps one hostile event from costing the others time or memory."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on one calendar text; sizes in bytes after unpacking, times in seconds."""

    calendar_bytes: int = 25 * 1024 * 1024
    event_bytes: int = 1024 * 1024
    line_bytes: int = 128 * 1024
    """A longer line of text is cut off, a longer line of dates refused."""
    event_lines: int = 5_000
    attendees: int = 1_000
    dates: int = 4_000
    """RDATE and EXDATE values of one event."""
    rules: int = 5
    parts: int = 3_000
    """VEVENTs that share one UID."""
    events: int = 100_000
    zones: int = 200
    zone_lines: int = 1_000
    depth: int = 20
    occurrences: int = 2_000
    """Of one series in one window."""
    problems: int = 500
    """Problems told one by one; the others are counted."""
    series_s: float = 2.0
    """Wall time for one series whose rule may be dear."""
    all_series_s: float = 12.0
    """Wall time for all such series of one calendar together."""
    series_bytes: int = 512 * 1024 * 1024
    """Memory of the process that expands such series."""
