"""What every answer says of itself, and what no form can be sent without."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.web.city import PASSWORD, City
from tests.web.doors import CHANGING, READING, doors_of
from web.headers import CONTENT_SECURITY_POLICY, HEADERS


def test_every_answer_carries_the_headers(city: City) -> None:
    """The one page without them would be the one that is framed, cached or made to run something."""
    browser, token = city.browser(), city.token()
    for door in doors_of(city):
        headers = token if door.is_api else None
        response = browser.client.open(door.path, method=door.method, headers=headers, buffered=True)
        for name, value in HEADERS.items():
            assert response.headers.get(name) == value, (door.endpoint, name)
        if door.endpoint == "static":
            assert response.headers["Cache-Control"].startswith("public")
            assert "Set-Cookie" not in response.headers
        else:
            assert response.headers["Cache-Control"] == "no-store", door.endpoint
            assert "Cookie" in response.headers["Vary"], door.endpoint


def test_the_policy_lets_nothing_run_that_is_not_ours() -> None:
    """No inline script or style, nothing from elsewhere, no frame."""
    assert CONTENT_SECURITY_POLICY.startswith("default-src 'none'")
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "frame-ancestors 'none'" in CONTENT_SECURITY_POLICY
    assert "*" not in CONTENT_SECURITY_POLICY


def test_no_page_has_anything_inline(city: City) -> None:
    """The policy would not run it; that it is there at all would be a mistake."""
    browser = city.browser()
    for door in doors_of(city):
        if door.method == READING and not door.is_api and door.endpoint != "static":
            text = browser.get(door.path).text
            assert " style=" not in text, door.endpoint
            assert "<style" not in text, door.endpoint
            assert " onclick=" not in text, door.endpoint
            assert "<script>" not in text, door.endpoint


def test_no_form_is_taken_without_its_token(city: City) -> None:
    """Another page can send a form with our cookie, but it cannot read the token."""
    client = city.browser().client
    for door in doors_of(city):
        if door.method == CHANGING and not door.is_api:
            assert client.post(door.path, data={"lang": "es"}).status_code == 400, door.endpoint
            wrong = {"csrf_token": "IjEyMyI.aaaaaa.bbbbbb"}
            assert client.post(door.path, data=wrong).status_code == 400, door.endpoint


def test_no_form_is_taken_from_another_page(city: City) -> None:
    """The browser says where a form comes from; with the token alone it would have gone through."""
    browser = city.browser()
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ):
        assert browser.post("/language", headers, lang="es").status_code == 400, headers
    assert (
        browser.post(
            "/language", {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}, lang="es"
        ).status_code
        == 303
    )


def test_the_json_api_reads_no_cookie(city: City) -> None:
    """So nobody's browser can be made to use it."""
    assert city.browser().get("/api/v1/people").status_code == 401


def test_reading_changes_nothing(city: City) -> None:
    """A link in a mail, a robot or a prefetch must never confirm, cancel or send anything."""
    doors = doors_of(city)
    browser, token = city.browser(), city.token()
    before = everything_in(city.database)
    for door in doors:
        if door.method == READING:
            browser.get(door.path, **(token if door.is_api else {}))
    assert everything_in(city.database) == before


def everything_in(database: Path) -> list[str]:
    """Every row of every table."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        return list(connection.iterdump())
    finally:
        connection.close()


def test_the_control_of_reading_can_fail(city: City) -> None:
    """If a change were not seen, the test above would prove nothing."""
    before = everything_in(city.database)
    city.asks(title="One more")
    assert everything_in(city.database) != before


def test_over_tls_cookies_are_bound_to_the_host(tmp_path: Path) -> None:
    """`__Host-`, Secure, and HSTS; over plain HTTP none of these, or nobody could sign in."""
    city = City(tmp_path, secure_cookies=True)
    client = city.app.test_client()
    page = client.get("/sign-in", base_url="https://localhost")
    assert page.headers["Strict-Transport-Security"].startswith("max-age=")
    token = page.text.partition('name="csrf_token" value="')[2].partition('"')[0]
    response = client.post(
        "/sign-in",
        data={"csrf_token": token, "login": "secretary", "password": PASSWORD},
        base_url="https://localhost",
    )
    cookies = response.headers.getlist("Set-Cookie")
    session = next(one for one in cookies if one.startswith("__Host-session="))
    assert all(part in session for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
    assert "Domain" not in session
    city.close()


def test_over_plain_http_hsts_is_not_sent(empty_city: City) -> None:
    """The demo on the own machine must not lock the browser out of it."""
    response = empty_city.app.test_client().get("/sign-in")
    assert "Strict-Transport-Security" not in response.headers


def test_a_body_that_is_too_large_is_not_read(city: City) -> None:
    """A form has no room for a megabyte."""
    response = city.browser().client.post("/requests/new", data={"purpose": "x" * (1 << 21)})
    assert response.status_code == 413
    assert "larger" in response.text


@pytest.mark.parametrize("path", ["/nothing", "/requests/nothing", "/outbox/nothing", "/calendars/nothing"])
def test_what_is_not_there_is_told_in_the_houses_look(city: City, path: str) -> None:
    """The page leads back, and does not repeat what was typed."""
    response = city.browser().get(path)
    assert response.status_code == 404
    assert "There is nothing here" in response.text
    assert 'href="/"' in response.text


def test_another_method_is_refused(city: City) -> None:
    """405 with the methods that there are."""
    response = city.browser().get("/sign-out")
    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]
