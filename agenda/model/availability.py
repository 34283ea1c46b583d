"""From a request, the policy and everybody's entries to a planning problem with nothing left to look up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from agenda.model.calendars import Calendar, Freshness, Problem
from agenda.model.entries import Entry
from agenda.model.ids import CalendarId, MeetingId, PersonId, PlaceId
from agenda.model.places import Place, Room
from agenda.model.planning import Busy, PersonTime, PlanningProblem, Venue, Whereabouts
from agenda.model.policy import Directory, Policy
from agenda.model.requests import Request
from agenda.model.sentences import Sentence, say
from agenda.model.times import DAY, Interval, days_of, each_day, merge, start_of_day, subtract


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """What the office knows of a stretch of time, read in one transaction."""

    entries: Sequence[Entry]
    calendars: Mapping[CalendarId, Calendar]
    freshness: Mapping[CalendarId, Freshness]
    problems: Mapping[CalendarId, Sequence[Problem]]
    holidays: Mapping[date, Sentence]
    now: datetime


def horizon_of(request: Request, policy: Policy) -> Interval:
    """Whole days around the request's windows, with the day before and after, whose drives matter too."""
    first = request.windows[0].start.astimezone(policy.zone).date() - DAY
    last = max(window.end for window in request.windows).astimezone(policy.zone).date() + 2 * DAY
    return days_of(first, last, policy.zone)


def problem_of(
    request: Request,
    policy: Policy,
    directory: Directory,
    known: Knowledge,
    *,
    leaving_out: MeetingId | None = None,
) -> PlanningProblem:
    """State the request as a planning problem. `leaving_out` is a meeting whose own time counts as free."""
    horizon = horizon_of(request, policy)
    entries = [one for one in known.entries if leaving_out is None or one.meeting != leaving_out]
    people = tuple(person_time(person, horizon, policy, directory, known, entries) for person in request.people())
    venues = venues_of(request, directory, entries)
    places = {busy.place for one in people for busy in one.busy if busy.place is not None}
    places |= {venue.place for venue in venues if venue.place is not None}
    places |= {one.base for one in people if one.base is not None}
    return PlanningProblem(
        horizon=horizon,
        duration_min=int(request.duration.total_seconds() // 60),
        attendance=request.attendance,
        people=people,
        windows=tuple(_windows_from(request.windows, known.now)),
        venues=venues,
        legs=directory.travel.closed(sorted(places)),
        barred=tuple(
            (days_of(day, day + DAY, policy.zone), name)
            for day, name in sorted(known.holidays.items())
            if start_of_day(day, policy.zone) < horizon.end
        ),
        bands=tuple(policy.liked_hours.over(horizon, policy.zone)),
        seats=max(request.seats, len(request.people()) if request.needs_room else 0),
        grid_min=policy.grid_min,
        buffer_min=policy.buffer_min(request.duration),
        assumed_leg_min=directory.travel.assumed_min,
        lunch_min=policy.lunch_min,
        lunch_is_hard=policy.lunch_is_hard,
        apart_min=policy.apart_min,
        weights=policy.weights,
        limits=policy.limits,
        zone=str(policy.zone),
        place_names={place: directory.places[place].name for place in sorted(places) if place in directory.places},
    )


def _windows_from(windows: Iterable[Interval], now: datetime) -> Iterable[Interval]:
    for window in windows:
        if window.end > now:
            yield Interval(max(window.start, now), window.end)


def person_time(
    person: PersonId,
    horizon: Interval,
    policy: Policy,
    directory: Directory,
    known: Knowledge,
    entries: Iterable[Entry],
) -> PersonTime:
    """What is known of one person's time over the horizon; what is not known is said to be unknown."""
    who = directory.people[person]
    hours = who.hours or policy.hours
    lunches: list[Interval] = []
    if policy.lunch is not None:
        lunches = [policy.lunch.on(day, policy.zone) for day in each_day(horizon, policy.zone) if hours.of(day)]
    return PersonTime(
        person=person,
        name=who.name,
        busy=tuple(busy_of(entry) for entry in entries if person in entry.busy and entry.interval.overlaps(horizon)),
        hours=tuple(hours.over(horizon, policy.zone)),
        unknown=tuple(merge(unknown_of(person, horizon, policy, known))),
        lunches=tuple(lunches),
        base=who.base,
    )


def busy_of(entry: Entry) -> Busy:
    """The time an entry takes, told without more than may be told."""
    return Busy(
        interval=entry.interval,
        whereabouts=entry.found.whereabouts,
        place=entry.found.place if entry.found.whereabouts is Whereabouts.AT_PLACE else None,
        label="" if entry.event.is_private else entry.event.summary,
    )


def unknown_of(person: PersonId, horizon: Interval, policy: Policy, known: Knowledge) -> Iterable[Interval]:
    """The stretches for which this person's calendars cannot be trusted, or that held something unreadable."""
    mine = [one for one in known.calendars.values() if one.owner == person and one.counts_as_busy]
    if not mine:
        yield horizon
    for calendar in mine:
        state = known.freshness.get(calendar.id)
        if state is None or not state.is_trusted(known.now, policy.stale_after):
            yield horizon
        else:
            yield from subtract(horizon, [state.window] if state.window is not None else ())
        for problem in known.problems.get(calendar.id, ()):
            if problem.interval is not None:
                clipped = problem.interval.intersect(horizon)
                if clipped is not None:
                    yield clipped


def venues_of(request: Request, directory: Directory, entries: Sequence[Entry]) -> tuple[Venue, ...]:
    """Where it can be: the place asked for, its rooms when one is needed, a call, or anywhere."""
    if request.is_virtual:
        return (Venue(name="Video call", place=None, is_virtual=True),)
    if request.place is None:
        if not request.needs_room:
            return (Venue(name="To be agreed", place=None),)
        return tuple(_room(place, room, entries) for place in directory.places.values() for room in place.rooms)
    place = directory.places[request.place]
    if request.needs_room and place.rooms:
        return tuple(_room(place, room, entries) for room in place.rooms)
    return (Venue(name=place.name, place=place.id),)


def _room(place: Place, room: Room, entries: Sequence[Entry]) -> Venue:
    taken = merge(entry.interval for entry in entries if entry.found.room == room.id and entry.event.takes_time)
    return Venue(
        name=f"{place.name}, {room.name}",
        place=PlaceId(place.id),
        room=room.id,
        seats=room.seats,
        busy=tuple(taken),
    )


def is_late(request: Request, policy: Policy, now: datetime) -> bool:
    """Whether it came with less notice than the office asks for: flagged, never refused."""
    return request.windows[0].start - now < timedelta(days=policy.lead_days)


def late_sentence(policy: Policy) -> Sentence:
    """How lateness is told."""
    return say("Asked for with less than %(days)s days' notice.", days=policy.lead_days)
