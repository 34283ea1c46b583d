"""Writes the office's own meetings, each to the object that is named after its UID.

Nothing is ever overwritten unseen: a new object is put only where there is none, a changed one only over the version
that was looked at. When an answer was lost, looking first makes the second try harmless.
"""

from __future__ import annotations

from typing import assert_never
from urllib.parse import quote, unquote, urlsplit

from agenda.model.errors import ChangedElsewhereError
from agenda.model.meetings import Invitation, Method
from sync.caldav.client import Client, Outcome
from sync.ical import write_invitation
from sync.ical.seal import look

TRIES = 3


def write(client: Client, invitation: Invitation) -> None:
    """Create or update the event; see `CaldavConnector.write`."""
    if invitation.method is Method.CANCEL:
        remove(client, invitation.uid)
        return
    href = href_of(client, invitation.uid)
    text = write_invitation(invitation, with_method=False)
    for _ in range(TRIES):
        condition = _condition(client, href, invitation, text)
        if condition is None:
            return
        outcome = client.put(href, text, condition)
        match outcome:
            case Outcome.DONE:
                return
            case Outcome.UID_TAKEN:
                href = client.find(invitation.uid) or href
            case Outcome.CHANGED | Outcome.GONE:
                pass
            case _:
                assert_never(outcome)
    raise ChangedElsewhereError(client.provider, invitation.uid)


def _condition(client: Client, href: str, invitation: Invitation, text: bytes) -> dict[str, str] | None:
    """Under which condition to write; None when there is nothing to do."""
    found = client.get(href)
    if found is None:
        return {"If-None-Match": "*"}
    there, ours = look(found[0], invitation.uid), look(text, invitation.uid)
    if there is None or ours is None:
        raise ChangedElsewhereError(client.provider, invitation.uid)
    if there.sequence > ours.sequence or (there.sequence, there.content) == (ours.sequence, ours.content):
        return None
    if there.sequence == ours.sequence or there.is_touched:
        raise ChangedElsewhereError(client.provider, invitation.uid)
    return {"If-Match": found[1]} if found[1] else {}


def remove(client: Client, uid: str) -> None:
    """Remove the event; see `CaldavConnector.remove`."""
    href = href_of(client, uid)
    found = client.get(href)
    if found is None:
        href = client.find(uid) or href
        found = client.get(href)
    for _ in range(TRIES):
        if found is None:
            return
        if look(found[0], uid) is None:
            raise ChangedElsewhereError(client.provider, uid)
        if client.delete(href, {"If-Match": found[1]} if found[1] else {}) in (Outcome.DONE, Outcome.GONE):
            return
        found = client.get(href)
    raise ChangedElsewhereError(client.provider, uid)


def href_of(client: Client, uid: str) -> str:
    """Where the event with that UID lies: known before it is written, so that it can be looked for after a doubt."""
    folder = unquote(urlsplit(client.url).path)
    return f"{folder.rstrip('/')}/{quote(uid, safe='@').replace('%', '_')}.ics"
