"""The main job, with nothing played: two CalDAV servers, a mail server, the solver in its child, the store in a file.

A request becomes options, one is confirmed, and the meeting lies in every attendee's calendar and mailbox, once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import icalendar
import pytest
from aiosmtpd import smtp
from aiosmtpd.controller import Controller

from agenda.actions.take_in import Draft
from agenda.model.calendars import Calendar, Provider, SyncState
from agenda.model.ids import CalendarId, PersonId
from agenda.model.meetings import Meeting, OutboxState
from agenda.model.proposals import Proposal
from agenda.model.times import Interval
from tests.fakes import SetClock
from tests.servers import DavServer, free_port, radicale, xandikos
from web.wiring import Household, build, keep_secret, settings_from

NOW = datetime(2026, 3, 2, 14, tzinfo=UTC)
TUESDAY = date(2026, 3, 3)

POLICY = """
[office]
name = "Office of the Mayor"
zone = "America/New_York"
organizer = "office@example.org"

[hours]
mon-fri = ["09:00-18:00"]

[lunch]
window = "12:00-14:00"
minutes = 30

[[people]]
id = "mayor"
name = "Rosa Alvarez"
email = "mayor@example.org"
standing = "principal"
base = "city-hall"

[[people]]
id = "deputy"
name = "Tom Birch"
email = "deputy@example.org"
base = "city-hall"
"""
PLACES = """
[[places]]
id = "city-hall"
name = "City Hall"
address = "1 Harbor Square"
lat = 42.3601
lon = -71.0589

[[places]]
id = "north-school"
name = "North School"
lat = 42.40
lon = -71.06
arrive_min = 5

[[minutes]]
from = "city-hall"
to = "north-school"
minutes = 12
both = true
"""
BUDGET = b"""BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//tests//EN\r
BEGIN:VEVENT\r
UID:budget@example.org\r
DTSTAMP:20260301T000000Z\r
DTSTART:20260303T150000Z\r
DTEND:20260303T163000Z\r
SUMMARY:Budget\r
LOCATION:North School\r
END:VEVENT\r
END:VCALENDAR\r
"""


def _bytes(content: bytes | str | None) -> bytes:
    assert isinstance(content, bytes)
    return content


@dataclass
class Mailbox:
    """A mail server that keeps what it is given."""

    envelopes: list[smtp.Envelope] = field(default_factory=list)

    async def handle_DATA(self, _server: object, _session: object, envelope: smtp.Envelope) -> str:  # noqa: N802
        """Keep it."""
        self.envelopes.append(envelope)
        return "250 kept"

    def mails(self) -> dict[str, Message]:
        """The mails by recipient; each has exactly one."""
        assert all(len(one.rcpt_tos) == 1 for one in self.envelopes)
        return {one.rcpt_tos[0]: message_from_bytes(_bytes(one.content)) for one in self.envelopes}


@dataclass
class City:
    """Everything of one journey."""

    household: Household
    clock: SetClock
    servers: dict[str, DavServer]
    addresses: dict[str, str]
    mailbox: Mailbox

    def proposed(self) -> Proposal:
        """A request of three quarters of an hour for the two on Tuesday, with its options."""
        request = self.household.office.take_in.request(
            Draft(
                title="Harbor plan",
                duration_min=45,
                first_day=TUESDAY,
                last_day=TUESDAY + timedelta(days=2),
                earliest=time(9),
                latest=time(18),
                required=("mayor", "deputy"),
                place="city-hall",
                purpose="Agree on the plan",
            )
        )
        return self.household.office.propose.options(request.id)

    def written(self, person: str) -> list[bytes]:
        """The objects with our UID in a person's calendar, as the server serves them."""
        report = (
            b'<?xml version="1.0"?><c:calendar-query xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">'
            b'<d:prop><c:calendar-data/></d:prop><c:filter><c:comp-filter name="VCALENDAR"/></c:filter>'
            b"</c:calendar-query>"
        )
        answer = self.servers[person].request(
            "REPORT", self.addresses[person], report, **{"Depth": "1", "Content-Type": "application/xml"}
        )
        answer.raise_for_status()
        return [part for part in answer.content.split(b"</") if b"BEGIN:VCALENDAR" in part and b"@antechamber" in part]


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    """The mayor's calendar on Radicale with a budget meeting in it, the deputy's on Xandikos; both read once."""
    for name in ("radicale", "xandikos", "office"):
        (tmp_path / name).mkdir()
    office = tmp_path / "office"
    mailbox, port = Mailbox(), free_port()
    (office / "policy.toml").write_text(POLICY)
    (office / "places.toml").write_text(PLACES)
    (office / "antechamber.toml").write_text(
        f'data_dir = "."\npolicy_file = "policy.toml"\nplaces_file = "places.toml"\n'
        f"[sync]\nallow_private_addresses = true\n"
        f'[smtp]\nhost = "127.0.0.1"\nport = {port}\nstarttls = false\nsender = "office@example.org"\n'
    )
    settings = settings_from(office / "antechamber.toml", {})
    mail = Controller(mailbox, hostname="127.0.0.1", port=port)
    mail.start()
    clock = SetClock(NOW)
    with (
        radicale(tmp_path / "radicale") as one,
        xandikos(tmp_path / "xandikos") as two,
        build(settings, {}, clock=clock) as household,
    ):
        servers = {"mayor": one, "deputy": two}
        addresses = {person: server.make_calendar("agenda") for person, server in servers.items()}
        one.put(addresses["mayor"], "budget.ics", BUDGET)
        for person, server in servers.items():
            keep_secret(settings, person, server.password)
            household.office.connect.add(
                Calendar(
                    id=CalendarId(person),
                    name=f"Calendar of {person}",
                    owner=PersonId(person),
                    provider=Provider.CALDAV,
                    address=addresses[person],
                    login=server.login,
                    secret=person,
                    zone="America/New_York",
                    writable=True,
                )
            )
        reports = household.office.pull.round()
        assert [report.state for report in reports] == [SyncState.FRESH] * 2, [str(one.sentence) for one in reports]
        yield City(household, clock, servers, addresses, mailbox)
    mail.stop()


@dataclass(frozen=True)
class Told:
    """What the calendar part of a mail says."""

    method: str
    uid: str
    start: datetime
    location: str
    sequence: int


def told_by(mail: Message) -> Told:
    """Read the one calendar part of a mail; its METHOD is the same inside and outside (RFC 6047, 2.4)."""
    (part,) = [one for one in mail.walk() if one.get_content_type() == "text/calendar"]
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    parsed = icalendar.Calendar.from_ical(payload)
    assert isinstance(parsed, icalendar.Calendar)
    assert str(parsed["METHOD"]) == part.get_param("method")
    (event,) = parsed.walk("VEVENT")
    start = event.decoded("DTSTART")
    assert isinstance(start, datetime)
    return Told(
        method=str(parsed["METHOD"]),
        uid=str(event["UID"]),
        start=start.astimezone(UTC),
        location=str(event["LOCATION"]),
        sequence=int(event.decoded("SEQUENCE")),
    )


def confirmed(city: City) -> Meeting:
    """The first option, confirmed and carried out."""
    proposal = city.proposed()
    meeting = city.household.office.decide.confirm(proposal.id, 0, by="Sam")
    assert city.household.office.deliver.drain() == 4, [one.failure for one in city.household.office.look.outbox()]
    return meeting


def test_options_keep_clear_of_real_events_and_the_drive_from_them(city: City) -> None:
    """The budget meeting ends at 11:30 at the school; seventeen minutes later the mayor can be back."""
    budget = Interval(datetime(2026, 3, 3, 15, tzinfo=UTC), datetime(2026, 3, 3, 16, 30, tzinfo=UTC))
    proposal = city.proposed()
    assert len(proposal.options) >= 5
    around = budget.widen(timedelta(minutes=17), timedelta(minutes=12))
    assert not [one for one in proposal.options if one.slot.overlaps(around)]


def test_a_confirmed_meeting_lies_in_every_calendar_and_mailbox_once(city: City) -> None:
    """One object to a calendar, one mail to a person, all under one UID."""
    meeting = confirmed(city)
    for person in ("mayor", "deputy"):
        assert len(city.written(person)) == 1
        assert meeting.uid.encode() in city.written(person)[0]
    mails = city.mailbox.mails()
    assert set(mails) == {"mayor@example.org", "deputy@example.org"}
    for mail in mails.values():
        assert told_by(mail) == Told("REQUEST", meeting.uid, meeting.slot.start, "City Hall, 1 Harbor Square", 0)


def test_nothing_more_goes_out_on_the_next_round(city: City) -> None:
    """Exactly once."""
    confirmed(city)
    assert city.household.office.deliver.drain() == 0
    assert len(city.mailbox.envelopes) == 2


def test_the_own_event_is_known_when_it_comes_back(city: City) -> None:
    """No second entry, no alert, no busy time twice."""
    meeting = confirmed(city)
    office = city.household.office
    city.clock.advance(timedelta(minutes=5))
    assert sum(report.added for report in office.pull.round()) == 2
    assert office.watch.look_over() == ()
    with city.household.store.reading() as unit:
        entries = [one for one in office.book.entries(unit, meeting.slot) if one.meeting == meeting.id]
    assert [(sorted(one.busy), len(one.sources)) for one in entries] == [(["deputy", "mayor"], 2)]


def test_a_cancelled_meeting_goes_from_every_calendar(city: City) -> None:
    """And each is told by mail, with the next SEQUENCE."""
    meeting = confirmed(city)
    city.household.office.decide.cancel(meeting.id)
    city.mailbox.envelopes.clear()
    assert city.household.office.deliver.drain() == 4
    assert city.written("mayor") == city.written("deputy") == []
    for mail in city.mailbox.mails().values():
        assert (told_by(mail).method, told_by(mail).sequence) == ("CANCEL", 1)


def test_what_was_written_before_the_power_failed_is_not_written_twice(city: City) -> None:
    """The event lies there already; the row is in doubt; looking comes before writing."""
    proposal = city.proposed()
    office, store = city.household.office, city.household.store
    meeting = office.decide.confirm(proposal.id, 0, by="Sam")
    with store.reading() as unit:
        rows = unit.outbox.having(OutboxState.WAITING)
    office.deliver.drain()
    with store.writing() as unit:
        for row in rows:
            if row.calendar is not None:
                unit.outbox.save(row)
        unit.commit()
    before = {person: city.written(person) for person in ("mayor", "deputy")}
    assert office.deliver.drain() == 2
    assert {person: city.written(person) for person in ("mayor", "deputy")} == before
    assert all(len(one) == 1 and meeting.uid.encode() in one[0] for one in before.values())


def test_an_urgent_change_elsewhere_is_told_by_itself(city: City) -> None:
    """Somebody puts something over the meeting on Radicale: the next round raises the alert, its going settles it."""
    meeting = confirmed(city)
    office = city.household.office
    moved = BUDGET.replace(b"20260303T150000Z", f"{meeting.slot.start:%Y%m%dT%H%M%SZ}".encode()).replace(
        b"20260303T163000Z", f"{meeting.slot.end:%Y%m%dT%H%M%SZ}".encode()
    )
    city.servers["mayor"].put(city.addresses["mayor"], "budget.ics", moved)
    city.clock.advance(timedelta(minutes=5))
    office.pull.round()
    (alert,) = office.watch.look_over()
    assert alert.missing_min == 45
    city.servers["mayor"].put(city.addresses["mayor"], "budget.ics", BUDGET)
    city.clock.advance(timedelta(minutes=5))
    office.pull.round()
    office.watch.look_over()
    assert office.look.alerts() == []
