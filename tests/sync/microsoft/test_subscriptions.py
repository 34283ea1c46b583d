"""Change notifications: made, renewed, and not believed from strangers."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from agenda.model.errors import RefusedError, TryLaterError
from sync.microsoft.client import Client
from sync.microsoft.limiter import Limiter
from sync.microsoft.subscriptions import (
    LIFETIME,
    Hint,
    Subscription,
    create,
    echo,
    end,
    hints,
    new_secret,
    renew,
)
from tests.contract.conftest import LOOPBACK
from tests.contract.graph import TOKEN, GraphSource

LIFETIME_END = datetime(2026, 3, 9, tzinfo=UTC)
HOOK, LIFECYCLE = "https://office.example/hooks/graph", "https://office.example/hooks/graph/lifecycle"


@pytest.fixture
def client(outlook: GraphSource) -> Iterator[Client]:
    """A conversation about the calendar."""
    with Client(outlook.calendar, lambda _: TOKEN, outlook.simulator.url, LOOPBACK, Limiter()) as found:
        yield found


def made(client: Client, outlook: GraphSource) -> Subscription:
    """A subscription of the calendar."""
    return create(client, notification_url=HOOK, lifecycle_url=LIFECYCLE, now=outlook.simulator.world.now)


def test_a_subscription_is_made_with_all_it_needs(client: Client, outlook: GraphSource) -> None:
    """The lifecycle address can be given only now; the secret is ours; the time is within the limit."""
    found = made(client, outlook)
    (kept,) = outlook.simulator.service.subscriptions.values()
    assert kept["lifecycleNotificationUrl"] == LIFECYCLE
    assert kept["clientState"] == found.client_state
    assert kept["resource"] == f"{client.path}/events"
    assert len(found.client_state) >= 43


def test_it_is_renewed_in_time(client: Client, outlook: GraphSource) -> None:
    """Due after a fifth of its life, so that a few renewals may fail."""
    now = outlook.simulator.world.now
    found = made(client, outlook)
    assert not found.is_due(now + LIFETIME / 5 - timedelta(seconds=1))
    assert found.is_due(now + LIFETIME / 5)
    outlook.simulator.world.now += timedelta(days=2)
    later = renew(client, found, outlook.simulator.world.now)
    assert later is not None
    assert later.expires_at == found.expires_at + timedelta(days=2)
    assert later.client_state == found.client_state


def test_one_that_is_gone_has_to_be_made_again(client: Client, outlook: GraphSource) -> None:
    """404 is no error, it is an answer."""
    found = made(client, outlook)
    outlook.simulator.service.subscriptions.clear()
    assert renew(client, found, outlook.simulator.world.now) is None
    end(client, found)
    assert made(client, outlook).id != found.id


def test_a_second_one_is_refused_with_a_sentence(client: Client, outlook: GraphSource) -> None:
    """409: reading on time goes on without it."""
    made(client, outlook)
    with pytest.raises(RefusedError, match="Reading on time goes on"):
        made(client, outlook)


def test_a_busy_service_is_asked_later(client: Client, outlook: GraphSource) -> None:
    """Without push there is still the timer."""
    outlook.simulator.plan({"match": "subscriptions", "status": 503, "code": "ServiceNotAvailable"})
    with pytest.raises(TryLaterError):
        made(client, outlook)


def test_the_address_is_validated() -> None:
    """The token is echoed as it came, decoded; nothing is echoed that could be more than a token."""
    assert echo({"validationToken": "Validation: Testing 1+1 <b>"}) == "Validation: Testing 1+1 <b>"
    assert echo({}) is None
    assert echo({"validationToken": "a\r\nSet-Cookie: b"}) is None
    assert echo({"validationToken": "x" * 5_000}) is None


def a_subscription(key: str = "one") -> Subscription:
    """One of ours."""
    return Subscription(id=key, resource="me/events", client_state=new_secret(), expires_at=LIFETIME_END)


def test_hints_come_from_those_who_know_the_secret() -> None:
    """Each item carries its own; one that is forged spoils no other."""
    one, two = a_subscription("one"), a_subscription("two")
    known = {"one": one, "two": two}
    body = {
        "value": [
            {"subscriptionId": "one", "clientState": one.client_state, "changeType": "updated"},
            {"subscriptionId": "two", "clientState": one.client_state, "changeType": "deleted"},
            {"subscriptionId": "three", "clientState": ""},
            "nonsense",
        ]
    }
    assert hints(body, known) == {"one": Hint.PULL}
    events = {"reauthorizationRequired": Hint.RENEW, "subscriptionRemoved": Hint.RECREATE, "missed": Hint.PULL}
    for event, hint in events.items():
        item = {"subscriptionId": "two", "clientState": two.client_state, "lifecycleEvent": event}
        assert hints({"value": [item]}, known) == {"two": hint}


def test_several_items_ask_for_the_strongest() -> None:
    """Removed is more than missed."""
    one = a_subscription()
    items = [
        {"subscriptionId": "one", "clientState": one.client_state, "lifecycleEvent": event}
        for event in ("missed", "subscriptionRemoved", "reauthorizationRequired")
    ]
    assert hints({"value": items}, {"one": one}) == {"one": Hint.RECREATE}


def test_ten_thousand_forgeries_are_worth_nothing() -> None:
    """And cost little."""
    one = a_subscription()
    known = {"one": one, "empty": replace(a_subscription("empty"), client_state="")}
    begun = time.monotonic()
    for at in range(10_000):
        guess = [secrets.token_urlsafe(32), "", one.client_state[:-1], one.client_state + "x", None, 7, "\udcff"][
            at % 7
        ]
        for key in ("one", "empty", "none"):
            assert hints({"value": [{"subscriptionId": key, "clientState": guess}]}, known) == {}
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("body", [None, [], "x", {}, {"value": None}, {"value": [None, [], {}]}, {"value": {}}])
def test_nonsense_is_no_hint(body: object) -> None:
    """Anybody can post anything."""
    assert hints(body, {"one": a_subscription()}) == {}
