"""Stand-ins for the world: a clock that is set, a provider, a writer and a mail server that do as they are told."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from agenda.model.calendars import Calendar, CalendarObject, Cursor, Problem, Pulled
from agenda.model.credentials import Credential, CredentialKind, CredentialNote
from agenda.model.errors import NotFoundError, ProviderError
from agenda.model.events import Event
from agenda.model.ids import AccountId
from agenda.model.meetings import Invitation
from agenda.model.planning import NoPlan, Plan, PlanningProblem
from agenda.model.times import Interval


@dataclass
class SetClock:
    """A clock that moves when it is told to."""

    at: datetime

    def now(self) -> datetime:
        """What it was set to."""
        return self.at

    def advance(self, by: timedelta) -> None:
        """Move on."""
        self.at += by


def an_object(events: Sequence[Event], version: int = 1) -> CalendarObject:
    """One object of a calendar, around the occurrences it has."""
    uid = events[0].key.uid
    body = f"{uid} {version} {[event.interval for event in events]}".encode()
    return CalendarObject(
        href=uid,
        uid=uid,
        etag=f'"{version}"',
        digest=hashlib.sha256(body).hexdigest(),
        ics=body,
        events=tuple(events),
    )


@dataclass
class FakeProvider:
    """A provider whose calendars are lists of objects; a pull gives all of them, or raises what is in `failures`."""

    objects: dict[str, list[CalendarObject]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    failures: list[ProviderError] = field(default_factory=list)
    pulls: list[Cursor | None] = field(default_factory=list)
    complete: bool = True

    def holds(self, calendar: Calendar, events: Iterable[Event]) -> None:
        """Put events into a calendar in place of all that was there."""
        self.objects[calendar.id] = [an_object([event]) for event in events]

    def pull(self, calendar: Calendar, cursor: Cursor | None, window: Interval) -> Pulled:
        """Everything there is."""
        self.pulls.append(cursor)
        if self.failures:
            raise self.failures.pop(0)
        objects = self.objects.get(calendar.id, [])
        token = ",".join(sorted(one.digest for one in objects))
        if cursor is not None and cursor.token == token:
            return Pulled(cursor=cursor, window=window, unchanged=True)
        return Pulled(
            cursor=Cursor(token, "fake"),
            window=window,
            complete=self.complete,
            changed=tuple(objects),
            present=frozenset(one.href for one in objects),
            problems=self.problems,
        )


@dataclass
class FakeWriter:
    """Remembers what was written, in order; raises what is in `failures` first."""

    written: list[tuple[str, Invitation]] = field(default_factory=list)
    removed: list[tuple[str, str]] = field(default_factory=list)
    failures: list[ProviderError] = field(default_factory=list)

    def write(self, calendar: Calendar, invitation: Invitation) -> None:
        """Note it."""
        if self.failures:
            raise self.failures.pop(0)
        self.written.append((calendar.id, invitation))

    def remove(self, calendar: Calendar, uid: str) -> None:
        """Note it."""
        if self.failures:
            raise self.failures.pop(0)
        self.removed.append((calendar.id, uid))


@dataclass
class FakeMailer:
    """Remembers what was sent."""

    sent: list[tuple[Invitation, str, str]] = field(default_factory=list)
    failures: list[ProviderError] = field(default_factory=list)

    def send(self, invitation: Invitation, to: str, message_id: str) -> None:
        """Note it."""
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append((invitation, to, message_id))


@dataclass
class FakeSolver:
    """Gives the answers it was given, in order, and remembers the problems."""

    answers: list[Plan | NoPlan]
    problems: list[PlanningProblem] = field(default_factory=list)

    def slots(self, problem: PlanningProblem) -> Plan | NoPlan:
        """The next answer."""
        self.problems.append(problem)
        return self.answers.pop(0)


class PlainPasswords:
    """Keeps passwords as they are: fast, and only for tests."""

    def hash(self, password: str) -> str:
        """The password itself, marked."""
        return f"plain:{password}"

    def matches(self, hashed: str, password: str) -> bool:
        """Whether they are equal."""
        return hashed == f"plain:{password}"


@dataclass
class FakeCredentials:
    """Keeps credentials in the clear, and only for tests."""

    kept: dict[tuple[AccountId, CredentialKind], Credential] = field(default_factory=dict)

    def get(self, account: AccountId, kind: CredentialKind) -> Credential | None:
        """One, or None."""
        return self.kept.get((account, kind))

    def save(self, credential: Credential) -> None:
        """Keep it."""
        self.kept[credential.account, credential.kind] = credential

    def forget(self, account: AccountId) -> None:
        """Forget an account."""
        found = [one for one in self.kept if one[0] == account]
        if not found:
            raise NotFoundError("account", account)
        for one in found:
            del self.kept[one]

    def notes(self) -> Sequence[CredentialNote]:
        """Nothing is told of them."""
        return []

    def check(self) -> None:
        """All of them open."""

    def rotate(self) -> int:
        """Nothing is sealed."""
        return 0
