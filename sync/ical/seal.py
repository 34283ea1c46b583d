"""A seal on the events we write, by which a later look tells whether somebody else has moved or renamed them.

It is no secret and no signature: calendar programs keep properties they do not know, and only careless changes are
meant to be noticed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from agenda.model.times import When
from sync.ical.limits import Limits
from sync.ical.notes import Notes
from sync.ical.parse import Surroundings, UnreadableError, parse
from sync.ical.split import split
from sync.ical.translate import clean
from sync.ical.zones import Zones

SEAL = "X-ANTECHAMBER-SEAL"
LENGTH = 1_000


@dataclass(frozen=True, slots=True)
class Look:
    """What a text says of the event with a certain UID. `content` is its seal as it should be, `seal` as it is."""

    sequence: int
    content: str
    seal: str

    @property
    def is_touched(self) -> bool:
        """Whether it was sealed, and changed since."""
        return self.seal not in ("", self.content)


def seal_of(start: When, end: When, summary: str, location: str) -> str:
    """What the seal of an event is: spelling, zones and line breaks do not matter to it."""
    times = [one.astimezone(UTC).isoformat() if isinstance(one, datetime) else one.isoformat() for one in (start, end)]
    texts = [" ".join(clean(text, LENGTH).split()) for text in (summary, location)]
    return hashlib.sha256("\n".join((*times, *texts)).encode()).hexdigest()[:32]


def look(text: bytes, uid: str) -> Look | None:
    """Look for the event in a text; None when it is not in it, or cannot be read."""
    limits = Limits()
    if len(text) > limits.event_bytes:
        return None
    around = Surroundings(Zones({}, ZoneInfo("UTC")), ZoneInfo("UTC"), is_named=False)
    for block in split(text, limits).blocks:
        if block.uid != uid or block.excess is not None:
            continue
        try:
            part = parse(block, around, Notes("", 0))
        except UnreadableError:
            continue
        event = part.event
        content = seal_of(part.start, part.end, str(event.get("SUMMARY", "")), str(event.get("LOCATION", "")))
        return Look(part.sequence, content, str(event.get(SEAL, "")))
    return None
