"""A confirmed meeting: who is invited, how far each invitation has come, and how to call it off."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from agenda.model.ids import MeetingId
from agenda.model.meetings import Errand, Meeting, MeetingState, OutboxItem
from agenda.model.people import Person
from agenda.model.sentences import say
from web.access import DECIDES, READS_REQUESTS, open_to
from web.house import the_office, this_house
from web.pages.day import link
from web.pages.options import venue_name
from web.pages.outbox import row_of, sends_mail
from web.show import for_reader, tell

pages = Blueprint("meetings", __name__)


@pages.get("/meetings/<meeting_id>")
@open_to(READS_REQUESTS)
def one(meeting_id: str) -> ResponseReturnValue:
    """One meeting with its invitations."""
    office, show = the_office(), for_reader()
    meeting = office.look.meeting(MeetingId(meeting_id))
    items = office.look.errands(meeting.id)
    place = office.directory.places.get(meeting.place) if meeting.place is not None else None
    day = meeting.slot.start.astimezone(show.zone).date()
    return render_template(
        "meeting.html",
        meeting=meeting,
        is_on=meeting.state is MeetingState.CONFIRMED,
        when=show.interval(meeting.slot),
        place=place,
        venue=venue_name(show, meeting.venue_name),
        confirmed=show.sentence(
            say("%(who)s, %(when)s", who=meeting.confirmed_by, when=meeting.confirmed_at),
        ),
        attendees=_attendees(meeting, items),
        is_written=any(item.errand is Errand.WRITE_EVENT for item in items),
        sends_mail=sends_mail(),
        day_link=link(day, meeting.attending),
        request_link=url_for("requests.one", request_id=meeting.request) if meeting.request is not None else "",
    )


@pages.post("/meetings/<meeting_id>/cancel")
@open_to(DECIDES)
def cancel(meeting_id: str) -> ResponseReturnValue:
    """Call it off; everybody invited is told."""
    meeting = the_office().decide.cancel(MeetingId(meeting_id))
    this_house().after_change()
    if sends_mail():
        tell("info", say("The meeting is cancelled. Everybody invited is being told."))
    else:
        tell(
            "warning",
            say(
                "The meeting is cancelled. No mail is sent, because no mail server is named: "
                "tell those invited yourself."
            ),
        )
    return redirect(url_for("meetings.one", meeting_id=meeting.id), 303)


def _attendees(meeting: Meeting, items: Sequence[OutboxItem]) -> list[dict[str, object]]:
    """Each attendee with what goes to them, newest first."""
    office = the_office()
    owners = {state.calendar.id: state.calendar.owner for state in office.look.calendars()}
    found: list[dict[str, object]] = []
    for person in meeting.attending:
        # Who has left the city since is still told of, by the id.
        who = office.directory.people.get(person) or Person(id=person, name=person, email="")
        mine = [
            row_of(item)
            for item in items
            if (item.errand is Errand.MAIL and item.address.casefold() == who.email.casefold())
            or (item.calendar is not None and owners.get(item.calendar) == person)
        ]
        is_written = any(item.calendar is not None and owners.get(item.calendar) == person for item in items)
        found.append(
            {"name": who.name, "role": who.title, "email": who.email, "errands": mine, "is_written": is_written}
        )
    return found
