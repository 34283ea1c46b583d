"""Writes the office's own meetings as events without attendees, so that Graph mails nobody (decision: who sends).

Before anything is created it is looked for, by the UID we keep with it. What is sent twice is sent under the same
transactionId, which Graph does once; and nothing is overwritten that somebody else has changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from agenda.model.errors import ChangedElsewhereError
from agenda.model.meetings import Invitation, Method
from sync.ical.seal import seal_of
from sync.ical.translate import clean
from sync.microsoft.client import BusyError, Client
from sync.microsoft.translate import (
    EXPAND,
    FIELDS,
    OWN,
    SEALED,
    SEQUENCE,
    UID,
    Json,
    UnreadableError,
    is_ours,
    own_properties,
    times_of,
)

TRIES = 3
CONFLICT = frozenset({409, 412})
GONE = frozenset({404, 410})
MAY_BE_THERE = "concurrentitemsave"
SUMMARY, TEXT = 500, 20_000


@dataclass(frozen=True, slots=True)
class There:
    """An event that stands for the meeting already. `content` is its seal as it should be, `seal` as it is."""

    id: str
    etag: str
    sequence: int
    content: str
    seal: str

    @property
    def is_touched(self) -> bool:
        """Whether somebody has changed it since it was sealed."""
        return self.seal not in ("", self.content)


def write(client: Client, invitation: Invitation) -> None:
    """Create or update the event; see `GraphConnector.write`."""
    if invitation.method is Method.CANCEL:
        remove(client, invitation.uid)
        return
    wanted = body_of(invitation)
    content = seal_of(invitation.slot.start, invitation.slot.end, wanted["subject"], wanted["location"]["displayName"])
    for attempt in range(TRIES):
        found = next(iter(_find(client, invitation.uid)), None)
        if found is None:
            created = _create(client, invitation, wanted, attempt)
            if created is not None and created.content == content:
                return
            continue
        if found.sequence > invitation.sequence:
            return
        if (found.sequence, found.content) == (invitation.sequence, content):
            return
        if found.sequence == invitation.sequence or found.is_touched:
            raise ChangedElsewhereError(client.provider, invitation.uid)
        if _update(client, found, wanted):
            return
    raise ChangedElsewhereError(client.provider, invitation.uid)


def remove(client: Client, uid: str) -> None:
    """Remove the event; see `GraphConnector.remove`."""
    for _ in range(TRIES):
        answers = [
            client.call("DELETE", _url(client, one.id), if_match=one.etag, expect=GONE | CONFLICT)
            for one in _find(client, uid)
        ]
        if all(answer.status not in CONFLICT for answer in answers):
            return
    raise ChangedElsewhereError(client.provider, uid)


def transaction_of(uid: str, attempt: int = 0) -> str:
    """The transactionId of a meeting; another one only where Graph will not take the first again."""
    text = f"{OWN}{hashlib.sha256(uid.encode()).hexdigest()[:32]}"
    return f"{text}-{attempt}" if attempt else text


def body_of(invitation: Invitation) -> dict[str, Any]:
    """The event as Graph is to keep it; without attendees, and without the transactionId, which comes only once."""
    zone = ZoneInfo(invitation.zone)
    summary = clean(invitation.summary, SUMMARY).replace("\n", " ")
    location = clean(invitation.location, SUMMARY)
    seal = seal_of(invitation.slot.start, invitation.slot.end, summary, location)
    values = {UID: invitation.uid, SEQUENCE: str(invitation.sequence), SEALED: seal}
    return {
        "subject": summary,
        "body": {"contentType": "text", "content": clean(invitation.description, TEXT)},
        "start": _wall(invitation.slot.start, zone),
        "end": _wall(invitation.slot.end, zone),
        "isAllDay": False,
        "location": {"displayName": location},
        "sensitivity": "private" if invitation.is_private else "normal",
        "showAs": "busy",
        "singleValueExtendedProperties": [{"id": name, "value": value} for name, value in values.items()],
    }


def _wall(moment: datetime, zone: ZoneInfo) -> dict[str, str]:
    return {"dateTime": f"{moment.astimezone(zone):%Y-%m-%dT%H:%M:%S}", "timeZone": zone.key}


def _create(client: Client, invitation: Invitation, wanted: Mapping[str, Any], attempt: int) -> There | None:
    body = {**wanted, "transactionId": transaction_of(invitation.uid, attempt)}
    try:
        answer = client.call("POST", client.url("/events"), body, expect=CONFLICT)
    except BusyError as error:
        # it may have been created all the same; then the next look finds it
        if MAY_BE_THERE in error.codes and _find(client, invitation.uid):
            return None
        raise
    # an answer to an earlier call under this transactionId shows what was written then
    return _there(answer.data) if answer.status not in CONFLICT else None


def _update(client: Client, found: There, wanted: Mapping[str, Any]) -> bool:
    answer = client.call("PATCH", _url(client, found.id), wanted, if_match=found.etag, expect=GONE | CONFLICT)
    return answer.status < 300


def _find(client: Client, uid: str) -> list[There]:
    """The events that stand for a UID: ours, or one that a mail program made of the invitation."""
    quoted = uid.replace("'", "''")
    ours = f"singleValueExtendedProperties/Any(ep: ep/id eq '{UID}' and ep/value eq '{quoted}')"
    # somebody may have copied our event, properties and all: a copy's transactionId is not of our making
    found = [one for one in _list(client, ours) if is_ours(one) or not one.get("transactionId")]
    found = [one for one in found if is_ours(one)] or found or _list(client, f"iCalUId eq '{quoted}'")
    return [there for one in found if (there := _there(one)) is not None]


def _list(client: Client, condition: str) -> list[Json]:
    url = client.url("/events", {"$filter": condition, "$expand": EXPAND, "$select": FIELDS})
    return [one for page in client.pages(url) for one in page["value"] if isinstance(one, dict)]


def _there(event: Json) -> There | None:
    if not isinstance(event.get("id"), str):
        return None
    properties = own_properties(event)
    sequence = properties.get(SEQUENCE, "")
    location = event.get("location")
    try:
        times = times_of(event)
    except UnreadableError:
        content = ""
    else:
        place = location.get("displayName") if isinstance(location, dict) else ""
        content = seal_of(times.start, times.end, str(event.get("subject") or ""), str(place or ""))
    return There(
        id=event["id"],
        etag=str(event.get("@odata.etag") or ""),
        sequence=int(sequence) if sequence.isascii() and sequence.isdigit() and len(sequence) < 10 else 0,
        content=content,
        seal=properties.get(SEALED, ""),
    )


def _url(client: Client, key: str) -> str:
    return client.url(f"/events/{quote(key, safe='')}")
