"""Channels on which the provider tells that something has changed, and whether what arrives is from one of them.

A notification has no body and no signature. Only the token that we gave to the channel speaks for it, so it is compared
in constant time; and a notification is only a hint, answered by a pull like any other. Some never arrive.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from agenda.model.errors import NotACalendarError
from agenda.model.sentences import say
from sync.google.client import Client

MAX_NAME, MAX_TOKEN = 64, 256
LEAST_TOKEN = 22
"""Letters of a token of 128 random bits in base64."""
NOBODY = "-" * 43


class ResourceState(StrEnum):
    """What a notification says: the channel is open, something has changed, the calendar is gone."""

    SYNC = "sync"
    EXISTS = "exists"
    NOT_EXISTS = "not_exists"


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """An open channel. `resource` is empty until the provider has answered; a first notification may come before."""

    id: str
    token: str
    resource: str = ""
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hint:
    """A genuine notification; `number` grows within a channel, so that an old one can be told."""

    channel: str
    state: ResourceState
    number: int


def open_channel(client: Client, address: str, *, channel: str, token: str, ttl_s: int) -> Channel:
    """Open a channel to an https address; see `GoogleConnector.watch`."""
    if not address.startswith("https://") or not 0 < len(channel) <= MAX_NAME or not _is_strong(token):
        msg = "a channel needs an https address, a name of at most 64 letters and a token of at least 128 random bits"
        raise ValueError(msg)
    told = client.watch(
        {"id": channel, "type": "web_hook", "address": address, "token": token, "params": {"ttl": str(ttl_s)}}
    )
    resource, expiration = told.get("resourceId"), told.get("expiration")
    if not isinstance(resource, str) or told.get("id") != channel:
        raise NotACalendarError(client.provider, say("it is no answer of the Calendar API"))
    expires = (
        datetime.fromtimestamp(int(expiration) / 1000, UTC) if str(expiration).isdecimal() and expiration else None
    )
    return Channel(id=channel, token=token, resource=resource, expires_at=expires)


def hint_of(headers: Mapping[str, str], channels: Mapping[str, Channel]) -> Hint | None:
    """What a notification says; None where no channel of ours has sent it.

    Args:
        headers: as they came, however capitalised.
        channels: those that are or were just open, by id.
    """
    told = {name.lower(): value for name, value in headers.items()}
    channel = channels.get(told.get("x-goog-channel-id", ""))
    token = channel.token if channel is not None else NOBODY
    is_right = hmac.compare_digest(told.get("x-goog-channel-token", "").encode(), token.encode())
    if channel is None or not is_right:
        return None
    resource = told.get("x-goog-resource-id", "")
    if channel.resource and not hmac.compare_digest(resource.encode(), channel.resource.encode()):
        return None
    number, state = told.get("x-goog-message-number", ""), told.get("x-goog-resource-state", "")
    if state not in tuple(ResourceState) or not (number.isascii() and number.isdecimal() and len(number) < 20):
        return None
    return Hint(channel.id, ResourceState(state), int(number))


def _is_strong(token: str) -> bool:
    return LEAST_TOKEN <= len(token) <= MAX_TOKEN
