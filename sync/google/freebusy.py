"""When calendars are taken, without what for. A calendar that the provider has no answer for is unknown, never free."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from agenda.model.errors import NotACalendarError
from agenda.model.sentences import Sentence, say
from agenda.model.times import Interval, merge
from sync.google.client import Client, Item

AT_ONCE = 50
"""Calendars in one query (calendarExpansionMax)."""
REASONS = {
    "notFound": say("it does not exist, or is not shared with this account"),
    "groupTooBig": say("it is a group with too many members"),
    "tooManyCalendarsRequested": say("too many calendars were asked for at once"),
}


@dataclass(frozen=True, slots=True)
class Busy:
    """When one calendar is taken, in order. `unknown` says why that is not known; then nothing of it counts as free."""

    intervals: tuple[Interval, ...] = ()
    unknown: Sentence | None = None


def query(client: Client, names: Iterable[str], span: Interval) -> dict[str, Busy]:
    """Ask for some calendars; each of them is in the answer.

    Raises:
        ProviderError: nothing could be learnt of any.
    """
    wanted = list(dict.fromkeys(names))
    found: dict[str, Busy] = {}
    for at in range(0, len(wanted), AT_ONCE):
        batch = wanted[at : at + AT_ONCE]
        told = client.free_busy(
            {
                "timeMin": f"{span.start:%Y-%m-%dT%H:%M:%SZ}",
                "timeMax": f"{span.end:%Y-%m-%dT%H:%M:%SZ}",
                "timeZone": "UTC",
                "calendarExpansionMax": AT_ONCE,
                "items": [{"id": name} for name in batch],
            }
        )
        calendars = told.get("calendars")
        if not isinstance(calendars, Mapping):
            raise NotACalendarError(client.provider, say("it is a JSON document of another kind"))
        found |= {name: _busy(calendars.get(name), span) for name in batch}
    return found


def _busy(told: object, span: Interval) -> Busy:
    if not isinstance(told, Mapping):
        return Busy((span,), say("the answer leaves it out"))
    errors = told.get("errors")
    if errors:
        first = errors[0] if isinstance(errors, Sequence) and isinstance(errors[0], Mapping) else {}
        return Busy((span,), REASONS.get(str(first.get("reason")), say("the provider cannot tell just now")))
    busy = told.get("busy")
    stretches = [_interval(one) for one in busy] if isinstance(busy, list) else [None]
    if None in stretches:
        return Busy((span,), say("one of its times cannot be read"))
    inside = (one.intersect(span) for one in stretches if one is not None)
    return Busy(tuple(merge(one for one in inside if one is not None)))


def _interval(told: Item) -> Interval | None:
    try:
        start, end = (datetime.fromisoformat(told[name]).astimezone(UTC) for name in ("start", "end"))
        return Interval(start, end)
    except (KeyError, TypeError, ValueError):
        return None
