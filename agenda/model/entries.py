"""One agenda entry for one event, however many calendars tell it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from agenda.model.calendars import Calendar
from agenda.model.events import Classification, Event, EventKey, PartStat, Status, Transparency
from agenda.model.gazetteer import Found, Gazetteer
from agenda.model.ids import CalendarId, MeetingId, PersonId
from agenda.model.meetings import Meeting
from agenda.model.people import Person
from agenda.model.planning import Whereabouts
from agenda.model.times import Interval

_TIGHTNESS = {Classification.PUBLIC: 0, Classification.PRIVATE: 1, Classification.CONFIDENTIAL: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An event as the office sees it.

    `event` is the copy that says most among those that take time, with the tightest classification of all copies; a
    meeting of the office's own stands until the office cancels it, whatever a copy says. `owners` are those in whose
    calendars it lies, `busy` those whose time it takes. `meeting` is set when it is one of the office's own.
    """

    event: Event
    owners: frozenset[PersonId]
    busy: frozenset[PersonId]
    sources: frozenset[CalendarId]
    found: Found
    meeting: MeetingId | None = None

    @property
    def key(self) -> EventKey:
        """The identity of the event."""
        return self.event.key

    @property
    def interval(self) -> Interval:
        """When it is."""
        return self.event.interval


def gather(
    events: Iterable[Event],
    calendars: Mapping[CalendarId, Calendar],
    people: Mapping[PersonId, Person],
    gazetteer: Gazetteer,
    meetings: Iterable[Meeting] = (),
) -> tuple[Entry, ...]:
    """Join the copies of each event, and add the confirmed meetings that no calendar has told yet.

    Copies that tell different times stay apart, each with its own people. Entries come in order of time.
    """
    own = {meeting.uid: meeting for meeting in meetings}
    copies: dict[tuple[EventKey, Interval], list[Event]] = defaultdict(list)
    for event in events:
        if event.calendar in calendars:
            copies[event.key, event.interval].append(event)
    entries = [_joined(group, calendars, people, gazetteer, own) for group in copies.values()]
    told = {(entry.meeting, entry.interval) for entry in entries if entry.meeting is not None}
    entries += [_unwritten(meeting) for meeting in own.values() if (meeting.id, meeting.slot) not in told]
    return tuple(sorted(entries, key=lambda entry: (entry.interval, entry.key)))


def _joined(
    group: list[Event],
    calendars: Mapping[CalendarId, Calendar],
    people: Mapping[PersonId, Person],
    gazetteer: Gazetteer,
    own: Mapping[str, Meeting],
) -> Entry:
    fullest = max(group, key=_says_most)
    tightest = max((event.classification for event in group), key=_TIGHTNESS.__getitem__)
    meeting = own.get(fullest.key.uid)
    busy = {
        calendars[event.calendar].owner
        for event in group
        if event.takes_time
        and calendars[event.calendar].counts_as_busy
        and not _declined(event, people.get(calendars[event.calendar].owner))
    }
    found = gazetteer.find(fullest.location, fullest.position)
    if meeting is not None and meeting.is_private:
        tightest = max(tightest, Classification.PRIVATE, key=_TIGHTNESS.__getitem__)
    if meeting is not None and meeting.slot == fullest.interval:
        busy |= set(meeting.attending)
        found = _whereabouts(meeting)
        fullest = replace(fullest, status=Status.CONFIRMED, transparency=Transparency.OPAQUE)
    return Entry(
        event=replace(fullest, classification=tightest),
        owners=frozenset(calendars[event.calendar].owner for event in group),
        busy=frozenset(busy),
        sources=frozenset(event.calendar for event in group),
        found=found,
        meeting=meeting.id if meeting is not None else None,
    )


def _says_most(event: Event) -> tuple[bool, bool, int, int, int]:
    """A copy that somebody struck out or made free speaks only for its own owner."""
    is_on = event.status is not Status.CANCELLED
    return event.takes_time, is_on, len(event.location), len(event.summary), event.sequence


def _declined(event: Event, owner: Person | None) -> bool:
    if owner is None or not owner.email:
        return False
    address = owner.email.casefold()
    return any(one.partstat is PartStat.DECLINED and one.email.casefold() == address for one in event.attendees)


def _whereabouts(meeting: Meeting) -> Found:
    if meeting.is_virtual:
        return Found(Whereabouts.VIRTUAL)
    if meeting.place is None:
        return Found(Whereabouts.UNKNOWN)
    return Found(Whereabouts.AT_PLACE, meeting.place, meeting.room)


def _unwritten(meeting: Meeting) -> Entry:
    return Entry(
        event=Event(
            calendar=CalendarId(""),
            key=EventKey(meeting.uid),
            interval=meeting.slot,
            summary=meeting.title,
            location=meeting.venue_name,
            description=meeting.description,
            classification=Classification.PRIVATE if meeting.is_private else Classification.PUBLIC,
            sequence=meeting.sequence,
        ),
        owners=frozenset(meeting.attending),
        busy=frozenset(meeting.attending),
        sources=frozenset(),
        found=_whereabouts(meeting),
        meeting=meeting.id,
    )
