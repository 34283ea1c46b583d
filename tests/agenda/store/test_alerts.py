"""Alerts, kept: one open alert to a cause."""

from __future__ import annotations

import threading

import pytest

from agenda.model.alerts import Alert, AlertKind
from agenda.model.errors import NotFoundError
from agenda.model.events import EventKey
from agenda.model.ids import AlertId, CalendarId
from agenda.model.sentences import say
from agenda.store import SqlStore
from tests.agenda.store.values import NOW, later
from tests.builders import MAYOR, on_monday


def an_alert(id: str = "alert-1", **changes: object) -> Alert:  # noqa: A002 (the field's name)
    """An impossible drive."""
    settings: dict[str, object] = {
        "id": AlertId(id),
        "kind": AlertKind.IMPOSSIBLE_DRIVE,
        "cause": "drive a b",
        "sentence": say("%(minutes)s minutes are missing", minutes=12),
        "raised_at": NOW,
        "person": MAYOR,
        "calendar": CalendarId("c"),
        "first": EventKey("a@example.org", "20260302T150000Z"),
        "second": EventKey("b@example.org"),
        "at": on_monday("10:00", "11:00"),
        "missing_min": 12,
    }
    return Alert(**{**settings, **changes})  # type: ignore[arg-type]  # a builder: mypy cannot follow the names


def kept(store: SqlStore, *alerts: Alert) -> None:
    """Save these, in order."""
    with store.writing() as unit:
        for alert in alerts:
            unit.alerts.save(alert)
        unit.commit()


def test_an_alert_survives(store: SqlStore) -> None:
    """With every field filled, and with none."""
    bare = Alert(
        id=AlertId("bare"), kind=AlertKind.UNDELIVERED, cause="x", sentence=say("Not sent."), raised_at=later(1)
    )
    kept(store, an_alert(), bare)
    with store.reading() as unit:
        assert unit.alerts.get(AlertId("alert-1")) == an_alert()
        assert unit.alerts.open() == [bare, an_alert()]


def test_one_alert_is_open_to_a_cause(store: SqlStore) -> None:
    """Round after round finds the same overlap; the secretary sees it once, as it is now, since it was first seen."""
    kept(store, an_alert(), an_alert("again", raised_at=later(9), missing_min=20))
    with store.reading() as unit:
        assert unit.alerts.open() == [an_alert(missing_min=20)]


def test_a_cause_that_comes_back_is_a_new_alert(store: SqlStore) -> None:
    """The settled one stays in the record."""
    kept(store, an_alert(), an_alert().settle(later(1)), an_alert("again", raised_at=later(2)))
    with store.reading() as unit:
        assert [one.id for one in unit.alerts.open()] == ["again"]
        assert [one.id for one in unit.alerts.recent()] == ["again", "alert-1"]
        assert [one.id for one in unit.alerts.recent(limit=1)] == ["again"]


def test_a_settled_alert_is_kept_as_such_even_when_it_was_never_open(store: SqlStore) -> None:
    """And does not touch the open one."""
    kept(store, an_alert(), an_alert("short").settle(later(1)))
    with store.reading() as unit:
        assert [one.id for one in unit.alerts.open()] == ["alert-1"]


def test_what_is_not_there_is_not_found(store: SqlStore) -> None:
    """By id."""
    with store.reading() as unit, pytest.raises(NotFoundError):
        unit.alerts.get(AlertId("nobody"))


def test_two_who_find_the_same_at_once_raise_one_alert(store: SqlStore) -> None:
    """A round and somebody who reads a calendar by hand; neither breaks off for the other."""
    ended: list[str] = []

    def the_other() -> None:
        kept(store, an_alert("other"))
        ended.append("kept")

    thread = threading.Thread(target=the_other)
    with store.writing() as unit:
        unit.alerts.save(an_alert())
        thread.start()
        thread.join(0.5)
        unit.commit()
    thread.join()
    assert ended == ["kept"]
    with store.reading() as unit:
        assert [one.cause for one in unit.alerts.open()] == ["drive a b"]
