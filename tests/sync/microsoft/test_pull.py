"""What only Graph has: delta rounds, bare occurrences, lost state, tombstones that name no series."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from agenda.model.calendars import Severity
from agenda.model.errors import NotACalendarError, ProviderError, RefusedError, TryLaterError
from agenda.model.times import Interval
from sync.microsoft import client as client_module
from tests.contract.graph import GraphSource
from tests.simulators.graph import Grant, at
from tests.sync.microsoft.builders import EASTERN, a_series, an_appointment
from tests.sync.microsoft.copy import Copy, upstream
from tests.sync.texts import SPRING, from_to

TEN_MONDAYS = 10
STATE_ERRORS = [
    (410, "SyncStateNotFound"),
    (410, "resyncRequired"),
    (400, "syncStateNotFound"),
    (404, "SyncStateInvalid"),
    (400, "ResyncRequired"),
    (410, "UnknownError"),
]


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


def test_h1_lost_state_leads_to_a_full_reading(copy: Copy, subtests_of_state: tuple[int, str]) -> None:
    """Whatever the status is, the code counts; what vanished meanwhile vanishes from the copy too."""
    world, source = copy.source.simulator.world, copy.source
    first = world.add(source.id, an_appointment("2026-03-02"))
    world.add(source.id, an_appointment("2026-03-03"))
    copy.pull()
    world.delete(first.id)
    source.simulator.service.state_error = subtests_of_state
    source.simulator.service.forget_tokens()
    pulled = copy.pull()
    assert pulled.complete
    assert agree(copy)
    source.simulator.violations.clear()  # the fault was a 400 of our own making


@pytest.fixture(params=STATE_ERRORS, ids=str)
def subtests_of_state(request: pytest.FixtureRequest) -> tuple[int, str]:
    """Each way to say that the state is lost."""
    found: tuple[int, str] = request.param
    return found


@pytest.mark.usefixtures("small_pages")
def test_h1_state_lost_in_the_middle_of_paging(copy: Copy) -> None:
    """A nextLink can expire as well; the half-read round counts for nothing."""
    world, source = copy.source.simulator.world, copy.source
    for day in range(2, 9):
        world.add(source.id, an_appointment(f"2026-03-{day:02d}"))
    source.simulator.plan({"match": r"skiptoken", "skip": 1, "expire": True})
    assert copy.pull().complete
    assert agree(copy)
    for item in list(source.items)[:5]:
        world.delete(item.id)
    for day in range(10, 15):
        world.add(source.id, an_appointment(f"2026-03-{day:02d}"))
    source.simulator.plan({"match": r"skiptoken", "skip": 1, "expire": True})
    assert copy.pull().complete
    assert agree(copy)


@pytest.mark.usefixtures("small_pages")
def test_h1_state_that_is_always_lost_is_tried_later(copy: Copy) -> None:
    """A server that loses its state again and again is not asked for ever, and nothing is concluded."""
    for day in range(2, 9):
        copy.source.simulator.world.add(copy.source.id, an_appointment(f"2026-03-{day:02d}"))
    copy.source.simulator.plan({"match": "skiptoken", "status": 410, "code": "SyncStateNotFound", "times": -1})
    with pytest.raises(TryLaterError):
        copy.pull()


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500},
        {"status": 502},
        {"status": 503},
        {"status": 504},
        {"status": 429, "code": "TooManyRequests"},
        {"hang_up": True},
        {"cut_to": 40},
        {"body": '{"value": ['},
        {"body": "[]"},
        {"body": '{"value": 7}'},
        {"body": "{}"},
        {"page": "unlinked"},
        {"body": "<html><body>Sign in to the guest network</body></html>"},
    ],
    ids=str,
)
@pytest.mark.parametrize("page", [0, 1, 2])
def test_h2_a_page_that_fails_changes_nothing(copy: Copy, fault: dict[str, object], page: int) -> None:
    """The cursor stays, nothing is deleted, and the next round makes it good."""
    world, source = copy.source.simulator.world, copy.source
    for day in range(2, 9):
        world.add(source.id, an_appointment(f"2026-03-{day:02d}"))
    copy.pull()
    before, cursor = copy.intervals, copy.cursor
    for item in list(source.items)[:4]:
        world.delete(item.id)
    world.add(source.id, an_appointment("2026-03-20"))
    source.simulator.plan({"match": "calendarView/delta", "skip": page, **fault})
    with pytest.raises(ProviderError):
        copy.pull()
    assert (copy.intervals, copy.cursor) == (before, cursor)
    copy.pull()
    assert agree(copy)
    assert source.simulator.faults.happened == 1


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("page", ["duplicate", "reverse", "empty"])
def test_h2_odd_pages_are_read_all_the_same(copy: Copy, page: str) -> None:
    """An entry told twice is one event, in any order; an empty page is not the end."""
    world, source = copy.source.simulator.world, copy.source
    world.add(source.id, a_series())
    for day in range(2, 9):
        world.add(source.id, an_appointment(f"2026-03-{day:02d}", "12:00", "13:00"))
    times = 1 if page == "empty" else -1
    source.simulator.plan({"match": "calendarView/delta", "page": page, "times": times})
    copy.pull()
    assert agree(copy)


def test_h2_pages_without_end_are_given_up(copy: Copy) -> None:
    """The same link for ever is noticed at its second coming."""
    copy.source.simulator.world.add(copy.source.id, an_appointment())
    copy.source.simulator.plan({"match": "delta", "page": "endless", "times": -1})
    with pytest.raises(RefusedError, match="never ends"):
        copy.pull()
    assert len(copy.source.simulator.heard) < 4


def test_of_what_is_told_twice_the_last_counts(copy: Copy) -> None:
    """An event that changes while pages are being read is in the round twice, and may be gone at its end."""
    world, source = copy.source.simulator.world, copy.source
    item = world.add(source.id, an_appointment())
    copy.pull()
    world.change(item.id, {"subject": "Later", "start": at("2026-03-04", "09:00"), "end": at("2026-03-04", "10:00")})
    copy.pull()
    assert [event.summary for event in copy.events] == ["Later"]
    assert agree(copy)


def test_h3_no_more_right_to_read_is_no_deletion(copy: Copy) -> None:
    """A revoked right is told with what to do about it."""
    copy.source.simulator.world.add(copy.source.id, an_appointment())
    copy.pull()
    tokens = copy.source.simulator.tokens
    for name in tokens:
        tokens[name] = Grant(scopes=frozenset())
    with pytest.raises(RefusedError, match="Ask IT for the right"):
        copy.pull()


def test_h4_moved_edited_and_cancelled_occurrences(copy: Copy) -> None:
    """The same occurrences as the provider's own view, at once and after each change."""
    world, source = copy.source.simulator.world, copy.source
    series = world.add(source.id, a_series())
    world.cancel_one(series.id, date(2026, 3, 16))
    world.change_one(series.id, date(2026, 3, 23), start=at("2026-03-24", "15:00"), end=at("2026-03-24", "16:00"))
    world.change_one(series.id, date(2026, 3, 30), subject="Budget")
    copy.pull()
    assert agree(copy)
    assert len(copy.events) == TEN_MONDAYS - 1
    assert len({event.key for event in copy.events}) == TEN_MONDAYS - 1
    assert [event.summary for event in copy.events].count("Budget") == 1
    world.cancel_one(series.id, date(2026, 4, 6))
    copy.pull()
    assert agree(copy)
    world.change_one(series.id, date(2026, 4, 13), start=at("2026-04-14", "15:00"), end=at("2026-04-14", "16:00"))
    copy.pull()
    assert agree(copy)
    assert len(copy.objects) == 1


def test_h4_a_series_split_and_moved(copy: Copy) -> None:
    """The old one ends, a new one begins ("this and following"); then the new one's time changes."""
    world, source = copy.source.simulator.world, copy.source
    series = world.add(source.id, a_series())
    world.cancel_one(series.id, date(2026, 3, 9))
    copy.pull()
    ended = a_series(range_={"type": "endDate", "endDate": "2026-03-29"})
    world.change(series.id, {"recurrence": ended["recurrence"]})
    second = world.add(source.id, a_series(day="2026-03-30", range_={"numberOfOccurrences": 6}))
    copy.pull()
    assert agree(copy)
    assert len(copy.objects) == 2
    world.change(second.id, {"start": at("2026-03-30", "14:00", EASTERN), "end": at("2026-03-30", "15:30", EASTERN)})
    copy.pull()
    assert agree(copy)


def test_h4_a_deleted_series_is_gone(copy: Copy) -> None:
    """Its tombstones name only occurrences; the copy knows whose they are."""
    world, source = copy.source.simulator.world, copy.source
    series = world.add(source.id, a_series())
    other = world.add(source.id, an_appointment("2026-03-05"))
    copy.pull()
    world.delete(series.id)
    pulled = copy.pull()
    assert not pulled.complete
    assert copy.objects.keys() == {other.id}


def test_h4_cancellations_nobody_reports_are_found_with_the_next_full_reading(copy: Copy) -> None:
    """Graph may pass over a cancelled occurrence in silence; the window moves once a day, and then it is found."""
    world, source = copy.source.simulator.world, copy.source
    series = world.add(source.id, a_series())
    copy.pull()
    source.simulator.service.hides_cancelled = True
    world.cancel_one(series.id, date(2026, 3, 16))
    copy.window = from_to("2026-01-02 00:00", "2026-07-02 00:00")
    assert copy.pull().complete
    assert agree(copy)


def test_h5_no_occurrence_is_ever_untitled(copy: Copy) -> None:
    """Deltas list occurrences bare: what they are about is their master's, fetched from the same calendar."""
    world, source = copy.source.simulator.world, copy.source
    world.add(source.id, a_series(subject="Cabinet", location={"displayName": "Room 2"}))
    copy.pull()
    assert {(event.summary, event.location) for event in copy.events} == {("Cabinet", "Room 2")}
    assert all("/calendars/" in one.target for one in source.simulator.heard)


def test_h5_a_master_outside_the_window(copy: Copy) -> None:
    """A series that began two years ago, and one whose exception alone falls into the window."""
    world, source = copy.source.simulator.world, copy.source
    world.add(source.id, a_series(day="2024-03-04", range_={"type": "noEnd"}))
    late = world.add(source.id, a_series(day="2026-08-03", subject="Late"))
    world.change_one(late.id, date(2026, 8, 3), start=at("2026-06-01", "15:00"), end=at("2026-06-01", "16:00"))
    copy.pull()
    assert agree(copy)
    assert [event.interval for event in copy.events if event.summary == "Late"] == [
        from_to("2026-06-01 15:00", "2026-06-01 16:00")
    ]


def test_h5_a_series_that_cannot_be_had_is_unknown_not_untitled(copy: Copy) -> None:
    """Bare occurrences of a master that is refused: their time is unknown; an exception says what it is, and stays."""
    world, source = copy.source.simulator.world, copy.source
    series = world.add(source.id, a_series(range_={"numberOfOccurrences": 3}))
    world.change_one(series.id, date(2026, 3, 9), subject="Budget")
    source.simulator.plan({"match": r"GET \S+/events/", "status": 404, "code": "ErrorItemNotFound", "times": -1})
    pulled = copy.pull()
    assert [event.summary for event in copy.events] == ["Budget"]
    lost = [one.interval for one in pulled.problems if one.severity is Severity.ERROR]
    assert lost == [from_to("2026-03-02 14:00", "2026-03-02 15:00"), from_to("2026-03-16 13:00", "2026-03-16 14:00")]


def test_h13_a_series_that_we_may_not_see_is_unknown_and_hides_no_other(copy: Copy) -> None:
    """A private series in a shared calendar: its time is unknown, and what was known of it is not deleted."""
    world, source = copy.source.simulator.world, copy.source
    private = world.add(source.id, a_series(range_={"numberOfOccurrences": 2}))
    world.add(source.id, an_appointment("2026-03-05", subject="Open"))
    copy.pull()
    refusal = {"match": r"GET \S+/events/", "status": 403, "code": "ErrorAccessDenied", "times": -1}
    source.simulator.plan(refusal)
    copy.cursor = None
    pulled = copy.pull()
    assert private.id in copy.objects
    assert [one.interval for one in pulled.problems] == [
        from_to("2026-03-02 14:00", "2026-03-02 15:00"),
        from_to("2026-03-09 13:00", "2026-03-09 14:00"),
    ]
    assert "Open" in [event.summary for event in copy.events]


@pytest.mark.parametrize("with_masters", [False, True])
def test_h5_masters_in_the_delta_make_no_second_event(copy: Copy, with_masters: bool) -> None:  # noqa: FBT001
    """Some answers list the master beside its occurrences."""
    world, source = copy.source.simulator.world, copy.source
    source.simulator.service.delta_tells_masters = with_masters
    world.add(source.id, a_series())
    copy.pull()
    assert agree(copy)
    assert len(copy.objects) == 1


def test_tombstones_of_things_we_never_had_change_nothing(copy: Copy) -> None:
    """A delta also tells of what lies outside its window."""
    world, source = copy.source.simulator.world, copy.source
    far = world.add(source.id, an_appointment("2027-03-02"))
    near = world.add(source.id, an_appointment("2026-03-02"))
    copy.pull()
    world.change(far.id, {"subject": "Far away"})
    copy.pull()
    assert copy.objects.keys() == {near.id}
    world.change(near.id, {"start": at("2027-01-04", "09:00"), "end": at("2027-01-04", "10:00")})
    copy.pull()
    assert copy.objects == {}


def test_a_series_that_leaves_the_window_leaves_the_copy(copy: Copy) -> None:
    """And comes back with its exceptions when it is moved again."""
    world, source = copy.source.simulator.world, copy.source
    series = world.add(source.id, a_series())
    copy.pull()
    away = a_series(day="2027-03-01")
    world.change(series.id, {name: away[name] for name in ("start", "end", "recurrence")})
    copy.pull()
    assert copy.objects == {}
    back = a_series(day="2026-05-04", range_={"numberOfOccurrences": 2})
    world.change(series.id, {name: back[name] for name in ("start", "end", "recurrence")})
    copy.pull()
    assert agree(copy)


def test_links_are_followed_only_to_the_same_server(copy: Copy) -> None:
    """Our token goes nowhere else, whatever a page says."""
    link = '{"value": [], "@odata.nextLink": "https://graph.example.org/v1.0/me/x"}'
    copy.source.simulator.plan({"match": "delta", "body": link})
    with pytest.raises(RefusedError, match="another server"):
        copy.pull()


def test_a_page_that_is_no_graph_is_no_empty_calendar(copy: Copy) -> None:
    """A guest network answers every request with its own page, and with 200."""
    copy.source.simulator.plan({"match": "delta", "body": "<!doctype html><html><body>Welcome</body></html>"})
    with pytest.raises(NotACalendarError):
        copy.pull()


def test_a_cursor_that_is_broken_means_a_full_reading(copy: Copy) -> None:
    """Whatever the store gives back, it is not an error of the calendar."""
    copy.source.simulator.world.add(copy.source.id, an_appointment())
    copy.pull()
    assert copy.cursor is not None
    for token in ("", "{", "[]", "{}", '{"link": 1, "days": {}}'):
        copy.cursor = replace(copy.cursor, token=token)
        assert copy.pull().complete


def test_every_request_carries_the_preferences(copy: Copy) -> None:
    """The simulator refuses those that do not; here is that it would have noticed."""
    copy.source.simulator.world.add(copy.source.id, a_series())
    copy.pull()
    assert copy.source.simulator.violations == []
    assert copy.source.simulator.asked("/delta")


def test_a_window_is_asked_for_once_and_lives_in_the_link(copy: Copy) -> None:
    """The parameters of the first call are part of the link, which is opaque."""
    copy.pull()
    copy.pull()
    first, second = copy.source.simulator.asked("/delta")
    assert "startDateTime=2026-01-01T00%3A00%3A00Z" in first.target
    assert "startDateTime" not in second.target


def test_another_window_is_another_round(copy: Copy) -> None:
    """A delta link is good for its window only."""
    copy.source.simulator.world.add(copy.source.id, a_series(range_={"type": "noEnd"}))
    copy.pull()
    copy.window = Interval(SPRING.start, from_to("2026-09-01 00:00", "2026-09-02 00:00").end)
    assert copy.pull().complete
    assert sorted(copy.intervals) == upstream(copy.source, copy.window)
