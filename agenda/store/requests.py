"""Requests and proposals, kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from agenda.model.ids import ProposalId, RequestId
from agenda.model.proposals import Proposal
from agenda.model.requests import Priority, Request, RequestState
from agenda.store import rows
from agenda.store.codec import ANSWER, ATTENDANCE, INTERVALS
from agenda.store.tables import proposals, requests


@dataclass(frozen=True, slots=True)
class SqlRequests:
    """The requests, in one transaction. A transaction that writes locks each one it gets.

    Whoever decides on a request gets it before its proposals, so that nobody waits for one another.
    """

    connection: Connection
    locks: bool

    def add(self, request: Request) -> None:
        """Keep a new one."""
        rows.add(self.connection, requests, request_row(request))

    def save(self, request: Request) -> None:
        """Keep its new state, or NotFoundError."""
        rows.save(self.connection, requests, "request", request_row(request))

    def get(self, request: RequestId) -> Request:
        """One by id, or NotFoundError."""
        query = select(requests).where(requests.c.id == request)
        if self.locks:
            query = query.with_for_update(key_share=True)  # on SQLite not said, see `SqlProposals.get`
        return request_of(rows.one(self.connection, query, "request", request))

    def having(self, *states: RequestState) -> Sequence[Request]:
        """Those in one of these states, or all of them; by priority, then oldest first."""
        query = select(requests).order_by(requests.c.priority, requests.c.created_at, requests.c.no)
        if states:
            query = query.where(requests.c.state.in_(states))
        return [request_of(row) for row in self.connection.execute(query).mappings()]


@dataclass(frozen=True, slots=True)
class SqlProposals:
    """The proposals, in one transaction. A transaction that writes locks each one it gets."""

    connection: Connection
    locks: bool

    def add(self, proposal: Proposal) -> None:
        """Keep a new one."""
        rows.add(self.connection, proposals, proposal_row(proposal))

    def save(self, proposal: Proposal) -> None:
        """Keep its new state, or NotFoundError."""
        rows.save(self.connection, proposals, "proposal", proposal_row(proposal))

    def get(self, proposal: ProposalId) -> Proposal:
        """One by id, or NotFoundError."""
        query = select(proposals).where(proposals.c.id == proposal)
        if self.locks:
            query = query.with_for_update()  # SQLite's writers hold the whole store; there it is not said
        return proposal_of(rows.one(self.connection, query, "proposal", proposal))

    def latest(self, request: RequestId) -> Proposal | None:
        """The newest one for a request."""
        query = (
            select(proposals)
            .where(proposals.c.request == request)
            .order_by(proposals.c.made_at.desc(), proposals.c.no.desc())
            .limit(1)
        )
        row = self.connection.execute(query).mappings().first()
        return None if row is None else proposal_of(row)


def request_row(request: Request) -> dict[str, Any]:
    """A request as its row."""
    return {
        "id": request.id,
        "title": request.title,
        "duration_s": round(request.duration.total_seconds()),
        "attendance": ATTENDANCE.write(request.attendance),
        "windows": INTERVALS.write(request.windows),
        "created_at": request.created_at,
        "purpose": request.purpose,
        "requester": request.requester,
        "contact": request.contact,
        "place": request.place,
        "is_virtual": request.is_virtual,
        "needs_room": request.needs_room,
        "seats": request.seats,
        "priority": request.priority.value,
        "is_private": request.is_private,
        "state": request.state,
    }


def request_of(row: RowMapping) -> Request:
    """A row as the request it keeps."""
    values = dict(row)
    del values["no"]
    values["duration"] = timedelta(seconds=values.pop("duration_s"))
    values["attendance"] = ATTENDANCE.read(values["attendance"])
    values["windows"] = INTERVALS.read(values["windows"])
    values["priority"] = Priority(values["priority"])
    return Request(**values)


def proposal_row(proposal: Proposal) -> dict[str, Any]:
    """A proposal as its row."""
    return {
        "id": proposal.id,
        "request": proposal.request,
        "made_at": proposal.made_at,
        "answer": ANSWER.write(proposal.answer),
        "state": proposal.state,
        "chosen": proposal.chosen,
        "meeting": proposal.meeting,
        "decided_by": proposal.decided_by,
        "decided_at": proposal.decided_at,
    }


def proposal_of(row: RowMapping) -> Proposal:
    """A row as the proposal it keeps."""
    values = dict(row)
    del values["no"]
    values["answer"] = ANSWER.read(values["answer"])
    return Proposal(**values)
