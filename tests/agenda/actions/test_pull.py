"""Calendars come home whole, or not at all; nothing is deleted by accident."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from agenda.actions.pull import LEASE
from agenda.model.calendars import Calendar, Cursor, Problem, Provider, Pulled, Severity, SyncState
from agenda.model.errors import CursorExpiredError, RefusedError, TryLaterError
from agenda.model.events import Event
from agenda.model.sentences import say
from agenda.model.times import Interval
from agenda.ports import Connector
from tests.agenda.actions.conftest import Town
from tests.builders import a_calendar, an_event, on_monday

NINE = on_monday("09:00", "10:00")
WEEK = Interval(NINE.start - timedelta(days=3), NINE.end + timedelta(days=3))


def summaries(town: Town) -> list[str]:
    """What our copy holds around Monday."""
    with town.store.reading() as unit:
        return [event.summary for event in unit.events.within(WEEK)]


def many(count: int) -> list[Event]:
    """Events of their own."""
    return [an_event(NINE, f"event-{n}") for n in range(count)]


def test_what_was_pulled_is_at_hand(town: Town) -> None:
    """Events, freshness and cursor, in one transaction."""
    calendar = town.connects(an_event(NINE))
    assert summaries(town) == ["Staff meeting"]
    with town.store.reading() as unit:
        fresh = unit.calendars.freshness()[calendar.id]
        assert (fresh.state, fresh.events, fresh.read_at) == (SyncState.FRESH, 1, town.clock.now())
        assert unit.calendars.cursor(calendar.id) is not None


def test_the_next_pull_goes_on_where_the_last_one_ended(town: Town) -> None:
    """The cursor is handed over, and nothing changes when nothing has changed."""
    calendar = town.connects(an_event(NINE))
    report = town.pull.calendar(calendar.id)
    assert str(report.sentence) == "Calendar of mayor: nothing has changed."
    assert town.provider.pulls[-1] is not None
    assert summaries(town) == ["Staff meeting"]


def test_another_day_needs_the_window_anew(town: Town) -> None:
    """Occurrences at the far end are not at hand yet, so the reading is a full one."""
    calendar = town.connects(an_event(NINE))
    town.clock.advance(timedelta(days=1))
    town.pull.calendar(calendar.id)
    assert town.provider.pulls[-1] is None


def test_a_refused_cursor_leads_to_a_full_reading(town: Town) -> None:
    """At once, in the same round."""
    calendar = town.connects(an_event(NINE))
    town.provider.failures = [CursorExpiredError("the provider")]
    report = town.pull.calendar(calendar.id)
    assert report.state is SyncState.FRESH
    assert town.provider.pulls[-2:] == [town.provider.pulls[-2], None]
    assert summaries(town) == ["Staff meeting"]


def test_a_provider_that_is_away_takes_nothing_with_it(town: Town) -> None:
    """The last known state stays, and says since when."""
    calendar = town.connects(an_event(NINE))
    read_at = town.clock.now()
    town.clock.advance(timedelta(minutes=5))
    town.provider.failures = [TryLaterError("the provider", 30)]
    report = town.pull.calendar(calendar.id)
    assert report.state is SyncState.FAILING
    with town.store.reading() as unit:
        fresh = unit.calendars.freshness()[calendar.id]
    assert (fresh.read_at, fresh.failures_in_a_row) == (read_at, 1)
    assert summaries(town) == ["Staff meeting"]


def test_one_calendar_that_fails_does_not_keep_the_others_from_being_read(town: Town) -> None:
    """A round goes on."""
    town.connects(an_event(NINE))
    town.connects(calendar=a_calendar(id="b", name="b", address="b.ics"))
    town.provider.failures = [RefusedError("the provider", say("wrong password."))]
    states = [report.state for report in town.pull.round()]
    assert sorted(states) == [SyncState.FAILING, SyncState.FRESH]


def test_one_event_that_is_gone_is_gone(town: Town) -> None:
    """It is missing in a complete listing."""
    calendar = town.connects(an_event(NINE, "a", summary="A"), an_event(NINE, "b", summary="B"))
    town.provider.holds(calendar, [an_event(NINE, "b", summary="B")])
    report = town.pull.calendar(calendar.id)
    assert (report.removed, summaries(town)) == (1, ["B"])


def test_absence_from_an_incomplete_listing_is_no_deletion(town: Town) -> None:
    """What was not listed may still be there."""
    calendar = town.connects(an_event(NINE, "a", summary="A"), an_event(NINE, "b", summary="B"))
    town.provider.complete = False
    town.provider.holds(calendar, [an_event(NINE, "b", summary="B")])
    town.pull.calendar(calendar.id)
    assert sorted(summaries(town)) == ["A", "B"]


def test_a_calendar_that_is_suddenly_empty_is_held(town: Town) -> None:
    """It is an alert, not a deletion."""
    calendar = town.connects(*many(2))
    town.provider.holds(calendar, [])
    report = town.pull.calendar(calendar.id)
    assert report.state is SyncState.HELD
    assert len(summaries(town)) == 2


def test_half_of_ten_events_gone_is_held_and_four_are_not(town: Town) -> None:
    """The brake holds from five and from half on."""
    calendar = town.connects(*many(10))
    town.provider.holds(calendar, many(6))
    assert town.pull.calendar(calendar.id).state is SyncState.FRESH
    town.provider.holds(calendar, many(10))
    town.pull.calendar(calendar.id)
    town.provider.holds(calendar, many(5))
    assert town.pull.calendar(calendar.id).state is SyncState.HELD
    assert len(summaries(town)) == 10


def test_a_person_can_let_a_held_deletion_through_once(town: Town) -> None:
    """The next one is held again."""
    calendar = town.connects(*many(10))
    town.provider.holds(calendar, many(2))
    town.pull.calendar(calendar.id)
    assert town.pull.accept_deletions(calendar.id).removed == 8
    town.provider.holds(calendar, [])
    assert town.pull.calendar(calendar.id).state is SyncState.HELD


def test_problems_are_counted_and_kept(town: Town) -> None:
    """A person can look them up."""
    town.provider.problems = (
        Problem(severity=Severity.ERROR, sentence=say("no start"), uid="x", line=7),
        Problem(severity=Severity.WARNING, sentence=say("a guess"), uid="y"),
    )
    calendar = town.connects(an_event(NINE))
    with town.store.reading() as unit:
        fresh = unit.calendars.freshness()[calendar.id]
        kept = unit.calendars.problems(calendar.id)[calendar.id]
    assert (fresh.errors, fresh.warnings, len(kept)) == (1, 1, 2)


def test_only_one_process_reads_a_calendar_at_a_time(town: Town) -> None:
    """The other one is told so, and reads nothing."""
    calendar = town.connects(an_event(NINE))
    now = town.clock.now()
    with town.store.writing() as unit:
        assert unit.leases.take(f"sync:{calendar.id}", "another process", now, now + timedelta(minutes=1))
        unit.commit()
    before = len(town.provider.pulls)
    assert "being read just now" in str(town.pull.calendar(calendar.id).sentence)
    assert len(town.provider.pulls) == before


def test_people_just_read_are_not_read_again(town: Town) -> None:
    """Two minutes are fresh enough for a confirmation."""
    calendar = town.connects(an_event(NINE))
    before = len(town.provider.pulls)
    town.pull.of_people([calendar.owner])
    assert len(town.provider.pulls) == before
    town.clock.advance(timedelta(minutes=2, seconds=1))
    town.pull.of_people([calendar.owner])
    assert len(town.provider.pulls) == before + 1


@dataclass
class Slow:
    """A provider that takes its time: something happens between its answer and its arrival."""

    town: Town
    meanwhile: Callable[[], object]
    is_slow: bool = True

    def pull(self, calendar: Calendar, cursor: Cursor | None, window: Interval) -> Pulled:
        """What the town's provider says, late the first time."""
        pulled = self.town.provider.pull(calendar, cursor, window)
        if self.is_slow:
            self.is_slow = False
            self.meanwhile()
        return pulled


def test_a_reading_that_outlasts_its_lease_does_not_undo_a_newer_one(town: Town) -> None:
    """Another process has read meanwhile; the late answer is older than what it kept."""
    calendar = town.connects(an_event(NINE, "a", summary="old"))
    town.provider.holds(calendar, [an_event(NINE, "a", summary="old"), an_event(NINE, "b", summary="older")])
    other = replace(town.pull, owner="another process")

    def read_by_the_other() -> None:
        town.clock.advance(LEASE + timedelta(seconds=1))
        town.provider.holds(calendar, [an_event(NINE, "a", summary="old"), an_event(NINE, "c", summary="new")])
        assert other.calendar(calendar.id).state is SyncState.FRESH

    late = replace(town.pull, connectors={Provider.ICS_FILE: Slow(town, read_by_the_other)})
    assert "being read just now" in str(late.calendar(calendar.id).sentence)
    assert sorted(summaries(town)) == ["new", "old"]


def test_two_threads_of_one_process_do_not_read_a_calendar_at_once(town: Town) -> None:
    """The round and somebody who confirms are two readers, though they share a process."""
    calendar = town.connects(an_event(NINE))
    found: list[str] = []

    def read_again() -> None:
        found.append(str(both.calendar(calendar.id).sentence))

    both = replace(town.pull, connectors={Provider.ICS_FILE: Slow(town, read_again)})
    both.calendar(calendar.id)
    assert ["being read just now" in one for one in found] == [True]


def test_the_brake_stays_on_where_nothing_was_held(town: Town) -> None:
    """A word that was given to nothing is not kept for the next time everything is gone."""
    calendar = town.connects(*many(10))
    town.pull.accept_deletions(calendar.id)
    town.provider.holds(calendar, [])
    assert town.pull.calendar(calendar.id).state is SyncState.HELD
    assert len(summaries(town)) == 10


def test_a_word_that_was_not_needed_is_not_kept(town: Town) -> None:
    """The events came back before it was used; the next time, a person looks again."""
    calendar = town.connects(*many(10))
    town.provider.holds(calendar, [])
    town.pull.calendar(calendar.id)
    town.provider.holds(calendar, many(10))
    town.pull.accept_deletions(calendar.id)
    town.provider.holds(calendar, [])
    assert town.pull.calendar(calendar.id).state is SyncState.HELD


def test_an_object_that_comes_anew_is_not_gone(town: Town) -> None:
    """A second object under one address is in no listing of addresses; it is neither counted nor held as a deletion."""
    calendar = town.connects(*many(10))

    class Unlisted(Slow):
        def pull(self, calendar: Calendar, cursor: Cursor | None, window: Interval) -> Pulled:
            return replace(super().pull(calendar, None, window), present=frozenset())

    again = replace(town.pull, connectors={Provider.ICS_FILE: Unlisted(town, lambda: None)})
    report = again.calendar(calendar.id)
    assert (report.state, report.removed, len(summaries(town))) == (SyncState.FRESH, 0, 10)


def test_a_fault_in_one_connector_does_not_keep_the_others_from_being_read(town: Town) -> None:
    """It is raised once everybody else was read."""
    town.connects(an_event(NINE))
    behind = town.connects(calendar=a_calendar(id="z", name="z", address="z.ics", provider=Provider.ICS_URL))

    def break_down() -> None:
        raise KeyError("a fault")

    both: dict[Provider, Connector] = {Provider.ICS_FILE: Slow(town, break_down), Provider.ICS_URL: town.provider}
    town.clock.advance(timedelta(minutes=5))
    with pytest.raises(KeyError, match="a fault"):
        replace(town.pull, connectors=both).round()
    with town.store.reading() as unit:
        assert unit.calendars.freshness()[behind.id].read_at == town.clock.now()


def test_a_calendar_of_a_kind_that_nobody_reads_says_so(town: Town) -> None:
    """It fails by itself, and the round goes on."""
    calendar = town.connects(calendar=a_calendar(provider=Provider.MICROSOFT))
    (report,) = town.pull.round()
    assert report.state is SyncState.FAILING
    assert "cannot read calendars of this kind" in str(report.sentence)
    with town.store.reading() as unit:
        assert unit.calendars.freshness()[calendar.id].read_at is None
