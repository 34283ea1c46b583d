"""The hard rules, as a checker that knows no solver: what no slot may break, whoever proposes it.

Half-open, in UTC, in whole minutes (see `timetable`). Every option of every engine passes here before anyone sees it.
The rules in prose are in docs/planning-problem.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TypeAlias

from agenda.model.people import Role
from agenda.model.planning import Option, PlanningProblem, Reason, RuleName, Venue
from agenda.model.sentences import Sentence, say
from agenda.model.times import MINUTE, Interval
from agenda.model.timetable import PersonTable, Taken, Timetable
from agenda.model.travel import Leg

Broken: TypeAlias = Reason
"""A rule that an option breaks, with the people, events and minutes in its sentence."""


def broken_rules(problem: PlanningProblem, option: Option) -> tuple[Broken, ...]:
    """Every rule that the option breaks, each with whom and what; empty when it may be held."""
    return RuleBook(problem).broken(option)


class RuleBook:
    """The rules over one problem, read once for many options."""

    def __init__(self, problem: PlanningProblem | Timetable) -> None:
        """Read the problem."""
        self.table = problem if isinstance(problem, Timetable) else Timetable(problem)

    def broken(self, option: Option) -> tuple[Broken, ...]:
        """Every rule that the option breaks, in the order of `RULES`."""
        venue = self.venue_of(option)
        if venue is None:
            return (Broken(RuleName.ROOM_FREE, say("%(venue)s is not to be had", venue=option.venue_name)),)
        return tuple(broken for rule in RULES for broken in rule(self.table, option, venue))

    def venue_of(self, option: Option) -> Venue | None:
        """The problem's venue that the option names."""
        wanted = (option.venue_name, option.place, option.room, option.is_virtual)
        for venue in self.table.problem.venues:
            if (venue.name, venue.place, venue.room, venue.is_virtual) == wanted:
                return venue
        return None


def _in_window(table: Timetable, option: Option, _venue: Venue) -> Iterator[Broken]:
    slot, problem = option.slot, table.problem
    if slot.length != table.duration:
        yield Broken(
            RuleName.IN_WINDOW,
            say("The meeting lasts %(minutes)s min, the slot %(slot)s", minutes=problem.duration_min, slot=slot.length),
        )
    wall = slot.start.astimezone(table.zone)
    if wall.minute % problem.grid_min or wall.second or wall.microsecond:
        yield Broken(
            RuleName.IN_WINDOW,
            say("%(start)s is not on the grid of %(grid)s min", start=slot.start, grid=problem.grid_min),
        )
    if not any(window.contains(slot) for window in table.windows):
        yield Broken(RuleName.IN_WINDOW, say("%(slot)s is outside the times asked for", slot=slot))


def _not_barred(table: Timetable, option: Option, _venue: Venue) -> Iterator[Broken]:
    for interval, why in table.barred:
        if interval.overlaps(option.slot):
            yield Broken(
                RuleName.NOT_BARRED,
                say("%(slot)s is closed to meetings: %(why)s", slot=option.slot, why=why),
            )


def _required_attend(table: Timetable, option: Option, _venue: Venue) -> Iterator[Broken]:
    for person in table.people.values():
        if person.role is Role.REQUIRED and person.person not in option.attending:
            yield Broken(
                RuleName.REQUIRED_ATTEND,
                say("%(person)s has to attend and does not", person=person.name),
                person.person,
            )
    for stranger in option.attending:
        if stranger not in table.people or option.attending.count(stranger) > 1:
            yield Broken(
                RuleName.REQUIRED_ATTEND,
                say("%(person)s was not asked to attend, or attends twice", person=str(stranger)),
                stranger,
            )


def _one_of(table: Timetable, option: Option, _venue: Venue) -> Iterator[Broken]:
    for people in table.groups().values():
        coming = [table.people[one].name for one in people if one in option.attending]
        names = tuple(table.people[one].name for one in people)
        if not coming:
            yield Broken(
                RuleName.SOMEBODY_OF_EACH_GROUP,
                say("None of these attends, and one has to: %(people)s", people=names),
            )
        elif len(coming) > 1:
            yield Broken(
                RuleName.SOMEBODY_OF_EACH_GROUP,
                say("One of these is enough, and several attend: %(people)s", people=tuple(coming)),
            )


def _working_hours(table: Timetable, option: Option, _venue: Venue) -> Iterator[Broken]:
    for person in _attending(table, option):
        if not any(hours.contains(option.slot) for hours in person.hours):
            yield Broken(
                RuleName.WORKING_HOURS,
                say("%(person)s does not work then (%(slot)s)", person=person.name, slot=option.slot),
                person.person,
            )


def _one_place(table: Timetable, option: Option, _venue: Venue) -> Iterator[Broken]:
    for person in _attending(table, option):
        for taken in table.near(person, option.slot):
            if taken.interval.overlaps(option.slot):
                yield Broken(
                    RuleName.ONE_PLACE_AT_A_TIME,
                    say(
                        "%(person)s is taken: %(event)s, %(when)s",
                        person=person.name,
                        event=taken.name(),
                        when=taken.interval,
                    ),
                    person.person,
                )


def _buffer(table: Timetable, option: Option, _venue: Venue) -> Iterator[Broken]:
    for person in _attending(table, option):
        for taken in table.near(person, option.slot):
            gap = gap_between(taken, option.slot)
            if gap is not None and gap < table.buffer:
                yield Broken(
                    RuleName.BUFFER,
                    say(
                        "%(person)s has %(gap)s between the meeting and %(event)s (%(when)s), "
                        "less than the buffer of %(buffer)s",
                        person=person.name,
                        gap=gap,
                        event=taken.name(),
                        when=taken.interval,
                        buffer=table.buffer,
                    ),
                    person.person,
                )


def _travel(table: Timetable, option: Option, venue: Venue) -> Iterator[Broken]:
    for person in _attending(table, option):
        for taken in table.near(person, option.slot):
            gap = gap_between(taken, option.slot)
            if gap is None or gap < table.buffer:
                continue
            is_before = taken.interval.end <= option.slot.start
            leg = table.leg_from(taken, venue) if is_before else table.leg_to(venue, taken)
            if gap < table.buffer + leg.minutes * MINUTE:
                too_far = _leaves_too_late if is_before else _arrives_too_late
                yield Broken(RuleName.TRAVEL, too_far(table, person, taken, leg, gap), person.person)


def _leaves_too_late(table: Timetable, person: PersonTable, taken: Taken, leg: Leg, gap: timedelta) -> Sentence:
    return say(
        "%(person)s cannot get there in time: %(minutes)s min on the way from %(place)s after %(event)s (%(when)s) "
        "and %(buffer)s kept free do not fit into %(gap)s",
        person=person.name,
        minutes=leg.minutes,
        place=table.place_name(taken.place),
        event=taken.name(),
        when=taken.interval,
        buffer=table.buffer,
        gap=gap,
    )


def _arrives_too_late(table: Timetable, person: PersonTable, taken: Taken, leg: Leg, gap: timedelta) -> Sentence:
    return say(
        "%(person)s cannot get on in time: %(minutes)s min on the way to %(place)s for %(event)s (%(when)s) "
        "and %(buffer)s kept free do not fit into %(gap)s",
        person=person.name,
        minutes=leg.minutes,
        place=table.place_name(taken.place),
        event=taken.name(),
        when=taken.interval,
        buffer=table.buffer,
        gap=gap,
    )


def _lunch(table: Timetable, option: Option, venue: Venue) -> Iterator[Broken]:
    if not table.problem.lunch_is_hard:
        return
    for person in _attending(table, option):
        for window in table.lunches_lost(person, option.slot, venue):
            yield Broken(
                RuleName.LUNCH,
                say(
                    "%(person)s has no %(minutes)s min for lunch left in %(window)s",
                    person=person.name,
                    minutes=table.problem.lunch_min,
                    window=window,
                ),
                person.person,
            )


def _room_free(table: Timetable, option: Option, venue: Venue) -> Iterator[Broken]:
    for busy in table.venue_busy[venue]:
        if busy.overlaps(option.slot):
            yield Broken(
                RuleName.ROOM_FREE,
                say("%(venue)s is taken, %(when)s", venue=venue.name, when=busy),
            )


def _room_large_enough(table: Timetable, option: Option, venue: Venue) -> Iterator[Broken]:
    need = max(table.problem.seats, len(option.attending))
    if venue.seats is not None and not venue.is_virtual and venue.seats < need:
        yield Broken(
            RuleName.ROOM_LARGE_ENOUGH,
            say("%(venue)s has %(seats)s seats, %(need)s are needed", venue=venue.name, seats=venue.seats, need=need),
        )


def _attending(table: Timetable, option: Option) -> Iterator[PersonTable]:
    return (table.people[one] for one in dict.fromkeys(option.attending) if one in table.people)


def gap_between(taken: Taken, slot: Interval) -> timedelta | None:
    """The time between a busy stretch and the slot; None when they overlap."""
    if taken.interval.end <= slot.start:
        return slot.start - taken.interval.end
    if slot.end <= taken.interval.start:
        return taken.interval.start - slot.end
    return None


Rule: TypeAlias = Callable[[Timetable, Option, Venue], Iterator[Broken]]

RULES: tuple[Rule, ...] = (
    _in_window,
    _not_barred,
    _required_attend,
    _one_of,
    _working_hours,
    _one_place,
    _buffer,
    _travel,
    _lunch,
    _room_free,
    _room_large_enough,
)
