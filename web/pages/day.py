"""One day: hours down, officials across; of one person with everything written out beside it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from agenda.actions.look import Block, BlockKind
from agenda.model.ids import PersonId
from agenda.model.sentences import say
from agenda.model.times import DAY
from web.access import READS_WEEK, may_open, open_to
from web.blocks import Drawer, hours_drawn, ruler
from web.forms import Typed
from web.house import the_office, viewer
from web.pages.alerts import warnings_for
from web.pages.week import address, known_people, officials
from web.show import for_reader

pages = Blueprint("day", __name__)


@pages.get("/day")
@open_to(READS_WEEK)
def view() -> ResponseReturnValue:
    """The day of everybody, or of those asked for."""
    typed = Typed(request.args)
    office, show = the_office(), for_reader()
    today = office.look.today()
    day = typed.day("on", today)
    people = known_people(request.args.getlist("person"))
    found = office.look.board(day, 1, viewer(), people or officials())
    drawer = Drawer(show, office.directory, warnings_for(viewer().duty), href_on(day))
    columns = []
    for person in found.people:
        blocks = found.cells[person.id, day]
        unread = any(block.kind is BlockKind.UNKNOWN and block.is_all_day for block in blocks)
        columns.append(
            {
                "id": person.id,
                "name": person.name,
                "role": person.title,
                "href": link(day, (person.id,)) if len(found.people) > 1 else "",
                "blocks": drawer.day(
                    [one for one in blocks if not (one.kind is BlockKind.UNKNOWN and one.is_all_day)], day, person.id
                ),
                "note": show.sentence(say("Not read: unknown, not free")) if unread else "",
            }
        )
    first, last = hours_drawn([column["blocks"] for column in columns])  # type: ignore[misc]  # lists of Shown
    return render_template(
        "day.html",
        problems=typed.problems,
        day=day,
        people=people,
        columns=columns,
        hours=ruler(show, first, last),
        first=first,
        last=last,
        holiday=show.sentence(found.holidays.get(day)),
        kinds=[
            kind.value for kind in BlockKind if any(kind is one.kind for all_ in found.cells.values() for one in all_)
        ],
        everybody=list(office.directory.people.values()),
        previous_link=link(day - DAY, people),
        next_link=link(day + DAY, people),
        today_link=link(today, people),
        week_link=address(day, people=people),
        all_link=link(day, ()),
    )


def link(day: date, people: tuple[PersonId, ...]) -> str:
    """The address of a day of some people, or of everybody."""
    return url_for("day.view", on=day.isoformat(), person=list(people))


def href_on(day: date) -> Callable[[Block], str]:
    """Where a block of that day leads: to its meeting, or to its event; nowhere where nothing may be told."""
    opens_meetings = may_open("meetings.one")

    def href(block: Block) -> str:
        if block.meeting is not None and opens_meetings:
            return url_for("meetings.one", meeting_id=block.meeting)
        if block.key is None:
            return ""
        key = block.key
        return url_for("event.one", uid=key.uid, on=day.isoformat(), recurrence=key.recurrence_id or None)

    return href
