"""Who goes through the outbox, and what he does with what a dead process left behind."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from agenda.model.meetings import OutboxItem, OutboxState
from agenda.store import SqlStore, upgrade
from tests.agenda.actions.conftest import Town
from tests.agenda.actions.test_decide import outbox, proposed
from web.messenger import Messenger


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """An office with a meeting that has just been confirmed: three events and three mails are due."""
    url = f"sqlite:///{tmp_path / 'office.db'}"
    upgrade(url)
    made = Town(SqlStore(url))
    made.decide.confirm(proposed(made).id, 0, by="Sam")
    yield made
    made.store.close()


def messenger_of(town: Town, recovered: list[datetime] | None = None) -> Messenger:
    """The office's messenger, who notes when he puts the outbox in order."""

    def recover(now: datetime) -> int:
        if recovered is not None:
            recovered.append(now)
        return town.store.recover(now)

    return Messenger(town.deliver, town.store, town.clock, recover)


def under_way(town: Town) -> OutboxItem:
    """A row that a process was sending when it was killed."""
    item = replace(outbox(town)[0], state=OutboxState.SENDING, attempts=1)
    with town.store.writing() as unit:
        unit.outbox.save(item)
        unit.commit()
    return item


def test_what_a_dead_process_was_sending_is_sent_again(town: Town) -> None:
    """Its lease has ended; the row would otherwise stay under way for ever."""
    item = under_way(town)
    assert messenger_of(town).drain() == 6
    with town.store.reading() as unit:
        assert unit.outbox.get(item.id).state is OutboxState.SENT


def test_one_that_dies_while_others_live_is_cleared_up_after_by_them(town: Town) -> None:
    """Not only at the next start."""
    recovered: list[datetime] = []
    messenger = messenger_of(town, recovered)
    assert messenger.drain() == 6
    assert len(recovered) == 1
    assert messenger.drain() == 0
    assert len(recovered) == 1
    under_way(town)
    assert messenger.drain() == 1
    assert len(recovered) == 2


def test_what_another_process_is_sending_now_is_left_to_it(town: Town) -> None:
    """It holds the lease, so its row is under way and not left behind."""
    item = under_way(town)
    now = town.clock.now()
    with town.store.writing() as unit:
        assert unit.leases.take("outbox", "another process", now, now + timedelta(minutes=1))
        unit.commit()
    recovered: list[datetime] = []
    assert messenger_of(town, recovered).drain() == 0
    assert recovered == []
    with town.store.reading() as unit:
        assert unit.outbox.get(item.id).state is OutboxState.SENDING


def test_two_threads_of_a_process_send_everything_once(town: Town) -> None:
    """They share the lease, and so have to wait for one another."""
    messenger = messenger_of(town)
    sent: list[int] = []
    threads = [threading.Thread(target=lambda: sent.append(messenger.drain())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(sent) == [0, 0, 0, 6]
    assert (len(town.writer.written), len(town.mailer.sent)) == (3, 3)


def test_the_lease_is_free_again_afterwards(town: Town) -> None:
    """Another process may go at once."""
    messenger_of(town).drain()
    now = town.clock.now()
    with town.store.writing() as unit:
        assert unit.leases.take("outbox", "another process", now, now + timedelta(minutes=1))
