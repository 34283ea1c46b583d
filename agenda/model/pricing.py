"""What an option costs: the one evaluator that every engine's answers are scored by.

Points are prices: a term is a weight times a count, both whole numbers, none negative, and the score is their sum. The
formulas in prose are in docs/planning-problem.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import TypeAlias

from agenda.model.ids import PersonId
from agenda.model.people import Role
from agenda.model.planning import Drive, Option, PlanningProblem, Term, TermName, Venue
from agenda.model.sentences import Sentence, say
from agenda.model.times import MINUTE, Interval
from agenda.model.timetable import Around, PersonTable, Stop, Timetable
from agenda.model.travel import Leg, Quality


def price(problem: PlanningProblem, slot: Interval, venue: Venue, attending: Iterable[PersonId]) -> Option:
    """The option of meeting in that slot, there, with those people: its terms and its drives."""
    return PriceList(problem).option(slot, venue, attending)


class PriceList:
    """The prices over one problem, read once for many options."""

    def __init__(self, problem: PlanningProblem | Timetable) -> None:
        """Read the problem."""
        self.table = problem if isinstance(problem, Timetable) else Timetable(problem)

    def option(self, slot: Interval, venue: Venue, attending: Iterable[PersonId]) -> Option:
        """One option with its price; people are put in the order in which they were asked for."""
        table = self.table
        wanted = set(attending)
        coming = tuple(person for one, person in table.people.items() if one in wanted)
        terms = [term for wish in WISHES for term in wish(table, slot, venue, coming)]
        return Option(
            slot=slot,
            place=venue.place,
            room=venue.room,
            venue_name=venue.name,
            attending=tuple(one.person for one in coming),
            missing=tuple(one.person for one in _missing(table, coming)),
            terms=tuple(terms),
            drives=tuple(drive for one in coming for drive in _drives(table, one, slot, venue)),
            is_virtual=venue.is_virtual,
        )


def _missing(table: Timetable, coming: tuple[PersonTable, ...]) -> Iterator[PersonTable]:
    return (one for one in table.people.values() if one.role is Role.OPTIONAL and one not in coming)


def _drives(table: Timetable, person: PersonTable, slot: Interval, venue: Venue) -> Iterator[Drive]:
    around = table.around(person, slot, venue)
    if around.before is not None and around.leg_before.minutes:
        leaves = slot.start - around.leg_before.minutes * MINUTE
        yield Drive(
            person=person.person,
            origin=around.before.place,
            goal=venue.place,
            leg=around.leg_before,
            interval=Interval(leaves, slot.start),
        )
    if around.after is not None and around.leg_after.minutes:
        arrives = slot.end + around.leg_after.minutes * MINUTE
        yield Drive(
            person=person.person,
            origin=venue.place,
            goal=around.after.place,
            leg=around.leg_after,
            interval=Interval(slot.end, arrives),
        )


def _delay(table: Timetable, slot: Interval, _venue: Venue, _coming: tuple[PersonTable, ...]) -> Iterator[Term]:
    first = table.first_day
    days = 0 if first is None else max(0, (table.day(slot.start) - first).days)
    if days:
        late = (
            say("1 day after the first possible day")
            if days == 1
            else say("%(days)s days after the first possible day", days=days)
        )
        yield Term(TermName.DELAY, days * table.problem.weights.day_of_delay, late)


def _travel(table: Timetable, slot: Interval, venue: Venue, coming: tuple[PersonTable, ...]) -> Iterator[Term]:
    for person in coming:
        around = table.around(person, slot, venue)
        if around.extra_min:
            points = around.extra_min * table.problem.weights.travel_minute
            yield Term(TermName.TRAVEL, points, _drive_in_words(table, person, around))


def _drive_in_words(table: Timetable, person: PersonTable, around: Around) -> Sentence:
    before, after = around.leg_before.minutes, around.leg_after.minutes
    origin = table.place_name(around.before.place if around.before else None)
    goal = table.place_name(around.after.place if around.after else None)
    if not after:
        drive = say(
            "%(before)s min drive for %(person)s before, from %(origin)s",
            before=before,
            person=person.name,
            origin=origin,
        )
    elif not before:
        drive = say("%(after)s min drive for %(person)s after, to %(goal)s", after=after, person=person.name, goal=goal)
    else:
        drive = say(
            "%(before)s min drive for %(person)s before, from %(origin)s, and %(after)s min after, to %(goal)s",
            before=before,
            person=person.name,
            origin=origin,
            after=after,
            goal=goal,
        )
    if around.extra_min == before + after:
        return drive
    return say("%(drive)s; %(extra)s min more than without the meeting", drive=drive, extra=around.extra_min)


def _uncertain_leg(table: Timetable, slot: Interval, venue: Venue, coming: tuple[PersonTable, ...]) -> Iterator[Term]:
    for person in coming:
        around = table.around(person, slot, venue)
        for stop, leg in ((around.before, around.leg_before), (around.after, around.leg_after)):
            if stop is not None and leg.quality in {Quality.ROUGH, Quality.ASSUMED}:
                yield Term(
                    TermName.UNCERTAIN_LEG, table.problem.weights.uncertain_leg, _doubt(table, person, venue, stop, leg)
                )


def _doubt(table: Timetable, person: PersonTable, venue: Venue, stop: Stop, leg: Leg) -> Sentence:
    place = table.place_name(stop.place)
    if leg.quality is Quality.ROUGH:
        return say(
            "%(minutes)s min between %(place)s and %(venue)s are a rough estimate, for %(person)s",
            minutes=leg.minutes,
            place=place,
            venue=venue.name,
            person=person.name,
        )
    return say(
        "%(minutes)s min between %(place)s and %(venue)s are only assumed, for %(person)s",
        minutes=leg.minutes,
        place=place,
        venue=venue.name,
        person=person.name,
    )


def _optional_missing(
    table: Timetable, _slot: Interval, _venue: Venue, coming: tuple[PersonTable, ...]
) -> Iterator[Term]:
    for person in _missing(table, coming):
        yield Term(
            TermName.OPTIONAL_MISSING,
            table.problem.weights.optional_missing,
            say("%(person)s (optional) does not come", person=person.name),
        )


def _unknown_time(table: Timetable, slot: Interval, _venue: Venue, coming: tuple[PersonTable, ...]) -> Iterator[Term]:
    for person in coming:
        if any(unknown.overlaps(slot) for unknown in person.unknown):
            yield Term(
                TermName.UNKNOWN_TIME,
                table.problem.weights.unknown_time,
                say("the calendar of %(person)s could not be read for that time", person=person.name),
            )


def _lunch_lost(table: Timetable, slot: Interval, venue: Venue, coming: tuple[PersonTable, ...]) -> Iterator[Term]:
    for person in coming:
        for window in table.lunches_lost(person, slot, venue):
            yield Term(
                TermName.LUNCH_LOST,
                table.problem.weights.lunch_lost,
                say(
                    "%(person)s loses lunch: no %(minutes)s min are left in %(window)s",
                    person=person.name,
                    minutes=table.problem.lunch_min,
                    window=window,
                ),
            )


def slacks(table: Timetable, person: PersonTable, slot: Interval, venue: Venue) -> tuple[int | None, int | None]:
    """Minutes left beyond drive and buffer, at the tightest event before and the tightest after; None: none is near."""
    buffer, near = table.problem.buffer_min, table.near(person, slot)
    before = [
        _minutes(taken.interval.end, slot.start) - table.leg_from(taken, venue).minutes - buffer
        for taken in near
        if taken.interval.end <= slot.start
    ]
    after = [
        _minutes(slot.end, taken.interval.start) - table.leg_to(venue, taken).minutes - buffer
        for taken in near
        if slot.end <= taken.interval.start
    ]
    return min(before, default=None), min(after, default=None)


def _minutes(start: datetime, end: datetime) -> int:
    return (end - start) // MINUTE


def _back_to_back(table: Timetable, slot: Interval, venue: Venue, coming: tuple[PersonTable, ...]) -> Iterator[Term]:
    for person in coming:
        slack = [one for one in slacks(table, person, slot, venue) if one is not None]
        if any(one < table.problem.pause_min for one in slack):
            yield Term(
                TermName.BACK_TO_BACK,
                table.problem.weights.back_to_back,
                say("no pause for %(person)s: %(minutes)s min to spare", person=person.name, minutes=min(slack)),
            )


def _fragment(table: Timetable, slot: Interval, venue: Venue, coming: tuple[PersonTable, ...]) -> Iterator[Term]:
    shortest, longest = table.problem.pause_min, table.problem.fragment_min
    for person in coming:
        idle = [one for one in slacks(table, person, slot, venue) if one is not None and shortest <= one < longest]
        if idle:
            yield Term(
                TermName.FRAGMENT,
                table.problem.weights.fragment,
                say("%(person)s is left with %(minutes)s min too short to use", person=person.name, minutes=min(idle)),
            )


def _outside_band(table: Timetable, slot: Interval, _venue: Venue, _coming: tuple[PersonTable, ...]) -> Iterator[Term]:
    if table.problem.bands and not any(band.contains(slot) for band in table.bands):
        yield Term(TermName.OUTSIDE_BAND, table.problem.weights.outside_band, say("outside the hours the office likes"))


def _venue(_table: Timetable, _slot: Interval, venue: Venue, _coming: tuple[PersonTable, ...]) -> Iterator[Term]:
    if venue.price:
        yield Term(TermName.VENUE, venue.price, say("%(venue)s is not the first choice of venue", venue=venue.name))


Wish: TypeAlias = Callable[[Timetable, Interval, Venue, tuple[PersonTable, ...]], Iterator[Term]]

WISHES: tuple[Wish, ...] = (
    _delay,
    _travel,
    _uncertain_leg,
    _optional_missing,
    _unknown_time,
    _lunch_lost,
    _back_to_back,
    _fragment,
    _outside_band,
    _venue,
)
