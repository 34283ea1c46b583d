"""Graph on loopback: a real HTTP server around the service, its checks and its faults."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.simulators.graph.asked import Asked
from tests.simulators.graph.checks import RefusedRequestError, wrong_answer
from tests.simulators.graph.faults import Fault, FaultPlan
from tests.simulators.graph.schema import Schema
from tests.simulators.graph.service import Service
from tests.simulators.graph.world import Json, World

AT_ONCE = 4
ALL_SCOPES = frozenset({"Calendars.Read", "Calendars.ReadWrite", "Calendars.Read.Shared"})


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token may do. An app's token has no mailbox of its own."""

    mailbox: str = ""
    scopes: frozenset[str] = ALL_SCOPES
    app: str = "app"


@dataclass(slots=True)
class Heard:
    """A request that came in, and how it was answered."""

    method: str
    target: str
    status: int = 0

    def __str__(self) -> str:
        return f"{self.method} {self.target}"


@dataclass(slots=True)
class Simulator:
    """A running Graph. `violations` are what the client or the simulator itself did against the vendor's rules."""

    url: str
    world: World
    service: Service
    schema: Schema
    faults: FaultPlan
    tokens: dict[str, Grant] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    busy: int = 0
    most_at_once: int = 0
    not_before: dict[str, float] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def plan(self, *faults: Mapping[str, Any]) -> None:
        """What goes wrong from now on."""
        self.faults.clear()
        for one in faults:
            self.faults.add(**one)

    def asked(self, pattern: str) -> list[Heard]:
        """The requests whose "METHOD target" matches."""
        return [one for one in self.heard if re.search(pattern, str(one))]


@contextmanager
def graph(schema: Schema, faults: Sequence[Mapping[str, Any]] = ()) -> Iterator[Simulator]:
    """Serve on loopback until the block ends."""
    world = World()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = (
            True  # headers and body are two writes, and no client should wait 40 ms for the second
        )

        def _do(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            heard = Heard(self.command, self.path)
            with simulator.lock:
                simulator.heard.append(heard)
                simulator.busy += 1
                simulator.most_at_once = max(simulator.most_at_once, simulator.busy)
                too_many = simulator.busy > AT_ONCE
            try:
                self._answer(heard, body, is_too_many=too_many)
            except OSError:
                self.close_connection = True  # the client has hung up
            finally:
                with simulator.lock:
                    simulator.busy -= 1

        def _answer(self, heard: Heard, body: bytes, *, is_too_many: bool) -> None:
            fault = simulator.faults.next(str(heard))
            if fault is not None and fault.delay_s:
                time.sleep(fault.delay_s)
            if fault is not None and fault.expire:
                simulator.service.forget_tokens()
            if is_too_many:
                simulator.violations.append("more than four requests at once")
                self._send(429, _error("ApplicationThrottled"), {"Retry-After": "1"}, None, heard)
                return
            if fault is not None and fault.status and not fault.done:
                self._send_fault(fault, heard)
                return
            status, answer, headers = _served(simulator, self.command, self.path, dict(self.headers.items()), body)
            if fault is not None and fault.status:
                self._send_fault(fault, heard)
            else:
                self._send(status, answer, headers, fault, heard)

        def _send_fault(self, fault: Fault, heard: Heard) -> None:
            headers = {"Retry-After": fault.retry_after} if fault.retry_after else {}
            if fault.retry_after.isdigit():
                mailbox = _mailbox(heard.target)
                simulator.not_before[mailbox] = time.monotonic() + int(fault.retry_after)
            self._send(fault.status, _error(fault.code or "UnknownError", inner=fault.inner), headers, fault, heard)

        def _send(
            self, status: int, answer: Json | None, headers: Mapping[str, str], fault: Fault | None, heard: Heard
        ) -> None:
            heard.status = status
            if answer is not None and fault is not None and fault.page and "value" in answer:
                answer = _spoilt(answer, fault.page, f"{simulator.url.rsplit('/', 1)[0]}{heard.target}")
            text = b"" if answer is None else json.dumps(answer, indent=1).encode()
            if fault is not None and fault.body is not None:
                text = fault.body.encode()
            if fault is not None and fault.hang_up:
                self.close_connection = True
                return
            skew = timedelta(seconds=fault.skew_s if fault is not None else 0)
            self.send_response_only(status)
            self.send_header("Date", format_datetime(datetime.now(UTC) + skew, usegmt=True))
            self.send_header("request-id", "00000000-0000-0000-0000-000000000000")
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 204:
                self.send_header("Content-Type", "application/json;odata.metadata=minimal;charset=utf-8")
                self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            cut = fault.cut_to if fault is not None else None
            self.wfile.write(text if cut is None else text[:cut])
            if cut is not None:
                self.close_connection = True

        do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = _do  # noqa: N815 - names the library looks for

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        listening.daemon_threads = True
        root = f"http://127.0.0.1:{listening.server_port}/v1.0"
        service = Service(world, schema, root)
        simulator = Simulator(root, world, service, schema, FaultPlan(faults))
        thread = threading.Thread(target=lambda: listening.serve_forever(0.02), daemon=True)
        thread.start()
        try:
            yield simulator
        finally:
            listening.shutdown()
            thread.join(10)


def _served(
    simulator: Simulator, method: str, target: str, headers: Mapping[str, str], body: bytes
) -> tuple[int, Json | None, dict[str, str]]:
    """What the service says, its own answer checked as well."""
    parts = urlsplit(target)
    path = parts.path.removeprefix("/v1.0")
    if path == parts.path:
        return 404, _error("BadRequest", "Only v1.0 is served."), {}
    try:
        if time.monotonic() < simulator.not_before.get(_mailbox(target), 0.0) - 0.02:
            simulator.violations.append(f"{method} came before Retry-After was over")
        grant = _grant(simulator, headers)
        asked = Asked(
            method=method,
            path=path,
            query={name: value for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != "again"},
            prefer=headers.get("Prefer") or "",
            if_match=headers.get("If-Match") or "",
            body=_json(body) if body else None,
            scopes=grant.scopes,
            mailbox=grant.mailbox,
        )
        status, answer, kind = simulator.service.answer(asked)
    except RefusedRequestError as refused:
        if refused.status in (400, 405, 415):
            simulator.violations.append(f"{method} {path}: {refused.code}: {refused.message}")
        return refused.status, _error(refused.code, refused.message, refused.inner), refused.headers
    if answer is not None:
        simulator.violations += [f"answer to {method}: {one}" for one in wrong_answer(simulator.schema, answer, kind)]
    return status, answer, {}


def _grant(simulator: Simulator, headers: Mapping[str, str]) -> Grant:
    scheme, _, token = (headers.get("Authorization") or "").partition(" ")
    if scheme != "Bearer" or token not in simulator.tokens:
        raise RefusedRequestError(401, "InvalidAuthenticationToken", "Access token is empty, expired or not known.")
    return simulator.tokens[token]


def _mailbox(target: str) -> str:
    found = re.match(r"/v1\.0/(me|users/[^/?]+|[a-z]+)", target)
    return found[1] if found else ""


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError as error:
        raise RefusedRequestError(400, "RequestBodyRead", "Not JSON.") from error


def _error(code: str, message: str = "The message may change any day.", inner: str = "") -> Json:
    within: Json = {"request-id": "00000000-0000-0000-0000-000000000000"}
    if inner:
        within["code"] = inner
    return {"error": {"code": code, "message": message, "innerError": within}}


def _spoilt(answer: Json, how: str, target: str) -> Json:
    value = list(answer["value"])
    match how:
        case "duplicate":
            return {**answer, "value": value + value}
        case "reverse":
            return {**answer, "value": value[::-1]}
        case "endless":
            return {"value": value, "@odata.nextLink": target}
        case "empty":
            return {"value": [], "@odata.nextLink": f"{target}&again=1"}
        case "unlinked":
            return {"value": value}
    raise ValueError(how)
