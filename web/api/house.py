"""Alerts and calendars: how well the house knows everybody's days."""

from __future__ import annotations

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from agenda.model.ids import CalendarId
from web.access import KEEPS_RUNNING, SEES_MACHINERY, open_to
from web.api import write
from web.api.door import api
from web.house import the_office, viewer
from web.pages.alerts import alerts_for


@api.get("/alerts")
@open_to(SEES_MACHINERY)
def alerts() -> ResponseReturnValue:
    """Open alerts; with `settled=true` those that settled by themselves, too."""
    found = the_office().look.alerts(settled_too=request.args.get("settled") == "true")
    return jsonify(write.listed("alerts", (write.alert(one) for one in alerts_for(viewer().duty, found))))


@api.get("/calendars")
@open_to(SEES_MACHINERY)
def calendars() -> ResponseReturnValue:
    """Every calendar with its freshness."""
    return jsonify(write.listed("calendars", (write.calendar(one) for one in the_office().look.calendars())))


@api.post("/calendars/<path:calendar_id>/sync")
@open_to(KEEPS_RUNNING)
def sync(calendar_id: str) -> ResponseReturnValue:
    """Read one calendar now."""
    report = the_office().pull.calendar(CalendarId(calendar_id))
    the_office().watch.look_over()
    return jsonify(
        {
            "calendar": report.calendar,
            "state": report.state.value,
            "added": report.added,
            "changed": report.changed,
            "removed": report.removed,
            "sentence": str(report.sentence),
        }
    )
