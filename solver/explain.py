"""Why there is no slot, in the rules' own names, and the cheapest ways out, each with the slot that it would open.

The words come from the checker: what a candidate would break is said by `agenda.model.rules`, with people, events and
minutes. Which reasons are given is decided on the table of violations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from agenda.model.planning import Option, PlanningProblem, Reason, RuleName, WayOut
from agenda.model.rules import RuleBook
from agenda.model.sentences import Sentence, say
from agenda.model.times import MINUTE, Interval
from agenda.model.timetable import Timetable
from solver.constraints import Rule
from solver.grid import Minutes
from solver.instance import Instance
from solver.violations import Ground, Violations

EXAMPLES = 3
LOOKED_AT = 24
WAYS_OUT = 3

GIVE_UP_POINTS: Mapping[RuleName, int] = MappingProxyType(
    {
        RuleName.BUFFER: 10,
        RuleName.ROOM_LARGE_ENOUGH: 20,
        RuleName.IN_WINDOW: 30,
        RuleName.LUNCH: 50,
        RuleName.ROOM_FREE: 50,
        RuleName.WORKING_HOURS: 60,
        RuleName.TRAVEL: 80,
        RuleName.ONE_PLACE_AT_A_TIME: 100,
        RuleName.SOMEBODY_OF_EACH_GROUP: 100,
        RuleName.NOT_BARRED: 120,
    }
)
"""What it costs to give a rule up once, in points, when ways out are compared; minimised."""

WITHOUT_SOMEBODY = 110
"""No more than this for all the rules about one person together: the meeting can be held without that person."""


def explain(
    problem: PlanningProblem, rules: Sequence[Rule], most_cells: int
) -> tuple[tuple[Reason, ...], tuple[WayOut, ...]]:
    """The reasons, none of which could be left out, and the ways out, cheapest first.

    Other times than those asked for are looked at too, as far as that makes no more than `most_cells`.
    """
    instance = Instance(problem, everywhere=True)
    if instance.cells > most_cells:
        instance = Instance(problem)
    if not len(instance.starts):
        return (_too_short(problem),), ()
    violations = Violations(instance, rules)
    if not violations.grounds or not violations.broken.any(axis=0).all():
        return (), ()
    witness = Witness(problem, violations)
    return witness.reasons(violations.core()), witness.ways_out()


def listed(sentences: Sequence[Sentence]) -> Sentence:
    """Several sentences as one, apart by semicolons."""
    first, *rest = sentences or [say("nothing")]
    for one in rest:
        first = say("%(first)s; %(then)s", first=first, then=one)
    return first


def _too_short(problem: PlanningProblem) -> Reason:
    sentence = say(
        "Nothing of %(minutes)s min fits into %(horizon)s.", minutes=problem.duration_min, horizon=problem.horizon
    )
    return Reason(RuleName.IN_WINDOW, sentence)


class Witness:
    """Says in words what candidates would break."""

    def __init__(self, problem: PlanningProblem, violations: Violations) -> None:
        """Read the problem once for the checker."""
        self.problem = problem
        self.instance = violations.instance
        self.violations = violations
        self._table = Timetable(problem)
        self._book = RuleBook(self._table)

    def reasons(self, core: Sequence[int]) -> tuple[Reason, ...]:
        """One reason for each ground of a core."""
        broken = self.violations.broken[core]
        alone = broken.sum(axis=0) == 1
        return tuple(
            self._reason(self.violations.grounds[ground], np.flatnonzero(alone & row))
            for ground, row in zip(core, broken, strict=True)
        )

    def _reason(self, ground: Ground, candidates: Minutes) -> Reason:
        """Put a ground into words by what it does to `candidates`, which nothing else of the core keeps from being."""
        person = None if ground.person is None else self.problem.attendance[ground.person].person
        name = "" if person is None else self._table.people[person].name
        spread = candidates[np.unique(np.linspace(0, len(candidates) - 1, LOOKED_AT).astype(np.int64))]
        said: dict[str, Sentence] = {}
        for candidate in spread.tolist():
            for reason in self._broken(candidate):
                if self._is_about(reason, ground):
                    said.setdefault(str(reason.sentence), reason.sentence)
        examples = listed(list(said.values())[:EXAMPLES])
        times = len(np.unique(candidates % len(self.instance.starts)))
        return Reason(ground.rule, self._in_words(ground, name, times, examples), person)

    def _is_about(self, reason: Reason, ground: Ground) -> bool:
        if ground.group is not None:
            people = self._table.groups()[ground.group]
            return reason.person in people
        asked = None if ground.person is None else self.problem.attendance[ground.person].person
        return (reason.rule, reason.person) == (ground.rule, asked)

    def _in_words(self, ground: Ground, name: str, times: int, examples: Sentence) -> Sentence:
        match ground.rule:
            case RuleName.IN_WINDOW:
                return say(
                    "Only these times were asked for: %(windows)s",
                    windows=tuple(self._table.windows[:EXAMPLES]) or say("none"),
                )
            case RuleName.NOT_BARRED:
                return say(
                    "Every time that the other reasons leave (%(times)s) is a day off or protected: %(examples)s",
                    times=times,
                    examples=examples,
                )
            case RuleName.WORKING_HOURS:
                return say(
                    "%(person)s does not work whenever the other reasons leave time (%(times)s): %(examples)s",
                    person=name,
                    times=times,
                    examples=examples,
                )
            case RuleName.ONE_PLACE_AT_A_TIME:
                return say(
                    "%(person)s has something else whenever the other reasons leave time (%(times)s): %(examples)s",
                    person=name,
                    times=times,
                    examples=examples,
                )
            case RuleName.BUFFER | RuleName.TRAVEL:
                return say(
                    "%(person)s lacks the minutes whenever the other reasons leave time (%(times)s): %(examples)s",
                    person=name,
                    times=times,
                    examples=examples,
                )
            case RuleName.LUNCH:
                return say(
                    "%(person)s would lose lunch whenever the other reasons leave time (%(times)s): %(examples)s",
                    person=name,
                    times=times,
                    examples=examples,
                )
            case RuleName.SOMEBODY_OF_EACH_GROUP:
                return say(
                    "Nobody of a group of which one has to come can whenever the other reasons leave time (%(times)s): "
                    "%(examples)s",
                    times=times,
                    examples=examples,
                )
            case _:
                return say(
                    "The venue will not do whenever the other reasons leave time (%(times)s): %(examples)s",
                    times=times,
                    examples=examples,
                )

    def ways_out(self) -> tuple[WayOut, ...]:
        """The cheapest things to give up: none asks for more than a cheaper one, each with its best slot."""
        ways: list[WayOut] = []
        taken: list[NDArray[np.bool_]] = []
        for candidate in np.argsort(self._costs(), kind="stable").tolist():
            signature = self.violations.broken[:, candidate]
            if any((signature >= other).all() for other in taken):
                continue
            taken.append(signature)
            ways.append(self._way_out(candidate))
            if len(ways) == WAYS_OUT:
                break
        return tuple(ways)

    def _costs(self) -> Minutes:
        """What each candidate would cost to make possible; ties go to the earlier, then to the venue named first."""
        points = np.zeros(self.violations.broken.shape[1], dtype=np.int64)
        people: dict[int, Minutes] = {}
        for ground, row in zip(self.violations.grounds, self.violations.broken, strict=True):
            cost = row * GIVE_UP_POINTS[ground.rule]
            if ground.person is None:
                points += cost
            else:
                people[ground.person] = people.get(ground.person, 0) + cost
        for cost in people.values():
            points += np.minimum(cost, WITHOUT_SOMEBODY)
        venues, starts = self.instance.shape
        late = np.tile(np.arange(starts), venues) * venues + np.repeat(np.arange(venues), starts)
        return points * (venues * starts) + late

    def _way_out(self, candidate: int) -> WayOut:
        option = self._option(candidate)
        gives_up = self._book.broken(option)
        return WayOut(
            gives_up,
            option.slot,
            option.venue_name,
            say(
                "%(slot)s, %(venue)s: possible if this is given up: %(what)s",
                slot=option.slot,
                venue=option.venue_name,
                what=listed([one.sentence for one in gives_up]),
            ),
        )

    def _broken(self, candidate: int) -> tuple[Reason, ...]:
        return self._book.broken(self._option(candidate))

    def _option(self, candidate: int) -> Option:
        """The meeting at a candidate with all who are required, and of each group the first able, or else the first."""
        venue, start = divmod(candidate, len(self.instance.starts))
        begin = self.instance.grid.instant(int(self.instance.starts[start]))
        people = [person.number for person in self.instance.required]
        for group in self.instance.groups.values():
            able = [one.number for one in group if not self.violations.away[one.number][venue, start]]
            people.append(able[0] if able else group[0].number)
        there = self.problem.venues[venue]
        return Option(
            slot=Interval(begin, begin + self.problem.duration_min * MINUTE),
            place=there.place,
            room=there.room,
            venue_name=there.name,
            attending=tuple(self.problem.attendance[number].person for number in people),
            missing=(),
            terms=(),
            drives=(),
            is_virtual=there.is_virtual,
        )
