"""Whatever a calendar calls its zone, the event is at the right time, or a warning says that nobody knows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from agenda.model.calendars import Severity
from sync.ical.zones import Zones, by_name
from tests.builders import a_calendar
from tests.sync.texts import events_of, from_to, only_event, only_problem, reading_of, utc, vevent

NINE = "20260602T090000"


@pytest.mark.parametrize(
    ("tzid", "name"),
    [
        ("America/New_York", "America/New_York"),
        ("america/new_york", "America/New_York"),
        ("Eastern Standard Time", "America/New_York"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("Alberta Standard Time", "America/Edmonton"),
        ("/freeassociation.sourceforge.net/Europe/Berlin", "Europe/Berlin"),
        ("/citadel.org/20260101_1/America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("tzone://Microsoft/Utc", "UTC"),
        ("(UTC-05:00) Eastern Time (US & Canada)", "America/New_York"),
        ("(UTC-08:00) Pacific Time (US & Canada)", "America/Los_Angeles"),
        ("(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", "Europe/Amsterdam"),
        ("(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi", "Asia/Kolkata"),
        ("(UTC) Coordinated Universal Time", "UTC"),
        ("Pacific Time (US & Canada)", "America/Los_Angeles"),
    ],
)
def test_a_zone_is_known_by_any_of_its_names(tzid: str, name: str) -> None:
    """IANA, Windows, vendors' prefixes, what Outlook shows."""
    zone = by_name(tzid)
    assert zone is not None
    assert not zone.is_guess
    assert zone.tz == ZoneInfo(name)


@pytest.mark.parametrize(
    ("tzid", "hours"),
    [("UTC-04:00", -4), ("GMT+0200", 2), ("+05:30", 5.5), ("UTC+0", 0), ("-0400", -4), ("Z+01:00", 1)],
)
def test_an_offset_is_a_zone_without_summer(tzid: str, hours: float) -> None:
    """Ticket systems write them."""
    zone = by_name(tzid)
    assert zone is not None
    assert zone.tz.utcoffset(None) == timedelta(hours=hours)


@pytest.mark.parametrize(
    "tzid",
    ["", "Customized Time Zone", "../../etc/passwd", "/etc/localtime", "posixrules", "\x00", "x" * 9_999, "UTC-25"],
)
def test_what_is_no_zone_is_none(tzid: str) -> None:
    """A TZID is never a file name."""
    assert by_name(tzid) is None


def test_a_display_name_with_the_wrong_offset_is_only_a_guess() -> None:
    """The offset is kept, and doubted."""
    zone = by_name("(UTC-09:30) Eastern Time (US & Canada)")
    assert zone is not None
    assert zone.is_guess
    assert zone.tz == timezone(-timedelta(hours=9, minutes=30))


@pytest.mark.parametrize("tzid", ["Eastern Standard Time", '"(UTC-05:00) Eastern Time (US & Canada)"', '"UTC-04:00"'])
def test_nine_in_the_east_is_one_in_greenwich(tzid: str) -> None:
    """From the line to the instant, in summer."""
    event = only_event(vevent("x", f"DTSTART;TZID={tzid}:{NINE}"), calendar=a_calendar(zone="Asia/Tokyo"))
    assert event.interval.start == utc("2026-06-02 13:00")


def test_a_series_stays_on_its_wall_clock() -> None:
    """Nine stays nine when the clocks change, in March and in November."""
    text = vevent("x", "DTSTART;TZID=America/New_York:20260301T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=40")
    events = events_of(reading_of(text, window=from_to("2026-01-01 00:00", "2027-01-01 00:00")))
    walls = {event.interval.start.astimezone(ZoneInfo("America/New_York")).strftime("%H:%M") for event in events}
    assert (len(events), walls) == (40, {"09:00"})


def test_half_past_two_in_the_gap_moves_on_and_twice_is_the_first() -> None:
    """RFC 5545, 3.3.5: 2026-03-08 has no 02:30 in New York, 2026-11-01 has two 01:30."""
    gap = vevent("gap", "DTSTART;TZID=America/New_York:20260308T023000", "DURATION:PT30M")
    twice = vevent("twice", "DTSTART;TZID=America/New_York:20261101T013000", "DURATION:PT30M")
    events = events_of(reading_of(gap, twice, window=from_to("2026-01-01 00:00", "2027-01-01 00:00")))
    assert [event.interval.start for event in events] == [utc("2026-03-08 07:30"), utc("2026-11-01 05:30")]


RULES = """BEGIN:VTIMEZONE\r
TZID:{tzid}\r
BEGIN:STANDARD\r
DTSTART:16010101T030000\r
TZOFFSETFROM:+0200\r
TZOFFSETTO:+0100\r
RRULE:FREQ=YEARLY;BYMINUTE=0;BYHOUR=3;BYDAY=-1SU;BYMONTH=10\r
END:STANDARD\r
BEGIN:DAYLIGHT\r
DTSTART:16010101T020000\r
TZOFFSETFROM:+0100\r
TZOFFSETTO:+0200\r
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\r
END:DAYLIGHT\r
END:VTIMEZONE\r
"""


def test_rules_speak_for_a_zone_nobody_knows() -> None:
    """Before its events or after them, as RFC 5545 allows."""
    custom = "Customized Time Zone"
    event = vevent("x", f"DTSTART;TZID={custom}:{NINE}", f"DTEND;TZID={custom}:20260602T100000")
    for parts in ((RULES.format(tzid=custom), event), (event, RULES.format(tzid=custom))):
        assert only_event(*parts).interval == from_to("2026-06-02 07:00", "2026-06-02 08:00")


def test_rules_never_redefine_a_zone_everybody_knows() -> None:
    """A stale or hostile VTIMEZONE must not move New York."""
    event = vevent("x", f"DTSTART;TZID=America/New_York:{NINE}")
    assert only_event(RULES.format(tzid="America/New_York"), event).interval.start == utc("2026-06-02 13:00")


def test_one_calendars_custom_zone_is_not_anothers() -> None:
    """The parser's own cache would give the first definition to everybody."""
    custom = "Office Zone"
    event = vevent("x", f"DTSTART;TZID={custom}:{NINE}")
    far = RULES.replace("+0200", "+0900").replace("+0100", "+0800")
    assert only_event(RULES.format(tzid=custom), event).interval.start == utc("2026-06-02 07:00")
    assert only_event(far.format(tzid=custom), event).interval.start == utc("2026-06-02 00:00")


def test_rules_that_cost_too_much_are_not_followed() -> None:
    """A VTIMEZONE can hold a bomb too."""
    bomb = RULES.replace("FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3", "FREQ=SECONDLY")
    zones = Zones({"Bomb": bomb.format(tzid="Bomb").encode()}, ZoneInfo("UTC"))
    assert zones.find("Bomb").is_guess


def test_a_zone_that_is_kept_with_its_event() -> None:
    """The stored object can be expanded again without the calendar it came from."""
    custom = "Customized Time Zone"
    event = vevent("x", f"DTSTART;TZID={custom}:{NINE}")
    reading = reading_of(RULES.format(tzid=custom), event)
    assert b"BEGIN:VTIMEZONE" in reading.objects[0].ics
    known = reading_of(RULES.format(tzid="Europe/Berlin"), vevent("x", f"DTSTART;TZID=Europe/Berlin:{NINE}"))
    assert b"BEGIN:VTIMEZONE" not in known.objects[0].ics


def test_a_zone_nobody_knows_is_read_in_the_calendars_own_and_said_so() -> None:
    """Busy at a doubtful hour is safer than free."""
    reading = reading_of(vevent("x", f"DTSTART;TZID=Mars/Olympus:{NINE}"), calendar=a_calendar(zone="Europe/Paris"))
    problem = only_problem(reading)
    assert problem.severity is Severity.WARNING
    assert "Mars/Olympus" in str(problem.sentence)
    assert "Europe/Paris" in str(problem.sentence)
    assert events_of(reading)[0].interval.start == utc("2026-06-02 07:00")


def test_floating_times_are_on_the_calendars_wall_clock() -> None:
    """X-WR-TIMEZONE says which, else the calendar's own zone does."""
    event = vevent("x", "DTSTART:20260302T090000", "DTEND:20260302T100000")
    assert only_event(event).interval == from_to("2026-03-02 14:00", "2026-03-02 15:00")
    west = only_event(event, head="X-WR-TIMEZONE:America/Los_Angeles\r\n")
    assert west.interval == from_to("2026-03-02 17:00", "2026-03-02 18:00")
    assert west.zone == "America/Los_Angeles"


def test_a_series_in_utc_lives_on_the_clock_that_x_wr_timezone_names() -> None:
    """Google exports weekly meetings that way; in UTC they would move by an hour in March."""
    series = vevent("x", "DTSTART:20260302T140000Z", "RRULE:FREQ=WEEKLY;COUNT=2")
    events = events_of(reading_of(series, head="X-WR-TIMEZONE:America/New_York\r\n"))
    assert [event.interval.start for event in events] == [utc("2026-03-02 14:00"), utc("2026-03-09 13:00")]


def test_an_unknown_x_wr_timezone_is_told_once() -> None:
    """Of the calendar, not of each event."""
    reading = reading_of(vevent("x"), vevent("y"), head="X-WR-TIMEZONE:Nowhere\r\n")
    assert "time zone Nowhere" in str(only_problem(reading).sentence)


def test_an_all_day_event_is_a_day_of_its_calendar() -> None:
    """Half-open dates, whole days, on the day of the spring clock change only 23 hours."""
    day = only_event(vevent("x", "DTSTART;VALUE=DATE:20260308"))
    assert (str(day.first_day), str(day.last_day), day.zone) == ("2026-03-08", "2026-03-09", "America/New_York")
    assert day.interval.length == timedelta(hours=23)
    same = only_event(vevent("x", "DTSTART;VALUE=DATE:20260302", "DTEND;VALUE=DATE:20260302"))
    assert same.interval == from_to("2026-03-02 05:00", "2026-03-03 05:00")
    three = only_event(vevent("x", "DTSTART;VALUE=DATE:20260302", "DTEND;VALUE=DATE:20260305"))
    assert three.interval.length == timedelta(days=3)
    lasting = only_event(vevent("x", "DTSTART;VALUE=DATE:20260302", "DURATION:P2D"))
    assert str(lasting.last_day) == "2026-03-04"


def test_an_event_without_an_end_is_a_moment_and_a_doubt() -> None:
    """RFC 5545, 3.6.1 calls it over at once; the hour after its start counts as unknown all the same."""
    reading = reading_of(vevent("x", "DTSTART:20260302T140000Z").replace("DURATION:PT0S\r\n", ""))
    assert events_of(reading)[0].interval == from_to("2026-03-02 14:00", "2026-03-02 14:00")
    assert only_problem(reading).interval == from_to("2026-03-02 14:00", "2026-03-02 15:00")


def test_a_moment_and_a_length() -> None:
    """An end that is the start takes no time; DURATION is as good as DTEND (RFC 5545, 3.6.1)."""
    moment = only_event(vevent("x", "DTSTART:20260302T140000Z", "DTEND:20260302T140000Z"))
    assert moment.interval == from_to("2026-03-02 14:00", "2026-03-02 14:00")
    assert not moment.takes_time
    hour = only_event(vevent("x", "DTSTART:20260302T140000Z", "DURATION:PT1H"))
    assert hour.interval == from_to("2026-03-02 14:00", "2026-03-02 15:00")
    assert hour.interval.start.tzinfo is UTC
    assert isinstance(hour.interval.start, datetime)
