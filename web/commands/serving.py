"""Commands that stay: the web server, and workers beside it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from types import FrameType
from typing import TypeAlias
from urllib.parse import urlsplit

import click
import structlog
from waitress.server import create_server

from agenda.model.errors import BadInputError
from agenda.model.sentences import say
from web.app import DemoBanner, create_app
from web.commands.desk import open_office
from web.jobs import Jobs, is_embedded
from web.logs import log_to
from web.proxies import BelievedProxies
from web.wiring import Household, jobs_of, key_of
from web.zone_data import choose_zone_data

LOOPBACK = ("127.0.0.1", "::1", "localhost")
STOPPING = (signal.SIGINT, signal.SIGTERM)
LARGEST_BODY = 2 << 20
"""Bytes of a request that are taken in at all; the application's own limit is lower and says so politely."""

Ready: TypeAlias = Callable[[str], None]

log = structlog.get_logger("antechamber.serving")


@click.command()
@click.option("--host", help="The address to listen on, in place of the settings' own.")
@click.option("--port", type=click.IntRange(0, 65535), help="The port; 0 takes one that is free.")
@click.pass_context
def serve(ctx: click.Context, host: str | None, port: int | None) -> None:
    """Open the office to browsers, and do its background work unless workers do that."""
    household = open_office(ctx)
    log_to(None, household.settings.log_level.value)
    jobs = jobs_of(household)
    server = household.settings.server

    def ready(address: str) -> None:
        log.info("serve starts", version=version("antechamber"), zone_data=choose_zone_data())
        say_address(address)

    serve_office(
        household,
        jobs,
        host or server.host,
        server.port if port is None else port,
        here=is_embedded(household.settings.jobs_url.reveal()),
        ready=ready,
    )


@click.command()
@click.pass_context
def worker(ctx: click.Context) -> None:
    """Do background work beside `serve`: read calendars, send what lies in the outbox. Any number may run."""
    household = open_office(ctx)
    log_to(None, household.settings.log_level.value)
    log.info("worker starts", version=version("antechamber"), zone_data=choose_zone_data())
    with stopping() as stop, running(jobs_of(household), here=True):
        click.echo("Working. Stop with Ctrl-C.", err=True)
        stop.wait()


@contextmanager
def running(jobs: Jobs, *, here: bool) -> Iterator[None]:
    """Have the jobs done in this process meanwhile, if they are to be done here."""
    if here:
        jobs.start()
    try:
        yield
    finally:
        if not jobs.stop():
            log.warning("jobs still under way")


@contextmanager
def stopping() -> Iterator[threading.Event]:
    """An event that Ctrl-C and SIGTERM set; afterwards both mean what they meant before."""
    stop = threading.Event()

    def note(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {one: signal.signal(one, note) for one in STOPPING}
    try:
        yield stop
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def say_address(address: str) -> None:
    """Tell the terminal where the office answers."""
    click.echo(f"Antechamber answers at {address}")


def serve_office(
    household: Household,
    jobs: Jobs,
    host: str,
    port: int,
    *,
    here: bool,
    demo: DemoBanner | None = None,
    ready: Ready = say_address,
) -> None:
    """Answer browsers until Ctrl-C or SIGTERM; `ready` is told the address once it answers.

    Nothing is begun before the address is ours. With `here` the jobs are done in this process meanwhile.

    Raises:
        BadInputError: the address cannot be listened on.
    """
    settings = household.settings
    proxies = settings.server.trusted_proxies
    origin = settings.server.origin
    is_local = urlsplit(origin).hostname in LOOPBACK
    app = create_app(
        household.office,
        secret_key=key_of(settings),
        origin="" if is_local else origin,
        demo=demo,
        trusted_hops=1 if proxies else 0,
        secure_cookies=origin.startswith("https://"),
        after_change=jobs.drain_soon,
        letter=household.letter,
    )
    try:
        server = create_server(
            BelievedProxies(app, proxies),
            host=host,
            port=port,
            threads=settings.server.threads,
            ident="",
            clear_untrusted_proxy_headers=False,  # ours knows networks, not only one address
            max_request_body_size=LARGEST_BODY,
        )
    except OSError as error:
        cause = error.strerror or type(error).__name__
        raise BadInputError(
            "port", say("%(host)s:%(port)s cannot be listened on: %(cause)s.", host=host, port=port, cause=cause)
        ) from error
    household.warm_up()
    with running(jobs, here=here), leaving_on_signals():
        shown = f"[{host}]" if ":" in host else "localhost" if host in ("0.0.0.0", "::") else host  # noqa: S104
        ready(f"http://{shown}:{_port_of(server)}/")
        server.run()  # returns after the signal, when the requests under way are answered
    server.close()


def _port_of(server: object) -> int:
    """The port that was taken; a name that stands for several addresses has a server for each."""
    several = getattr(server, "effective_listen", ())
    return int(several[0][1] if several else getattr(server, "effective_port", 0))


@contextmanager
def leaving_on_signals() -> Iterator[None]:
    """Leave the server's loop on Ctrl-C and SIGTERM; afterwards both mean what they meant before."""

    def leave(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {one: signal.signal(one, leave) for one in STOPPING}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
