"""Titles that would like to be more than titles."""

from __future__ import annotations

import re

import pytest

from agenda.model.calendars import Problem, Severity
from agenda.model.sentences import say
from tests.builders import MAYOR, a_calendar, an_event, on_monday
from tests.web.city import City
from tests.web.doors import READING, doors_of

PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "{{ 1234567*89 }}{% for x in y %}",
    "javascript:alert(1)",
    "</title><script>alert(1)</script>",
    "%(name)s %s %d %%",
    "&lt;script&gt;",
    "\u202etxt.exe\u202c",
    "]]><!--",
    "=HYPERLINK('http://evil.example')",
    "a" * 3000,
)
TAGS_OF_A_PAYLOAD = re.compile(r"<(script>alert|img src=x|svg/onload)", re.IGNORECASE)


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_whatever_people_write_stays_text(empty_city: City, payload: str) -> None:
    """In events, places, requests, mails and problems: on every page, in both languages."""
    city = empty_city
    city.provider.problems = (
        Problem(severity=Severity.ERROR, sentence=say("%(what)s", what=payload), uid=payload, line=3),
    )
    event = an_event(on_monday("09:00", "10:00"), payload, summary=payload, location=payload, description=payload)
    clash = an_event(on_monday("09:30", "10:00"), "clash@example.org", summary=payload, location="City Hall")
    city.connects(event, clash, calendar=a_calendar(MAYOR, name=payload, writable=True))
    city.office.watch.look_over()
    title = payload[:150]
    asked = {"required": (MAYOR,), "title": title, "purpose": payload, "requester": payload, "contact": payload}
    city.confirms(**asked)
    city.proposes(**asked)
    ids_are_taken = doors_of(city)
    for language in ("en", "es"):
        browser = city.browser(language=language)
        pages = [
            *(door.path for door in ids_are_taken if door.method == READING and not door.is_api),
            "/week?on=2026-03-02",
            "/day?on=2026-03-02",
            "/day?on=2026-03-02&person=mayor",
        ]
        for path in pages:
            response = browser.get(path)
            assert response.status_code in (200, 303, 404), path
            assert TAGS_OF_A_PAYLOAD.search(response.text) is None, path
            assert 'href="javascript:' not in response.text, path
            assert "109876463" not in response.text, path


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_whatever_is_typed_comes_back_as_text(city: City, payload: str) -> None:
    """In the form that is shown again, and on the page of the request."""
    browser = city.browser()
    refused = browser.post("/requests/new", title=payload, requester=payload, first_day=payload, place=payload)
    assert refused.status_code == 422
    assert TAGS_OF_A_PAYLOAD.search(refused.text) is None
    for path in (f"/week?on={payload[:50]}", f"/sign-in?next={payload[:50]}", f"/event?uid={payload[:50]}"):
        assert TAGS_OF_A_PAYLOAD.search(browser.get(path).text) is None


def test_the_control_can_fail() -> None:
    """The pattern finds what it looks for."""
    assert TAGS_OF_A_PAYLOAD.search("<p><script>alert(1)</script>")
