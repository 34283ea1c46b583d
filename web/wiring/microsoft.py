"""How Microsoft lets the office in: the settings, the kept consents and the connector's own dance joined."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, urlsplit

from agenda.model.calendars import Calendar, Provider
from agenda.model.credentials import Consent, Credential, CredentialKind, DeviceConsent, Offered, Right
from agenda.model.errors import AccountRefusedError, LockedCredentialsError, RefusedError
from agenda.model.ids import AccountId, CalendarId, PersonId, fresh_id
from agenda.model.sentences import Sentence, say
from agenda.ports import Credentials
from config.settings import Microsoft
from sync.microsoft import auth
from sync.microsoft.client import Client
from sync.microsoft.limiter import Limiter
from sync.outbound import Outbound
from web.wiring.files import text_of

ANY_TENANT = frozenset({"organizations", "common", "consumers"})
KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----\n?", re.DOTALL)
WHY: Mapping[str, Sentence] = {
    auth.READ: say("to see when the calendars' owners are taken, and with what; nothing can be changed with it."),
    auth.READ_AND_WRITE: say(
        "to put the meetings that the office confirms into the calendars, and to read what is in them."
    ),
    "offline_access": say("to go on reading while nobody is signed in."),
    "openid": say("to see that the right account has agreed."),
    "profile": say("to see that the right account has agreed."),
}
"""What each right is asked for; the last three come with every consent that lasts."""


@dataclass(slots=True)
class _Kept:
    """A consent as it is kept: which rights it was asked for, which consent it is, and msal's cache.

    A code for another device is given to a public client only, one without a secret; it renews what it was given, too.
    """

    rights: tuple[str, ...]
    consent: str
    cache: str = field(default="", repr=False)
    is_public: bool = False

    def text(self) -> str:
        told = {"rights": self.rights, "consent": self.consent, "cache": self.cache, "is_public": self.is_public}
        return json.dumps(told)

    def keep(self, cache: str) -> None:
        self.cache = cache


@dataclass(frozen=True, slots=True, kw_only=True)
class MicrosoftGate:
    """A Gate for the provider MICROSOFT, and the tokens its calendars are read with.

    A calendar with a `secret` is read with the consent kept under that name (its address begins with `me/`); one
    without it with the app's own token.
    """

    settings: Microsoft
    credentials: Credentials
    way: Outbound
    limiter: Limiter = field(default_factory=Limiter)
    _of_app: list[auth.Tokens] = field(default_factory=list, repr=False)
    _of_people: dict[AccountId, tuple[str, auth.Tokens]] = field(default_factory=dict, repr=False)

    def is_open(self, *, by_itself: bool) -> bool:
        """Whether there is an app; for acting by itself it needs a tenant, and a secret or a certificate."""
        found = self.settings
        has_secret = bool(found.client_secret) or found.certificate_file.name != ""
        return bool(found.client_id) and (not by_itself or (has_secret and found.tenant not in ANY_TENANT))

    def rights(self, *, writes: bool) -> Sequence[Right]:
        """The right to calendars, and those that come with every lasting consent."""
        return [Right(one, WHY[one]) for one in (*_rights(writes=writes), "offline_access", "openid", "profile")]

    def begin(self, redirect_uri: str, login: str, *, writes: bool) -> Consent:
        """Begin a person's consent, or RefusedError."""
        kept = _Kept(_rights(writes=writes), fresh_id())
        flow = self._tokens(kept).begin_sign_in(redirect_uri, login)
        url = flow.pop("auth_uri", "")
        if not url:
            raise RefusedError(auth.PLATFORM, say("the sign-in cannot be used. Check the settings."))
        return Consent(url=str(url), kept=json.dumps({"flow": flow, "login": login, "rights": kept.rights}))

    def finish(self, kept: str, answer: Mapping[str, str]) -> Credential:
        """Raises RefusedError, also where somebody else has signed in, and TryLaterError."""
        told = json.loads(kept)
        made = _Kept(tuple(told["rights"]), fresh_id())
        return self._credential(told["login"], made, self._tokens(made).finish_sign_in(told["flow"], answer))

    def begin_device(self, login: str, *, writes: bool) -> DeviceConsent:
        """Begin a person's consent by a code, or RefusedError."""
        kept = _Kept(_rights(writes=writes), fresh_id(), is_public=True)
        begun = self._tokens(kept).begin_device()
        told = {"flow": begun.flow, "login": login, "rights": kept.rights, "code": begun.code, "at": begun.address}
        return DeviceConsent(
            code=begun.code, address=begun.address, minutes=begun.expires_in_s // 60, kept=json.dumps(told)
        )

    def finish_device(self, kept: str) -> Credential:
        """Wait until the person has agreed; raises as `finish` does."""
        told = json.loads(kept)
        made = _Kept(tuple(told["rights"]), fresh_id(), is_public=True)
        code = auth.DeviceCode(code=told["code"], address=told["at"], expires_in_s=0, flow=told["flow"])
        return self._credential(told["login"], made, self._tokens(made).wait_for_device(code))

    def account_of(self, login: str) -> AccountId:
        """By the sign-in name, however it is capitalised."""
        return AccountId(f"{Provider.MICROSOFT}:{login.casefold()}")

    def offered(self, login: str, *, by_itself: bool) -> Sequence[Offered]:
        """The calendars of a mailbox; raises as a connector does."""
        root = f"users/{quote(login, safe='@')}" if by_itself else "me"
        mailbox = Calendar(
            id=CalendarId(""),
            name=login,
            owner=PersonId(""),
            provider=Provider.MICROSOFT,
            address=f"{root}/calendar",
            login="" if by_itself else login,
            secret="" if by_itself else self.account_of(login),
        )
        found = []
        with Client(mailbox, self.token_of, self.settings.graph_url, self.way_out(), self.limiter) as client:
            query = {"$select": "id,name,canEdit,isDefaultCalendar"}
            for page in client.pages(client.url(f"//{root}/calendars", query)):
                found += [_offered(root, one) for one in page["value"] if isinstance(one, dict)]
        return found

    def token_of(self, calendar: Calendar) -> str:
        """The token a calendar is read with.

        Raises:
            AccountRefusedError: there is no consent, or none that opens, or it has lapsed.
            TryLaterError: the platform is out of reach.
        """
        if not calendar.secret:
            if not self._of_app:
                self._of_app.append(self._tokens(_Kept((), "")))
            return self._of_app[0].for_app()
        account = AccountId(calendar.secret)
        kept = self._load(account, calendar.name)
        if kept is None:
            raise AccountRefusedError(calendar.name, say("nobody has agreed to it yet. Connect the account again."))
        consent, tokens = self._of_people.get(account, ("", None))
        if tokens is None or consent != kept.consent:  # what was at hand belongs to a consent that was replaced
            tokens = auth.Tokens(
                self._app(kept),
                lambda: _cache_of(self._load(account, calendar.name), kept.consent),
                lambda cache: self._save(account, kept, cache),
                way=self.way_out(),
            )
            self._of_people[account] = (kept.consent, tokens)
        return tokens.for_person(str(account).partition(":")[2])

    def _credential(self, login: str, made: _Kept, signed_in: auth.SignedIn) -> Credential:
        if signed_in.login.casefold() != login.casefold():
            raise RefusedError(
                auth.PLATFORM,
                say(
                    "%(found)s has signed in, not %(wanted)s. Sign out there, then connect again.",
                    found=signed_in.login,
                    wanted=login,
                ),
            )
        return Credential(account=self.account_of(login), kind=CredentialKind.CONSENT, text=made.text())

    def _load(self, account: AccountId, name: str) -> _Kept | None:
        try:
            found = self.credentials.get(account, CredentialKind.CONSENT)
        except LockedCredentialsError as error:
            raise AccountRefusedError(name, error.sentence) from error
        if found is None:
            return None
        told: dict[str, Any] = json.loads(found.text)
        return _Kept(tuple(told["rights"]), told["consent"], told["cache"], told["is_public"])

    def _save(self, account: AccountId, kept: _Kept, cache: str) -> None:
        """Keep renewed tokens, unless their consent was replaced or forgotten meanwhile."""
        found = self._load(account, account)
        if found is not None and found.consent == kept.consent:
            text = replace(kept, cache=cache).text()
            self.credentials.save(Credential(account=account, kind=CredentialKind.CONSENT, text=text))

    def _tokens(self, kept: _Kept) -> auth.Tokens:
        """Tokens whose cache lives in `kept`."""
        return auth.Tokens(self._app(kept), lambda: kept.cache or None, kept.keep, way=self.way_out())

    def _app(self, kept: _Kept) -> auth.App:
        found = self.settings
        if not found.client_id:
            raise RefusedError(auth.PLATFORM, say("the settings name no app. Set microsoft.client_id."))
        certificate = None
        if found.certificate_file.name and not kept.is_public:
            text = text_of(found.certificate_file, auth.PLATFORM)
            key = KEY.search(text)
            if key is None:
                raise AccountRefusedError(
                    auth.PLATFORM, say("its certificate file holds no private key. Put both into one PEM file.")
                )
            certificate = auth.Certificate(private_key=key.group(), public_certificate=KEY.sub("", text))
        graph = urlsplit(found.graph_url)
        return auth.App(
            client_id=found.client_id,
            authority=found.authority_url,
            resource=f"{graph.scheme}://{graph.netloc}",
            secret="" if kept.is_public else found.client_secret.reveal(),
            certificate=certificate,
            rights=kept.rights,
        )

    def way_out(self) -> Outbound:
        """How to get there: addresses that a person has put into the settings may lie inside the network."""
        return self.way if self.settings.is_usual else replace(self.way, allow_loopback=True, allow_private=True)


def _rights(*, writes: bool) -> tuple[str, ...]:
    return (auth.READ_AND_WRITE,) if writes else (auth.READ,)


def _cache_of(kept: _Kept | None, consent: str) -> str | None:
    return kept.cache if kept is not None and kept.consent == consent else None


def _offered(root: str, told: Mapping[str, Any]) -> Offered:
    key = quote(str(told.get("id", "")), safe="")
    address = f"{root}/calendar" if told.get("isDefaultCalendar") else f"{root}/calendars/{key}"
    return Offered(address, str(told.get("name") or address), writable=bool(told.get("canEdit")))
