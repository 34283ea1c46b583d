"""Every kind of calendar the connectors read, each with a way to change it behind their backs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import pytest
import requests

from agenda.model.calendars import Calendar, Provider
from agenda.model.times import Interval
from agenda.ports import Connector, Writer
from sync.caldav import CaldavConnector
from sync.ics import IcsConnector
from sync.outbound import Outbound
from tests.builders import a_calendar
from tests.contract.google import a_google
from tests.contract.graph import a_graph
from tests.servers import (
    LOGIN,
    PASSWORD,
    Answer,
    DavServer,
    Heard,
    WebServer,
    free_port,
    radicale,
    web_server,
    xandikos,
)
from tests.simulators.graph import FILE, Schema
from tests.sync.texts import vcalendar, vevent

LOOPBACK = Outbound(allow_loopback=True, connect_s=2, read_s=5)


class Source(Protocol):
    """A calendar, its connector, and a hand that changes it."""

    @property
    def calendar(self) -> Calendar:
        """The calendar, as the office knows it."""
        ...

    @property
    def connector(self) -> Connector:
        """What reads it."""
        ...

    def put(self, name: str, vevents: str) -> None:
        """Put the VEVENTs of one UID in, in place of those of that name."""
        ...

    def drop(self, name: str) -> None:
        """Take them out."""
        ...

    def leave(self) -> None:
        """Be out of reach from now on."""
        ...


class Written(Source, Protocol):
    """A calendar that the office writes into, and somebody else behind its back."""

    @property
    def connector(self) -> ReaderAndWriter:
        """What reads and writes it."""
        ...

    def move(self, uid: str, slot: Interval) -> None:
        """Move, as somebody else, what we have written."""
        ...

    def file(self, uid: str, slot: Interval) -> None:
        """Put a meeting in from its invitation mail, under a name that is not of our making."""
        ...

    def occupy(self, uid: str, slot: Interval) -> None:
        """Put an event of somebody else where ours with that UID would lie."""
        ...


class ReaderAndWriter(Connector, Writer, Protocol):
    """Reads and writes."""


@dataclass
class IcsSource:
    """A file, or a feed that knows ETags and passwords."""

    calendar: Calendar
    connector: IcsConnector
    file: Path
    server: WebServer | None = None
    stack: ExitStack = field(default_factory=ExitStack)
    objects: dict[str, str] = field(default_factory=dict)

    def put(self, name: str, vevents: str) -> None:
        """Put VEVENTs in."""
        self.objects[name] = vevents
        self._write()

    def drop(self, name: str) -> None:
        """Take them out."""
        del self.objects[name]
        self._write()

    def leave(self) -> None:
        """End the server."""
        self.stack.close()

    def _write(self) -> None:
        self.file.write_bytes(vcalendar(*self.objects.values()))


@dataclass
class DavSource:
    """A calendar on a CalDAV server."""

    calendar: Calendar
    connector: CaldavConnector
    server: DavServer
    url: str
    stack: ExitStack = field(default_factory=ExitStack)

    def put(self, name: str, vevents: str) -> None:
        """Put VEVENTs in."""
        self.server.put(self.url, f"{name}.ics", vcalendar(vevents))

    def drop(self, name: str) -> None:
        """Take them out."""
        self.server.delete(self.url, f"{name}.ics")

    def move(self, uid: str, slot: Interval) -> None:
        """Move what we have written to another time."""
        response = self.server.request("GET", f"{self.url}{uid}.ics")
        response.raise_for_status()
        head, begin, event = response.content.decode().partition("BEGIN:VEVENT")
        for name, at in (("DTSTART", slot.start), ("DTEND", slot.end)):
            event = re.sub(rf"\b{name}[^\r\n]*", f"{name}:{at:%Y%m%dT%H%M%SZ}", event)
        self.server.put(self.url, f"{uid}.ics", (head + begin + event).encode())

    def file(self, uid: str, slot: Interval) -> None:
        """Put a meeting in from its invitation mail."""
        start, end = f"DTSTART:{slot.start:%Y%m%dT%H%M%SZ}", f"DTEND:{slot.end:%Y%m%dT%H%M%SZ}"
        self.server.put(self.url, "from-the-mail.ics", vcalendar(vevent(uid, start, end, "SUMMARY:Bridge repairs")))

    def occupy(self, uid: str, slot: Interval) -> None:
        """Put an event of somebody else at our address."""
        self.put(uid, vevent("quite-another@example.org", f"DTSTART:{slot.start:%Y%m%dT%H%M%SZ}"))

    def leave(self) -> None:
        """Move to where nobody listens."""
        address = urlsplit(self.calendar.address)
        self.calendar = replace(self.calendar, address=address._replace(netloc=f"127.0.0.1:{free_port()}").geturl())


def secret_of(calendar: Calendar) -> str:
    """The password that a calendar's `secret` names."""
    return {"right": PASSWORD, "wrong": "not this one"}.get(calendar.secret, "")


def a_file(folder: Path) -> IcsSource:
    """A file that holds an empty calendar."""
    file = folder / "calendar.ics"
    file.write_bytes(vcalendar())
    calendar = a_calendar(provider=Provider.ICS_FILE, address=str(file))
    return IcsSource(calendar, IcsConnector(way=LOOPBACK), file)


def a_feed(folder: Path, stack: ExitStack) -> IcsSource:
    """The same file behind a web server."""
    source = a_file(folder)

    def answer(asked: Heard) -> Answer:
        if asked.path != "/feed.ics":
            return Answer(404)
        if asked.login != f"{LOGIN}:{PASSWORD}":
            return Answer(401, {"WWW-Authenticate": 'Basic realm="x"'})
        body = source.file.read_bytes()
        etag = f'"{hash(body)}"'
        if asked.headers.get("If-None-Match") == etag:
            return Answer(304, {"ETag": etag})
        return Answer(200, {"ETag": etag, "Content-Type": "text/calendar"}, body)

    server = stack.enter_context(web_server(answer))
    calendar = a_calendar(provider=Provider.ICS_URL, address=f"{server.url}feed.ics", login=LOGIN, secret="right")
    connector = IcsConnector(way=LOOPBACK, secret=secret_of)
    return IcsSource(calendar, connector, source.file, server, stack)


def a_dav(server: DavServer, name: str, *, through: str = "") -> DavSource:
    """A new calendar on a server; `through` is the address of another server that passes everything on."""
    url = server.make_calendar(name)
    address = url.replace(server.url, through) if through else url
    login = server.login if server.name == "radicale" else ""
    calendar = a_calendar(provider=Provider.CALDAV, address=address, writable=True, login=login, secret="right")
    connector = CaldavConnector(secret=secret_of, way=LOOPBACK)
    return DavSource(calendar, connector, server, url)


def pass_on(asked: Heard, to: str) -> Answer:
    """What another server says to a request."""
    skipped = ("host", "content-length", "connection", "accept-encoding")
    headers = {name: value for name, value in asked.headers.items() if name.lower() not in skipped}
    said = requests.request(asked.method, to + asked.path[1:], data=asked.body, headers=headers, timeout=10)
    kept = ("content-type", "etag", "www-authenticate", "dav")
    return Answer(said.status_code, {k: v for k, v in said.headers.items() if k.lower() in kept}, said.content)


def without_sync(asked: Heard, to: str) -> Answer:
    """The same from a server that was never taught sync-collection."""
    if asked.method == "REPORT" and b":sync-collection" in asked.body:
        body = b'<?xml version="1.0"?><error xmlns="DAV:"><supported-report/></error>'
        return Answer(403, {"Content-Type": "text/xml"}, body)
    return pass_on(asked, to)


@pytest.fixture(scope="session")
def radicale_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DavServer]:
    """One Radicale for all tests."""
    with radicale(tmp_path_factory.mktemp("radicale")) as server:
        yield server


@pytest.fixture(scope="session")
def xandikos_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DavServer]:
    """One Xandikos for all tests."""
    with xandikos(tmp_path_factory.mktemp("xandikos")) as server:
        yield server


@pytest.fixture(scope="session")
def graph_schema(real_data: Path) -> Schema:
    """Graph's own schema, read once."""
    if not (real_data / FILE).is_file():
        pytest.skip(f"the schema of Graph is not among the public data: {FILE}")
    return Schema(real_data / FILE)


@pytest.fixture
def calendar_name(request: pytest.FixtureRequest) -> str:
    """A name that no other test uses."""
    return "".join(char if char.isalnum() else "-" for char in request.node.name).lower()[:80]


@pytest.fixture(params=["file", "feed", "radicale", "xandikos", "radicale without sync-collection", "graph", "google"])
def source(request: pytest.FixtureRequest, tmp_path: Path, calendar_name: str) -> Iterator[Source]:
    """Each kind of calendar in turn, empty."""
    with ExitStack() as stack:
        match request.param:
            case "file":
                yield a_file(tmp_path)
            case "feed":
                yield a_feed(tmp_path, stack)
            case "graph":
                yield stack.enter_context(a_graph(request.getfixturevalue("graph_schema"), LOOPBACK))
            case "radicale without sync-collection":
                server: DavServer = request.getfixturevalue("radicale_server")
                between = stack.enter_context(web_server(lambda asked: without_sync(asked, server.url)))
                yield a_dav(server, calendar_name, through=between.url)
            case "google":
                yield stack.enter_context(a_google())
            case name:
                yield a_dav(request.getfixturevalue(f"{name}_server"), calendar_name)


@pytest.fixture(params=["radicale", "xandikos"])
def dav(request: pytest.FixtureRequest, calendar_name: str) -> DavSource:
    """A new calendar on each CalDAV server in turn."""
    return a_dav(request.getfixturevalue(f"{request.param}_server"), calendar_name)


class Target(Protocol):
    """A calendar that takes our meetings."""

    @property
    def calendar(self) -> Calendar:
        """The calendar, as the office knows it."""
        ...

    @property
    def connector(self) -> Any:
        """What reads and writes it."""
        ...

    def put(self, name: str, vevents: str) -> None:
        """Put the VEVENTs of one UID in, as somebody else."""
        ...


@pytest.fixture(params=["radicale", "xandikos", "graph", "google"])
def target(request: pytest.FixtureRequest, calendar_name: str) -> Iterator[Target]:
    """Each kind of calendar that can be written, empty."""
    with ExitStack() as stack:
        match request.param:
            case "graph":
                yield stack.enter_context(a_graph(request.getfixturevalue("graph_schema"), LOOPBACK))
            case "google":
                yield stack.enter_context(a_google())
            case name:
                yield a_dav(request.getfixturevalue(f"{name}_server"), calendar_name)


@pytest.fixture(params=["radicale", "xandikos", "google"])
def written(request: pytest.FixtureRequest, calendar_name: str) -> Iterator[Written]:
    """Each kind of calendar that can be written by others as well, empty."""
    if request.param == "google":
        with a_google() as source:
            yield source
    else:
        yield a_dav(request.getfixturevalue(f"{request.param}_server"), calendar_name)
