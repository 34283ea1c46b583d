"""The calendars: how fresh each copy is, whether it counts, and what could not be read of it."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from agenda.actions.look import CalendarState
from agenda.model.calendars import Problem, Severity, SyncReport, SyncState
from agenda.model.errors import NotFoundError
from agenda.model.ids import CalendarId
from agenda.model.sentences import say
from agenda.model.users import SEES_EVERYTHING
from web.access import DECIDES, KEEPS_RUNNING, SEES_MACHINERY, open_to
from web.answers import wants_fragment
from web.house import the_office, viewer
from web.show import for_reader, tell

pages = Blueprint("calendars", __name__)

LOOKS = {SyncState.NEVER: "warning", SyncState.FRESH: "success", SyncState.FAILING: "error", SyncState.HELD: "warning"}
MOST_PROBLEMS = 200


@pages.get("/calendars")
@open_to(SEES_MACHINERY)
def everything() -> ResponseReturnValue:
    """Every calendar, those in trouble first."""
    rows = [row_of(one) for one in the_office().look.calendars()]
    return render_template("calendars.html", rows=sorted(rows, key=lambda row: not row["is_in_trouble"]))


@pages.get("/calendars/<path:calendar_id>")
@open_to(SEES_MACHINERY)
def one(calendar_id: str) -> ResponseReturnValue:
    """One calendar with its problems."""
    state = _state(CalendarId(calendar_id))
    return render_template("calendar.html", row=row_of(state), problems=_problems(state.problems))


@pages.post("/calendars/<path:calendar_id>/sync")
@open_to(KEEPS_RUNNING)
def sync(calendar_id: str) -> ResponseReturnValue:
    """Read one calendar now."""
    return _after(the_office().pull.calendar(CalendarId(calendar_id)))


@pages.post("/calendars/<path:calendar_id>/deletions")
@open_to(DECIDES)
def accept_deletions(calendar_id: str) -> ResponseReturnValue:
    """Somebody has looked: what the calendar does not hold any more may go."""
    return _after(the_office().pull.accept_deletions(CalendarId(calendar_id)))


@pages.post("/calendars/<path:calendar_id>/counts")
@open_to(DECIDES)
def count_as_busy(calendar_id: str) -> ResponseReturnValue:
    """Say whether its events take its owner's time."""
    counts = request.form.get("counts") == "yes"
    calendar = the_office().connect.count_as_busy(CalendarId(calendar_id), counts=counts)
    the_office().watch.look_over()
    if counts:
        tell("success", say("%(calendar)s counts as busy now.", calendar=calendar.name))
    else:
        tell("success", say("%(calendar)s does not count as busy any more.", calendar=calendar.name))
    return redirect(url_for("calendars.everything"), 303)


@pages.post("/calendars/sync")
@open_to(KEEPS_RUNNING)
def sync_all() -> ResponseReturnValue:
    """Read every calendar now."""
    reports = the_office().pull.round()
    the_office().watch.look_over()
    failing = sum(1 for one in reports if one.state is SyncState.FAILING)
    if failing:
        tell(
            "warning",
            say("%(count)s calendars read, %(failing)s of them in vain.", count=len(reports), failing=failing),
        )
    else:
        tell("success", say("%(count)s calendars read.", count=len(reports)))
    return redirect(url_for("calendars.everything"), 303)


def row_of(state: CalendarState) -> dict[str, object]:
    """One calendar as the lists show it."""
    office, show = the_office(), for_reader()
    calendar, fresh = state.calendar, state.freshness
    owner = office.directory.people.get(calendar.owner)
    trusted = fresh.is_trusted(office.look.now(), office.policy.stale_after)
    return {
        "calendar": calendar,
        "owner": owner.name if owner is not None else calendar.owner,
        "kind": show.word(calendar.provider),
        "state": show.word(fresh.state),
        "look": LOOKS[fresh.state],
        "read_at": show.moment(fresh.read_at) if fresh.read_at is not None else "",
        "tried_at": show.moment(fresh.tried_at) if fresh.tried_at is not None else "",
        "is_trusted": trusted,
        "is_held": fresh.state is SyncState.HELD,
        "failure": fresh.failure if fresh.state is SyncState.FAILING else "",
        "events": fresh.events,
        "warnings": sum(1 for one in state.problems if one.severity is Severity.WARNING),
        "errors": sum(1 for one in state.problems if one.severity is Severity.ERROR),
        "is_in_trouble": fresh.state is not SyncState.FRESH or not trusted,
    }


def _problems(problems: Sequence[Problem]) -> list[dict[str, object]]:
    """What could not be read, the worst first, each kind once. Who may not see titles learns where, not what."""
    show = for_reader()
    sees_all = viewer().duty in SEES_EVERYTHING
    ordered = sorted(problems, key=lambda one: (one.severity is not Severity.ERROR, one.line))
    groups: dict[tuple[Severity, str], list[Problem]] = {}
    for one in ordered[:MOST_PROBLEMS]:
        groups.setdefault((one.severity, show.sentence(one.sentence) if sees_all else ""), []).append(one)
    return [
        {
            "is_error": severity is Severity.ERROR,
            "severity": show.word(severity),
            "sentence": sentence,
            "count": len(alike),
            "lines": show.fact(tuple(str(line) for line in sorted({one.line for one in alike if one.line}))),
            "is_one_line": len({one.line for one in alike if one.line}) == 1,
            "places": [
                {"uid": one.uid, "at": show.interval(one.interval) if one.interval is not None else ""}
                for one in alike
                if sees_all and (one.uid or one.interval is not None)
            ],
        }
        for (severity, sentence), alike in groups.items()
    ]


def _state(calendar_id: CalendarId) -> CalendarState:
    for state in the_office().look.calendars():
        if state.calendar.id == calendar_id:
            return state
    raise NotFoundError("calendar", calendar_id)


def _after(report: SyncReport) -> ResponseReturnValue:
    """Look over the days again, and say how the reading ended."""
    the_office().watch.look_over()
    kind = (
        "error" if report.state is SyncState.FAILING else ("warning" if report.state is SyncState.HELD else "success")
    )
    if wants_fragment():
        row = row_of(_state(report.calendar))
        said = for_reader().sentence(report.sentence)
        return render_template("fragments/calendar.html", row=row, said=said, said_kind=kind, focus=True)
    tell(kind, report.sentence)
    return redirect(url_for("calendars.everything"), 303)
