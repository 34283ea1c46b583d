"""Take a request in: check what was typed, and keep it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, time, timedelta

from agenda.actions.book import Book
from agenda.model.errors import BadInputError, BadInputsError
from agenda.model.hours import WallSpan
from agenda.model.ids import PersonId, PlaceId, RequestId, fresh_id
from agenda.model.people import Attendance, Role
from agenda.model.proposals import ProposalState
from agenda.model.requests import Priority, Request, RequestState
from agenda.model.sentences import say
from agenda.model.times import DAY, Interval
from agenda.ports import Clock, Store

MAX_DURATION_MIN = 12 * 60
MAX_WINDOW_DAYS = 180
MAX_AHEAD_DAYS = 366
EARLIEST = time(7)
LATEST = time(22)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A request as it was typed: types are right, sense is not yet checked.

    Dates and times are on the office's wall clock; `last_day` is included. `one_of` are groups of people who stand in
    for one another. `earliest` and `latest` None mean the whole day.
    """

    title: str
    duration_min: int
    first_day: date
    last_day: date
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    one_of: tuple[tuple[str, ...], ...] = ()
    earliest: time | None = None
    latest: time | None = None
    place: str = ""
    is_virtual: bool = False
    needs_room: bool = False
    seats: int = 0
    purpose: str = ""
    requester: str = ""
    contact: str = ""
    priority: int = Priority.CITY
    is_private: bool = False


@dataclass(frozen=True, slots=True)
class TakeIn:
    """How a request comes into the office."""

    store: Store
    clock: Clock
    book: Book

    def check(self, draft: Draft) -> tuple[BadInputError, ...]:
        """Everything that is wrong with a draft, by field, in the order of the form; nothing is kept."""
        return tuple(self._problems(draft))

    def request(self, draft: Draft) -> Request:
        """Keep a new request.

        Raises:
            BadInputsError: some fields cannot be used; nothing was kept.
        """
        problems = self.check(draft)
        if problems:
            raise BadInputsError(problems)
        request = self._request_of(draft)
        with self.store.writing() as unit:
            unit.requests.add(request)
            unit.commit()
        return request

    def amend(self, request_id: RequestId, draft: Draft) -> Request:
        """Change what a request says, as long as it is not decided.

        Where the change touches who, when, where or how long, slots that were proposed are put aside.

        Raises:
            NotFoundError: there is no such request.
            BadInputsError: some fields cannot be used; nothing was changed.
            BadInputError: it is already decided.
        """
        problems = self.check(draft)
        if problems:
            raise BadInputsError(problems)
        with self.store.writing() as unit:
            before = unit.requests.get(request_id)
            if before.state not in (RequestState.OPEN, RequestState.PROPOSED):
                raise BadInputError("request", say("This request is decided; it cannot be changed any more."))
            typed = self._request_of(draft)
            amended = replace(typed, id=before.id, created_at=before.created_at, state=before.state)
            proposal = unit.proposals.latest(request_id)
            if _asks_for(amended) != _asks_for(before):
                amended = amended.now(RequestState.OPEN)
                if proposal is not None and proposal.state is ProposalState.OPEN:
                    unit.proposals.save(proposal.superseded())
            unit.requests.save(amended)
            unit.commit()
        return amended

    def draft_of(self, request: Request) -> Draft:
        """A request as it could have been typed, to be changed."""
        zone = self.book.policy.zone
        first, last = request.windows[0], request.windows[-1]
        earliest, latest = first.start.astimezone(zone), first.end.astimezone(zone)
        groups: dict[str, list[str]] = {}
        for one in request.attendance:
            if one.role is Role.ONE_OF:
                groups.setdefault(one.group, []).append(one.person)
        return Draft(
            title=request.title,
            duration_min=int(request.duration.total_seconds() // 60),
            first_day=earliest.date(),
            last_day=last.start.astimezone(zone).date(),
            required=request.people(Role.REQUIRED),
            optional=request.people(Role.OPTIONAL),
            one_of=tuple(tuple(group) for group in groups.values()),
            earliest=None if earliest.time() == EARLIEST else earliest.time(),
            latest=None if latest.time() == LATEST else latest.time(),
            place=request.place or "",
            is_virtual=request.is_virtual,
            needs_room=request.needs_room,
            seats=request.seats,
            purpose=request.purpose,
            requester=request.requester,
            contact=request.contact,
            priority=request.priority,
            is_private=request.is_private,
        )

    def _problems(self, draft: Draft) -> Iterator[BadInputError]:
        yield from self._problems_of_matter(draft)
        yield from self._problems_of_people(draft)
        yield from self._problems_of_time(draft)
        if draft.place and draft.place not in self.book.directory.places:
            yield BadInputError(
                "place", say("Nobody knows the place %(place)s. Choose one from the list.", place=draft.place)
            )
        if draft.seats < 0:
            yield BadInputError("seats", say("A room cannot have %(seats)s seats.", seats=draft.seats))

    def _problems_of_matter(self, draft: Draft) -> Iterator[BadInputError]:
        if not draft.title.strip():
            yield BadInputError("title", say("Say in a few words what it is about."))
        if draft.duration_min <= 0:
            yield BadInputError(
                "duration_min",
                say("A meeting cannot last %(minutes)s minutes. Type a number above zero.", minutes=draft.duration_min),
            )
        elif draft.duration_min > MAX_DURATION_MIN:
            yield BadInputError(
                "duration_min",
                say("Longer than %(hours)s hours: ask for one day at a time.", hours=MAX_DURATION_MIN // 60),
            )
        if draft.priority not in tuple(Priority):
            yield BadInputError(
                "priority",
                say("There is no priority %(priority)s; 1 is the highest, 5 the lowest.", priority=draft.priority),
            )

    def _problems_of_people(self, draft: Draft) -> Iterator[BadInputError]:
        groups = (
            ("required", draft.required),
            ("optional", draft.optional),
            *(("one_of", one) for one in draft.one_of),
        )
        seen: set[str] = set()
        for field, people in groups:
            for person in people:
                if person not in self.book.directory.people:
                    yield BadInputError(field, say("Nobody here is called %(person)s.", person=person))
                elif person in seen:
                    name = self.book.directory.people[PersonId(person)].name
                    yield BadInputError(field, say("%(person)s is named twice.", person=name))
                seen.add(person)
        if not draft.required and not draft.one_of:
            yield BadInputError("required", say("Name at least one person who has to be there."))

    def _problems_of_time(self, draft: Draft) -> Iterator[BadInputError]:
        today = self.clock.now().astimezone(self.book.policy.zone).date()
        if draft.last_day < draft.first_day:
            yield BadInputError(
                "last_day",
                say(
                    "The last day, %(last)s, lies before the first, %(first)s.",
                    last=draft.last_day,
                    first=draft.first_day,
                ),
            )
        elif draft.last_day < today:
            yield BadInputError("last_day", say("%(last)s is over. Choose a day to come.", last=draft.last_day))
        elif (draft.last_day - draft.first_day).days > MAX_WINDOW_DAYS:
            yield BadInputError("last_day", say("At most %(days)s days can be searched at once.", days=MAX_WINDOW_DAYS))
        elif (draft.last_day - today).days > MAX_AHEAD_DAYS:
            yield BadInputError(
                "last_day", say("%(last)s is too far ahead. Choose a day within a year.", last=draft.last_day)
            )
        earliest, latest = draft.earliest or EARLIEST, draft.latest or LATEST
        if latest <= earliest:
            yield BadInputError(
                "latest",
                say("The latest end has to come after the earliest start, %(earliest)s.", earliest=f"{earliest:%H:%M}"),
            )
        elif draft.duration_min > _minutes(latest) - _minutes(earliest):
            yield BadInputError(
                "latest",
                say(
                    "%(minutes)s minutes do not fit between %(earliest)s and %(latest)s.",
                    minutes=draft.duration_min,
                    earliest=f"{earliest:%H:%M}",
                    latest=f"{latest:%H:%M}",
                ),
            )

    def _request_of(self, draft: Draft) -> Request:
        attendance = (
            *(Attendance(PersonId(one)) for one in draft.required),
            *(
                Attendance(PersonId(one), Role.ONE_OF, f"group {number}")
                for number, group in enumerate(draft.one_of, start=1)
                for one in group
            ),
            *(Attendance(PersonId(one), Role.OPTIONAL) for one in draft.optional),
        )
        return Request(
            id=RequestId(fresh_id()),
            title=draft.title.strip(),
            duration=timedelta(minutes=draft.duration_min),
            attendance=attendance,
            windows=tuple(self._windows(draft)),
            created_at=self.clock.now(),
            purpose=draft.purpose.strip(),
            requester=draft.requester.strip(),
            contact=draft.contact.strip(),
            place=PlaceId(draft.place) if draft.place else None,
            is_virtual=draft.is_virtual,
            needs_room=draft.needs_room,
            seats=draft.seats,
            priority=Priority(draft.priority),
            is_private=draft.is_private,
            state=RequestState.OPEN,
        )

    def _windows(self, draft: Draft) -> Iterator[Interval]:
        span = WallSpan(draft.earliest or EARLIEST, draft.latest or LATEST)
        day = draft.first_day
        while day <= draft.last_day:
            yield span.on(day, self.book.policy.zone)
            day += DAY


def _asks_for(request: Request) -> tuple[object, ...]:
    """What of a request decides where it can lie."""
    room = (request.needs_room, request.seats)
    return request.duration, request.attendance, request.windows, request.place, request.is_virtual, room


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute
