"""Requests and proposals, kept."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from agenda.model.errors import NotFoundError, StoreBusyError
from agenda.model.ids import MeetingId, ProposalId, RequestId
from agenda.model.people import Attendance, Role
from agenda.model.proposals import ProposalState
from agenda.model.requests import Priority, Request, RequestState
from agenda.store import RuleBrokenError, SqlStore
from tests.agenda.store.values import NOW, a_proposal, later, no_plan
from tests.builders import CITY_HALL, DEPUTY, MAYOR, TREASURER, a_request, on_monday
from tests.databases import opened


def with_request(store: SqlStore, *requests: Request) -> None:
    """Keep these requests, or the builders' own."""
    with store.writing() as unit:
        for request in requests or (a_request(),):
            unit.requests.add(request)
        unit.commit()


def test_a_request_survives(store: SqlStore) -> None:
    """With every field filled, and its windows in order."""
    request = Request(
        id=RequestId("r"),
        title="Señal",
        duration=timedelta(minutes=45),
        attendance=(Attendance(DEPUTY), Attendance(MAYOR, Role.ONE_OF, "b"), Attendance(TREASURER, Role.OPTIONAL)),
        windows=(on_monday("09:00", "10:00"), on_monday("14:00", "16:00")),
        created_at=NOW,
        purpose="Why",
        requester="Harbor Association",
        contact="+1 617 555 0100",
        place=CITY_HALL,
        is_virtual=True,
        needs_room=True,
        seats=7,
        priority=Priority.EMERGENCY,
        is_private=True,
        state=RequestState.PROPOSED,
    )
    with_request(store, request)
    with store.reading() as unit:
        assert unit.requests.get(request.id) == request


def test_requests_come_by_priority_then_oldest_first(store: SqlStore) -> None:
    """The order in which a secretary works."""
    with_request(
        store,
        a_request(id=RequestId("late"), created_at=later(5)),
        a_request(id=RequestId("early"), created_at=NOW),
        a_request(id=RequestId("urgent"), created_at=later(9), priority=Priority.EMERGENCY),
        a_request(id=RequestId("done"), created_at=NOW, state=RequestState.DECLINED),
    )
    with store.reading() as unit:
        assert [one.id for one in unit.requests.having(RequestState.OPEN)] == ["urgent", "early", "late"]
        assert [one.id for one in unit.requests.having()] == ["urgent", "early", "done", "late"]


def test_a_saved_request_has_its_new_state(store: SqlStore) -> None:
    """And keeps its place in the order."""
    with_request(store)
    with store.writing() as unit:
        unit.requests.save(unit.requests.get(RequestId("request-1")).now(RequestState.WITHDRAWN))
        unit.commit()
    with store.reading() as unit:
        assert unit.requests.get(RequestId("request-1")).state is RequestState.WITHDRAWN


def test_what_is_not_there_is_not_found(store: SqlStore) -> None:
    """Neither got nor saved."""
    with store.writing() as unit:
        with pytest.raises(NotFoundError, match="request nobody"):
            unit.requests.get(RequestId("nobody"))
        with pytest.raises(NotFoundError):
            unit.requests.save(a_request())
        with pytest.raises(NotFoundError):
            unit.proposals.get(ProposalId("nobody"))
        with pytest.raises(NotFoundError):
            unit.proposals.save(a_proposal())


def test_an_id_is_given_once(store: SqlStore) -> None:
    """A form that is sent twice must not make two requests."""
    with_request(store)
    with pytest.raises(RuleBrokenError, match="id"):
        with_request(store)


def test_a_proposal_survives(store: SqlStore) -> None:
    """An open one, then a confirmed one."""
    with_request(store)
    with store.writing() as unit:
        unit.proposals.add(a_proposal())
        unit.commit()
    with store.writing() as unit:
        open_one = unit.proposals.get(ProposalId("proposal-1"))
        assert open_one == a_proposal()
        confirmed = open_one.confirm(0, MeetingId("m"), by="secretary", at=later(1))
        unit.proposals.save(confirmed)
        unit.commit()
    with store.reading() as unit:
        assert unit.proposals.get(ProposalId("proposal-1")) == confirmed


def test_the_latest_proposal_is_the_newest_even_in_the_same_instant(store: SqlStore) -> None:
    """Two solves within a clock's tick: the later one stands."""
    with_request(store)
    with store.writing() as unit:
        unit.proposals.add(a_proposal("first", state=ProposalState.SUPERSEDED))
        unit.proposals.add(a_proposal("second", answer=no_plan()))
        unit.commit()
    with store.reading() as unit:
        latest = unit.proposals.latest(RequestId("request-1"))
        assert latest is not None
        assert latest.id == "second"
        assert latest.answer == no_plan()
        assert unit.proposals.latest(RequestId("other")) is None


def test_a_proposal_belongs_to_a_request(store: SqlStore) -> None:
    """The database holds this, whoever writes."""
    with store.writing() as unit, pytest.raises(RuleBrokenError):
        unit.proposals.add(a_proposal())


def test_a_proposal_that_is_being_decided_on_is_locked(url: str) -> None:
    """Two secretaries press Confirm: the second one waits, and then reads what the first one did."""
    with opened(url) as store, opened(url, busy_timeout_s=0.3) as hasty:
        with_request(store)
        with store.writing() as unit:
            unit.proposals.add(a_proposal())
            unit.commit()
        with store.writing() as unit:
            unit.proposals.get(ProposalId("proposal-1"))
            with pytest.raises(StoreBusyError), hasty.writing() as second:
                second.proposals.get(ProposalId("proposal-1"))
        with hasty.reading() as reader:
            assert reader.proposals.get(ProposalId("proposal-1")).state is ProposalState.OPEN


def test_only_one_of_two_confirms(store: SqlStore) -> None:
    """Each looks whether the proposal is still open, inside its transaction."""
    with_request(store)
    with store.writing() as unit:
        unit.proposals.add(a_proposal())
        unit.commit()
    start = threading.Barrier(2)
    confirmed: list[str] = []

    def confirm(by: str) -> None:
        start.wait()
        with store.writing() as unit:
            proposal = unit.proposals.get(ProposalId("proposal-1"))
            if proposal.state is ProposalState.OPEN:
                unit.proposals.save(proposal.confirm(0, MeetingId(by), by=by, at=NOW))
                unit.commit()
                confirmed.append(by)

    threads = [threading.Thread(target=confirm, args=(by,)) for by in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(confirmed) == 1
