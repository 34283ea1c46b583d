"""What Graph's errors mean, who may be asked when, and where our token goes."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import replace

import pytest

from agenda.model.calendars import Calendar, Pulled
from agenda.model.errors import ProviderError, RefusedError, TryLaterError
from sync.microsoft.client import Client
from sync.microsoft.limiter import Limiter
from sync.outbound import Outbound
from tests.builders import a_calendar
from tests.contract.graph import MAYOR, TOKEN, GraphSource
from tests.contract.test_writers import an_invitation
from tests.simulators.graph import Grant
from tests.sync.microsoft.builders import a_series, an_appointment
from tests.sync.microsoft.copy import Copy, upstream
from tests.sync.texts import SPRING


def pull(source: GraphSource) -> Pulled:
    """One pull without a cursor."""
    return source.connector.pull(source.calendar, None, SPRING)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("operation", ["pull", "write", "remove"])
def test_h14_retry_after_is_obeyed_without_asking(outlook: GraphSource, status: int, operation: str) -> None:
    """The wait is passed on; until it is over nobody even asks; then it works."""

    def act() -> None:
        match operation:
            case "pull":
                pull(outlook)
            case "write":
                outlook.connector.write(outlook.calendar, an_invitation())
            case _:
                outlook.connector.remove(outlook.calendar, "some@example.org")

    outlook.simulator.plan({"match": ".", "status": status, "code": "ApplicationThrottled", "retry_after": "1"})
    with pytest.raises(TryLaterError) as told:
        act()
    assert told.value.wait_s == 1.0
    asked = len(outlook.simulator.heard)
    with pytest.raises(TryLaterError):
        act()
    assert len(outlook.simulator.heard) == asked
    time.sleep(1.05)
    act()


def test_h14_the_simulator_would_have_noticed(outlook: GraphSource) -> None:
    """The control: an impatient client, with a new limiter each time, comes too early."""
    outlook.simulator.plan({"match": ".", "status": 429, "code": "TooManyRequests", "retry_after": "600"})
    with pytest.raises(TryLaterError):
        pull(outlook)
    outlook.connector = replace(outlook.connector, limiter=Limiter())
    pull(outlook)
    assert set(outlook.simulator.violations) == {"GET came before Retry-After was over"}
    outlook.simulator.violations.clear()


def test_h14_a_date_to_come_back_is_understood(outlook: GraphSource) -> None:
    """RFC 9110, 10.2.3: seconds or a date."""
    outlook.simulator.plan({"match": ".", "status": 503, "retry_after": "Fri, 01 Jan 2100 00:00:00 GMT"})
    with pytest.raises(TryLaterError) as told:
        pull(outlook)
    assert told.value.wait_s is not None
    assert told.value.wait_s > 3600


def test_h14_other_mailboxes_go_on(outlook: GraphSource) -> None:
    """The mayor's mailbox is busy, the deputy's is read meanwhile."""
    world = outlook.simulator.world
    world.add_calendar("deputy@example.org", "Calendar")
    deputy = replace(outlook.calendar, address="users/deputy@example.org/calendar")
    outlook.simulator.plan({"match": MAYOR, "status": 429, "retry_after": "600"})
    with pytest.raises(TryLaterError):
        pull(outlook)
    assert outlook.connector.pull(deputy, None, SPRING).complete


def test_h14_four_at_once_over_all_calendars(outlook: GraphSource) -> None:
    """Twelve calendars read at the same time by one app: the simulator counts."""
    world = outlook.simulator.world
    calendars: list[Calendar] = []
    for at in range(12):
        name = f"person{at}@example.org"
        found = world.add_calendar(name, "Calendar")
        world.add(found, an_appointment())
        world.add(found, a_series())
        calendars.append(replace(outlook.calendar, address=f"users/{name}/calendar"))
    outlook.simulator.plan({"match": "GET", "delay_s": 0.01, "times": -1})
    done: list[Pulled] = []
    threads = [
        threading.Thread(target=lambda one=one: done.append(outlook.connector.pull(one, None, SPRING)))
        for one in calendars
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(one.changed) for one in done] == [2] * 12
    assert 2 <= outlook.simulator.most_at_once <= 4


@pytest.mark.parametrize(
    ("status", "code", "kind", "match"),
    [
        (401, "InvalidAuthenticationToken", RefusedError, "sign in to Microsoft once more"),
        (401, "", RefusedError, "sign in to Microsoft once more"),
        (403, "InvalidAuthenticationToken", RefusedError, "sign in to Microsoft once more"),
        (403, "ErrorAccessDenied", RefusedError, "Ask IT for the right"),
        (403, "SomethingNew", RefusedError, "Ask IT for the right"),
        (403, "ApplicationThrottled", TryLaterError, "come back"),
        (403, "MailboxConcurrency", TryLaterError, "come back"),
        (404, "ErrorItemNotFound", RefusedError, "Check the address"),
        (404, "MailboxNotEnabledForRESTAPI", RefusedError, "no mailbox"),
        (404, "ErrorInvalidUser", RefusedError, "no mailbox"),
        (400, "ErrorInvalidUrlQuery", RefusedError, "status 400"),
        (418, "<script>", RefusedError, "status 418"),
        (423, "ErrorMailboxMoveInProgress", TryLaterError, "come back"),
        (500, "ErrorInternalServerError", TryLaterError, "later"),
        (509, "activityLimitReached", TryLaterError, "come back"),
    ],
)
def test_h15_errors_by_their_code(
    outlook: GraphSource, status: int, code: str, kind: type[ProviderError], match: str
) -> None:
    """The message may change any day, and is shown to nobody."""
    outlook.simulator.world.add(outlook.id, an_appointment())
    outlook.simulator.plan({"match": "delta", "status": status, "code": code or "x", "times": 2})
    with pytest.raises(kind, match=match) as told:
        pull(outlook)
    assert "message may change" not in str(told.value)
    assert "<script>" not in str(told.value)


def test_h15_an_inner_code_counts(outlook: GraphSource) -> None:
    """Graph wraps what Exchange says."""
    fault = {"status": 400, "code": "BadRequest", "inner": "ErrorServerBusy"}
    outlook.simulator.plan({"match": "delta", **fault})
    with pytest.raises(TryLaterError):
        pull(outlook)


def test_h15_a_token_that_was_renewed_meanwhile_is_used(outlook: GraphSource) -> None:
    """401 is asked again once, with a new token if there is one; then everything goes on by itself."""
    given = iter(["an old token", TOKEN, TOKEN])
    outlook.connector = replace(outlook.connector, token=lambda _: next(given))
    assert pull(outlook).complete


def test_h15_after_consent_everything_goes_on(outlook: GraphSource) -> None:
    """Withdrawn, and given again: the copy goes on where it was."""
    copy = Copy(outlook)
    outlook.simulator.world.add(outlook.id, an_appointment())
    copy.pull()
    del outlook.simulator.tokens[TOKEN]
    for _ in range(2):
        with pytest.raises(RefusedError, match="Connect this calendar again"):
            copy.pull()
    outlook.simulator.world.add(outlook.id, an_appointment("2026-03-04"))
    outlook.simulator.tokens[TOKEN] = Grant()
    assert not copy.pull().complete
    assert copy.intervals == upstream(outlook)


def test_a_refusal_of_the_token_itself_is_passed_on(outlook: GraphSource) -> None:
    """Where no token is to be had, nothing is sent."""

    def no_token(calendar: Calendar) -> str:
        raise TryLaterError(calendar.name)

    outlook.connector = replace(outlook.connector, token=no_token)
    with pytest.raises(TryLaterError):
        pull(outlook)
    assert outlook.simulator.heard == []


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("me", "me/calendar"),
        ("me/calendar", "me/calendar"),
        ("users/mayor@example.org", "users/mayor@example.org/calendar"),
        ("users/mayor@example.org/calendars/AAk/b==", "users/mayor@example.org/calendars/AAk%2Fb%3D%3D"),
        ("users/mayor@example.org/calendars/AAk%2Fb%3D%3D/", "users/mayor@example.org/calendars/AAk%2Fb%3D%3D"),
        ("https://graph.example/v1.0/me/calendars/x", "me/calendars/x"),
    ],
)
def test_addresses(address: str, path: str) -> None:
    """As people copy them; ids keep their case, and what must be escaped is, once."""
    client = Client(a_calendar(address=address), lambda _: TOKEN, "https://graph.example/v1.0/", Outbound(), Limiter())
    assert client.path == path


@pytest.mark.parametrize(
    "address", ["", "calendar.ics", "https://elsewhere.example/me", "users/a?b", "../me", "groups/x"]
)
def test_addresses_that_are_none(address: str) -> None:
    """Said before anything is sent."""
    with pytest.raises(RefusedError, match="Check the address"):
        Client(a_calendar(address=address), lambda _: TOKEN, "https://graph.example/v1.0", Outbound(), Limiter())


def test_no_token_travels_in_the_clear() -> None:
    """Plain HTTP is for this machine and, where it is said so, for the city's own network."""
    with pytest.raises(RefusedError, match="without encryption"):
        Client(a_calendar(address="me"), lambda _: TOKEN, "http://graph.example/v1.0", Outbound(), Limiter())


def test_nothing_private_is_logged(outlook: GraphSource, caplog: pytest.LogCaptureFixture) -> None:
    """No title, no token, no address, no UID: whatever goes right or wrong, at any level."""
    caplog.set_level(logging.DEBUG, logger="sync")
    outlook.simulator.world.add(outlook.id, an_appointment(subject="Very secret"))
    pull(outlook)
    outlook.connector.write(outlook.calendar, an_invitation())
    outlook.simulator.plan({"match": "delta", "status": 400, "code": "Very secret"})
    with pytest.raises(RefusedError):
        pull(outlook)
    assert "Graph answered 400" in caplog.text
    for word in ("Very secret", TOKEN, MAYOR, "Bridge", "antechamber-", "message may change"):
        assert word not in caplog.text


@pytest.mark.parametrize("skew_s", [-86_400.0, 86_400.0])
def test_a_clock_that_is_wrong_over_there_changes_nothing(outlook: GraphSource, skew_s: float) -> None:
    """Nothing is concluded from its Date."""
    outlook.simulator.world.add(outlook.id, an_appointment())
    outlook.simulator.plan({"match": ".", "skew_s": skew_s, "times": -1})
    copy = Copy(outlook)
    copy.pull()
    assert copy.intervals == upstream(outlook)
