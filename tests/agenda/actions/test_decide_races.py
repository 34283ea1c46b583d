"""Two who decide on one request at once: the second is told, and nothing of the first word is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import pytest

from agenda.model.errors import AgendaError, BadInputError
from agenda.model.meetings import Method
from agenda.model.proposals import ProposalState
from agenda.model.requests import RequestState
from agenda.ports import Clock
from tests.agenda.actions.conftest import Town
from tests.agenda.actions.test_decide import outbox, proposed
from tests.databases import BOTH, migrated_url, opened

SOON_S = 1.0


@pytest.fixture(params=BOTH)
def town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Town]:
    """An office on SQLite, then on PostgreSQL."""
    for url in migrated_url(request.param, request, tmp_path):
        with opened(url) as store:
            yield Town(store)


@dataclass
class Interrupting:
    """A clock that lets somebody else in at the n-th look, for as long as they need or a second."""

    clock: Clock
    at_look: int
    other: Callable[[], object]
    ended: list[object] = field(default_factory=list)
    thread: threading.Thread | None = None

    def now(self) -> datetime:
        """The time, a little later."""
        self.at_look -= 1
        if self.at_look == 0:
            self.thread = threading.Thread(target=self._run)
            self.thread.start()
            self.thread.join(SOON_S)
        return self.clock.now()

    def _run(self) -> None:
        try:
            self.ended.append(self.other())
        except AgendaError as error:
            self.ended.append(error)

    def wait(self) -> object:
        """How it ended for the other."""
        assert self.thread is not None
        self.thread.join()
        return self.ended[0]


def test_a_request_declined_while_it_is_confirmed_stays_confirmed(town: Town) -> None:
    """The meeting is booked: whoever declines is told so."""
    proposal = proposed(town)
    clock = Interrupting(town.clock, 2, lambda: town.decide.decline(proposal.request))
    meeting = replace(town.decide, clock=clock, refresh=lambda _: None).confirm(proposal.id, 0, by="Sam")
    assert isinstance(clock.wait(), BadInputError)
    found, request = town.look.proposal(proposal.id)
    assert (found.state, found.meeting, request.state) == (
        ProposalState.CONFIRMED,
        meeting.id,
        RequestState.CONFIRMED,
    )


def test_slots_asked_for_while_one_is_confirmed_do_not_open_the_request_again(town: Town) -> None:
    """Somebody else's page asks again at the wrong moment."""
    proposal = proposed(town)
    clock = Interrupting(town.clock, 2, lambda: town.propose.options(proposal.request))
    replace(town.decide, clock=clock, refresh=lambda _: None).confirm(proposal.id, 0, by="Sam")
    assert isinstance(clock.wait(), BadInputError)
    found, request = town.look.proposal(proposal.id)
    assert (found.state, request.state) == (ProposalState.CONFIRMED, RequestState.CONFIRMED)


def test_a_meeting_cancelled_twice_at_once_is_called_off_once(town: Town) -> None:
    """Everybody gets one mail about it."""
    meeting = town.decide.confirm(proposed(town).id, 0, by="Sam")
    clock = Interrupting(town.clock, 1, lambda: town.decide.cancel(meeting.id))
    replace(town.decide, clock=clock).cancel(meeting.id)
    clock.wait()
    told = [item for item in outbox(town) if item.invitation.method is Method.CANCEL]
    assert len(told) == 2 * len(meeting.attending)
