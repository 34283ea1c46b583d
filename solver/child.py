"""The solver in a process of its own: CP-SAT may abort the whole process it runs in, and must never outstay its limit.

The parent starts a warm child, hands it one problem at a time over a private pipe, and ends it when it overruns. A
child that dies is replaced and asked once more. This module does not load OR-Tools; the child does.
"""

from __future__ import annotations

import logging
import os
import pickle
import queue
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from io import BytesIO
from multiprocessing.connection import Connection, Pipe
from types import MappingProxyType, TracebackType
from typing import Any, Self

from agenda.model.planning import NoPlan, Plan, PlanningProblem, SolveStatus
from agenda.model.sentences import Sentence, say
from solver.journal import note

log = logging.getLogger(__name__)

START_S = 30.0
"""How long a child may take to load OR-Tools on a busy machine, in seconds."""

GRACE_S = 2.0
"""How far a solve may outstay its limit before the child is ended, in seconds: reading, explaining and checking."""

READY = b"ready"


class ChildLostError(Exception):
    """The child ended, or did not answer in time and was ended."""

    def __init__(self, *, overran: bool) -> None:
        """Say which."""
        super().__init__("the solver overran its limit" if overran else "the solver's process ended")
        self.overran = overran


class ChildSolver:
    """Finds slots in child processes; close it, or use it with `with`.

    Calls from several threads share `children` processes and wait for one to be free.
    """

    def __init__(self, *, children: int = 1, grace_s: float = GRACE_S, memory_mb: int | None = None) -> None:
        """Make ready for `children` solves at a time; each child may use `memory_mb` of memory (None: no limit)."""
        self._grace_s = grace_s
        self._memory_mb = memory_mb
        self._free: queue.LifoQueue[Child | None] = queue.LifoQueue()
        self._size = children
        for _ in range(children):
            self._free.put(None)

    def slots(self, problem: PlanningProblem) -> Plan | NoPlan:
        """The best slots, or the reasons why there are none; UNKNOWN with a note when no child lives to tell."""
        began = time.perf_counter()
        child = self._free.get()
        try:
            for _ in range(2):
                if child is None:
                    child = Child(self._memory_mb)
                try:
                    answer = child.ask(problem, problem.limits.wall_s + self._grace_s)
                except ChildLostError as lost:
                    log.error("%s: %d people, %d venues", lost, len(problem.attendance), len(problem.venues))
                    child.end()
                    child = None
                    if lost.overran:
                        return _overran(began, problem.limits.wall_s)
                except BaseException:
                    child.end()  # its answer would be taken for that to the next question
                    child = None
                    raise
                else:
                    note(log, problem, answer)
                    return answer
        finally:
            self._free.put(child)
        return _unknown(
            began, say("The solver failed twice, so it is not known whether there is a slot. Try again, or tell IT.")
        )

    def warm(self) -> None:
        """Start a child now, so that the first question need not wait for it."""
        child = self._free.get()
        try:
            if child is None:
                child = Child(self._memory_mb)
        finally:
            self._free.put(child)

    def close(self) -> None:
        """End every child; waits for those at work."""
        for _ in range(self._size):
            child = self._free.get()
            if child is not None:
                child.end()
        for _ in range(self._size):
            self._free.put(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Child:
    """One process and the pipe to it."""

    def __init__(self, memory_mb: int | None = None) -> None:
        """Start it; it loads OR-Tools meanwhile."""
        self._pipe, theirs = Pipe()
        try:
            program = f"from solver.child import serve; serve({theirs.fileno()}, {memory_mb})"
            self.process = subprocess.Popen(
                [sys.executable, "-c", program],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
        finally:
            theirs.close()
        self._is_ready = False

    def ask(self, problem: PlanningProblem, wall_s: float) -> Plan | NoPlan:
        """Have one problem solved within `wall_s` seconds.

        Raises:
            ChildLostError: it did not answer in time, or is no more.
        """
        try:
            if not self._is_ready:
                self._start()
            self._pipe.send_bytes(_dumps(problem))
            answer = pickle.loads(self._receive(wall_s))  # noqa: S301 - our own child's words, over a private pipe
        except (EOFError, OSError) as error:
            raise ChildLostError(overran=False) from error
        if not isinstance(answer, Plan | NoPlan):
            raise ChildLostError(overran=False)
        return answer

    def _start(self) -> None:
        try:
            self._receive(START_S)
        except ChildLostError as lost:
            raise ChildLostError(overran=False) from lost
        self._is_ready = True

    def _receive(self, wall_s: float) -> bytes:
        if not self._pipe.poll(wall_s):
            raise ChildLostError(overran=True)
        return self._pipe.recv_bytes()

    def end(self) -> None:
        """End it, whatever it is doing."""
        self._pipe.close()
        self.process.kill()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(5)


def serve(descriptor: int, memory_mb: int | None) -> None:
    """Be the child: answer problems until the parent hangs up, which is the parent's to decide, not the terminal's."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if memory_mb is not None:
        resource.setrlimit(resource.RLIMIT_DATA, (memory_mb << 20, memory_mb << 20))
    pipe = Connection(descriptor)
    solver = import_module("solver.slots").CpSatSolver()
    with suppress(OSError):
        pipe.send_bytes(READY)
    while True:
        try:
            problem = pickle.loads(pipe.recv_bytes())  # noqa: S301 - the parent's words
        except (EOFError, OSError):  # it hung up, perhaps before it had read all
            return
        answer = _dumps(solver.slots(problem))
        with suppress(OSError):  # nobody waits for it any more; the next line of the parent says so
            pipe.send_bytes(answer)


class _Pickler(pickle.Pickler):
    """Knows the read-only mappings that sentences keep their facts in."""

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, MappingProxyType):
            return _read_only, (dict(obj),)
        return NotImplemented


def _read_only(facts: dict[str, Any]) -> Mapping[str, Any]:
    return MappingProxyType(facts)


def _dumps(value: object) -> bytes:
    buffer = BytesIO()
    _Pickler(buffer).dump(value)
    return buffer.getvalue()


def _overran(began: float, wall_s: float) -> NoPlan:
    sentence = say(
        "The search was stopped because it took longer than %(wall_s)s s. Ask for fewer days.", wall_s=wall_s
    )
    return _unknown(began, sentence)


def _unknown(began: float, sentence: Sentence) -> NoPlan:
    return NoPlan(status=SolveStatus.UNKNOWN, reasons=(), wall_s=round(time.perf_counter() - began, 4), note=sentence)
