"""Tokens from Microsoft's identity platform, through msal: for the app itself, or for a person who has signed in.

The cache of tokens is the caller's to keep: it is loaded before it is used and saved before a new token is, for a
refresh token that was used once may be dead. Nothing here is logged, and no message of the platform is shown.
"""

from __future__ import annotations

import re
import threading
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import msal
import requests
from msal.exceptions import MsalServiceError

from agenda.model.errors import AccountRefusedError, ProviderError, RefusedError, TryLaterError
from agenda.model.sentences import Sentence, say
from sync.outbound import Outbound, Session, checked, mapped

AUTHORITY = "https://login.microsoftonline.com/organizations"
RESOURCE = "https://graph.microsoft.com"
READ, READ_AND_WRITE = "Calendars.Read", "Calendars.ReadWrite"
PLATFORM = "Microsoft"
EARLY = timedelta(minutes=5)
WORD = re.compile(r"[a-z_]{1,60}")
BUSY = frozenset({"server_error", "temporarily_unavailable"})
BAD_APP = frozenset({"invalid_client"})
NO_RIGHT = frozenset({"unauthorized_client", "invalid_scope", "access_denied", "invalid_resource"})
NOT_YET = frozenset({"authorization_pending", "slow_down"})
TOO_LATE = NOT_YET | {"expired_token", "code_expired"}
ALWAYS_ASKED = frozenset({"openid", "profile", "offline_access", "email"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A certificate of the app, as PEM; both parts are needed, for the thumbprint alone means an old signature."""

    private_key: str = field(repr=False)
    public_certificate: str
    passphrase: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The registration of this office at the platform.

    `authority` ends in the tenant; national clouds have authorities and `resource`s of their own. With neither secret
    nor certificate the app is a public one, for signing in on a device.
    """

    client_id: str
    authority: str = AUTHORITY
    resource: str = RESOURCE
    secret: str = field(default="", repr=False)
    certificate: Certificate | None = None
    rights: tuple[str, ...] = (READ_AND_WRITE,)

    @property
    def scopes(self) -> list[str]:
        """The rights a person is asked for, and no more."""
        return [f"{self.resource}/{one}" for one in self.rights]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Who has signed in, and which rights the token has beyond those asked for."""

    login: str
    excess: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceCode:
    """What a person types where; `flow` is for `wait_for_device`, and secret."""

    code: str
    address: str
    expires_in_s: int
    flow: dict[str, Any] = field(repr=False)


class Tokens:
    """The tokens of one app; safe to use from many threads."""

    def __init__(
        self,
        app: App,
        load: Callable[[], str | None],
        save: Callable[[str], None],
        way: Outbound | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Nothing is asked yet.

        Args:
            app: who asks.
            load: gives the cache as it was saved last, or None.
            save: keeps the cache; done before any token in it is used.
            way: how the house goes out.
            clock: seconds since 1970.
        """
        self._app = app
        self._load, self._save = load, save
        self._way = way or Outbound()
        self._clock = clock
        self._lock = threading.RLock()
        self._saved: str | None = None
        self._cache = msal.SerializableTokenCache()
        self._msal: msal.ClientApplication | None = None
        self._at_hand: dict[str, tuple[str, float]] = {}

    def for_app(self) -> str:
        """A token of the app's own (client credentials), good for every mailbox the app was given.

        Raises:
            TryLaterError: the platform is busy or out of reach.
            RefusedError: the app is not let in.
        """
        scopes = [f"{self._app.resource}/.default"]
        return self._token("", lambda client: client.acquire_token_for_client(scopes=scopes))

    def for_person(self, login: str) -> str:
        """A token of somebody who has signed in before, refreshed where it is due.

        Raises:
            TryLaterError: the platform is busy or out of reach.
            RefusedError: the consent has lapsed; the person has to sign in again.
        """

        def silently(client: msal.ClientApplication) -> dict[str, Any] | None:
            accounts = client.get_accounts(username=login)
            if not accounts:
                return {"error": "invalid_grant"}
            found: dict[str, Any] | None = client.acquire_token_silent_with_error(self._app.scopes, account=accounts[0])
            return found

        return self._token(login.casefold(), silently)

    def begin_sign_in(self, redirect_uri: str, login: str = "") -> dict[str, Any]:
        """Begin with authorization code and PKCE: the person goes to `auth_uri`; the rest is kept in the session."""

        def begin(client: msal.ClientApplication) -> dict[str, Any]:
            with warnings.catch_warnings():
                # it would have the answer posted; from another site a browser posts without our session's cookie
                warnings.simplefilter("ignore", UserWarning)
                found: dict[str, Any] = client.initiate_auth_code_flow(
                    self._app.scopes, redirect_uri=redirect_uri, login_hint=login or None
                )
                return found

        return dict(self._asked(begin) or {})

    def finish_sign_in(self, flow: Mapping[str, Any], answer: Mapping[str, str]) -> SignedIn:
        """Take what the person came back with; a forged or foreign answer is refused.

        Raises:
            TryLaterError: the platform is busy or out of reach.
            RefusedError: the person did not agree, or the answer belongs to no sign-in of ours.
        """
        return self._signed_in(
            self._asked(lambda client: client.acquire_token_by_auth_code_flow(dict(flow), dict(answer)))
        )

    def begin_device(self) -> DeviceCode:
        """Begin to sign in on another device, for places without a browser."""
        flow = self._asked(lambda client: client.initiate_device_flow(scopes=self._app.scopes)) or {}
        if "user_code" not in flow:
            raise _refusal(flow)
        return DeviceCode(
            code=str(flow["user_code"]),
            address=str(flow.get("verification_uri") or ""),
            expires_in_s=int(flow.get("expires_in") or 0),
            flow=flow,
        )

    def wait_for_device(self, code: DeviceCode) -> SignedIn:
        """Wait until the person has typed the code, or it has expired. Raises as `finish_sign_in` does."""
        until = float(code.flow.get("expires_at") or 0)
        while True:
            # one question at a time, so that others get their tokens while the person is typing
            found = self._asked(
                lambda client: client.acquire_token_by_device_flow(code.flow, exit_condition=lambda _: True)
            )
            if (found or {}).get("error") not in NOT_YET or self._clock() > until:
                return self._signed_in(found)
            time.sleep(float(code.flow.get("interval") or 5))

    def forget(self, login: str) -> None:
        """Throw away what is kept for a person."""
        with self._lock:
            client = self._client()
            for account in client.get_accounts(username=login):
                client.remove_account(account)
            self._at_hand.pop(login.casefold(), None)
            self._keep()

    def _token(self, key: str, ask: Callable[[msal.ClientApplication], dict[str, Any] | None]) -> str:
        with self._lock:
            token, until = self._at_hand.get(key, ("", 0.0))
            if self._clock() < until - EARLY.total_seconds():
                return token
            found = self._asked(ask) or {}
            if not isinstance(found.get("access_token"), str):
                raise _refusal(found)
            self._check_rights(key, found)
            token = str(found["access_token"])
            self._at_hand[key] = (token, self._clock() + float(found.get("expires_in") or 0))
            return token

    def _signed_in(self, found: dict[str, Any] | None) -> SignedIn:
        if found is None or "access_token" not in found:
            raise _refusal(found or {})
        claims = found.get("id_token_claims") or {}
        login = str(claims.get("preferred_username") or claims.get("email") or claims.get("sub") or "")
        self._check_rights(login, found)
        return SignedIn(login=login, excess=tuple(sorted(_rights(found) - set(self._app.rights) - ALWAYS_ASKED)))

    def _check_rights(self, person: str, found: Mapping[str, Any]) -> None:
        """Refuse a token of a person that lacks a right which was asked for."""
        given = _rights(found)
        if person and given and not given.issuperset(self._app.rights):
            raise RefusedError(
                PLATFORM,
                say("the right %(rights)s was not given. Sign in again and agree to it.", rights=self._app.rights),
            )

    def _asked(self, ask: Callable[[msal.ClientApplication], dict[str, Any] | None]) -> dict[str, Any] | None:
        """Ask the platform, and keep what it gave before anybody uses it."""
        with self._lock:
            try:
                with mapped(PLATFORM):
                    found = _answered(ask, self._client())
            except ProviderError:
                self._msal = None
                raise
            except MsalServiceError as error:
                self._msal = None
                raise TryLaterError(PLATFORM) from error
            except (ValueError, KeyError, RuntimeError) as error:
                # msal says so where a redirect was forged, and where the authority is none; it may quote what it got
                self._msal = None
                raise RefusedError(
                    PLATFORM, say("the sign-in cannot be used. Check the settings, then begin once more.")
                ) from error
            finally:
                self._keep()
            if found is None or "error" in found:
                # it would repeat the same error from memory, though the person may have agreed meanwhile
                self._msal = None
            return found

    def _client(self) -> msal.ClientApplication:
        saved = self._load()
        if saved != self._saved:
            self._cache = msal.SerializableTokenCache()
            self._cache.deserialize(saved)
            self._saved, self._msal = saved, None
        if self._msal is None:
            app = self._app
            checked(app.authority, PLATFORM, has_password=True, way=self._way)
            settings: dict[str, Any] = {
                "authority": app.authority,
                "token_cache": self._cache,
                "http_client": Session(self._way),
                "instance_discovery": False,
            }
            if app.certificate is not None or app.secret:
                self._msal = msal.ConfidentialClientApplication(
                    app.client_id, client_credential=_credential(app), **settings
                )
            else:
                self._msal = msal.PublicClientApplication(app.client_id, **settings)
        return self._msal

    def _keep(self) -> None:
        if self._cache.has_state_changed:
            text = str(self._cache.serialize())
            self._save(text)
            self._saved = text


def _answered(
    ask: Callable[[msal.ClientApplication], dict[str, Any] | None], client: msal.ClientApplication
) -> dict[str, Any] | None:
    try:
        return ask(client)
    except requests.HTTPError as error:  # of looking up the authority, and only where the platform itself is at fault
        raise TryLaterError(PLATFORM) from error


def _credential(app: App) -> str | dict[str, str]:
    if app.certificate is None:
        return app.secret
    found = {
        "private_key": app.certificate.private_key,
        "public_certificate": app.certificate.public_certificate,
    }
    return found | {"passphrase": app.certificate.passphrase} if app.certificate.passphrase else found


def _rights(found: Mapping[str, Any]) -> set[str]:
    """The rights a token has, without the address of the resource before them."""
    return {one.rsplit("/", 1)[-1] for one in str(found.get("scope") or "").split()}


def _refusal(found: Mapping[str, Any]) -> ProviderError:
    """What an error of the platform means; only its code counts."""
    told = str(found.get("error") or "")
    code = told if WORD.fullmatch(told) else ""
    if code in BUSY:
        return TryLaterError(PLATFORM)
    return AccountRefusedError(PLATFORM, _what_to_do(code))


def _what_to_do(code: str) -> Sentence:
    if code in BAD_APP:
        return say("the secret or certificate of this office is not good any more. Ask IT for a new one.")
    if code in NO_RIGHT:
        return say("this office was not given the right to calendars. Ask IT to agree to it for the city.")
    if code in TOO_LATE:
        return say("the code was not typed in time. Begin once more.")
    return say("the connection has lapsed. Connect this calendar again, and sign in to Microsoft once more.")
