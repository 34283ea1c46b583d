"""How the office's own meetings are known at the provider.

A new event is given an id of our making, so that a second try finds the first; then the provider makes up the iCalUID,
and our UID goes beside it into the event's private properties, with the SEQUENCE and the seal of what was written.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

OWN_UID, OWN_SEQUENCE, OWN_SEAL = "antechamberUid", "antechamberSequence", "antechamberSeal"


def id_of(uid: str) -> str:
    """The id of the event with that UID: base32hex (RFC 4648, 7) in small letters, the same in every calendar."""
    digest = hashlib.sha256(uid.encode()).digest()
    return "ant" + base64.b32hexencode(digest).decode().rstrip("=").lower()


def private_of(item: Mapping[str, Any]) -> Mapping[str, str]:
    """The event's private properties, which only this calendar's copy has."""
    extended = item.get("extendedProperties")
    private = extended.get("private") if isinstance(extended, Mapping) else None
    if not isinstance(private, Mapping):
        return {}
    return {str(name): value for name, value in private.items() if isinstance(value, str)}
