"""The outbox is carried out at least once, and seen at most once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from agenda.model.alerts import AlertKind
from agenda.model.errors import BadInputError, RefusedError, TryLaterError
from agenda.model.meetings import Errand, Method, OutboxState
from agenda.model.sentences import say
from tests.agenda.actions.conftest import Town
from tests.agenda.actions.test_decide import outbox, proposed


def confirmed(town: Town) -> None:
    """A confirmed meeting of three, nothing sent yet."""
    town.decide.confirm(proposed(town).id, 0, by="Sam")


def states(town: Town) -> set[OutboxState]:
    """The states of all rows."""
    return {item.state for item in outbox(town)}


def test_everything_due_is_sent_once(town: Town) -> None:
    """A second round finds nothing to do."""
    confirmed(town)
    assert town.deliver.drain() == 6
    assert town.deliver.drain() == 0
    assert (len(town.writer.written), len(town.mailer.sent)) == (3, 3)
    assert states(town) == {OutboxState.SENT}


def test_a_busy_provider_is_asked_again_when_it_says_so(town: Town) -> None:
    """Never before its Retry-After."""
    confirmed(town)
    town.writer.failures = [TryLaterError("the provider", 90)]
    assert town.deliver.drain() == 5
    town.clock.advance(timedelta(seconds=89))
    assert town.deliver.drain() == 0
    town.clock.advance(timedelta(seconds=1))
    assert town.deliver.drain() == 1
    assert len(town.writer.written) == 3


def test_without_retry_after_the_wait_grows(town: Town) -> None:
    """Twenty seconds, doubled each time, with jitter below."""
    confirmed(town)
    waits = []
    for _ in range(4):
        town.mailer.failures = [TryLaterError("the mail server")] * 3
        town.deliver.drain()
        waiting = [item for item in outbox(town) if item.state is OutboxState.WAITING]
        waits.append(max(item.not_before for item in waiting) - town.clock.now())
        town.clock.advance(waits[-1])
    assert all(
        timedelta(seconds=20 * 2**n / 2) <= wait <= timedelta(seconds=20 * 2 ** (n + 1)) for n, wait in enumerate(waits)
    )


def test_a_refusal_is_not_tried_again_and_raises_an_alert(town: Town) -> None:
    """A person has to see it; once settled, it can be sent again."""
    confirmed(town)
    town.mailer.failures = [RefusedError("the mail server", say("no such mailbox."))]
    town.deliver.drain()
    (failed,) = [item for item in outbox(town) if item.state is OutboxState.FAILED]
    (alert,) = [one for one in town.watch.look_over() if one.kind is AlertKind.UNDELIVERED]
    assert "no such mailbox" in str(alert.sentence)
    town.deliver.try_again(failed.id)
    assert town.deliver.drain() == 1
    town.watch.look_over()
    assert town.look.alerts() == []


def test_after_a_day_it_is_given_up(town: Town) -> None:
    """And shown, rather than tried for ever."""
    confirmed(town)
    town.clock.advance(timedelta(hours=24, seconds=1))
    town.mailer.failures = [TryLaterError("the mail server")] * 3
    town.deliver.drain()
    assert OutboxState.FAILED in states(town)


def test_what_was_under_way_when_the_house_fell_silent_is_sent_again_the_same(town: Town) -> None:
    """Same UID, same SEQUENCE, same Message-ID: whoever gets it twice sees it once."""
    confirmed(town)
    town.deliver._claim()  # the power fails between the claim and its note
    town.store.recover(town.clock.now())
    assert OutboxState.IN_DOUBT in states(town)
    assert town.deliver.drain() == 6
    ids = [message_id for _, _, message_id in town.mailer.sent]
    assert len(set(ids)) == 3


def test_a_cancellation_never_overtakes_its_invitation(town: Town) -> None:
    """While the event could not be written, it is not removed either."""
    confirmed(town)
    town.writer.failures = [TryLaterError("the provider", 60)]
    town.deliver.drain(limit=1)
    (meeting,) = {item.meeting for item in outbox(town)}
    town.decide.cancel(meeting)
    town.deliver.drain()
    waiting = [item for item in outbox(town) if item.state is OutboxState.WAITING]
    held_back = {(item.errand, item.calendar) for item in waiting}
    (late,) = [item for item in waiting if item.errand is Errand.WRITE_EVENT]
    assert (Errand.REMOVE_EVENT, late.calendar) in held_back
    town.clock.advance(timedelta(seconds=60))
    town.deliver.drain()
    assert states(town) == {OutboxState.SENT}
    methods = [invitation.method for invitation, to, _ in town.mailer.sent if to == "mayor@example.org"]
    assert methods == [Method.REQUEST, Method.CANCEL]


def test_without_a_mail_server_mail_stays_in_the_outbox(town: Town) -> None:
    """Where a person can read it, as in the demo office."""
    confirmed(town)
    object.__setattr__(town.deliver, "mailer", None)
    assert town.deliver.drain() == 3
    assert {item.errand for item in outbox(town) if item.state is OutboxState.WAITING} == {Errand.MAIL}


def test_two_processes_do_not_send_at_once(town: Town) -> None:
    """The lease is somebody else's."""
    confirmed(town)
    now = town.clock.now()
    with town.store.writing() as unit:
        unit.leases.take("outbox", "another process", now, now + timedelta(minutes=1))
        unit.commit()
    assert town.deliver.drain() == 0
    town.clock.advance(timedelta(minutes=1, seconds=1))
    assert town.deliver.drain() == 6


def test_an_invitation_is_not_sent_after_its_cancellation(town: Town) -> None:
    """It failed, the meeting was called off, and somebody tries it again: the event would be back in the calendar."""
    meeting = town.decide.confirm(proposed(town).id, 0, by="Sam")
    town.writer.failures = [RefusedError("the provider", say("no right to write."))]
    town.deliver.drain()
    (failed,) = [item for item in outbox(town) if item.state is OutboxState.FAILED]
    town.decide.cancel(meeting.id)
    town.deliver.drain()
    written = list(town.writer.written)
    with pytest.raises(BadInputError, match="not sent any more"):
        town.deliver.try_again(failed.id)
    town.deliver.drain()
    assert town.writer.written == written
    assert [one for one in town.watch.look_over() if one.kind is AlertKind.UNDELIVERED] == []


def test_invitation_and_cancellation_can_both_be_let_go_in_order(town: Town) -> None:
    """Held after a restore, none of them has gone out."""
    meeting = town.decide.confirm(proposed(town).id, 0, by="Sam")
    town.decide.cancel(meeting.id)
    town.store.hold_outbox()
    for item in town.look.outbox():  # the newest first
        town.deliver.try_again(item.id)
    town.deliver.drain()
    assert states(town) == {OutboxState.SENT}
    assert len(town.writer.removed) == len(meeting.attending)
