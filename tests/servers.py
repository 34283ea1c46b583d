"""CalDAV and web servers that the tests start on loopback, as processes of their own or in a thread.

Use the fixtures of `tests/sync/conftest.py`, or the context managers here from a fixture of your own.
"""

from __future__ import annotations

import base64
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import requests

START_S = 30.0
LOGIN = "ada"
PASSWORD = "a long enough secret"
TLS = Path(__file__).parent / "data" / "tls"


@dataclass(frozen=True, slots=True)
class DavServer:
    """A running CalDAV server with one account."""

    name: str
    url: str
    login: str
    password: str

    def make_calendar(self, name: str) -> str:
        """Make an empty calendar and give its URL."""
        url = f"{self.url}{self.login}/{'calendars/' if self.name == 'xandikos' else ''}{name}/"
        self.request("MKCALENDAR", url).raise_for_status()
        return url

    def request(self, method: str, url: str, text: bytes = b"", **headers: str) -> requests.Response:
        """Talk to it directly, past everything that is being tested."""
        return requests.request(
            method,
            url,
            data=text,
            headers=headers,
            auth=(self.login, self.password) if self.login else None,
            timeout=10,
        )

    def put(self, calendar: str, name: str, text: bytes) -> None:
        """Put an object into a calendar."""
        self.request("PUT", f"{calendar}{name}", text, **{"Content-Type": "text/calendar"}).raise_for_status()

    def delete(self, calendar: str, name: str) -> None:
        """Take an object out of a calendar."""
        self.request("DELETE", f"{calendar}{name}").raise_for_status()


def free_port() -> int:
    """A port on loopback that nobody listens on just now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def radicale(folder: Path) -> Iterator[DavServer]:
    """Radicale, keeping its files in a folder."""
    port = free_port()
    (folder / "users").write_text(f"{LOGIN}:{PASSWORD}\n")
    command = [sys.executable, "-W", "ignore", "-m", "radicale", "--config", "", "--server-hosts", f"127.0.0.1:{port}"]
    command += ["--storage-filesystem-folder", str(folder / "collections")]
    command += ["--auth-type", "htpasswd", "--auth-htpasswd-filename", str(folder / "users")]
    command += ["--auth-htpasswd-encryption", "plain", "--auth-delay", "0", "--logging-level", "error"]
    url = f"http://127.0.0.1:{port}/"
    with _process(command, url, folder / "log"):
        server = DavServer("radicale", url, LOGIN, PASSWORD)
        yield server


@contextmanager
def xandikos(folder: Path) -> Iterator[DavServer]:
    """Xandikos, keeping its files in a folder; it knows no passwords."""
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-m", "xandikos", "serve", "-d", str(folder / "dav"), "--defaults"]
    command += ["--autocreate", "--listen-address", "127.0.0.1", "--port", str(port)]
    command += ["--current-user-principal", f"/{LOGIN}/"]
    url = f"http://127.0.0.1:{port}/"
    with _process(command, url, folder / "log"):
        yield DavServer("xandikos", url, LOGIN, PASSWORD)


@contextmanager
def _process(command: list[str], url: str, log: Path) -> Iterator[None]:
    with log.open("wb") as out, subprocess.Popen(command, stdout=out, stderr=out) as process:
        try:
            deadline = time.monotonic() + START_S
            while True:
                if process.poll() is not None or time.monotonic() > deadline:
                    msg = f"did not start: {log.read_text()[-2000:]}"
                    raise RuntimeError(msg)
                try:
                    requests.get(url, timeout=2)
                    break
                except requests.ConnectionError:
                    time.sleep(0.05)
            yield
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


@dataclass(slots=True)
class Answer:
    """What a web server says next. `cut_to` sends fewer bytes than it promises; `slow_s` waits between bytes."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    cut_to: int | None = None
    slow_s: float = 0.0


@dataclass(slots=True)
class Heard:
    """A request that came in."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def login(self) -> str:
        """The login and password of Basic authentication."""
        scheme, _, text = self.headers.get("Authorization", "").partition(" ")
        return base64.b64decode(text).decode() if scheme == "Basic" else ""


@dataclass(slots=True)
class WebServer:
    """A web server in a thread; `answer` decides what it says, `heard` keeps what it was asked."""

    url: str
    answer: Callable[[Heard], Answer]
    heard: list[Heard] = field(default_factory=list)


@contextmanager
def web_server(answer: Callable[[Heard], Answer], *, tls: bool = False) -> Iterator[WebServer]:
    """Serve on loopback; with `tls` under the certificate of `tests/data/tls`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _do(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            asked = Heard(self.command, self.path, dict(self.headers.items()), self.rfile.read(length))
            server.heard.append(asked)
            self._send(server.answer(asked))

        def _send(self, said: Answer) -> None:
            self.send_response(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            if said.status != 304:
                self.send_header("Content-Length", str(len(said.body)))
            self.end_headers()
            body = said.body if said.cut_to is None else said.body[: said.cut_to]
            try:
                if said.slow_s:
                    for at in range(len(body)):
                        self.wfile.write(body[at : at + 1])
                        time.sleep(said.slow_s)
                else:
                    self.wfile.write(body)
            except OSError:
                pass  # the client has hung up, which is what some tests want
            if said.cut_to is not None:
                self.close_connection = True

        do_GET = do_POST = do_PUT = do_DELETE = do_PROPFIND = do_REPORT = _do  # noqa: N815 - names the library looks for

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        listening.daemon_threads = True
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(TLS / "cert.pem", TLS / "key.pem")
            listening.socket = context.wrap_socket(listening.socket, server_side=True)
        server = WebServer(f"{'https' if tls else 'http'}://127.0.0.1:{listening.server_port}/", answer)
        thread = threading.Thread(target=listening.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            listening.shutdown()
            thread.join(10)
