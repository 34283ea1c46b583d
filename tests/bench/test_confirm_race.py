"""Sixteen people confirm each of 200 slots at once, over HTTP: one of them gets it, and the others are told why not.

Bound: exactly 200 meetings, every other answer a 409 with a sentence, none of the 500s, on both databases.
"""

from __future__ import annotations

import socket
import statistics
import threading
import time as clock
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import time, timedelta
from pathlib import Path
from queue import Empty, SimpleQueue

import pytest
import requests
from waitress.server import create_server

from agenda.model.hours import WallSpan, WeeklyHours
from agenda.model.ids import ProposalId, RequestId, fresh_id
from agenda.model.planning import Option, Plan, SolveStatus
from agenda.model.proposals import Proposal
from agenda.model.times import DAY, Interval
from agenda.model.users import Duty
from agenda.office import Office
from agenda.store import SqlStore
from tests.agenda.actions.conftest import Town
from tests.builders import CITY_HALL, MAYOR, MONDAY, a_book, a_policy, a_request, at
from tests.databases import BOTH, migrated_url
from web.app import create_app

pytestmark = pytest.mark.bench

CONFIRMERS, SLOTS, PER_DAY = 16, 200, 10
PASSWORD = "a password for the race"


@pytest.fixture(params=BOTH)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStore]:
    """An empty store on each database."""
    for url in migrated_url(request.param, request, tmp_path):
        kept = SqlStore(url)
        yield kept
        kept.close()


def open_town(store: SqlStore) -> Town:
    """An office that works around the clock, every day, without lunch or buffers."""
    hours = WeeklyHours(dict.fromkeys(range(7), (WallSpan(time.min, time.max),)))
    return Town(store, book=a_book(a_policy(hours=hours, lunch=None, short_buffer_min=0, long_buffer_min=0)))


def slots() -> list[Interval]:
    """Ten half hours a day, an hour apart, from Monday on."""
    first = at(MONDAY, "08:00")
    starts = [first + number // PER_DAY * DAY + timedelta(hours=number % PER_DAY) for number in range(SLOTS)]
    return [Interval(start, start + timedelta(minutes=30)) for start in starts]


def proposed(town: Town, slot: Interval) -> ProposalId:
    """A request for the mayor whose only option is that slot."""
    request = a_request(30, id=RequestId(fresh_id()), windows=(slot,))
    option = Option(
        slot=slot,
        place=CITY_HALL,
        room=None,
        venue_name="City Hall",
        attending=(MAYOR,),
        missing=(),
        terms=(),
        drives=(),
    )
    plan = Plan(options=(option,), status=SolveStatus.OPTIMAL, objective=0, bound=0, first_after_s=0.0, wall_s=0.0)
    proposal = Proposal(id=ProposalId(fresh_id()), request=request.id, made_at=town.clock.now(), answer=plan)
    with town.store.writing() as unit:
        unit.requests.add(request)
        unit.proposals.add(proposal)
        unit.commit()
    return proposal.id


@contextmanager
def served(office: Office) -> Iterator[str]:
    """The office behind waitress on a free port of this machine."""
    app = create_app(office, secret_key=b"k" * 32)
    listener = socket.create_server(("127.0.0.1", 0))
    server = create_server(app, sockets=[listener], threads=CONFIRMERS)

    def run() -> None:
        with suppress(OSError):  # its socket is closed under it
            server.run()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.close()
        thread.join(5)


def test_sixteen_confirmers_two_hundred_slots(store: SqlStore, request: pytest.FixtureRequest) -> None:
    """Everybody works through the slots in the same order, so that all meet at each of them."""
    town = open_town(store)
    town.connects_everybody()
    token = _token(town)
    lines: list[SimpleQueue[ProposalId]] = [SimpleQueue() for _ in range(CONFIRMERS)]
    for slot in slots():
        for line in lines:
            line.put(proposed(town, slot))
    answers: list[tuple[int, float, str]] = []
    with served(town.office) as address:
        threads = [threading.Thread(target=_confirm_all, args=(address, token, line, answers)) for line in lines]
        began = clock.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took = clock.perf_counter() - began
    name = request.node.callspec.id
    codes = Counter(code for code, _, _ in answers)
    times = [seconds * 1000 for _, seconds, _ in answers]
    print(
        f"\n{name}: {CONFIRMERS} confirmers x {SLOTS} slots: {dict(codes)}, "
        f"{len(answers) / took:.0f}/s, p50 {statistics.median(times):.0f} ms, "
        f"p99 {statistics.quantiles(times, n=100)[98]:.0f} ms"
    )
    assert codes == {200: SLOTS, 409: (CONFIRMERS - 1) * SLOTS}
    assert all(text for code, _, text in answers if code != 200)
    with store.reading() as unit:
        booked = unit.meetings.within(Interval(slots()[0].start, slots()[-1].end))
    assert len(booked) == len({meeting.slot for meeting in booked}) == SLOTS


def _token(town: Town) -> str:
    town.sign_in.add_user("Race", "race", PASSWORD, Duty.SECRETARY)
    return town.sign_in.new_token("race", "race")


def _confirm_all(
    address: str, token: str, line: SimpleQueue[ProposalId], answers: list[tuple[int, float, str]]
) -> None:
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {token}"
        while True:
            try:
                proposal = line.get_nowait()
            except Empty:
                return
            began = clock.perf_counter()
            answer = session.post(f"{address}/api/v1/proposals/{proposal}/confirm", json={"option": 0}, timeout=60)
            answers.append((answer.status_code, clock.perf_counter() - began, answer.json().get("detail", "")))
