"""Graph v1.0 over REST: one small session on the house's own way out, its errors told in our words.

Every request carries the same preferences, for an id or a clock of another kind in one answer would be another event.
Links to further pages are taken as they come, and only from the server that was asked: they carry our token.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit

import requests

from agenda.model.calendars import Calendar
from agenda.model.errors import AccountRefusedError, NotACalendarError, ProviderError, RefusedError, TryLaterError
from agenda.model.sentences import say
from sync.ical.looks import looks_like
from sync.microsoft.limiter import Limiter
from sync.outbound import LATER, Outbound, Session, checked, mapped, wait_of

ENDPOINT = "https://graph.microsoft.com/v1.0"
PAGE = 500
MAX_PAGES = 2_000
ADDRESS = re.compile(r"(me|users/([^/?#]+))(?:/(calendar)|/calendars/(.+?))?/?")
WORD = re.compile(r"[A-Za-z0-9_.-]{1,80}")
GONE = 410
STATE_LOST = frozenset({"syncstatenotfound", "syncstateinvalid", "resyncrequired"})
BUSY = frozenset(
    {
        "activitylimitreached",
        "applicationthrottled",
        "errorexceededconnectioncount",
        "errormailboxmoveinprogress",
        "errorserverbusy",
        "errortoomanyobjectsopened",
        "mailboxconcurrency",
        "servicenotavailable",
        "toomanyrequests",
    }
)
LAPSED = frozenset(
    {
        "authenticationerror",
        "interactionrequired",
        "invalidauthenticationtoken",
        "tokennotfound",
        "unauthenticated",
        "unauthorized",
    }
)
NO_MAILBOX = frozenset(
    {"errorinvaliduser", "mailboxnotenabledforrestapi", "mailboxnotfound", "request_resourcenotfound"}
)
log = logging.getLogger(__name__)


class StateLostError(TryLaterError):
    """Graph does not know our delta link any more; everything has to be read again."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, the JSON, and the codes of an error in small letters."""

    status: int
    data: dict[str, Any] = field(default_factory=dict)
    codes: frozenset[str] = frozenset()


class Client:
    """One conversation about one calendar."""

    def __init__(
        self, calendar: Calendar, token: Callable[[Calendar], str], endpoint: str, way: Outbound, limiter: Limiter
    ) -> None:
        """Prepare to talk; nothing is sent yet.

        Raises:
            RefusedError: the address cannot be used.
        """
        self.provider = calendar.name
        self._calendar = calendar
        self._token = token
        self._endpoint = endpoint.rstrip("/")
        self._host = checked(self._endpoint, self.provider, has_password=True, way=way)[:2]
        self._limiter = limiter
        self.path, self.mailbox = _place(calendar, self._endpoint)
        self._session = Session(way)

    def __enter__(self) -> Client:
        """The conversation itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Hang up."""
        self._session.close()

    def url(self, path: str, query: Mapping[str, str] | None = None) -> str:
        """The address of something that belongs to the calendar, or to the service where `path` begins with two //."""
        whole = path[1:] if path.startswith("//") else f"/{self.path}{path}"
        return f"{self._endpoint}{whole}" + (f"?{urlencode(query, quote_via=quote, safe='$')}" if query else "")

    def get(self, path: str, query: Mapping[str, str] | None = None, *, expect: Collection[int] = ()) -> Answer:
        """Read one thing; a status that is expected is no error."""
        return self.call("GET", self.url(path, query), expect=expect)

    def pages(self, url: str) -> Iterator[dict[str, Any]]:
        """Every page of a list, by its links.

        Raises:
            StateLostError: the link is not good any more, on whatever page.
            RefusedError: the list goes round in circles, or on to another server.
            TryLaterError: a page came that is none.
        """
        seen: set[str] = set()
        while len(seen) < MAX_PAGES:
            if url in seen:
                break
            seen.add(url)
            page = self.call("GET", url).data
            if not isinstance(page.get("value"), list):
                raise TryLaterError(self.provider)
            yield page
            following = page.get("@odata.nextLink")
            if following is None:
                return
            url = self.link(following)
        raise RefusedError(
            self.provider, say("its list of events never ends. What was read before is kept; tell its IT.")
        )

    def link(self, url: object) -> str:
        """A link the server gave us, checked to lead back to it: our token goes with it."""
        try:
            same = isinstance(url, str) and urlsplit(url)[:2] == self._host
        except ValueError:
            same = False
        if not same:
            raise RefusedError(self.provider, say("it sends us on to another server, which gets no token of ours."))
        return str(url)

    def call(
        self,
        method: str,
        url: str,
        body: Mapping[str, Any] | None = None,
        *,
        if_match: str = "",
        expect: Collection[int] = (),
        is_write: bool | None = None,
    ) -> Answer:
        """One request; whatever is no GET counts as writing, unless it is said that it is not.

        Raises:
            ProviderError: it was refused, or is out of reach.
            StateLostError: a delta link is not good any more.
        """
        token = self._token(self._calendar)
        is_write = method != "GET" if is_write is None else is_write
        response = self._send(method, url, body, if_match, token, is_write=is_write)
        if response.status_code == 401:
            fresh = self._token(self._calendar)
            if fresh != token:
                response = self._send(method, url, body, if_match, fresh, is_write=is_write)
        status = response.status_code
        if status < 300:
            self._limiter.went_well(self.mailbox)
            return Answer(status, self._json(response) if status != 204 and response.content else {})
        codes = _codes(response)
        log.warning(
            "Graph answered %s %s, request-id %s",
            status,
            "/".join(sorted(codes)) or "-",
            _word(response.headers.get("request-id")) or "-",
        )
        if status in expect:
            return Answer(status, {}, codes)
        raise self._refusal(response, codes)

    def _send(
        self, method: str, url: str, body: Mapping[str, Any] | None, if_match: str, token: str, *, is_write: bool
    ) -> requests.Response:
        headers = {
            "Authorization": f"Bearer {token}",
            "Accept": "application/json",
            "Prefer": f'outlook.timezone="UTC", outlook.body-content-type="text", '
            f'IdType="ImmutableId", odata.maxpagesize={PAGE}',
        }
        if if_match:
            headers["If-Match"] = if_match
        data = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(body).encode()
        with self._limiter.turn(self.mailbox, self.provider, is_write=is_write), mapped(self.provider):
            response: requests.Response = self._session.request(method, url, data=data, headers=headers)
            return response

    def _json(self, response: requests.Response) -> dict[str, Any]:
        try:
            found = json.loads(response.content)
        except (ValueError, RecursionError) as error:
            if response.content.lstrip().startswith(b"<"):
                raise NotACalendarError(self.provider, looks_like(response.content)) from error
            raise TryLaterError(self.provider) from error
        if not isinstance(found, dict):
            raise NotACalendarError(self.provider, say("its answer is JSON of another kind"))
        return found

    def _refusal(self, response: requests.Response, codes: frozenset[str]) -> ProviderError:
        status = response.status_code
        if codes & STATE_LOST or status == GONE:
            return StateLostError(self.provider)
        asked = wait_of(response.headers.get("Retry-After"))
        if codes & BUSY or status in (429, 503):
            return BusyError(self.provider, self._limiter.hold(self.mailbox, asked), codes)
        if status in LATER or status > 599:
            return TryLaterError(self.provider, None if asked is None else self._limiter.hold(self.mailbox, asked))
        if codes & LAPSED or status == 401:
            what = say("the connection has lapsed. Connect this calendar again, and sign in to Microsoft once more.")
            return AccountRefusedError(self.provider, what)
        if codes & NO_MAILBOX:
            what = say("there is no mailbox at this address. Check the address.")
        elif status == 403:
            what = say("this office may not do that in the mailbox. Ask IT for the right; it takes an hour to count.")
        elif status == 404:
            what = say("there is no calendar at this address any more. Check the address.")
        else:
            what = say("it answers with status %(status)s. Tell IT.", status=status)
        return RefusedError(self.provider, what)


class BusyError(TryLaterError):
    """Graph is busy; `codes` say with what."""

    def __init__(self, provider: str, wait_s: float, codes: frozenset[str]) -> None:
        """Keep the codes beside the sentence."""
        super().__init__(provider, wait_s)
        self.codes = codes


def _place(calendar: Calendar, endpoint: str) -> tuple[str, str]:
    """The calendar's path below the endpoint, and the name of its mailbox."""
    address = calendar.address.removeprefix(endpoint).strip("/")
    found = ADDRESS.fullmatch(address)
    if found is None:
        raise RefusedError(
            calendar.name, say("its address cannot be used. Write users/name@city.example/calendar. Check the address.")
        )
    person = f"users/{quote(unquote(found[2]), safe='@')}" if found[2] else "me"
    mailbox = person if found[2] else f"me {calendar.login or calendar.id}"
    if found[4]:
        return f"{person}/calendars/{quote(unquote(found[4]), safe='')}", mailbox
    return f"{person}/calendar", mailbox


def _codes(response: requests.Response) -> frozenset[str]:
    """The codes of an error, outer and inner ones, in small letters; the message is for no one to branch on."""
    found: set[str] = set()
    try:
        error = json.loads(response.content).get("error")
    except (ValueError, AttributeError, RecursionError):
        return frozenset()
    for _ in range(5):
        if not isinstance(error, dict):
            break
        found.add(_word(error.get("code")).lower())
        error = error.get("innerError") or error.get("innererror")
    return frozenset(found - {""})


def _word(value: object) -> str:
    return value if isinstance(value, str) and WORD.fullmatch(value) else ""
