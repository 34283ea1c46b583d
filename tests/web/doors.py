"""Every door of the house, listed from its own map: so that a new one is tried without anybody thinking of it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask
from werkzeug.routing import Rule

from agenda.model.users import Duty
from tests.web.city import City, ids_of
from web.access import Visitor, Who

READING = "GET"
CHANGING = "POST"
QUERIES = {"event.one": "?uid=budget@example.org&on=2026-03-03"}


@dataclass(frozen=True)
class Door:
    """One way in: an endpoint, how it is knocked at, and a path that leads to something."""

    endpoint: str
    method: str
    path: str
    who: Who

    @property
    def is_api(self) -> bool:
        """Whether a token opens it, not a session."""
        return self.endpoint.startswith("api.")

    def opens_to(self, duty: Duty) -> bool:
        """Whether somebody with this duty may come in."""
        return True if isinstance(self.who, Visitor) else duty in self.who


def doors_of(city: City) -> list[Door]:
    """Every door, each leading to something that is there."""
    ids = {**ids_of(city), "filename": "favicon.svg", "name": "google"}
    return [door_of(city.app, rule, ids) for rule in city.app.url_map.iter_rules()]


def door_of(app: Flask, rule: Rule, ids: dict[str, str]) -> Door:
    """A rule of the map as a door."""
    methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
    assert len(methods) == 1
    with app.test_request_context():
        path = app.create_url_adapter(None) or app.url_map.bind("localhost")
        built = path.build(rule.endpoint, {name: ids[name] for name in rule.arguments})
    who: Who = app.view_functions[rule.endpoint].who_may  # type: ignore[union-attr]  # each view says so
    return Door(rule.endpoint, methods.pop(), built + QUERIES.get(rule.endpoint, ""), who)
