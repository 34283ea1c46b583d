"""What the office needs of the world, worded by the office. Adapters fit these; they inherit from nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from types import TracebackType
from typing import Protocol, Self

from agenda.model.alerts import Alert
from agenda.model.calendars import Calendar, CalendarObject, Cursor, Freshness, Problem, Pulled
from agenda.model.credentials import (
    Consent,
    Credential,
    CredentialKind,
    CredentialNote,
    DeviceConsent,
    Offered,
    Right,
)
from agenda.model.events import Event
from agenda.model.ids import (
    AccountId,
    AlertId,
    CalendarId,
    MeetingId,
    OutboxId,
    PersonId,
    ProposalId,
    RequestId,
    UserId,
)
from agenda.model.meetings import Invitation, Meeting, OutboxItem, OutboxState
from agenda.model.planning import NoPlan, Plan, PlanningProblem
from agenda.model.proposals import Proposal
from agenda.model.requests import Request, RequestState
from agenda.model.sentences import Sentence
from agenda.model.times import Interval
from agenda.model.users import ApiToken, Session, User


class Clock(Protocol):
    """The time."""

    def now(self) -> datetime:
        """The present instant, in UTC."""
        ...


class Connector(Protocol):
    """Reads calendars of one provider."""

    def pull(self, calendar: Calendar, cursor: Cursor | None, window: Interval) -> Pulled:
        """Read what changed since the cursor, or everything where there is none or it is not good any more.

        Occurrences are given for the window. Nothing is written anywhere.

        Raises:
            TryLaterError: it is busy or out of reach.
            RefusedError: it does not let us in, or does not know the calendar.
            NotACalendarError: what came is no calendar.
        """
        ...


class Writer(Protocol):
    """Writes the office's own meetings into calendars of one provider; doing it twice does it once."""

    def write(self, calendar: Calendar, invitation: Invitation) -> None:
        """Create or update the event with the invitation's UID; an equal or newer one there is left alone.

        Raises:
            TryLaterError: it is busy or out of reach; it may nevertheless have been written.
            RefusedError: it does not let us write.
            ChangedElsewhereError: somebody else's change would be lost.
        """
        ...

    def remove(self, calendar: Calendar, uid: str) -> None:
        """Remove the event with that UID; one that is not there counts as removed. Raises as `write` does."""
        ...


class Expander(Protocol):
    """Turns a stored object into its occurrences over another window."""

    def expand(self, calendar: Calendar, obj: CalendarObject, window: Interval) -> tuple[Event, ...]:
        """The occurrences that touch the window, in order of their start."""
        ...


class Mailer(Protocol):
    """Sends invitations by mail (iMIP, RFC 6047)."""

    def send(self, invitation: Invitation, to: str, message_id: str) -> None:
        """Hand one mail to the mail server; `message_id` stays the same when it is tried again.

        Raises:
            TryLaterError: the server is busy or out of reach.
            RefusedError: the server will not take it.
        """
        ...


class Solver(Protocol):
    """Finds slots."""

    def slots(self, problem: PlanningProblem) -> Plan | NoPlan:
        """The best slots, or the reasons why there are none. Does not look at the clock or the store."""
        ...


class Holidays(Protocol):
    """Knows the days on which the city rests."""

    def between(self, first: date, last: date) -> dict[date, Sentence]:
        """Holidays from `first` up to, not including, `last`, each with its name."""
        ...


class Passwords(Protocol):
    """Turns passwords into what may be kept."""

    def hash(self, password: str) -> str:
        """A salted hash (argon2id)."""
        ...

    def matches(self, hashed: str, password: str) -> bool:
        """Whether they belong together; takes as long for a wrong one."""
        ...


class Progress(Protocol):
    """Is told how far something that takes a while has come."""

    def __call__(self, done: int, total: int | None, what: str) -> None:
        """`done` of `total` steps (None: nobody knows how many); `what` names the step without private words."""
        ...


class Requests(Protocol):
    """The requests, kept."""

    def add(self, request: Request) -> None:
        """Keep a new one."""
        ...

    def save(self, request: Request) -> None:
        """Keep its new state."""
        ...

    def get(self, request: RequestId) -> Request:
        """One by id, or NotFoundError; locked until the transaction ends where the store can do that."""
        ...

    def having(self, *states: RequestState) -> Sequence[Request]:
        """Those in one of these states, or all of them; by priority, then oldest first."""
        ...


class Proposals(Protocol):
    """The proposals, kept."""

    def add(self, proposal: Proposal) -> None:
        """Keep a new one."""
        ...

    def save(self, proposal: Proposal) -> None:
        """Keep its new state."""
        ...

    def get(self, proposal: ProposalId) -> Proposal:
        """One by id, or NotFoundError; locked until the transaction ends where the store can do that."""
        ...

    def latest(self, request: RequestId) -> Proposal | None:
        """The newest one for a request."""
        ...


class Meetings(Protocol):
    """The confirmed meetings, kept; the store itself refuses to put one person in two."""

    def book(self, meeting: Meeting) -> None:
        """Keep a new one, with the time of its firm people and of its room.

        Raises:
            SlotTakenError: one of them is already booked at that time.
        """
        ...

    def cancel(self, meeting: Meeting) -> None:
        """Keep the cancelled meeting and free the time it took."""
        ...

    def get(self, meeting: MeetingId) -> Meeting:
        """One by id, or NotFoundError."""
        ...

    def within(self, span: Interval) -> Sequence[Meeting]:
        """Confirmed ones that overlap the span, by start."""
        ...


class Calendars(Protocol):
    """The connected calendars, and how fresh our copies are."""

    def add(self, calendar: Calendar) -> None:
        """Keep a new one; its freshness is NEVER."""
        ...

    def save(self, calendar: Calendar) -> None:
        """Keep its new settings."""
        ...

    def remove(self, calendar: CalendarId) -> None:
        """Forget a calendar with all that was read from it."""
        ...

    def get(self, calendar: CalendarId) -> Calendar:
        """One by id, or NotFoundError."""
        ...

    def all(self) -> Sequence[Calendar]:
        """Every one, by name."""
        ...

    def freshness(self) -> dict[CalendarId, Freshness]:
        """How far each copy can be trusted."""
        ...

    def note(self, freshness: Freshness) -> None:
        """Keep how the last round ended."""
        ...

    def cursor(self, calendar: CalendarId) -> Cursor | None:
        """Where the next pull goes on."""
        ...

    def problems(self, calendar: CalendarId | None = None) -> dict[CalendarId, Sequence[Problem]]:
        """What could not be read, or only with doubt; of one calendar or of all."""
        ...


class Events(Protocol):
    """Our copy of the calendars: objects, and their occurrences inside each calendar's window."""

    def digests(self, calendar: CalendarId) -> dict[str, str]:
        """href → digest of every object at hand."""
        ...

    def apply(self, calendar: CalendarId, pulled: Pulled, gone: Iterable[str]) -> None:
        """Put changed objects in place of the old, drop the objects `gone`, keep problems and cursor."""
        ...

    def within(
        self, span: Interval, *, people: Iterable[PersonId] | None = None, calendars: Iterable[CalendarId] | None = None
    ) -> Sequence[Event]:
        """Occurrences that overlap the span, by start then end; of some people's calendars, or of all."""
        ...

    def objects(self, calendar: CalendarId) -> Iterable[CalendarObject]:
        """Every object at hand, without occurrences, for expanding again."""
        ...

    def replace_occurrences(self, calendar: CalendarId, window: Interval, events: Iterable[Event]) -> None:
        """Put another window's occurrences in place of the old."""
        ...


class Alerts(Protocol):
    """The alerts, kept."""

    def open(self) -> Sequence[Alert]:
        """Those not settled, newest first."""
        ...

    def get(self, alert: AlertId) -> Alert:
        """One by id, or NotFoundError."""
        ...

    def save(self, alert: Alert) -> None:
        """Keep a new or a changed one; one open alert to a cause."""
        ...

    def recent(self, limit: int = 100) -> Sequence[Alert]:
        """Open and settled ones, newest first."""
        ...


class Outbox(Protocol):
    """What has to go out of the house."""

    def put(self, item: OutboxItem) -> None:
        """Keep a new one, in the transaction of the decision."""
        ...

    def save(self, item: OutboxItem) -> None:
        """Keep its new state."""
        ...

    def get(self, item: OutboxId) -> OutboxItem:
        """One by id, or NotFoundError."""
        ...

    def due(self, now: datetime, limit: int) -> Sequence[OutboxItem]:
        """WAITING and IN_DOUBT ones whose time has come, oldest first; of one meeting never a later SEQUENCE first."""
        ...

    def having(self, *states: OutboxState, limit: int = 200) -> Sequence[OutboxItem]:
        """Those in one of these states, or all of them, newest first."""
        ...

    def of_meeting(self, meeting: MeetingId) -> Sequence[OutboxItem]:
        """All that a meeting has put in, newest first."""
        ...


class Users(Protocol):
    """Accounts, sessions and tokens."""

    def add(self, user: User) -> None:
        """Keep a new one; the login is unique however it is capitalised."""
        ...

    def save(self, user: User) -> None:
        """Keep its new state."""
        ...

    def get(self, user: UserId) -> User:
        """One by id, or NotFoundError."""
        ...

    def by_login(self, login: str) -> User | None:
        """One by login, however it is capitalised."""
        ...

    def all(self) -> Sequence[User]:
        """Every one, by name."""
        ...

    def open_session(self, session: Session) -> None:
        """Keep a new session."""
        ...

    def session(self, digest: str) -> Session | None:
        """One by the digest of its cookie."""
        ...

    def touch_session(self, digest: str, at: datetime) -> None:
        """Note that it was used."""
        ...

    def end_sessions(self, *, digest: str | None = None, user: UserId | None = None) -> None:
        """End one session, or all of a user."""
        ...

    def add_token(self, token: ApiToken) -> None:
        """Keep a new API token."""
        ...

    def token(self, digest: str) -> ApiToken | None:
        """One by its digest, unless it was revoked."""
        ...

    def failed_sign_ins(self, key: str, since: datetime) -> int:
        """How many wrong passwords were typed under that key (a login, or an address) since then."""
        ...

    def note_failed_sign_in(self, key: str, at: datetime) -> None:
        """Note one more."""
        ...


class Leases(Protocol):
    """Who may do what only one may do at a time; a lease ends by itself."""

    def take(self, name: str, owner: str, now: datetime, until: datetime) -> bool:
        """Take or prolong it; False while somebody else holds it."""
        ...

    def give_back(self, name: str, owner: str) -> None:
        """End it, if it is ours."""
        ...


class Facts(Protocol):
    """Small facts about the house itself (the outbox epoch, the version of the zone data)."""

    def get(self, name: str) -> str | None:
        """What was noted, or None."""
        ...

    def set(self, name: str, value: str) -> None:
        """Note it."""
        ...


class Credentials(Protocol):
    """What the office signs in with, kept sealed; each call is a transaction of its own."""

    def get(self, account: AccountId, kind: CredentialKind) -> Credential | None:
        """One, opened, or LockedCredentialsError."""
        ...

    def save(self, credential: Credential) -> None:
        """Keep one in place of an older one, or LockedCredentialsError."""
        ...

    def forget(self, account: AccountId) -> None:
        """Forget an account, or NotFoundError."""
        ...

    def notes(self) -> Sequence[CredentialNote]:
        """Which there are, by account; none is opened."""
        ...

    def check(self) -> None:
        """Open every one, or LockedCredentialsError."""
        ...

    def rotate(self) -> int:
        """Seal everything with a new key and drop the old ones; how many, or LockedCredentialsError."""
        ...


class Gate(Protocol):
    """How a provider comes to let the office in: a person agrees, or the office acts by itself."""

    def is_open(self, *, by_itself: bool) -> bool:
        """Whether the settings hold what is needed, for a person's consent or for acting by itself."""
        ...

    def rights(self, *, writes: bool) -> Sequence[Right]:
        """The least rights that do, each with why it is asked for."""
        ...

    def begin(self, redirect_uri: str, login: str, *, writes: bool) -> Consent:
        """Begin a person's consent in the browser, or RefusedError."""
        ...

    def finish(self, kept: str, answer: Mapping[str, str]) -> Credential:
        """What is to be kept, from what the browser came back with.

        Raises:
            RefusedError: the consent was not given, in part, by somebody else, or is not the one begun here.
            TryLaterError: the provider is out of reach.
        """
        ...

    def begin_device(self, login: str, *, writes: bool) -> DeviceConsent:
        """Begin a person's consent on another device, or RefusedError where the provider has no such thing."""
        ...

    def finish_device(self, kept: str) -> Credential:
        """Wait until the person has agreed; raises as `finish` does."""
        ...

    def account_of(self, login: str) -> AccountId:
        """Under which name the account of a login is kept."""
        ...

    def offered(self, login: str, *, by_itself: bool) -> Sequence[Offered]:
        """The calendars that can be chosen from, as far as the rights let us see them. Raises as a connector does."""
        ...


class UnitOfWork(Protocol):
    """One transaction. Leaving it without `commit` undoes everything; `reading` ones never block a writer."""

    @property
    def requests(self) -> Requests: ...
    @property
    def proposals(self) -> Proposals: ...
    @property
    def meetings(self) -> Meetings: ...
    @property
    def calendars(self) -> Calendars: ...
    @property
    def events(self) -> Events: ...
    @property
    def alerts(self) -> Alerts: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def users(self) -> Users: ...
    @property
    def leases(self) -> Leases: ...
    @property
    def facts(self) -> Facts: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def commit(self) -> None:
        """Keep everything.

        Raises:
            StoreBusyError: others kept the store busy.
            StoreReadOnlyError: it cannot be written.
        """
        ...


class Store(Protocol):
    """Opens transactions."""

    def writing(self) -> UnitOfWork:
        """A transaction that may write; on SQLite it takes the write lock at once (BEGIN IMMEDIATE)."""
        ...

    def reading(self) -> UnitOfWork:
        """A transaction that only reads, on one consistent state."""
        ...
