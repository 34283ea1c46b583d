"""From a server's address to the calendars of a login (RFC 6764, 6; RFC 5397; RFC 4791, 6.2.1)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import quote, urljoin, urlsplit

from caldav.elements import cdav, dav
from caldav.elements.base import BaseElement
from caldav.response import PropfindResult

from agenda.model.errors import RefusedError
from agenda.model.sentences import say
from sync.caldav.client import SAFE_IN_PATH, Client
from sync.ical.translate import clean
from sync.outbound import Outbound

CALENDAR = "{urn:ietf:params:xml:ns:caldav}calendar"
HOME = "{urn:ietf:params:xml:ns:caldav}calendar-home-set"
COMPONENTS = "{urn:ietf:params:xml:ns:caldav}supported-calendar-component-set"
PRINCIPAL = "{DAV:}current-user-principal"
PRIVILEGES = "{DAV:}current-user-privilege-set"
WRITING = frozenset({"{DAV:}all", "{DAV:}write", "{DAV:}write-content", "{DAV:}bind"})
WELL_KNOWN = "/.well-known/caldav"
NAME_LENGTH = 200


class DiscoveredCalendar(NamedTuple):
    """A calendar that a login can see; one whose server does not say who may write counts as writable."""

    name: str
    url: str
    writable: bool


def discover(
    url: str, login: str, password: str, *, way: Outbound | None = None, name: str = ""
) -> list[DiscoveredCalendar]:
    """The calendars of events that a login can see, by name. `name` is what errors call the server.

    Raises:
        RefusedError: the address or the login is not right, or there are no calendars.
        TryLaterError: the server is busy or out of reach.
    """
    provider = name or urlsplit(url).hostname or url
    with Client(url, login, password, way or Outbound(), provider) as client:
        _settle(client)
        found = _calendars(client, client.url)
        if not found:
            home = _home(client)
            found = _calendars(client, home) if home is not None else []
    if not found:
        raise RefusedError(provider, say("there is no calendar for this login. Check the address."))
    return sorted(found)


def _home(client: Client) -> str | None:
    """Where the login's calendars lie."""
    starts = [client.url, urljoin(client.url, WELL_KNOWN)]
    for start in starts:
        try:
            if start != client.url:
                client.url = start
                _settle(client)
            principal = _href(client, client.url, PRINCIPAL, dav.CurrentUserPrincipal())
        except RefusedError:
            if start == starts[-1]:
                raise
            continue
        if principal is not None:
            return _href(client, principal, HOME, cdav.CalendarHomeSet())
    return None


def _href(client: Client, url: str, name: str, prop: BaseElement) -> str | None:
    for one in client.propfind(url, prop, depth=0):
        value = one.properties.get(name)
        value = value[0] if isinstance(value, list) and value else value
        if isinstance(value, str) and value.strip():
            return _near(client, urljoin(url, value.strip()))
    return None


def _settle(client: Client) -> None:
    """Go where the address leads, unless that is another domain: from there on the password goes with us."""
    asked = urlsplit(client.url).hostname
    client.settle()
    if _domain(urlsplit(client.url).hostname) != _domain(asked):
        raise RefusedError(client.provider, say("it sends us on to another server. Use that server's own address."))


def _near(client: Client, url: str) -> str:
    """The address, if it belongs to the same domain; a password is not carried to another."""
    here, there = urlsplit(client.url), urlsplit(url)
    if here.scheme != there.scheme or _domain(here.hostname) != _domain(there.hostname):
        raise RefusedError(client.provider, say("it sends us on to another server. Use that server's own address."))
    return url


def _domain(host: str | None) -> str:
    parts = (host or "").lower().split(".")
    return ".".join(parts if parts[-1].isdigit() else parts[-2:])


def _calendars(client: Client, url: str) -> list[DiscoveredCalendar]:
    props = (dav.ResourceType(), dav.DisplayName(), cdav.SupportedCalendarComponentSet(), dav.CurrentUserPrivilegeSet())
    try:
        results = client.propfind(url, *props, depth=1)
    except RefusedError:
        if url == client.url:
            return []
        raise
    return [_described(url, one) for one in results if _is_of_events(one)]


def _is_of_events(one: PropfindResult) -> bool:
    components = _names(one.properties.get(COMPONENTS))
    return CALENDAR in _names(one.properties.get("{DAV:}resourcetype")) and (not components or "VEVENT" in components)


def _described(base: str, one: PropfindResult) -> DiscoveredCalendar:
    name = clean(str(one.properties.get("{DAV:}displayname") or ""), NAME_LENGTH)
    privileges = set(_names(one.properties.get(PRIVILEGES)))
    url = urljoin(base, quote(one.href, safe=SAFE_IN_PATH))
    return DiscoveredCalendar(
        name=name or one.href.rstrip("/").rpartition("/")[2],
        url=url,
        writable=not privileges or not WRITING.isdisjoint(privileges),
    )


def _names(value: object) -> Iterable[str]:
    if isinstance(value, list):
        return [str(one) for one in value]
    return [value] if isinstance(value, str) else []
