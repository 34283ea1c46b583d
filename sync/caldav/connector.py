"""Reads and writes calendars on CalDAV servers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from agenda.model.calendars import Calendar, Cursor, Pulled
from agenda.model.meetings import Invitation
from agenda.model.times import Interval
from sync.caldav.client import Client
from sync.caldav.pull import Puller
from sync.caldav.writer import remove, write
from sync.ical import Limits
from sync.outbound import Outbound


@dataclass(frozen=True, slots=True, kw_only=True)
class CaldavConnector:
    """A Connector and a Writer for the provider CALDAV; `secret` gives a calendar's password."""

    secret: Callable[[Calendar], str]
    way: Outbound = field(default_factory=Outbound)
    limits: Limits = field(default_factory=Limits)

    def pull(self, calendar: Calendar, cursor: Cursor | None, window: Interval) -> Pulled:
        """Read what changed since the cursor, or everything.

        Raises:
            TryLaterError: the server is busy or out of reach.
            RefusedError: it does not let us in, or does not know the calendar.
            NotACalendarError: what answers is no CalDAV server.
        """
        with self._client(calendar) as client:
            return Puller(client, calendar, window, self.limits).pull(cursor)

    def write(self, calendar: Calendar, invitation: Invitation) -> None:
        """Create or update the event with the invitation's UID; an equal or newer one there is left alone.

        Raises:
            TryLaterError: the server is busy or out of reach; it may nevertheless have been written.
            RefusedError: it does not let us write.
            ChangedElsewhereError: somebody else's change would be lost.
        """
        with self._client(calendar) as client:
            write(client, invitation)

    def remove(self, calendar: Calendar, uid: str) -> None:
        """Remove the event with that UID; one that is not there counts as removed. Raises as `write` does."""
        with self._client(calendar) as client:
            remove(client, uid)

    def _client(self, calendar: Calendar) -> Client:
        password = self.secret(calendar) if calendar.login else ""
        url = calendar.address if calendar.address.endswith("/") else f"{calendar.address}/"
        return Client(url, calendar.login, password, self.way, calendar.name)
