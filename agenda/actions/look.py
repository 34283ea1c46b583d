"""Look at the agenda: what a viewer may see of everybody's days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from agenda.actions.book import Book
from agenda.model.alerts import Alert
from agenda.model.availability import Knowledge, unknown_of
from agenda.model.calendars import Calendar, Freshness, Problem
from agenda.model.entries import Entry
from agenda.model.events import Event, EventKey, Status
from agenda.model.ids import AlertId, CalendarId, MeetingId, OutboxId, PersonId, PlaceId, ProposalId, RequestId
from agenda.model.meetings import Meeting, OutboxItem, OutboxState
from agenda.model.people import Person
from agenda.model.planning import Option, Whereabouts
from agenda.model.proposals import Proposal
from agenda.model.requests import Request, RequestState
from agenda.model.sentences import Sentence
from agenda.model.times import DAY, Interval, days_of, merge
from agenda.model.travel import Leg, Quality
from agenda.model.users import SEES_EVERYTHING, User
from agenda.ports import Clock, Store


class BlockKind(StrEnum):
    """What a block on the board stands for."""

    EVENT = "event"
    TENTATIVE = "tentative"
    CONFIRMED = "confirmed"
    TRAVEL = "travel"
    PRIVATE = "private"
    UNKNOWN = "unknown"
    PROPOSED = "proposed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A stretch of one person's day, already without what the viewer may not see.

    `title` is empty for a private event (show "busy"), travel and unknown time. `leg`, `origin` and `goal` are set for
    travel. `busy` is False for what lies in the calendar without taking time.
    """

    kind: BlockKind
    interval: Interval
    title: str = ""
    location: str = ""
    place: PlaceId | None = None
    whereabouts: Whereabouts = Whereabouts.UNKNOWN
    is_all_day: bool = False
    is_recurring: bool = False
    is_private: bool = False
    busy: bool = True
    key: EventKey | None = None
    meeting: MeetingId | None = None
    leg: Leg | None = None
    origin: PlaceId | None = None
    goal: PlaceId | None = None
    sources: tuple[CalendarId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """People by days. `cells` holds the blocks of each person and day, in order; `holidays` name the days off."""

    people: tuple[Person, ...]
    days: tuple[date, ...]
    cells: Mapping[tuple[PersonId, date], tuple[Block, ...]]
    holidays: Mapping[date, Sentence]


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarState:
    """A calendar with how fresh it is and what could not be read of it."""

    calendar: Calendar
    freshness: Freshness
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """Everything that is read without being changed."""

    store: Store
    clock: Clock
    book: Book

    def today(self) -> date:
        """The date on the office's wall clock."""
        return self.clock.now().astimezone(self.book.policy.zone).date()

    def now(self) -> datetime:
        """The present instant, in UTC."""
        return self.clock.now()

    def board(self, first: date, days: int, viewer: User, people: Sequence[PersonId] | None = None) -> Board:
        """The blocks of some people, or of everybody, for some days from `first` on, as the viewer may see them."""
        zone = self.book.policy.zone
        dates = tuple(first + n * DAY for n in range(days))
        span = days_of(first, first + days * DAY, zone)
        who = tuple(person for person in self.book.directory.people.values() if people is None or person.id in people)
        with self.store.reading() as unit:
            entries = self.book.entries(unit, span, None if people is None else people)
            known = Knowledge(
                entries=entries,
                calendars={calendar.id: calendar for calendar in unit.calendars.all()},
                freshness=unit.calendars.freshness(),
                problems=unit.calendars.problems(),
                holidays=self.book.days_off(span),
                now=self.clock.now(),
            )
        cells: dict[tuple[PersonId, date], tuple[Block, ...]] = {}
        for person in who:
            blocks = [
                *self._entries_of(person.id, entries, viewer),
                *self._travel_of(person.id, entries, viewer),
                *self._unknown_of(person.id, span, known),
            ]
            for day in dates:
                of_day = days_of(day, day + DAY, zone)
                cells[person.id, day] = tuple(
                    sorted(
                        (one for one in blocks if one.interval.overlaps(of_day)),
                        key=lambda block: (not block.is_all_day, block.interval, block.kind),
                    )
                )
        return Board(people=who, days=dates, cells=cells, holidays=known.holidays)

    def events(self, span: Interval, viewer: User | None, person: PersonId | None = None) -> Sequence[Event]:
        """Occurrences that overlap the span, copies joined; private ones say only when, unless the viewer may see all.

        `viewer` None is the house itself (the command line of its administrator).
        """
        with self.store.reading() as unit:
            entries = self.book.entries(unit, span, None if person is None else [person])
        sees_all = viewer is None or viewer.duty in SEES_EVERYTHING
        return [entry.event if sees_all else entry.event.as_seen_by_others() for entry in entries]

    def event(self, key: EventKey, day: date, viewer: User) -> tuple[Entry, Event] | None:
        """One entry near a day, with the event as the viewer may see it."""
        zone = self.book.policy.zone
        span = days_of(day - DAY, day + 2 * DAY, zone)
        with self.store.reading() as unit:
            for entry in self.book.entries(unit, span):
                if entry.key == key:
                    sees_all = viewer.duty in SEES_EVERYTHING
                    return entry, entry.event if sees_all else entry.event.as_seen_by_others()
        return None

    def requests(self, *states: RequestState) -> Sequence[Request]:
        """Requests in some states, or all, by priority."""
        with self.store.reading() as unit:
            return unit.requests.having(*states)

    def request(self, request: RequestId) -> tuple[Request, Proposal | None]:
        """One request with its newest proposal."""
        with self.store.reading() as unit:
            return unit.requests.get(request), unit.proposals.latest(request)

    def proposal(self, proposal: ProposalId) -> tuple[Proposal, Request]:
        """One proposal with its request."""
        with self.store.reading() as unit:
            found = unit.proposals.get(proposal)
            return found, unit.requests.get(found.request)

    def strip(self, option: Option, viewer: User) -> tuple[tuple[Person, tuple[Block, ...]], ...]:
        """The day around an option for each who attends, with the option itself as a block."""
        zone = self.book.policy.zone
        day = option.slot.start.astimezone(zone).date()
        board = self.board(day, 1, viewer, option.attending)
        proposed = Block(kind=BlockKind.PROPOSED, interval=option.slot, location=option.venue_name)
        return tuple((person, (*board.cells[person.id, day], proposed)) for person in board.people)

    def meeting(self, meeting: MeetingId) -> Meeting:
        """One confirmed or cancelled meeting."""
        with self.store.reading() as unit:
            return unit.meetings.get(meeting)

    def calendars(self) -> tuple[CalendarState, ...]:
        """Every calendar with its freshness and problems."""
        with self.store.reading() as unit:
            freshness, problems = unit.calendars.freshness(), unit.calendars.problems()
            return tuple(
                CalendarState(
                    calendar=calendar,
                    freshness=freshness.get(calendar.id) or Freshness(calendar=calendar.id),
                    problems=tuple(problems.get(calendar.id, ())),
                )
                for calendar in unit.calendars.all()
            )

    def alerts(self, *, settled_too: bool = False) -> Sequence[Alert]:
        """Open alerts, or the recent ones with those settled, newest first."""
        with self.store.reading() as unit:
            return unit.alerts.recent() if settled_too else unit.alerts.open()

    def alert(self, alert: AlertId) -> Alert:
        """One alert."""
        with self.store.reading() as unit:
            return unit.alerts.get(alert)

    def outbox(self, *states: OutboxState) -> Sequence[OutboxItem]:
        """What lies in the outbox, newest first."""
        with self.store.reading() as unit:
            return unit.outbox.having(*states)

    def errands(self, meeting: MeetingId) -> Sequence[OutboxItem]:
        """What a meeting has put into the outbox, newest first."""
        with self.store.reading() as unit:
            return unit.outbox.of_meeting(meeting)

    def outbox_item(self, item: OutboxId) -> OutboxItem:
        """One row of the outbox."""
        with self.store.reading() as unit:
            return unit.outbox.get(item)

    def _entries_of(self, person: PersonId, entries: Iterable[Entry], viewer: User) -> Iterator[Block]:
        sees_all = viewer.duty in SEES_EVERYTHING
        for entry in entries:
            if person not in entry.owners and person not in entry.busy:
                continue
            if entry.event.status is Status.CANCELLED:
                continue
            event = entry.event if sees_all else entry.event.as_seen_by_others()
            hidden = _is_hidden(entry, viewer)
            yield Block(
                kind=_kind(entry, hidden=hidden),
                interval=entry.interval,
                title=event.summary,
                location=event.location,
                place=None if hidden else entry.found.place,
                whereabouts=Whereabouts.UNKNOWN if hidden else entry.found.whereabouts,
                is_all_day=entry.event.is_all_day,
                is_recurring=entry.event.is_recurring,
                is_private=entry.event.is_private,
                busy=person in entry.busy,
                key=None if hidden else entry.key,
                meeting=None if hidden else entry.meeting,
                sources=tuple(sorted(entry.sources)),
            )

    def _travel_of(self, person: PersonId, entries: Iterable[Entry], viewer: User) -> Iterator[Block]:
        """Drives between neighbouring in-person entries, put right before the later one, as far as there is room.

        Where a private event is held is not told by the drive to or from it either.
        """
        origin: Entry | None = None
        for entry in entries:
            if person not in entry.busy or entry.event.is_all_day:
                continue
            if entry.found.whereabouts is not Whereabouts.AT_PLACE:
                origin = origin if entry.found.whereabouts is Whereabouts.VIRTUAL else None
                continue
            if origin is not None and origin.interval.end < entry.interval.start:
                leg = self.book.directory.travel.leg(origin.found.place, entry.found.place)
                start = max(origin.interval.end, entry.interval.start - timedelta(minutes=leg.minutes))
                if leg.quality is not Quality.SAME_PLACE and leg.minutes > 0 and _same_day(origin, entry):
                    yield Block(
                        kind=BlockKind.TRAVEL,
                        interval=Interval(start, entry.interval.start),
                        leg=leg,
                        origin=None if _is_hidden(origin, viewer) else origin.found.place,
                        goal=None if _is_hidden(entry, viewer) else entry.found.place,
                    )
            origin = entry

    def _unknown_of(self, person: PersonId, span: Interval, known: Knowledge) -> Iterator[Block]:
        """The same stretches that the solver is told of, time outside what was read among them."""
        for interval in merge(unknown_of(person, span, self.book.policy, known)):
            yield Block(kind=BlockKind.UNKNOWN, interval=interval, is_all_day=interval.length >= DAY)


def _is_hidden(entry: Entry, viewer: User) -> bool:
    return entry.event.is_private and viewer.duty not in SEES_EVERYTHING


def _kind(entry: Entry, *, hidden: bool) -> BlockKind:
    if hidden:
        return BlockKind.PRIVATE
    if entry.meeting is not None:
        return BlockKind.CONFIRMED
    if entry.event.status is Status.TENTATIVE:
        return BlockKind.TENTATIVE
    return BlockKind.EVENT


def _same_day(first: Entry, second: Entry) -> bool:
    return second.interval.start - first.interval.end < timedelta(hours=6)
