"""One event, as far as the reader may know of it."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from agenda.model.errors import NotFoundError
from agenda.model.events import EventKey
from agenda.model.planning import Whereabouts
from agenda.model.users import SEES_EVERYTHING
from web.access import READS_WEEK, open_to
from web.forms import Typed
from web.house import the_office, viewer
from web.pages.day import link
from web.show import for_reader

pages = Blueprint("event", __name__)


@pages.get("/event")
@open_to(READS_WEEK)
def one() -> ResponseReturnValue:
    """One occurrence by its UID, its place in the series, and a day near it.

    Raises:
        NotFoundError: there is none, or it is private and not for this reader.
    """
    office, show = the_office(), for_reader()
    typed = Typed(request.args)
    day = typed.day("on", office.look.today())
    uid = typed.raw("uid")
    found = office.look.event(EventKey(uid, typed.raw("recurrence")), day, viewer())
    if found is None or typed.problems:
        raise NotFoundError("event", uid)
    entry, event = found
    if event.is_private and viewer().duty not in SEES_EVERYTHING:
        raise NotFoundError("event", uid)
    people = office.directory.people
    calendars = {state.calendar.id: state.calendar.name for state in office.look.calendars()}
    place = office.directory.places.get(entry.found.place) if entry.found.place is not None else None
    return render_template(
        "event.html",
        event=event,
        when=show.long_day(event.first_day) if event.first_day is not None else show.interval(event.interval),
        place=place,
        is_call=entry.found.whereabouts is Whereabouts.VIRTUAL,
        is_unknown=entry.found.whereabouts is Whereabouts.UNKNOWN and bool(event.location),
        owners=[people[person].name for person in people if person in entry.owners],
        busy=[people[person].name for person in people if person in entry.busy],
        sources=sorted(calendars[one] for one in entry.sources if one in calendars),
        meeting=entry.meeting,
        day_link=link(day, tuple(person for person in people if person in entry.owners)),
    )
