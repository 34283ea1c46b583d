"""The way from google-api-python-client to the network: through the house's own session, never through httplib2's.

The library wants an object with httplib2's `request`. This one signs in with google-auth, goes out through
`sync.outbound` (bounded bodies and times, no proxies from the environment, no redirects followed), and tells a refusal
as a bare status and reason, so that the library neither repeats it in a log nor tries again by itself. One to a call:
it is not to be shared between threads.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httplib2
from google.auth.credentials import Credentials
from google.auth.exceptions import GoogleAuthError, RefreshError, TransportError
from google.auth.transport.requests import Request
from requests import Response

from agenda.model.errors import AccountRefusedError, ProviderError, RefusedError, TryLaterError
from agenda.model.sentences import say
from sync.outbound import LATER, Outbound, Session, mapped, wait_of

# What they tell when something goes wrong quotes answers, addresses and tokens.
for _name in (
    "googleapiclient",
    "google.auth",
    "google.oauth2",
    "google_auth_oauthlib",
    "requests_oauthlib",
    "oauthlib",
):
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)
# It notes every address asked, and here an address holds somebody's mail address.
logging.getLogger("urllib3.connectionpool").setLevel(logging.WARNING)

RATE_REASONS = frozenset(
    {
        "rateLimitExceeded",
        "userRateLimitExceeded",
        "quotaExceeded",
        "dailyLimitExceeded",
        "calendarUsageLimitsExceeded",
        "calendarLimitExceeded",
        "concurrentLimitExceeded",
        "backendError",
    }
)
SWITCHED_OFF = frozenset({"accessNotConfigured", "SERVICE_DISABLED"})
SCOPE_REASONS = frozenset({"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"})
CONNECT_AGAIN = say("its consent has lapsed or was withdrawn. Connect the account again; nothing is lost meanwhile.")


class ApiError(Exception):
    """The API said no: the status, the reason as its body names it, and the Retry-After it sent."""

    def __init__(self, status: int, reason: str, retry_after: str | None) -> None:
        """Keep the three; nothing else of the answer is."""
        super().__init__(f"{status} {reason}")
        self.status = status
        self.reason = reason
        self.retry_after = retry_after


class Transport:
    """What stands where the library expects an httplib2.Http."""

    def __init__(self, credentials: Credentials, way: Outbound, provider: str) -> None:
        """Prepare; nothing is sent yet."""
        self._credentials: Any = credentials
        self._provider = provider
        self._session = Session(way)
        self._way_to_tokens = Request(self._session)

    def request(
        self,
        uri: str,
        method: str = "GET",
        body: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        redirections: int = 0,
        connection_type: Any = None,
    ) -> tuple[httplib2.Response, bytes]:
        """Send one request, signed in; an access token that is not taken any more is renewed once.

        Raises:
            ApiError: the API answered with a status of 300 or more.
            ProviderError: it is out of reach, or we have no access.
        """
        if not self._credentials.valid:
            self._renew()
        answer = self._send(uri, method, body, headers or {})
        if answer.status_code == 401:
            self._renew()
            answer = self._send(uri, method, body, headers or {})
        if answer.status_code >= 300:
            raise ApiError(answer.status_code, reason_of(answer.content), answer.headers.get("Retry-After"))
        told = {name.lower(): value for name, value in answer.headers.items()}
        return httplib2.Response({**told, "status": str(answer.status_code)}), answer.content

    def close(self) -> None:
        """Hang up; the library calls it too."""
        self._session.close()

    def _send(self, uri: str, method: str, body: str | bytes | None, headers: Mapping[str, str]) -> Response:
        signed = {name: value for name, value in headers.items() if name.lower() != "accept-encoding"}
        self._credentials.apply(signed)
        with mapped(self._provider):
            answer: Response = self._session.request(method, uri, data=body, headers=signed)
        return answer

    def _renew(self) -> None:
        try:
            self._credentials.refresh(self._way_to_tokens)
        except (GoogleAuthError, ValueError) as error:
            raise lapse(self._provider, error) from error


def trusted(way: Outbound, address: str, provider: str) -> Outbound:
    """The way out to an address that the settings name: it may lie inside the network, for a person has put it there.

    Raises:
        RefusedError: a token would travel without encryption beyond this machine.
    """
    if not address:
        return way
    split = urlsplit(address)
    if split.scheme == "https" or way.is_inside or (split.scheme == "http" and _is_loopback(split.hostname or "")):
        return replace(way, allow_loopback=True, allow_private=True)
    raise RefusedError(provider, say("a token would travel without encryption. Use an https:// address."))


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def reason_of(content: bytes) -> str:
    """The reason that the body of an error names; empty where it names none."""
    try:
        error = json.loads(content)["error"]
    except (ValueError, KeyError, TypeError):
        return ""
    if not isinstance(error, dict):
        return str(error)[:80]
    found = [one for one in error.get("errors") or () if isinstance(one, dict)]
    found += [one for one in error.get("details") or () if isinstance(one, dict)]
    return next((str(one["reason"])[:80] for one in found if one.get("reason")), str(error.get("status", ""))[:80])


def refusal(provider: str, error: ApiError) -> ProviderError:
    """What an error of the API means for us."""
    status, reason = error.status, error.reason
    if status in LATER or status > 599 or (status == 403 and reason in RATE_REASONS):
        return TryLaterError(provider, wait_of(error.retry_after))
    if status == 401:
        return AccountRefusedError(provider, CONNECT_AGAIN)
    if status in (404, 410):
        return RefusedError(
            provider, say("there is no such calendar for this account. Check the calendar's address, or share it.")
        )
    if status == 403 and reason in SWITCHED_OFF:
        return AccountRefusedError(
            provider, say("its Calendar API is switched off for our project. Switch it on there.")
        )
    if status == 403 and reason in SCOPE_REASONS:
        return AccountRefusedError(
            provider, say("the consent does not cover this. Connect the account again and leave every tick in place.")
        )
    if status == 403:
        return RefusedError(
            provider, say("this account may not do that. Ask the calendar's owner to share it with that right.")
        )
    return RefusedError(provider, say("it answers with status %(status)s. Check the settings.", status=status))


def lapse(provider: str, error: Exception) -> ProviderError:
    """What a failed renewal of a token means for us; nothing that the desk wrote is repeated."""
    code, description = _told(error)
    if isinstance(error, TransportError) or getattr(error, "retryable", False):
        return TryLaterError(provider)
    match code:
        case "invalid_grant" if "iat" in description or "timeframe" in description:
            what = say("the clock of this machine is wrong, so that it takes our signature for none. Set the clock.")
        case "invalid_client" | "deleted_client":
            what = say("it does not know our client id, or not with this secret. Check them in the settings.")
        case "unauthorized_client" | "access_denied":
            what = say(
                "the service account may not act for this person. Have its domain-wide delegation set up "
                "with the scopes that the settings name."
            )
        case "temporarily_unavailable" | "internal_failure" | "server_error":
            return TryLaterError(provider)
        case _:
            what = CONNECT_AGAIN
    return AccountRefusedError(provider, what)


def _told(error: Exception) -> tuple[str, str]:
    """The desk's error code and its description."""
    if not isinstance(error, RefreshError):
        return "", ""
    told = next((one for one in error.args if isinstance(one, Mapping)), {})
    return str(told.get("error", "")), str(told.get("error_description", ""))
