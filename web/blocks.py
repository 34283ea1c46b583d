"""Blocks of somebody's day as the board, the day view and the strips draw them.

The day is cut into quarters of an hour from six in the morning to ten at night. What lies outside, or finds no lane
beside what it overlaps, is listed instead of drawn: nothing is ever left out.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from agenda.actions.look import Block, BlockKind
from agenda.model.events import EventKey
from agenda.model.ids import PersonId, PlaceId
from agenda.model.people import Person
from agenda.model.places import Place
from agenda.model.planning import Whereabouts
from agenda.model.policy import Directory, Policy
from agenda.model.sentences import Sentence, say
from agenda.model.times import DAY, Interval, days_of, merge, subtract
from agenda.model.travel import Quality
from web.show import Show

FIRST_HOUR = 6
LAST_HOUR = 22
QUARTERS = (LAST_HOUR - FIRST_HOUR) * 4
USUAL = (8 - FIRST_HOUR) * 4, (18 - FIRST_HOUR) * 4
"""The quarters that are drawn in any case: eight in the morning to six in the evening."""

LANES = 3
WIDE_RULER_EVERY_H = 3

EVENTS = frozenset({BlockKind.EVENT, BlockKind.TENTATIVE, BlockKind.CONFIRMED, BlockKind.PRIVATE})

Warnings = Mapping[tuple[PersonId, EventKey], Sentence]
"""What is wrong with an event in somebody's day."""

Href = Callable[[Block], str]


def no_href(_: Block) -> str:
    """No page of its own."""
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One block, as macros/blocks.html wants it."""

    kind: str
    label: str = ""
    detail: str = ""
    start_text: str = ""
    end_text: str = ""
    column: int | None = None
    width: int = 1
    lane: int = 0
    lanes: int = 1
    href: str = ""
    word: str = ""
    warning: str = ""
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Hour:
    """One mark of the ruler."""

    column: int
    text: str


@dataclass(frozen=True, slots=True)
class Drawer:
    """Draws the blocks of people's days for one reader."""

    show: Show
    directory: Directory
    warnings: Warnings = field(default_factory=dict)
    href: Href = no_href

    def day(self, blocks: Iterable[Block], day: date, person: PersonId | None = None) -> list[Shown]:
        """The blocks of one day in the order given, each with its lane."""
        whole = days_of(day, day + DAY, self.show.zone)
        found = [(block, shared) for block in blocks if (shared := _shared(block.interval, whole)) is not None]
        lanes = _lanes([_row(block, shared) for block, shared in found])
        started = {block.interval.start for block, _ in found if block.kind in EVENTS and not block.is_all_day}
        return [
            self._shown(block, shared, whole, person, lane, started)
            for (block, shared), lane in zip(found, lanes, strict=True)
        ]

    def _shown(
        self,
        block: Block,
        shared: Interval,
        whole: Interval,
        person: PersonId | None,
        lane: tuple[int, int],
        started: Collection[datetime],
    ) -> Shown:
        fills_day = block.is_all_day or shared == whole
        column: int | None
        if fills_day:
            column, width = (0, QUARTERS) if block.kind is BlockKind.UNKNOWN else (None, 1)
        else:
            column, width = self._place(shared, whole)
        label, detail = self._words(block)
        warning = self.warnings.get((person, block.key)) if person is not None and block.key is not None else None
        return Shown(
            kind=block.kind.value,
            label=label,
            detail=detail,
            start_text="" if fills_day else self.show.time(shared.start),
            end_text="" if fills_day or shared.start == shared.end else self.show.time(shared.end),
            column=column,
            width=width,
            lane=lane[0],
            lanes=lane[1],
            href=self.href(block),
            word=self._word(block, started),
            warning=self.show.sentence(warning),
        )

    def _place(self, shared: Interval, whole: Interval) -> tuple[int | None, int]:
        """First quarter and how many; None when no part of it lies within the hours that can be drawn."""
        wall = shared.start.astimezone(self.show.zone)
        start = (wall.hour - FIRST_HOUR) * 4 + wall.minute // 15
        if shared.end == whole.end:
            end = (24 - FIRST_HOUR) * 4
        else:
            wall = shared.end.astimezone(self.show.zone)
            end = (wall.hour - FIRST_HOUR) * 4 + -(-wall.minute // 15)
        first, last = max(start, 0), min(max(end, start + 1), QUARTERS)
        return (first, last - first) if first < last else (None, 1)

    def _words(self, block: Block) -> tuple[str, str]:
        """Label and detail."""
        match block.kind:
            case BlockKind.PRIVATE:
                return "", ""
            case BlockKind.TRAVEL:
                return self._drive(block), ""
            case BlockKind.UNKNOWN | BlockKind.PROPOSED:
                return "", block.location
            case _:
                return block.title or self.show.sentence(say("Without a title")), self._where(block)

    def _word(self, block: Block, started: Collection[datetime]) -> str:
        """What is said of it instead of its kind."""
        if block.kind is BlockKind.UNKNOWN:
            # The event itself stands beside it and was read; what nobody knows is how long it takes.
            is_end = not block.is_all_day and block.interval.start in started
            return self.show.sentence(say("End not known")) if is_end else ""
        if not block.busy:
            return self.show.sentence(say("Takes no time"))
        return self.show.sentence(say("Private")) if block.is_private else ""

    def _drive(self, block: Block) -> str:
        if block.leg is None:
            return ""
        return self.show.sentence(drive_sentence(block.leg.minutes, block.leg.quality, self.place_name(block.goal)))

    def _where(self, block: Block) -> str:
        if block.whereabouts is Whereabouts.VIRTUAL:
            return self.show.sentence(say("Call"))
        return self.place_name(block.place) or block.location

    def place_name(self, place: PlaceId | None) -> str:
        """The name of a place; empty when nobody knows it."""
        found: Place | None = self.directory.places.get(place) if place is not None else None
        return found.name if found is not None else ""


def drive_sentence(minutes: int, quality: Quality, goal: str) -> Sentence:
    """A drive in a few words; what is not measured is said to be rough."""
    match quality, bool(goal):
        case ((Quality.TABLE | Quality.SAME_PLACE), True):
            return say("%(minutes)s min to %(place)s", minutes=minutes, place=goal)
        case ((Quality.TABLE | Quality.SAME_PLACE), False):
            return say("%(minutes)s min", minutes=minutes)
        case _, True:
            return say("roughly %(minutes)s min to %(place)s", minutes=minutes, place=goal)
        case _:
            return say("roughly %(minutes)s min", minutes=minutes)


def hours_drawn(days: Iterable[Sequence[Shown]]) -> tuple[int, int]:
    """The first and last quarter to draw, in whole hours: the usual day, and more where something lies outside it."""
    first, last = USUAL
    for blocks in days:
        for block in blocks:
            if block.column is None or (block.kind == BlockKind.UNKNOWN.value and block.width == QUARTERS):
                continue
            first = min(first, block.column)
            last = max(last, block.column + block.width)
    return first // 4 * 4, -(-last // 4) * 4


def ruler(show: Show, first: int, last: int, *, every: int = 1) -> list[Hour]:
    """The hours between two quarters."""
    return [
        Hour(quarter, show.hour(FIRST_HOUR + quarter // 4))
        for quarter in range(first, last, 4)
        if (FIRST_HOUR + quarter // 4) % every == 0
    ]


def free_time(blocks: Iterable[Block], day: date, person: Person, policy: Policy) -> timedelta | None:
    """What is left of somebody's working hours on a day; None where that is not known or there are none."""
    hours = person.hours or policy.hours
    spans = [span.on(day, policy.zone) for span in hours.of(day)]
    taken = [block.interval for block in blocks if block.busy and block.kind is not BlockKind.PROPOSED]
    unknown = [block.interval for block in blocks if block.kind is BlockKind.UNKNOWN]
    if not spans or any(one.overlaps(span) for one in unknown for span in spans):
        return None
    busy = list(merge(taken))
    return sum((left.length for span in spans for left in subtract(span, busy)), timedelta(0))


def _shared(interval: Interval, whole: Interval) -> Interval | None:
    if interval.start == interval.end:
        return interval if whole.start <= interval.start < whole.end else None
    return interval.intersect(whole)


def _row(block: Block, shared: Interval) -> Interval | None:
    """What a block takes on the line of its day; unknown time lies under everything else and takes nothing."""
    if block.is_all_day or block.kind is BlockKind.UNKNOWN:
        return None
    # Two that touch within a quarter are drawn over one another; the drawing is no finer than that.
    return shared


def _lanes(rows: Sequence[Interval | None]) -> list[tuple[int, int]]:
    """A lane for each row, the first that is free, and how many lanes its neighbourhood has (1 to 3)."""
    found: list[tuple[int, int]] = [(0, 1)] * len(rows)
    timed = sorted((row, place) for place, row in enumerate(rows) if row is not None)
    cluster: list[int] = []
    ends: list[Interval] = []
    for row, place in timed:
        if cluster and all(row.start >= one.end for one in ends):
            _settle(found, cluster, len(ends))
            cluster, ends = [], []
        lane = next((number for number, last in enumerate(ends) if last.end <= row.start), len(ends))
        if lane == len(ends):
            ends.append(row)
        else:
            ends[lane] = row
        found[place] = (lane, 1)
        cluster.append(place)
    _settle(found, cluster, len(ends))
    return found


def _settle(found: list[tuple[int, int]], cluster: Iterable[int], lanes: int) -> None:
    for place in cluster:
        found[place] = (found[place][0], min(max(lanes, 1), LANES))
