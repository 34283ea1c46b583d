"""What does not work: two things at once, drives without time, calendars that cannot be read."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, g, render_template, url_for
from flask.typing import ResponseReturnValue

from agenda.model.alerts import Alert, AlertKind
from agenda.model.events import EventKey
from agenda.model.ids import PersonId
from agenda.model.sentences import Sentence, say
from agenda.model.users import SEES_EVERYTHING, Duty
from web.access import SEES_MACHINERY, open_to
from web.house import the_office, viewer
from web.show import for_reader

pages = Blueprint("alerts", __name__)

OF_THE_MACHINERY = frozenset(
    {AlertKind.UNREAD_CALENDAR, AlertKind.LAPSED_ACCOUNT, AlertKind.HELD_DELETION, AlertKind.UNDELIVERED}
)
"""Alerts that say nothing of anybody's events."""


def alerts_for(duty: Duty, alerts: Sequence[Alert]) -> list[Alert]:
    """Those alerts that one with this duty may read."""
    if duty in SEES_EVERYTHING:
        return list(alerts)
    return [one for one in alerts if duty is Duty.IT and one.kind in OF_THE_MACHINERY]


@pages.get("/alerts")
@open_to(SEES_MACHINERY)
def everything() -> ResponseReturnValue:
    """Open alerts, soonest first, and those that settled by themselves."""
    alerts = alerts_for(viewer().duty, the_office().look.alerts(settled_too=True))
    standing = alerts_for(viewer().duty, standing_alerts())
    return render_template(
        "alerts.html",
        standing=[_row(one) for one in sorted(standing, key=_when)],
        sees_events=viewer().duty in SEES_EVERYTHING,
        settled=[_row(one) for one in alerts if one.settled_at is not None],
    )


def standing_alerts() -> Sequence[Alert]:
    """Every open alert, read once for an answer: the navigation counts them on every page."""
    found: Sequence[Alert] | None = g.get("standing_alerts")
    if found is None:
        found = g.standing_alerts = the_office().look.alerts()
    return found


def warnings_for(duty: Duty) -> dict[tuple[PersonId, EventKey], Sentence]:
    """What is wrong with the events of people's days, for the board."""
    found: dict[tuple[PersonId, EventKey], Sentence] = {}
    if duty not in SEES_EVERYTHING:
        return found
    for one in standing_alerts():
        if one.person is None or one.second is None or one.first is None:
            continue
        if one.kind is AlertKind.OVERLAP:
            found[one.person, one.first] = found[one.person, one.second] = say("Overlap")
        elif one.kind is AlertKind.IMPOSSIBLE_DRIVE:
            found.setdefault((one.person, one.second), say("%(minutes)s min short", minutes=one.missing_min))
    return found


def _when(alert: Alert) -> tuple[bool, str]:
    return (alert.at is None, (alert.at.start if alert.at is not None else alert.raised_at).isoformat())


def _row(alert: Alert) -> dict[str, object]:
    """One alert, with the way to where it can be mended."""
    office, show = the_office(), for_reader()
    person = office.directory.people.get(alert.person) if alert.person is not None else None
    href, way = "", Sentence("")
    if alert.at is not None and alert.person is not None:
        day = alert.at.start.astimezone(office.policy.zone).date()
        href = url_for("day.view", on=day.isoformat(), person=alert.person)
        way = say("See the day")
    elif alert.calendar is not None:
        href, way = url_for("calendars.one", calendar_id=alert.calendar), say("See the calendar")
    elif alert.kind is AlertKind.LAPSED_ACCOUNT:
        href, way = url_for("connect.choose"), say("Connect it again")
    elif alert.kind is AlertKind.UNDELIVERED:
        href, way = url_for("outbox.everything"), say("See the outbox")
    return {
        "alert": alert,
        "kind": show.word(alert.kind),
        "sentence": show.sentence(alert.sentence),
        "person": person.name if person is not None else "",
        "at": show.interval(alert.at) if alert.at is not None else "",
        "missing": show.minutes(alert.missing_min) if alert.missing_min else "",
        "settled": show.moment(alert.settled_at) if alert.settled_at is not None else "",
        "href": href,
        "way": show.sentence(way),
    }
