"""What Graph calls a time zone: Windows names, IANA names, and names for zones that somebody made up."""

from __future__ import annotations

from datetime import UTC
from zoneinfo import ZoneInfo

from sync.ical.zones import by_name


def zone_of(name: object) -> ZoneInfo | None:
    """The zone of that name; None where the name does not tell, as for `tzone://Microsoft/Custom` or none at all."""
    if not isinstance(name, str) or not name.strip():
        return None
    found = by_name(name)
    if found is None or found.is_guess:
        return None
    if found.tz is UTC:
        return ZoneInfo("UTC")
    return found.tz if isinstance(found.tz, ZoneInfo) else None
