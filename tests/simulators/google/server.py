"""The simulated provider as a server on loopback: HTTP, sign-in, faults, and a check of all that passes.

A request or an answer that differs from the discovery document is answered as the provider would, and noted in
`violations`, which every test has to leave empty.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.simulators.google import masks
from tests.simulators.google.answers import Api, Asked
from tests.simulators.google.document import Document, Method, document
from tests.simulators.google.faults import Fault, plan
from tests.simulators.google.oauth import Desk
from tests.simulators.google.times import RefusalError
from tests.simulators.google.world import World

SERVICE = "/calendar/v3/"
READ = "https://www.googleapis.com/auth/calendar.events.readonly"
WRITE = "https://www.googleapis.com/auth/calendar.events"
FREE_BUSY = "https://www.googleapis.com/auth/calendar.freebusy"
EVERYTHING = "https://www.googleapis.com/auth/calendar"


@dataclass
class Said:
    """An answer on its way."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut_to: int | None = None
    is_lost: bool = False


@dataclass
class Simulator:
    """The provider. `heard` are the requests that came in, as (method's id, query, body)."""

    url: str = ""
    world: World = field(default_factory=World)
    faults: list[Fault] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    heard: list[Asked] = field(default_factory=list)
    desk: Desk = field(default_factory=Desk)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        """Open for business."""
        self.api = Api(self.world)
        self.document: Document = document()

    @property
    def endpoint(self) -> str:
        """What to set as the API's address."""
        return f"{self.url}{SERVICE}"

    def break_down(self, *faults: dict[str, object]) -> None:
        """Follow a fault plan from now on."""
        self.faults = plan(faults)

    def methods(self) -> list[str]:
        """The methods that were called, in order."""
        return [one.method.removeprefix("calendar.") for one in self.heard]

    def handle(self, verb: str, target: str, headers: dict[str, str], body: bytes) -> Said:
        """One request from its line to its answer."""
        split = urlsplit(target)
        if not split.path.startswith(SERVICE):
            with self.lock:
                status, kind, text, more = self.desk.handle(verb, target, body, self.url)
            return Said(status, text, {"Content-Type": kind, **more})
        found = self.document.find(verb, split.path.removeprefix(SERVICE))
        if found is None:
            self.violations.append(f"no such method: {verb}")
            return _error(RefusalError(404, "notFound"))
        method, place = found
        query = parse_qs(split.query, keep_blank_values=True)
        faults = [one for one in self.faults if one.strikes(method.id, has_page="pageToken" in query)]
        for fault in faults:
            time.sleep(fault.delay_s)
        with self.lock:
            said = self._answer(method, place, query, headers, body, faults)
        for fault in faults:
            said.cut_to = fault.truncate if fault.truncate >= 0 else said.cut_to
            said.is_lost |= fault.lost
            if fault.garbage:
                said.body = fault.garbage.encode()
            said.headers["Date"] = formatdate(time.time() + fault.skew_s, usegmt=True)
        return said

    def _answer(
        self,
        method: Method,
        place: dict[str, str],
        query: dict[str, list[str]],
        headers: dict[str, str],
        body: bytes,
        faults: list[Fault],
    ) -> Said:
        plain = {name: values[0] for name, values in query.items() if name not in ("alt", "prettyPrint")}
        try:
            asked = Asked(method.id, place, plain, self._body(method, body), headers, "", faults)
            self.heard.append(asked)
            broken = next((one for one in faults if one.status), None)
            if broken is not None:
                more = {"Retry-After": broken.retry_after} if broken.retry_after else {}
                raise RefusalError(broken.status, broken.reason, headers=more)  # noqa: TRY301 - told like any other
            asked.who = self._who(method, headers)
            self._check(method, query, asked)
            asked.query.pop("fields", None)
            return self._said(method, query, self.api.answer(asked), faults)
        except RefusalError as refused:
            return _error(refused)

    def _body(self, method: Method, body: bytes) -> dict[str, Any]:
        try:
            made = json.loads(body) if body else {}
        except ValueError:
            raise RefusalError(400, "parseError", "Parse Error") from None
        if not isinstance(made, dict):
            raise RefusalError(400, "parseError", "Parse Error")
        return made

    def _who(self, method: Method, headers: dict[str, str]) -> str:
        scheme, _, token = headers.get("Authorization", "").partition(" ")
        known = self.desk.bearer(token) if scheme == "Bearer" else None
        if known is None:
            raise RefusalError(401, "authError", "Invalid Credentials")
        who, scopes = known
        raw = next(one for one in _walk(self.document.raw) if one["id"] == method.id)
        if not scopes & set(raw.get("scopes", ())):
            raise RefusalError(403, "insufficientPermissions", "Request had insufficient authentication scopes.")
        return who

    def _check(self, method: Method, query: dict[str, list[str]], asked: Asked) -> None:
        wrong = self.document.mistakes(method, query)
        if method.request:
            wrong += self.document.flaws(method.request, _without_null(asked.body))
        if "fields" in query:
            try:
                mask = masks.parse(query["fields"][0])
                schemas = self.document.raw["schemas"]
                wrong += [
                    f"{method.id}: fields names {one}"
                    for one in masks.unknown(mask, schemas, schemas[method.response] if method.response else {})
                ]
            except ValueError:
                wrong.append(f"{method.id}: fields cannot be read")
        if wrong:
            self.violations += wrong
            raise RefusalError(400, "invalidParameter", wrong[0])

    def _said(
        self, method: Method, query: dict[str, list[str]], answer: dict[str, Any] | None, faults: list[Fault]
    ) -> Said:
        if answer is None:
            return Said(204)
        if not any(one.wrong for one in faults):
            self.violations += [f"answer of {one}" for one in self.document.flaws(method.response, answer)]
        if "fields" in query:
            answer = masks.apply(masks.parse(query["fields"][0]), answer)
        headers = {"Content-Type": "application/json; charset=UTF-8"}
        if isinstance(answer, dict) and "etag" in answer:
            headers["ETag"] = answer["etag"]
        return Said(200, json.dumps(answer).encode(), headers)


def _without_null(value: Any) -> Any:
    """A patch takes things away by null, which the schema does not speak of."""
    if isinstance(value, dict):
        return {name: _without_null(one) for name, one in value.items() if one is not None}
    return value


def _walk(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from node.get("methods", {}).values()
    for child in node.get("resources", {}).values():
        yield from _walk(child)


def _error(refused: RefusalError) -> Said:
    one = {"domain": "global", "reason": refused.reason, "message": refused.message}
    body = {"error": {"code": refused.status, "message": refused.message, "errors": [one]}}
    headers = {"Content-Type": "application/json; charset=UTF-8", **refused.headers}
    if refused.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="https://accounts.google.com/", error="invalid_token"'
    return Said(refused.status, json.dumps(body).encode(), headers)


@contextmanager
def google(faults: Iterable[dict[str, object]] = ()) -> Iterator[Simulator]:
    """Serve on loopback until the end of the block."""
    simulator = Simulator(faults=plan(faults))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _do(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name.title(): value for name, value in self.headers.items()}
            said = simulator.handle(self.command, self.path, headers, self.rfile.read(length))
            if said.is_lost:
                self.close_connection = True
                return
            self.send_response_only(said.status)
            for name, value in {"Date": formatdate(usegmt=True), **said.headers}.items():
                self.send_header(name, value)
            if said.status != 204:
                self.send_header("Content-Length", str(len(said.body)))
            self.end_headers()
            body = said.body if said.cut_to is None else said.body[: said.cut_to]
            with suppress(OSError):  # the client has hung up, which is what some tests want
                self.wfile.write(body)
            if said.cut_to is not None:
                self.close_connection = True

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _do  # noqa: N815 - names the library looks for

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        listening.daemon_threads = True
        simulator.url = f"http://127.0.0.1:{listening.server_port}"
        thread = threading.Thread(target=listening.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield simulator
        finally:
            listening.shutdown()
            thread.join(10)
