"""What the office signs in with at providers, the rights it asks for, and a consent on its way."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from agenda.model.ids import AccountId
from agenda.model.sentences import Sentence


class CredentialKind(StrEnum):
    """What a credential is."""

    CONSENT = "consent"
    PASSWORD = "password"  # noqa: S105 - the kind, not one


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """What an account is signed in with. `text` is the adapter's own and never shown."""

    account: AccountId
    kind: CredentialKind
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialNote:
    """That there is a credential, without what it is. `key_id` names the key it is sealed with."""

    account: AccountId
    kind: CredentialKind
    key_id: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Right:
    """A right as the provider calls it, and why it is asked for."""

    name: str
    why: Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """A consent that was begun: the browser goes to `url`; `kept` stays in its session until it comes back."""

    url: str
    kept: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceConsent:
    """A consent given on another device: `code` is typed at `address`; `kept` is for waiting, and secret."""

    code: str
    address: str
    minutes: int
    kept: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Offered:
    """A calendar that an account can see."""

    address: str
    name: str
    writable: bool


def shut_out(account: AccountId) -> str:
    """The fact that tells that a provider does not let an account in: empty while it does."""
    return f"shut out:{account}"
