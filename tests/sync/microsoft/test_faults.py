"""Faults and operations crossed, and a machine that mixes them: in the end our copy is the provider's calendar."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from agenda.model.errors import ProviderError
from sync.microsoft import client as client_module
from tests.contract.conftest import LOOPBACK
from tests.contract.graph import GraphSource, a_graph
from tests.contract.test_writers import an_invitation
from tests.simulators.graph import Schema, at
from tests.simulators.graph.world import Item
from tests.sync.microsoft.builders import a_series, an_appointment
from tests.sync.microsoft.copy import Copy, upstream
from tests.sync.texts import from_to

FAULTS: list[dict[str, object]] = [
    {"status": 500, "code": "ErrorInternalServerError"},
    {"status": 502},
    {"status": 503, "code": "ErrorServerBusy"},
    {"status": 503, "code": "ConcurrentItemSave", "done": True},
    {"status": 504, "done": True},
    {"status": 429, "code": "TooManyRequests"},
    {"status": 410, "code": "SyncStateNotFound"},
    {"status": 400, "code": "ResyncRequired"},
    {"status": 401, "code": "InvalidAuthenticationToken", "times": 2},
    {"status": 403, "code": "ErrorAccessDenied"},
    {"status": 409, "code": "ErrorWhatever"},
    {"hang_up": True},
    {"hang_up": True, "done": True},
    {"cut_to": 30, "done": True},
    {"body": '{"value": [{"id"', "done": True},
    {"body": "<html></html>", "done": True},
    {"body": "null", "done": True},
    {"page": "duplicate", "times": -1},
    {"page": "reverse", "times": -1},
    {"page": "empty"},
    {"page": "endless", "times": 3},
    {"page": "unlinked"},
    {"expire": True},
]
LATER = from_to("2026-03-03 15:00", "2026-03-03 16:00")
Operation = Callable[[Copy], object]


def changes(copy: Copy) -> None:
    """Somebody has been busy since the last pull."""
    world, source = copy.source.simulator.world, copy.source
    series, single, *_ = source.items
    world.cancel_one(series.id, date(2026, 3, 23))
    world.change_one(series.id, date(2026, 3, 30), start=at("2026-03-31", "10:00"), end=at("2026-03-31", "11:00"))
    world.delete(single.id)
    for day in range(10, 15):
        world.add(source.id, an_appointment(f"2026-05-{day:02d}"))


def pull_changes(copy: Copy) -> None:
    """A pull of changes."""
    copy.pull()


def first_pull(copy: Copy) -> None:
    """A pull of everything."""
    copy.cursor = None
    copy.pull()


def write(copy: Copy) -> None:
    """A new meeting."""
    copy.source.connector.write(copy.source.calendar, an_invitation(uid="new@antechamber"))


def update(copy: Copy) -> None:
    """A moved meeting."""
    copy.source.connector.write(copy.source.calendar, an_invitation(1, LATER))


def remove(copy: Copy) -> None:
    """A removed meeting."""
    copy.source.connector.remove(copy.source.calendar, an_invitation().uid)


OPERATIONS: list[Operation] = [first_pull, pull_changes, write, update, remove]


@pytest.mark.parametrize("skip", [0, 1, 2, *(pytest.param(late, marks=pytest.mark.prove) for late in (3, 4, 5))])
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.__name__)
@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_after_every_fault_everything_is_as_it_should_be(
    outlook: GraphSource,
    fault: dict[str, object],
    operation: Operation,
    skip: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever request it strikes: nothing is wrongly deleted; then the copy is the calendar, and ours is once."""
    monkeypatch.setattr(client_module, "PAGE", 3)
    copy = Copy(outlook)
    outlook.simulator.world.add(outlook.id, a_series())
    outlook.simulator.world.add(outlook.id, an_appointment())
    outlook.simulator.world.add(outlook.id, an_appointment("2026-04-01"))
    outlook.connector.write(outlook.calendar, an_invitation())
    copy.pull()
    changes(copy)
    known = set(copy.objects)
    outlook.simulator.plan({"match": ".", "skip": skip, **fault})
    try:
        operation(copy)
    except ProviderError:
        alive = {one.id for one in outlook.items}
        assert known & alive <= copy.objects.keys()
    outlook.simulator.plan()
    if operation in (write, update, remove):
        operation(copy)
    for _ in range(2):
        copy.pull()
    assert sorted(copy.intervals) == upstream(outlook)
    uids = [one.uid for one in copy.objects.values()]
    assert len(uids) == len(set(uids))
    assert ("new@antechamber" in uids) == (operation is write)
    assert (an_invitation().uid in uids) == (operation is not remove)
    assert outlook.simulator.world.mails == []


_SCHEMAS: list[Schema] = []


class Calendars(RuleBasedStateMachine):
    """Somebody changes the calendar, we read and write it, and now and then something goes wrong."""

    @initialize(seed=st.integers(0, 2**32 - 1))
    def begin(self, seed: int) -> None:
        """An empty calendar."""
        self.random = random.Random(seed)
        self.context = a_graph(_SCHEMAS[0], LOOPBACK)
        self.source = self.context.__enter__()
        self.copy = Copy(self.source)
        self.ours: dict[str, int] = {}
        self.number = 0

    def teardown(self) -> None:
        """After the faults two cycles are enough; and every one of ours that should be there is there once."""
        if not hasattr(self, "context"):
            return
        try:
            self.source.simulator.plan()
            for _ in range(2):
                self.copy.pull()
            assert sorted(self.copy.intervals) == upstream(self.source)
            uids = [one.uid for one in self.copy.objects.values()]
            assert len(uids) == len(set(uids))
            assert {one for one in uids if one.endswith("@antechamber")} == set(self.ours)
        finally:
            self.context.__exit__(None, None, None)

    @property
    def items(self) -> list[Item]:
        """Events of others."""
        return [one for one in self.source.items if not one.properties]

    def a_day(self) -> date:
        """Some Monday in the window."""
        return date(2026, 3, 2) + timedelta(weeks=self.random.randrange(8))

    @rule()
    def add(self) -> None:
        """A new event."""
        self.source.simulator.world.add(self.source.id, an_appointment(str(self.a_day())))

    @rule()
    def add_series(self) -> None:
        """A new series."""
        self.source.simulator.world.add(self.source.id, a_series(day=str(self.a_day())))

    @precondition(lambda self: hasattr(self, "source") and self.items)
    @rule()
    def change(self) -> None:
        """One event is moved, one occurrence is moved or cancelled, or something is deleted."""
        world, item = self.source.simulator.world, self.random.choice(self.items)
        day = self.a_day()
        if self.random.random() < 0.25:
            world.delete(item.id)
        elif not item.is_series:
            world.change(item.id, {"start": at(str(day), "16:00"), "end": at(str(day), "17:00")})
        elif any(one.day == day for one in item.occurrences(world.now + timedelta(days=400))):
            if self.random.random() < 0.5:
                world.cancel_one(item.id, day)
            else:
                moved = str(day + timedelta(days=1))
                world.change_one(item.id, day, start=at(moved, "12:00"), end=at(moved, "13:00"))

    @rule(fault=st.sampled_from(FAULTS), skip=st.integers(0, 4))
    def go_wrong(self, fault: dict[str, object], skip: int) -> None:
        """The next thing that goes wrong."""
        self.source.simulator.plan({"match": ".", "skip": skip, **fault})

    @rule()
    def pull(self) -> None:
        """A reading, which may fail."""
        try:
            self.copy.pull()
        except ProviderError:
            self.source.simulator.plan()

    @rule()
    def write(self) -> None:
        """A meeting of ours, tried until it is there, as the outbox does."""
        self.number += 1
        uid = f"{self.number}@antechamber"
        self.until_done(lambda: self.source.connector.write(self.source.calendar, an_invitation(uid=uid)))
        self.ours[uid] = 0

    @precondition(lambda self: bool(getattr(self, "ours", None)))
    @rule()
    def move(self) -> None:
        """A meeting of ours at another time."""
        uid = self.random.choice(sorted(self.ours))
        self.ours[uid] += 1
        slot = from_to(f"{self.a_day()} 18:00", f"{self.a_day() + timedelta(weeks=9)} 19:00")
        new = an_invitation(self.ours[uid], slot, uid=uid)
        self.until_done(lambda: self.source.connector.write(self.source.calendar, new))

    @precondition(lambda self: bool(getattr(self, "ours", None)))
    @rule()
    def remove(self) -> None:
        """One of ours is called off."""
        uid = self.random.choice(sorted(self.ours))
        self.until_done(lambda: self.source.connector.remove(self.source.calendar, uid))
        del self.ours[uid]

    def until_done(self, act: Callable[[], None]) -> None:
        """Again until it goes through; what goes wrong goes wrong twice at most."""
        for attempt in range(4):
            try:
                act()
            except ProviderError:
                if attempt == 1:
                    self.source.simulator.plan()
            else:
                return
        raise AssertionError

    @invariant()
    def nothing_is_there_twice(self) -> None:
        """At no time is one of ours in the calendar twice."""
        if hasattr(self, "source"):
            uids = [value for one in self.source.items for name, value in one.properties.items() if "Uid" in name]
            assert len(uids) == len(set(uids))


def run(schema: Schema, examples: int, steps: int) -> None:
    """Let the machine run."""
    _SCHEMAS[:] = [schema]
    how = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        print_blob=True,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking takes minutes, the steps are printed anyway
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Calendars, settings=how)


def test_somebody_something_and_we(graph_schema: Schema) -> None:
    """A few schedules with every test run."""
    run(graph_schema, examples=25, steps=30)


@pytest.mark.prove
@pytest.mark.timeout(7200)
def test_somebody_something_and_we_for_long(graph_schema: Schema) -> None:
    """Two thousand schedules of fifty steps."""
    run(graph_schema, examples=2_000, steps=50)
