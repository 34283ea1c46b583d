"""Commands that say which calendars are read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TextIO

import click

from agenda.actions.look import CalendarState
from agenda.model.calendars import Calendar, Provider, SyncState
from agenda.model.errors import BadInputError
from agenda.model.ids import CalendarId, PersonId
from agenda.model.sentences import say
from web import wiring
from web.commands.desk import open_office, progress, settings_of, show_of
from web.commands.reading import lines_of
from web.commands.terminal import NOTHING, TROUBLE, answer, hint, is_at_terminal, json_option
from web.show import Show

ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")
FEEDS = ("http://", "https://", "webcal://", "webcals://")


@click.group()
def calendars() -> None:
    """Say which calendars are read, and how fresh our copies are."""


@calendars.command("list")
@json_option
@click.pass_context
def list_calendars(ctx: click.Context) -> None:
    """List the calendars, when each was read, and how many problems it has."""
    household = open_office(ctx)
    show = show_of(household)
    states = household.office.look.calendars()
    facts = [{"calendar": one.calendar, "freshness": one.freshness, "problems": one.problems} for one in states]
    answer(ctx, facts, [_line(one, show) for one in states])
    if not states:
        hint(ctx, "No calendar is connected. See `antechamber calendars add --help`.")
        ctx.exit(NOTHING)


def _line(state: CalendarState, show: Show) -> str:
    fresh = state.freshness
    read = show.moment(fresh.read_at) if fresh.read_at is not None else "never"
    counts = f"{fresh.events} events, {fresh.warnings} warnings, {fresh.errors} errors"
    free = "" if state.calendar.counts_as_busy else ", not counted as busy"
    failure = f"  {fresh.failure}" if fresh.failure else ""
    return (
        f"{state.calendar.id}  {state.calendar.owner}  {show.word(state.calendar.provider)}  "
        f"{show.word(fresh.state)}, read {read}: {counts}{free}{failure}"
    )


@calendars.command()
@click.argument("name", metavar="ID")
@click.argument("address")
@click.option("--owner", required=True, help="Whose calendar it is: an id of the policy file.")
@click.option(
    "--kind",
    type=click.Choice(["ics", "caldav", "csv"]),
    default="ics",
    show_default=True,
    help="An iCalendar file or feed, a calendar on a CalDAV server, or a schedule kept as a table.",
)
@click.option("--title", default="", help="What people call it; the id when left out.")
@click.option("--login", default="", help="The account at its server.")
@click.option("--password-file", type=click.File("r"), help="Where its password stands; - for standard input.")
@click.option("--zone", default="", help="The wall clock of times without a zone; the office's when left out.")
@click.option("--writable", is_flag=True, help="Confirmed meetings are written into it (CalDAV).")
@click.option("--not-busy", is_flag=True, help="What lies in it takes nobody's time.")
@click.option("--read/--no-read", "reads", default=True, help="Read it at once.")
@json_option
@click.pass_context
def add(
    ctx: click.Context,
    name: str,
    address: str,
    owner: str,
    kind: str,
    title: str,
    login: str,
    password_file: TextIO | None,
    zone: str,
    *,
    writable: bool,
    not_busy: bool,
    reads: bool,
) -> None:
    """Connect a calendar, and read it.

    ADDRESS is a path, or an address that begins with https:// or webcal://; it never holds a password.
    """
    household = open_office(ctx)
    provider = _provider(kind, address)
    calendar = Calendar(
        id=CalendarId(_id(name)),
        name=title or name,
        owner=PersonId(owner),
        provider=provider,
        address=_address(provider, address),
        login=login,
        secret=name if login else "",
        zone=zone or str(household.office.policy.zone),
        counts_as_busy=not not_busy,
        writable=writable,
    )
    if writable and provider is not Provider.CALDAV:
        raise BadInputError("writable", say("Only a calendar on a CalDAV server can be written into."))
    household.office.connect.add(calendar)
    if login:
        wiring.keep_secret(household.settings, name, _password(password_file))
    _read(ctx, household, calendar, reads=reads)


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--owner", required=True, help="Whose schedule it is: an id of the policy file.")
@click.option("--id", "name", default="", help="Under which name it is kept; the file's when left out.")
@click.option("--zone", default="", help="The wall clock of times without a zone; the office's when left out.")
@click.option("--not-busy", is_flag=True, help="What stands in it takes nobody's time.")
@json_option
@click.pass_context
def take_over(ctx: click.Context, file: Path, owner: str, name: str, zone: str, *, not_busy: bool) -> None:
    """Read a schedule (.csv) or a calendar (.ics) from a file, and list what is odd in it.

    The file stays connected: when it changes, it is read again.
    """
    household = open_office(ctx)
    provider = Provider.CSV_FILE if file.suffix.casefold() in {".csv", ".tsv", ".txt"} else Provider.ICS_FILE
    calendar = Calendar(
        id=CalendarId(_id(name or _as_id(file.stem))),
        name=file.stem,
        owner=PersonId(owner),
        provider=provider,
        address=str(file.resolve()),
        zone=zone or str(household.office.policy.zone),
        counts_as_busy=not not_busy,
    )
    household.office.connect.add(calendar)
    _read(ctx, household, calendar, reads=True)


def _read(ctx: click.Context, household: wiring.Household, calendar: Calendar, *, reads: bool) -> None:
    if not reads:
        answer(ctx, {"calendar": calendar.id}, [calendar.id])
        return
    with progress(f"Reading {calendar.id}"):
        report = household.office.pull.calendar(calendar.id)
        household.office.watch.look_over()
    answer(ctx, report, list(lines_of(report, show_of(household))))
    if report.state is not SyncState.FRESH:
        ctx.exit(TROUBLE)


@calendars.command()
@click.argument("name", metavar="ID")
@json_option
@click.pass_context
def remove(ctx: click.Context, name: str) -> None:
    """Forget a calendar with all that was read from it; at its provider nothing changes."""
    household = open_office(ctx)
    household.office.connect.remove(CalendarId(name))
    wiring.forget_secret(household.settings, name)
    household.office.watch.look_over()
    answer(ctx, {"removed": name})


@calendars.command()
@click.argument("address")
@click.option("--login", default="", help="The account at the server.")
@click.option("--password-file", type=click.File("r"), help="Where its password stands; - for standard input.")
@json_option
@click.pass_context
def find(ctx: click.Context, address: str, login: str, password_file: TextIO | None) -> None:
    """List the calendars that an account sees on a CalDAV server."""
    settings = settings_of(ctx)
    with progress("Asking"):
        found = wiring.discover_calendars(settings, address, login, _password(password_file) if login else "")
    facts = [{"name": one.name, "address": one.url, "writable": one.writable} for one in found]
    answer(ctx, facts, [f"{one.url}  {one.name}{'' if one.writable else '  (read only)'}" for one in found])


def _id(name: str) -> str:
    if not ID.fullmatch(name):
        raise BadInputError(
            "id", say("%(name)s cannot be an id: small letters, digits, - and _, at most 100.", name=name)
        )
    return name


def _as_id(stem: str) -> str:
    return re.sub(r"[^a-z0-9_]+", "-", stem.casefold()).strip("-_")[:100]


def _provider(kind: str, address: str) -> Provider:
    if kind == "caldav":
        return Provider.CALDAV
    if kind == "csv":
        return Provider.CSV_FILE
    return Provider.ICS_URL if address.casefold().startswith(FEEDS) else Provider.ICS_FILE


def _address(provider: Provider, address: str) -> str:
    """A path made absolute: the next round may start in another folder."""
    is_file = provider in (Provider.ICS_FILE, Provider.CSV_FILE)
    return str(Path(address).expanduser().resolve()) if is_file else address


def _password(file: TextIO | None) -> str:
    if file is not None:
        return str(file.read()).partition("\n")[0].rstrip("\r")
    if not is_at_terminal():
        raise BadInputError("password_file", say("The password is missing: give --password-file, or - to type it in."))
    return str(click.prompt("Password", hide_input=True, err=True))
