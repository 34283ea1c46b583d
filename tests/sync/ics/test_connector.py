"""What only files and feeds do: asking whether anything changed, redirects, addresses, broken answers."""

from __future__ import annotations

import gzip
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agenda.model.calendars import Calendar, Provider, Pulled
from agenda.model.errors import NotACalendarError, ProviderError, RefusedError, TryLaterError
from sync.ical import Limits
from sync.ics import IcsConnector
from sync.outbound import Outbound
from tests.builders import a_calendar
from tests.servers import TLS, Answer, Heard, WebServer, web_server
from tests.sync.generate import a_large_calendar
from tests.sync.texts import SPRING, from_to, vcalendar, vevent

GOOD = vcalendar(vevent("one@example.org"))
LOOPBACK = Outbound(allow_loopback=True, connect_s=2, read_s=3, total_s=4)


def a_feed(url: str, **changes: object) -> Calendar:
    """A subscribed feed."""
    return a_calendar(**{"provider": Provider.ICS_URL, "address": url, "name": "Council", **changes})  # type: ignore[arg-type]


def pull(url: str, way: Outbound = LOOPBACK, **changes: object) -> Pulled:
    """Read a feed for the first time."""
    connector = IcsConnector(way=way, secret=lambda calendar: "secret")
    return connector.pull(a_feed(url, **changes), None, SPRING)


@contextmanager
def saying(*answers: Answer | Callable[[Heard], Answer]) -> Iterator[WebServer]:
    """A server that gives these answers in turn, the last one ever after."""
    left = list(answers)

    def answer(asked: Heard) -> Answer:
        said = left.pop(0) if len(left) > 1 else left[0]
        return said if isinstance(said, Answer) else said(asked)

    with web_server(answer) as server:
        yield server


def test_a_feed_is_asked_whether_it_has_changed() -> None:
    """ETag and Last-Modified come back with the next question; 304 ends it."""
    first = Answer(200, {"ETag": '"v1"', "Last-Modified": "Mon, 02 Mar 2026 10:00:00 GMT"}, GOOD)
    with saying(first, Answer(304)) as server:
        connector = IcsConnector(way=LOOPBACK)
        pulled = connector.pull(a_feed(server.url), None, SPRING)
        again = connector.pull(a_feed(server.url), pulled.cursor, SPRING)
    assert (len(pulled.changed), again.unchanged, again.cursor) == (1, True, pulled.cursor)
    assert "If-None-Match" not in server.heard[0].headers
    assert server.heard[1].headers["If-None-Match"] == '"v1"'
    assert server.heard[1].headers["If-Modified-Since"] == "Mon, 02 Mar 2026 10:00:00 GMT"


def test_a_304_that_nobody_asked_for_is_no_calendar() -> None:
    """A confused cache must not pass for "nothing has changed" when nothing was ever read."""
    with saying(Answer(304)) as server, pytest.raises(ProviderError):
        pull(server.url)


def test_the_same_body_is_not_parsed_again() -> None:
    """Many servers know no ETag."""
    with saying(Answer(200, {}, GOOD)) as server:
        connector = IcsConnector(way=LOOPBACK)
        pulled = connector.pull(a_feed(server.url), None, SPRING)
        assert connector.pull(a_feed(server.url), pulled.cursor, SPRING).unchanged


def test_only_objects_that_changed_come_again() -> None:
    """A new DTSTAMP on every event, as some servers write with each answer, is no change."""
    before = a_large_calendar(200)
    after = a_large_calendar(200, stamp="20260305T120000Z").replace(b"Meeting number 7\\,", b"Meeting moved\\,")
    window = from_to("2025-06-01 00:00", "2027-01-01 00:00")
    with saying(Answer(200, {}, before), Answer(200, {}, after)) as server:
        connector = IcsConnector(way=LOOPBACK)
        first = connector.pull(a_feed(server.url), None, window)
        second = connector.pull(a_feed(server.url), first.cursor, window)
    assert len(first.changed) > 180
    assert [one.uid for one in second.changed] == ["event-7@example.com"]
    assert second.complete
    assert second.present == first.present


def test_problems_of_unchanged_objects_are_told_again() -> None:
    """A complete pull replaces all problems, so none may be missing from it."""
    bad = vevent("bad@example.org", "DTSTART:no")
    with saying(Answer(200, {}, vcalendar(bad)), Answer(200, {}, vcalendar(bad, vevent("new@example.org")))) as server:
        connector = IcsConnector(way=LOOPBACK)
        first = connector.pull(a_feed(server.url), None, SPRING)
        second = connector.pull(a_feed(server.url), first.cursor, SPRING)
    assert [one.uid for one in first.problems] == [one.uid for one in second.problems] == ["bad@example.org"]


def test_a_compressed_answer_is_unpacked_once() -> None:
    """Content-Encoding is the transport's, .gz the file's; either way it is a calendar."""
    packed = gzip.compress(GOOD)
    for headers in ({"Content-Encoding": "gzip"}, {"Content-Type": "application/gzip"}):
        with saying(Answer(200, headers, packed)) as server:
            assert len(pull(server.url).changed) == 1


def test_a_web_page_is_said_to_be_one() -> None:
    """Bot walls answer with status 200."""
    page = Answer(200, {"Content-Type": "text/html"}, b"<!DOCTYPE html><title>Just a moment")
    with saying(page) as server, pytest.raises(NotACalendarError, match="Council is not a calendar: it is a web page"):
        pull(server.url)


def test_an_answer_that_breaks_off_is_tried_later() -> None:
    """The half that came could look like deletions."""
    with saying(Answer(200, {}, GOOD, cut_to=len(GOOD) // 2)) as server, pytest.raises(TryLaterError):
        pull(server.url)


def test_an_answer_that_trickles_is_given_up_on() -> None:
    """A byte now and then keeps every read alive; the whole has a limit too."""
    began = time.monotonic()
    with saying(Answer(200, {}, b"x" * 1000, slow_s=0.2)) as server, pytest.raises(TryLaterError):
        pull(server.url, replace(LOOPBACK, total_s=1.0))
    assert time.monotonic() - began < 4


def test_an_endless_answer_is_not_read_to_its_end() -> None:
    """Unpacked size counts: a hundred megabytes travel as a hundred kilobytes."""
    bomb = gzip.compress(GOOD + b" " * 100 * 1024**2, 1)
    endless = Answer(200, {"Content-Encoding": "gzip"}, bomb)
    with saying(endless) as server, pytest.raises(NotACalendarError, match="larger than 25 MiB"):
        pull(server.url)


@pytest.mark.parametrize(
    ("status", "headers", "error", "says"),
    [
        (401, {}, RefusedError, "password is not right"),
        (403, {}, RefusedError, "may not do that"),
        (404, {}, RefusedError, "no calendar at this address"),
        (410, {}, RefusedError, "no calendar at this address"),
        (418, {}, RefusedError, "status 418"),
        (500, {}, TryLaterError, "cannot be reached"),
        (429, {"Retry-After": "90"}, TryLaterError, "come back in 90 s"),
        (503, {"Retry-After": "99999999"}, TryLaterError, "come back in 21600 s"),
        (503, {"Retry-After": "soon"}, TryLaterError, "cannot be reached"),
    ],
)
def test_each_status_means_one_thing(
    status: int, headers: dict[str, str], error: type[ProviderError], says: str
) -> None:
    """What to do is said to whoever reads it; when to come back, to the program."""
    with saying(Answer(status, headers)) as server, pytest.raises(error, match=says) as caught:
        pull(server.url)
    if isinstance(caught.value, TryLaterError) and headers.get("Retry-After") == "90":
        assert caught.value.wait_s == 90


def test_three_redirects_are_followed_and_no_more() -> None:
    """Each is a question of its own."""

    def onward(asked: Heard) -> Answer:
        step = int(asked.path[1:] or 0)
        return Answer(302, {"Location": f"/{step + 1}"}) if step < limit else Answer(200, {}, GOOD)

    with saying(onward) as server:
        limit = 3
        assert len(pull(server.url).changed) == 1
        limit = 4
        with pytest.raises(RefusedError, match="from one address to the next"):
            pull(server.url)


def test_a_password_does_not_follow_a_redirect_to_another_server() -> None:
    """The other one would learn it."""
    with saying(Answer(200, {}, GOOD)) as other, saying(Answer(302, {"Location": other.url})) as server:
        pull(server.url, login="ada")
    assert server.heard[0].login == "ada:secret"
    assert other.heard[0].login == ""


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://example.org/x", "gopher://127.0.0.1/", "http://[", "http:///x"]
)
def test_a_redirect_to_another_kind_of_address_is_refused(target: str) -> None:
    """Only the web is asked."""
    with saying(Answer(302, {"Location": target})) as server, pytest.raises(RefusedError):
        pull(server.url)


INSIDE = [
    "http://127.0.0.1:{port}/",
    "http://localhost:{port}/",
    "http://127.1:{port}/",
    "http://2130706433:{port}/",
    "http://0x7f000001:{port}/",
    "http://0177.0.0.1:{port}/",
    "http://[::1]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://0.0.0.0:{port}/",
]


@pytest.mark.parametrize("address", INSIDE)
def test_the_citys_own_network_is_not_asked(address: str) -> None:
    """Many ways to spell this machine, and none of them is dialled."""
    with saying(Answer(200, {}, GOOD)) as server:
        port = int(server.url.rsplit(":", 1)[1].rstrip("/"))
        with pytest.raises(ProviderError):
            pull(address.format(port=port), Outbound(connect_s=1, read_s=1))
        assert server.heard == []
        pull(f"http://127.0.0.1:{port}/")
        assert len(server.heard) == 1  # the control: what may be asked is


@pytest.mark.parametrize(
    "target", ["10.1.2.3", "192.168.1.1", "169.254.169.254", "172.16.0.1", "100.64.0.1", "fd00::1"]
)
def test_a_name_that_leads_inside_is_not_followed(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The address is checked, not the name; it is the checked address that is dialled."""
    family = socket.AF_INET6 if ":" in target else socket.AF_INET
    dialled: list[Any] = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(family, socket.SOCK_STREAM, 6, "", (target, 80))])
    monkeypatch.setattr(socket.socket, "connect", lambda _, address: dialled.append(address))
    with pytest.raises(RefusedError, match="inside the network"):
        pull("http://calendars.example.org/x.ics")
    assert dialled == []


def test_a_redirect_inside_is_not_followed_either() -> None:
    """The check is on each hop."""
    onward = Answer(302, {"Location": "http://10.0.0.1/"})
    with saying(onward) as server, pytest.raises(RefusedError, match="inside the network"):
        pull(server.url)


@pytest.mark.parametrize(
    "address",
    ["", "calendar.ics", "javascript:1", "https://", "https://ada:secret@example.org/x.ics", "http://x:99999/"],
)
def test_an_address_that_cannot_be_asked_is_refused(address: str) -> None:
    """Also one that holds a password: it would be shown wherever the address is."""
    with pytest.raises(RefusedError, match="its address"):
        pull(address)


def test_no_password_travels_in_the_clear() -> None:
    """Plain HTTP carries none to the outside."""
    with pytest.raises(RefusedError, match="without encryption"):
        pull("http://calendars.example.org/x.ics", Outbound(), login="ada")


def test_webcal_is_asked_over_https() -> None:
    """With the city's own authority; without it the certificate is refused."""
    with web_server(lambda asked: Answer(200, {}, GOOD), tls=True) as server:
        address = server.url.replace("https://127.0.0.1", "webcal://localhost")
        trusting = replace(LOOPBACK, ca_file=str(TLS / "cert.pem"))
        assert len(pull(address, trusting).changed) == 1
        with pytest.raises(RefusedError, match="certificate is not trusted"):
            pull(address)


def test_a_file_outside_the_folder_is_not_read(tmp_path: Path) -> None:
    """Nor one that a link inside leads to."""
    inside = tmp_path / "calendars"
    inside.mkdir()
    (inside / "good.ics").write_bytes(GOOD)
    (tmp_path / "secret.ics").write_bytes(GOOD)
    (inside / "link.ics").symlink_to(tmp_path / "secret.ics")
    connector = IcsConnector(folder=inside)
    assert connector.pull(a_calendar(address=str(inside / "good.ics")), None, SPRING).changed
    for path in (tmp_path / "secret.ics", inside / ".." / "secret.ics", inside / "link.ics"):
        with pytest.raises(RefusedError, match="outside the folder"):
            connector.pull(a_calendar(address=str(path)), None, SPRING)


def test_files_that_are_none_are_refused(tmp_path: Path) -> None:
    """A folder, a pipe that would block for ever, a name that cannot be one."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", tmp_path / "missing.ics", Path("\x00")):
        with pytest.raises(ProviderError):
            IcsConnector().pull(a_calendar(address=str(path)), None, SPRING)


def test_a_file_beyond_the_limit_is_not_read_whole(tmp_path: Path) -> None:
    """Only as much as shows that it is too large."""
    with (tmp_path / "huge.ics").open("wb") as file:
        file.truncate(10 * 1024**3)
    connector = IcsConnector(limits=Limits(calendar_bytes=1024**2))
    with pytest.raises(NotACalendarError, match="larger than 1 MiB"):
        connector.pull(a_calendar(address=str(tmp_path / "huge.ics")), None, SPRING)


def test_half_a_file_deletes_nothing(tmp_path: Path) -> None:
    """It was being written while we read; there is no cursor, so the next pull reads it whole."""
    file = tmp_path / "calendar.ics"
    file.write_bytes(vcalendar(vevent("one@example.org"), vevent("two@example.org"))[:-60])
    pulled = IcsConnector().pull(a_calendar(address=str(file)), None, SPRING)
    assert not pulled.complete
    assert pulled.cursor is None
    assert pulled.problems
