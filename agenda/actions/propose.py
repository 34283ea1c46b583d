"""Ask the solver for slots, and keep its answer."""

from __future__ import annotations

from dataclasses import dataclass

from agenda.actions.book import Book
from agenda.model.availability import horizon_of, problem_of
from agenda.model.errors import BadInputError
from agenda.model.ids import ProposalId, RequestId, fresh_id
from agenda.model.planning import PlanningProblem
from agenda.model.proposals import Proposal, ProposalState
from agenda.model.requests import Request, RequestState
from agenda.model.sentences import say
from agenda.ports import Clock, Solver, Store, UnitOfWork


@dataclass(frozen=True, slots=True)
class Propose:
    """From a request to options."""

    store: Store
    clock: Clock
    book: Book
    solver: Solver

    def problem(self, request_id: RequestId) -> PlanningProblem:
        """The planning problem of a request, as the calendars stand now."""
        with self.store.reading() as unit:
            return self._problem_of(unit, unit.requests.get(request_id))

    def options(self, request_id: RequestId) -> Proposal:
        """Solve, outside any transaction, and keep the proposal in place of an older one.

        Raises:
            NotFoundError: there is no such request.
            BadInputError: the request is decided, was changed meanwhile, all its days are over, or it names
                somebody who has left.
        """
        with self.store.reading() as unit:
            asked = unit.requests.get(request_id)
            self._refuse_decided(asked)
            problem = self._problem_of(unit, asked)
        if not problem.windows:
            raise BadInputError("last_day", say("Every day this request allows is over. Change its days first."))
        answer = self.solver.slots(problem)
        proposal = Proposal(id=ProposalId(fresh_id()), request=request_id, made_at=self.clock.now(), answer=answer)
        with self.store.writing() as unit:
            request = unit.requests.get(request_id)
            self._refuse_decided(request)
            if request != asked.now(request.state):
                raise BadInputError("request", say("This request was changed meanwhile. Find slots for it again."))
            older = unit.proposals.latest(request_id)
            if older is not None and older.state is ProposalState.OPEN:
                unit.proposals.save(older.superseded())
            unit.proposals.add(proposal)
            unit.requests.save(request.now(RequestState.PROPOSED if proposal.options else RequestState.OPEN))
            unit.commit()
        return proposal

    def _problem_of(self, unit: UnitOfWork, request: Request) -> PlanningProblem:
        self.book.insist_on(request)
        knowledge = self.book.knowledge(unit, horizon_of(request, self.book.policy), self.clock.now())
        return problem_of(request, self.book.policy, self.book.directory, knowledge)

    def _refuse_decided(self, request: Request) -> None:
        if request.state not in (RequestState.OPEN, RequestState.PROPOSED):
            raise BadInputError("request", say("This request is already decided: %(state)s.", state=request.state))
