"""How Google lets the office in: the settings, the kept consents and the connector's own dance joined."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agenda.model.calendars import Calendar, Provider
from agenda.model.credentials import Consent, Credential, CredentialKind, DeviceConsent, Offered, Right
from agenda.model.errors import AccountRefusedError, LockedCredentialsError, RefusedError
from agenda.model.ids import AccountId
from agenda.model.sentences import say
from agenda.ports import Credentials
from config.settings import Google
from sync.google import auth
from sync.google.transport import CONNECT_AGAIN
from sync.outbound import Outbound
from web.wiring.files import text_of


@dataclass(frozen=True, slots=True, kw_only=True)
class GoogleGate:
    """A Gate for the provider GOOGLE, and what its calendars are signed in with.

    A calendar with a `secret` is read with the consent kept under that name; one without it through the service
    account, which acts for the calendar's `login`.
    """

    settings: Google
    credentials: Credentials
    way: Outbound
    _of_service: dict[tuple[str, tuple[str, ...]], Any] = field(default_factory=dict, repr=False)

    def is_open(self, *, by_itself: bool) -> bool:
        """Whether there is a client, or for acting by itself a service account."""
        return self.settings.service_account_file.name != "" if by_itself else bool(self.settings.client_id)

    def rights(self, *, writes: bool) -> Sequence[Right]:
        """One right, to read events or to read and write them."""
        return [Right(one, auth.WHY[one]) for one in auth.scopes_for(writes=writes)]

    def begin(self, redirect_uri: str, login: str, *, writes: bool) -> Consent:
        """Begin a person's consent, or RefusedError where there is no client."""
        scopes = auth.scopes_for(writes=writes)
        begun = auth.begin(self._client(), redirect_uri, scopes, login=login)
        kept = {"redirect": redirect_uri, "scopes": scopes, "state": begun.state, "verifier": begun.verifier}
        return Consent(url=begun.url, kept=json.dumps({**kept, "login": login}))

    def finish(self, kept: str, answer: Mapping[str, str]) -> Credential:
        """Raises RefusedError and TryLaterError."""
        told = json.loads(kept)
        begun = auth.Begun(url="", state=told["state"], verifier=told["verifier"])
        text = auth.finish(self._client(), told["redirect"], tuple(told["scopes"]), begun, answer, way=self.way)
        return Credential(account=self.account_of(told["login"]), kind=CredentialKind.CONSENT, text=text)

    def begin_device(self, login: str, *, writes: bool) -> DeviceConsent:
        """Google gives no calendar away for a code."""
        raise RefusedError(
            auth.PROVIDER, say("it takes no code for calendars. Agree in a browser on this machine, or on our pages.")
        )

    def finish_device(self, kept: str) -> Credential:
        """It was never begun."""
        raise NotImplementedError

    def account_of(self, login: str) -> AccountId:
        """By the mail address, however it is capitalised."""
        return AccountId(f"{Provider.GOOGLE}:{login.casefold()}")

    def offered(self, login: str, *, by_itself: bool) -> Sequence[Offered]:
        """The account's own calendar: seeing which others there are would take a right more."""
        return [Offered(login, login, writable=True)]

    def credentials_of(self, calendar: Calendar) -> Any:
        """What a calendar is signed in with.

        Raises:
            AccountRefusedError: there is no consent, no service account, or none that opens.
        """
        if not calendar.secret:
            return self._acting_for(calendar)
        account = AccountId(calendar.secret)
        try:
            found = self.credentials.get(account, CredentialKind.CONSENT)
        except LockedCredentialsError as error:
            raise AccountRefusedError(calendar.name, error.sentence) from error
        if found is None:
            raise AccountRefusedError(calendar.name, CONNECT_AGAIN)
        kept = found.text
        return auth.of_person(kept, self._client(), lambda renewed: self._save(account, kept, renewed))

    def _acting_for(self, calendar: Calendar) -> Any:
        scopes = auth.scopes_for(writes=calendar.writable)
        known = self._of_service.get((calendar.login, scopes))
        if known is None:
            key = text_of(self.settings.service_account_file, auth.PROVIDER)
            token_uri = self.settings.token_uri or auth.TOKEN_URI
            known = auth.of_service_account(key, calendar.login, scopes, token_uri=token_uri)
            self._of_service[calendar.login, scopes] = known
        return known

    def _save(self, account: AccountId, before: str, renewed: str) -> None:
        """Keep a renewed token, unless the consent it belongs to was replaced or forgotten meanwhile."""
        found = self.credentials.get(account, CredentialKind.CONSENT)
        if found is not None and _lasting(found.text) == _lasting(before):
            self.credentials.save(Credential(account=account, kind=CredentialKind.CONSENT, text=renewed))

    def _client(self) -> auth.Client:
        if not self.settings.client_id:
            raise RefusedError(auth.PROVIDER, say("the settings name no client. Set google.client_id and its secret."))
        if "http://" in (self.settings.auth_uri[:7], self.settings.token_uri[:7]):
            # Reading the settings has let plain HTTP through on this machine alone; oauthlib knows no such difference.
            os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
        return auth.Client(
            id=self.settings.client_id,
            secret=self.settings.client_secret.reveal(),
            auth_uri=self.settings.auth_uri or auth.AUTH_URI,
            token_uri=self.settings.token_uri or auth.TOKEN_URI,
        )


def _lasting(text: str) -> object:
    return json.loads(text).get("refresh_token")
