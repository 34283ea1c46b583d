"""Our copy of the calendars."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agenda.model.calendars import CalendarObject, Cursor, Problem, Pulled, Severity
from agenda.model.errors import NotFoundError
from agenda.model.events import Attendee, Classification, Event, EventKey, PartStat, Status, Transparency
from agenda.model.ids import CalendarId
from agenda.model.places import Position
from agenda.model.sentences import say
from agenda.model.times import DAY, Interval
from agenda.store import SqlStore
from tests.agenda.store.values import NOW, later
from tests.builders import DEPUTY, MAYOR, MONDAY, a_calendar, an_event, at, on_monday
from tests.fakes import an_object

MAYORS, DEPUTYS = CalendarId("mayor-calendar"), CalendarId("deputy-calendar")
WHOLE = Interval(at(MONDAY, "00:00"), at(MONDAY + timedelta(days=7), "00:00"))


@pytest.fixture
def connected(store: SqlStore) -> SqlStore:
    """A store with the mayor's and the deputy's calendar."""
    with store.writing() as unit:
        unit.calendars.add(a_calendar())
        unit.calendars.add(a_calendar(DEPUTY))
        unit.commit()
    return store


def pull(
    store: SqlStore,
    *objects: CalendarObject,
    calendar: CalendarId = MAYORS,
    gone: tuple[str, ...] = (),
    removed: tuple[str, ...] = (),
    cursor: Cursor | None = None,
    problems: tuple[Problem, ...] = (),
    complete: bool = False,
    unchanged: bool = False,
) -> None:
    """Apply one pull."""
    pulled = Pulled(
        cursor=cursor,
        window=WHOLE,
        changed=objects,
        removed=removed,
        problems=problems,
        complete=complete,
        unchanged=unchanged,
    )
    with store.writing() as unit:
        unit.events.apply(calendar, pulled, gone)
        unit.commit()


def week(store: SqlStore) -> list[Event]:
    """Everything of the week."""
    with store.reading() as unit:
        return list(unit.events.within(WHOLE))


def uids(store: SqlStore) -> list[str]:
    """The UIDs of the week, in order of their start."""
    return [event.key.uid for event in week(store)]


def an_hour(uid: str, start: str = "09:00") -> CalendarObject:
    """An object with one event of an hour on Monday."""
    return an_object([an_event(Interval(at(MONDAY, start), at(MONDAY, start) + timedelta(hours=1)), uid)])


def test_an_event_survives(connected: SqlStore) -> None:
    """With every field filled."""
    event = an_event(
        on_monday("09:00", "10:00"),
        key=EventKey("series@example.org", "20260302T140000Z"),
        description="Línea 1\nLínea 2",
        url="https://example.org/a",
        position=Position(42.3601, -71.0589),
        first_day=date(2026, 3, 2),
        last_day=date(2026, 3, 3),
        transparency=Transparency.TRANSPARENT,
        status=Status.TENTATIVE,
        classification=Classification.CONFIDENTIAL,
        organizer="office@example.org",
        attendees=(
            Attendee("b@example.org", "B, the second", PartStat.DELEGATED),
            Attendee("c@example.org", optional=True),
        ),
        sequence=4,
        is_recurring=True,
    )
    pull(connected, an_object([event]))
    assert week(connected) == [event]


def test_the_overrides_of_a_series_keep_their_own_words(connected: SqlStore) -> None:
    """What occurrences share is kept once; what one of them has of its own must not be lost by that."""
    days = [on_monday("09:00", "10:00").widen(-n * DAY, n * DAY) for n in range(3)]
    events = [
        an_event(day, key=EventKey("s@example.org", f"2026030{n}"), summary="Moved" if n == 1 else "Weekly")
        for n, day in enumerate(days)
    ]
    pull(connected, an_object(events))
    assert week(connected) == events


def test_a_changed_object_takes_the_place_of_the_old(connected: SqlStore) -> None:
    """And of all its occurrences."""
    pull(connected, an_hour("a"), an_hour("b", "11:00"))
    pull(connected, an_hour("a", "15:00"))
    assert uids(connected) == ["b", "a"]


def test_what_is_gone_is_dropped_and_nothing_else(connected: SqlStore) -> None:
    """An object that a pull does not mention stays: absence alone is no deletion."""
    pull(connected, an_hour("a"), an_hour("b", "11:00"), an_hour("c", "12:00"))
    pull(connected, gone=("b", "never there"))
    assert uids(connected) == ["a", "c"]


def test_one_calendar_does_not_touch_another(connected: SqlStore) -> None:
    """The same meeting lies in two people's calendars under one UID."""
    pull(connected, an_hour("a"))
    pull(connected, an_object([an_event(on_monday("09:00", "10:00"), "a", calendar=DEPUTYS)]), calendar=DEPUTYS)
    pull(connected, gone=("a",))
    assert [event.calendar for event in week(connected)] == [DEPUTYS]


def test_digests_tell_what_changed(connected: SqlStore) -> None:
    """By href."""
    one, other = an_hour("a"), an_hour("b")
    pull(connected, one, other)
    with connected.reading() as unit:
        assert unit.events.digests(MAYORS) == {"a": one.digest, "b": other.digest}
        assert unit.events.digests(DEPUTYS) == {}


def test_objects_come_back_to_the_byte(connected: SqlStore) -> None:
    """They are expanded again over another window, from the very bytes that came."""
    ics = bytes(range(256)) * 20
    objects = [
        CalendarObject(href=f"/{n}", uid=f"{n}", etag=f'"{n}"', digest=f"{n}", ics=ics + b"%d" % n, events=())
        for n in range(1203)
    ]
    pull(connected, *objects)
    with connected.reading() as unit:
        assert list(unit.events.objects(MAYORS)) == objects


def test_the_same_href_twice_in_a_pull_is_kept_once(connected: SqlStore) -> None:
    """A provider that pages badly must not stop the sync; the last word counts."""
    pull(connected, an_hour("a"), an_hour("a", "15:00"))
    assert [event.interval.start for event in week(connected)] == [at(MONDAY, "15:00")]


def test_text_no_database_keeps_does_not_stop_a_calendar(connected: SqlStore) -> None:
    """A NUL and half a surrogate pair in one title."""
    pull(connected, an_object([an_event(on_monday("09:00", "10:00"), "a\0", summary="x\0y\ud800z")]), an_hour("b"))
    assert [event.summary for event in week(connected)] == ["x\ufffdy\ufffd\ufffd\ufffdz", "Staff meeting"]
    pull(connected, gone=("a\0",))
    assert uids(connected) == ["b"]


def test_the_cursor_is_kept_with_the_events(connected: SqlStore) -> None:
    """A pull that brings none asks for a full one next time, unless nothing had changed."""
    with connected.writing() as unit:
        unit.events.apply(MAYORS, Pulled(cursor=Cursor("1", "s"), window=WHOLE, changed=(an_hour("a"),)), ())
    with connected.reading() as unit:
        assert (unit.calendars.cursor(MAYORS), unit.events.digests(MAYORS)) == (None, {})
    for cursor, unchanged, kept in (
        (Cursor("1", "s"), False, Cursor("1", "s")),
        (None, True, Cursor("1", "s")),
        (Cursor("2", "s"), True, Cursor("2", "s")),
        (None, False, None),
    ):
        pull(connected, cursor=cursor, unchanged=unchanged)
        with connected.reading() as unit:
            assert unit.calendars.cursor(MAYORS) == kept


def a_problem(uid: str, line: int = 1) -> Problem:
    """A warning about one object."""
    return Problem(severity=Severity.WARNING, sentence=say("Line %(line)s", line=line), uid=uid, line=line)


def problems(store: SqlStore) -> list[tuple[str, int]]:
    """UID and line of each problem of the mayor's calendar."""
    with store.reading() as unit:
        return [(problem.uid, problem.line) for problem in unit.calendars.problems(MAYORS)[MAYORS]]


def test_a_problem_survives(connected: SqlStore) -> None:
    """With the time it may take: that time is unknown, not free."""
    problem = Problem(
        severity=Severity.ERROR,
        sentence=say("%(summary)s ends before it starts", summary="Ribbon"),
        uid="a",
        line=12,
        interval=on_monday("09:00", "10:00"),
    )
    pull(connected, problems=(problem,))
    with connected.reading() as unit:
        assert unit.calendars.problems() == {MAYORS: [problem], DEPUTYS: []}


def test_problems_go_with_the_objects_they_belong_to(connected: SqlStore) -> None:
    """Changed, gone, or named again: the others stay, and those of the whole calendar too."""
    pull(connected, an_hour("a"), an_hour("b"), problems=tuple(map(a_problem, ("", "a", "b", "c"))))
    pull(connected, an_hour("a"), problems=(a_problem("c", 2),))
    assert problems(connected) == [("", 1), ("b", 1), ("c", 2)]
    pull(connected, gone=("b",))
    assert problems(connected) == [("", 1), ("c", 2)]
    pull(connected, unchanged=True)
    assert problems(connected) == [("", 1), ("c", 2)]
    pull(connected, problems=(a_problem("", 3),))
    assert problems(connected) == [("c", 2), ("", 3)]


def test_a_problem_under_an_address_goes_with_the_object_there(connected: SqlStore) -> None:
    """The UID of what cannot be read is not known; that another one cannot be read either does not make it readable."""
    pull(connected, problems=tuple(map(a_problem, ("/a.ics", "/b.ics"))))
    pull(connected, problems=(a_problem("/c.ics"),))
    assert problems(connected) == [("/a.ics", 1), ("/b.ics", 1), ("/c.ics", 1)]
    pull(connected, replace(an_hour("a"), href="/a.ics"), removed=("/b.ics",))
    assert problems(connected) == [("/c.ics", 1)]


def test_a_complete_pull_replaces_all_problems(connected: SqlStore) -> None:
    """What it does not name is well."""
    pull(connected, problems=(a_problem(""), a_problem("a")))
    pull(connected, problems=(a_problem("b"),), complete=True)
    assert problems(connected) == [("b", 1)]


def test_within_takes_people_and_calendars(connected: SqlStore) -> None:
    """None means all; an empty list means nobody."""
    pull(connected, an_hour("a"))
    pull(connected, an_object([an_event(on_monday("09:00", "10:00"), "b", calendar=DEPUTYS)]), calendar=DEPUTYS)
    with connected.reading() as unit:
        within = unit.events.within
        assert [event.calendar for event in within(WHOLE)] == [DEPUTYS, MAYORS]
        assert [event.calendar for event in within(WHOLE, people=[MAYOR])] == [MAYORS]
        assert [event.calendar for event in within(WHOLE, calendars=iter([DEPUTYS]))] == [DEPUTYS]
        assert within(WHOLE, people=[MAYOR], calendars=[DEPUTYS]) == []
        assert within(WHOLE, people=[]) == []
        assert within(WHOLE, calendars=[]) == []


@pytest.mark.parametrize(
    ("start", "end", "is_within"),
    [
        ("08:00", "09:00", False),
        ("08:00", "09:01", True),
        ("10:59", "11:00", True),
        ("11:00", "12:00", False),
        ("09:30", "09:45", True),
        ("08:00", "12:00", True),
    ],
)
def test_what_overlaps_is_within_and_what_touches_is_not(
    connected: SqlStore, start: str, end: str, *, is_within: bool
) -> None:
    """To the minute, on both sides."""
    pull(connected, an_object([an_event(on_monday(start, end))]))
    with connected.reading() as unit:
        assert bool(unit.events.within(on_monday("09:00", "11:00"))) is is_within


lengths = st.one_of(st.integers(0, 180), st.sampled_from([0, 1439, 1440, 1441]), st.integers(0, 60 * 24 * 40))
stretches = st.tuples(st.integers(-60 * 24 * 45, 60 * 24 * 10), lengths).map(
    lambda pair: Interval(later(pair[0]), later(pair[0] + pair[1]))
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(stretches, max_size=12), stretches)
def test_within_finds_what_the_model_calls_overlapping(
    connected: SqlStore, intervals: list[Interval], span: Interval
) -> None:
    """Long ones and short ones are looked for by different ways; the answer is the model's."""
    events = [an_event(interval, f"{n:02}") for n, interval in enumerate(intervals)]
    with connected.writing() as unit:
        unit.events.apply(MAYORS, Pulled(cursor=None, window=WHOLE, changed=tuple(an_object([e]) for e in events)), ())
        found = unit.events.within(span)
    overlapping = [event for event in events if event.interval.overlaps(span)]
    assert found == sorted(overlapping, key=lambda event: (event.interval, event.key))


def test_the_first_instant_there_is_may_be_asked_for(connected: SqlStore) -> None:
    """A day before it is not looked for."""
    pull(connected, an_hour("a"))
    everything = Interval(NOW.replace(year=1, month=1, day=1, hour=0, minute=0), NOW.replace(year=9999))
    with connected.reading() as unit:
        assert len(unit.events.within(everything)) == 1


def test_another_window_replaces_the_occurrences_and_is_noted(connected: SqlStore) -> None:
    """Objects, problems and the other calendar's events stay."""
    pull(connected, an_hour("a"), an_hour("b"), problems=(a_problem("a"),))
    pull(connected, an_object([an_event(on_monday("09:00", "10:00"), "z", calendar=DEPUTYS)]), calendar=DEPUTYS)
    moved = [an_event(on_monday("15:00", "16:00"), "a"), an_event(on_monday("16:00", "17:00"), "b")]
    with connected.writing() as unit:
        unit.events.replace_occurrences(MAYORS, WHOLE, moved)
        unit.commit()
    assert uids(connected) == ["z", "a", "b"]
    assert problems(connected) == [("a", 1)]
    with connected.reading() as unit:
        assert unit.calendars.freshness()[MAYORS].window == WHOLE
        assert len(unit.events.digests(MAYORS)) == 2


def test_an_occurrence_without_an_object_is_refused(connected: SqlStore) -> None:
    """It could never be dropped again with its object."""
    with connected.writing() as unit, pytest.raises(NotFoundError):
        unit.events.replace_occurrences(MAYORS, WHOLE, [an_event(on_monday("15:00", "16:00"), "stranger")])
