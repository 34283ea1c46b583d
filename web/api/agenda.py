"""Events, and who and where there is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from agenda.model.errors import BadInputError
from agenda.model.ids import PersonId
from agenda.model.sentences import say
from agenda.model.times import Interval, start_of_day
from web.access import EVERYBODY, READS_WEEK, open_to
from web.api import write
from web.api.door import api
from web.house import the_office, viewer

MOST_DAYS = 400
USUAL = timedelta(days=7)


@api.get("/events")
@open_to(READS_WEEK)
def events() -> ResponseReturnValue:
    """Occurrences that overlap a stretch of time, a week from now unless told."""
    office = the_office()
    person = request.args.get("person")
    if person is not None and person not in office.directory.people:
        raise BadInputError("person", say("Nobody here is called %(person)s.", person=person))
    found = office.look.events(_span(), viewer(), PersonId(person) if person is not None else None)
    return jsonify(write.listed("events", (write.event(one) for one in found)))


@api.get("/people")
@open_to(EVERYBODY)
def people() -> ResponseReturnValue:
    """Everybody of the directory."""
    return jsonify(write.listed("people", (write.person(one) for one in the_office().directory.people.values())))


@api.get("/places")
@open_to(EVERYBODY)
def places() -> ResponseReturnValue:
    """Every known place."""
    return jsonify(write.listed("places", (write.place(one) for one in the_office().directory.places.values())))


def _span() -> Interval:
    start = _instant("from") or the_office().look.now()
    end = _instant("to") or start + USUAL
    if end < start:
        raise BadInputError("to", say("The end lies before the start."))
    if end - start > timedelta(days=MOST_DAYS):
        raise BadInputError("to", say("At most %(days)s days can be asked for at once.", days=MOST_DAYS))
    return Interval(start, end)


def _instant(name: str) -> datetime | None:
    """An instant with its offset, or a date, which is midnight in the office's zone."""
    typed = request.args.get(name)
    if typed is None:
        return None
    problem = BadInputError(
        name, say("“%(typed)s” is neither a date (2026-11-23) nor an instant (2026-11-23T09:00:00Z).", typed=typed[:40])
    )
    try:
        if len(typed) == len("2026-11-23"):
            at = start_of_day(date.fromisoformat(typed), the_office().policy.zone)
        else:
            at = datetime.fromisoformat(typed)
            if at.tzinfo is None:
                raise problem
            at = at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise problem from error
    if not 1990 <= at.year <= 2200:
        raise problem
    return at
