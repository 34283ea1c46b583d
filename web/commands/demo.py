"""The invented office, opened with one command and nothing to prepare."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import webbrowser
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from agenda.model.errors import NotFoundError
from agenda.ports import Progress
from web import wiring
from web.app import DemoAccount, DemoBanner
from web.commands.desk import progress
from web.commands.serving import leaving_on_signals, serve_office
from web.commands.terminal import WRITER
from web.demo import DemoOffice, DemoRadicale, is_stale, prepare, prepared_on
from web.demo.city import ZONE
from web.logs import log_to

HOST = "127.0.0.1"
USUAL_PORT = 8080
MADE_ANEW = ("antechamber.sqlite3", "jobs.sqlite3")
"""What is thrown away when the demo's weeks are over; each may have companions of the same name."""


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), envvar="PORT", help="8080, or one that is free, when left out.")
@click.option("--data-dir", type=click.Path(path_type=Path, file_okay=False), help="Where the demo keeps its data.")
@click.option("--no-browser", is_flag=True, help="Only say the address.")
@click.option("--fresh", is_flag=True, help="Forget what was done in the demo before, and make it anew.")
@click.pass_context
def demo(ctx: click.Context, port: int | None, data_dir: Path | None, *, no_browser: bool, fresh: bool) -> None:
    """Open an invented office in a browser: a city, eight officials, their calendars, four requests that wait.

    Nothing leaves this machine. Stop with Ctrl-C; the next start goes on where this one ended.
    """
    folder = (data_dir or wiring.home(os.environ) / "demo").resolve()
    wiring.private_folder(folder)
    log_to(folder / "antechamber.log")
    with leaving_on_signals():
        today = datetime.now(ZoneInfo(ZONE)).date()
        is_new = fresh or is_stale(folder, today)
        if is_new:
            forget(folder)
        with DemoRadicale(folder) as radicale:
            office = prepare(folder, today if is_new else prepared_on(folder) or today)
            with progress("Making up the city's weeks"):
                radicale.fill(tuple(one for one in office.collections if is_new or not radicale.holds(one)))
            household = ctx.with_resource(
                wiring.build(wiring.settings_from(office.settings, of_the_server(os.environ)))
            )
            ctx.meta[WRITER] = str
            with progress("Reading calendars") as report:
                furnish(household, office, report)
            jobs = wiring.jobs_of(household)
            banner = DemoBanner(
                accounts=tuple(DemoAccount(o.name, o.login, o.password, o.language, o.duty) for o in office.accounts)
            )

            def welcome(address: str) -> None:
                first = office.accounts[0]
                click.echo(f"The demo office answers at {address}")
                click.echo(f"Sign in as {first.login} with the password {first.password}")
                click.echo("Stop with Ctrl-C.")
                if not no_browser and has_screen(os.environ):
                    webbrowser.open(address)

            serve_office(household, jobs, HOST, free_port(port), here=True, demo=banner, ready=welcome)


def furnish(household: wiring.Household, office: DemoOffice, report: Progress) -> None:
    """Open the accounts, connect and read the calendars, take the requests in; what is there already stays."""
    logins = {one.login for one in household.office.sign_in.users()}
    for account in office.accounts:
        if account.login not in logins:
            household.office.sign_in.add_user(
                account.name,
                account.login,
                account.password,
                account.duty,
                person=account.person,
                language=account.language,
            )
    connected = {one.calendar.id: one.calendar for one in household.office.look.calendars()}
    for calendar in office.calendars:
        known = connected.get(calendar.id)
        if known is not None and known.address != calendar.address:  # the server had to take another port
            household.office.connect.remove(calendar.id)
        if known is None or known.address != calendar.address:
            household.office.connect.add(calendar)
    household.office.pull.round(progress=report)
    with household.store.writing() as unit:
        for request in office.requests:
            try:
                unit.requests.get(request.id)
            except NotFoundError:
                unit.requests.add(request)
        unit.commit()
    household.office.watch.look_over()


def forget(folder: Path) -> None:
    """Throw away what an earlier demo kept; only what the demo itself makes is touched."""
    for name in MADE_ANEW:
        for path in folder.glob(f"{name}*"):
            path.unlink()
    shutil.rmtree(folder / "radicale" / "collections", ignore_errors=True)


def of_the_server(env: Mapping[str, str]) -> dict[str, str]:
    """The environment without what it says of another office than the demo."""
    kept = ("ANTECHAMBER_SERVER_", "ANTECHAMBER_LOG_", "ANTECHAMBER_SOLVER_")
    return {name: value for name, value in env.items() if not name.startswith("ANTECHAMBER_") or name.startswith(kept)}


def free_port(wanted: int | None) -> int:
    """The port that was asked for; without a wish the usual one, or any that is free when that is taken."""
    if wanted is not None:
        return wanted
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, USUAL_PORT))
        except OSError:
            return 0
    return USUAL_PORT


def has_screen(env: Mapping[str, str]) -> bool:
    """Whether a browser can be shown; in a terminal alone a text browser would take the terminal."""
    return sys.platform in {"darwin", "win32"} or bool(env.get("DISPLAY") or env.get("WAYLAND_DISPLAY"))
