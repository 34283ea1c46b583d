"""Who may open what: every door tried with every duty."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Blueprint
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from agenda.model.users import SEES_EVERYTHING, Duty
from tests.web.city import SECRET_WORD, City
from tests.web.doors import CHANGING, Door, doors_of
from web.access import UndeclaredRouteError, own_path

BAD_BODY = {"Content-Type": "application/json"}


def knock(city: City, client: FlaskClient, door: Door, headers: dict[str, str] | None = None) -> TestResponse:
    """Try a door, with nothing in the hands that could change anything: forms are empty, bodies are no JSON."""
    if door.method == CHANGING:
        return client.post(door.path, headers={**(headers or {}), **(BAD_BODY if door.is_api else {})})
    return client.get(door.path, headers=headers, buffered=True)


@pytest.mark.parametrize("duty", list(Duty))
def test_each_door_opens_to_those_it_names_and_to_nobody_else(city: City, duty: Duty) -> None:
    """What is shut answers like what does not exist; what is open answers with anything else."""
    doors = doors_of(city)
    token = city.token(duty)
    wrong = []
    for door in doors:
        if door.is_api:
            status = knock(city, city.app.test_client(), door, token).status_code
        else:
            browser = city.browser(duty)
            status = (
                browser.post(door.path).status_code if door.method == CHANGING else browser.get(door.path).status_code
            )
        if (status != 404) is not door.opens_to(duty):
            wrong.append((door.endpoint, status))
    assert wrong == []


def test_strangers_are_sent_to_the_sign_in(city: City) -> None:
    """A page asks who it is; the JSON API says that a token is missing."""
    for door in doors_of(city):
        if door.opens_to(Duty.IT) and not isinstance(door.who, frozenset):
            continue
        if door.is_api:
            response = knock(city, city.app.test_client(), door)
            assert response.status_code == 401, door
            assert response.headers["WWW-Authenticate"].startswith("Bearer")
        else:
            browser = city.browser(None)
            response = browser.post(door.path) if door.method == CHANGING else browser.get(door.path)
            assert response.status_code == 303, door
            assert response.location.startswith("/sign-in")


def test_what_is_not_for_one_looks_like_what_does_not_exist(city: City) -> None:
    """A difference between the two would tell a stranger what there is."""
    meeting = city.confirms()
    browser = city.browser(Duty.STAFF)
    shut, missing = browser.get(f"/meetings/{meeting.id}"), browser.get("/meetings/nothing-of-the-kind")
    assert shut.status_code == missing.status_code == 404
    assert without_own_words(shut.text) == without_own_words(missing.text)


def without_own_words(text: str) -> str:
    """A page without its token and its own address, which differ from page to page."""
    return re.sub(r'(csrf_token|next)" value="[^"]*"|X-CSRFToken[^}]*', "", text)


@pytest.mark.parametrize("duty", list(Duty))
def test_nobody_reads_of_a_private_event_who_may_not(city: City, duty: Duty) -> None:
    """The word that stands in the private event alone is on no page and in no answer for those who see "busy"."""
    doors = doors_of(city)
    browser, token = city.browser(duty), city.token(duty)
    told = set()
    paths = [
        *(door.path for door in doors if door.method != CHANGING and "filename" not in door.path),
        "/week?on=2026-03-03",
        "/day?on=2026-03-03",
        "/day?on=2026-03-03&person=mayor",
        "/event?uid=private@example.org&on=2026-03-03",
        "/api/v1/events?from=2026-03-01&to=2026-03-08",
    ]
    for path in paths:
        text = browser.get(path, **(token if path.startswith("/api/") else {})).text
        if SECRET_WORD in text:
            told.add("/requests" if path.startswith("/requests/") else path.partition("?")[0])
    # A request page shows the days around its slots.
    expected = {"/", "/week", "/day", "/event", "/requests", "/api/v1/events"} if duty in SEES_EVERYTHING else set()
    assert told == expected


def test_a_view_that_says_nothing_stays_shut(empty_city: City) -> None:
    """In a test it is an error that nobody overlooks, in production a page that does not exist."""
    app = empty_city.an_app()
    silent = Blueprint("silent", __name__)
    silent.add_url_rule("/silent", "page", lambda: "open")
    app.register_blueprint(silent)
    with pytest.raises(UndeclaredRouteError):
        app.test_client().get("/silent")
    app.testing = False
    assert app.test_client().get("/silent").status_code == 404


@pytest.mark.parametrize(
    "wanted",
    [
        "",
        "week",
        "//evil.example/week",
        "/\\evil.example",
        "https://evil.example/week",
        "http:/week",
        "javascript:alert(1)",
        "/week\r\nSet-Cookie: a=b",
        "/\tevil.example",
        "/sign-out",
        "/nothing-here",
        "/week/",
    ],
)
def test_nobody_is_sent_anywhere_but_to_a_page_of_this_house(empty_city: City, wanted: str) -> None:
    """A sign-in that leads away is how passwords are fished for."""
    with empty_city.app.test_request_context():
        assert own_path(wanted) is None
    browser = empty_city.browser(None)
    response = browser.post("/sign-in", login="secretary", password="correct horse battery", next=wanted)
    assert response.status_code == 303
    assert response.location == "/"


def test_one_comes_back_to_the_page_one_wanted(empty_city: City) -> None:
    """Who follows a link from a mail signs in and is there."""
    browser = empty_city.browser(None)
    asked = browser.get("/week?on=2026-03-02&days=7")
    assert asked.location == "/sign-in?next=/week?on%3D2026-03-02%26days%3D7"
    response = browser.post(
        "/sign-in", login="secretary", password="correct horse battery", next="/week?on=2026-03-02&days=7"
    )
    assert response.location == "/week?on=2026-03-02&days=7"


def test_other_hosts_are_refused_where_the_origin_is_fixed(tmp_path: Path) -> None:
    """A forged Host would stand in every link that is built from it."""
    city = City(tmp_path, origin="https://agenda.example.org", secure_cookies=True)
    client = city.app.test_client()
    assert client.get("/sign-in", base_url="https://agenda.example.org").status_code == 200
    assert client.get("/sign-in", base_url="https://evil.example").status_code == 400
    city.close()
