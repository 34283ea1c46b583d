"""Those who sign in, what they may do, and their sessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from agenda.model.ids import PersonId, UserId


class Duty(StrEnum):
    """What a user is to the office; each may do what the page or action is open to."""

    SECRETARY = "secretary"
    CHIEF_OF_STAFF = "chief-of-staff"
    PRINCIPAL = "principal"
    STAFF = "staff"
    IT = "it"


SEES_EVERYTHING = frozenset({Duty.SECRETARY, Duty.CHIEF_OF_STAFF, Duty.PRINCIPAL})
"""Who may read what private events are about; to the others they are "busy"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A local account. `password` is an argon2 hash, never shown; `person` links it to somebody of the directory."""

    id: UserId
    name: str
    login: str
    duty: Duty
    password: str
    person: PersonId | None = None
    language: str = "en"
    is_disabled: bool = False
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A sign-in that holds. `digest` is the SHA-256 of the cookie's 256 bits."""

    digest: str
    user: UserId
    device: str
    opened_at: datetime
    used_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """A token for the JSON API; only its SHA-256 is kept."""

    digest: str
    user: UserId
    name: str
    created_at: datetime
    revoked_at: datetime | None = None
