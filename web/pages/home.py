"""The first page: the week that has something to show, and what was found in the calendars."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from agenda.actions.look import CalendarState
from agenda.model.alerts import Alert, AlertKind
from agenda.model.calendars import SyncState
from web.access import EVERYBODY, may_open, open_to
from web.house import the_office, viewer
from web.pages.alerts import alerts_for, standing_alerts
from web.pages.week import WORKING_WEEK, Asked, busiest_week, week_of

pages = Blueprint("home", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What reading the calendars brought: events, and what does not work or was read with doubt."""

    calendars: int
    read: int
    events: int
    overlaps: int
    drives: int
    doubts: int


@pages.get("/")
@open_to(EVERYBODY)
def first() -> ResponseReturnValue:
    """The week with something to show; who may not see it starts with the calendars."""
    if not may_open("week.board"):
        return redirect(url_for("calendars.everything"), 303)
    look = the_office().look
    found = None
    if may_open("alerts.everything"):
        found = found_in(look.calendars(), alerts_for(viewer().duty, standing_alerts()))
    week = Asked(busiest_week(look.today()), WORKING_WEEK, ())
    return render_template("week.html", found=found, **week_of(week))


def found_in(calendars: Sequence[CalendarState], alerts: Sequence[Alert]) -> Found:
    """Count what the calendars brought."""
    kinds = Counter(alert.kind for alert in alerts)
    return Found(
        calendars=len(calendars),
        read=sum(1 for one in calendars if one.freshness.state is not SyncState.NEVER),
        events=sum(one.freshness.events for one in calendars),
        overlaps=kinds[AlertKind.OVERLAP],
        drives=kinds[AlertKind.IMPOSSIBLE_DRIVE],
        doubts=sum(one.freshness.warnings + one.freshness.errors for one in calendars),
    )
