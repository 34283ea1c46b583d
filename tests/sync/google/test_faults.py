"""What goes wrong on the way, for each thing we do there: the right error, no repetition of ours, nothing in a log."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest

from agenda.model.errors import AccountRefusedError, ProviderError, RefusedError, TryLaterError
from sync.google import GoogleConnector
from sync.outbound import Outbound
from tests.contract.test_writers import UID, an_invitation
from tests.simulators.google.office import MAYOR, Desk, a_desk, at, credentials_of
from tests.simulators.google.server import Simulator
from tests.sync.texts import SPRING

DO: dict[str, Callable[[Desk], Any]] = {
    "pull": lambda desk: desk.pull(),
    "write": lambda desk: desk.connector.write(desk.calendar, an_invitation()),
    "remove": lambda desk: desk.connector.remove(desk.calendar, UID),
    "free_busy": lambda desk: desk.connector.free_busy(desk.calendar, [MAYOR], SPRING),
    "watch": lambda desk: desk.connector.watch(desk.calendar, "https://a.example.org/", channel="c", token="t" * 43),
}
LATER: list[tuple[dict[str, object], float | None]] = [
    ({"status": 403, "reason": "rateLimitExceeded", "retry_after": "17"}, 17),
    ({"status": 403, "reason": "userRateLimitExceeded"}, None),
    ({"status": 403, "reason": "quotaExceeded", "retry_after": "1"}, 1),
    ({"status": 429, "reason": "rateLimitExceeded", "retry_after": "30"}, 30),
    ({"status": 429, "retry_after": "garbage"}, None),
    ({"status": 500}, None),
    ({"status": 502}, None),
    ({"status": 503, "retry_after": "120"}, 120),
    ({"status": 504}, None),
    ({"lost": True}, None),
    ({"truncate": 3}, None),
]
REFUSED: list[tuple[dict[str, object], type[RefusedError], str]] = [
    ({"status": 401, "reason": "authError"}, AccountRefusedError, "Connect the account again"),
    ({"status": 403, "reason": "forbidden"}, RefusedError, "may not do that"),
    ({"status": 403, "reason": "accessNotConfigured"}, AccountRefusedError, "switched off"),
    ({"status": 403, "reason": "insufficientPermissions"}, AccountRefusedError, "leave every tick"),
    ({"status": 400, "reason": "invalid"}, RefusedError, "status 400"),
]


@pytest.mark.parametrize("what", DO)
@pytest.mark.parametrize(("fault", "wait_s"), LATER)
def test_what_passes_is_for_later(desk: Desk, what: str, fault: dict[str, object], wait_s: float | None) -> None:
    """With the provider's own wait where it names one (H14), and after one single try of ours."""
    desk.simulator.break_down({"nth": 0, **fault})
    with pytest.raises(TryLaterError) as caught:
        DO[what](desk)
    assert caught.value.wait_s == wait_s
    assert len(desk.simulator.heard) == 1


@pytest.mark.parametrize("what", DO)
@pytest.mark.parametrize(("fault", "error", "way_out"), REFUSED)
def test_what_does_not_pass_says_the_way_out(
    desk: Desk, what: str, fault: dict[str, object], error: type[RefusedError], way_out: str
) -> None:
    """A person has to do something, and is told what; an account shut out is another matter than a calendar (H15)."""
    desk.simulator.break_down({"nth": 0, **fault})
    with pytest.raises(error, match=way_out) as caught:
        DO[what](desk)
    assert type(caught.value) is error


@pytest.mark.parametrize("what", DO)
def test_a_body_that_is_too_large_is_not_read(simulator: Simulator, what: str) -> None:
    """Bounded before anything is parsed."""
    desk = a_desk(simulator)
    token = next(iter(simulator.desk.access))
    desk.connector = GoogleConnector(
        credentials=lambda _: credentials_of(token), endpoint=simulator.endpoint, way=Outbound(max_bytes=1000)
    )
    desk.put(start=at("2026-03-02T09:00"), end=at("2026-03-02T10:00"))
    simulator.break_down({"nth": 0, "garbage": '"' + "x" * 5000 + '"'})
    with pytest.raises(ProviderError):
        DO[what](desk)


@pytest.mark.parametrize("what", DO)
@pytest.mark.parametrize("fault", [{}, {"status": 403, "reason": "Canary-7f3a"}, {"garbage": "{Canary-7f3a"}])
def test_nothing_private_reaches_a_log(
    desk: Desk, what: str, fault: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    """No title, no token, no mail address; neither ours nor those that the libraries would note."""
    caplog.set_level(logging.DEBUG)
    desk.put(summary="Canary-7f3a", start=at("2026-03-02T09:00"), end=at("2026-03-02T10:00"))
    if fault:
        desk.simulator.break_down({"nth": 0, **fault})
        with pytest.raises(ProviderError) as caught:
            DO[what](desk)
        assert "Canary" not in str(caught.value)
    else:
        DO[what](desk)
    assert "Canary" not in caplog.text
    assert "ya29" not in caplog.text
    assert "mayor" not in caplog.text


def test_the_libraries_would_have_noted_it(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """The control of the test above: left to themselves they write addresses into the log."""
    loggers = [logging.getLogger(name) for name in ("googleapiclient", "urllib3.connectionpool")]
    levels = [one.level for one in loggers]
    caplog.set_level(logging.DEBUG)
    try:
        for one in loggers:
            one.setLevel(logging.DEBUG)
        desk.pull()
    finally:
        for one, level in zip(loggers, levels, strict=True):
            one.setLevel(level)
    assert "mayor" in caplog.text


def test_nobody_listening_is_for_later(simulator: Simulator) -> None:
    """Being out of reach is no statement about events."""
    desk = a_desk(simulator, endpoint="http://127.0.0.1:9/calendar/v3/")
    with pytest.raises(TryLaterError):
        desk.pull()


@pytest.mark.parametrize("endpoint", ["{url}", "{url}/", "{url}/calendar/v3", "{url}/calendar/v3/"])
def test_an_endpoint_may_be_spelt_as_one_likes(simulator: Simulator, endpoint: str) -> None:
    """With the service's path and without, with a slash at its end and without."""
    desk = a_desk(simulator, endpoint=endpoint.format(url=simulator.url))
    assert desk.pull().complete


def test_a_token_is_not_sent_in_the_clear_to_the_outside(simulator: Simulator) -> None:
    """Plain HTTP is for this machine, or for the inside where the settings say so."""
    desk = a_desk(simulator, endpoint="http://calendars.example.org/calendar/v3/")
    with pytest.raises(RefusedError, match="without encryption"):
        desk.pull()


def test_one_connector_serves_several_threads(simulator: Simulator) -> None:
    """The library's own HTTP object must not be shared; each call has one of its own."""
    desk = a_desk(simulator)
    for number in range(20):
        desk.put(id=f"event{number}", start=at("2026-03-02T09:00"), end=at("2026-03-02T10:00"))
    counts: list[int] = []

    def read() -> None:
        counts.extend(len(desk.pull().changed) for _ in range(3))

    threads = [threading.Thread(target=read) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert counts == [20] * 18


def test_the_clock_of_the_provider_does_not_matter(desk: Desk) -> None:
    """Nothing is judged by the Date of an answer."""
    desk.simulator.break_down({"nth": 0, "skew_s": -86_400.0})
    assert desk.pull().complete
    write = DO["write"]
    write(desk)
    assert len(desk.pull().changed) == 1


def test_the_librarys_own_description_is_used_and_nothing_fetched(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No request but those to the endpoint: a socket to anywhere else fails the test."""
    port = int(simulator.url.rpartition(":")[2])
    connected: list[Any] = []
    real = socket.socket.connect

    def connect(self: Any, address: Any) -> Any:
        connected.append(address)
        return real(self, address)

    monkeypatch.setattr("socket.socket.connect", connect)
    assert a_desk(simulator).pull().complete
    assert {address[1] for address in connected} == {port}
