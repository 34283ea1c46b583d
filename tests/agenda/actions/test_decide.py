"""Confirming books once, on fresh calendars, and notes what has to go out."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from agenda.model.errors import (
    AgendaError,
    AlreadyDecidedError,
    BadInputError,
    NotFoundError,
    SlotTakenError,
    TryLaterError,
)
from agenda.model.ids import ProposalId
from agenda.model.meetings import Errand, Meeting, MeetingState, Method, OutboxItem
from agenda.model.planning import NoPlan, Plan, PlanningProblem
from agenda.model.proposals import Proposal, ProposalState
from agenda.model.requests import RequestState
from agenda.ports import Solver
from tests.agenda.actions.conftest import Town
from tests.agenda.actions.test_take_in import a_draft
from tests.builders import DEPUTY, MAYOR, TREASURER, a_calendar, an_event


def proposed(town: Town, **changes: object) -> Proposal:
    """A request for all three with its options."""
    town.connects_everybody()
    request = town.take_in.request(a_draft(required=(MAYOR, DEPUTY), optional=(TREASURER,), **changes))
    return town.propose.options(request.id)


def outbox(town: Town) -> list[OutboxItem]:
    """What lies in the outbox, oldest first."""
    return list(reversed(town.look.outbox()))


def test_a_request_gets_at_least_five_different_slots(town: Town) -> None:
    """An empty week has plenty."""
    proposal = proposed(town)
    assert len(proposal.options) >= 5
    assert len({option.slot for option in proposal.options}) == len(proposal.options)


def test_confirming_books_and_notes_what_goes_out(town: Town) -> None:
    """One event and one mail to each who attends, in the transaction of the decision."""
    proposal = proposed(town)
    meeting = town.decide.confirm(proposal.id, 0, by="Sam")
    assert meeting.slot == proposal.options[0].slot
    found, request = town.look.proposal(proposal.id)
    assert (found.state, found.decided_by, request.state) == (
        ProposalState.CONFIRMED,
        "Sam",
        RequestState.CONFIRMED,
    )
    errands = [(item.errand, item.calendar or item.address) for item in outbox(town)]
    assert sorted(errands) == sorted(
        [(Errand.WRITE_EVENT, f"{one}-calendar") for one in meeting.attending]
        + [(Errand.MAIL, f"{one}@example.org") for one in meeting.attending]
    )
    assert {item.invitation.uid for item in outbox(town)} == {meeting.uid}


def test_confirming_again_gives_the_same_meeting(town: Town) -> None:
    """A second click, or a lost answer, books nothing more."""
    proposal = proposed(town)
    first = town.decide.confirm(proposal.id, 1, by="Sam")
    assert town.decide.confirm(proposal.id, 1, by="Sam") == first
    assert len(outbox(town)) == 2 * len(first.attending)


def test_another_option_of_a_decided_proposal_is_refused(town: Town) -> None:
    """It says who decided."""
    proposal = proposed(town)
    town.decide.confirm(proposal.id, 0, by="Sam")
    with pytest.raises(AlreadyDecidedError, match="Sam already decided"):
        town.decide.confirm(proposal.id, 1, by="Kim")


def test_a_slot_that_somebody_took_meanwhile_is_refused_with_what_took_it(town: Town) -> None:
    """The calendars are read again before the word is given."""
    proposal = proposed(town)
    town.clock.advance(timedelta(minutes=5))
    town.provider.holds(a_calendar(DEPUTY), [an_event(proposal.options[0].slot, summary="Budget call")])
    with pytest.raises(SlotTakenError, match="Budget call"):
        town.decide.confirm(proposal.id, 0, by="Sam")
    assert outbox(town) == []
    assert town.look.proposal(proposal.id)[0].state is ProposalState.OPEN


def test_an_older_proposal_cannot_be_confirmed(town: Town) -> None:
    """Only the newest answer is true."""
    older = proposed(town)
    town.propose.options(older.request)
    with pytest.raises(BadInputError, match="newer answer"):
        town.decide.confirm(older.id, 0, by="Sam")


@pytest.mark.parametrize("option", [-1, 99])
def test_an_option_that_is_not_there_is_not_found(town: Town, option: int) -> None:
    """Counting from one, as people do."""
    with pytest.raises(NotFoundError, match="no option"):
        town.decide.confirm(proposed(town).id, option, by="Sam")


def test_a_proposal_that_is_not_there_is_not_found(town: Town) -> None:
    """Whatever the address said."""
    with pytest.raises(NotFoundError):
        town.decide.confirm(ProposalId("nothing"), 0, by="Sam")


def test_two_requests_for_one_slot_get_one_meeting(town: Town) -> None:
    """The second one is told that the first is in its way."""
    first = proposed(town)
    second = town.propose.options(town.take_in.request(a_draft(title="Second", required=(MAYOR,))).id)
    same = [option.slot for option in second.options].index(first.options[0].slot)
    town.decide.confirm(first.id, 0, by="Sam")
    with pytest.raises(SlotTakenError, match="Harbor plan"):
        town.decide.confirm(second.id, same, by="Kim")


def test_confirmers_racing_for_one_slot_book_it_once(town: Town) -> None:
    """Eight hands on eight proposals of the same hour."""
    town.connects_everybody()
    window = {"first_day": a_draft().first_day, "last_day": a_draft().first_day}
    proposals = []
    for number in range(8):
        request = town.take_in.request(
            a_draft(title=f"Request {number}", duration_min=480, required=(MAYOR,), place="", is_virtual=True, **window)
        )
        proposals.append(town.propose.options(request.id))
    booked: list[Meeting] = []
    refused: list[AgendaError] = []

    def confirm(proposal: Proposal) -> None:
        try:
            booked.append(town.decide.confirm(proposal.id, 0, by="Sam"))
        except SlotTakenError as error:
            refused.append(error)

    threads = [threading.Thread(target=confirm, args=(one,)) for one in proposals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(booked), len(refused)) == (1, 7)


def test_cancelling_frees_the_time_and_tells_everybody(town: Town) -> None:
    """The next SEQUENCE, METHOD:CANCEL, and the slot can be had again."""
    proposal = proposed(town)
    meeting = town.decide.confirm(proposal.id, 0, by="Sam")
    cancelled = town.decide.cancel(meeting.id)
    assert (cancelled.state, cancelled.sequence) == (MeetingState.CANCELLED, 1)
    told = [item for item in outbox(town) if item.invitation.method is Method.CANCEL]
    assert {item.errand for item in told} == {Errand.REMOVE_EVENT, Errand.MAIL}
    again = town.propose.options(town.take_in.request(a_draft(required=(MAYOR, DEPUTY))).id)
    assert meeting.slot in [option.slot for option in again.options]


def test_a_cancellation_goes_where_the_invitation_went(town: Town) -> None:
    """Also when the office writes into another calendar by now, and after somebody has left the city."""
    meeting = town.decide.confirm(proposed(town).id, 0, by="Sam")
    invited = {(item.calendar, item.address) for item in outbox(town)}
    town.connect.add(replace(a_calendar(MAYOR), writable=False))
    town.connect.add(a_calendar(MAYOR, id="another", name="A", address="another.ics", writable=True))
    people = {person: one for person, one in town.book.directory.people.items() if person != DEPUTY}
    book = replace(town.book, directory=replace(town.book.directory, people=people))
    replace(town.decide, book=book).cancel(meeting.id)
    told = {(i.calendar, i.address) for i in outbox(town) if i.invitation.method is Method.CANCEL}
    assert told == invited
    assert DEPUTY in meeting.attending


def test_a_declined_request_has_no_open_proposal(town: Town) -> None:
    """And cannot be confirmed by an old page."""
    proposal = proposed(town)
    town.decide.decline(proposal.request)
    with pytest.raises(BadInputError):
        town.decide.confirm(proposal.id, 0, by="Sam")
    assert [one.state for one in town.look.requests()] == [RequestState.DECLINED]


def test_a_slot_that_nobody_knows_to_be_free_any_more_is_not_confirmed(town: Town) -> None:
    """The calendars cannot be read for a day; with that in its price, the next answer can be confirmed."""
    proposal = proposed(town)
    town.clock.advance(timedelta(hours=30))
    town.provider.failures = [TryLaterError("the provider")] * 9
    with pytest.raises(SlotTakenError, match="cannot be read any more"):
        town.decide.confirm(proposal.id, len(proposal.options) - 1, by="Sam")
    again = town.propose.options(proposal.request)
    town.decide.confirm(again.id, 0, by="Sam")


@dataclass(frozen=True)
class SlowSolver:
    """Somebody does something while it thinks."""

    solver: Solver
    meanwhile: Callable[[], object]

    def slots(self, problem: PlanningProblem) -> Plan | NoPlan:
        """The same answer, later."""
        self.meanwhile()
        return self.solver.slots(problem)


def test_slots_for_what_was_asked_before_are_not_kept(town: Town) -> None:
    """The request was changed while the solver was at it."""
    town.connects_everybody()
    request = town.take_in.request(a_draft())
    solver = SlowSolver(town.propose.solver, lambda: town.take_in.amend(request.id, a_draft(duration_min=120)))
    with pytest.raises(BadInputError, match="changed meanwhile"):
        replace(town.propose, solver=solver).options(request.id)
    assert town.look.request(request.id)[1] is None
