"""What the office does by itself: read the calendars, watch everybody's days, carry out what lies in the outbox.

Huey only says when. A job it loses, runs twice or runs in two processes does no harm: what has to go out lies in the
outbox, what one process alone may do stands under a lease in the store, and each job can be repeated. Messages in
the queue hold the name of a job and nothing else.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import structlog
from huey import Huey, PostgresHuey, RedisHuey, SqliteHuey, crontab
from huey.consumer import Consumer
from huey.exceptions import ConfigurationError
from huey.serializer import SignedSerializer

from agenda.model.errors import AgendaError, BadInputError
from agenda.model.ids import fresh_id
from agenda.model.sentences import say
from agenda.office import Office
from agenda.ports import Clock, Store
from web.messenger import Messenger

QUEUE = "antechamber"
WORKERS = 2
"""One may read calendars for minutes while the other sends what has just been confirmed."""

LONGEST_NAP_S = 0.5
STOP_WITHIN_S = 20
MINUTE_S = 60

log = structlog.get_logger("antechamber.jobs")


class _Consumer(Consumer):  # type: ignore[misc]  # huey comes without types
    """A consumer that leaves the signals of the process to the process: it runs in a thread."""

    def _set_signal_handlers(self) -> None:
        """Set none."""


def queue_at(url: str, key: bytes) -> Huey:
    """The queue behind an address: sqlite:///file, postgresql://… or redis://….

    Whoever can write into a queue that is reached over a network could have anything run here, so what lies in it is
    signed with `key`.

    Raises:
        BadInputError: Redis is asked for, and its package is not installed.
    """
    scheme = urlsplit(url).scheme.partition("+")[0]
    if scheme == "sqlite":
        file = Path(unquote(url.partition(":///")[2]))
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return SqliteHuey(QUEUE, filename=str(file), results=False)
    signed = SignedSerializer(secret=key)
    if scheme == "postgresql":
        dsn = url.replace(urlsplit(url).scheme, "postgresql", 1)
        return PostgresHuey(QUEUE, dsn=dsn, results=False, serializer=signed)
    try:
        return RedisHuey(QUEUE, url=url, results=False, serializer=signed)
    except ConfigurationError as error:
        what = say("jobs_url asks for Redis, whose package is not installed. Install antechamber[redis].")
        raise BadInputError("jobs_url", what) from error


def is_embedded(url: str) -> bool:
    """Whether the jobs of that queue run inside the web process, without workers beside it."""
    return urlsplit(url).scheme == "sqlite"


@dataclass(frozen=True, slots=True)
class Turns:
    """Sees to it that the round is made once in each interval, by whichever process comes first."""

    store: Store
    clock: Clock
    interval: timedelta

    def take(self) -> bool:
        """Take this interval's turn; nobody gives it back, it ends with the interval, even when its taker dies."""
        now = self.clock.now()
        until = now + self.interval * 0.9  # the next tick may come a little early
        with self.store.writing() as unit:
            taken = unit.leases.take("round", fresh_id(), now, until)
            unit.commit()
        return taken


class Jobs:
    """The jobs of one office. `start` runs them in threads of this process, `stop` ends them."""

    def __init__(self, office: Office, messenger: Messenger, turns: Turns, queue: Huey) -> None:
        """Make the jobs known to the queue; nothing runs yet."""
        self._office = office
        self._messenger = messenger
        self._turns = turns
        self._queue = queue
        self._consumer: _Consumer | None = None
        self._thread: threading.Thread | None = None
        self._drain = queue.task(context=True, name="drain")(self._guarded("drain", self.drain))
        self._round = queue.task(context=True, name="round")(self._guarded("round", self.round_if_due))
        tick = self._guarded("tick", self._tick)
        queue.periodic_task(crontab(minute="*"), context=True, name="tick")(tick)

    def drain_soon(self) -> None:
        """Say that something lies in the outbox; it is sent within a second where a worker is free.

        That nobody could be told keeps nothing from being sent: the outbox is looked at every minute.
        """
        self._enqueue(self._drain, "drain")

    def round_soon(self) -> None:
        """Say that a round may be due."""
        self._enqueue(self._round, "round")

    def start(self) -> None:
        """Begin to work through the queue, in threads."""
        if self._thread is not None:
            return
        self._consumer = _Consumer(
            self._queue, workers=WORKERS, max_delay=LONGEST_NAP_S, shutdown_timeout=STOP_WITHIN_S
        )
        self._thread = threading.Thread(target=self._consumer.run, name="jobs", daemon=True)
        self._thread.start()
        self.drain_soon()
        self.round_soon()

    def stop(self) -> bool:
        """Take no more jobs and wait for those under way; returns whether all of them came to their end in time."""
        if self._consumer is None or self._thread is None:
            return True
        self._consumer.stop_flag.set()
        deadline = time.monotonic() + STOP_WITHIN_S
        # The consumer's own thread goes first: once it is over, every other has been started and can be waited for.
        threads = [self._thread, *(thread for _, thread in self._consumer.worker_threads), self._consumer.scheduler]
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        self._consumer = self._thread = None
        self._queue.storage.close()
        return not any(thread.is_alive() for thread in threads)

    @property
    def is_running(self) -> bool:
        """Whether jobs are worked on in this process."""
        return self._thread is not None and self._thread.is_alive()

    def drain(self) -> int:
        """Carry out what is due in the outbox; returns how many rows went out."""
        sent = self._messenger.drain()
        if sent:
            log.info("outbox drained", count=sent)
        return sent

    def round_if_due(self) -> bool:
        """Read every calendar and look everybody's days over, unless that was done within the interval."""
        if not self._turns.take():
            return False
        try:
            for report in self._office.pull.round():
                log.info(
                    "calendar read",
                    calendar=report.calendar,
                    state=report.state.value,
                    added=report.added,
                    changed=report.changed,
                    removed=report.removed,
                    problems=len(report.problems),
                )
        finally:  # what could be read is looked over, whatever became of the rest
            raised = self._office.watch.look_over()
            log.info("days looked over", count=len(raised))
        return True

    def _tick(self) -> None:
        """What happens every minute: look into the outbox, and see whether a round is due, more often if asked to."""
        self.drain_soon()
        self.round_soon()
        every_s = self._turns.interval.total_seconds()
        later = every_s
        while later < MINUTE_S:
            self._round.schedule(delay=later)
            later += every_s

    def _guarded(self, name: str, work: Callable[[], object]) -> Callable[..., None]:
        """The work as Huey runs it: whatever goes wrong is told by its class, and the next tick tries again."""

        def run(task: Any = None) -> None:
            began = time.monotonic()
            job = getattr(task, "id", "")
            try:
                work()
            except AgendaError as error:
                log.warning("job put off", job=job, task=name, error=type(error).__name__)
            except Exception as error:  # a thread has nobody above it; the class is all that may be told
                log.error("job failed", job=job, task=name, error=type(error).__name__)
            else:
                log.debug("job done", job=job, task=name, seconds=round(time.monotonic() - began, 3))

        return run

    def _enqueue(self, task: Any, name: str) -> None:
        try:
            task()
        except Exception as error:  # each kind of queue has its own; none of them may undo what was decided
            log.error("job not queued", task=name, error=type(error).__name__)
