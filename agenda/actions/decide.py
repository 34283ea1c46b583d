"""What the office does with a proposal: confirm one option, or turn the request down."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from agenda.actions.book import Book
from agenda.model.availability import horizon_of, problem_of
from agenda.model.errors import AlreadyDecidedError, BadInputError, NotFoundError, SlotTakenError
from agenda.model.events import Attendee, PartStat
from agenda.model.ids import CalendarId, MeetingId, OutboxId, PersonId, ProposalId, RequestId, fresh_id
from agenda.model.meetings import Errand, Invitation, Meeting, MeetingState, Method, OutboxItem
from agenda.model.planning import Option, TermName
from agenda.model.proposals import Proposal, ProposalState
from agenda.model.requests import Request, RequestState
from agenda.model.rules import broken_rules
from agenda.model.sentences import say
from agenda.ports import Clock, Store, UnitOfWork


@dataclass(frozen=True, slots=True)
class Decide:
    """The secretary's word. `refresh` reads the calendars of some people again, as far as that goes quickly."""

    store: Store
    clock: Clock
    book: Book
    refresh: Callable[[Iterable[PersonId]], None]

    def confirm(self, proposal_id: ProposalId, option: int, *, by: str) -> Meeting:
        """Confirm one option, unless the agenda has changed under it.

        The invitations are only noted here, in the same transaction; they are sent afterwards, so that a slow
        provider never holds the store. Confirming the same option again gives the same meeting.

        Raises:
            NotFoundError: there is no such proposal or option.
            AlreadyDecidedError: somebody chose another option, or there is a newer proposal.
            SlotTakenError: something took the slot since it was proposed, or nobody knows any more whether it is free.
            BadInputError: the request names somebody, or a place, that is gone.
        """
        with self.store.reading() as unit:
            proposal = unit.proposals.get(proposal_id)
        self.refresh(_option_of(proposal, option).attending)
        self._look_before(proposal_id, option)
        with self.store.writing() as unit:
            request = unit.requests.get(proposal.request)  # first, as everybody does who decides on it
            proposal = unit.proposals.get(proposal_id)
            chosen = _option_of(proposal, option)
            if proposal.state is ProposalState.CONFIRMED and proposal.chosen == option and proposal.meeting:
                return unit.meetings.get(proposal.meeting)
            _refuse_decided(proposal)
            now = self.clock.now()
            self._check(unit, request, chosen, now)
            meeting = self._meeting_of(request, chosen, by, now)
            unit.meetings.book(meeting)
            unit.proposals.save(proposal.confirm(option, meeting.id, by=by, at=now))
            unit.requests.save(request.now(RequestState.CONFIRMED))
            for item in self._errands(unit, meeting, now):
                unit.outbox.put(item)
            unit.commit()
        return meeting

    def _look_before(self, proposal_id: ProposalId, option: int) -> None:
        """Refuse what is plainly taken without making other writers wait; the word is given on a second look."""
        with self.store.reading() as unit:
            proposal = unit.proposals.get(proposal_id)
            if proposal.state is ProposalState.OPEN:
                request = unit.requests.get(proposal.request)
                self._check(unit, request, _option_of(proposal, option), self.clock.now())

    def cancel(self, meeting_id: MeetingId) -> Meeting:
        """Call a confirmed meeting off: its time is free again, and everybody invited is told.

        Raises:
            NotFoundError: there is no such meeting.
        """
        with self.store.reading() as unit:
            asked = unit.meetings.get(meeting_id).request
        with self.store.writing() as unit:
            request = unit.requests.get(asked) if asked is not None else None
            meeting = unit.meetings.get(meeting_id)
            if meeting.state is MeetingState.CANCELLED:
                return meeting
            cancelled = meeting.cancelled()
            unit.meetings.cancel(cancelled)
            if request is not None:
                unit.requests.save(request.now(RequestState.WITHDRAWN))
            for item in self._recalls(unit, cancelled, self.clock.now()):
                unit.outbox.put(item)
            unit.commit()
        return cancelled

    def decline(self, request_id: RequestId) -> Request:
        """Turn a request down; its open proposal is put aside.

        Raises:
            BadInputError: it is already confirmed.
        """
        with self.store.writing() as unit:
            request = unit.requests.get(request_id)
            if request.state is RequestState.CONFIRMED:
                raise BadInputError("request", say("This request is already confirmed; cancel its meeting instead."))
            proposal = unit.proposals.latest(request_id)
            if proposal is not None and proposal.state is ProposalState.OPEN:
                unit.proposals.save(proposal.superseded())
            declined = request.now(RequestState.DECLINED)
            unit.requests.save(declined)
            unit.commit()
        return declined

    def _check(self, unit: UnitOfWork, request: Request, option: Option, now: datetime) -> None:
        self.book.insist_on(request)
        knowledge = self.book.knowledge(unit, horizon_of(request, self.book.policy), now)
        problem = problem_of(request, self.book.policy, self.book.directory, knowledge)
        broken = broken_rules(problem, option)
        if broken:
            raise SlotTakenError(option.slot, taken_by=broken[0].sentence)
        if any(term.name is TermName.UNKNOWN_TIME for term in option.terms):
            return  # it was chosen with that in its price
        for person in problem.people:
            if person.person in option.attending and any(one.overlaps(option.slot) for one in person.unknown):
                raise SlotTakenError(
                    option.slot,
                    taken_by=say(
                        "What %(person)s does then cannot be read any more, so that it may be taken.",
                        person=person.name,
                    ),
                )

    def _meeting_of(self, request: Request, option: Option, by: str, now: datetime) -> Meeting:
        return Meeting(
            id=MeetingId(fresh_id()),
            request=request.id,
            title=request.title,
            slot=option.slot,
            attending=option.attending,
            firm=option.attending,
            place=option.place,
            room=option.room,
            venue_name=option.venue_name,
            is_virtual=option.is_virtual,
            is_private=request.is_private,
            description=request.purpose,
            confirmed_by=by,
            confirmed_at=now,
        )

    def _errands(self, unit: UnitOfWork, meeting: Meeting, now: datetime) -> Iterable[OutboxItem]:
        invitation = self._invitation(meeting, Method.REQUEST, now)
        writable: dict[PersonId, CalendarId] = {}
        for calendar in unit.calendars.all():
            if calendar.writable:
                writable.setdefault(calendar.owner, calendar.id)
        for person in meeting.attending:
            if person in writable:
                yield _item(meeting, Errand.WRITE_EVENT, invitation, now, calendar=writable[person])
            address = self.book.directory.people[person].email
            if address:
                yield _item(meeting, Errand.MAIL, invitation, now, address=address)

    def _recalls(self, unit: UnitOfWork, meeting: Meeting, now: datetime) -> Iterable[OutboxItem]:
        """A cancellation to each that the invitation was meant for, whoever has left or changed calendars since."""
        invited = [one for one in unit.outbox.of_meeting(meeting.id) if one.invitation.method is Method.REQUEST]
        for sent in reversed(invited):
            invitation = replace(
                sent.invitation, method=Method.CANCEL, sequence=meeting.sequence, stamped_at=now.replace(microsecond=0)
            )
            errand = Errand.REMOVE_EVENT if sent.errand is Errand.WRITE_EVENT else sent.errand
            yield _item(meeting, errand, invitation, now, calendar=sent.calendar, address=sent.address)

    def _invitation(self, meeting: Meeting, method: Method, now: datetime) -> Invitation:
        people = [self.book.directory.people[person] for person in meeting.attending]
        policy = self.book.policy
        return Invitation(
            method=method,
            uid=meeting.uid,
            sequence=meeting.sequence,
            stamped_at=now.replace(microsecond=0),
            slot=meeting.slot,
            zone=str(policy.zone),
            summary=meeting.title,
            location=self._location(meeting),
            description=meeting.description,
            organizer=Attendee(policy.organizer or self.book.directory.principal.email, policy.office_name),
            attendees=tuple(
                Attendee(person.email, person.name, PartStat.NEEDS_ACTION) for person in people if person.email
            ),
            is_private=meeting.is_private,
        )

    def _location(self, meeting: Meeting) -> str:
        place = self.book.directory.places.get(meeting.place) if meeting.place is not None else None
        if place is None or not place.address:
            return meeting.venue_name
        return f"{meeting.venue_name}, {place.address}"


def _option_of(proposal: Proposal, option: int) -> Option:
    if not 0 <= option < len(proposal.options):
        raise NotFoundError("option", str(option + 1))
    return proposal.options[option]


def _refuse_decided(proposal: Proposal) -> None:
    if proposal.state is ProposalState.CONFIRMED and proposal.decided_at is not None:
        raise AlreadyDecidedError(proposal.decided_by, proposal.decided_at)
    if proposal.state is ProposalState.SUPERSEDED:
        raise BadInputError("proposal", say("There is a newer answer to this request. Choose from that one."))


def _item(
    meeting: Meeting,
    errand: Errand,
    invitation: Invitation,
    now: datetime,
    *,
    calendar: CalendarId | None = None,
    address: str = "",
) -> OutboxItem:
    return OutboxItem(
        id=OutboxId(fresh_id()),
        meeting=meeting.id,
        errand=errand,
        invitation=invitation,
        created_at=now,
        not_before=now,
        calendar=calendar,
        address=address,
    )
