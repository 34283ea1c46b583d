"""What only Google has: sync tokens, pages that may be empty, tombstones, exceptions that travel alone."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from agenda.model.calendars import Pulled, Severity
from agenda.model.errors import NotACalendarError, RefusedError, TryLaterError
from agenda.model.events import EventKey
from agenda.model.times import Interval
from tests.simulators.google.office import Desk, a_desk, at, only
from tests.simulators.google.server import Simulator
from tests.simulators.google.times import instant
from tests.sync.texts import SPRING, from_to, utc

NINE, TEN = at("2026-03-02T09:00"), at("2026-03-02T10:00")


def weekly(desk: Desk, name: str = "series1", **more: object) -> None:
    """Four Mondays at nine in Boston, across the clock change of 8 March."""
    desk.put(**{"id": name, "summary": "Staff", "start": NINE, "end": TEN, "recurrence": [FOUR], **more})


FOUR = "RRULE:FREQ=WEEKLY;COUNT=4"
MONDAYS = ["20260302T140000Z", "20260309T130000Z", "20260316T130000Z", "20260323T130000Z"]


def starts(pulled: Pulled) -> dict[str, str]:
    """When which occurrence of the one object begins."""
    return {one.key.recurrence_id: f"{one.interval.start:%m-%d %H:%M}" for one in only(pulled).events}


def test_a_series_stays_a_series(desk: Desk) -> None:
    """Nothing is asked for expanded; nine o'clock stays nine across the clock change (H4, H7)."""
    weekly(desk)
    pulled = desk.pull()
    assert pulled.complete
    assert only(pulled).href == "series1"
    assert list(starts(pulled)) == MONDAYS
    assert starts(pulled) == dict(
        zip(MONDAYS, ["03-02 14:00", "03-09 13:00", "03-16 13:00", "03-23 13:00"], strict=True)
    )
    assert "singleEvents" not in desk.simulator.heard[0].query


def test_a_token_is_used_alone(desk: Desk) -> None:
    """Nothing that may not be combined with a sync token goes with it, and the rest is as it was."""
    weekly(desk)
    first = desk.pull()
    assert desk.pull(first.cursor).unchanged
    one, two = desk.simulator.heard
    assert two.query.pop("syncToken")
    assert one.query == two.query == {"maxResults": "2500"}


def test_a_forgotten_token_leads_to_a_full_reading(desk: Desk) -> None:
    """410 on the first page (H1): what vanished meanwhile is found by its absence."""
    desk.put(id="first", start=NINE, end=TEN)
    desk.put(id="second", start=NINE, end=TEN)
    first = desk.pull()
    desk.delete("first")
    desk.simulator.api.forget_tokens()
    again = desk.pull(first.cursor)
    assert again.complete
    assert again.present == {"second"}
    assert again.cursor != first.cursor


def test_a_token_forgotten_on_the_way_leads_to_a_full_reading(simulator: Simulator) -> None:
    """410 in the middle of paging (H1): nothing of the half listing is taken for deletions or changes."""
    desk = a_desk(simulator, page_size=2)
    for number in range(6):
        desk.put(id=f"event{number}", start=NINE, end=TEN)
    first = desk.pull()
    for number in range(6):
        desk.change(f"event{number}", summary="New")
    desk.delete("event5")
    simulator.break_down({"match": "calendar.events.list", "page": True, "status": 410, "reason": "fullSyncRequired"})
    again = desk.pull(first.cursor)
    assert again.complete
    assert again.present == {f"event{number}" for number in range(5)}


def test_a_page_token_lost_in_a_full_reading_is_for_later(simulator: Simulator) -> None:
    """There is no cursor to give up then; the next round begins anew."""
    desk = a_desk(simulator, page_size=2)
    for number in range(6):
        desk.put(id=f"event{number}", start=NINE, end=TEN)
    simulator.break_down({"match": "calendar.events.list", "page": True, "status": 410})
    with pytest.raises(TryLaterError):
        desk.pull()


@pytest.mark.parametrize("fault", [{"status": 503}, {"truncate": 20}, {"lost": True}, {"delay_s": 1.0}])
def test_a_page_that_fails_has_done_nothing(simulator: Simulator, fault: dict[str, object]) -> None:
    """Page three of five (H2): the round fails as a whole, and the next one from the same cursor has everything."""
    desk = a_desk(simulator, page_size=2)
    first = desk.pull()
    for number in range(10):
        desk.put(id=f"event{number}", start=NINE, end=TEN)
    simulator.break_down({"match": "calendar.events.list", "nth": 3, **fault})
    with pytest.raises(TryLaterError):
        (desk.impatient() if "delay_s" in fault else desk).pull(first.cursor)
    again = desk.pull(first.cursor)
    assert len(again.changed) == 10
    assert again.removed == ()


@pytest.mark.parametrize("fault", [{"empty": True}, {"duplicate": True}, {"reverse": True}])
def test_odd_pages_lose_and_double_nothing(simulator: Simulator, fault: dict[str, object]) -> None:
    """A page may be empty while there is more; one that comes twice counts once."""
    desk = a_desk(simulator, page_size=3)
    for number in range(10):
        desk.put(id=f"event{number}", start=NINE, end=TEN)
    simulator.break_down({"match": "calendar.events.list", "nth": 2 if "empty" in fault else 1, **fault})
    pulled = desk.pull()
    assert pulled.complete
    assert sorted(one.href for one in pulled.changed) == [f"event{number}" for number in range(10)]


def test_pages_without_end_are_left(simulator: Simulator) -> None:
    """Half of a listing is none, and nothing is asked for ever."""
    desk = a_desk(simulator, page_size=1)
    desk.put(id="event1", start=NINE, end=TEN)
    simulator.break_down({"match": "calendar.events.list", "nth": 0, "endless": True})
    with pytest.raises(TryLaterError):
        desk.pull()
    assert len(simulator.heard) < 5


def test_an_older_version_on_a_later_page_does_not_win(simulator: Simulator) -> None:
    """Pages are cut while people go on working."""
    desk = a_desk(simulator)
    desk.put(id="event1", summary="New", start=NINE, end=TEN)
    old = {"id": "event1", "iCalUID": "event1@google.com", "status": "confirmed", "summary": "Old", "start": NINE}
    old |= {"end": TEN, "updated": "2020-01-01T00:00:00.000Z"}
    simulator.break_down({"match": "calendar.events.list", "wrong": (old,)})
    assert only(desk.pull()).events[0].summary == "New"


def test_a_tombstone_with_nothing_but_an_id_is_a_deletion(desk: Desk) -> None:
    """Deleted events guarantee only their id; no complete listing is needed."""
    desk.put(id="first", start=NINE, end=TEN)
    desk.put(id="second", start=NINE, end=TEN)
    weekly(desk)
    first = desk.pull()
    desk.delete("first")
    desk.delete("series1")
    pulled = desk.pull(first.cursor)
    assert not pulled.complete
    assert (pulled.changed, pulled.removed) == ((), ("first", "series1"))


def test_a_cancelled_occurrence_is_left_out(desk: Desk) -> None:
    """It is told with three fields, and becomes an EXDATE (H4)."""
    weekly(desk)
    first = desk.pull()
    desk.delete(f"series1_{MONDAYS[1]}")
    assert list(starts(desk.pull(first.cursor))) == [MONDAYS[0], *MONDAYS[2:]]
    assert list(starts(desk.pull())) == [MONDAYS[0], *MONDAYS[2:]]
    assert b"EXDATE;TZID=America/New_York:20260309T090000" in only(desk.pull()).ics


def test_an_exception_brings_its_unchanged_sisters(desk: Desk) -> None:
    """Only the changed one is told; the object is made of all of them (H4)."""
    weekly(desk)
    desk.change(f"series1_{MONDAYS[1]}", start=at("2026-03-10T11:00"), end=at("2026-03-10T12:00"))
    desk.delete(f"series1_{MONDAYS[2]}")
    first = desk.pull()
    desk.change(f"series1_{MONDAYS[3]}", summary="Budget")
    pulled = desk.pull(first.cursor)
    assert starts(pulled) == {MONDAYS[0]: "03-02 14:00", MONDAYS[1]: "03-10 15:00", MONDAYS[3]: "03-23 13:00"}
    assert only(pulled).events[-1].summary == "Budget"


def test_a_changed_series_keeps_its_exceptions(desk: Desk) -> None:
    """A new title of the series does not bring back what was cancelled or moved."""
    weekly(desk)
    desk.delete(f"series1_{MONDAYS[1]}")
    desk.change(f"series1_{MONDAYS[2]}", start=at("2026-03-17T09:00"), end=at("2026-03-17T10:00"))
    first = desk.pull()
    desk.change("series1", summary="Renamed")
    pulled = desk.pull(first.cursor)
    assert starts(pulled) == {MONDAYS[0]: "03-02 14:00", MONDAYS[2]: "03-17 13:00", MONDAYS[3]: "03-23 13:00"}


def test_moved_edited_cancelled_split_and_moved_as_a_whole(desk: Desk) -> None:
    """The occurrences are those of the provider's own expansion after every step (H4)."""
    desk.put(id="series1", summary="A", start=NINE, end=TEN, recurrence=["RRULE:FREQ=WEEKLY;COUNT=12"])
    cursor = None
    copy: dict[str, set[Interval]] = {}

    def step() -> None:
        nonlocal cursor
        pulled = desk.pull(cursor)
        cursor = pulled.cursor
        for href in pulled.removed:
            copy.pop(href, None)
        copy.update({one.href: {event.interval for event in one.events} for one in pulled.changed})
        there = desk.there.expanded(SPRING.start, SPRING.end)
        expected = {from_to(*(to_utc(one[name]) for name in ("start", "end"))) for one in there}
        assert set().union(*copy.values()) == expected

    step()
    desk.change(f"series1_{MONDAYS[1]}", start=at("2026-03-10T11:00"), end=at("2026-03-10T12:00"))
    step()
    desk.delete(f"series1_{MONDAYS[2]}")
    step()
    desk.change("series1", recurrence=["RRULE:FREQ=WEEKLY;UNTIL=20260405T035959Z"])
    desk.put(
        id="series2",
        start=at("2026-04-06T15:00", "Europe/Berlin"),
        end=at("2026-04-06T16:00", "Europe/Berlin"),
        recurrence=["RRULE:FREQ=WEEKLY;COUNT=7"],
    )
    step()
    desk.change("series1", start=at("2026-03-02T08:00"), end=at("2026-03-02T09:30"))
    step()
    desk.delete("series1")
    step()
    assert "series1" not in copy


def to_utc(moment: dict[str, str]) -> str:
    """A start or end of the simulator as `from_to` takes it."""
    return f"{instant(moment, ZoneInfo('America/New_York')):%Y-%m-%d %H:%M}"


def test_an_exception_whose_series_was_not_told_is_hydrated(simulator: Simulator) -> None:
    """The exception comes, its series does not (H5): it is asked for, and no untitled block appears."""
    desk = a_desk(simulator)
    weekly(desk)
    first = desk.pull()
    desk.change(f"series1_{MONDAYS[1]}", start=at("2026-03-10T11:00"), end=at("2026-03-10T12:00"))
    pulled = desk.pull(first.cursor)
    assert only(pulled).href == "series1"
    assert {one.summary for one in only(pulled).events} == {"Staff"}
    assert simulator.methods()[-2:] == ["events.get", "events.list"]


@pytest.mark.parametrize("is_reversed", [False, True])
def test_exceptions_may_come_before_or_after_their_series(simulator: Simulator, *, is_reversed: bool) -> None:
    """And on another page than it (H5)."""
    desk = a_desk(simulator, page_size=1)
    weekly(desk)
    desk.change(f"series1_{MONDAYS[1]}", summary="Moved", start=at("2026-03-10T11:00"), end=at("2026-03-10T12:00"))
    desk.delete(f"series1_{MONDAYS[2]}")
    simulator.break_down({"match": "calendar.events.list", "reverse": is_reversed})
    pulled = desk.pull()
    assert pulled.present == {"series1"}
    assert starts(pulled) == {MONDAYS[0]: "03-02 14:00", MONDAYS[1]: "03-10 15:00", MONDAYS[3]: "03-23 13:00"}


def test_one_day_of_somebody_elses_series_is_kept_by_itself(desk: Desk) -> None:
    """The mayor is invited to one day only (H5, H6): a single under the key it has in everybody's calendar."""
    original = {"recurringEventId": "elsewhere", "originalStartTime": NINE, "iCalUID": "their@example.org"}
    body = {"start": NINE, "end": TEN, "summary": "Council", **original}
    event = desk.simulator.world.bring_in(desk.there, body, "mayor@example.org")
    pulled = desk.pull()
    (found,) = only(pulled).events
    assert (found.key, found.summary) == (EventKey("their@example.org", MONDAYS[0]), "Council")
    (problem,) = pulled.problems
    assert problem.severity is Severity.WARNING
    assert "its series is not in this calendar" in str(problem.sentence)
    desk.simulator.world.calendars[desk.there.id].put({**event, "status": "cancelled"})
    gone = desk.pull(pulled.cursor)
    assert event["id"] in gone.removed
    assert gone.changed == ()


def test_an_exception_in_another_zone_replaces_its_original(desk: Desk) -> None:
    """One occurrence, not two (H6)."""
    weekly(desk)
    berlin = {"start": at("2026-03-09T15:00", "Europe/Berlin"), "end": at("2026-03-09T16:00", "Europe/Berlin")}
    desk.change(f"series1_{MONDAYS[1]}", originalStartTime=at("2026-03-09T14:00", "Europe/Berlin"), **berlin)
    assert starts(desk.pull())[MONDAYS[1]] == "03-09 14:00"
    assert len(starts(desk.pull())) == 4


def test_a_calendar_that_became_empty_says_so_truthfully(desk: Desk) -> None:
    """Whether that is to be believed is for the office (H3): every deletion has its name."""
    for number in range(3):
        desk.put(id=f"event{number}", start=NINE, end=TEN)
    first = desk.pull()
    for number in range(3):
        desk.delete(f"event{number}")
    assert desk.pull(first.cursor).removed == ("event0", "event1", "event2")


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_calendar_that_was_taken_from_us_loses_nothing(desk: Desk, status: int) -> None:
    """Being refused is no statement about events (H3)."""
    desk.put(id="event1", start=NINE, end=TEN)
    first = desk.pull()
    desk.simulator.break_down({"nth": 0, "status": status, "reason": "forbidden"})
    with pytest.raises((RefusedError, TryLaterError)):
        desk.pull(first.cursor)


@pytest.mark.parametrize("garbage", ["<html>Sign in Canary", "[]", "{", "{}", '{"items": {}}', '"Canary"', "7", "\x00"])
def test_what_is_no_answer_is_called_so(desk: Desk, garbage: str) -> None:
    """A page that asks to sign in is not an empty calendar."""
    desk.simulator.break_down({"match": "calendar.events.list", "garbage": garbage})
    with pytest.raises(NotACalendarError) as caught:
        desk.pull()
    assert "Canary" not in str(caught.value)


def test_one_event_that_cannot_be_told_hides_no_other(simulator: Simulator) -> None:
    """Its time is unknown, as far as it can be read, and what was known of it stays."""
    desk = a_desk(simulator)
    desk.put(id="event1", start=NINE, end=TEN)
    odd = [
        {"id": "odd1", "iCalUID": "odd1", "status": "confirmed", "start": {"dateTime": "soon"}, "end": TEN},
        {"id": "odd2", "iCalUID": "odd2", "status": "confirmed", "start": NINE, "end": 7},
        {"id": "odd3", "status": "confirmed", "start": NINE, "end": TEN, "recurrence": ["BEGIN:VEVENT\r\nX:1"]},
        {"id": "odd4", "start": {**NINE, "timeZone": "Mars/Base"}, "end": TEN, "recurrence": [FOUR]},
        {"id": "odd5", "start": NINE, "end": TEN, "recurrence": [FOUR], "attendees": "all", "sequence": "x"},
    ]
    simulator.break_down({"match": "calendar.events.list", "wrong": tuple(odd)})
    pulled = desk.pull()
    assert {one.href for one in pulled.changed} == {"event1", "odd5"}
    assert pulled.present == {"event1", "odd1", "odd2", "odd3", "odd4", "odd5"}
    unknown = {one.uid: one.interval for one in pulled.problems}
    assert unknown["odd1"] == SPRING
    assert unknown["odd2"] is not None
    assert unknown["odd2"].start == utc("2026-03-02 14:00")
    assert unknown["odd3@google.com"] == Interval(utc("2026-03-02 14:00"), SPRING.end)
    assert unknown["odd4@google.com"] is not None


def test_an_event_without_a_name_makes_absence_say_nothing(simulator: Simulator) -> None:
    """We cannot tell which of ours it is, so none of ours is gone, and everything is read again next time."""
    desk = a_desk(simulator)
    desk.put(id="event1", start=NINE, end=TEN)
    simulator.break_down({"match": "calendar.events.list", "wrong": ("Canary", {"summary": "Canary"})})
    pulled = desk.pull()
    assert not pulled.complete
    assert pulled.cursor is None
    (problem,) = pulled.problems
    assert problem.interval == SPRING
    assert "Canary" not in str(problem.sentence)


def test_another_window_and_another_address_want_everything(desk: Desk) -> None:
    """A cursor is good for the question it was made for."""
    desk.put(id="event1", start=NINE, end=TEN)
    first = desk.pull()
    assert desk.pull(first.cursor, from_to("2026-03-01 00:00", "2026-04-01 00:00")).complete
    desk.calendar = replace(desk.calendar, zone="Europe/Berlin")
    assert desk.pull(first.cursor).complete


def test_meetings_outside_the_window_are_kept_without_occurrences(desk: Desk) -> None:
    """The listing is not bounded in time; only occurrences are."""
    desk.put(id="event1", start=at("2029-03-02T09:00"), end=at("2029-03-02T10:00"))
    assert only(desk.pull()).events == ()
