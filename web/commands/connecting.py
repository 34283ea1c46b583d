"""Commands that say which calendars are read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TextIO
from urllib.parse import urlsplit

import click

from agenda.actions.look import CalendarState
from agenda.model.calendars import Calendar, Provider, SyncState
from agenda.model.errors import BadInputError
from agenda.model.ids import CalendarId, PersonId
from agenda.model.sentences import say
from web import wiring
from web.commands.desk import known_person, open_office, progress, settings_of, show_of
from web.commands.reading import lines_of
from web.commands.terminal import NOTHING, TROUBLE, answer, hint, is_at_terminal, json_option
from web.show import Show

ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")
FEEDS = ("http://", "https://", "webcal://", "webcals://")
TABLES = (".csv", ".tsv")
FILES = (Provider.ICS_FILE, Provider.CSV_FILE)


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
    help="An iCalendar file or feed, a calendar on a CalDAV server, or a schedule kept as a table; "
    "when left out, csv for a .csv or .tsv file and ics for everything else.",
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
    kind: str | None,
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

    ADDRESS is a path, or an address that begins with https:// or webcal://; it never holds a password. A file that is
    missing or holds no calendar is refused (2). A server that cannot be read stays connected, to be read later (3).
    """
    household = open_office(ctx)
    provider = _provider(kind, address)
    if writable and provider is not Provider.CALDAV:
        raise BadInputError("writable", say("Only a calendar on a CalDAV server can be written into."))
    known_person(household, "owner", owner)
    calendar = Calendar(
        id=CalendarId(_id(name)),
        name=title or name,
        owner=PersonId(owner),
        provider=provider,
        address=_address(household.settings, provider, address),
        login=login,
        secret=name if login else "",
        zone=zone or str(household.office.policy.zone),
        counts_as_busy=not not_busy,
        writable=writable,
    )
    password = password_of(password_file) if login else ""
    is_new = _connect(household, calendar)
    if login:
        wiring.keep_secret(household.settings, name, password)
    _read(ctx, household, calendar, reads=reads, is_new=is_new)


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

    The file stays connected: when it changes, it is read again. One that holds no calendar is refused (2).
    """
    household = open_office(ctx)
    known_person(household, "owner", owner)
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
    is_new = _connect(household, calendar)
    _read(ctx, household, calendar, reads=True, is_new=is_new)


def _connect(household: wiring.Household, calendar: Calendar) -> bool:
    """Keep the calendar; whether it was not known before."""
    is_new = all(one.calendar.id != calendar.id for one in household.office.look.calendars())
    household.office.connect.add(calendar)
    return is_new


def _read(ctx: click.Context, household: wiring.Household, calendar: Calendar, *, reads: bool, is_new: bool) -> None:
    if not reads:
        answer(ctx, {"calendar": calendar.id}, [f"{calendar.id} is connected, and not read yet."])
        return
    with progress(f"Reading {calendar.id}"):
        report = household.office.pull.calendar(calendar.id)
        is_readable = report.state is not SyncState.FAILING
        if is_new and not is_readable and calendar.provider in FILES:
            household.office.connect.remove(calendar.id)
            raise BadInputError(
                "address", say("%(failure)s It was not connected.", failure=report.sentence)
            )  # unlike a server, a file does not mend itself
        household.office.watch.look_over()
    answer(ctx, report, list(lines_of(report, show_of(household))))
    if is_new and not is_readable:
        hint(
            ctx,
            f"{calendar.id} is connected all the same, and is tried again by itself; until then its owner's time "
            f"counts as unknown. To undo it: antechamber calendars remove {calendar.id}",
        )
    if report.state is not SyncState.FRESH:
        ctx.exit(TROUBLE)


@calendars.command()
@click.argument("name", metavar="ID")
@json_option
@click.pass_context
def remove(ctx: click.Context, name: str) -> None:
    """Forget a calendar with all that was read from it; at its provider nothing changes."""
    household = open_office(ctx)
    events = sum(one.freshness.events for one in household.office.look.calendars() if one.calendar.id == name)
    household.office.connect.remove(CalendarId(name))
    wiring.forget_secret(household.settings, name)
    household.office.watch.look_over()
    line = f"{name} is forgotten, with what was read from it (events: {events}). At its provider nothing has changed."
    answer(ctx, {"removed": name, "events": events}, [line])


@calendars.command()
@click.argument("address")
@click.option("--login", default="", help="The account at the server.")
@click.option("--password-file", type=click.File("r"), help="Where its password stands; - for standard input.")
@json_option
@click.pass_context
def find(ctx: click.Context, address: str, login: str, password_file: TextIO | None) -> None:
    """List the calendars that an account sees on a CalDAV server."""
    settings = settings_of(ctx)
    _refuse_unsafe(settings, address)
    with progress("Asking"):
        found = wiring.discover_calendars(settings, address, login, password_of(password_file) if login else "")
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


def _provider(kind: str | None, address: str) -> Provider:
    if kind == "caldav":
        return Provider.CALDAV
    is_web = address.casefold().startswith(FEEDS)
    if kind == "csv" or (kind is None and not is_web and address.casefold().endswith(TABLES)):
        return Provider.CSV_FILE
    return Provider.ICS_URL if is_web else Provider.ICS_FILE


def _address(settings: wiring.Settings, provider: Provider, address: str) -> str:
    """A path made absolute, as the next round may start in another folder; what cannot be read is refused unkept."""
    if provider not in FILES:
        _refuse_unsafe(settings, address)
        return address
    if "://" in address:  # it may hold a password, so it is not said again
        sentence = say("This is no file. Give a path, or an address that begins with https:// or webcal://.")
        raise BadInputError("address", sentence)
    path = Path(address).expanduser().resolve()
    if not path.is_file():
        raise BadInputError("address", say("There is no file %(path)s. Nothing was connected.", path=str(path)))
    return str(path)


def _refuse_unsafe(settings: wiring.Settings, address: str) -> None:
    """Refuse what must not be stored or shown, before it is: a password in the address, and what others can read."""
    scheme, _, rest = address.partition("://")
    if "@" in re.split(r"[/?#]", rest, maxsplit=1)[0]:
        raise BadInputError(
            "address",
            say(
                "An address must not hold a password. Leave it out, and use %(login)s and %(file)s.",
                login="--login",
                file="--password-file",
            ),
        )
    try:
        parts = urlsplit(address)
        is_good = address.casefold().startswith(FEEDS) and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        is_good = False
    if not is_good:
        raise BadInputError("address", say("This is no web address. Use https:// or webcal://."))
    if scheme.casefold() == "http" and not settings.sync.allow_private_addresses:
        raise BadInputError(
            "address",
            say(
                "Over http:// others can read and change a calendar; use https://. "
                "For a server inside the network, set %(setting)s to true in the settings.",
                setting="sync.allow_private_addresses",
            ),
        )


def password_of(file: TextIO | None) -> str:
    """The password, from a file or typed in; BadInputError where nobody can be asked."""
    if file is not None:
        return str(file.read()).partition("\n")[0].rstrip("\r")
    if not is_at_terminal():
        raise BadInputError("password_file", say("The password is missing: give --password-file, or - to type it in."))
    return str(click.prompt("Password", hide_input=True, err=True))
