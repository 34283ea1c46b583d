"""The JSON API: what the pages do, for other programs."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from agenda.model.users import Duty
from tests.builders import MAYOR, an_event
from tests.web.city import SECRET_WORD, City, mayors_week

NEW = {
    "title": "Harbor plan",
    "duration_min": 45,
    "first_day": "2026-03-02",
    "last_day": "2026-03-06",
    "required": ["mayor", "treasurer"],
    "place": "city-hall",
}


class Program:
    """Another program, with a token."""

    def __init__(self, city: City, duty: Duty = Duty.SECRETARY) -> None:
        """Get the token."""
        self.client, self.headers = city.app.test_client(), city.token(duty)

    def get(self, path: str) -> TestResponse:
        """Read."""
        return self.client.get(f"/api/v1/{path}", headers=self.headers)

    def post(self, path: str, body: object = None) -> TestResponse:
        """Do."""
        return self.client.post(f"/api/v1/{path}", headers=self.headers, json=body)

    def read(self, path: str) -> Any:
        """The answer of something that is there."""
        response = self.get(path)
        assert response.status_code == 200, response.text
        return response.json


def test_from_a_request_to_a_meeting(city: City) -> None:
    """Taken in, proposed, confirmed, cancelled."""
    program = Program(city)
    kept = program.post("requests", NEW)
    assert kept.status_code == 201
    assert kept.json is not None
    assert kept.location == f"/api/v1/requests/{kept.json['id']}"
    assert kept.json["missing"] == ["requester", "purpose", "contact"]
    made = program.post(f"requests/{kept.json['id']}/proposals")
    assert made.status_code == 201
    assert made.json is not None
    assert len(made.json["options"]) >= 5
    assert made.json["options"][0]["price"] == sum(term["points"] for term in made.json["options"][0]["terms"])
    assert program.read(f"requests/{kept.json['id']}")["proposal"] == made.json["id"]
    assert program.read(f"proposals/{made.json['id']}") == made.json
    booked = program.post(f"proposals/{made.json['id']}/confirm", {"option": 0})
    assert booked.status_code == 200
    assert booked.json is not None
    assert booked.json["start"] == made.json["options"][0]["start"]
    assert city.changes == ["after change"]
    assert program.post(f"proposals/{made.json['id']}/confirm", {"option": 0}).json == booked.json
    assert program.read(f"meetings/{booked.json['id']}") == booked.json
    cancelled = program.post(f"meetings/{booked.json['id']}/cancel")
    assert cancelled.json is not None
    assert (cancelled.json["state"], cancelled.json["sequence"]) == ("cancelled", 1)
    assert [one["state"] for one in program.read("requests")["requests"]] == ["withdrawn"]
    assert program.read("requests?state=open&state=proposed")["requests"] == []


def test_a_slot_that_was_taken_meanwhile_is_a_problem_with_its_reason(city: City) -> None:
    """409 as problem details."""
    proposal = city.proposes()
    calendar = next(one.calendar for one in city.office.look.calendars() if one.calendar.owner == MAYOR)
    city.provider.holds(
        calendar, [*mayors_week(), an_event(proposal.options[0].slot, "fast@example.org", summary="Storm")]
    )
    city.office.pull.calendar(calendar.id)
    response = Program(city).post(f"proposals/{proposal.id}/confirm", {"option": 0})
    assert response.status_code == 409
    assert response.mimetype == "application/problem+json"
    assert response.json is not None
    assert response.json["status"] == 409
    assert "Storm" in response.json["detail"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": 7}, "title"),
        ({"duration_min": "45"}, "duration_min"),
        ({"duration_min": -5}, "duration_min"),
        ({"duration_min": True}, "duration_min"),
        ({"first_day": "02/03/2026"}, "first_day"),
        ({"first_day": "20260302T"}, "first_day"),
        ({"last_day": "2026-03-01"}, "last_day"),
        ({"earliest": "9 o'clock"}, "earliest"),
        ({"required": "mayor"}, "required"),
        ({"required": ["nobody"]}, "required"),
        ({"required": [], "one_of": []}, "required"),
        ({"one_of": [["mayor"]]}, "one_of"),
        ({"place": "atlantis"}, "place"),
        ({"seats": -1}, "seats"),
        ({"priority": 0}, "priority"),
        ({"surprise": 1}, ""),
    ],
)
def test_what_is_wrong_is_named_by_its_field(city: City, change: dict[str, object], field: str) -> None:
    """422 as problem details; nothing is kept."""
    response = Program(city).post("requests", {**NEW, **change})
    assert response.status_code == 422
    assert response.mimetype == "application/problem+json"
    assert response.json is not None
    assert field in {one["field"] for one in response.json["problems"]}
    assert city.office.look.requests() == []


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{", b"\xff\xfe", b'{"option": 0'])
def test_a_body_that_is_no_object_is_refused(city: City, body: bytes) -> None:
    """In words."""
    program = Program(city)
    response = program.client.post(
        "/api/v1/requests", data=body, headers={**program.headers, "Content-Type": "application/json"}
    )
    assert response.status_code == 422
    assert "JSON object" in response.text


def test_what_is_needed_is_named(city: City) -> None:
    """The fields that are missing, not the object they are missing from."""
    response = Program(city).post("requests", {"title": "Harbor"})
    assert response.json is not None
    assert response.json["problems"] == [
        {"field": "first_day", "detail": "This is needed."},
        {"field": "last_day", "detail": "This is needed."},
    ]


def test_events_of_a_stretch_of_time(city: City) -> None:
    """By dates of the office's zone or by instants, of one person or all."""
    program = Program(city)
    monday = program.read("events?from=2026-03-02&to=2026-03-03")["events"]
    assert [one["summary"] for one in monday] == ["Staff meeting", "Reading hour", "Site visit"]
    assert monday[0]["start"] == "2026-03-02T14:00:00Z"
    of_deputy = program.read("events?from=2026-03-02T00:00:00-05:00&to=2026-03-07T00:00:00-05:00&person=deputy")
    assert [one["summary"] for one in of_deputy["events"]] == ["Site visit"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=yesterday", "from"),
        ("from=2026-03-02T09:00:00", "from"),
        ("from=0001-01-01T00:00:00%2B14:00", "from"),
        ("from=2026-03-02&to=2026-03-01", "to"),
        ("from=2026-03-02&to=2030-03-01", "to"),
        ("person=nobody", "person"),
    ],
)
def test_a_stretch_that_is_none_is_refused(city: City, query: str, field: str) -> None:
    """With the name of what is wrong."""
    response = Program(city).get(f"events?{query}")
    assert response.status_code == 422
    assert response.json is not None
    assert response.json["problems"][0]["field"] == field


def test_to_staff_a_private_event_tells_its_time_alone(city: City) -> None:
    """Not its UID either."""
    path = "events?from=2026-03-03&to=2026-03-04&person=mayor"
    assert SECRET_WORD in Program(city).get(path).text
    response = Program(city, Duty.STAFF).get(path)
    assert SECRET_WORD not in response.text
    assert response.json is not None
    (private,) = [one for one in response.json["events"] if one["is_private"]]
    assert (private["uid"], private["summary"], private["location"]) == ("", "", "")
    assert private["start"] == "2026-03-03T21:00:00Z"


def test_alerts_and_calendars(city: City) -> None:
    """How well the house knows everybody's days."""
    program = Program(city)
    kinds = [one["kind"] for one in program.read("alerts")["alerts"]]
    assert sorted(kinds) == ["impossible-drive", "overlap"]
    assert Program(city, Duty.IT).read("alerts")["alerts"] == []
    states = {one["id"]: one["state"] for one in program.read("calendars")["calendars"]}
    assert states == {"mayor-calendar": "fresh", "deputy-calendar": "fresh", "treasurer-calendar": "fresh"}
    assert "address" not in program.read("calendars")["calendars"][0]
    report = program.post("calendars/mayor-calendar/sync")
    assert report.json is not None
    assert report.json["sentence"] == "Calendar of mayor: nothing has changed."


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", "Basic c2VjcmV0YXJ5OnB3", "bearer x"])
def test_without_a_good_token_nothing_is_told(city: City, header: str) -> None:
    """401 as problem details."""
    response = city.app.test_client().get("/api/v1/people", headers={"Authorization": header})
    assert response.status_code == 401
    assert response.mimetype == "application/problem+json"
    assert "Rosa" not in response.text


def test_what_is_not_there_is_a_problem_too(city: City) -> None:
    """Whether the path, the thing, or the right to see it is missing."""
    program = Program(city, Duty.STAFF)
    answers = [program.get("nothing"), program.get("requests/x"), program.get("proposals/x")]
    assert {one.status_code for one in answers} == {404}
    assert {one.mimetype for one in answers} == {"application/problem+json"}
    assert len({one.text for one in answers}) == 1
