"""Calendars on a CalDAV server, read and written."""
