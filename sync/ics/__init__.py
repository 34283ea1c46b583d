"""iCalendar files and subscribed feeds, read only."""
