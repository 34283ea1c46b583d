"""The process that expands dear series: orders on standard input, one JSON answer a line, null for what failed."""

from __future__ import annotations

import base64
import json
import resource
import sys
from datetime import UTC, datetime
from typing import Any

from agenda.model.calendars import Calendar, Provider
from agenda.model.ids import CalendarId, PersonId
from agenda.model.times import Interval
from sync.ical.bounded import READY, text_of
from sync.ical.limits import Limits
from sync.ical.read import expand_object


def main() -> None:
    """Work through the orders, within the memory that the first of them allows."""
    out = sys.stdout.buffer
    out.write(READY + b"\n")
    out.flush()
    for number, line in enumerate(sys.stdin.buffer):
        order = json.loads(line)
        limits = Limits(**order["limits"])
        if number == 0:
            resource.setrlimit(resource.RLIMIT_AS, (limits.series_bytes, limits.series_bytes))
        try:
            answer = _answer(order, limits)
        except Exception:
            answer = None
        out.write(json.dumps(answer).encode() + b"\n")
        out.flush()


def _answer(order: dict[str, Any], limits: Limits) -> dict[str, Any]:
    calendar = Calendar(
        id=CalendarId("dear"),
        name="",
        owner=PersonId(""),
        provider=Provider.ICS_FILE,
        address="",
        zone=order["zone"],
    )
    start, end = (datetime.fromisoformat(order[name]).astimezone(UTC) for name in ("start", "end"))
    found, is_more = expand_object(base64.b64decode(order["ics"]), calendar, Interval(start, end), limits)
    return {
        "found": [[one.part, text_of(one.start), text_of(one.end), text_of(one.original)] for one in found],
        "is_more": is_more,
    }


if __name__ == "__main__":
    main()
