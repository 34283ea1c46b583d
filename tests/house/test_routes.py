"""Every door says who may open it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from agenda.model.users import Duty
from web.access import ANYONE
from web.app import create_app

if TYPE_CHECKING:
    from flask import Flask

    from agenda.office import Office

# What a stranger may open. To add to it is to decide something.
OPEN_TO_ANYONE = {"static", "sign_in.form", "sign_in.come_in", "sign_in.choose_language"}


@pytest.fixture(scope="module")
def app() -> Flask:
    """The application, with nobody in the office: its doors are looked at and not opened."""
    return create_app(cast("Office", object()), secret_key=bytes(32))


def declared(app: Flask) -> dict[str, object]:
    """Every endpoint that a URL leads to, with what its view says of who may open it."""
    views = app.view_functions
    return {rule.endpoint: getattr(views[rule.endpoint], "who_may", None) for rule in app.url_map.iter_rules()}


def test_every_route_says_who_may_open_it(app: Flask) -> None:
    """A page that forgot to say so must not be the one through which somebody gets in."""
    silent = [
        endpoint
        for endpoint, who in declared(app).items()
        if who is not ANYONE and not (isinstance(who, frozenset) and who and who <= set(Duty))
    ]
    assert silent == []


def test_only_the_sign_in_is_open_to_strangers(app: Flask) -> None:
    """What is open to anyone stands in a list here, and nowhere is it open by default."""
    assert {endpoint for endpoint, who in declared(app).items() if who is ANYONE} == OPEN_TO_ANYONE


def test_a_route_that_changes_something_is_not_opened_by_reading(app: Flask) -> None:
    """A link must never confirm a meeting: no URL answers both GET and a changing method under one endpoint."""
    both = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if {"GET"} & (methods := set(rule.methods or ())) and methods & {"POST", "PUT", "PATCH", "DELETE"}
    ]
    assert both == []
