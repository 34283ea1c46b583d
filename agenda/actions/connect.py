"""Connect calendars, and say which of them count."""

from __future__ import annotations

from dataclasses import dataclass, replace

from agenda.actions.book import Book
from agenda.model.calendars import Calendar
from agenda.model.errors import BadInputError
from agenda.model.ids import CalendarId
from agenda.model.sentences import say
from agenda.ports import Store


@dataclass(frozen=True, slots=True)
class Connect:
    """Which calendars the office reads."""

    store: Store
    book: Book

    def add(self, calendar: Calendar) -> Calendar:
        """Keep a new calendar; the next round reads it.

        Raises:
            BadInputError: nobody knows its owner, or its id is in use for another address.
        """
        if calendar.owner not in self.book.directory.people:
            raise BadInputError("owner", say("Nobody here is called %(person)s.", person=calendar.owner))
        with self.store.writing() as unit:
            known = {one.id: one for one in unit.calendars.all()}
            if calendar.id in known:
                if known[calendar.id].address != calendar.address:
                    raise BadInputError(
                        "name", say("There is already a calendar %(name)s. Choose another name.", name=calendar.id)
                    )
                unit.calendars.save(calendar)
            else:
                unit.calendars.add(calendar)
            unit.commit()
        return calendar

    def count_as_busy(self, calendar_id: CalendarId, *, counts: bool) -> Calendar:
        """Say whether its events take their owner's time."""
        with self.store.writing() as unit:
            calendar = replace(unit.calendars.get(calendar_id), counts_as_busy=counts)
            unit.calendars.save(calendar)
            unit.commit()
        return calendar

    def remove(self, calendar_id: CalendarId) -> None:
        """Forget a calendar with all that was read from it; at its provider nothing changes."""
        with self.store.writing() as unit:
            unit.calendars.get(calendar_id)
            unit.calendars.remove(calendar_id)
            unit.commit()
