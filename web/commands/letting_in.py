"""Commands by which a provider comes to let the office in, and those for what is kept of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, TextIO
from urllib.parse import parse_qsl, urlsplit

import click

from agenda.model.calendars import Calendar, Provider, SyncReport, SyncState
from agenda.model.credentials import Offered
from agenda.model.errors import BadInputError, ProviderError, TryLaterError
from agenda.model.ids import AccountId, PersonId
from agenda.model.sentences import say
from web import wiring
from web.commands.connecting import password_of
from web.commands.desk import open_office, progress, show_of
from web.commands.reading import lines_of
from web.commands.terminal import TROUBLE, answer, hint, json_option

WAIT_S = 600

owner_option = click.option("--owner", required=True, help="Whose time it tells: an id of the policy file.")
calendar_option = click.option(
    "--calendar", "wanted", multiple=True, help="A calendar of the account, by name or address; may be given again."
)
writable_option = click.option("--writable", is_flag=True, help="Confirmed meetings are written into it.")
not_busy_option = click.option("--not-busy", is_flag=True, help="What lies in it takes nobody's time.")
itself_option = click.option(
    "--by-itself", is_flag=True, help="Without anybody's consent: with the rights that IT has given the office."
)


@click.group()
def connect() -> None:
    """Connect calendars of an account, and read them."""


@connect.command()
@click.argument("login")
@owner_option
@calendar_option
@writable_option
@not_busy_option
@itself_option
@click.option("--port", default=0, help="The port that the browser comes back to on this machine; 0: a free one.")
@json_option
@click.pass_context
def google(ctx: click.Context, /, login: str, port: int, *, by_itself: bool, **how: Any) -> None:
    """Connect calendars of the Google account LOGIN, its mail address.

    The account's own calendar is taken, or those that --calendar names.
    """
    household = open_office(ctx)
    account = "" if by_itself else _consent(ctx, household, login, port, writes=how["writable"])
    offered = household.office.let_in.offered(Provider.GOOGLE, login, by_itself=by_itself)
    chosen = [Offered(one, one, writable=True) for one in how["wanted"]] or offered
    _take(ctx, household, Provider.GOOGLE, chosen, account=account, login=login, how=how)


@connect.command()
@click.argument("login")
@owner_option
@calendar_option
@writable_option
@not_busy_option
@itself_option
@json_option
@click.pass_context
def microsoft(ctx: click.Context, /, login: str, *, by_itself: bool, **how: Any) -> None:
    """Connect calendars of the Microsoft 365 account LOGIN: the person types a code on any device."""
    household = open_office(ctx)
    let_in, account = household.office.let_in, ""
    if not by_itself:
        begun = let_in.begin_device(Provider.MICROSOFT, login, writes=how["writable"])
        _say_rights(ctx, household, Provider.MICROSOFT, writes=how["writable"])
        hint(ctx, f"Open {begun.address} within {begun.minutes} minutes, sign in as {login}, and type {begun.code}")
        with progress("Waiting"):
            account = let_in.finish_device(Provider.MICROSOFT, begun.kept)
    with progress("Asking"):
        offered = let_in.offered(Provider.MICROSOFT, login, by_itself=by_itself)
    chosen = _chosen(offered, how["wanted"])
    # What acts by itself is one account, whosoever's mailbox it reads.
    _take(
        ctx, household, Provider.MICROSOFT, chosen, account=account, login="" if by_itself else login, of=login, how=how
    )


@connect.command()
@click.argument("address")
@click.option("--login", required=True, help="The account at the server.")
@click.option("--password-file", type=click.File("r"), help="Where its password stands; - for standard input.")
@owner_option
@calendar_option
@writable_option
@not_busy_option
@json_option
@click.pass_context
def caldav(ctx: click.Context, /, address: str, login: str, password_file: TextIO | None, **how: Any) -> None:
    """Connect calendars on the CalDAV server at ADDRESS; the password is kept sealed."""
    household = open_office(ctx)
    let_in, password = household.office.let_in, password_of(password_file)
    with progress("Asking"):
        chosen = _chosen(let_in.on_server(address, login, password), how["wanted"])
    account = AccountId(f"{Provider.CALDAV}:{login}@{urlsplit(address).hostname or ''}")
    let_in.keep_password(account, password)
    _take(ctx, household, Provider.CALDAV, chosen, account=account, login=login, how=how)


@connect.command()
@click.argument("address")
@click.option("--title", default="", help="What people call it; the server's name when left out.")
@owner_option
@not_busy_option
@json_option
@click.pass_context
def ics(ctx: click.Context, address: str, title: str, owner: str, *, not_busy: bool) -> None:
    """Connect the feed at ADDRESS, which begins with https:// or webcal://; it is only read."""
    household = open_office(ctx)
    if not address.casefold().startswith(("http://", "https://", "webcal://", "webcals://")):
        raise BadInputError("address", say("Type an address that begins with https:// or webcal://."))
    feed = [Offered(address, title or urlsplit(address).hostname or address, writable=False)]
    how = {"owner": owner, "writable": False, "not_busy": not_busy}
    _take(ctx, household, Provider.ICS_URL, feed, account="", login="", how=how)


@click.group()
def credentials() -> None:
    """Keep what accounts have let the office in with."""


@credentials.command("list")
@json_option
@click.pass_context
def list_credentials(ctx: click.Context) -> None:
    """List the accounts, since when each is known, and the key it is sealed with."""
    household = open_office(ctx)
    show = show_of(household)
    notes = household.credentials.notes()
    lines = [f"{one.account}  {one.kind}  {show.moment(one.changed_at)}  key {one.key_id}" for one in notes]
    answer(ctx, list(notes), lines)


@credentials.command()
@json_option
@click.pass_context
def rotate(ctx: click.Context) -> None:
    """Seal everything with a new key, and drop the old ones. The office may go on working meanwhile."""
    count = open_office(ctx).credentials.rotate()
    answer(ctx, {"sealed": count}, [f"{count} sealed with a new key. Keep a copy of the key file."])


@credentials.command()
@json_option
@click.pass_context
def check(ctx: click.Context) -> None:
    """Open every credential once, and say whether the key file fits."""
    found = open_office(ctx).credentials
    found.check()
    answer(ctx, {"opened": len(found.notes())}, [f"{len(found.notes())} opened"])


@credentials.command()
@click.argument("account")
@json_option
@click.pass_context
def forget(ctx: click.Context, account: str) -> None:
    """Forget what ACCOUNT was let in with; its calendars stay as they were read last."""
    open_office(ctx).credentials.forget(AccountId(account))
    answer(ctx, {"forgotten": account})


def _consent(ctx: click.Context, household: wiring.Household, login: str, port: int, *, writes: bool) -> AccountId:
    """Let a person agree in a browser that comes back to this machine (RFC 8252, 7.3)."""
    let_in = household.office.let_in
    with HTTPServer(("127.0.0.1", port), _Waiting) as waiting:
        waiting.timeout = WAIT_S
        back = f"http://127.0.0.1:{waiting.server_port}/"
        consent = let_in.begin(Provider.GOOGLE, back, login, writes=writes)
        _say_rights(ctx, household, Provider.GOOGLE, writes=writes)
        hint(ctx, f"Open this in a browser on this machine:\n{consent.url}")
        click.launch(consent.url)
        with progress("Waiting"):
            waiting.handle_request()
        found: Mapping[str, str] = getattr(waiting, "found", {})
    if not found:
        raise TryLaterError(login)
    return let_in.finish(Provider.GOOGLE, consent.kept, found)


class _Waiting(BaseHTTPRequestHandler):
    """Takes the one answer that the browser brings."""

    timeout = 10

    def do_GET(self) -> None:
        """Keep the parameters, and say that one may go back."""
        vars(self.server)["found"] = dict(parse_qsl(urlsplit(self.path).query))
        body = b"<!doctype html><title>Antechamber</title><p>Go back to the terminal."
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Note nothing: the address holds the code."""


def _say_rights(ctx: click.Context, household: wiring.Household, provider: Provider, *, writes: bool) -> None:
    show = show_of(household)
    for one in household.office.let_in.rights(provider, writes=writes):
        hint(ctx, f"{one.name}: {show.sentence(one.why)}")


def _chosen(offered: Sequence[Offered], wanted: Sequence[str]) -> list[Offered]:
    """Those that are wanted; without a word the first, which is an account's own.

    Raises:
        BadInputError: one is not there; it is said which are.
    """
    if not wanted:
        return list(offered[:1])
    missing = [one for one in wanted if not any(one in (each.name, each.address) for each in offered)]
    if missing:
        raise BadInputError(
            "calendar",
            say(
                "There is no calendar %(name)s. There are: %(names)s.",
                name=missing[0],
                names=tuple(one.name for one in offered),
            ),
        )
    return [one for one in offered if one.name in wanted or one.address in wanted]


def _take(
    ctx: click.Context,
    household: wiring.Household,
    provider: Provider,
    chosen: Sequence[Offered],
    *,
    account: str,
    login: str,
    how: Mapping[str, Any],
    of: str = "",
) -> None:
    """Read each on trial, connect it, and read it for good."""
    office, show = household.office, show_of(household)
    reports: list[SyncReport] = []
    failures: list[ProviderError] = []
    with progress("Reading") as report:
        for done, one in enumerate(chosen):
            report(done, len(chosen), one.name)
            whose = of or login
            name = one.name if not whose or one.name == whose else f"{one.name} ({whose})"
            calendar = Calendar(
                id=office.let_in.id_for(provider, one.address, name, account=account),
                name=name,
                owner=PersonId(how["owner"]),
                provider=provider,
                address=one.address,
                login=login,
                secret=account,
                zone=str(office.policy.zone),
                counts_as_busy=not how["not_busy"],
                writable=bool(how["writable"]) and one.writable,
            )
            try:
                office.let_in.try_out(calendar)
            except ProviderError as error:
                failures.append(error)
                continue
            office.connect.add(calendar)
            reports.append(office.pull.calendar(calendar.id))
    office.watch.look_over()
    answer(ctx, reports, [line for one in reports for line in lines_of(one, show)])
    for failure in failures:
        hint(ctx, show.sentence(failure.sentence))
    if failures or any(one.state is not SyncState.FRESH for one in reports):
        ctx.exit(TROUBLE)
