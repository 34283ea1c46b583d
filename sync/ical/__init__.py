"""iCalendar text, read and written: the room that the connectors share and that knows no network.

Everything that comes in is untrusted. It comes in as bytes, is bounded before it is parsed, and is parsed event by
event; what cannot be read becomes a Problem that names the calendar, the event and the line, and hides nothing else.
"""

from sync.ical.expander import IcalExpander
from sync.ical.limits import Limits
from sync.ical.read import MAPPER, Reading, read
from sync.ical.write import write_invitation

__all__ = ["MAPPER", "IcalExpander", "Limits", "Reading", "read", "write_invitation"]
