"""The solver in its own process: warm, replaced when it dies, ended when it overruns."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from multiprocessing.connection import Connection
from unittest.mock import Mock

import pytest

import solver as package
from agenda.model.planning import Limits, NoPlan, Plan, SolveStatus
from solver import ChildSolver, CpSatSolver
from tests.solver.problems import HALL, MAYOR, a_person, a_problem, busy, span

WEEK = tuple(span("09:00", "17:00", day) for day in range(5))
PROBLEM = a_problem(a_person(MAYOR, busy("10:00", "11:00", HALL)), windows=WEEK)


@pytest.fixture
def solver() -> Iterator[ChildSolver]:
    """A solver whose child is warm."""
    with ChildSolver() as one:
        one.warm()
        yield one


def the_process(solver: ChildSolver) -> subprocess.Popen[bytes]:
    """The child that waits."""
    one = solver._free.queue[-1]
    assert one is not None
    return one.process


def test_the_child_answers_as_the_solver_does(solver: ChildSolver) -> None:
    """Sentences and all."""
    here, there = CpSatSolver().slots(PROBLEM), solver.slots(PROBLEM)
    assert isinstance(here, Plan)
    assert isinstance(there, Plan)
    assert there.options == here.options
    assert [str(term.sentence) for term in there.options[-1].terms] == [
        str(term.sentence) for term in here.options[-1].terms
    ]


def test_a_solve_is_logged_where_it_was_asked_for(solver: ChildSolver, caplog: pytest.LogCaptureFixture) -> None:
    """The child has no log of its own."""
    caplog.set_level(logging.INFO)
    solver.slots(replace(PROBLEM, limits=Limits(workers=1, seed=9)))
    assert "1 workers, seed 9" in caplog.text
    assert "ayor" not in caplog.text


def test_the_child_is_kept_for_the_next_question(solver: ChildSolver) -> None:
    """Loading OR-Tools takes longer than most solves."""
    first = the_process(solver).pid
    solver.slots(PROBLEM)
    solver.slots(PROBLEM)
    assert the_process(solver).pid == first


def test_reasons_come_back_too(solver: ChildSolver) -> None:
    """No slot is an answer."""
    answer = solver.slots(a_problem(a_person(MAYOR, busy("09:00", "17:00", HALL))))
    assert isinstance(answer, NoPlan)
    assert answer.status is SolveStatus.INFEASIBLE
    assert answer.reasons


def test_a_child_that_died_is_replaced(solver: ChildSolver) -> None:
    """Whoever asks does not notice."""
    process = the_process(solver)
    process.kill()
    process.wait(10)
    assert isinstance(solver.slots(PROBLEM), Plan)
    assert the_process(solver).pid != process.pid


def test_a_child_killed_in_the_middle_of_a_solve_is_replaced(solver: ChildSolver) -> None:
    """The question is asked once more."""
    process = the_process(solver)
    process.send_signal(19)  # SIGSTOP: it is at work, and will never come to an end of it
    killer = threading.Timer(0.5, process.kill)
    killer.start()
    assert isinstance(solver.slots(replace(PROBLEM, limits=Limits(wall_s=20))), Plan)
    killer.join()
    assert the_process(solver).pid != process.pid


def test_a_child_that_overruns_is_ended() -> None:
    """The answer is UNKNOWN and says so; the next question finds a new child."""
    with ChildSolver(grace_s=0.3) as solver:
        solver.warm()
        solver.slots(PROBLEM)
        process = the_process(solver)
        process.send_signal(19)
        began = time.perf_counter()
        answer = solver.slots(replace(PROBLEM, limits=Limits(wall_s=0.2)))
        assert time.perf_counter() - began < 5
        assert isinstance(answer, NoPlan)
        assert answer.status is SolveStatus.UNKNOWN
        assert "longer than 0.2 s" in str(answer.note)
        assert process.poll() is not None
        assert isinstance(solver.slots(PROBLEM), Plan)


def test_an_answer_nobody_waited_for_is_not_taken_for_the_next(
    solver: ChildSolver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asked was interrupted; the next one gets the answer to the question that was asked."""
    solver.slots(PROBLEM)
    with monkeypatch.context() as patched:
        patched.setattr(Connection, "poll", Mock(side_effect=KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            solver.slots(PROBLEM)
    assert isinstance(solver.slots(a_problem(a_person(MAYOR, busy("09:00", "17:00", HALL)))), NoPlan)


def test_a_child_that_cannot_live_is_given_up_after_two_tries() -> None:
    """With so little memory OR-Tools does not even load."""
    with ChildSolver(memory_mb=8) as solver:
        answer = solver.slots(PROBLEM)
    assert isinstance(answer, NoPlan)
    assert answer.status is SolveStatus.UNKNOWN
    assert "failed twice" in str(answer.note)


def test_several_may_ask_at_once(solver: ChildSolver) -> None:
    """They wait for one another."""
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(solver.slots, [PROBLEM] * 8))
    assert all(isinstance(answer, Plan) for answer in answers)


def test_a_closed_solver_leaves_no_process(solver: ChildSolver) -> None:
    """Neither running nor defunct."""
    process = the_process(solver)
    solver.close()
    assert process.returncode is not None


def test_the_asking_process_does_not_load_or_tools() -> None:
    """The web worker stays small."""
    code = "import solver, sys; solver.ChildSolver(); sys.exit('ortools' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


def test_the_child_ends_when_the_asking_process_is_gone() -> None:
    """A killed server leaves nothing behind."""
    code = (
        "from solver import ChildSolver; solver = ChildSolver(); solver.warm(); "
        "print(solver._free.queue[-1].process.pid, flush=True); import os; os.kill(os.getpid(), 9)"
    )
    run = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=60)
    pid = int(run.stdout)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and is_alive(pid):
        time.sleep(0.05)
    assert not is_alive(pid)


def is_alive(pid: int) -> bool:
    """Whether a process runs, and is not merely waiting to be collected."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_there_is_nothing_else_in_the_package() -> None:
    """Names are loaded when first used, and a wrong one says so."""
    name = "Nobody"
    with pytest.raises(AttributeError, match=name):
        getattr(package, name)
