"""A proposal: the options the office can choose from, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from agenda.model.ids import MeetingId, ProposalId, RequestId
from agenda.model.planning import NoPlan, Option, Plan


class ProposalState(StrEnum):
    """Whether a proposal can still be decided on."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """The solver's answer to one request, as of `made_at`."""

    id: ProposalId
    request: RequestId
    made_at: datetime
    answer: Plan | NoPlan
    state: ProposalState = ProposalState.OPEN
    chosen: int | None = None
    meeting: MeetingId | None = None
    decided_by: str = ""
    decided_at: datetime | None = None

    @property
    def options(self) -> tuple[Option, ...]:
        """The slots to choose from; none when there is no plan."""
        return self.answer.options if isinstance(self.answer, Plan) else ()

    def confirm(self, option: int, meeting: MeetingId, *, by: str, at: datetime) -> Proposal:
        """The same proposal with one option chosen."""
        return replace(
            self,
            state=ProposalState.CONFIRMED,
            chosen=option,
            meeting=meeting,
            decided_by=by,
            decided_at=at,
        )

    def superseded(self) -> Proposal:
        """The same proposal, put aside for a newer one."""
        return replace(self, state=ProposalState.SUPERSEDED)
