"""Commands that read: calendars from their providers, and what the office knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import click

from agenda.model.calendars import Problem, Severity, SyncReport, SyncState
from agenda.model.events import Event
from agenda.model.ids import CalendarId, OutboxId, PersonId
from agenda.model.meetings import OutboxItem
from agenda.model.times import DAY, Interval
from agenda.ports import Progress
from web.commands.desk import day_option, known_person, open_office, progress, show_of, span_of
from web.commands.terminal import NOTHING, TROUBLE, answer, hint, json_option
from web.show import Show
from web.wiring import Household

SHOWN = 20
"""Problems of a calendar that are told one by one to a person; a program gets all."""


@click.command()
@click.argument("calendars", nargs=-1, metavar="[CALENDAR]...")
@click.option("--accept-deletions", is_flag=True, help="Take away what a held calendar no longer has.")
@json_option
@click.pass_context
def sync(ctx: click.Context, calendars: tuple[str, ...], *, accept_deletions: bool) -> None:
    """Read calendars now, all of them or those named, and look everybody's days over.

    Ends with 3 when one could not be read; the others are read all the same.
    """
    household = open_office(ctx)
    pull = household.office.pull
    with progress("Reading") as report:
        if not calendars:
            reports = pull.round(progress=report)
        else:
            read = pull.accept_deletions if accept_deletions else pull.calendar
            reports = tuple(_each(calendars, read, report))
        raised = household.office.watch.look_over()
    show = show_of(household)
    facts = {"calendars": reports, "alerts_raised": len(raised)}
    answer(ctx, facts, [line for one in reports for line in lines_of(one, show)])
    if raised:
        hint(ctx, f"New alerts: {len(raised)}. See `antechamber alerts`.")
    if not reports:
        hint(ctx, "No calendar is connected. See `antechamber calendars add --help`.")
        ctx.exit(NOTHING)
    if any(one.state in (SyncState.FAILING, SyncState.HELD) for one in reports):
        ctx.exit(TROUBLE)


def _each(calendars: Sequence[str], read: Callable[[CalendarId], SyncReport], report: Progress) -> Iterator[SyncReport]:
    for done, calendar in enumerate(calendars):
        report(done, len(calendars), calendar)
        yield read(CalendarId(calendar))


def lines_of(report: SyncReport, show: Show) -> Iterator[str]:
    """What one calendar's reading brought, for a person."""
    yield show.sentence(report.sentence)
    told = sorted(report.problems, key=lambda problem: problem.severity is Severity.WARNING)
    for problem in told[:SHOWN]:
        yield f"  {_of_problem(problem, show)}"
    if len(told) > SHOWN:
        yield f"  … and {len(told) - SHOWN} more; --json lists them all."


def _of_problem(problem: Problem, show: Show) -> str:
    text = show.sentence(problem.sentence)
    where = f"line {problem.line}: " if problem.line and str(problem.line) not in text else ""
    return f"{problem.severity.value}: {where}{text}"


@click.command()
@click.option("--from", "first", metavar="DAY", help="The first day; today when left out.")
@click.option("--to", "last", metavar="DAY", help="The day after the last; a week later when left out.")
@click.option("--person", help="Only events that lie in this person's calendars.")
@click.option("--calendar", help="Only events of this calendar, as it tells them, copies not joined.")
@json_option
@click.pass_context
def events(ctx: click.Context, first: str | None, last: str | None, person: str | None, calendar: str | None) -> None:
    """List the events of some days, every occurrence of a series by itself.

    Days are written 2026-11-24, today, tomorrow or +7. The last day is not included.
    """
    household = open_office(ctx)
    office, zone = household.office, household.office.policy.zone
    today = office.look.today()
    start = day_option(first, today, otherwise=today, option="--from")
    span = span_of(start, day_option(last, today, otherwise=start + 7 * DAY, option="--to"), zone)
    if person is not None:
        known_person(household, "person", person)
    if calendar is not None:
        found = _of_calendar(household, CalendarId(calendar), span)
    else:
        found = office.look.events(span, None, PersonId(person) if person is not None else None)
    show = show_of(household)
    owners = _owners(household)
    answer(ctx, [event_facts(one) for one in found], [_line(one, owners.get(one.calendar, ""), show) for one in found])
    _tell_what_is_not_at_hand(ctx, household, span)
    if not found:
        hint(ctx, "Nothing.")
        ctx.exit(NOTHING)


def _of_calendar(household: Household, calendar: CalendarId, span: Interval) -> Sequence[Event]:
    with household.store.reading() as unit:
        unit.calendars.get(calendar)
        return unit.events.within(span, calendars=[calendar])


def event_facts(event: Event) -> dict[str, object]:
    """An event as JSON tells it; names as in RFC 5545, in small letters."""
    return {
        "uid": event.key.uid,
        "recurrence_id": event.key.recurrence_id or None,
        "start": event.interval.start,
        "end": event.interval.end,
        "zone": event.zone,
        "first_day": event.first_day,
        "last_day": event.last_day,
        "summary": event.summary,
        "location": event.location,
        "description": event.description,
        "status": event.status,
        "transparency": event.transparency,
        "class": event.classification,
        "sequence": event.sequence,
        "organizer": event.organizer or None,
        "attendees": event.attendees,
        "is_recurring": event.is_recurring,
        "calendar": event.calendar or None,
    }


def _owners(household: Household) -> dict[CalendarId, str]:
    """Whose calendar it is, by name."""
    people = household.office.directory.people
    calendars = [one.calendar for one in household.office.look.calendars()]
    return {one.id: people[one.owner].name if one.owner in people else one.owner for one in calendars}


def _line(event: Event, owner: str, show: Show) -> str:
    when = show.interval(event.interval)
    if event.first_day is None and event.interval.start == event.interval.end:
        when = f"{show.moment(event.interval.start)}, no end known"
    if event.first_day is not None and event.last_day is not None:
        when = show.days(event.first_day, max(event.first_day, event.last_day - DAY))
    where = f"  @ {event.location}" if event.location else ""
    whose = f"{owner}: " if owner else ""  # a meeting that the office confirmed is in nobody's calendar yet
    return f"{when}  {whose}{event.summary or '(no title)'}{where}"


def _tell_what_is_not_at_hand(ctx: click.Context, household: Household, span: Interval) -> None:
    """Say that a calendar was not read for all of the span: what is not at hand is not free."""
    states = household.office.look.calendars()
    behind = [
        one.calendar.name
        for one in states
        if one.freshness.read_at is None or one.freshness.window is None or not one.freshness.window.contains(span)
    ]
    if behind:
        hint(ctx, f"Not known for all of these days: {', '.join(behind)}. See `antechamber calendars list`.")


@click.command()
@click.option("--all", "settled_too", is_flag=True, help="Settled ones, too.")
@json_option
@click.pass_context
def alerts(ctx: click.Context, *, settled_too: bool) -> None:
    """List what does not work in somebody's day. Ends with 1 when there is nothing."""
    household = open_office(ctx)
    show = show_of(household)
    found = household.office.look.alerts(settled_too=settled_too)
    lines = [
        f"{show.word(one.kind)}"
        + (f", {show.interval(one.at)}" if one.at is not None else "")
        + f": {show.sentence(one.sentence)}"
        + (f" (settled {show.moment(one.settled_at)})" if one.settled_at is not None else "")
        for one in found
    ]
    answer(ctx, found, lines)
    if not found:
        hint(ctx, "Nothing.")
        ctx.exit(NOTHING)


@click.command()
@click.option("--again", metavar="ITEM", help="Put a failed or held row back in line, and send what is due.")
@json_option
@click.pass_context
def outbox(ctx: click.Context, again: str | None) -> None:
    """List what goes out of the house: events to be written, mail to be sent, and how far each has come."""
    household = open_office(ctx)
    office, show = household.office, show_of(household)
    if again is not None:
        office.deliver.try_again(OutboxId(again))
        household.messenger.drain()
    found = office.look.outbox()
    answer(ctx, [item_facts(one) for one in found], [_item(one, show) for one in found])
    if not found:
        hint(ctx, "Nothing.")
        ctx.exit(NOTHING)


def item_facts(item: OutboxItem) -> dict[str, object]:
    """A row of the outbox as JSON tells it, without what the invitation says."""
    return {
        "id": item.id,
        "errand": item.errand,
        "meeting": item.meeting,
        "uid": item.invitation.uid,
        "sequence": item.invitation.sequence,
        "method": item.invitation.method,
        "calendar": item.calendar,
        "address": item.address or None,
        "state": item.state,
        "attempts": item.attempts,
        "failure": item.failure,
        "not_before": item.not_before,
        "sent_at": item.sent_at,
    }


def _item(item: OutboxItem, show: Show) -> str:
    failure = f": {show.sentence(item.failure)}" if item.failure is not None else ""
    return f"{item.id[:8]}  {show.word(item.errand)}  {item.calendar or item.address}  {show.word(item.state)}{failure}"
