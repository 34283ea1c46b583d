"""Joins the house: the only module that knows every floor. Doors are given what it builds, and ask for nothing more."""

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
from agenda.actions.look import Look
from agenda.actions.propose import Propose
from agenda.actions.pull import Pull
from agenda.actions.sign_in import SignIn
from agenda.actions.take_in import TakeIn
from agenda.actions.watch import Watch
from agenda.model.calendars import Calendar, Provider
from agenda.model.errors import NotFoundError, RefusedError, StoreReadOnlyError
from agenda.model.gazetteer import Gazetteer
from agenda.model.ids import fresh_id
from agenda.model.meetings import Invitation
from agenda.model.policy import Directory
from agenda.model.sentences import say
from agenda.notify.mail import Security, SmtpMailer
from agenda.notify.wording import letter
from agenda.office import Office
from agenda.ports import Clock, Connector, Mailer, Solver, Store, Writer
from agenda.store import SqlStore, StoreUnfitError, backup, health, upgrade
from agenda.store.backup import Manifest
from config import CountryHolidays, Secrets, read_office, read_settings, secret_key
from config import Settings as Settings
from solver import ChildSolver
from sync.caldav import CaldavConnector, DiscoveredCalendar, discover
from sync.csv_schedule import CsvConnector
from sync.ical import Limits, write_invitation
from sync.ics import IcsConnector
from sync.outbound import Outbound
from web.checkup import Finding
from web.jobs import Jobs, Turns, queue_at
from web.messenger import Messenger
from web.passwords import Argon2Passwords
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
        office = _office(settings, store, clock, book, solver, Keys(Secrets(settings.secrets_dir, env)))
        return Household(
            settings=settings,
            office=office,
            store=store,
            clock=clock,
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


def keep_secret(settings: Settings, name: str, value: str) -> None:
    """Keep a calendar's password in its file, readable by this account alone; an old one is replaced whole.

    Raises:
        StoreReadOnlyError: it cannot be written.
    """
    private_folder(settings.secrets_dir)
    fresh = settings.secrets_dir / f".{name}.{fresh_id()}"
    try:
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(value + "\n")
        fresh.replace(settings.secrets_dir / name)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise StoreReadOnlyError(error.strerror or type(error).__name__) from error


def forget_secret(settings: Settings, name: str) -> None:
    """Forget the password of a calendar that is no longer read."""
    (settings.secrets_dir / name).unlink(missing_ok=True)


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


@dataclass(frozen=True, slots=True)
class Keys:
    """The passwords of calendars, found under the name that a calendar gives, or else under its own id."""

    secrets: Secrets

    def of(self, calendar: Calendar) -> str:
        """The password of a calendar.

        Raises:
            RefusedError: there is none, which only a person can change.
        """
        name = calendar.secret or calendar.id
        try:
            return self.secrets.get(name).reveal()
        except NotFoundError as error:
            what = say("its password %(name)s is not among the secrets. Put it there.", name=name)
            raise RefusedError(calendar.name, what) from error


def _store(url: str) -> SqlStore:
    """The store, made or brought up to date first where needed; one that is fit opens even on a read-only disk."""
    try:
        return SqlStore(url)
    except StoreUnfitError:
        upgrade(url)
        return SqlStore(url)


def _office(settings: Settings, store: Store, clock: Clock, book: Book, solver: Solver, keys: Keys) -> Office:
    owner = f"{platform.node()}:{os.getpid()}:{fresh_id()[:8]}"
    caldav = CaldavConnector(secret=keys.of, way=_way_out(settings), limits=_limits(settings))
    pull = Pull(
        store=store,
        clock=clock,
        connectors=_connectors(settings, keys, caldav),
        owner=owner,
        back=timedelta(days=settings.sync.window_back_days),
        ahead=timedelta(days=settings.sync.window_ahead_days),
    )
    writers: Mapping[Provider, Writer] = {Provider.CALDAV: caldav}
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
        sign_in=SignIn(store=store, clock=clock, passwords=Argon2Passwords()),
    )


def _connectors(settings: Settings, keys: Keys, caldav: CaldavConnector) -> Mapping[Provider, Connector]:
    feeds = IcsConnector(way=_way_out(settings), limits=_limits(settings), secret=keys.of)
    return {
        Provider.ICS_FILE: feeds,
        Provider.ICS_URL: feeds,
        Provider.CALDAV: caldav,
        Provider.CSV_FILE: CsvConnector(settings.ics.max_bytes),
    }


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


def private_folder(folder: Path) -> None:
    """Make a folder for this account alone, if it is not there.

    Raises:
        StoreReadOnlyError: it cannot be made.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreReadOnlyError(error.strerror or type(error).__name__) from error
