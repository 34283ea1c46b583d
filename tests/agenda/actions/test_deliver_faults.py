"""One row that cannot go out keeps none of the others."""

from __future__ import annotations

from datetime import timedelta

import pytest

from agenda.actions import deliver
from agenda.model.ids import CalendarId
from agenda.model.meetings import Errand, Invitation, OutboxItem, OutboxState
from tests.agenda.actions.conftest import Town
from tests.agenda.actions.test_decide import outbox, proposed
from tests.builders import MAYOR


def confirmed(town: Town) -> None:
    """A confirmed meeting of three, nothing sent yet."""
    town.decide.confirm(proposed(town).id, 0, by="Sam")


def states(town: Town, errand: Errand) -> list[OutboxState]:
    """The states of the rows of one kind, oldest first."""
    return [item.state for item in outbox(town) if item.errand is errand]


def test_a_calendar_that_was_removed_is_told_and_passed_over(town: Town) -> None:
    """Between the decision and its delivery somebody disconnected it."""
    confirmed(town)
    town.connect.remove(CalendarId(f"{MAYOR}-calendar"))
    assert town.deliver.drain() == 5
    (failed,) = [item for item in outbox(town) if item.state is OutboxState.FAILED]
    assert "no calendar" in str(failed.failure)


def test_a_calendar_of_a_kind_nobody_writes_into_is_told(town: Town) -> None:
    """It was marked as writable by mistake."""
    confirmed(town)
    object.__setattr__(town.deliver, "writers", {})
    assert town.deliver.drain() == 3
    assert states(town, Errand.WRITE_EVENT) == [OutboxState.FAILED] * 3


def test_a_fault_of_the_program_is_not_met_again_and_again(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """The row is put aside where a person sees it, and the next drain goes on behind it."""
    confirmed(town)
    faults = [ZeroDivisionError()]
    write = town.writer.write

    def faulty(calendar: object, invitation: Invitation) -> None:
        if faults:
            raise faults.pop()
        write(calendar, invitation)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(town.writer, "write", faulty)
    with pytest.raises(ZeroDivisionError):
        town.deliver.drain()
    assert town.deliver.drain() == 5
    assert states(town, Errand.WRITE_EVENT).count(OutboxState.FAILED) == 1


def test_mail_that_nobody_sends_does_not_hide_what_lies_behind_it(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a mail server it stays for ever, and there may be more of it than is looked at in one go."""
    monkeypatch.setattr(deliver, "AT_A_LOOK", 2)
    confirmed(town)
    object.__setattr__(town.deliver, "mailer", None)
    assert town.deliver.drain() == 3
    assert states(town, Errand.WRITE_EVENT) == [OutboxState.SENT] * 3


def test_a_slow_drain_keeps_its_lease(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second process must not take what is under way for what was left behind by a crash."""
    confirmed(town)
    taken = []
    note = town.mailer.send

    def slow(invitation: Invitation, to: str, message_id: str) -> None:
        town.clock.advance(deliver.LEASE - timedelta(seconds=1))
        now = town.clock.now()
        with town.store.writing() as unit:
            taken.append(unit.leases.take("outbox", "another process", now, now + timedelta(minutes=1)))
        note(invitation, to, message_id)

    monkeypatch.setattr(town.mailer, "send", slow)
    assert town.deliver.drain() == 6
    assert taken == [False, False, False]


def test_a_drain_that_lost_its_lease_stops(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine slept; by now another process is at work."""
    confirmed(town)

    def asleep(calendar: object, invitation: Invitation) -> None:
        town.clock.advance(timedelta(hours=2))
        now = town.clock.now()
        with town.store.writing() as unit:
            assert unit.leases.take("outbox", "another process", now, now + timedelta(minutes=1))
            unit.commit()

    monkeypatch.setattr(town.writer, "write", asleep)
    assert town.deliver.drain() == 1
    left: list[OutboxItem] = [item for item in outbox(town) if item.state is OutboxState.WAITING]
    assert len(left) == 5
