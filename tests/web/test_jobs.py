"""Background work: it starts, it is told, it stops, and two processes do no harm to one another."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from huey import Huey, PostgresHuey, RedisHuey, SqliteHuey
from huey.serializer import SignedSerializer

from agenda.model.calendars import SyncState
from agenda.model.meetings import OutboxState
from agenda.store import SqlStore, upgrade
from tests.agenda.actions.conftest import Town
from tests.agenda.actions.test_decide import outbox, proposed
from tests.builders import MAYOR, a_calendar
from web.jobs import Jobs, Turns, is_embedded, queue_at
from web.logs import log_to
from web.messenger import Messenger

INTERVAL = timedelta(minutes=5)
KEY = b"a key for tests"
HOUSE = Path(__file__).parents[2]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """An office, with a store that several threads may use."""
    url = f"sqlite:///{tmp_path / 'office.db'}"
    upgrade(url)
    made = Town(SqlStore(url))
    yield made
    made.store.close()


def jobs_of(town: Town, queue: Huey) -> Jobs:
    """The jobs of that office."""
    messenger = Messenger(town.deliver, town.store, town.clock, town.store.recover)
    return Jobs(town.office, messenger, Turns(town.store, town.clock, INTERVAL), queue)


@pytest.fixture
def jobs(town: Town, tmp_path: Path) -> Iterator[Jobs]:
    """The jobs on the queue that an office has by default; stopped in the end."""
    made = jobs_of(town, queue_at(f"sqlite:///{tmp_path / 'jobs.db'}", KEY))
    yield made
    assert made.stop()


def until(claim: Callable[[], bool], within_s: float = 20.0) -> bool:
    """Whether a claim comes true in time."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if claim():
            return True
        time.sleep(0.02)
    return False


def sent(town: Town) -> int:
    """How many rows have gone out."""
    return sum(1 for item in outbox(town) if item.state is OutboxState.SENT)


def test_what_is_due_at_the_start_is_done_at_once(town: Town, jobs: Jobs) -> None:
    """Calendars are read and the outbox is drained, without waiting for the next minute."""
    calendar = town.connect.add(a_calendar(MAYOR, writable=True))
    town.provider.holds(calendar, [])
    jobs.start()
    assert until(lambda: town.look.calendars()[0].freshness.state is SyncState.FRESH)


def test_what_was_just_confirmed_goes_out_when_told(town: Town, jobs: Jobs) -> None:
    """Nobody waits a minute for an invitation."""
    jobs.start()
    town.decide.confirm(proposed(town).id, 0, by="Sam")
    began = time.monotonic()
    jobs.drain_soon()
    assert until(lambda: sent(town) == 6)
    assert time.monotonic() - began < 10


def test_it_stops_and_starts_again(town: Town, jobs: Jobs) -> None:
    """No thread is left behind, and what was told meanwhile is done afterwards."""
    before = threading.active_count()
    jobs.start()
    assert (jobs.is_running, jobs.stop(), jobs.is_running) == (True, True, False)
    assert threading.active_count() == before
    town.decide.confirm(proposed(town).id, 0, by="Sam")
    jobs.drain_soon()
    time.sleep(0.5)
    assert sent(town) == 0
    jobs.start()
    assert until(lambda: sent(town) == 6)


def test_stopping_waits_for_what_is_under_way(town: Town, jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mail that is half handed over is handed over whole."""
    town.decide.confirm(proposed(town).id, 0, by="Sam")
    began, send = threading.Event(), town.mailer.send

    def slow(*args: object, **more: object) -> None:
        began.set()
        time.sleep(0.5)
        send(*args, **more)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(town.mailer, "send", slow)
    jobs.start()
    assert began.wait(20)
    assert jobs.stop()
    assert OutboxState.SENDING not in {item.state for item in outbox(town)}


def test_a_round_is_made_once_in_an_interval(town: Town, jobs: Jobs) -> None:
    """However often it is asked for."""
    assert jobs.round_if_due()
    assert not jobs.round_if_due()
    town.clock.advance(INTERVAL * 0.8)
    assert not jobs.round_if_due()
    town.clock.advance(INTERVAL * 0.2)
    assert jobs.round_if_due()


def test_a_job_that_breaks_is_told_by_its_class_and_tried_again(
    town: Town, jobs: Jobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it broke over may be private, and must not stop the next one."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers[:] = []
    log = tmp_path / "log"
    log_to(log)
    drain, broken = town.deliver.drain, [ValueError("Oncology appointment")]

    def breaks(limit: int = 100) -> int:
        if broken:
            raise broken.pop()
        return drain(limit)

    monkeypatch.setattr("agenda.actions.deliver.Deliver.drain", lambda _self, limit=100: breaks(limit))
    try:
        jobs.start()
        assert until(lambda: not broken)
        town.decide.confirm(proposed(town).id, 0, by="Sam")
        jobs.drain_soon()
        jobs.stop()
    finally:
        for handler in root.handlers[:]:
            root.removeHandler(handler)
            handler.close()
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.reset_defaults()
    text = log.read_text()
    assert "Oncology" not in text
    failed = [line for line in map(json.loads, text.splitlines()) if line["event"] == "job failed"]
    assert [(line["task"], line["error"]) for line in failed] == [("drain", "ValueError")]
    assert failed[0]["job"]


def test_a_queue_that_is_gone_does_not_undo_a_decision(town: Town) -> None:
    """The outbox has it, and is looked at every minute."""
    jobs = jobs_of(town, queue_at("redis://127.0.0.1:1/0", KEY))
    jobs.drain_soon()
    jobs.round_soon()


@pytest.mark.parametrize(
    ("url", "kind", "embedded"),
    [
        ("redis://127.0.0.1:1/0", RedisHuey, False),
        ("rediss://127.0.0.1:1/0", RedisHuey, False),
    ],
)
def test_the_queue_is_chosen_by_its_address(url: str, kind: type[Huey], embedded: bool) -> None:  # noqa: FBT001
    """And what lies in one that is reached over a network is signed."""
    queue = queue_at(url, KEY)
    assert isinstance(queue, kind)
    assert isinstance(queue.serializer, SignedSerializer)
    assert is_embedded(url) is embedded


def test_the_usual_queue_is_a_file(tmp_path: Path) -> None:
    """Of its own, beside the store."""
    url = f"sqlite:///{tmp_path / 'a folder' / 'jobs.sqlite3'}"
    assert isinstance(queue_at(url, KEY), SqliteHuey)
    assert (tmp_path / "a folder" / "jobs.sqlite3").exists()
    assert is_embedded(url)


def test_workers_on_postgres_share_the_work(town: Town, postgres_url: str) -> None:
    """One process enqueues, another one does it; a message nobody signed is not taken for one."""
    queue = queue_at(postgres_url, KEY)
    assert isinstance(queue, PostgresHuey)
    server, worker = jobs_of(town, queue), jobs_of(town, queue_at(postgres_url, KEY))
    queue.storage.enqueue(b"not signed by anybody")
    town.decide.confirm(proposed(town).id, 0, by="Sam")
    server.drain_soon()
    worker.start()
    try:
        assert until(lambda: sent(town) == 6)
    finally:
        assert worker.stop()
        assert server.stop()
        queue.storage.close()


ROUND = """
import sys, time
from datetime import UTC, datetime, timedelta
from agenda.store import SqlStore
from web.jobs import Turns

class Clock:
    def now(self):
        return datetime.now(UTC)

store = SqlStore(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
turns = Turns(store, Clock(), timedelta(minutes=5))
print(sum(turns.take() for _ in range(20)), flush=True)
store.close()
"""


def test_of_two_processes_one_has_the_turn(town: Town, tmp_path: Path) -> None:
    """Both tick at the same moment, again and again; the round is made once."""
    url = f"sqlite:///{tmp_path / 'office.db'}"
    command = [sys.executable, "-c", ROUND, url]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=HOUSE) for _ in range(2)
    ]
    try:
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        answers = [process.communicate("go\n", timeout=60)[0] for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.wait()
    assert sorted(int(one) for one in answers) == [0, 1]


def test_a_turn_ends_by_itself_when_its_taker_dies(town: Town) -> None:
    """Nobody gives it back, and nobody has to."""
    turns = Turns(town.store, town.clock, INTERVAL)
    assert turns.take()
    assert not turns.take()
    town.clock.advance(INTERVAL)
    assert turns.take()
