"""Failures, class by class, as HTTP."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from agenda.model import errors
from agenda.model.errors import AgendaError
from agenda.model.sentences import say
from agenda.model.users import Duty
from tests.builders import on_monday
from tests.web.city import PASSWORD, City
from web.answers import TITLES, retry_after_s, status_of

SLOT = on_monday("09:00", "10:00")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.NotFoundError("request", "x"), 404),
        (errors.BadInputError("title", say("No title.")), 422),
        (errors.BadInputsError(()), 422),
        (errors.SlotTakenError(SLOT, taken_by=say("Taken.")), 409),
        (errors.AlreadyDecidedError("Ana", SLOT.start), 409),
        (errors.ChangedElsewhereError("City mail", "uid"), 409),
        (errors.SignInError(), 401),
        (errors.TooManyTriesError(900), 429),
        (errors.StoreBusyError(), 503),
        (errors.StoreReadOnlyError("the disk is full"), 503),
        (errors.StoreError(say("Broken.")), 503),
        (errors.TryLaterError("City mail", 30), 503),
        (errors.TryLaterError("City mail"), 503),
        (errors.RefusedError("City mail", say("no.")), 502),
        (errors.NotACalendarError("City mail", say("a page")), 502),
        (errors.CursorExpiredError("City mail"), 502),
        (AgendaError(say("Something.")), 500),
    ],
)
def test_every_failure_has_its_status(error: AgendaError, status: int) -> None:
    """And every status its title."""
    assert status_of(error) == status
    assert status in TITLES


def test_how_long_to_wait_is_said_where_it_is_known() -> None:
    """In seconds, for Retry-After."""
    assert retry_after_s(errors.TooManyTriesError(900)) == 900
    assert retry_after_s(errors.TryLaterError("City mail", 30)) == 30
    assert retry_after_s(errors.TryLaterError("City mail")) is None
    assert retry_after_s(errors.StoreBusyError()) == 2


@contextmanager
def locked(city: City) -> Iterator[None]:
    """Somebody else keeps the store to himself."""
    connection = sqlite3.connect(city.database, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


def test_while_the_store_is_locked_reading_goes_on(city: City) -> None:
    """Writing says that nothing was changed, and when to try again; that the session was used is noted later."""
    browser = city.browser()
    token = browser.csrf()
    city.clock.advance(timedelta(minutes=5))
    with locked(city):
        assert "Budget hearing" in browser.read("/week?on=2026-03-02")
        fields = {"title": "Harbor", "duration_min": "30", "part-mayor": "required", "csrf_token": token}
        days = {"first_day": "2026-03-02", "last_day": "2026-03-02"}
        response = browser.client.post("/requests/new", data={**fields, **days})
    assert response.status_code == 503
    assert "The store is busy; nothing was changed." in response.text
    assert response.headers["Retry-After"] == "2"
    assert city.office.look.requests() == []


def test_what_breaks_is_told_without_its_words(city: City) -> None:
    """The page says that nothing was changed; the log says where, and nothing of what somebody wrote."""
    app = city.an_app()
    app.testing = False

    def broken() -> str:
        msg = "the words of a private event"
        raise RuntimeError(msg)

    broken.who_may = frozenset(Duty)  # type: ignore[attr-defined]  # as open_to does
    app.add_url_rule("/broken", "broken", broken)
    client = app.test_client()
    client.set_cookie("session", city.office.sign_in.by_password("secretary", PASSWORD, device="", address="")[0])
    with capture_logs() as lines:
        response = client.get("/broken")
    assert response.status_code == 500
    assert "Nothing was changed by this" in response.text
    assert "private event" not in response.text
    (line,) = lines
    assert line["error"] == "RuntimeError"
    assert line["route"] == "broken"
    assert "broken:" in line["event"]
    assert "private event" not in str(line)


def test_with_a_script_a_failure_is_a_fragment(city: City) -> None:
    """It is put into the page that is open, and takes the focus."""
    proposal = city.proposes()
    city.office.decide.decline(proposal.request)
    response = city.browser().by_script(f"/requests/{proposal.request}/slots")
    assert response.status_code == 422
    assert "<html" not in response.text
    assert "autofocus" in response.text
    assert "already decided" in response.text
