"""Watch everybody's days: raise an alert for what does not work, and settle it when its cause is gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from agenda.actions.book import Book
from agenda.model.alerts import Alert, AlertKind
from agenda.model.calendars import Calendar, Freshness, SyncState
from agenda.model.conflicts import Conflict, conflicts_of
from agenda.model.credentials import shut_out
from agenda.model.entries import Entry
from agenda.model.ids import AccountId, AlertId, fresh_id
from agenda.model.meetings import OutboxState
from agenda.model.sentences import Sentence, say
from agenda.model.times import Interval
from agenda.model.travel import Quality
from agenda.ports import Clock, Store, UnitOfWork

BEHIND = timedelta(hours=12)
"""So far back too, for a drive is begun after what lies before it has ended."""

ALL = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Keeps the alerts true. `ahead` is how far it looks."""

    store: Store
    clock: Clock
    book: Book
    ahead: timedelta = timedelta(days=28)

    def look_over(self) -> tuple[Alert, ...]:
        """Find everything that does not work from now on; returns the alerts raised in this round."""
        now = self.clock.now()
        span = Interval(now - BEHIND, now + self.ahead)
        with self.store.reading() as unit:
            entries = self.book.entries(unit, span)
            found = {alert.cause: alert for alert in self._found(unit, entries, now)}
        raised = []
        with self.store.writing() as unit:
            standing = {alert.cause: alert for alert in unit.alerts.open()}
            for cause, alert in standing.items():
                if cause not in found:
                    unit.alerts.save(alert.settle(now))
            for cause, alert in found.items():
                known = standing.get(cause)
                if known is None:
                    unit.alerts.save(alert)
                    raised.append(alert)
                elif (known.sentence, known.at) != (alert.sentence, alert.at):
                    unit.alerts.save(replace(alert, id=known.id, raised_at=known.raised_at))
            unit.commit()
        return tuple(raised)

    def _found(self, unit: UnitOfWork, entries: tuple[Entry, ...], now: datetime) -> Iterator[Alert]:
        for person in self.book.directory.people:
            for conflict in conflicts_of(person, entries, self.book.directory.travel):
                if conflict.until > now:
                    yield self._conflict(conflict)
        freshness = unit.calendars.freshness()
        calendars = unit.calendars.all()
        lapsed: dict[AccountId, list[Calendar]] = {
            account: [] for account in {one.account for one in calendars} if unit.facts.get(shut_out(account))
        }
        for calendar in calendars:
            state = freshness.get(calendar.id)
            if calendar.account in lapsed:
                lapsed[calendar.account].append(calendar)
            elif state is not None:
                yield from self._calendar(calendar, state)
        for account, shut in lapsed.items():
            yield self._account(account, shut)
        for item in unit.outbox.having(OutboxState.FAILED, limit=ALL):
            if any(other.overtakes(item) for other in unit.outbox.of_meeting(item.meeting)):
                continue  # called off and told so: nothing is left to be done about it
            yield self._alert(
                AlertKind.UNDELIVERED,
                f"undelivered:{item.id}",
                say("An invitation could not be delivered: %(failure)s", failure=item.failure or ""),
            )

    def _conflict(self, conflict: Conflict) -> Alert:
        first, second = conflict.first.event, conflict.second.event
        facts = {
            "person": self.book.directory.people[conflict.person].name,
            "first": _title(conflict.first),
            "second": _title(conflict.second),
            "minutes": conflict.missing_min,
        }
        if conflict.leg is None:
            sentence = say(
                "%(person)s has two things at once: %(first)s and %(second)s overlap by %(minutes)s minutes.", **facts
            )
        elif conflict.leg.quality is Quality.TABLE:
            sentence = say(
                "%(person)s cannot get from %(first)s to %(second)s in time: %(minutes)s minutes are missing for a "
                "drive of %(drive)s minutes.",
                drive=conflict.leg.minutes,
                **facts,
            )
        else:
            sentence = say(
                "%(person)s can hardly get from %(first)s to %(second)s in time: %(minutes)s minutes are missing for a "
                "drive of roughly %(drive)s minutes.",
                drive=conflict.leg.minutes,
                **facts,
            )
        return replace(
            self._alert(conflict.kind, conflict.cause, sentence),
            person=conflict.person,
            first=first.key,
            second=second.key,
            at=conflict.at,
            missing_min=conflict.missing_min,
        )

    def _calendar(self, calendar: Calendar, state: Freshness) -> Iterator[Alert]:
        if state.state is SyncState.HELD:
            yield replace(
                self._alert(
                    AlertKind.HELD_DELETION,
                    f"held:{calendar.id}",
                    say(
                        "%(calendar)s suddenly misses many events. They are kept until you have looked.",
                        calendar=calendar.name,
                    ),
                ),
                calendar=calendar.id,
                person=calendar.owner,
            )
        stale_after = self.book.policy.stale_after
        tried = state.tried_at is not None
        if tried and calendar.counts_as_busy and not state.is_trusted(self.clock.now(), stale_after):
            yield replace(
                self._alert(
                    AlertKind.UNREAD_CALENDAR,
                    f"unread:{calendar.id}",
                    say("%(calendar)s cannot be read; its owner's time counts as unknown.", calendar=calendar.name),
                ),
                calendar=calendar.id,
                person=calendar.owner,
            )

    def _account(self, account: AccountId, calendars: list[Calendar]) -> Alert:
        """One alert, however many calendars are read with it."""
        sentence = say(
            "The account of %(calendars)s is not let in any more; its owner's time counts as unknown after a while. "
            "Connect it again: what was read is kept, and everything else goes on by itself.",
            calendars=tuple(one.name for one in calendars),
        )
        return self._alert(AlertKind.LAPSED_ACCOUNT, f"account:{account}", sentence)

    def _alert(self, kind: AlertKind, cause: str, sentence: Sentence) -> Alert:
        return Alert(id=AlertId(fresh_id()), kind=kind, cause=cause, sentence=sentence, raised_at=self.clock.now())


def _title(entry: Entry) -> Sentence | str:
    if entry.event.is_private:
        return say("a private event")
    return entry.event.summary or say("an event without a title")
