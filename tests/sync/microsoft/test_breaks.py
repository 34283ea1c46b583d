"""Rounds that break off: what was read is kept, and what changed meanwhile is in the reading."""

from __future__ import annotations

from datetime import date

import pytest

from agenda.model.errors import TryLaterError
from sync.microsoft import client as client_module
from tests.contract.graph import GraphSource
from tests.simulators.graph import at
from tests.sync.microsoft.builders import a_series, an_appointment
from tests.sync.microsoft.copy import Copy, upstream


@pytest.fixture
def copy(outlook: GraphSource) -> Copy:
    """Our copy of the calendar, empty."""
    return Copy(outlook)


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two entries to a page."""
    monkeypatch.setattr(client_module, "PAGE", 2)


def agree(copy: Copy) -> bool:
    """Whether our copy holds what the provider's own view holds."""
    return sorted(copy.intervals) == upstream(copy.source)


@pytest.mark.usefixtures("small_pages")
def test_h2_a_mailbox_that_is_throttled_all_the_time_is_read_to_its_end(copy: Copy) -> None:
    """Every fifth request is turned away: each try goes on where the last one stopped, and asks nothing twice."""
    world, source = copy.source.simulator.world, copy.source
    for at_ in range(12):
        series = world.add(source.id, a_series(subject=f"Series {at_}"))
        world.cancel_one(series.id, date(2026, 3, 16))
    for day in range(2, 9):
        world.add(source.id, an_appointment(f"2026-03-{day:02d}"))
    source.simulator.plan(*({"match": "GET", "skip": 5, "status": 429, "code": "TooManyRequests"} for _ in range(20)))
    tries = 0
    while copy.cursor is None:
        tries += 1
        try:
            copy.pull()
        except TryLaterError:
            continue
    assert tries > 5
    assert agree(copy)
    masters = [one for one in source.simulator.heard if "/instances" in one.target and one.status == 200]
    assert len(masters) == len({one.target for one in masters}) == 12


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("skip", range(14))
@pytest.mark.parametrize("is_first", [True, False])
def test_h2_what_changes_during_a_break_is_in_the_reading(copy: Copy, skip: int, is_first: bool) -> None:  # noqa: FBT001
    """A round that goes on after a break is as good as a new one: nothing in it is older than the try itself."""
    world, source = copy.source.simulator.world, copy.source
    one, two = world.add(source.id, a_series()), world.add(source.id, a_series(day="2026-03-09", subject="Two"))
    single = world.add(source.id, an_appointment("2026-03-05"))
    world.cancel_one(one.id, date(2026, 3, 16))
    if not is_first:
        copy.pull()
        moved = {"start": at("2026-03-10", "15:00"), "end": at("2026-03-10", "16:00")}
        world.change_one(one.id, date(2026, 3, 9), subject="Moved", **moved)
        world.change(two.id, {"subject": "Second"})
        world.change(single.id, {"subject": "Single"})
    source.simulator.plan({"match": "GET", "skip": skip, "status": 503})
    try:
        copy.pull()
    except TryLaterError:
        world.cancel_one(one.id, date(2026, 4, 6))
        world.change_one(two.id, date(2026, 3, 23), start=at("2026-03-24", "15:00"), end=at("2026-03-24", "16:00"))
        world.delete(single.id)
        world.add(source.id, an_appointment("2026-03-06", subject="New"))
        copy.pull()
    assert agree(copy)
