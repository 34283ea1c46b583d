"""Subscriptions: made, renewed and ended; nothing is delivered from here."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.simulators.graph.asked import Asked
from tests.simulators.graph.checks import RefusedRequestError, check_prefer
from tests.simulators.graph.schema import Schema
from tests.simulators.graph.world import Json, World


@dataclass(slots=True)
class Subscriptions:
    """Those that are known, by id."""

    world: World
    schema: Schema
    known: dict[str, Json] = field(default_factory=dict)
    issued: int = 0

    def answer(self, asked: Asked) -> tuple[int, Json | None, str]:
        """Status, body and type of what is answered."""
        found = re.fullmatch(r"/subscriptions(?:/([^/]+))?(/reauthorize)?", asked.path)
        if found is None:
            raise RefusedRequestError(400, "BadRequest")
        if found[1] is None:
            return self._subscribe(asked)
        if found[1] not in self.known:
            raise RefusedRequestError(404, "ResourceNotFound", "The object was not found.")
        subscription = self.known[found[1]]
        if found[2]:
            return 204, None, ""
        if asked.method == "DELETE":
            del self.known[found[1]]
            return 204, None, ""
        if asked.method == "PATCH":
            if set(asked.body) - {"expirationDateTime", "notificationUrl"}:
                raise RefusedRequestError(400, "InvalidRequest", "Only the expiry can be changed.")
            self._check_expiry(asked.body["expirationDateTime"])
            subscription |= asked.body
        return 200, subscription, "graph.subscription"

    def _subscribe(self, asked: Asked) -> tuple[int, Json, str]:
        if problems := list(self.schema.wrong(asked.body, "graph.subscription", "subscription")):
            raise RefusedRequestError(400, "InvalidRequest", "; ".join(problems))
        body: Json = asked.body
        check_prefer(asked.prefer)
        for one in self.known.values():
            if (one["resource"], one["changeType"]) == (body["resource"], body["changeType"]):
                raise RefusedRequestError(409, "Conflict", "There is such a subscription.")
        if len(body.get("clientState", "")) > 128:
            raise RefusedRequestError(400, "InvalidRequest", "clientState is too long.")
        self._check_expiry(body["expirationDateTime"])
        self.issued += 1
        found = {**body, "id": f"sub-{self.issued}"}
        self.known[found["id"]] = found
        return 201, {name: value for name, value in found.items() if name != "clientState"}, "graph.subscription"

    def _check_expiry(self, text: str) -> None:
        if instant(text) - self.world.now > timedelta(minutes=10_080):
            raise RefusedRequestError(400, "InvalidRequest", "Subscription expiration can only be 10080 minutes.")


def instant(text: str) -> datetime:
    """An instant as Graph writes it, with seven digits of a second or none."""
    found = datetime.fromisoformat(re.sub(r"\.(\d{6})\d+", r".\1", text))
    return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
