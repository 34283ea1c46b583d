"""How the office comes to be let in: a person's consent in the browser, or a service account that acts for people.

Where the provider's pages and its desk for tokens are is told by the settings. What has to be kept is a text: whoever
calls keeps it encrypted, and is handed a new one whenever a token was renewed. No client secret is in it.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import requests
from google.auth.credentials import Credentials
from google.oauth2 import credentials as of_user
from google.oauth2 import service_account as of_service
from google_auth_oauthlib.flow import Flow
from oauthlib.oauth2.rfc6749.errors import OAuth2Error

from agenda.model.errors import AccountRefusedError, RefusedError
from agenda.model.sentences import Sentence, say
from sync.google.transport import CONNECT_AGAIN
from sync.outbound import Outbound, mapped

PROVIDER = "Google"
AUTH_URI = "https://accounts.google.com/o/oauth2/v2/auth"
TOKEN_URI = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
READ = "https://www.googleapis.com/auth/calendar.events.readonly"
WRITE = "https://www.googleapis.com/auth/calendar.events"
FREE_BUSY = "https://www.googleapis.com/auth/calendar.freebusy"
WHY: Mapping[str, Sentence] = {
    READ: say("to see when the calendars' owners are taken, and with what; nothing can be changed with it."),
    WRITE: say("to put the meetings that the office confirms into the calendars, and to read what is in them."),
    FREE_BUSY: say("to see when others are taken, without what for."),
}
"""What each right is asked for, to be shown before it is."""

Made = Callable[[str], None]
NOT_KEPT = ("client_id", "client_secret", "token_uri", "universe_domain")


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Our registration with the provider, and where its desks are."""

    id: str
    secret: str
    auth_uri: str = AUTH_URI
    token_uri: str = TOKEN_URI


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A consent that was begun: where the browser goes, and what must be kept in its session until it comes back."""

    url: str
    state: str
    verifier: str


def scopes_for(*, writes: bool, free_busy: bool = False) -> tuple[str, ...]:
    """The least rights that do: reading alone, or reading and writing events; never the calendars themselves."""
    return (WRITE if writes else READ, *((FREE_BUSY,) if free_busy else ()))


def begin(client: Client, redirect_uri: str, scopes: Collection[str], *, login: str = "") -> Begun:
    """Begin a consent (RFC 6749, 4.1) with PKCE (RFC 7636); `login` is the account to suggest.

    A lasting one is asked for (`access_type=offline`), and asked for anew (`prompt=consent`): without that no second
    refresh token is given.
    """
    flow = _flow(client, redirect_uri, scopes, verifier=secrets.token_urlsafe(64))
    hint = {"login_hint": login} if login else {}
    url, state = flow.authorization_url(
        access_type="offline", prompt="consent", state=secrets.token_urlsafe(32), **hint
    )
    return Begun(url=url, state=state, verifier=flow.code_verifier)


def finish(
    client: Client,
    redirect_uri: str,
    scopes: Collection[str],
    begun: Begun,
    answer: Mapping[str, str],
    *,
    way: Outbound | None = None,
) -> str:
    """Turn what the browser brought back into the text to be kept.

    Args:
        client: the same as at the beginning.
        redirect_uri: the same.
        scopes: the same; fewer or more than these are refused.
        begun: what was kept in this browser's session.
        answer: the parameters that the browser came back with.
        way: how the house goes out.

    Raises:
        RefusedError: the consent was not given, or in part, or is not the one that was begun here.
        TryLaterError: the desk is out of reach; the consent has to be begun again.
    """
    if not hmac.compare_digest(answer.get("state", "").encode(), begun.state.encode()):
        raise RefusedError(PROVIDER, say("this answer belongs to no consent that was begun here. Connect again."))
    if answer.get("error") or not answer.get("code"):
        raise RefusedError(PROVIDER, say("the consent was not given. Connect again and agree to what is asked."))
    way = way or Outbound()
    flow = _flow(client, redirect_uri, scopes, verifier=begun.verifier)
    flow.oauth2session.trust_env = False
    flow.oauth2session.max_redirects = 0
    try:
        with mapped(PROVIDER), flow.oauth2session:
            flow.fetch_token(
                code=answer["code"],
                include_client_id=True,
                timeout=(way.connect_s, way.read_s),
                verify=way.ca_file or True,
            )
    except OAuth2Error as error:
        raise RefusedError(PROVIDER, _why(str(error.error))) from error
    except Warning as error:  # so says oauthlib that other rights were given than asked for
        raise RefusedError(
            PROVIDER, say("other rights were given than we asked for. Connect again and leave every tick in place.")
        ) from error
    except (ValueError, requests.RequestException) as error:
        raise RefusedError(PROVIDER, say("its answer cannot be read. Check the settings.")) from error
    granted = flow.credentials
    if not granted.refresh_token:
        raise RefusedError(
            PROVIDER, say("it gave no lasting consent. Take our access away in the account's settings, connect again.")
        )
    return _text(granted)


def of_person(kept: str, client: Client, save: Made) -> Credentials:
    """What to sign in with for a person whose consent was kept; each renewal hands the new text to `save`.

    Raises:
        AccountRefusedError: the text is none of ours.
    """
    try:
        told = json.loads(kept)
        expiry = told.get("expiry")
        ends = datetime.fromisoformat(expiry).astimezone(UTC).replace(tzinfo=None) if expiry else None
        return _Renewing(
            save,
            token=told.get("token"),
            refresh_token=told["refresh_token"],
            token_uri=client.token_uri,
            client_id=client.id,
            client_secret=client.secret,
            scopes=told.get("scopes"),
            expiry=ends,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise AccountRefusedError(PROVIDER, CONNECT_AGAIN) from error


def of_service_account(key: str, subject: str, scopes: Collection[str], *, token_uri: str = TOKEN_URI) -> Credentials:
    """What to sign in with as a service account that acts for `subject` (domain-wide delegation).

    Args:
        key: the text of the account's key file.
        subject: the mail address of the person it acts for; empty for itself, with calendars shared with it.
        scopes: what is asked for; they have to be delegated to the account one by one.
        token_uri: the desk for tokens; the one that the key file names is not used.

    Raises:
        AccountRefusedError: the key cannot be used.
    """
    make: Any = of_service.Credentials
    try:
        info = {**json.loads(key), "token_uri": token_uri}
        made: Credentials = make.from_service_account_info(info, scopes=list(scopes), subject=subject or None)
    except (ValueError, TypeError) as error:
        raise AccountRefusedError(
            PROVIDER, say("the key file of the service account cannot be read. Download a new one.")
        ) from error
    return made


class _Renewing(of_user.Credentials):
    """A person's credentials that tell of every renewal."""

    def __init__(self, save: Made, **told: Any) -> None:
        make: Any = super().__init__
        make(**told)
        self._save_renewed = save

    def refresh(self, request: Any) -> None:
        """Renew the access token, and hand over what is to be kept instead of the old."""
        renew: Any = super().refresh
        renew(request)
        self._save_renewed(_text(self))


def _text(granted: Any) -> str:
    text: str = granted.to_json(strip=NOT_KEPT)
    return text


def _why(code: str) -> Sentence:
    if code in ("invalid_client", "unauthorized_client"):
        return say("it does not know our client id, or not with this secret. Check them in the settings.")
    return say("the consent could not be completed; it holds for a few minutes only. Connect again.")


def _flow(client: Client, redirect_uri: str, scopes: Collection[str], *, verifier: str) -> Any:
    config = {
        "client_id": client.id,
        "client_secret": client.secret,
        "auth_uri": client.auth_uri,
        "token_uri": client.token_uri,
    }
    return Flow.from_client_config(
        {"web": config}, scopes=list(scopes), redirect_uri=redirect_uri, code_verifier=verifier
    )
