"""Google calendars, read and written (Calendar API, version 3)."""

from sync.google.connector import GoogleConnector

__all__ = ["GoogleConnector"]
