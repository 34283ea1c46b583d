"""The simulator is only as good as its checks: what is against the vendor's schema has to be noticed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import requests

from tests.contract.graph import MAYOR, TOKEN, GraphSource
from tests.simulators.graph import Schema, at
from tests.simulators.graph.recurrence import dates
from tests.sync.microsoft.builders import an_appointment
from tests.sync.texts import SPRING

PREFER = 'outlook.timezone="UTC", IdType="ImmutableId"'
HEADERS = {"Authorization": f"Bearer {TOKEN}", "Prefer": PREFER}


def test_the_schema_knows_what_we_use(graph_schema: Schema) -> None:
    """Types, enums and actions of the calendar part."""
    event = graph_schema.properties("event")
    assert event["start"] == "graph.dateTimeTimeZone"
    assert {"id", "changeKey", "transactionId", "cancelledOccurrences", "singleValueExtendedProperties"} <= event.keys()
    assert graph_schema.enums["freeBusyStatus"] >= {"free", "oof", "workingElsewhere"}
    assert graph_schema.enums["lifecycleEventType"] == {"missed", "subscriptionRemoved", "reauthorizationRequired"}
    assert "Schedules" in graph_schema.actions["calendar", "getSchedule"]


@pytest.mark.parametrize(
    "value",
    [
        {"subjekt": "x"},
        {"subject": 7},
        {"isAllDay": "true"},
        {"sensitivity": "secret"},
        {"start": {"dateTime": "2026-03-02T09:00:00", "zone": "UTC"}},
        {"attendees": {}},
        {"attendees": [{"status": {"response": "maybe"}}]},
        {"recurrence": {"pattern": {"type": "weekly", "interval": "1"}}},
        {"recurrence": {"range": {"startDate": "2026-13-01"}}},
        {"originalStart": "2026-03-02T09:00:00"},
        {"reminderMinutesBeforeStart": True},
        7,
    ],
    ids=str,
)
def test_what_is_against_the_schema_is_noticed(graph_schema: Schema, value: object) -> None:
    """A check that cannot fail is none."""
    assert list(graph_schema.wrong(value, "graph.event"))


def test_what_is_right_is_not_complained_of(graph_schema: Schema) -> None:
    """And one that always fails is none either."""
    data = an_appointment(attendees=[{"type": "optional", "emailAddress": {"address": "a@example.org", "name": "A"}}])
    assert list(graph_schema.wrong(data, "graph.event")) == []


@pytest.mark.parametrize(
    ("method", "path", "body", "prefer", "status"),
    [
        ("GET", "/calendarView/delta?startDateTime=2026-01-01&endDateTime=2026-02-01&$select=id", None, PREFER, 400),
        ("GET", "/calendarView/delta?startDateTime=2026-01-01", None, PREFER, 400),
        ("GET", "/calendarView/delta?$deltatoken=unknown", None, PREFER, 410),
        ("GET", "/events?$filter=subject eq 'x'", None, PREFER, 400),
        ("GET", "/events?orderby=x", None, PREFER, 400),
        ("GET", "/events", None, 'IdType="ImmutableId"', 400),
        ("GET", "/events", None, 'outlook.timezone="UTC"', 400),
        ("GET", "/events", None, 'outlook.timezone="Mars Standard Time", IdType="ImmutableId"', 400),
        ("GET", "/events/unknown", None, PREFER, 404),
        ("GET", "/nothing", None, PREFER, 400),
        ("POST", "/events", {"subject": "x"}, PREFER, 400),
        ("POST", "/events", {**an_appointment(), "iCalUId": "x"}, PREFER, 400),
        ("POST", "/events", {**an_appointment(), "colour": "red"}, PREFER, 400),
        (
            "POST",
            "/events",
            {**an_appointment(), "end": at("2026-03-01", "09:00", "Eastern Standard Time")},
            PREFER,
            400,
        ),
        ("POST", "/events", {**an_appointment(), "isAllDay": True}, PREFER, 400),
        ("PUT", "/events", {}, PREFER, 405),
    ],
)
def test_bad_requests_are_refused(
    outlook: GraphSource, method: str, path: str, body: Any, prefer: str, status: int
) -> None:
    """As the service would, and noted, so that a connector that sends one fails its test."""
    url = f"{outlook.simulator.url}/users/{MAYOR}/calendar{path}"
    said = requests.request(method, url, json=body, headers={**HEADERS, "Prefer": prefer}, timeout=5)
    assert said.status_code == status
    assert said.json()["error"]["code"]
    assert bool(outlook.simulator.violations) == (status in (400, 405))
    outlook.simulator.violations.clear()


def test_a_wrong_answer_of_the_simulator_is_noticed(outlook: GraphSource) -> None:
    """Its own answers are checked too."""
    item = outlook.simulator.world.add(outlook.id, an_appointment())
    item.data["sensitivity"] = "secret"
    outlook.connector.pull(outlook.calendar, None, SPRING)
    assert outlook.simulator.violations == ["answer to GET: value[0].sensitivity: not a member of sensitivity"]
    outlook.simulator.violations.clear()


def test_patterns_as_the_vendor_explains_them() -> None:
    """The 31st is the last day of shorter months; the second Tuesday; every other week from Sunday on."""

    def first_three(pattern: dict[str, Any], start: str) -> list[str]:
        recurrence = {"pattern": pattern, "range": {"type": "noEnd", "startDate": start}}
        return [str(one) for one in dates(recurrence, date(2030, 1, 1))][:3]

    monthly = {"type": "absoluteMonthly", "interval": 1, "dayOfMonth": 31}
    assert first_three(monthly, "2026-01-31") == ["2026-01-31", "2026-02-28", "2026-03-31"]
    second = {"type": "relativeMonthly", "interval": 1, "daysOfWeek": ["tuesday"], "index": "second"}
    assert first_three(second, "2026-03-01") == ["2026-03-10", "2026-04-14", "2026-05-12"]
    weekly = {"type": "weekly", "interval": 2, "daysOfWeek": ["sunday", "saturday"], "firstDayOfWeek": "sunday"}
    assert first_three(weekly, "2026-03-07") == ["2026-03-07", "2026-03-15", "2026-03-21"]
    last = {"type": "relativeYearly", "interval": 1, "month": 11, "daysOfWeek": ["thursday"], "index": "last"}
    assert first_three(last, "2026-01-01") == ["2026-11-26", "2027-11-25", "2028-11-30"]
