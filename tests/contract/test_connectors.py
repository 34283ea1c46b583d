"""What every connector owes the office, whatever lies behind it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from agenda.model.calendars import CalendarObject, Cursor, Pulled, Severity
from agenda.model.errors import RefusedError, TryLaterError
from agenda.model.events import EventKey
from agenda.model.times import Interval
from sync.ical import IcalExpander
from tests.contract.conftest import Source
from tests.sync.texts import SPRING, from_to, utc, vevent

SERVED = ["feed", "radicale", "xandikos", "graph", "google"]


@dataclass
class Copy:
    """Keeps what pulls bring, as the store does."""

    source: Source
    objects: dict[str, CalendarObject] = field(default_factory=dict)
    cursor: Cursor | None = None

    def pull(self, window: Interval = SPRING) -> Pulled:
        """Pull once, and keep it."""
        pulled = self.source.connector.pull(self.source.calendar, self.cursor, window)
        self.cursor = pulled.cursor
        if not pulled.unchanged:
            self.objects |= {one.href: one for one in pulled.changed}
            gone = set(pulled.removed)
            if pulled.complete:
                gone |= self.objects.keys() - pulled.present
            for href in gone:
                self.objects.pop(href, None)
        return pulled

    @property
    def events(self) -> set[tuple[EventKey, Interval]]:
        """When which occurrence is."""
        return {(event.key, event.interval) for one in self.objects.values() for event in one.events}

    @property
    def uids(self) -> set[str]:
        """The objects there are."""
        return {one.uid for one in self.objects.values()}


def test_a_first_pull_brings_everything(source: Source) -> None:
    """Absence counts from the first pull on, so it has to be complete."""
    source.put("one", vevent("one@example.org", "DTSTART:20260302T140000Z", "DTEND:20260302T150000Z"))
    source.put("two", vevent("two@example.org", "DTSTART;VALUE=DATE:20260303"))
    copy = Copy(source)
    pulled = copy.pull()
    assert pulled.complete
    assert pulled.present == {one.href for one in pulled.changed}
    assert pulled.problems == ()
    assert copy.events == {
        (EventKey("one@example.org"), from_to("2026-03-02 14:00", "2026-03-02 15:00")),
        (EventKey("two@example.org"), from_to("2026-03-03 05:00", "2026-03-04 05:00")),
    }


def test_a_pull_of_nothing_new_says_so(source: Source) -> None:
    """Nothing is parsed, compared or kept again for a calendar that stands still."""
    source.put("one", vevent("one@example.org"))
    copy = Copy(source)
    copy.pull()
    assert copy.pull().unchanged
    assert copy.pull().unchanged


def test_what_is_added_changed_and_deleted_arrives(source: Source) -> None:
    """After each pull the copy holds what the calendar holds, and only that."""
    copy = Copy(source)
    assert copy.pull().changed == ()
    source.put("one", vevent("one@example.org", "DTSTART:20260302T140000Z", "SEQUENCE:0"))
    source.put("two", vevent("two@example.org"))
    copy.pull()
    assert copy.uids == {"one@example.org", "two@example.org"}
    source.put("one", vevent("one@example.org", "DTSTART:20260309T140000Z", "SEQUENCE:1"))
    pulled = copy.pull()
    assert [one.uid for one in pulled.changed] == ["one@example.org"]
    assert (EventKey("one@example.org"), from_to("2026-03-09 14:00", "2026-03-09 14:00")) in copy.events
    source.drop("two")
    source.put("three", vevent("three@example.org"))
    copy.pull()
    assert copy.uids == {"one@example.org", "three@example.org"}
    source.drop("one")
    source.drop("three")
    copy.pull()
    assert copy.uids == set()


def test_a_series_comes_with_its_exceptions(source: Source) -> None:
    """One occurrence moved, one cancelled; the others stay on their wall clock across the clock change."""
    weekly = vevent(
        "series@example.org",
        "DTSTART;TZID=America/New_York:20260302T090000",
        "DTEND;TZID=America/New_York:20260302T100000",
        "RRULE:FREQ=WEEKLY;COUNT=4",
        "EXDATE;TZID=America/New_York:20260316T090000",
    )
    moved = vevent(
        "series@example.org",
        "DTSTART;TZID=America/New_York:20260324T110000",
        "DTEND;TZID=America/New_York:20260324T120000",
        "RECURRENCE-ID;TZID=America/New_York:20260323T090000",
    )
    source.put("series", weekly + moved)
    copy = Copy(source)
    copy.pull()
    assert copy.events == {
        (EventKey("series@example.org", "20260302T140000Z"), from_to("2026-03-02 14:00", "2026-03-02 15:00")),
        (EventKey("series@example.org", "20260309T130000Z"), from_to("2026-03-09 13:00", "2026-03-09 14:00")),
        (EventKey("series@example.org", "20260323T130000Z"), from_to("2026-03-24 15:00", "2026-03-24 16:00")),
    }


def test_one_broken_event_hides_no_other(source: Source) -> None:
    """It is told of with its calendar, its UID and its line, and what can be known of its time is unknown."""
    source.put("good", vevent("good@example.org"))
    source.put(
        "bad", vevent("bad@example.org", "DTSTART:20260303T140000Z", "DTEND:20260303T150000Z", "RRULE:FREQ=MINUTELY")
    )
    copy = Copy(source)
    pulled = copy.pull()
    assert "good@example.org" in copy.uids
    problem = next(one for one in pulled.problems if one.severity is Severity.ERROR)
    assert problem.uid == "bad@example.org"
    assert problem.line > 1
    assert source.calendar.name in str(problem.sentence)
    assert problem.interval == Interval(utc("2026-03-03 14:00"), SPRING.end)


@pytest.mark.parametrize("source", ["file", "feed"], indirect=True)
def test_what_breaks_later_keeps_what_was_known(source: Source) -> None:
    """An event whose start cannot be read any more is not a deleted event; CalDAV servers take no such event."""
    source.put("one", vevent("one@example.org"))
    copy = Copy(source)
    copy.pull()
    source.put("one", vevent("one@example.org", "DTSTART:yesterday"))
    assert copy.pull().problems
    assert copy.uids == {"one@example.org"}


def test_an_empty_calendar_is_a_calendar(source: Source) -> None:
    """Whether everything was really deleted is for the office to ask; the connector says what it saw."""
    source.put("one", vevent("one@example.org"))
    copy = Copy(source)
    copy.pull()
    source.drop("one")
    pulled = copy.pull()
    assert not pulled.unchanged
    assert pulled.complete or pulled.removed
    assert pulled.present == frozenset()


def test_another_window_brings_other_occurrences(source: Source) -> None:
    """A cursor is good only for the window it was made for."""
    source.put("series", vevent("series@example.org", "DTSTART:20260302T140000Z", "RRULE:FREQ=DAILY"))
    copy = Copy(source)
    copy.pull(from_to("2026-03-02 00:00", "2026-03-04 00:00"))
    assert len(copy.events) == 2
    assert copy.pull(from_to("2026-03-02 00:00", "2026-03-12 00:00")).complete
    assert len(copy.events) == 10


def test_what_was_pulled_can_be_expanded_again(source: Source) -> None:
    """The stored object alone is enough for another window."""
    source.put("series", vevent("series@example.org", "DTSTART:20260302T140000Z", "RRULE:FREQ=DAILY;COUNT=40"))
    copy = Copy(source)
    copy.pull(from_to("2026-03-02 00:00", "2026-03-03 00:00"))
    (obj,) = copy.objects.values()
    wider = from_to("2026-03-01 00:00", "2026-05-01 00:00")
    events = IcalExpander().expand(source.calendar, obj, wider)
    assert len(events) == 40
    assert [event.interval for event in events] == sorted(event.interval for event in events)


def test_a_cursor_of_another_making_is_not_used(source: Source) -> None:
    """After an upgrade everything is read again."""
    source.put("one", vevent("one@example.org"))
    copy = Copy(source)
    copy.pull()
    assert copy.cursor is not None
    copy.cursor = Cursor(copy.cursor.token, "another stamp")
    assert copy.pull().complete


@pytest.mark.parametrize("source", SERVED, indirect=True)
def test_a_server_that_is_away_is_tried_later(source: Source) -> None:
    """Being out of reach is no statement about events."""
    source.put("one", vevent("one@example.org"))
    copy = Copy(source)
    copy.pull()
    source.leave()
    with pytest.raises(TryLaterError):
        copy.pull()


@pytest.mark.parametrize("source", ["feed", "radicale"], indirect=True)
def test_a_wrong_password_is_said_to_be_wrong(source: Source) -> None:
    """A person has to do something, and is told what."""
    calendar = replace(source.calendar, secret="wrong")
    with pytest.raises(RefusedError, match="password is not right"):
        source.connector.pull(calendar, None, SPRING)


@pytest.mark.parametrize("source", ["file", *SERVED], indirect=True)
def test_a_calendar_that_is_not_there_is_refused(source: Source) -> None:
    """A mistyped address is not an empty calendar."""
    calendar = replace(source.calendar, address=source.calendar.address.rstrip("/") + "-nowhere/")
    with pytest.raises(RefusedError, match="Check the"):
        source.connector.pull(calendar, None, SPRING)
