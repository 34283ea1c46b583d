"""Confirmed meetings, kept, with the time they take. The database itself refuses to put one person in two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, insert, select, tuple_

from agenda.model.errors import SlotTakenError
from agenda.model.ids import MeetingId, PersonId
from agenda.model.meetings import Meeting, MeetingState
from agenda.model.sentences import Sentence, say
from agenda.model.times import Interval
from agenda.store import rows
from agenda.store.codec import NAMES
from agenda.store.failures import OverlapError
from agenda.store.tables import bookings, meetings, subjects

PERSON = "person"
ROOM = "room"

Subject = tuple[str, str]
"""Kind and id of what a meeting takes the time of."""


@dataclass(frozen=True, slots=True)
class SqlMeetings:
    """The confirmed meetings, in one transaction."""

    connection: Connection

    def book(self, meeting: Meeting) -> None:
        """Keep a new one, with the time of its firm people and of its room.

        Raises:
            SlotTakenError: one of them is already booked at that time; nothing of this meeting was kept.
        """
        firm = [(PERSON, str(person)) for person in meeting.firm]
        if meeting.room is not None:
            firm.append((ROOM, str(meeting.room)))
        loose = [(PERSON, str(person)) for person in meeting.attending if person not in meeting.firm]
        numbers = self._subjects(firm + loose)
        refused = False
        try:
            with self.connection.begin_nested():
                self._insert(meeting, numbers, frozenset(firm))
        except OverlapError:
            refused = True
        if refused:
            raise self._taken(meeting.slot, [numbers[subject] for subject in firm])

    def cancel(self, meeting: Meeting) -> None:
        """Keep the cancelled meeting and free the time it took; NotFoundError where there is none."""
        cancelled = replace(meeting, state=MeetingState.CANCELLED)
        rows.save(self.connection, meetings, "meeting", meeting_row(cancelled))
        number = select(meetings.c.no).where(meetings.c.id == meeting.id).scalar_subquery()
        self.connection.execute(delete(bookings).where(bookings.c.meeting_no == number))

    def get(self, meeting: MeetingId) -> Meeting:
        """One by id, or NotFoundError."""
        return meeting_of(
            rows.one(self.connection, select(meetings).where(meetings.c.id == meeting), "meeting", meeting)
        )

    def within(self, span: Interval) -> Sequence[Meeting]:
        """Confirmed ones that overlap the span, by start."""
        query = (
            select(meetings)
            .where(meetings.c.state == MeetingState.CONFIRMED)
            .where(meetings.c.starts_at < span.end, meetings.c.ends_at > span.start)
            .order_by(meetings.c.starts_at, meetings.c.ends_at, meetings.c.no)
        )
        return [meeting_of(row) for row in self.connection.execute(query).mappings()]

    def _insert(self, meeting: Meeting, numbers: dict[Subject, int], firm: frozenset[Subject]) -> None:
        meeting_no = rows.add(self.connection, meetings, meeting_row(meeting))
        taken = [
            {
                "meeting_no": meeting_no,
                "subject_no": number,
                "starts_at": meeting.slot.start,
                "ends_at": meeting.slot.end,
                "firm": subject in firm,
            }
            for subject, number in numbers.items()
        ]
        if taken:
            self.connection.execute(insert(bookings).values(taken))  # one statement: a refusal breaks no pipeline

    def _subjects(self, wanted: list[Subject]) -> dict[Subject, int]:
        """The number of each subject, made where it is new; all locked until the end, in one order for everybody.

        Without the locks two bookings of the same people would wait for one another inside PostgreSQL's exclusion
        constraint until it calls that a deadlock. The locks refuse nobody: the constraint does. New subjects are made
        before the first lock is taken, and in one order too, or that would be the deadlock.
        """
        if not wanted:
            return {}
        among = tuple_(subjects.c.kind, subjects.c.id).in_(wanted)
        known = {(row.kind, row.id) for row in self.connection.execute(select(subjects).where(among))}
        new = sorted(set(wanted) - known)
        if new:
            statement = rows.upsert(self.connection, subjects).on_conflict_do_nothing()
            self.connection.execute(statement, [{"kind": kind, "id": name} for kind, name in new])
        query = select(subjects).where(among).order_by(subjects.c.no).with_for_update(key_share=True)
        return {(row.kind, row.id): row.no for row in self.connection.execute(query)}

    def _taken(self, slot: Interval, numbers: list[int]) -> SlotTakenError:
        """Who is in the way, as far as it may be told."""
        query = (
            select(subjects.c.kind, subjects.c.id, meetings.c.title, meetings.c.is_private)
            .join_from(bookings, meetings, bookings.c.meeting_no == meetings.c.no)
            .join(subjects, bookings.c.subject_no == subjects.c.no)
            .where(bookings.c.subject_no.in_(numbers), bookings.c.firm)
            .where(bookings.c.starts_at < slot.end, bookings.c.ends_at > slot.start)
            .order_by(subjects.c.kind, bookings.c.starts_at, bookings.c.no)
            .limit(1)
        )
        holder = self.connection.execute(query).mappings().first()
        return SlotTakenError(slot, taken_by=_told(holder))


def _told(holder: RowMapping | None) -> Sentence:
    """Who is in the way: by the meeting's title, or only that it is so where the meeting is private."""
    if holder is None:  # freed between the refusal and the look
        return say("somebody was booked at that time")
    match holder["kind"], holder["is_private"]:
        case "person", True:
            return say("%(person)s is busy then", person=holder["id"])
        case "person", False:
            return say("%(person)s is in “%(meeting)s” then", person=holder["id"], meeting=holder["title"])
        case _, True:
            return say("the room is taken then")
        case _:
            return say("the room is taken by “%(meeting)s” then", meeting=holder["title"])


def meeting_row(meeting: Meeting) -> dict[str, Any]:
    """A meeting as its row."""
    return {
        "id": meeting.id,
        "request": meeting.request,
        "title": meeting.title,
        "starts_at": meeting.slot.start,
        "ends_at": meeting.slot.end,
        "attending": NAMES.write(meeting.attending),
        "firm": NAMES.write(meeting.firm),
        "place": meeting.place,
        "room": meeting.room,
        "venue_name": meeting.venue_name,
        "is_virtual": meeting.is_virtual,
        "is_private": meeting.is_private,
        "description": meeting.description,
        "sequence": meeting.sequence,
        "state": meeting.state,
        "confirmed_by": meeting.confirmed_by,
        "confirmed_at": meeting.confirmed_at,
    }


def meeting_of(row: RowMapping) -> Meeting:
    """A row as the meeting it keeps."""
    values = dict(row)
    del values["no"]
    slot = Interval(values.pop("starts_at"), values.pop("ends_at"))
    attending, firm = (tuple(map(PersonId, NAMES.read(values.pop(name)))) for name in ("attending", "firm"))
    return Meeting(slot=slot, attending=attending, firm=firm, **values)
