"""One event in Graph's words, as the office reads it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from agenda.model.calendars import Severity
from agenda.model.events import Classification, Event, EventKey, PartStat, Status, Transparency
from agenda.model.times import Interval
from sync.ical import IcalExpander
from sync.microsoft.translate import UnreadableError, times_of
from sync.microsoft.zones import zone_of
from tests.contract.graph import GraphSource
from tests.simulators.graph import Json, at
from tests.simulators.graph.recurrence import dates
from tests.simulators.graph.world import CUSTOM
from tests.sync.microsoft.builders import EASTERN, a_series, an_appointment
from tests.sync.microsoft.copy import Copy, upstream
from tests.sync.texts import SPRING, from_to


def read(source: GraphSource, data: Json) -> Event:
    """The event as it arrives."""
    source.simulator.world.add(source.id, data, silent=True)
    copy = Copy(source)
    copy.pull()
    (event,) = copy.events
    return event


def test_an_event_with_everything(outlook: GraphSource) -> None:
    """Text, place, people and answers arrive as they are."""
    people = [
        {
            "type": "required",
            "status": {"response": "accepted", "time": "2026-01-01T00:00:00Z"},
            "emailAddress": {"name": "Tom Birch", "address": "tom@example.org"},
        },
        {
            "type": "optional",
            "status": {"response": "tentativelyAccepted", "time": "0001-01-01T00:00:00Z"},
            "emailAddress": {"name": "Ines Calvo", "address": "ines@example.org"},
        },
        {
            "type": "resource",
            "status": {"response": "none", "time": "0001-01-01T00:00:00Z"},
            "emailAddress": {"name": "Room 2", "address": "room2@example.org"},
        },
    ]
    event = read(
        outlook,
        an_appointment(
            subject="Bridge repairs",
            body={"contentType": "text", "content": "Please bring the plans."},
            location={"displayName": "City Hall, Room 2"},
            attendees=people,
            organizer={"emailAddress": {"name": "Rosa", "address": "rosa@example.org"}},
        ),
    )
    assert (event.summary, event.location, event.description) == (
        "Bridge repairs",
        "City Hall, Room 2",
        "Please bring the plans.",
    )
    assert event.interval == from_to("2026-03-02 14:00", "2026-03-02 15:00")
    assert (event.zone, event.organizer) == ("America/New_York", "rosa@example.org")
    assert [(one.email, one.partstat, one.optional) for one in event.attendees] == [
        ("tom@example.org", PartStat.ACCEPTED, False),
        ("ines@example.org", PartStat.TENTATIVE, True),
        ("room2@example.org", PartStat.NEEDS_ACTION, True),
    ]


@pytest.mark.parametrize(
    ("shown", "transparency", "status"),
    [
        ("free", Transparency.TRANSPARENT, Status.CONFIRMED),
        ("workingElsewhere", Transparency.TRANSPARENT, Status.CONFIRMED),
        ("tentative", Transparency.OPAQUE, Status.TENTATIVE),
        ("busy", Transparency.OPAQUE, Status.CONFIRMED),
        ("oof", Transparency.OPAQUE, Status.CONFIRMED),
        ("unknown", Transparency.OPAQUE, Status.CONFIRMED),
    ],
)
def test_show_as(outlook: GraphSource, shown: str, transparency: Transparency, status: Status) -> None:
    """What nobody knows takes time."""
    event = read(outlook, an_appointment(showAs=shown))
    assert (event.transparency, event.status) == (transparency, status)


@pytest.mark.parametrize(
    ("sensitivity", "classification"),
    [
        ("normal", Classification.PUBLIC),
        ("personal", Classification.PRIVATE),
        ("private", Classification.PRIVATE),
        ("confidential", Classification.CONFIDENTIAL),
    ],
)
def test_h13_sensitivity(outlook: GraphSource, sensitivity: str, classification: Classification) -> None:
    """Private stays private."""
    event = read(outlook, an_appointment(sensitivity=sensitivity))
    assert event.classification is classification
    assert event.is_private == (sensitivity != "normal")


def test_a_cancelled_meeting_takes_no_time(outlook: GraphSource) -> None:
    """It stays in the attendee's calendar until somebody clears it away."""
    event = read(outlook, an_appointment(isCancelled=True))
    assert event.status is Status.CANCELLED
    assert not event.takes_time


def test_an_online_meeting_is_known_as_a_call(outlook: GraphSource) -> None:
    """Its link stands where a place would, so that nobody plans a way to it."""
    link = "https://teams.example/l/meetup-join/1"
    event = read(outlook, an_appointment(isOnlineMeeting=True, onlineMeeting={"joinUrl": link}))
    assert (event.url, event.location) == (link, link)


@pytest.mark.parametrize("zone", [EASTERN, "America/New_York", "Tonga Standard Time", "UTC"])
def test_h8_days_are_days_in_every_zone(outlook: GraphSource, zone: str) -> None:
    """Made anywhere, an all-day event of two days is these two days in the calendar's own zone."""
    days = {"start": at("2026-03-07", "00:00", zone), "end": at("2026-03-09", "00:00", zone)}
    event = read(outlook, {"subject": "Fair", "isAllDay": True, **days})
    assert (event.first_day, event.last_day) == (date(2026, 3, 7), date(2026, 3, 9))
    # the clocks change in Boston on 8 March
    assert event.interval == from_to("2026-03-07 05:00", "2026-03-09 04:00")


def test_h8_days_that_begin_elsewhere_are_recognised() -> None:
    """Midnight in the zone the event was made in, though it is shown on another clock."""
    event = {
        "isAllDay": True,
        "originalStartTimeZone": EASTERN,
        "start": at("2026-03-02", "05:00"),
        "end": at("2026-03-03", "05:00"),
    }
    assert times_of(event).start == date(2026, 3, 2)
    with pytest.raises(UnreadableError):
        times_of({**event, "originalStartTimeZone": "W. Europe Standard Time"})


def test_h8_no_length_and_backward_events(outlook: GraphSource) -> None:
    """An event may be a moment; one that ends before it starts is a moment as well, and none is lost."""
    world = outlook.simulator.world
    world.add(outlook.id, an_appointment(start="09:00", end="09:00"))
    backward = {"start": at("2026-03-03", "10:00", "UTC"), "end": at("2026-03-03", "10:00", "UTC")}
    item = world.add(outlook.id, backward)
    item.data["end"] = at("2026-03-03", "09:00", "UTC")
    copy = Copy(outlook)
    copy.pull()
    assert copy.intervals == [
        from_to("2026-03-02 14:00", "2026-03-02 14:00"),
        from_to("2026-03-03 10:00", "2026-03-03 10:00"),
    ]


def test_h8_a_series_of_days_with_exceptions(outlook: GraphSource) -> None:
    """Every other Friday is a day off; one is moved, one is cancelled."""
    pattern = {"type": "weekly", "interval": 2, "daysOfWeek": ["friday"], "firstDayOfWeek": "monday"}
    series = outlook.simulator.world.add(
        outlook.id,
        a_series(
            pattern,
            "2026-03-06",
            isAllDay=True,
            start=at("2026-03-06", "00:00", EASTERN),
            end=at("2026-03-07", "00:00", EASTERN),
            range_={"numberOfOccurrences": 6},
        ),
    )
    outlook.simulator.world.cancel_one(series.id, date(2026, 3, 20))
    moved = {"start": at("2026-04-04", "00:00", EASTERN), "end": at("2026-04-05", "00:00", EASTERN)}
    outlook.simulator.world.change_one(series.id, date(2026, 4, 3), **moved)
    copy = Copy(outlook)
    pulled = copy.pull()
    assert pulled.problems == ()
    days = [str(event.first_day) for event in copy.events]
    assert days == ["2026-03-06", "2026-04-04", "2026-04-17", "2026-05-01", "2026-05-15"]


@pytest.mark.parametrize("clock", ["02:30", "01:30", "09:00"])
def test_h7_the_wall_clock_stays_across_both_changes(outlook: GraphSource, clock: str) -> None:
    """Sundays through March and November, the hour that is not there and the one that is there twice included."""
    window = Interval(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 12, 31, tzinfo=UTC))
    pattern = {"type": "weekly", "interval": 1, "daysOfWeek": ["sunday"], "firstDayOfWeek": "sunday"}
    series = a_series(pattern, "2026-02-22", range_={"numberOfOccurrences": 40})
    end = (datetime.fromisoformat(f"2026-02-22T{clock}") + timedelta(minutes=15)).strftime("%H:%M")
    outlook.simulator.world.add(
        outlook.id, {**series, "start": at("2026-02-22", clock, EASTERN), "end": at("2026-02-22", end, EASTERN)}
    )
    copy = Copy(outlook, window)
    copy.pull()
    assert sorted(copy.intervals) == upstream(outlook, window)
    assert len(copy.intervals) == 40


def test_h6_an_exception_in_another_zone_is_one_occurrence(outlook: GraphSource) -> None:
    """Moved by somebody in Berlin: in the place of the original, not beside it."""
    series = outlook.simulator.world.add(outlook.id, a_series())
    berlin = "W. Europe Standard Time"
    outlook.simulator.world.change_one(
        series.id, date(2026, 3, 9), start=at("2026-03-10", "15:00", berlin), end=at("2026-03-10", "16:00", berlin)
    )
    copy = Copy(outlook)
    copy.pull()
    assert sorted(copy.intervals) == upstream(outlook)
    assert EventKey(series.uid, "20260309T130000Z") in {event.key for event in copy.events}


@pytest.mark.parametrize("zone", ["", CUSTOM, "Nowhere Standard Time"])
def test_a_series_without_a_zone_we_know_is_read_as_listed(outlook: GraphSource, zone: str) -> None:
    """The provider's own list is exact where a rule would be a guess; that it was used is told."""
    made_in = CUSTOM if zone != "" else EASTERN
    series = a_series(zone=made_in)
    series["recurrence"]["range"]["recurrenceTimeZone"] = zone
    item = outlook.simulator.world.add(outlook.id, series)
    outlook.simulator.world.change_one(item.id, date(2026, 3, 9), subject="Budget")
    outlook.simulator.world.cancel_one(item.id, date(2026, 3, 16))
    copy = Copy(outlook)
    pulled = copy.pull()
    assert sorted(copy.intervals) == upstream(outlook)
    assert [event.summary for event in copy.events].count("Budget") == 1
    warned = [one for one in pulled.problems if one.severity is Severity.WARNING]
    assert bool(warned) == (zone != "")
    assert all(one.interval is None for one in pulled.problems)


def test_a_rule_that_the_list_contradicts_is_not_believed(
    outlook: GraphSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Should Graph understand one of its patterns otherwise than we do, its own occurrences count."""
    outlook.simulator.world.add(outlook.id, a_series())

    def a_day_later(recurrence: Json, until: date) -> list[date]:
        return [one + timedelta(days=1) for one in dates(recurrence, until)]

    monkeypatch.setattr("tests.simulators.graph.world.dates", a_day_later)
    copy = Copy(outlook)
    pulled = copy.pull()
    assert sorted(copy.intervals) == upstream(outlook)
    assert copy.intervals[0] == from_to("2026-03-03 14:00", "2026-03-03 15:00")
    assert len(pulled.problems) == 1


def test_a_stored_series_expands_again(outlook: GraphSource) -> None:
    """With its exceptions, from the object alone."""
    series = outlook.simulator.world.add(outlook.id, a_series())
    outlook.simulator.world.cancel_one(series.id, date(2026, 3, 16))
    copy = Copy(outlook)
    copy.pull()
    (obj,) = copy.objects.values()
    again = IcalExpander().expand(outlook.calendar, obj, SPRING)
    assert list(again) == copy.events


def test_a_proposed_time_is_told_and_takes_none(outlook: GraphSource) -> None:
    """Somebody would rather meet at three: a person decides, until then nothing has moved."""
    proposed = {"start": at("2026-03-02", "20:00"), "end": at("2026-03-02", "21:00")}
    person = {
        "type": "required",
        "emailAddress": {"name": "Tom Birch", "address": "tom@example.org"},
        "status": {"response": "tentativelyAccepted", "time": "2026-01-01T00:00:00Z"},
        "proposedNewTime": proposed,
    }
    outlook.simulator.world.add(outlook.id, an_appointment(attendees=[person]))
    copy = Copy(outlook)
    (problem,) = copy.pull().problems
    assert "2026-03-02 20:00 to 21:00" in str(problem.sentence)
    assert "tom@example.org" not in str(problem.sentence)
    assert (problem.severity, problem.interval) == (Severity.WARNING, None)


def test_an_event_that_does_not_say_when_it_is_makes_the_time_unknown(outlook: GraphSource) -> None:
    """Never free; and the others are read."""
    world = outlook.simulator.world
    world.add(outlook.id, an_appointment("2026-03-05"))
    body = (
        '{"value": [{"id": "bad", "type": "singleInstance", "iCalUId": "bad-uid", "start": {"dateTime": "soon"}},'
        ' {"id": "good", "type": "singleInstance", "iCalUId": "good-uid", "subject": "Good",'
        ' "start": {"dateTime": "2026-03-05T14:00:00.0000000", "timeZone": "UTC"},'
        ' "end": {"dateTime": "2026-03-05T15:00:00.0000000", "timeZone": "UTC"}}],'
        f' "@odata.deltaLink": "{outlook.simulator.url}/x"}}'
    )
    outlook.simulator.plan({"match": "delta", "body": body})
    copy = Copy(outlook)
    pulled = copy.pull()
    assert [event.summary for event in copy.events] == ["Good"]
    assert [(one.uid, one.interval) for one in pulled.problems] == [("bad-uid", SPRING)]
    assert "bad" in pulled.present


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("Eastern Standard Time", "America/New_York"),
        ("America/New_York", "America/New_York"),
        ("UTC", "UTC"),
        ("tzone://Microsoft/Utc", "UTC"),
        ("tzone://Microsoft/Custom", None),
        ("Customized Time Zone", None),
        ("", None),
        (None, None),
        (7, None),
    ],
)
def test_names_of_zones(name: object, zone: str | None) -> None:
    """A name that tells nothing is no zone, and never a guess."""
    found = zone_of(name)
    assert (found and found.key) == zone


def test_h12_the_uid_is_that_of_the_meeting(outlook: GraphSource) -> None:
    """The same meeting in three calendars is known by it; a series has one, whatever its days are called."""
    outlook.simulator.world.add(outlook.id, an_appointment(), uid="shared@example.org")
    outlook.simulator.world.add(outlook.id, a_series(), uid="series@example.org")
    copy = Copy(outlook)
    copy.pull()
    assert {event.key.uid for event in copy.events} == {"shared@example.org", "series@example.org"}
