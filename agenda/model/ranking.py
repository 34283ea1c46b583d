"""Which of two options goes first, and when two are too much alike to show both."""

from __future__ import annotations

from collections.abc import Iterable

from agenda.model.ids import PersonId
from agenda.model.planning import Option, PlanningProblem
from agenda.model.rules import RuleBook
from agenda.model.timetable import Timetable

RankKey = tuple[int, int, int, tuple[int, ...], tuple[int, ...]]


class Ranking:
    """The order of options over one problem, and the difference rule."""

    def __init__(self, problem: PlanningProblem | Timetable) -> None:
        """Read the problem."""
        self.table = problem if isinstance(problem, Timetable) else Timetable(problem)
        self._book = RuleBook(self.table)
        self._groups = tuple(self.table.groups().values())

    def key(self, option: Option) -> RankKey:
        """Smaller goes first: score, then start, then the venue's place in the list, then who comes.

        Of a group the one who was named first goes first, then optional attendees who come before those who do not.
        """
        venues = self.table.problem.venues
        venue = self._book.venue_of(option)
        return (
            option.score,
            int(option.slot.start.timestamp()),
            len(venues) if venue is None else venues.index(venue),
            tuple(
                next((place for place, one in enumerate(group) if one in option.attending), len(group))
                for group in self._groups
            ),
            tuple(int(one in option.missing) for one in self.table.people),
        )

    def alike(self, one: Option, other: Option) -> bool:
        """Whether they count as the same: near in time on one day, in one place, with the same people standing in.

        Rooms of one place are one venue here, all virtual ones are one, and so are all whose place nobody knows. An
        optional attendee more or less makes no difference.
        """
        return (
            (one.place, one.is_virtual) == (other.place, other.is_virtual)
            and self.table.day(one.slot.start) == self.table.day(other.slot.start)
            and abs(one.slot.start - other.slot.start).total_seconds() < 60 * max(1, self.table.problem.apart_min)
            and self._stand_ins(one) == self._stand_ins(other)
        )

    def best(self, options: Iterable[Option], count: int) -> tuple[Option, ...]:
        """Up to `count`: the first of all, then again and again the first that is like none of those chosen."""
        left = sorted(options, key=self.key)
        chosen: list[Option] = []
        while left and len(chosen) < count:
            chosen.append(left[0])
            left = [option for option in left if not self.alike(option, chosen[-1])]
        return tuple(chosen)

    def _stand_ins(self, option: Option) -> tuple[PersonId, ...]:
        return tuple(person for group in self._groups for person in group if person in option.attending)
