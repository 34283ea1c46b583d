"""From a server's address to its calendars."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from agenda.model.errors import RefusedError, TryLaterError
from sync.caldav import discover
from tests.contract.conftest import LOOPBACK, DavSource, pass_on
from tests.servers import LOGIN, PASSWORD, Answer, DavServer, Heard, free_port, web_server


@pytest.mark.parametrize("start", ["root", "principal", "calendar"])
def test_calendars_are_found_from_anywhere(dav: DavSource, start: str) -> None:
    """People paste the server's address, their own page of it, or the calendar's."""
    url = {"root": dav.server.url, "principal": f"{dav.server.url}{LOGIN}/", "calendar": dav.url}[start]
    found = discover(url, dav.server.login, dav.server.password, way=LOOPBACK)
    assert (dav.url, True) in [(one.url, one.writable) for one in found]
    assert all(one.name for one in found)


def test_the_well_known_address_leads_there(radicale_server: DavServer, calendar_name: str) -> None:
    """RFC 6764: a name alone is enough, where the server has a sign at the door."""
    radicale_server.make_calendar(calendar_name)

    def door(asked: Heard) -> Answer:
        if asked.path == "/.well-known/caldav":
            return Answer(301, {"Location": "/dav/"})
        if asked.path.startswith("/dav/"):
            return pass_on(Heard(asked.method, asked.path[4:], asked.headers, asked.body), radicale_server.url)
        if asked.path.startswith(f"/{LOGIN}/"):
            return pass_on(asked, radicale_server.url)
        return Answer(404)

    with web_server(door) as server:
        found = discover(server.url, LOGIN, PASSWORD, way=LOOPBACK)
    assert any(urlsplit(one.url).path == f"/{LOGIN}/{calendar_name}/" for one in found)


def test_a_calendar_that_may_only_be_read_is_told_apart(radicale_server: DavServer, calendar_name: str) -> None:
    """The office offers to write only where it may."""
    radicale_server.make_calendar(calendar_name)

    def read_only(asked: Heard) -> Answer:
        answer = pass_on(asked, radicale_server.url)
        for name in (b"write", b"all", b"write-content", b"bind"):
            answer.body = answer.body.replace(b"<" + name + b" />", b"<read />")
        return answer

    with web_server(read_only) as server:
        found = discover(server.url, LOGIN, PASSWORD, way=LOOPBACK)
    assert found
    assert not any(one.writable for one in found)


def test_a_wrong_password_finds_nothing_and_says_why(radicale_server: DavServer) -> None:
    """Not "no calendars"."""
    with pytest.raises(RefusedError, match="password is not right"):
        discover(radicale_server.url, LOGIN, "wrong", way=LOOPBACK)


def test_a_server_without_calendars_says_so() -> None:
    """A web server that knows no DAV."""
    with web_server(lambda asked: Answer(405)) as server, pytest.raises(RefusedError):
        discover(server.url, LOGIN, PASSWORD, way=LOOPBACK)


def test_a_server_that_is_away_is_away() -> None:
    """Trying again may help."""
    with pytest.raises(TryLaterError):
        discover(f"http://127.0.0.1:{free_port()}/", LOGIN, PASSWORD, way=LOOPBACK)


def test_calendars_on_a_stranger_are_not_followed() -> None:
    """The password would go with us."""
    body = (
        '<multistatus xmlns="DAV:"><response><href>/</href><propstat><prop><current-user-principal>'
        "<href>http://evil.example.org/</href></current-user-principal></prop>"
        "<status>HTTP/1.1 200 OK</status></propstat></response></multistatus>"
    )
    answer = Answer(207, {"Content-Type": "text/xml"}, body.encode())
    with web_server(lambda asked: answer) as server, pytest.raises(RefusedError, match="another server"):
        discover(server.url, LOGIN, PASSWORD, way=LOOPBACK)


@pytest.mark.parametrize("path", ["/", "/.well-known/caldav"])
def test_the_password_does_not_follow_a_redirect_to_another_domain(path: str) -> None:
    """A sign at the door, or a mistyped address, does not get the login of another house."""
    with web_server(lambda asked: Answer(401, {"WWW-Authenticate": 'Basic realm="x"'})) as other:
        away = other.url.replace("127.0.0.1", "localhost")

        def door(asked: Heard) -> Answer:
            return Answer(301, {"Location": away}) if asked.path == path else Answer(404)

        with web_server(door) as server, pytest.raises(RefusedError, match="another server"):
            discover(server.url, LOGIN, PASSWORD, way=LOOPBACK)
        assert [one.login for one in other.heard if one.login] == []
