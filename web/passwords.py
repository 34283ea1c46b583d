"""Passwords of local accounts, kept as argon2id hashes.

One hash takes 64 MiB and an eighth of a second on purpose; no more than two are made at a time, so that a storm of
sign-ins costs patience and not the machine's memory.
"""

from __future__ import annotations

import secrets
import threading
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

AT_A_TIME = threading.BoundedSemaphore(2)
LONGEST = 1024
"""Characters of a password that are looked at all; a longer one never matches."""


class Argon2Passwords:
    """Salted argon2id, with the parameters RFC 9106 recommends where memory is shared."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        """Take other parameters, if some are given."""
        self._hasher = hasher or PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)

    def hash(self, password: str) -> str:
        """A salted hash; the parameters stand in it."""
        with AT_A_TIME:
            return self._hasher.hash(password)

    def matches(self, hashed: str, password: str) -> bool:
        """Whether they belong together; without a hash it takes as long, to tell nobody which logins there are."""
        known = hashed if hashed and len(password) <= LONGEST else self._nobodys
        try:
            with AT_A_TIME:
                self._hasher.verify(known, password[:LONGEST])
        except (VerificationError, InvalidHashError):
            return False
        return known == hashed

    @cached_property
    def _nobodys(self) -> str:
        return self.hash(secrets.token_urlsafe(32))
