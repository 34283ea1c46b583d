"""The office's book: policy, directory, and what the store knows of a stretch of time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from agenda.model.availability import Knowledge
from agenda.model.entries import Entry, gather
from agenda.model.errors import BadInputError
from agenda.model.gazetteer import Gazetteer
from agenda.model.ids import PersonId
from agenda.model.policy import Directory, Policy
from agenda.model.requests import Request
from agenda.model.sentences import Sentence, say
from agenda.model.times import DAY, Interval
from agenda.ports import Holidays, UnitOfWork


@dataclass(frozen=True, slots=True)
class Book:
    """What every action needs to know of the office itself."""

    policy: Policy
    directory: Directory
    gazetteer: Gazetteer
    holidays: Holidays

    def entries(self, unit: UnitOfWork, span: Interval, people: Iterable[PersonId] | None = None) -> tuple[Entry, ...]:
        """Every entry that overlaps the span, of some people's calendars or of all, with the office's own meetings."""
        wanted = None if people is None else frozenset(people)
        meetings = [
            meeting
            for meeting in unit.meetings.within(span)
            if wanted is None or wanted.intersection(meeting.attending)
        ]
        calendars = {calendar.id: calendar for calendar in unit.calendars.all()}
        events = unit.events.within(span, people=wanted)
        return gather(events, calendars, self.directory.people, self.gazetteer, meetings)

    def knowledge(self, unit: UnitOfWork, span: Interval, now: datetime) -> Knowledge:
        """All that is known of a stretch of time, of everybody: rooms are taken by others, too."""
        return Knowledge(
            entries=self.entries(unit, span),
            calendars={calendar.id: calendar for calendar in unit.calendars.all()},
            freshness=unit.calendars.freshness(),
            problems=unit.calendars.problems(),
            holidays=self.days_off(span),
            now=now,
        )

    def insist_on(self, request: Request) -> None:
        """Refuse a request that names what the directory does not hold any more.

        Raises:
            BadInputError: who left, or which place is gone; the request can be changed.
        """
        for person in request.people():
            if person not in self.directory.people:
                raise BadInputError("required", say("Nobody here is called %(person)s.", person=person))
        if request.place is not None and request.place not in self.directory.places:
            raise BadInputError(
                "place", say("Nobody knows the place %(place)s. Choose one from the list.", place=request.place)
            )

    def days_off(self, span: Interval) -> dict[date, Sentence]:
        """The holidays that the span touches."""
        zone = self.policy.zone
        return self.holidays.between(span.start.astimezone(zone).date(), span.end.astimezone(zone).date() + DAY)
