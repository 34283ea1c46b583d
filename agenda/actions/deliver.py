"""Carry out what lies in the outbox: claimed before it is done, done at least once, seen at most once."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from agenda.model.calendars import Provider
from agenda.model.errors import (
    AccountRefusedError,
    AgendaError,
    BadInputError,
    NotFoundError,
    ProviderError,
    RefusedError,
    TryLaterError,
)
from agenda.model.ids import OutboxId
from agenda.model.meetings import Errand, OutboxItem, OutboxState
from agenda.model.sentences import say
from agenda.ports import Clock, Mailer, Store, Writer

LEASE = timedelta(minutes=5)
FIRST_WAIT = timedelta(seconds=20)
LONGEST_WAIT = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(hours=24)
AT_A_LOOK = 20
ALL = 100_000
"""How many rows are looked at where mail is not sent, and lies before everything else for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliver:
    """The office's messenger.

    Everything it sends carries an id that was fixed with the decision (UID and SEQUENCE, Message-ID), so that what had
    to be sent twice is seen once. `mailer` None means that mail is only shown in the outbox.
    """

    store: Store
    clock: Clock
    writers: Mapping[Provider, Writer]
    mailer: Mailer | None
    owner: str
    jitter: random.Random = field(default_factory=random.Random)

    def drain(self, limit: int = 100) -> int:
        """Send what is due; returns how many rows were sent. One process at a time does this."""
        now = self.clock.now()
        with self.store.writing() as unit:
            if not unit.leases.take("outbox", self.owner, now, now + LEASE):
                return 0
            unit.commit()
        try:
            sent = 0
            for _ in range(limit):
                item = self._claim()
                if item is None:
                    break
                sent += self._deliver(item)
            return sent
        finally:
            with self.store.writing() as unit:
                unit.leases.give_back("outbox", self.owner)
                unit.commit()

    def try_again(self, item_id: OutboxId) -> OutboxItem:
        """Put a failed or held row back in line.

        Raises:
            BadInputError: its receiver was told something newer; sent now, it would bring a cancelled meeting back.
        """
        now = self.clock.now()
        with self.store.writing() as unit:
            item = unit.outbox.get(item_id)
            if item.state in (OutboxState.FAILED, OutboxState.HELD):
                if any(other.overtakes(item) for other in unit.outbox.of_meeting(item.meeting)):
                    raise BadInputError(
                        "item", say("Something newer about this meeting went out already; this is not sent any more.")
                    )
                item = replace(item, state=OutboxState.WAITING, not_before=now, created_at=now, attempts=0)
                unit.outbox.save(item)
                unit.commit()
        return item

    def _deliver(self, item: OutboxItem) -> bool:
        try:
            self._carry_out(item)
        except (ProviderError, NotFoundError) as error:
            self._note(self._failed(item, error))
            return False
        except Exception:
            # Left as it is, the row would be first in line for ever, and nothing behind it would go out.
            fault = say("This could not be sent because of a fault in the program. Tell IT.")
            self._note(replace(item, state=OutboxState.FAILED, failure=fault))
            raise
        self._note(replace(item, state=OutboxState.SENT, sent_at=self.clock.now(), failure=None))
        return True

    def _claim(self) -> OutboxItem | None:
        """Mark the oldest due row as under way, and keep that before anything is sent; prolongs the lease."""
        now = self.clock.now()
        with self.store.writing() as unit:
            if not unit.leases.take("outbox", self.owner, now, now + LEASE):
                return None
            at_most = AT_A_LOOK if self.mailer is not None else ALL
            due = [one for one in unit.outbox.due(now, at_most) if self._can_carry(one)]
            if not due:
                return None
            item = replace(due[0], state=OutboxState.SENDING, attempts=due[0].attempts + 1)
            unit.outbox.save(item)
            unit.commit()
        return item

    def _can_carry(self, item: OutboxItem) -> bool:
        return item.errand is not Errand.MAIL or self.mailer is not None

    def _carry_out(self, item: OutboxItem) -> None:
        if item.errand is Errand.MAIL:
            if self.mailer is not None:
                self.mailer.send(item.invitation, item.address, message_id=f"{item.id}@antechamber")
            return
        if item.calendar is None:
            return
        with self.store.reading() as unit:
            calendar = unit.calendars.get(item.calendar)
        writer = self.writers.get(calendar.provider)
        if writer is None:
            raise RefusedError(calendar.name, say("the office cannot write into calendars of this kind."))
        if item.errand is Errand.WRITE_EVENT:
            writer.write(calendar, item.invitation)
        else:
            writer.remove(calendar, item.invitation.uid)

    def _failed(self, item: OutboxItem, error: AgendaError) -> OutboxItem:
        now = self.clock.now()
        waits = isinstance(error, TryLaterError) and now - item.created_at <= GIVE_UP_AFTER
        # An account that is shut out has an alert of its own, and goes on by itself once somebody has let it in again.
        if not waits and not isinstance(error, AccountRefusedError):
            return replace(item, state=OutboxState.FAILED, failure=error.sentence)
        return replace(
            item,
            state=OutboxState.WAITING,
            failure=error.sentence,
            not_before=self._next_try(item, error, now),
        )

    def _next_try(self, item: OutboxItem, error: AgendaError, now: datetime) -> datetime:
        asked = error.wait_s if isinstance(error, TryLaterError) else None
        if asked is not None:
            return now + timedelta(seconds=asked)
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(item.attempts, 10))
        return now + timedelta(seconds=wait.total_seconds() * self.jitter.uniform(0.5, 1.0))

    def _note(self, item: OutboxItem) -> None:
        with self.store.writing() as unit:
            unit.outbox.save(item)
            unit.commit()
