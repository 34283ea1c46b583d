"""The demo's calendar server: a real one, on loopback, ended with the demo."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest
import requests

from web.demo import DemoRadicale, DemoServerError, prepare

TODAY = date(2026, 11, 22)


def is_running(pid: int) -> bool:
    """Whether there is a process of that id."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_calendars_lie_on_the_server_and_outlive_it(tmp_path: Path) -> None:
    """Each official reads their own and nobody else's; the next start finds all of it under the same address."""
    with DemoRadicale(tmp_path) as server:
        pid = server.pid
        office = prepare(tmp_path, TODAY)
        mayor, deputy = office.calendars[:2]
        assert mayor.address.startswith(server.url)
        assert not server.holds(office.collections[0])
        server.fill(office.collections[:3])
        assert server.holds(office.collections[0])
        password = (tmp_path / "secrets" / mayor.secret).read_text(encoding="ascii").strip()
        for calendar, collection in zip(office.calendars[:3], office.collections[:3], strict=True):
            answer = requests.get(calendar.address, auth=(calendar.login, password), timeout=30)
            assert answer.status_code == 200
            assert answer.text.count("BEGIN:VEVENT") == collection.ics.count(b"BEGIN:VEVENT")
        assert requests.get(mayor.address, auth=("mayor", "wrong"), timeout=30).status_code == 401
        assert requests.get(mayor.address, auth=("deputy", password), timeout=30).status_code == 403
        assert requests.get(mayor.address, timeout=30).status_code == 401
    assert not is_running(pid)
    with DemoRadicale(tmp_path) as again:
        assert deputy.address.startswith(again.url)
        assert again.holds(office.collections[1])
        again.fill(office.collections[:1])
        assert again.holds(office.collections[0])


def test_a_port_that_somebody_took_is_left_to_them(tmp_path: Path) -> None:
    """Two demos on one machine do not meet."""
    with DemoRadicale(tmp_path / "one") as one:
        (tmp_path / "two" / "radicale").mkdir(parents=True)
        port = (tmp_path / "one" / "radicale" / "port").read_text(encoding="ascii")
        (tmp_path / "two" / "radicale" / "port").write_text(port, encoding="ascii")
        with DemoRadicale(tmp_path / "two") as two:
            assert one.url != two.url
            assert prepare(tmp_path / "two", TODAY).calendars[0].address.startswith(two.url)


def test_a_server_that_was_left_behind_is_ended_by_the_next_start(tmp_path: Path) -> None:
    """Whoever kills the demo does not leave two servers on one folder."""
    lost = DemoRadicale(tmp_path)
    lost.start()
    try:
        with DemoRadicale(tmp_path) as server:
            assert server.pid != lost.pid
            assert lost.has_ended()
    finally:
        lost.stop()


def test_a_server_that_does_not_start_says_where_its_log_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when the package is not installed."""
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(DemoServerError, match="log says why"), DemoRadicale(tmp_path):
        pass
