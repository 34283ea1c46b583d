"""`serve` and `worker` as processes of their own: they answer, work, go when told, and leave nobody behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil
import pytest
import requests

from agenda.model.calendars import Calendar, Provider, SyncState
from agenda.model.ids import CalendarId
from tests.builders import MAYOR
from tests.web.commands.conftest import Terminal, a_meeting, next_monday
from web import wiring

HOUSE = Path(__file__).parents[3]
START_S = 60.0


@contextmanager
def started(terminal: Terminal, *args: str) -> Iterator[subprocess.Popen[str]]:
    """A command that stays; ended by its id if it still runs in the end."""
    env = {name: value for name, value in terminal.env.items() if value is not None}
    process = subprocess.Popen(
        [sys.executable, "-c", "from web.commands import main; main()", *args],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(HOUSE), **env},
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def address_of(process: subprocess.Popen[str]) -> str:
    """The address that the process says it answers at."""
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.search(r"http://\S+/", line)
    assert found is not None, (line, process.poll())
    return found[0]


def stopped(process: subprocess.Popen[str], how: signal.Signals) -> int:
    """The exit code, once it is told to go; every process it had started has to be gone, too."""
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(how)
    code = process.wait(30)
    _, alive = psutil.wait_procs(children, timeout=10)
    assert alive == []
    return code


def opened(terminal: Terminal) -> wiring.Household:
    """The office of the terminal, opened here."""
    env = {name: value for name, value in terminal.env.items() if value is not None}
    return wiring.build(wiring.settings_from(None, env), env)


def until(claim: Callable[[], bool], within_s: float = START_S) -> bool:
    """Whether a claim comes true in time."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if claim():
            return True
        time.sleep(0.1)
    return False


def connect(terminal: Terminal) -> None:
    """A calendar that nobody has read yet."""
    path = terminal.feed("week.ics", a_meeting("a", next_monday(), "0900", "0930"))
    with opened(terminal) as household:
        household.office.connect.add(
            Calendar(id=CalendarId("week"), name="Week", owner=MAYOR, provider=Provider.ICS_FILE, address=str(path))
        )


def is_read(terminal: Terminal) -> bool:
    """Whether the calendar has been read by now."""
    with opened(terminal) as household:
        (state,) = household.office.look.calendars()
    return state.freshness.state is SyncState.FRESH


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_serve_answers_works_and_goes(terminal: Terminal, how: signal.Signals) -> None:
    """The page of the sign-in comes; calendars are read meanwhile; one signal ends it cleanly."""
    connect(terminal)
    with started(terminal, "serve", "--port", "0") as process:
        address = address_of(process)
        answer = requests.get(address, timeout=30)
        assert answer.status_code == 200
        assert "password" in answer.text
        assert "Server" not in answer.headers
        assert until(lambda: is_read(terminal))
        assert stopped(process, how) == 0
        _, told = process.communicate()
    assert "Traceback" not in told
    assert '"event": "calendar read"' in told


def test_a_worker_reads_and_goes(terminal: Terminal) -> None:
    """Beside a web server that does not, because the queue is shared."""
    connect(terminal)
    with started(terminal, "worker") as process:
        assert until(lambda: is_read(terminal))
        assert stopped(process, signal.SIGTERM) == 0
        _, told = process.communicate()
    assert "Traceback" not in told


def test_with_a_shared_queue_serve_leaves_the_work_to_workers(terminal: Terminal, postgres_url: str) -> None:
    """Two processes on one queue: the one that serves reads nothing, the worker does."""
    connect(terminal)
    terminal.env["ANTECHAMBER_JOBS_URL"] = postgres_url
    with started(terminal, "serve", "--port", "0") as server:
        address_of(server)
        time.sleep(2)
        assert not is_read(terminal)
        with started(terminal, "worker") as worker:
            assert until(lambda: is_read(terminal))
            assert stopped(worker, signal.SIGTERM) == 0
        assert stopped(server, signal.SIGTERM) == 0


def test_a_port_that_is_taken_is_bad_input(terminal: Terminal) -> None:
    """In one sentence with the port in it."""
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        with started(terminal, "serve", "--port", str(port)) as process:
            _, told = process.communicate(timeout=START_S)
    assert process.returncode == 2
    last = told.strip().splitlines()[-1]
    assert str(port) in last
    assert "starts" not in told
    assert "Traceback" not in told


def test_only_named_proxies_are_believed(terminal: Terminal) -> None:
    """Over TLS at the proxy, cookies are for TLS alone; whoever comes by without it changes nothing."""
    terminal.env["ANTECHAMBER_SERVER_ORIGIN"] = "https://agenda.example.org"
    terminal.env["ANTECHAMBER_SERVER_TRUSTED_PROXIES"] = "127.0.0.1"
    with started(terminal, "serve", "--port", "0") as process:
        address = address_of(process)
        told = {"Host": "agenda.example.org", "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
        answer = requests.get(f"{address}sign-in", headers=told, timeout=30, allow_redirects=False)
        assert answer.status_code in {200, 303}
        assert "Strict-Transport-Security" in answer.headers
        foreign = requests.get(address, headers={**told, "Host": "elsewhere.example"}, timeout=30)
        assert foreign.status_code == 400
        assert stopped(process, signal.SIGTERM) == 0
