"""Names for things. Those the office chooses are short words; those the house makes are 128 random bits."""

from __future__ import annotations

import secrets
from typing import NewType

PersonId = NewType("PersonId", str)
PlaceId = NewType("PlaceId", str)
RoomId = NewType("RoomId", str)
AccountId = NewType("AccountId", str)
"""An account at a provider, as in `google:mayor@city.example`; one consent, maybe several calendars."""
CalendarId = NewType("CalendarId", str)
RequestId = NewType("RequestId", str)
ProposalId = NewType("ProposalId", str)
MeetingId = NewType("MeetingId", str)
AlertId = NewType("AlertId", str)
OutboxId = NewType("OutboxId", str)
UserId = NewType("UserId", str)


def fresh_id() -> str:
    """128 random bits in hexadecimal: not to be guessed, unique without asking anyone."""
    return secrets.token_hex(16)
