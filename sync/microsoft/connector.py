"""Reads and writes calendars in Microsoft 365."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from agenda.model.calendars import Calendar, Cursor, Pulled
from agenda.model.meetings import Invitation
from agenda.model.times import Interval
from sync.ical import Limits
from sync.microsoft.client import ENDPOINT, Client
from sync.microsoft.limiter import Limiter
from sync.microsoft.pull import Puller
from sync.microsoft.unfinished import Unfinished
from sync.microsoft.writer import remove, write
from sync.outbound import Outbound


@dataclass(frozen=True, slots=True)
class GraphConnector:
    """A Connector and a Writer for the provider MICROSOFT.

    `token` gives a calendar's access token, or raises a ProviderError; it is asked before every request. A calendar's
    address is its path below `endpoint`: `users/mayor@city.example/calendar`, `me/calendars/ID`. National clouds have
    endpoints of their own. One connector stands for one app: all its calendars share the `limiter`.
    """

    token: Callable[[Calendar], str]
    endpoint: str = ENDPOINT
    way: Outbound = field(default_factory=Outbound)
    limits: Limits = field(default_factory=Limits)
    limiter: Limiter = field(default_factory=Limiter)
    unfinished: Unfinished = field(default_factory=Unfinished, repr=False)

    def pull(self, calendar: Calendar, cursor: Cursor | None, window: Interval) -> Pulled:
        """Read what changed since the cursor, or everything.

        Raises:
            TryLaterError: Graph is busy or out of reach.
            RefusedError: it does not let us in, or does not know the calendar.
            NotACalendarError: what answers is not Graph.
        """
        with self._client(calendar) as client:
            return Puller(client, calendar, window, self.limits, self.unfinished).pull(cursor)

    def write(self, calendar: Calendar, invitation: Invitation) -> None:
        """Create or update the event with the invitation's UID; an equal or newer one there is left alone.

        Raises:
            TryLaterError: Graph is busy or out of reach; it may nevertheless have been written.
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
        return Client(calendar, self.token, self.endpoint, self.way, self.limiter)
