"""python-caldav's client, sent through our own way out, and its errors told in our words.

Its methods that hold events as objects are not used: they correct texts and log what they corrected, and they parse
outside our bounds. What it builds, sends and takes apart is used: requests, sign-in, multistatus.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import Enum
from typing import Any
from urllib.parse import quote, unquote, urljoin, urlsplit

import requests
from caldav.davclient import DAVClient
from caldav.elements import cdav, dav
from caldav.elements.base import BaseElement
from caldav.lib import error as dav_error
from caldav.response import CalendarQueryResult, DAVResponse, PropfindResult, SyncCollectionResult
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from lxml import etree

from agenda.model.errors import NotACalendarError, ProviderError, RefusedError, TryLaterError
from agenda.model.sentences import Sentence, say
from sync.ical.looks import looks_like
from sync.ical.seal import look
from sync.outbound import Outbound, Session, checked, follow, mapped, refusal, wait_of

# Its warnings quote what it finds in events.
logging.getLogger("caldav").setLevel(logging.CRITICAL + 1)

SAFE_IN_PATH = "/:@!$&'()*+,;=~"
VALID_SYNC_TOKEN = "{DAV:}valid-sync-token"  # noqa: S105 - the name of an element
SUPPORTED_REPORT = "{DAV:}supported-report"
REPORT_REFUSALS = frozenset({400, 403, 404, 405, 409, 412, 415, 501})
OK = frozenset({200, 207})
DONE = frozenset({200, 201, 204})
GONE = frozenset({404, 410})
GONE_MEANWHILE = 404
FAILED = 400
CONFLICT = frozenset({409, 412})
UID_CONFLICTS = dav_error.UID_CONFLICT_PRECONDITIONS
XML = "application/xml; charset=utf-8"
GET_CTAG = etree.QName("http://calendarserver.org/ns/", "getctag")


class Outcome(Enum):
    """How a change went."""

    DONE = "done"
    GONE = "gone"
    CHANGED = "changed"
    UID_TAKEN = "uid-taken"
    """Another object of the calendar already has this UID (RFC 4791, 5.3.2.1)."""


class TokenExpiredError(Exception):
    """The server does not know our sync token any more (RFC 6578, 3.2)."""


class NoSyncError(Exception):
    """The server offers no sync-collection for this calendar."""


class _DavSession(Session):
    """A session that lets only sound XML through to python-caldav, which would log anything else whole."""

    def __init__(self, way: Outbound, provider: str) -> None:
        super().__init__(way)
        self.provider = provider

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        response = super().send(request, **kwargs)
        if request.method == "GET" or not response.content:
            return response
        try:
            fromstring(response.content, forbid_dtd=True)
        except (ParseError, DefusedXmlException, ValueError) as error:
            if request.method in ("PROPFIND", "REPORT") and response.status_code in OK:
                raise NotACalendarError(self.provider, _looks_like(response.content)) from error
            response._content = b""
        return response


def _looks_like(content: bytes) -> Sentence:
    is_page = content[:512].lstrip().lower().startswith((b"<!doctype html", b"<html"))
    if content.lstrip().startswith(b"<") and not is_page:
        return say("it is an XML document that is broken")
    return looks_like(content)


class Client:
    """One conversation with a CalDAV server, in our words."""

    def __init__(self, url: str, login: str, password: str, way: Outbound, provider: str) -> None:
        """Prepare to talk; nothing is sent yet.

        Raises:
            RefusedError: the address cannot be used.
        """
        checked(url, provider, has_password=bool(login), way=way)
        self.url = url
        self.provider = provider
        self._session = _DavSession(way, provider)
        self._dav = DAVClient(
            url=url,
            username=login or None,
            password=password or None,
            enable_rfc6764=False,
            rate_limit_handle=False,
        )
        self._dav.session.close()
        self._dav.session = self._session
        self._dav.ssl_verify_cert = way.ca_file or True

    def __enter__(self) -> Client:
        """The conversation itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Hang up."""
        self._dav.close()

    @property
    def dav(self) -> DAVClient:
        """python-caldav's own client, for discovery."""
        return self._dav

    def sync(self, token: str) -> SyncCollectionResult:
        """What changed since the token, or everything for an empty one; one page.

        Raises:
            TokenExpiredError: it is not good any more. The body says so, whatever the status is.
            NoSyncError: the server cannot do this.
        """
        body = self._dav._build_sync_collection_body(token, ["getetag"])
        try:
            response = self._request("REPORT", self.url, body, {"Depth": "0", "Content-Type": XML})
        except dav_error.AuthorizationError as error:
            if VALID_SYNC_TOKEN in error.preconditions:
                raise TokenExpiredError from error
            if SUPPORTED_REPORT in error.preconditions:
                raise NoSyncError from error
            raise refusal(self.provider, error.status or 403, None) from error
        if response.status in OK:
            with self.translated():
                return response.parse_sync_collection()
        if VALID_SYNC_TOKEN in _preconditions(response):
            raise TokenExpiredError
        if response.status in REPORT_REFUSALS:
            raise NoSyncError
        raise self._refusal(response)

    def listing(self) -> dict[str, str]:
        """Every object in the calendar: href → ETag.

        Raises:
            TryLaterError: the list is not whole. Taken for whole, it would delete what it leaves out.
            RefusedError: there is no such calendar.
        """
        results = self.propfind(self.url, dav.GetEtag(), dav.ResourceType(), depth=1)
        listed: dict[str, str] = {}
        for one in results:
            if one.status >= FAILED and self._is_calendar(one.href):
                raise self._unlisted(one.status)
            if one.status == GONE_MEANWHILE:
                continue
            if "{DAV:}collection" not in (one.properties.get("{DAV:}resourcetype") or []):
                listed[one.href] = str(one.properties.get("{DAV:}getetag") or "")
        if not results:  # the calendar itself is always in it (RFC 4918, 9.1)
            raise TryLaterError(self.provider)
        return listed

    def _unlisted(self, status: int) -> ProviderError:
        """Why the calendar itself is not well in its own list: it is not there, or holds more than is listed (507)."""
        return refusal(self.provider, status, None) if status in GONE else TryLaterError(self.provider)

    def _is_calendar(self, href: str) -> bool:
        return unquote(urlsplit(self.absolute(href)).path).rstrip("/") == unquote(urlsplit(self.url).path).rstrip("/")

    def ctag(self) -> str:
        """What changes whenever the calendar does; empty where the server has no such thing."""
        for one in self.propfind(self.url, _Ctag(), depth=0):
            return str(one.properties.get(GET_CTAG.text) or "")
        return ""

    def propfind(self, url: str, *props: BaseElement, depth: int) -> list[PropfindResult]:
        """Properties of a resource, or of all in a collection."""
        body = _xml(_tree(dav.Propfind(), _tree(dav.Prop(), *props)))
        response = self._authorised("PROPFIND", url, body, {"Depth": str(depth), "Content-Type": XML})
        if response.status not in OK:
            raise self._refusal(response)
        with self.translated():
            return response.parse_propfind()

    def multiget(self, hrefs: Sequence[str]) -> list[CalendarQueryResult]:
        """Texts and ETags of some objects; one that is gone has the status 404."""
        wanted = [dav.Href(value=quote(href, safe=SAFE_IN_PATH)) for href in hrefs]
        body = _xml(_tree(cdav.CalendarMultiGet(), _tree(dav.Prop(), dav.GetEtag(), cdav.CalendarData()), *wanted))
        response = self._authorised("REPORT", self.url, body, {"Content-Type": XML})
        if response.status not in OK:
            raise self._refusal(response)
        with self.translated():
            return response.parse_calendar_query()

    def find(self, uid: str) -> str | None:
        """The href of the object that holds a UID, wherever somebody put it."""
        match = _tree(cdav.PropFilter("UID"), cdav.TextMatch(uid, collation="i;octet"))
        events = _tree(cdav.CompFilter("VCALENDAR"), _tree(cdav.CompFilter("VEVENT"), match))
        wanted = _tree(dav.Prop(), dav.GetEtag(), cdav.CalendarData())
        body = _xml(_tree(cdav.CalendarQuery(), wanted, _tree(cdav.Filter(), events)))
        response = self._authorised("REPORT", self.url, body, {"Depth": "1", "Content-Type": XML})
        if response.status not in OK:
            raise self._refusal(response)
        with self.translated():
            found = response.parse_calendar_query()
        # text-match finds parts of a UID too (RFC 4791, 9.7.5)
        return next((one.href for one in found if look((one.calendar_data or "").encode(), uid) is not None), None)

    def get(self, href: str) -> tuple[bytes, str] | None:
        """An object's text and ETag; None where there is none."""
        response = self._authorised("GET", self.absolute(href), b"", {})
        if response.status in GONE:
            return None
        if response.status not in OK:
            raise self._refusal(response)
        return response._raw_body, str(response.headers.get("ETag", ""))

    def put(self, href: str, text: bytes, condition: dict[str, str]) -> Outcome:
        """Write an object under a condition."""
        return self._change("PUT", href, text, {"Content-Type": "text/calendar; charset=utf-8", **condition})

    def delete(self, href: str, condition: dict[str, str]) -> Outcome:
        """Delete an object under a condition."""
        return self._change("DELETE", href, b"", condition)

    def absolute(self, href: str) -> str:
        """The address of an object of this server.

        Raises:
            RefusedError: the server names an object of another server.
        """
        url = urljoin(self.url, quote(href, safe=SAFE_IN_PATH))
        if urlsplit(url)[:2] != urlsplit(self.url)[:2]:
            raise RefusedError(self.provider, say("it names an event on another server."))
        return url

    def settle(self) -> None:
        """Follow the redirects of the first address (RFC 6764, 5), each one checked."""
        headers = {"Depth": "0", "Content-Type": XML}
        body = _xml(_tree(dav.Propfind(), _tree(dav.Prop(), dav.ResourceType())))
        response = follow(self._session, "PROPFIND", self.url, self.provider, data=body, headers=headers)
        if response.url != self.url:
            self.url = response.url

    def _change(self, method: str, href: str, text: bytes, headers: dict[str, str]) -> Outcome:
        try:
            response = self._request(method, self.absolute(href), text, headers)
        except dav_error.AuthorizationError as error:
            if not UID_CONFLICTS.isdisjoint(error.preconditions):
                return Outcome.UID_TAKEN
            raise refusal(self.provider, error.status or 403, None) from error
        if response.status in DONE:
            return Outcome.DONE
        if not UID_CONFLICTS.isdisjoint(_preconditions(response)):
            return Outcome.UID_TAKEN
        if response.status in GONE:
            return Outcome.GONE
        if response.status in CONFLICT:
            return Outcome.CHANGED
        raise self._refusal(response)

    def _authorised(self, method: str, url: str, body: bytes, headers: dict[str, str]) -> DAVResponse:
        try:
            return self._request(method, url, body, headers)
        except dav_error.AuthorizationError as error:
            raise refusal(self.provider, error.status or 403, None) from error

    def _request(self, method: str, url: str, body: bytes, headers: dict[str, str]) -> DAVResponse:
        with self.translated():
            return self._dav.request(url, method, body, headers)  # type: ignore[arg-type] # bytes are welcome

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turn what python-caldav and requests raise into our errors, sign-in apart."""
        try:
            with mapped(self.provider):
                yield
        except (ProviderError, dav_error.AuthorizationError):
            raise
        except dav_error.RateLimitError as error:
            raise TryLaterError(self.provider, wait_of(error.retry_after)) from error
        except (dav_error.DAVError, etree.LxmlError, ValueError) as error:
            raise TryLaterError(self.provider) from error

    def _refusal(self, response: DAVResponse) -> ProviderError:
        return refusal(self.provider, response.status, response.headers.get("Retry-After"))


class _Ctag(dav.GetEtag):
    """getctag of the CalendarServer extensions, which python-caldav does not name."""

    tag = GET_CTAG.text


def _tree(root: Any, *children: BaseElement) -> Any:
    """An element with children; the library's own types allow only children of the parent's kind."""
    return root.append(list(children))


def _xml(element: BaseElement) -> bytes:
    text: bytes = etree.tostring(element.xmlelement(), encoding="utf-8", xml_declaration=True)
    return text


def _preconditions(response: DAVResponse) -> list[str]:
    return dav_error.parse_preconditions(response._raw)
