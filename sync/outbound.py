"""The one way out of the house over HTTP, for every connector.

Addresses are resolved, checked and then connected to by requests-hardened, so that a calendar's address cannot point
into the city's own network; redirects are never followed by themselves; bodies and times are bounded; neither proxies
nor passwords are taken from the environment. What goes wrong becomes one of our errors here, once.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

import requests
from requests_hardened import Config, HTTPSession
from requests_hardened.ip_filter import InvalidIPAddress
from urllib3.exceptions import HTTPError
from urllib3.util import Retry

from agenda.model.errors import ProviderError, RefusedError, TryLaterError
from agenda.model.sentences import say

USER_AGENT = "Antechamber"
CHUNK = 65_536
MAX_REDIRECTS = 3
REDIRECTS = frozenset({301, 302, 303, 307, 308})
LATER = frozenset({408, 409, 423, 425, 429, 500, 502, 503, 504, 507})
LONGEST_WAIT_S = 24 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """How the house goes out.

    `allow_loopback` is for a server on the same machine, `allow_private` for servers inside the city's network.
    `ca_file` names the certificates to trust in place of the usual ones.
    """

    allow_loopback: bool = False
    allow_private: bool = False
    connect_s: float = 5.0
    read_s: float = 20.0
    total_s: float = 120.0
    max_bytes: int = 64 * 1024 * 1024
    ca_file: str = ""

    @property
    def is_inside(self) -> bool:
        """Whether plain HTTP may carry a password: only where the way does not leave the house."""
        return self.allow_loopback or self.allow_private


class TooLargeError(Exception):
    """A body beyond the limit."""


class Session(HTTPSession):  # type: ignore[misc] # the library is not typed
    """A session whose bodies are read in full, within the limits, before anyone sees the response."""

    def __init__(self, way: Outbound) -> None:
        """Go out as the settings say."""
        super().__init__(
            Config(
                ip_filter_enable=not way.allow_private,
                ip_filter_allow_loopback_ips=way.allow_loopback,
                never_redirect=True,
                default_timeout=(way.connect_s, way.read_s),
                user_agent_override=USER_AGENT,
            )
        )
        self.way = way
        self.trust_env = False
        self.verify = way.ca_file or True

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send, and read the body.

        Raises:
            TooLargeError: the body is beyond the limit.
            requests.RequestException: whatever went wrong on the way.
        """
        deadline = time.monotonic() + self.way.total_s
        response: requests.Response = super().send(request, **{**kwargs, "stream": True})
        with response:
            body = _body(response, self.way.max_bytes, deadline)
        response._content = body
        response._content_consumed = True  # type: ignore[attr-defined]
        return response


def _body(response: requests.Response, limit: int, deadline: float) -> bytes:
    if response.raw is None or isinstance(response._content, bytes):
        return response.content
    parts: list[bytes] = []
    size = 0
    while True:
        try:
            # read1 gives what one read of the socket brings, so that a trickle cannot outlast the deadline
            part = response.raw.read1(CHUNK, decode_content=True)
        except HTTPError as error:
            raise requests.exceptions.ChunkedEncodingError(error) from error
        if not part:
            return b"".join(parts)
        parts.append(part)
        size += len(part)
        if size > limit:
            raise TooLargeError
        if time.monotonic() > deadline:
            raise requests.Timeout


def follow(session: Session, method: str, url: str, provider: str, **kwargs: Any) -> requests.Response:
    """Send a request, and follow up to three redirects, each checked like the first address.

    Raises:
        ProviderError: it was refused, or is out of reach.
    """
    for _ in range(MAX_REDIRECTS + 1):
        address = checked(url, provider, has_password="auth" in kwargs, way=session.way)
        try:
            with mapped(provider):
                response: requests.Response = session.request(method, url, **kwargs)
        except ValueError as error:  # requests looks at where a redirect leads, even when it is not to follow
            raise RefusedError(provider, say("it sends us on to an address that is none.")) from error
        if response.status_code not in REDIRECTS or "Location" not in response.headers:
            return response
        url, onward = _onward(url, response.headers["Location"], provider)
        if onward.scheme == "http" and address.scheme == "https":
            raise RefusedError(provider, say("it sends us on to an address without encryption. Ask for another."))
        if (onward.hostname, onward.port) != (address.hostname, address.port):
            kwargs.pop("auth", None)
    raise RefusedError(provider, say("it sends us from one address to the next. Check the address."))


def _onward(url: str, location: str, provider: str) -> tuple[str, SplitResult]:
    try:
        target = urljoin(url, location)
        return target, urlsplit(target)
    except ValueError as error:
        raise RefusedError(provider, say("it sends us on to an address that is none.")) from error


def checked(url: str, provider: str, *, has_password: bool, way: Outbound) -> SplitResult:
    """The address, taken apart.

    Raises:
        RefusedError: it is no web address, or would carry a password in the clear.
    """
    try:
        address = urlsplit(url)
        is_good = address.scheme in ("http", "https") and bool(address.hostname) and (address.port or 1) > 0
    except ValueError:
        is_good = False
        address = urlsplit("")
    if not is_good or address.username or address.password:
        raise RefusedError(provider, say("its address cannot be asked. Use https:// and no password in it."))
    if has_password and address.scheme == "http" and not way.is_inside:
        raise RefusedError(provider, say("a password would travel without encryption. Use an https:// address."))
    return address


@contextmanager
def mapped(provider: str) -> Iterator[None]:
    """Turn what requests raises into our errors. Their messages may quote an address or a body, so they end here."""
    try:
        yield
    except InvalidIPAddress as error:
        raise RefusedError(
            provider,
            say(
                "its address lies inside the network. If that is meant, set %(setting)s to true in the settings.",
                setting="sync.allow_private_addresses",
            ),
        ) from error
    except requests.exceptions.SSLError as error:
        raise RefusedError(
            provider, say("its certificate is not trusted. Renew it, or name its authority in the settings.")
        ) from error
    except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError) as error:
        raise TryLaterError(provider) from error
    except requests.exceptions.ContentDecodingError as error:
        raise RefusedError(provider, say("its answer is packed in a way that is broken.")) from error
    except TooLargeError as error:
        raise RefusedError(provider, say("its answer is larger than we read.")) from error
    except requests.RequestException as error:
        raise RefusedError(provider, say("its address cannot be used. Check the address.")) from error


def refusal(provider: str, status: int, retry_after: str | None) -> ProviderError:
    """What an HTTP status of 400 or more, or one nobody expects, means for us."""
    if status in LATER or status > 599:
        return TryLaterError(provider, wait_of(retry_after))
    match status:
        case 401 | 407:
            what = say("the login or the password is not right. Enter it again.")
        case 403:
            what = say("this login may not do that. Ask the calendar's owner for the right.")
        case 404 | 410:
            what = say("there is no calendar at this address any more. Check the address.")
        case _:
            what = say("it answers with status %(status)s. Check the address.", status=status)
    return RefusedError(provider, what)


def wait_of(retry_after: str | None) -> float | None:
    """Seconds that a Retry-After asks for (RFC 9110, 10.2.3), at most a day."""
    if not retry_after:
        return None
    try:
        return min(max(float(Retry().parse_retry_after(retry_after)), 0.0), LONGEST_WAIT_S)
    except HTTPError:
        return None
