"""The simulated provider itself: it keeps to its description, and refuses and notices what the real one refuses.

Asked over HTTP with nothing but requests, so that a mistake of the connector cannot hide one of the simulator.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from tests.simulators.google.masks import apply, parse
from tests.simulators.google.office import MAYOR, at
from tests.simulators.google.server import EVERYTHING, READ, Simulator, google

NINE, TEN = at("2026-03-02T09:00"), at("2026-03-02T10:00")
NINE_SOMEWHERE = {"dateTime": "2026-03-02T09:00:00Z"}
TWO = {"id": "series1", "start": NINE, "end": TEN, "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=2"]}


@dataclass
class Browser:
    """Somebody who talks to the API directly."""

    simulator: Simulator
    token: str

    def ask(self, verb: str, path: str, body: Any = None, *, etag: str = "", **query: Any) -> tuple[int, Any]:
        """Status and answer of one request; for a refusal its reason."""
        headers = {"Authorization": f"Bearer {self.token}"} | ({"If-Match": etag} if etag else {})
        url = f"{self.simulator.endpoint}calendars/{MAYOR}/{path}"
        said = requests.request(verb, url, json=body, params=query, headers=headers, timeout=5)
        told: Any = said.json() if said.content else {}
        return said.status_code, told["error"]["errors"][0]["reason"] if said.status_code >= 400 else told

    def reason(self, verb: str, path: str, body: Any = None, **more: Any) -> tuple[int, str]:
        """How a request is refused."""
        status, reason = self.ask(verb, path, body, **more)
        assert status >= 400
        return status, reason


@pytest.fixture
def browser() -> Iterator[Browser]:
    """The mayor, with every right."""
    with google() as simulator:
        simulator.world.add_calendar(MAYOR)
        yield Browser(simulator, simulator.desk.give(MAYOR, frozenset({EVERYTHING})))


@pytest.mark.parametrize(
    "restricted",
    [
        {"timeMin": "2026-01-01T00:00:00Z"},
        {"timeMax": "2026-01-01T00:00:00Z"},
        {"updatedMin": "2026-01-01T00:00:00Z"},
        {"q": "x"},
        {"iCalUID": "x"},
        {"orderBy": "updated"},
        {"privateExtendedProperty": "a=b"},
        {"sharedExtendedProperty": "a=b"},
    ],
)
def test_a_sync_token_goes_with_nothing_that_restricts(browser: Browser, restricted: dict[str, str]) -> None:
    """400, as the description of the parameter says."""
    _, page = browser.ask("GET", "events")
    refused = browser.reason("GET", "events", syncToken=page["nextSyncToken"], **restricted)
    assert refused == (400, "syncTokenWithRequestRestrictions")
    assert browser.simulator.violations == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"noSuchThing": "1"},
        {"maxResults": "many"},
        {"maxResults": "0"},
        {"singleEvents": "yes"},
        {"orderBy": "title"},
        {"timeMin": "2026-01-01T00:00:00"},
        {"fields": "items(id"},
        {"fields": "items(noSuchThing)"},
    ],
)
def test_what_the_description_does_not_know_is_noticed(browser: Browser, wrong: dict[str, str]) -> None:
    """And fails the test of whoever sent it."""
    assert browser.reason("GET", "events", **wrong) == (400, "invalidParameter")
    assert len(browser.simulator.violations) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"start": NINE, "end": TEN, "titel": "x"},
        {"start": NINE, "end": TEN, "sequence": "one"},
        {"start": {"dateTime": "tomorrow"}, "end": TEN},
        {"start": NINE, "end": TEN, "attendees": [{"mail": "x"}]},
    ],
)
def test_bodies_are_held_against_their_schema(browser: Browser, body: dict[str, Any]) -> None:
    """Names and kinds of every part."""
    assert browser.reason("POST", "events", body) == (400, "invalidParameter")
    assert browser.simulator.violations != []


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ({"end": TEN}, (400, "required")),
        ({"start": TEN, "end": NINE}, (400, "timeRangeEmpty")),
        ({"start": NINE, "end": at("2026-03-03")}, (400, "invalid")),
        ({"id": "UPPER", "start": NINE, "end": TEN}, (400, "invalid")),
        ({"id": "wxyz1", "start": NINE, "end": TEN}, (400, "invalid")),
        ({"id": "good1", "iCalUID": "x", "start": NINE, "end": TEN}, (400, "invalid")),
        (
            {"start": {"dateTime": "2026-03-02T09:00:00Z"}, "end": TEN, "recurrence": ["RRULE:FREQ=DAILY"]},
            (400, "required"),
        ),
    ],
)
def test_what_makes_no_sense_is_refused(browser: Browser, body: dict[str, Any], refused: tuple[int, str]) -> None:
    """It is within the schema, and yet no event."""
    assert browser.reason("POST", "events", body) == refused


def test_a_deleted_id_can_never_be_inserted_again(browser: Browser) -> None:
    """409; a look shows it cancelled; a patch makes it stand again; a second deletion is 410."""
    body = {"id": "event1", "start": NINE, "end": TEN}
    assert browser.ask("POST", "events", body)[0] == 200
    assert browser.reason("POST", "events", body) == (409, "duplicate")
    assert browser.ask("DELETE", "events/event1")[0] == 204
    assert browser.reason("DELETE", "events/event1") == (410, "deleted")
    assert browser.reason("POST", "events", body) == (409, "duplicate")
    assert browser.ask("GET", "events/event1")[1]["status"] == "cancelled"
    assert browser.ask("PATCH", "events/event1", {"status": "confirmed"})[0] == 200
    assert [one["id"] for one in browser.ask("GET", "events")[1]["items"]] == ["event1"]


def test_versions_hold_off_the_second_writer(browser: Browser) -> None:
    """If-Match with an old version is 412."""
    _, event = browser.ask("POST", "events", {"id": "event1", "start": NINE, "end": TEN})
    assert browser.ask("PATCH", "events/event1", {"summary": "a"}, etag=event["etag"])[0] == 200
    assert browser.reason("PATCH", "events/event1", {"summary": "b"}, etag=event["etag"]) == (412, "conditionNotMet")


def test_tombstones_and_cancelled_occurrences_tell_as_little_as_is_promised(browser: Browser) -> None:
    """A deleted event its id; a cancelled occurrence what it stood for. A full listing has no tombstones."""
    browser.ask("POST", "events", {"id": "event1", "start": NINE, "end": TEN})
    browser.ask("POST", "events", TWO)
    _, before = browser.ask("GET", "events")
    browser.ask("DELETE", "events/event1")
    browser.ask("DELETE", "events/series1_20260309T130000Z")
    _, changes = browser.ask("GET", "events", syncToken=before["nextSyncToken"])
    told = {one["id"]: set(one) for one in changes["items"]}
    least = {"kind", "etag", "id", "status"}
    assert told == {
        "event1": least,
        "series1_20260309T130000Z": least | {"recurringEventId", "originalStartTime"},
    }
    _, after = browser.ask("GET", "events")
    assert [one["id"] for one in after["items"]] == ["series1", "series1_20260309T130000Z"]


def test_occurrences_are_told_expanded_for_who_asks(browser: Browser) -> None:
    """singleEvents and instances agree, moved and cancelled ones included."""
    browser.ask("POST", "events", TWO)
    browser.ask(
        "PATCH", "events/series1_20260309T130000Z", {"start": at("2026-03-10T09:00"), "end": at("2026-03-10T10:00")}
    )
    _, flat = browser.ask("GET", "events", singleEvents="true")
    _, instances = browser.ask("GET", "events/series1/instances")
    starts = {one["start"]["dateTime"] for one in flat["items"]}
    assert starts == {one["start"]["dateTime"] for one in instances["items"]}
    assert starts == {"2026-03-02T09:00:00-05:00", "2026-03-10T09:00:00-04:00"}


def test_conferences_are_lost_by_whoever_does_not_know_of_them(browser: Browser) -> None:
    """conferenceDataVersion=0 is the default, and drops what was there."""
    body = {"id": "event1", "start": NINE, "end": TEN, "conferenceData": {"conferenceId": "abc"}}
    assert "conferenceData" in browser.ask("POST", "events", body, conferenceDataVersion=1)[1]
    assert "conferenceData" in browser.ask("PATCH", "events/event1", {"summary": "a"}, conferenceDataVersion=1)[1]
    assert "conferenceData" not in browser.ask("PATCH", "events/event1", {"summary": "b"})[1]


def test_nobody_gets_in_without_a_right(browser: Browser) -> None:
    """401 without a token that counts, 403 for what its scopes or the calendar's owner do not allow."""
    browser.token = browser.simulator.desk.give(MAYOR, frozenset({READ}))
    assert browser.ask("GET", "events")[0] == 200
    assert browser.reason("POST", "events", {"start": NINE, "end": TEN}) == (403, "insufficientPermissions")
    browser.token = "made up"
    assert browser.reason("GET", "events") == (401, "authError")


def test_a_page_token_goes_with_its_own_question(browser: Browser) -> None:
    """Another question makes it invalid."""
    for number in range(4):
        browser.ask("POST", "events", {"id": f"event{number}", "start": NINE, "end": TEN})
    _, page = browser.ask("GET", "events", maxResults=2)
    assert "nextSyncToken" not in page
    assert browser.reason("GET", "events", maxResults=3, pageToken=page["nextPageToken"]) == (400, "invalid")
    assert "nextSyncToken" in browser.ask("GET", "events", maxResults=2, pageToken=page["nextPageToken"])[1]


def test_masks_leave_what_they_name() -> None:
    """Nested, by path, of lists."""
    whole = {"a": 1, "items": [{"id": 1, "start": {"date": 2, "timeZone": 3}}], "b": 2}
    assert apply(parse("a,items(id,start/date)"), whole) == {"a": 1, "items": [{"id": 1, "start": {"date": 2}}]}
