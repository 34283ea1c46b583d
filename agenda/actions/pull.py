"""Read calendars: decide outside the transaction, keep events and cursor inside one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from agenda.model.calendars import Calendar, Freshness, Provider, Pulled, Severity, SyncReport, SyncState
from agenda.model.credentials import shut_out
from agenda.model.errors import (
    AccountRefusedError,
    CursorExpiredError,
    NotACalendarError,
    NotFoundError,
    ProviderError,
    RefusedError,
    StoreError,
)
from agenda.model.ids import CalendarId, PersonId, fresh_id
from agenda.model.sentences import say
from agenda.model.times import Interval
from agenda.ports import Clock, Connector, Progress, Store, UnitOfWork

LEASE = timedelta(minutes=15)
FRESH_ENOUGH = timedelta(minutes=2)
PATIENCE = timedelta(seconds=5)
BRAKE_FROM = 5
BRAKE_SHARE = 0.5
"""A pull that takes away at least this many objects, and at least this share of a calendar, is held for a person."""


def no_progress(done: int, total: int | None, what: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """How calendars come home. `owner` tells this process from others; `back`, `ahead`: the window around today."""

    store: Store
    clock: Clock
    connectors: Mapping[Provider, Connector]
    owner: str
    back: timedelta = timedelta(days=30)
    ahead: timedelta = timedelta(days=180)

    def round(self, *, progress: Progress = no_progress) -> tuple[SyncReport, ...]:
        """Read every calendar once; one that fails does not keep the others from being read.

        Raises:
            StoreError: what came could not be kept.
            Exception: the first fault of the program that was met, after all the others were read.
        """
        with self.store.reading() as unit:
            calendars = unit.calendars.all()
        reports = []
        faults: list[Exception] = []
        for done, calendar in enumerate(calendars):
            progress(done, len(calendars), calendar.id)
            try:
                reports.append(self.calendar(calendar.id))
            except NotFoundError:
                continue  # somebody has just disconnected it
            except StoreError:
                raise  # it would be the same for the next one
            except Exception as fault:
                # Raised here, it would keep every calendar behind this one from being read, in every round.
                faults.append(fault)
        progress(len(calendars), len(calendars), "")
        if faults:
            raise faults[0]
        return tuple(reports)

    def of_people(self, people: Iterable[PersonId]) -> None:
        """Read the calendars of some people, unless read in the last two minutes; failures are only noted.

        Somebody is waiting for this: after `PATIENCE` no further calendar is begun.
        """
        wanted = frozenset(people)
        now = self.clock.now()
        with self.store.reading() as unit:
            freshness = unit.calendars.freshness()
            due = [one for one in unit.calendars.all() if one.owner in wanted]
        for calendar in due:
            state = freshness.get(calendar.id)
            if self.clock.now() - now > PATIENCE:
                break
            if state is None or not state.is_trusted(now, FRESH_ENOUGH):
                self.calendar(calendar.id)

    def calendar(self, calendar_id: CalendarId) -> SyncReport:
        """Read one calendar; only one process at a time does so.

        Raises:
            NotFoundError: there is no such calendar.
            StoreError: what came could not be kept.
        """
        lease, owner = _lease(calendar_id), f"{self.owner}:{fresh_id()}"  # two threads are two readers
        now = self.clock.now()
        with self.store.writing() as unit:
            calendar = unit.calendars.get(calendar_id)
            if not unit.leases.take(lease, owner, now, now + LEASE):
                return _being_read(calendar)
            unit.commit()
        try:
            return self._pull(calendar, owner)
        finally:
            with self.store.writing() as unit:
                unit.leases.give_back(lease, owner)
                unit.commit()

    def accept_deletions(self, calendar_id: CalendarId) -> SyncReport:
        """A person has looked: the next pull may take away what the calendar does not hold any more.

        Where nothing is held there is nothing to accept, and the brake stays on.
        """
        with self.store.writing() as unit:
            unit.calendars.get(calendar_id)
            fresh = unit.calendars.freshness().get(calendar_id)
            if fresh is not None and fresh.state is SyncState.HELD:
                unit.facts.set(_accepted(calendar_id), "yes")
                unit.commit()
        return self.calendar(calendar_id)

    def window(self) -> Interval:
        """The stretch of time for which occurrences are kept, whole days in UTC."""
        midnight = self.clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
        return Interval(midnight - self.back, midnight + self.ahead)

    def _pull(self, calendar: Calendar, owner: str) -> SyncReport:
        window = self.window()
        with self.store.reading() as unit:
            cursor = unit.calendars.cursor(calendar.id)
            before = unit.calendars.freshness().get(calendar.id) or Freshness(calendar=calendar.id)
        if before.window != window:
            cursor = None
        try:
            connector = self.connectors.get(calendar.provider)
            if connector is None:
                raise RefusedError(calendar.name, say("the office cannot read calendars of this kind."))
            try:
                pulled = connector.pull(calendar, cursor, window)
            except CursorExpiredError:
                pulled = connector.pull(calendar, None, window)
        except ProviderError as error:
            return self._failed(calendar, before, error, owner)
        return self._keep(calendar, before, pulled, owner)

    def _keep(self, calendar: Calendar, before: Freshness, pulled: Pulled, owner: str) -> SyncReport:
        now = self.clock.now()
        with self.store.writing() as unit:
            if not self._may_keep(unit, before, owner):
                return _being_read(calendar)
            _note_account(unit, calendar, is_shut_out=False)
            if pulled.unchanged:
                unit.facts.set(_accepted(calendar.id), "")
                unit.calendars.note(
                    replace(
                        before,
                        state=SyncState.FRESH,
                        read_at=now,
                        tried_at=now,
                        failure="",
                        failures_in_a_row=0,
                    )
                )
                unit.commit()
                return _report(calendar, SyncState.FRESH, "%(calendar)s: nothing has changed.")
            known = unit.events.digests(calendar.id)
            gone = _gone(known, pulled)
            if self._must_hold(unit, calendar, known, gone):
                unit.calendars.note(replace(before, state=SyncState.HELD, tried_at=now))
                unit.commit()
                return replace(
                    _report(
                        calendar,
                        SyncState.HELD,
                        "%(calendar)s suddenly misses %(count)s events; they are kept until somebody has looked.",
                        count=len(gone),
                    ),
                    removed=0,
                )
            unit.events.apply(calendar.id, pulled, gone)
            unit.calendars.note(_after(before, pulled, unit, now))
            unit.facts.set(_accepted(calendar.id), "")
            unit.commit()
        added = sum(1 for one in pulled.changed if one.href not in known)
        return replace(
            _report(
                calendar,
                SyncState.FRESH,
                "%(calendar)s: %(added)s new, %(changed)s changed, %(removed)s gone.",
                added=added,
                changed=len(pulled.changed) - added,
                removed=len(gone),
            ),
            added=added,
            changed=len(pulled.changed) - added,
            removed=len(gone),
            problems=pulled.problems,
        )

    def _may_keep(self, unit: UnitOfWork, before: Freshness, owner: str) -> bool:
        """Whether nobody has read since: a lease that ran out lets others in, and what they kept is newer."""
        now = self.clock.now()
        if not unit.leases.take(_lease(before.calendar), owner, now, now + LEASE):
            return False
        found = unit.calendars.freshness().get(before.calendar) or Freshness(calendar=before.calendar)
        return (found.tried_at, found.read_at, found.window) == (before.tried_at, before.read_at, before.window)

    def _must_hold(self, unit: UnitOfWork, calendar: Calendar, known: Mapping[str, str], gone: frozenset[str]) -> bool:
        everything = len(known) > 1 and len(gone) == len(known)
        many = len(gone) >= BRAKE_FROM and len(gone) >= BRAKE_SHARE * len(known)
        return (everything or many) and unit.facts.get(_accepted(calendar.id)) != "yes"

    def _failed(self, calendar: Calendar, before: Freshness, error: ProviderError, owner: str) -> SyncReport:
        sentence = error.sentence
        if isinstance(error, NotACalendarError) and before.read_at is not None:
            sentence = error.told_of_a_known_one
        with self.store.writing() as unit:
            if not self._may_keep(unit, before, owner):
                return _being_read(calendar)
            if isinstance(error, AccountRefusedError):
                _note_account(unit, calendar, is_shut_out=True)
            unit.calendars.note(
                replace(
                    before,
                    state=SyncState.FAILING,
                    tried_at=self.clock.now(),
                    failure=str(sentence),
                    failures_in_a_row=before.failures_in_a_row + 1,
                )
            )
            unit.commit()
        return SyncReport(calendar=calendar.id, state=SyncState.FAILING, sentence=sentence)


def _note_account(unit: UnitOfWork, calendar: Calendar, *, is_shut_out: bool) -> None:
    """Keep whether the provider lets the calendar's account in; written only when it changes."""
    fact = shut_out(calendar.account)
    if bool(unit.facts.get(fact)) != is_shut_out:
        unit.facts.set(fact, "yes" if is_shut_out else "")


def _accepted(calendar: CalendarId) -> str:
    return f"deletions accepted:{calendar}"


def _gone(known: Mapping[str, str], pulled: Pulled) -> frozenset[str]:
    """What is deleted: called so by the provider, or absent from a complete listing."""
    removed = frozenset(pulled.removed) & frozenset(known)
    if not pulled.complete:
        return removed
    return removed | (frozenset(known) - pulled.present - {one.href for one in pulled.changed})


def _lease(calendar: CalendarId) -> str:
    return f"sync:{calendar}"


def _being_read(calendar: Calendar) -> SyncReport:
    return _report(calendar, SyncState.FRESH, "%(calendar)s is being read just now.")


def _after(before: Freshness, pulled: Pulled, unit: UnitOfWork, now: datetime) -> Freshness:
    problems = unit.calendars.problems(before.calendar).get(before.calendar, ())
    return replace(
        before,
        state=SyncState.FRESH,
        read_at=now,
        tried_at=now,
        window=pulled.window,
        failure="",
        failures_in_a_row=0,
        events=len(unit.events.digests(before.calendar)),
        warnings=sum(1 for one in problems if one.severity is Severity.WARNING),
        errors=sum(1 for one in problems if one.severity is Severity.ERROR),
    )


def _report(calendar: Calendar, state: SyncState, template: str, **facts: int) -> SyncReport:
    return SyncReport(calendar=calendar.id, state=state, sentence=say(template, calendar=calendar.name, **facts))
