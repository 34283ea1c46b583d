"""Calendars on a CalDAV server (RFC 4791), read and written."""

from sync.caldav.connector import CaldavConnector
from sync.caldav.discover import DiscoveredCalendar, discover

__all__ = ["CaldavConnector", "DiscoveredCalendar", "discover"]
