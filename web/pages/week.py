"""The week: officials down, days across."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from agenda.actions.look import BlockKind, Board
from agenda.model.errors import BadInputError
from agenda.model.ids import PersonId
from agenda.model.people import Person, Standing
from agenda.model.sentences import say
from agenda.model.times import DAY
from web.access import READS_WEEK, open_to
from web.blocks import WIDE_RULER_EVERY_H, Drawer, Shown, free_time, hours_drawn, ruler
from web.forms import Typed
from web.house import the_office, viewer
from web.pages.alerts import warnings_for
from web.show import Show, for_reader

pages = Blueprint("week", __name__)

WORKING_WEEK, WHOLE_WEEK = 5, 7


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of the agenda somebody wants to see."""

    first: date
    days: int
    people: tuple[PersonId, ...]

    def link(self, first: date) -> str:
        """The address of the same view of another week."""
        return address(first, self.days, self.people)


def address(day: date, days: int = WORKING_WEEK, people: Sequence[PersonId] = ()) -> str:
    """The address of the week a day lies in."""
    wide = days if days != WORKING_WEEK else None
    return url_for("week.board", on=monday_of(day).isoformat(), person=list(people), days=wide)


def monday_of(day: date) -> date:
    """The Monday of the week a day lies in."""
    return day - timedelta(days=day.weekday())


@pages.get("/week")
@open_to(READS_WEEK)
def board() -> ResponseReturnValue:
    """One week of everybody, or of some."""
    typed = Typed(request.args)
    today = the_office().look.today()
    day = typed.day("on", today)
    days = WHOLE_WEEK if typed.raw("days") == str(WHOLE_WEEK) else WORKING_WEEK
    first = monday_of(day)
    if days == WORKING_WEEK and day.weekday() >= WORKING_WEEK and not typed.raw("on"):
        first += 7 * DAY
    asked = Asked(first, days, known_people(request.args.getlist("person")))
    return render_template("week.html", **week_of(asked, typed.problems))


def known_people(names: Sequence[str]) -> tuple[PersonId, ...]:
    """Those of the people asked for that the directory knows."""
    return tuple(person for person in the_office().directory.people if person in names)


def officials() -> tuple[PersonId, ...]:
    """Those the board shows unless others are asked for: everybody but staff, or all where there is only staff."""
    people = the_office().directory.people.values()
    found = tuple(one.id for one in people if one.standing is not Standing.STAFF)
    return found or tuple(one.id for one in people)


def week_of(asked: Asked, problems: Sequence[BadInputError] = ()) -> dict[str, object]:
    """What week.html needs for one week."""
    office, show = the_office(), for_reader()
    found = office.look.board(asked.first, asked.days, viewer(), asked.people or officials())
    drawer = Drawer(show, office.directory, warnings_for(viewer().duty))
    drawn = {
        (person.id, day): drawer.day(found.cells[person.id, day], day, person.id)
        for person in found.people
        for day in found.days
    }
    first, last = hours_drawn(drawn.values())
    today = office.look.today()
    return {
        "asked": asked,
        "problems": problems,
        "caption": _caption(show, asked),
        "days": [_head(show, found, day, today) for day in found.days],
        "officials": [_row(show, found, person, drawn) for person in found.people],
        "hours": ruler(show, first, last, every=WIDE_RULER_EVERY_H),
        "first": first,
        "last": last,
        "kinds": _kinds(found),
        "everybody": list(office.directory.people.values()),
        # A working week does not show a Saturday: today's own week is shown whole then.
        "today_link": asked.link(today) if today.weekday() < WORKING_WEEK else address(today, WHOLE_WEEK, asked.people),
        "previous_link": asked.link(asked.first - 7 * DAY),
        "next_link": asked.link(asked.first + 7 * DAY),
        "is_empty": not any(found.cells.values()),
    }


def _caption(show: Show, asked: Asked) -> str:
    return show.days(asked.first, asked.first + (asked.days - 1) * DAY)


def _head(show: Show, found: Board, day: date, today: date) -> dict[str, object]:
    holiday = found.holidays.get(day)
    return {
        "label": show.day(day),
        "note": show.sentence(holiday),
        "today": day == today,
        "closed": holiday is not None,
    }


def _row(
    show: Show, found: Board, person: Person, drawn: dict[tuple[PersonId, date], list[Shown]]
) -> dict[str, object]:
    return {
        "name": person.name,
        "role": person.title,
        "href": url_for("week.board", on=found.days[0].isoformat(), days=len(found.days), person=person.id),
        "cells": [_cell(show, found, person, day, drawn[person.id, day]) for day in found.days],
    }


def _cell(show: Show, found: Board, person: Person, day: date, drawn: Sequence[Shown]) -> dict[str, object]:
    blocks = found.cells[person.id, day]
    # On a day off there are no working hours of which something could be left.
    free = free_time(blocks, day, person, the_office().policy) if day not in found.holidays else None
    unread = any(block.kind is BlockKind.UNKNOWN and block.is_all_day for block in blocks)
    return {
        "day": show.short_day(day),
        "label": show.sentence(say("%(person)s, open day", person=person.name)),
        "href": url_for("day.view", on=day.isoformat(), person=person.id),
        "blocks": drawn,
        "summary": show.sentence(say("%(time)s free", time=free)) if free is not None else "",
        "note": show.sentence(say("Not read: unknown, not free")) if unread else "",
    }


def _kinds(found: Board) -> list[str]:
    """Which patterns are on the board, in the order of the legend."""
    seen = {block.kind for blocks in found.cells.values() for block in blocks}
    return [kind.value for kind in BlockKind if kind in seen]


def busiest_week(first: date, weeks: int = 4) -> date:
    """The Monday of the first of some weeks that still has something to show; the first one where none has."""
    office = the_office()
    start = monday_of(first) if first.weekday() < WORKING_WEEK else monday_of(first) + 7 * DAY
    found = office.look.board(start, weeks * 7, viewer(), officials())
    shown = (BlockKind.UNKNOWN, BlockKind.TRAVEL)
    days = [
        day
        for day in found.days
        if day >= first and any(one.kind not in shown for person in found.people for one in found.cells[person.id, day])
    ]
    return monday_of(min(days, default=start))
