"""Blocks on the grid of a day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenda.actions.look import Block, BlockKind
from agenda.model.times import DAY, Interval
from agenda.model.travel import Leg, Quality
from tests.builders import MAYOR, MONDAY, SCHOOL, ZONE, a_directory, a_policy, at, on, on_monday, some_people
from web.blocks import QUARTERS, Drawer, Shown, drive_sentence, free_time, hours_drawn, ruler
from web.show import Show

SHOW = Show(ZONE, "en")
DRAWER = Drawer(SHOW, a_directory())
CHANGE = MONDAY + timedelta(days=6)
"""The Sunday on which two o'clock does not exist."""


def event(start: str, end: str, title: str = "Talk") -> Block:
    """An event on Monday."""
    return Block(kind=BlockKind.EVENT, interval=on_monday(start, end), title=title)


def drawn(*blocks: Block) -> list[Shown]:
    """Monday with some blocks."""
    return DRAWER.day(blocks, MONDAY)


@pytest.mark.parametrize(
    ("start", "end", "column", "width"),
    [
        ("06:00", "06:15", 0, 1),
        ("09:00", "10:30", 12, 6),
        ("09:05", "09:10", 12, 1),
        ("09:10", "09:20", 12, 2),
        ("05:00", "07:00", 0, 4),
        ("21:30", "23:00", 62, 2),
        ("00:00", "05:59", None, 1),
        ("22:00", "23:00", None, 1),
    ],
)
def test_a_block_stands_where_its_time_is(start: str, end: str, column: int | None, width: int) -> None:
    """In quarters of an hour from six to ten; outside these hours it is listed, not drawn."""
    (block,) = drawn(event(start, end))
    assert (block.column, block.width) == (column, width)


def test_where_the_event_itself_was_read_only_its_end_is_unknown() -> None:
    """Beside it "not read" would be untrue; where nothing was read it is true, all day long too."""
    known = event("09:00", "09:00")
    beside, alone = (Block(kind=BlockKind.UNKNOWN, interval=on_monday(start, "10:30")) for start in ("09:00", "09:15"))
    assert [one.word for one in drawn(known, beside, alone)] == ["", "End not known", ""]
    whole = Block(kind=BlockKind.UNKNOWN, interval=on_monday("00:00", "12:00"), is_all_day=True)
    assert [one.word for one in drawn(event("00:00", "01:00"), whole)] == ["", ""]


def test_what_goes_over_midnight_stands_on_both_days() -> None:
    """Cut at midnight on each."""
    block = Block(
        kind=BlockKind.EVENT, interval=Interval(at(MONDAY, "21:00"), at(MONDAY + DAY, "07:00")), title="Night"
    )
    (evening,) = DRAWER.day([block], MONDAY)
    (morning,) = DRAWER.day([block], MONDAY + DAY)
    assert (evening.column, evening.width) == (60, 4)
    assert (morning.column, morning.width) == (0, 4)
    assert DRAWER.day([block], MONDAY + 2 * DAY) == []


def test_what_fills_a_day_is_listed_as_all_day() -> None:
    """It is a date, not an hour."""
    days = Interval(at(MONDAY - DAY, "00:00"), at(MONDAY + 2 * DAY, "00:00"))
    (block,) = drawn(Block(kind=BlockKind.EVENT, interval=days, title="Trip", is_all_day=True))
    assert (block.column, block.start_text) == (None, "")


def test_a_day_nobody_read_is_hatched_from_end_to_end() -> None:
    """Unknown is drawn; only free time is empty."""
    (block,) = drawn(Block(kind=BlockKind.UNKNOWN, interval=on_monday("00:00", "23:59"), is_all_day=True))
    assert (block.column, block.width) == (0, QUARTERS)


def test_a_wall_clock_that_jumps_moves_nothing() -> None:
    """Nine o'clock stays nine on the day the clocks change."""
    (block,) = DRAWER.day([Block(kind=BlockKind.EVENT, interval=on(CHANGE, "09:00", "10:00"))], CHANGE)
    assert (block.column, block.width, block.start_text) == (12, 4, "9:00\u00a0AM")


def test_those_that_overlap_stand_side_by_side() -> None:
    """As many lanes as the moment needs; ends that touch need no second one."""
    first, second, third = drawn(event("09:00", "10:00"), event("09:30", "10:30"), event("10:30", "11:00"))
    assert [(one.lane, one.lanes) for one in (first, second, third)] == [(0, 2), (1, 2), (0, 1)]


def test_a_lane_that_is_free_again_is_used_again() -> None:
    """A long meeting with two short ones beside it needs two lanes, not three."""
    found = drawn(event("09:00", "12:00"), event("09:00", "10:00"), event("10:00", "11:00"))
    assert sorted((one.lane, one.lanes) for one in found) == [(0, 2), (0, 2), (1, 2)] or {
        one.lanes for one in found
    } == {2}


def test_what_finds_no_lane_is_listed() -> None:
    """The fourth at the same time has no room on the line; macros/day.html lists lane 3 and more."""
    found = drawn(*(event("09:00", "10:00", str(number)) for number in range(5)))
    assert sorted(one.lane for one in found) == [0, 1, 2, 3, 4]
    assert {one.lanes for one in found} == {3}


@given(
    st.lists(
        st.tuples(st.integers(0, 1400), st.integers(1, 300)).map(
            lambda pair: Interval(
                at(MONDAY, "00:00") + timedelta(minutes=pair[0]),
                at(MONDAY, "00:00") + timedelta(minutes=pair[0] + pair[1]),
            )
        ),
        max_size=12,
    )
)
def test_no_two_that_overlap_share_a_lane(intervals: list[Interval]) -> None:
    """Whatever the day looks like."""
    blocks = [Block(kind=BlockKind.EVENT, interval=one, title=str(place)) for place, one in enumerate(intervals)]
    found = drawn(*blocks)
    assert len(found) == len(blocks)
    for place, first in enumerate(blocks):
        for other in range(place + 1, len(blocks)):
            if first.interval.overlaps(blocks[other].interval):
                assert found[place].lane != found[other].lane
    for one in found:
        assert one.column is None or 0 <= one.column < one.column + one.width <= QUARTERS


def test_the_hours_drawn_grow_with_the_day() -> None:
    """Eight to six as a rule; whole hours before and after where something lies there."""
    assert hours_drawn([drawn(event("09:00", "10:00"))]) == (8, 48)
    assert hours_drawn([drawn(event("07:40", "08:10")), drawn(event("18:30", "19:20"))]) == (4, 56)
    assert hours_drawn([]) == (8, 48)


def test_the_ruler_counts_hours() -> None:
    """Each hour, or every so many of the clock."""
    assert [(one.column, one.text.replace("\u00a0", " ")) for one in ruler(SHOW, 8, 20)] == [
        (8, "8 AM"),
        (12, "9 AM"),
        (16, "10 AM"),
    ]
    assert [one.column for one in ruler(SHOW, 8, 48, every=3)] == [12, 24, 36]


@pytest.mark.parametrize(
    ("quality", "words"),
    [
        (Quality.TABLE, "12 min to North School"),
        (Quality.ROUGH, "roughly 12 min to North School"),
        (Quality.ASSUMED, "roughly 12 min to North School"),
    ],
)
def test_a_drive_says_how_well_it_is_known(quality: Quality, words: str) -> None:
    """Only what was measured is told as a fact."""
    drive = Block(kind=BlockKind.TRAVEL, interval=on_monday("09:00", "09:12"), leg=Leg(12, quality), goal=SCHOOL)
    assert drawn(drive)[0].label == words
    assert SHOW.sentence(drive_sentence(12, quality, "")) == words.removesuffix(" to North School")


def test_what_is_private_to_the_reader_says_nothing() -> None:
    """Not even if a title had come along."""
    (block,) = drawn(
        Block(kind=BlockKind.PRIVATE, interval=on_monday("09:00", "10:00"), title="Clinic", location="Clinic")
    )
    assert (block.label, block.detail, block.href) == ("", "", "")


def test_free_time_is_what_is_left_of_the_working_hours() -> None:
    """Drives count as taken; what takes no time does not; unknown time makes the sum unknown."""
    mayor = some_people()[MAYOR]
    policy = a_policy()
    blocks = [
        event("08:00", "10:00"),
        Block(kind=BlockKind.TRAVEL, interval=on_monday("10:00", "10:30")),
        Block(kind=BlockKind.EVENT, interval=on_monday("12:00", "13:00"), busy=False),
    ]
    assert free_time(blocks, MONDAY, mayor, policy) == timedelta(hours=7, minutes=30)
    unknown = Block(kind=BlockKind.UNKNOWN, interval=on_monday("12:00", "13:00"))
    assert free_time([*blocks, unknown], MONDAY, mayor, policy) is None
    assert free_time([], MONDAY + timedelta(days=5), mayor, policy) is None


def test_what_has_no_length_tells_one_time() -> None:
    """An entry without an end is a moment; "12:00 to 12:00" would look like a mistake of ours."""
    (block,) = drawn(event("12:00", "12:00"))
    assert (block.start_text, block.end_text) == ("12:00\u00a0PM", "")
