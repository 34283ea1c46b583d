"""Collects what was read with doubt, or not at all; past a limit the rest is only counted."""

from __future__ import annotations

from dataclasses import dataclass, field

from agenda.model.calendars import Problem, Severity
from agenda.model.sentences import Sentence, say
from agenda.model.times import Interval


@dataclass(slots=True)
class Notes:
    """The problems of one calendar. Sentences name the calendar as `calendar`."""

    calendar: str
    limit: int
    problems: list[Problem] = field(default_factory=list)
    untold: int = 0

    def warn(self, sentence: Sentence, *, uid: str = "", line: int = 0, interval: Interval | None = None) -> None:
        """Something was read with a guess."""
        self._add(Problem(severity=Severity.WARNING, sentence=sentence, uid=uid, line=line, interval=interval))

    def fail(self, sentence: Sentence, *, uid: str = "", line: int = 0, interval: Interval | None = None) -> None:
        """Something could not be read; `interval` is the time it may take."""
        self._add(Problem(severity=Severity.ERROR, sentence=sentence, uid=uid, line=line, interval=interval))

    def all(self) -> tuple[Problem, ...]:
        """Every problem, errors first; an unknown time is never left out."""
        kept = sorted(self.problems, key=lambda one: one.severity is not Severity.ERROR)
        if self.untold:
            more = say("%(calendar)s: %(count)s more problems of this kind.", calendar=self.calendar, count=self.untold)
            kept.append(Problem(severity=Severity.WARNING, sentence=more))
        return tuple(kept)

    def _add(self, problem: Problem) -> None:
        if len(self.problems) >= self.limit and problem.interval is None:
            self.untold += 1
        else:
            self.problems.append(problem)
