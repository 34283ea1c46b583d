"""The CalDAV server of the demo office: Radicale as a child process on loopback, with a login for each official."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import requests

from agenda.model.errors import AgendaError
from agenda.model.sentences import say
from web.demo import city

HOST = "127.0.0.1"
START_S = 60.0
STOP_S = 5.0
ANSWER_S = 30.0
SECRET = "demo-calendars"  # noqa: S105  # the name of a secret, not a secret
DISPLAY_NAME = (
    '<?xml version="1.0" encoding="utf-8"?><propertyupdate xmlns="DAV:"><set><prop><displayname>{name}</displayname>'
    "</prop></set></propertyupdate>"
)


class DemoServerError(AgendaError):
    """The demo's calendar server does not do its work."""

    def __init__(self, log: Path) -> None:
        """Say where it wrote why."""
        super().__init__(
            say(
                "The demo's calendar server (Radicale) does not answer. %(log)s says why; is the package installed?",
                log=str(log),
            )
        )


@dataclass(frozen=True, slots=True)
class Collection:
    """One calendar on the server: whose, its name in the address, its title, and all that is in it."""

    login: str
    name: str
    title: str
    ics: bytes


def kept_port(folder: Path) -> int:
    """The server's port, kept from start to start while nobody else takes it, so that addresses stay good."""
    path = folder / "radicale" / "port"
    try:
        kept = int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        kept = 0
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, kept))
        except OSError:
            probe.bind((HOST, 0))
        port = int(probe.getsockname()[1])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(str(port), encoding="ascii")
    return port


def kept_password(folder: Path) -> str:
    """The password of every login there, made on the first start and kept where the house looks for secrets."""
    path = folder / "secrets" / SECRET
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(18) + "\n", encoding="ascii")
    return path.read_text(encoding="ascii").strip()


class DemoRadicale:
    """A context manager: the server runs inside, and is ended with it.

    What it holds lies below the demo's data folder and is there again on the next start.
    """

    def __init__(self, folder: Path) -> None:
        """Take the demo's data folder; nothing is started yet."""
        self._folder = folder.resolve()
        self._home = self._folder / "radicale"
        self._port = 0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers, without a slash at the end; known from the start on."""
        return f"http://{HOST}:{self._port}"

    @property
    def pid(self) -> int:
        """The id of its process; 0 while it does not run."""
        return self._process.pid if self._process is not None else 0

    def has_ended(self) -> bool:
        """Whether it does not run: it was never started, was stopped, or fell over by itself."""
        return self._process is None or self._process.poll() is not None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start it and wait until it answers.

        Raises:
            DemoServerError: it did not answer in time.
        """
        self._home.mkdir(parents=True, exist_ok=True)
        self._end_orphan()
        self._port = kept_port(self._folder)
        config = self._write_config(kept_password(self._folder))
        with (self._home / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "radicale", "--config", str(config)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        (self._home / "pid").write_text(str(self._process.pid), encoding="ascii")
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline and self._process.poll() is None:
            with socket.socket() as probe:
                probe.settimeout(1.0)
                if probe.connect_ex((HOST, self._port)) == 0:
                    return
            time.sleep(0.05)
        self.stop()
        raise DemoServerError(self._home / "log")

    def stop(self) -> None:
        """End it; more than once does no harm."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        (self._home / "pid").unlink(missing_ok=True)

    def fill(self, collections: tuple[Collection, ...]) -> None:
        """Put whole calendars there, each in one request, in place of what was in them.

        Raises:
            DemoServerError: it did not take one of them.
        """
        password = kept_password(self._folder)
        with requests.Session() as session:
            session.trust_env = False
            for one in collections:
                address = f"{self.url}/{quote(one.login)}/{quote(one.name)}/"
                session.auth = (one.login, password)
                self._ask(session, "PUT", address, one.ics, {"Content-Type": "text/calendar; charset=utf-8"})
                body = DISPLAY_NAME.format(name=one.title).encode()
                self._ask(session, "PROPPATCH", address, body, {"Content-Type": "application/xml; charset=utf-8"})

    def holds(self, collection: Collection) -> bool:
        """Whether a calendar of that name is there already."""
        answer = requests.request(
            "PROPFIND",
            f"{self.url}/{quote(collection.login)}/{quote(collection.name)}/",
            auth=(collection.login, kept_password(self._folder)),
            headers={"Depth": "0"},
            timeout=ANSWER_S,
        )
        return answer.status_code == 207  # Multi-Status (RFC 4918, 13)

    def _ask(
        self, session: requests.Session, method: str, address: str, body: bytes, headers: Mapping[str, str]
    ) -> None:
        answer = session.request(method, address, data=body, headers=headers, timeout=ANSWER_S)
        if not answer.ok:
            raise DemoServerError(self._home / "log")

    def _write_config(self, password: str) -> Path:
        """Its settings and logins, readable by us alone: the demo's passwords are written plainly in both."""
        users = self._home / "users"
        users.touch(mode=0o600)
        users.write_text("".join(f"{person.id}:{password}\n" for person in city.PEOPLE), encoding="utf-8")
        config = self._home / "config"
        config.write_text(
            f"""[server]
hosts = {HOST}:{self._port}
max_connections = 40
timeout = 30

[auth]
type = htpasswd
htpasswd_filename = {users}
htpasswd_encryption = plain
delay = 0

[rights]
type = owner_only

[storage]
filesystem_folder = {self._home / "collections"}

[web]
type = none

[logging]
level = warning
mask_passwords = True
""",
            encoding="utf-8",
        )
        return config

    def _end_orphan(self) -> None:
        """End the server of a demo that was killed before it could: by its id, and only if it is ours."""
        path = self._home / "pid"
        try:
            pid = int(path.read_text(encoding="ascii"))
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError):
            return
        if str(self._home / "config").encode() in command:
            os.kill(pid, signal.SIGTERM)
            deadline = time.monotonic() + STOP_S
            while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
                time.sleep(0.05)
        path.unlink(missing_ok=True)
