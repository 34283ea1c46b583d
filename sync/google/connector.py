"""Reads and writes Google calendars."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from google.auth.credentials import Credentials

from agenda.model.calendars import Calendar, Cursor, Pulled
from agenda.model.meetings import Invitation
from agenda.model.times import Interval
from sync.google.client import Client
from sync.google.freebusy import Busy, query
from sync.google.pull import Puller
from sync.google.watch import Channel, open_channel
from sync.google.writer import remove, write
from sync.ical import Limits
from sync.outbound import Outbound

MOST_EVENTS_A_PAGE = 2_500


@dataclass(frozen=True, slots=True, kw_only=True)
class GoogleConnector:
    """A Connector and a Writer for the provider GOOGLE; safe to be used by several threads.

    A calendar's `address` is its id (a mail address, or `primary`); `credentials` gives what it is read with, anew for
    each call or the same again. `endpoint` is the address of the API where it is not the usual one; the way to an
    endpoint that the settings name may lie inside the network.
    """

    credentials: Callable[[Calendar], Credentials]
    endpoint: str = ""
    way: Outbound = field(default_factory=Outbound)
    limits: Limits = field(default_factory=Limits)
    page_size: int = MOST_EVENTS_A_PAGE

    def pull(self, calendar: Calendar, cursor: Cursor | None, window: Interval) -> Pulled:
        """Read what changed since the cursor, or everything.

        Raises:
            TryLaterError: the provider is busy or out of reach.
            RefusedError: it does not let us in, or does not know the calendar.
            NotACalendarError: what answers is not the Calendar API.
        """
        with self._client(calendar) as client:
            return Puller(client, calendar, window, self.limits).pull(cursor)

    def write(self, calendar: Calendar, invitation: Invitation) -> None:
        """Create or update the event with the invitation's UID; an equal or newer one there is left alone.

        Google mails nobody: the invitations go out by the office's own mail.

        Raises:
            TryLaterError: the provider is busy or out of reach; it may nevertheless have been written.
            RefusedError: it does not let us write.
            ChangedElsewhereError: somebody else's change would be lost.
        """
        with self._client(calendar) as client:
            write(client, invitation)

    def remove(self, calendar: Calendar, uid: str) -> None:
        """Remove the event with that UID; one that is not there counts as removed. Raises as `write` does."""
        with self._client(calendar) as client:
            remove(client, uid)

    def free_busy(self, calendar: Calendar, names: Iterable[str], span: Interval) -> dict[str, Busy]:
        """When some calendars are taken, as the account of `calendar` may see it; raises as `pull` does."""
        with self._client(calendar) as client:
            return query(client, names, span)

    def watch(self, calendar: Calendar, address: str, *, channel: str, token: str, ttl_s: int = 604_800) -> Channel:
        """Have changes of the calendar told to an https address; raises as `pull` does.

        A channel cannot be prolonged. Open the next one, under a new name, before this one ends, then stop this one.
        """
        with self._client(calendar) as client:
            return open_channel(client, address, channel=channel, token=token, ttl_s=ttl_s)

    def stop(self, calendar: Calendar, channel: Channel) -> None:
        """Close a channel; one that is not open any more counts as closed. Raises as `pull` does."""
        with self._client(calendar) as client:
            client.stop({"id": channel.id, "resourceId": channel.resource})

    def _client(self, calendar: Calendar) -> Client:
        return Client(
            self.credentials(calendar),
            calendar.address,
            endpoint=self.endpoint,
            way=self.way,
            provider=calendar.name,
            page_size=self.page_size,
        )
