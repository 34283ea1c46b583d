"""Channels: opened, closed, followed by the next one; and notifications, most of which are none."""

from __future__ import annotations

import random
import secrets
from datetime import UTC, datetime

import pytest

from agenda.model.errors import RefusedError
from sync.google.watch import Channel, Hint, ResourceState, hint_of
from tests.simulators.google.office import Desk

ADDRESS = "https://antechamber.example.org/hooks/google"


def open_one(desk: Desk, name: str = "channel-1") -> Channel:
    """Open a channel with a strong token."""
    return desk.connector.watch(desk.calendar, ADDRESS, channel=name, token=secrets.token_urlsafe(32))


def notification(channel: Channel, number: int = 2, state: str = "exists") -> dict[str, str]:
    """The headers with which the provider tells; there is nothing else."""
    return {
        "X-Goog-Channel-ID": channel.id,
        "X-Goog-Channel-Token": channel.token,
        "X-Goog-Channel-Expiration": "Tue, 24 Nov 2026 01:13:52 GMT",
        "X-Goog-Resource-ID": channel.resource,
        "X-Goog-Resource-URI": "https://www.googleapis.com/calendar/v3/calendars/x/events?alt=json",
        "X-Goog-Resource-State": state,
        "X-Goog-Message-Number": str(number),
    }


def test_a_channel_is_opened_and_followed_by_the_next(desk: Desk) -> None:
    """It cannot be prolonged: the next one opens under a new name before the first is closed, and both are heard."""
    first = open_one(desk)
    assert first.expires_at is not None
    assert first.expires_at.tzinfo is UTC
    assert first.expires_at > datetime(2026, 1, 6, tzinfo=UTC)
    second = open_one(desk, "channel-2")
    both = {one.id: one for one in (first, second)}
    assert hint_of(notification(first), both) == Hint("channel-1", ResourceState.EXISTS, 2)
    assert hint_of(notification(second, 1, "sync"), both) == Hint("channel-2", ResourceState.SYNC, 1)
    desk.connector.stop(desk.calendar, first)
    assert set(desk.simulator.world.channels) == {"channel-2"}
    desk.connector.stop(desk.calendar, first)


def test_the_first_notification_may_come_before_the_answer(desk: Desk) -> None:
    """The channel's resource is not known yet; its token is enough."""
    channel = open_one(desk)
    early = Channel(id=channel.id, token=channel.token)
    assert hint_of(notification(channel, 1, "sync"), {early.id: early}) is not None


def test_header_names_may_be_spelt_as_a_proxy_likes(desk: Desk) -> None:
    """They are the same in any capitals."""
    channel = open_one(desk)
    lowered = {name.lower(): value for name, value in notification(channel).items()}
    assert hint_of(lowered, {channel.id: channel}) is not None


def test_ten_thousand_forgeries_are_none(desk: Desk) -> None:
    """Wrong, cut, lengthened and missing tokens, other channels and resources, odd states and numbers."""
    channel = open_one(desk)
    good = notification(channel)
    dice = random.Random(20261122)
    open_ones = {channel.id: channel}
    accepted = 0
    for _ in range(10_000):
        forged = dict(good)
        match dice.randrange(7):
            case 0:
                forged["X-Goog-Channel-Token"] = secrets.token_urlsafe(32)
            case 1:
                forged["X-Goog-Channel-Token"] = channel.token[: dice.randrange(len(channel.token))]
            case 2:
                forged["X-Goog-Channel-Token"] = channel.token + dice.choice(" \tx\u00e9")
            case 3:
                forged["X-Goog-Channel-ID"] = f"channel-{dice.randrange(2, 10**6)}"
            case 4:
                forged["X-Goog-Resource-ID"] = secrets.token_hex(8)
            case 5:
                forged["X-Goog-Resource-State"] = dice.choice(["", "EXISTS", "update", "sync\r\n"])
            case _:
                forged["X-Goog-Message-Number"] = dice.choice(["", "-1", "1e9", "٣", "9" * 30])
        accepted += hint_of(forged, open_ones) is not None
    assert accepted == 0
    assert hint_of(good, open_ones) is not None
    assert hint_of({}, open_ones) is None
    assert hint_of(good, {}) is None


@pytest.mark.parametrize(
    ("address", "name", "token"),
    [
        ("http://antechamber.example.org/", "a", "t" * 43),
        (ADDRESS, "", "t" * 43),
        (ADDRESS, "a" * 65, "t" * 43),
        (ADDRESS, "a", "short"),
        (ADDRESS, "a", "t" * 257),
    ],
)
def test_a_channel_that_would_be_weak_is_not_opened(desk: Desk, address: str, name: str, token: str) -> None:
    """A token that could be guessed would let anybody keep us busy."""
    with pytest.raises(ValueError, match="128 random bits"):
        desk.connector.watch(desk.calendar, address, channel=name, token=token)
    assert desk.simulator.heard == []


def test_a_name_is_used_once(desk: Desk) -> None:
    """The provider refuses a second channel of the same name."""
    open_one(desk)
    with pytest.raises(RefusedError):
        open_one(desk)
