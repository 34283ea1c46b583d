"""iCalendar files and subscribed feeds, read only."""

from sync.ics.connector import IcsConnector

__all__ = ["IcsConnector"]
