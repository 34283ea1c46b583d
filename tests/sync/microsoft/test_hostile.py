"""A hostile or broken Graph: bounded, told of, and never more than its own event lost."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from agenda.model.calendars import Pulled, Severity
from agenda.model.errors import ProviderError
from tests.contract.graph import GraphSource
from tests.simulators.graph import at
from tests.sync.microsoft.copy import Copy
from tests.sync.texts import SPRING

GOOD = {
    "id": "good",
    "type": "singleInstance",
    "iCalUId": "good@example.org",
    "subject": "Good",
    "start": at("2026-03-05", "14:00"),
    "end": at("2026-03-05", "15:00"),
}


def pull_of(outlook: GraphSource, *entries: object) -> tuple[Copy, Pulled]:
    """What is read of a page with these entries and a good one; masters are not there."""
    body = {"value": [*entries, GOOD], "@odata.deltaLink": f"{outlook.simulator.url}/x"}
    outlook.simulator.plan({"match": "delta", "body": json.dumps(body)})
    copy = Copy(outlook)
    return copy, copy.pull()


@pytest.mark.parametrize(
    "change",
    [
        {"subject": 7},
        {"subject": "x" * 5_000_000},
        {"subject": "a\r\nEND:VEVENT\r\nBEGIN:VEVENT\u2028\x00\u202e"},
        {"body": "text"},
        {"body": {"contentType": "html", "content": "<script>"}, "bodyPreview": None},
        {"location": ["a"]},
        {"location": {"displayName": {"a": 1}, "coordinates": {"latitude": 1e9, "longitude": "x"}}},
        {"attendees": 5},
        {
            "attendees": [
                None,
                {},
                {"emailAddress": None},
                {"emailAddress": {"address": "a\r\nb@example.org", "name": '"'}},
            ]
        },
        {"attendees": [{"emailAddress": {"address": f"p{at_}@example.org"}} for at_ in range(50_000)]},
        {"organizer": {"emailAddress": {"address": 3}}},
        {"sensitivity": "unheard-of"},
        {"sensitivity": 3},
        {"showAs": None},
        {"iCalUId": None},
        {"iCalUId": "u\r\nX:y"},
        {"iCalUId": ""},
        {"onlineMeeting": {"joinUrl": "javascript:alert(1)"}},
        {"onlineMeeting": "x"},
        {"originalStartTimeZone": "x" * 10_000},
        {"originalStartTimeZone": 5},
        {"createdDateTime": "yesterday"},
        {"changeKey": 9},
        {"singleValueExtendedProperties": [{"id": 3}, None]},
        {"transactionId": ["antechamber-"]},
        {"end": at("2020-01-01", "00:00")},
        {"isAllDay": "yes"},
        {"unknownProperty": {"deep": [[[]]]}},
    ],
    ids=lambda one: str(one)[:40],
)
def test_odd_values_lose_no_event(outlook: GraphSource, change: dict[str, Any]) -> None:
    """Read as far as it goes: the time is there in any case, and so is the other event."""
    begun = time.monotonic()
    entry = {**GOOD, "id": "odd", "iCalUId": "odd@example.org", **change}
    copy, pulled = pull_of(outlook, entry)
    assert "good" in copy.objects
    taken = [one.interval for one in pulled.problems if one.interval is not None]
    assert "odd" in copy.objects or taken or change.get("end")
    assert time.monotonic() - begun < 5
    for event in copy.events:
        assert "\n" not in event.summary
        assert not event.url.startswith("javascript")


@pytest.mark.parametrize(
    "change",
    [
        {"start": None},
        {"start": {"dateTime": None, "timeZone": "UTC"}},
        {"start": {"dateTime": "2026-03-05T14:00:00", "timeZone": "Mars Standard Time"}},
        {"start": {"dateTime": "0001-01-01T00:00:00", "timeZone": "Tonga Standard Time"}},
        {"end": "soon"},
        {"isAllDay": True},
    ],
    ids=str,
)
def test_a_time_that_cannot_be_read_is_unknown(outlook: GraphSource, change: dict[str, Any]) -> None:
    """Never free: the whole window, for nothing else is known."""
    copy, pulled = pull_of(outlook, {**GOOD, "id": "odd", "iCalUId": "odd@example.org", **change})
    assert "good" in copy.objects
    if "odd" not in copy.objects and not pulled.removed:
        errors = [one for one in pulled.problems if one.severity is Severity.ERROR]
        assert [one.interval for one in errors] == [SPRING] or change == {"start": None}


def test_entries_that_are_none_are_passed_over(outlook: GraphSource) -> None:
    """Nothing without an id can be an event."""
    copy, _ = pull_of(outlook, None, 7, "x", [], {}, {"id": 5}, {"id": None, "@removed": {}})
    assert set(copy.objects) == {"good"}


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[",
        "[]",
        "null",
        "7",
        '"x"',
        "{}",
        '{"value": {}}',
        '{"value": null}',
        "\ufeff{}",
        "[" * 100_000,
        '{"value": [NaN]}',
    ],
    ids=lambda one: one[:12],
)
def test_json_that_is_none_deletes_nothing(outlook: GraphSource, body: str) -> None:
    """Each is an error of its own kind, and the copy stays."""
    copy, _ = pull_of(outlook)
    before = dict(copy.objects)
    copy.cursor = None
    outlook.simulator.plan({"match": "delta", "body": body, "times": -1})
    with pytest.raises(ProviderError):
        copy.pull()
    assert copy.objects == before


@pytest.mark.parametrize("start", ["0001-01-01", "1900-01-01", "2026-03-02"])
def test_a_series_of_a_bomb_is_bounded(outlook: GraphSource, start: str) -> None:
    """Daily since the year 1 for ever, with an absurd interval, or numbered without end: seconds at most."""
    begun = time.monotonic()
    base = {**GOOD, "type": "seriesMaster", "id": "bomb", "iCalUId": "bomb@example.org", "originalStartTimeZone": "UTC"}
    for pattern in ({"type": "daily", "interval": 1}, {"type": "weekly", "interval": 2**62, "daysOfWeek": ["monday"]}):
        for limits in ({"type": "noEnd"}, {"type": "numbered", "numberOfOccurrences": 2**62}):
            recurrence = {"pattern": pattern, "range": {"startDate": start, **limits}}
            master = json.dumps({**base, "recurrence": recurrence})
            occurrence = {"id": "day", "type": "occurrence", "seriesMasterId": "bomb"}
            days = {"start": GOOD["start"], "end": GOOD["end"]}
            page = {"value": [{**occurrence, **days}, GOOD], "@odata.deltaLink": f"{outlook.simulator.url}/x"}
            outlook.simulator.plan(
                {"match": "delta", "body": json.dumps(page)},
                {"match": "/instances", "status": 200, "body": json.dumps({"value": [{**occurrence, **days}]})},
                {"match": "/events/bomb", "status": 200, "body": master},
            )
            copy = Copy(outlook)
            copy.pull()
            assert len(copy.events) == 2
    outlook.simulator.violations.clear()
    assert time.monotonic() - begun < 10
