"""The outbox, leases and facts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from agenda.model.errors import NotFoundError
from agenda.model.ids import CalendarId, OutboxId
from agenda.model.meetings import Errand, OutboxItem, OutboxState
from agenda.model.sentences import say
from agenda.store import RuleBrokenError, SqlStore
from tests.agenda.store.values import NOW, a_meeting, an_item, later
from tests.builders import DEPUTY


def waiting(store: SqlStore, *items: OutboxItem) -> None:
    """Put these, with the meetings they belong to."""
    with store.writing() as unit:
        for number, meeting in enumerate(sorted({item.meeting for item in items})):
            unit.meetings.book(a_meeting(id=meeting, firm=(), room=f"room-{number}"))
        for item in items:
            unit.outbox.put(item)
        unit.commit()


def due(store: SqlStore, minutes: int = 0, limit: int = 10) -> list[str]:
    """The ids of what is due so many minutes after NOW."""
    with store.reading() as unit:
        return [item.id for item in unit.outbox.due(later(minutes), limit)]


def save(store: SqlStore, item: OutboxItem) -> None:
    """Keep its new state."""
    with store.writing() as unit:
        unit.outbox.save(item)
        unit.commit()


def test_an_item_survives(store: SqlStore) -> None:
    """With every field filled."""
    item = an_item(
        errand=Errand.WRITE_EVENT,
        calendar=CalendarId("mayor-calendar"),
        address="",
        state=OutboxState.FAILED,
        attempts=3,
        failure=say("%(provider)s refused", provider="example.org"),
        sent_at=later(3),
    )
    waiting(store, item)
    with store.reading() as unit:
        assert unit.outbox.get(item.id) == item


def test_an_item_belongs_to_a_meeting(store: SqlStore) -> None:
    """Nothing goes out that nobody decided."""
    with store.writing() as unit, pytest.raises(RuleBrokenError):
        unit.outbox.put(an_item())


def test_what_is_not_there_is_not_found(store: SqlStore) -> None:
    """Neither got nor saved."""
    with store.writing() as unit:
        with pytest.raises(NotFoundError):
            unit.outbox.get(OutboxId("nobody"))
        with pytest.raises(NotFoundError):
            unit.outbox.save(an_item())


def test_what_waits_is_due_when_its_time_has_come(store: SqlStore) -> None:
    """At the instant itself, not before."""
    waiting(store, an_item(not_before=later(5)))
    assert due(store, 4) == []
    assert due(store, 5) == ["item-1"]


@pytest.mark.parametrize(
    ("state", "is_due"),
    [
        (OutboxState.WAITING, True),
        (OutboxState.IN_DOUBT, True),
        (OutboxState.SENDING, False),
        (OutboxState.SENT, False),
        (OutboxState.FAILED, False),
        (OutboxState.HELD, False),
    ],
)
def test_only_what_waits_or_is_in_doubt_is_due(store: SqlStore, state: OutboxState, *, is_due: bool) -> None:
    """What is under way belongs to whoever took it."""
    waiting(store, an_item(state=state))
    assert (due(store) == ["item-1"]) is is_due


def test_the_oldest_is_first_and_the_limit_holds(store: SqlStore) -> None:
    """However they were put in."""
    waiting(store, *(an_item(f"item-{n}", address=f"{n}@example.org", at=later(-n)) for n in range(5)))
    assert due(store, limit=3) == ["item-4", "item-3", "item-2"]


def pair(**changes: object) -> Iterable[OutboxItem]:
    """An invitation and, a minute later, the cancellation of the same meeting."""
    yield an_item("invitation", sequence=0, **changes)  # type: ignore[arg-type]  # a builder
    yield an_item("cancellation", sequence=1, at=later(1))


@pytest.mark.parametrize(
    "state", [OutboxState.WAITING, OutboxState.SENDING, OutboxState.IN_DOUBT, OutboxState.HELD], ids=str
)
def test_a_cancellation_never_overtakes_its_invitation(store: SqlStore, state: OutboxState) -> None:
    """Whoever gets them the other way round comes to a meeting that is off."""
    waiting(store, *pair(state=state, not_before=later(30)))
    assert due(store, 5) == []


@pytest.mark.parametrize("state", [OutboxState.SENT, OutboxState.FAILED], ids=str)
def test_it_goes_once_the_invitation_is_done_with(store: SqlStore, state: OutboxState) -> None:
    """A failed invitation does not stop the cancellation: it may have arrived all the same."""
    waiting(store, *pair(state=state))
    assert due(store, 5) == ["cancellation"]


def test_another_receiver_is_not_kept_waiting(store: SqlStore) -> None:
    """One server that is down must not keep a cancellation from everybody else."""
    waiting(store, *pair(address="treasurer@example.org", not_before=later(30)))
    assert due(store, 5) == ["cancellation"]


def test_nor_is_another_meeting(store: SqlStore) -> None:
    """SEQUENCE counts within one meeting."""
    waiting(
        store,
        an_item("first", meeting="one", sequence=0, not_before=later(30)),
        an_item("second", meeting="two", sequence=1),
    )
    assert due(store) == ["second"]


def test_having_gives_the_newest_first(store: SqlStore) -> None:
    """As the page shows them."""
    waiting(
        store,
        an_item("old", at=later(-2), state=OutboxState.SENT),
        an_item("middle", at=later(-1), address="b@example.org"),
        an_item("new", at=NOW, address="c@example.org", state=OutboxState.SENT),
    )
    with store.reading() as unit:
        assert [item.id for item in unit.outbox.having(OutboxState.SENT)] == ["new", "old"]
        assert [item.id for item in unit.outbox.having(limit=2)] == ["new", "middle"]


def test_a_saved_item_has_its_new_state(store: SqlStore) -> None:
    """SENDING is kept before the call, SENT after it."""
    waiting(store, an_item())
    save(store, replace(an_item(), state=OutboxState.SENDING, attempts=1))
    assert due(store) == []
    save(store, replace(an_item(), state=OutboxState.SENT, attempts=1, sent_at=later(1)))
    with store.reading() as unit:
        assert unit.outbox.get(OutboxId("item-1")).sent_at == later(1)


def take(store: SqlStore, owner: str, minutes: int) -> bool:
    """Take the lease for a minute, so many minutes after NOW."""
    with store.writing() as unit:
        taken = unit.leases.take("outbox", owner, later(minutes), later(minutes) + timedelta(minutes=1))
        unit.commit()
    return taken


def test_a_lease_is_held_by_one(store: SqlStore) -> None:
    """Until it ends by itself; its owner may prolong it."""
    assert take(store, "one", 0)
    assert not take(store, "two", 0)
    assert take(store, "one", 0)
    assert take(store, "two", 1)
    assert not take(store, "one", 1)


def test_a_lease_that_is_given_back_is_free(store: SqlStore) -> None:
    """But nobody gives back another's."""
    assert take(store, "one", 0)
    with store.writing() as unit:
        unit.leases.give_back("outbox", "two")
        unit.commit()
    assert not take(store, "two", 0)
    with store.writing() as unit:
        unit.leases.give_back("outbox", "one")
        unit.commit()
    assert take(store, "two", 0)


def test_facts_are_noted_and_noted_anew(store: SqlStore) -> None:
    """The last word counts."""
    with store.writing() as unit:
        assert unit.facts.get("tzdata") is None
        unit.facts.set("tzdata", "2026a")
        unit.facts.set("tzdata", "2026b")
        unit.commit()
    with store.reading() as unit:
        assert unit.facts.get("tzdata") == "2026b"


def test_a_meeting_with_its_outbox_is_one_decision(store: SqlStore) -> None:
    """Leaving without a commit leaves neither."""
    with store.writing() as unit:
        unit.meetings.book(a_meeting(firm=(DEPUTY,)))
        unit.outbox.put(an_item())
    with store.reading() as unit:
        assert unit.outbox.having() == []
        assert unit.meetings.within(a_meeting().slot) == []
