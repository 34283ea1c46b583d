"""Calendars in Microsoft 365, read and written through Graph v1.0."""

from sync.microsoft.connector import GraphConnector

__all__ = ["GraphConnector"]
