"""From an Invitation to iCalendar bytes: typed values of the library only, the same bytes for the same invitation."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from zoneinfo import ZoneInfo

import icalendar

from agenda.model.events import Attendee, PartStat
from agenda.model.meetings import Invitation, Method
from sync.ical.seal import SEAL, seal_of
from sync.ical.translate import clean

PRODID = "-//Antechamber//Antechamber//EN"
SUMMARY, TEXT = 500, 20_000


def write_invitation(invitation: Invitation, with_method: bool) -> bytes:  # noqa: FBT001 - the name says it
    """The invitation as a VCALENDAR in UTF-8.

    Args:
        invitation: what goes out; it alone decides every byte.
        with_method: with METHOD for a mail (RFC 5546), without for a calendar (RFC 4791, 4.1).
    """
    calendar = icalendar.Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", PRODID)
    calendar.add("CALSCALE", "GREGORIAN")
    if with_method:
        calendar.add("METHOD", invitation.method.value)
    if invitation.zone != "UTC":
        calendar.add_component(_timezone(invitation.zone, invitation.slot.start.year))
    calendar.add_component(_event(invitation))
    text: bytes = calendar.to_ical()
    return text


def _event(invitation: Invitation) -> icalendar.Event:
    event = icalendar.Event()
    zone = ZoneInfo(invitation.zone)
    event.add("UID", invitation.uid)
    event.add("DTSTAMP", invitation.stamped_at)
    event.add("SEQUENCE", invitation.sequence)
    event.add("DTSTART", invitation.slot.start.astimezone(zone))
    event.add("DTEND", invitation.slot.end.astimezone(zone))
    summary = clean(invitation.summary, SUMMARY).replace("\n", " ")
    location = clean(invitation.location, SUMMARY)
    event.add("SUMMARY", summary)
    for name, text in (("LOCATION", location), ("DESCRIPTION", clean(invitation.description, TEXT))):
        if text:
            event.add(name, text)
    event.add("STATUS", "CANCELLED" if invitation.method is Method.CANCEL else "CONFIRMED")
    event.add("TRANSP", "TRANSPARENT" if invitation.method is Method.CANCEL else "OPAQUE")
    event.add("CLASS", "PRIVATE" if invitation.is_private else "PUBLIC")
    event.add("ORGANIZER", _address(invitation.organizer))
    for attendee in invitation.attendees:
        address = _address(attendee)
        address.params["ROLE"] = "OPT-PARTICIPANT" if attendee.optional else "REQ-PARTICIPANT"
        address.params["PARTSTAT"] = attendee.partstat.value
        if attendee.partstat is PartStat.NEEDS_ACTION:
            address.params["RSVP"] = "TRUE"
        event.add("ATTENDEE", address)
    event.add(SEAL, seal_of(invitation.slot.start, invitation.slot.end, summary, location))
    return event


def _address(attendee: Attendee) -> icalendar.vCalAddress:
    address = icalendar.vCalAddress(f"mailto:{attendee.email}")
    if attendee.name:
        address.params["CN"] = clean(attendee.name, SUMMARY).replace("\n", " ")
    return address


@lru_cache(maxsize=128)
def _timezone(name: str, year: int) -> icalendar.Timezone:
    """The rules of a zone from the year before to the year after; they take a while to find."""
    return icalendar.Timezone.from_tzid(name, first_date=date(year - 1, 1, 1), last_date=date(year + 2, 1, 1))
