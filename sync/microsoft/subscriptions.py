"""Change notifications: asked for, renewed in time, answered at once, and believed only as a hint to look.

A notification proves nothing but that somebody knows our secret; what changed is read from the calendar itself.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from urllib.parse import quote

from agenda.model.errors import RefusedError
from agenda.model.sentences import say
from sync.microsoft.client import Client

LIFETIME = timedelta(minutes=10_080) - timedelta(hours=1)
"""How long we ask for; seven days are the most."""
RENEW_AFTER = LIFETIME / 5
"""So that four renewals may fail before one runs out."""
SHORTEST = timedelta(minutes=45)
CHANGES = "created,updated,deleted"
MOST_ITEMS = 1_000
TOKEN_LENGTH = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One subscription; `client_state` is the secret that its notifications have to carry."""

    id: str
    resource: str
    client_state: str
    expires_at: datetime

    def is_due(self, now: datetime) -> bool:
        """Whether it is time to renew it."""
        return now >= self.expires_at - LIFETIME + RENEW_AFTER


class Hint(Enum):
    """What a notification asks for: read the calendar, renew the subscription, or make a new one and read."""

    PULL = "pull"
    RENEW = "renew"
    RECREATE = "recreate"


def new_secret() -> str:
    """A secret for a subscription: 256 bits, and shorter than the 128 characters Graph takes."""
    return secrets.token_urlsafe(32)


def create(
    client: Client, *, notification_url: str, lifecycle_url: str, now: datetime, secret: str = ""
) -> Subscription:
    """Ask to be told of changes in the calendar. The lifecycle address can be given only now.

    Raises:
        TryLaterError: Graph is busy or out of reach, or could not reach us.
        RefusedError: it does not let us, or there is such a subscription already.
    """
    secret = secret or new_secret()
    resource = f"{client.path}/events"
    expires = now + LIFETIME
    body = {
        "changeType": CHANGES,
        "notificationUrl": notification_url,
        "lifecycleNotificationUrl": lifecycle_url,
        "resource": resource,
        "expirationDateTime": _text(expires),
        "clientState": secret,
    }
    answer = client.call("POST", client.url("//subscriptions"), body, expect={409})
    key = answer.data.get("id")
    if answer.status == 409 or not isinstance(key, str):
        raise RefusedError(
            client.provider, say("it already tells us of changes in this calendar. Reading on time goes on.")
        )
    return Subscription(id=key, resource=resource, client_state=secret, expires_at=expires)


def renew(client: Client, subscription: Subscription, now: datetime) -> Subscription | None:
    """Prolong it; None when Graph does not know it any more, so that a new one is needed, and a pull."""
    expires = now + LIFETIME
    body = {"expirationDateTime": _text(expires)}
    answer = client.call("PATCH", _url(client, subscription), body, expect={404})
    if answer.status == 404:
        return None
    return Subscription(
        id=subscription.id,
        resource=subscription.resource,
        client_state=subscription.client_state,
        expires_at=expires,
    )


def end(client: Client, subscription: Subscription) -> None:
    """Do not be told any more; one that is not there has ended."""
    client.call("DELETE", _url(client, subscription), expect={404})


def echo(query: Mapping[str, str]) -> str | None:
    """What to answer, as text/plain and within ten seconds, when Graph checks an address; None for other requests.

    `query` is decoded already. What is echoed is a token, not a page: it is refused where it could be one.
    """
    token = query.get("validationToken")
    if token is None or len(token) > TOKEN_LENGTH or not token.isprintable():
        return None
    return token


def hints(body: object, known: Mapping[str, Subscription]) -> dict[str, Hint]:
    """What the items of a notification ask for, by the id of the subscription.

    Each item has to carry the secret of its own subscription; those that do not are passed over. Takes as long for a
    wrong secret as for the right one, and for an id that nobody knows.
    """
    value = body.get("value") if isinstance(body, Mapping) else None
    found: dict[str, Hint] = {}
    for item in value[:MOST_ITEMS] if isinstance(value, list) else ():
        if not isinstance(item, Mapping):
            continue
        key, state = str(item.get("subscriptionId")), str(item.get("clientState"))
        subscription = known.get(key)
        expected = subscription.client_state if subscription is not None else ""
        is_right = hmac.compare_digest(expected.encode(), state.encode("utf-8", "replace"))
        if is_right and expected:
            found[key] = _stronger(found.get(key), _hint(item.get("lifecycleEvent")))
    return found


def _hint(event: object) -> Hint:
    match event:
        case "reauthorizationRequired":
            return Hint.RENEW
        case "subscriptionRemoved":
            return Hint.RECREATE
        case _:
            return Hint.PULL


def _stronger(one: Hint | None, other: Hint) -> Hint:
    order: Iterable[Hint] = (Hint.RECREATE, Hint.RENEW, Hint.PULL)
    return next(hint for hint in order if hint in (one, other))


def _url(client: Client, subscription: Subscription) -> str:
    return client.url(f"//subscriptions/{quote(subscription.id, safe='')}")


def _text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
