"""Joins the house: the only package that knows every floor. Doors are given what it builds, and ask no further."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Self

from agenda.actions.book import Book
from agenda.actions.connect import Connect
from agenda.actions.decide import Decide
from agenda.actions.deliver import Deliver
from agenda.actions.let_in import LetIn
from agenda.actions.look import Look
from agenda.actions.propose import Propose
from agenda.actions.pull import Pull
from agenda.actions.sign_in import SignIn
from agenda.actions.take_in import TakeIn
from agenda.actions.watch import Watch
from agenda.model.calendars import Provider
from agenda.model.credentials import Offered
from agenda.model.gazetteer import Gazetteer
from agenda.model.ids import fresh_id
from agenda.model.meetings import Invitation
from agenda.model.policy import Directory
from agenda.notify.mail import Security, SmtpMailer
from agenda.notify.wording import letter
from agenda.office import Office
from agenda.ports import Clock, Connector, Credentials, Gate, Mailer, Solver, Store, Writer
from agenda.store import KeyFile, SqlCredentials, SqlStore, StoreUnfitError, backup, health, upgrade
from agenda.store.backup import Manifest
from config import CountryHolidays, Secrets, read_office, read_settings, secret_key
from config import Settings as Settings
from solver import ChildSolver
from sync.caldav import CaldavConnector, DiscoveredCalendar, discover
from sync.csv_schedule import CsvConnector
from sync.google import GoogleConnector
from sync.ical import Limits, write_invitation
from sync.ics import IcsConnector
from sync.microsoft import GraphConnector
from sync.outbound import Outbound
from web.checkup import Finding
from web.jobs import Jobs, Turns, queue_at
from web.messenger import Messenger
from web.passwords import Argon2Passwords
from web.wiring.files import keep_file
from web.wiring.google import GoogleGate
from web.wiring.microsoft import MicrosoftGate
from web.wiring.passwords import Keys as Keys
from web.wiring.passwords import forget_secret as forget_secret
from web.wiring.passwords import keep_secret as keep_secret
from web.wiring.passwords import private_folder as private_folder
from web.zone_data import choose_zone_data

SETTINGS_FILE = "antechamber.toml"
TLS_PORT = 465
"""The port on which a mail server speaks TLS from the first byte (RFC 8314, 3.3)."""

SOLVERS = 2
"""Searches that may run at the same time; each is a process of its own."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present instant, in UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """An office that works, with everything it is made of; leaving it ends its child processes and connections."""

    settings: Settings
    office: Office
    store: Store
    clock: Clock
    credentials: Credentials
    solver: ChildSolver
    messenger: Messenger
    closing: ExitStack = field(repr=False)

    def __enter__(self) -> Self:
        """The household itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """End what was started, the last first; doing it twice does it once."""
        self.closing.close()

    def warm_up(self) -> None:
        """Start what takes a moment to start, so that the first to ask for slots need not wait for it."""
        Thread(target=self.solver.warm, name="warm-up", daemon=True).start()

    def letter(self, invitation: Invitation, language: str) -> str:
        """The mail of an invitation, as somebody who reads that language gets it."""
        return letter(invitation, language)


def home(env: Mapping[str, str]) -> Path:
    """Where an office without a settings file lives."""
    given = env.get("ANTECHAMBER_DATA_DIR")
    if given:
        return Path(given).expanduser()
    base = env.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "antechamber"


def settings_from(path: Path | None, env: Mapping[str, str]) -> Settings:
    """The settings: of the file that is named, the one in this folder, the one at home, or none at all.

    Without a file the office lives at home, its policy and places beside its data.

    Raises:
        BadConfigError: what is wrong in the file or in the environment.
    """
    if path is None and not env.get("ANTECHAMBER_SETTINGS"):
        path = next((one for one in (Path(SETTINGS_FILE), home(env) / SETTINGS_FILE) if one.is_file()), None)
        if path is None:
            at_home = {
                "ANTECHAMBER_DATA_DIR": str(home(env)),
                "ANTECHAMBER_POLICY_FILE": str(home(env) / "policy.toml"),
                "ANTECHAMBER_PLACES_FILE": str(home(env) / "places.toml"),
            }
            env = {**at_home, **env}
    return read_settings(path, env)


def build(settings: Settings, env: Mapping[str, str] = os.environ, *, clock: Clock | None = None) -> Household:
    """Join everything: the store brought up to date, the connectors, the solver, the office.

    Args:
        settings: what the deployment has decided.
        env: where passwords of calendars may stand, as ANTECHAMBER_SECRET_….
        clock: another clock than the machine's.

    Raises:
        BadConfigError: policy or places cannot be used.
        StoreError: the store cannot be used.
    """
    choose_zone_data()
    policy, directory = read_office(settings)
    clock = clock or SystemClock()
    private_folder(settings.data_dir)
    with ExitStack() as opening:
        store = _store(settings.database_url.reveal())
        opening.callback(store.close)
        solver = ChildSolver(children=SOLVERS)
        opening.callback(solver.close)
        holidays = CountryHolidays(policy.holiday_country, policy.holiday_part)
        book = Book(policy, directory, Gazetteer(directory.places.values()), holidays)
        credentials = SqlCredentials(store, KeyFile(settings.credentials_key_file), clock)
        keys = Keys(Secrets(settings.secrets_dir, env), credentials)
        office = _office(settings, store, clock, book, solver, keys)
        return Household(
            settings=settings,
            office=office,
            store=store,
            clock=clock,
            credentials=credentials,
            solver=solver,
            messenger=Messenger(office.deliver, store, clock, store.recover),
            closing=opening.pop_all(),
        )


@contextmanager
def a_solver() -> Iterator[Solver]:
    """A solver without an office, in a child process that is ended afterwards."""
    with ChildSolver(children=1) as solver:
        yield solver


def discover_calendars(settings: Settings, address: str, login: str, password: str) -> Sequence[DiscoveredCalendar]:
    """The calendars that an account sees on a CalDAV server.

    Raises:
        ProviderError: the server is out of reach, or does not let us in.
    """
    return discover(address, login, password, way=_way_out(settings))


def back_up(settings: Settings, target: Path) -> Manifest:
    """Copy the store into one file; what is in it comes back.

    Raises:
        StoreError: the store or the target cannot be used.
    """
    return backup.create(settings.database_url.reveal(), target, SystemClock().now())


def put_back(settings: Settings, source: Path) -> Path | None:
    """Put a copy back in place of the store; where the old one lies now.

    Raises:
        StoreError: the copy is not whole, or the store is in use.
    """
    return backup.restore(settings.database_url.reveal(), source, SystemClock().now())


def examine_store(settings: Settings) -> list[Finding]:
    """What the store says of itself."""
    found = health.examine(settings.database_url.reveal())
    return [Finding(f"store-{one.name}", one.is_good, one.sentence) for one in found]


def jobs_of(household: Household) -> Jobs:
    """The household's jobs, in the queue that the settings name; nothing runs yet."""
    settings = household.settings
    turns = Turns(household.store, household.clock, timedelta(seconds=settings.sync.interval_s))
    queue = queue_at(settings.jobs_url.reveal(), key_of(settings))
    return Jobs(household.office, household.messenger, turns, queue)


def key_of(settings: Settings) -> bytes:
    """The key that signs what has to come back unchanged."""
    return secret_key(settings.secret_key_file).reveal().encode()


def _store(url: str) -> SqlStore:
    """The store, made or brought up to date first where needed; one that is fit opens even on a read-only disk."""
    try:
        return SqlStore(url)
    except StoreUnfitError:
        upgrade(url)
        return SqlStore(url)


def _office(settings: Settings, store: Store, clock: Clock, book: Book, solver: Solver, keys: Keys) -> Office:
    owner = f"{platform.node()}:{os.getpid()}:{fresh_id()[:8]}"
    way, limits = _way_out(settings), _limits(settings)
    caldav = CaldavConnector(secret=keys.of, way=way, limits=limits)
    feeds = IcsConnector(way=way, limits=limits, secret=keys.of)
    to_google = GoogleGate(settings=settings.google, credentials=keys.credentials, way=way)
    to_microsoft = MicrosoftGate(settings=settings.microsoft, credentials=keys.credentials, way=way)
    google = GoogleConnector(
        credentials=to_google.credentials_of, endpoint=settings.google.api_endpoint, way=way, limits=limits
    )
    graph = GraphConnector(
        to_microsoft.token_of, settings.microsoft.graph_url, to_microsoft.way_out(), limits, to_microsoft.limiter
    )
    connectors: Mapping[Provider, Connector] = {
        Provider.ICS_FILE: feeds,
        Provider.ICS_URL: feeds,
        Provider.CALDAV: caldav,
        Provider.CSV_FILE: CsvConnector(settings.ics.max_bytes),
        Provider.GOOGLE: google,
        Provider.MICROSOFT: graph,
    }
    writers: Mapping[Provider, Writer] = {
        Provider.CALDAV: caldav,
        Provider.GOOGLE: google,
        Provider.MICROSOFT: graph,
    }
    gates: Mapping[Provider, Gate] = {Provider.GOOGLE: to_google, Provider.MICROSOFT: to_microsoft}
    pull = Pull(
        store=store,
        clock=clock,
        connectors=connectors,
        owner=owner,
        back=timedelta(days=settings.sync.window_back_days),
        ahead=timedelta(days=settings.sync.window_ahead_days),
    )
    return Office(
        book=book,
        look=Look(store, clock, book),
        take_in=TakeIn(store, clock, book),
        propose=Propose(store, clock, book, solver),
        decide=Decide(store, clock, book, pull.of_people),
        pull=pull,
        watch=Watch(store=store, clock=clock, book=book),
        deliver=Deliver(store=store, clock=clock, writers=writers, mailer=_mailer(settings, book), owner=owner),
        connect=Connect(store, book),
        let_in=LetIn(
            store=store,
            clock=clock,
            credentials=keys.credentials,
            gates=gates,
            connectors=connectors,
            find=lambda address, login, password: [
                Offered(one.url, one.name, one.writable)
                for one in discover_calendars(settings, address, login, password)
            ],
            keep=lambda calendar, content: keep_file(settings.data_dir / "files", f"{calendar}.ics", content),
        ),
        sign_in=SignIn(store=store, clock=clock, passwords=Argon2Passwords()),
    )


def _way_out(settings: Settings) -> Outbound:
    """The demo office's calendars lie on a server beside it, which any other office has to ask for."""
    inside = settings.sync.allow_private_addresses
    return Outbound(
        allow_loopback=inside or settings.demo,
        allow_private=inside,
        read_s=settings.sync.timeout_s,
        max_bytes=settings.ics.max_bytes,
    )


def _limits(settings: Settings) -> Limits:
    ics = settings.ics
    return Limits(calendar_bytes=ics.max_bytes, events=ics.max_components, occurrences=ics.max_occurrences)


def _mailer(settings: Settings, book: Book) -> Mailer | None:
    """None where no mail server is named: mail is then shown in the outbox, and stays there."""
    smtp = settings.smtp
    if not smtp.host:
        return None
    security = Security.STARTTLS if smtp.starttls else Security.NONE
    return SmtpMailer(
        host=smtp.host,
        port=smtp.port,
        sender=smtp.sender or book.policy.organizer or book.directory.principal.email,
        write_invitation=write_invitation,
        security=Security.TLS if smtp.port == TLS_PORT else security,
        user=smtp.user,
        password=smtp.password.reveal(),
        timeout_s=smtp.timeout_s,
        language_of=lambda address: language_of(book.directory, address),
    )


def language_of(directory: Directory, address: str) -> str:
    """The language that the owner of a mail address reads."""
    person = directory.by_email(address)
    return person.language if person is not None else "en"
