"""Writes the office's own meetings, each under an id that follows from its UID.

Nothing is written unseen: an event is looked for first, by that id and then by its UID (a calendar program may have
taken it from the mail), and a change goes only over the version that was looked at. When an answer was lost, looking
first makes the second try harmless.

Who sends: the office does, by mail (iMIP), to everybody, once. So the event goes in without attendees and with
`sendUpdates=none`: Google mails nobody, and puts no second copy into the calendar of a colleague, where the office
writes one of its own. See docs/decisions/ for what was weighed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from agenda.model.errors import ChangedElsewhereError
from agenda.model.meetings import Invitation, Method
from agenda.model.times import When
from sync.google.client import ChangedError, Client, Item, TakenError
from sync.google.identity import OWN_SEAL, OWN_SEQUENCE, OWN_UID, id_of, private_of
from sync.google.translate import moment_of
from sync.ical.seal import seal_of
from sync.ical.translate import clean

TRIES = 3
SUMMARY, TEXT = 500, 8_000


@dataclass(frozen=True, slots=True)
class _Look:
    """What lies there: whether it stands, its SEQUENCE, its seal as it should be and as it is."""

    is_alive: bool
    sequence: int
    content: str
    seal: str

    @property
    def is_touched(self) -> bool:
        """Whether somebody has moved or renamed what we wrote."""
        return self.seal not in ("", self.content)


def write(client: Client, invitation: Invitation) -> None:
    """Create or update the event; see `GoogleConnector.write`."""
    if invitation.method is Method.CANCEL:
        remove(client, invitation.uid)
        return
    body = body_of(invitation)
    for _ in range(TRIES):
        found = _find(client, invitation.uid)
        try:
            if found is None:
                written: Item | None = client.insert({"id": id_of(invitation.uid), **body})
            elif _is_done(found, body, client, invitation):
                return
            else:
                written = client.patch(found["id"], body, str(found.get("etag") or ""))
            if written is not None:
                _seal(client, written, body)
                return
        except (TakenError, ChangedError):
            continue
    raise ChangedElsewhereError(client.provider, invitation.uid)


def remove(client: Client, uid: str) -> None:
    """Remove the event; see `GoogleConnector.remove`."""
    for _ in range(TRIES):
        found = _find(client, uid)
        if found is None or not _look(found, client).is_alive:
            return
        try:
            client.delete(found["id"], str(found.get("etag") or ""))
        except ChangedError:
            continue
        return
    raise ChangedElsewhereError(client.provider, uid)


def body_of(invitation: Invitation) -> dict[str, Any]:
    """The event as it is to be; a patch of it leaves everything else as it is."""
    zone = ZoneInfo(invitation.zone)
    start, end = (
        {"dateTime": one.astimezone(zone).isoformat(timespec="seconds"), "timeZone": invitation.zone}
        for one in (invitation.slot.start, invitation.slot.end)
    )
    summary = clean(invitation.summary, SUMMARY).replace("\n", " ")
    location = clean(invitation.location, SUMMARY)
    own = {
        OWN_UID: invitation.uid,
        OWN_SEQUENCE: str(invitation.sequence),
        OWN_SEAL: seal_of(invitation.slot.start, invitation.slot.end, summary, location),
    }
    return {
        "status": "confirmed",
        "summary": summary,
        "location": location,
        "description": clean(invitation.description, TEXT),
        "start": start,
        "end": end,
        "transparency": "opaque",
        "visibility": "private" if invitation.is_private else "default",
        "extendedProperties": {"private": own},
    }


def _find(client: Client, uid: str) -> Item | None:
    """The event with that UID: where we put it, or wherever else it stands.

    Raises:
        ChangedElsewhereError: something that is not ours has our id.
    """
    ours = client.get(id_of(uid))
    if ours is not None and private_of(ours).get(OWN_UID) != uid:
        raise ChangedElsewhereError(client.provider, uid)
    if ours is not None and ours.get("status") != "cancelled":
        return ours
    filed = (
        one
        for one in client.of_uid(uid, with_deleted=False)
        if one.get("iCalUID") == uid and one.get("status") != "cancelled"
    )
    return next((one for one in filed if not one.get("recurringEventId")), ours)


def _is_done(found: Item, body: Mapping[str, Any], client: Client, invitation: Invitation) -> bool:
    """Whether there is nothing to do, for an equal or a newer version stands there already.

    Raises:
        ChangedElsewhereError: somebody else has changed it.
    """
    there, ours = _look(found, client), invitation.sequence
    seal = private_of(body)[OWN_SEAL]
    if there.sequence > ours:
        return True
    if not there.is_alive:
        return False
    if there.sequence == ours and seal in (there.content, there.seal) and not there.is_touched:
        return True
    if there.sequence == ours or there.is_touched:
        raise ChangedElsewhereError(client.provider, invitation.uid)
    return False


def _look(found: Item, client: Client) -> _Look:
    private = private_of(found)
    text = private.get(OWN_SEQUENCE, "")
    told = found.get("sequence")
    sequence = int(text) if text.isdecimal() and len(text) < 10 else told if isinstance(told, int) else 0
    return _Look(found.get("status") != "cancelled", sequence, _content(found), private.get(OWN_SEAL, ""))


def _content(found: Item) -> str:
    """The seal that what stands there should have; empty where its times cannot be read."""
    times: list[When | None] = [moment_of(found.get(name), ZoneInfo("UTC")) for name in ("start", "end")]
    start, end = times
    if start is None or end is None:
        return ""
    return seal_of(start, end, str(found.get("summary") or ""), str(found.get("location") or ""))


def _seal(client: Client, written: Item, body: Mapping[str, Any]) -> None:
    """Seal what the provider made of our words, where it has put them differently."""
    content = _content(written)
    if content and content != private_of(body)[OWN_SEAL]:
        patch = {"extendedProperties": {"private": {OWN_SEAL: content}}}
        client.patch(written["id"], patch, str(written.get("etag") or ""))
