"""What every writer owes the office: doing it twice does it once, and nobody's change is lost."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace

import pytest

from agenda.model.errors import ChangedElsewhereError, RefusedError, TryLaterError
from agenda.model.events import Attendee
from agenda.model.meetings import Invitation, Method
from agenda.model.times import Interval
from tests.contract.conftest import DavSource, Target, Written, a_dav, pass_on
from tests.servers import Answer, DavServer, Heard, web_server
from tests.sync.texts import SPRING, from_to, utc, vcalendar, vevent

UID = "00ff@antechamber"


def an_invitation(
    sequence: int = 0, slot: Interval | None = None, method: Method = Method.REQUEST, uid: str = UID
) -> Invitation:
    """An invitation to a meeting on the first Monday in March."""
    return Invitation(
        method=method,
        uid=uid,
        sequence=sequence,
        stamped_at=utc("2026-02-01 12:00"),
        slot=slot or from_to("2026-03-02 14:00", "2026-03-02 14:45"),
        zone="America/New_York",
        summary="Bridge repairs",
        location="City Hall, Room 2",
        description="Please bring the plans.",
        organizer=Attendee("office@example.org", "Office of the Mayor"),
        attendees=(Attendee("mayor@example.org", "Rosa Alvarez"),),
    )


def slots(source: Target) -> list[Interval]:
    """When the events in a calendar are."""
    pulled = source.connector.pull(source.calendar, None, SPRING)
    return [event.interval for one in pulled.changed for event in one.events]


def text_of(source: DavSource, uid: str = UID) -> str:
    """The object as the server has it."""
    response = source.server.request("GET", f"{source.url}{uid}.ics")
    response.raise_for_status()
    return response.content.decode()


def test_writing_twice_writes_once(target: Target) -> None:
    """The outbox tries again whenever it is in doubt."""
    for _ in range(3):
        target.connector.write(target.calendar, an_invitation())
    assert slots(target) == [an_invitation().slot]


def test_a_newer_version_takes_the_place_of_the_older(target: Target) -> None:
    """A moved meeting moves; it does not stay behind as a second one."""
    target.connector.write(target.calendar, an_invitation())
    later = from_to("2026-03-03 15:00", "2026-03-03 16:00")
    target.connector.write(target.calendar, an_invitation(1, later))
    assert slots(target) == [later]


def test_an_older_version_changes_nothing(target: Target) -> None:
    """A row of the outbox that was held up must not undo a later one."""
    later = from_to("2026-03-03 15:00", "2026-03-03 16:00")
    target.connector.write(target.calendar, an_invitation(1, later))
    target.connector.write(target.calendar, an_invitation(0))
    assert slots(target) == [later]


def test_removing_twice_removes_once(target: Target) -> None:
    """An event that is not there counts as removed."""
    target.connector.write(target.calendar, an_invitation())
    for _ in range(3):
        target.connector.remove(target.calendar, UID)
    assert slots(target) == []


def test_a_cancelled_meeting_leaves_the_calendar(target: Target) -> None:
    """METHOD:CANCEL is for mails; a calendar simply loses the event."""
    target.connector.write(target.calendar, an_invitation())
    target.connector.write(target.calendar, an_invitation(1, method=Method.CANCEL))
    assert slots(target) == []


def test_somebody_elses_move_is_not_undone(written: Written) -> None:
    """The mayor moved it by hand in her own calendar; the office learns of it instead of overwriting it."""
    written.connector.write(written.calendar, an_invitation())
    written.move(UID, from_to("2026-03-02 16:00", "2026-03-02 16:45"))
    with pytest.raises(ChangedElsewhereError):
        written.connector.write(written.calendar, an_invitation(1, from_to("2026-03-04 14:00", "2026-03-04 15:00")))
    assert slots(written) == [from_to("2026-03-02 16:00", "2026-03-02 16:45")]


def test_an_object_of_somebody_else_at_our_address_is_left_alone(written: Written) -> None:
    """However it came there, it is not ours."""
    written.occupy(UID, an_invitation().slot)
    with pytest.raises(ChangedElsewhereError):
        written.connector.write(written.calendar, an_invitation())
    with pytest.raises(ChangedElsewhereError):
        written.connector.remove(written.calendar, UID)
    assert len(slots(written)) == 1


def test_the_same_meeting_filed_under_another_name_is_found(written: Written) -> None:
    """A calendar program that took the invitation from the mail chose a name of its own."""
    written.file(UID, an_invitation().slot)
    later = from_to("2026-03-03 15:00", "2026-03-03 16:00")
    written.connector.write(written.calendar, an_invitation(1, later))
    assert slots(written) == [later]
    written.connector.remove(written.calendar, UID)
    assert slots(written) == []


def test_part_of_a_uid_is_not_the_uid(target: Target) -> None:
    """Servers look for UIDs by substring."""
    target.put("longer", vevent(f"x{UID}"))
    target.connector.remove(target.calendar, UID)
    assert len(slots(target)) == 1


def test_an_odd_uid_has_an_address_too(target: Target) -> None:
    """UIDs from elsewhere hold slashes, percent signs and umlauts."""
    uid = "a/b%c ü?#@example.org"
    target.connector.write(target.calendar, an_invitation(uid=uid))
    pulled = target.connector.pull(target.calendar, None, SPRING)
    assert [one.uid for one in pulled.changed] == [uid]
    target.connector.remove(target.calendar, uid)
    assert slots(target) == []


def test_a_lost_answer_does_no_harm(radicale_server: DavServer, calendar_name: str) -> None:
    """The server wrote, the answer was lost: the second try finds it done. Without looking first it would fail."""
    lost = {"PUT": 1, "DELETE": 1}

    def forgetful(asked: Heard) -> Answer:
        answer = pass_on(asked, radicale_server.url)
        if answer.status < 300 and lost.get(asked.method, 0):
            lost[asked.method] -= 1
            return Answer(200, {}, b"x" * 100, cut_to=10)
        return answer

    with web_server(forgetful) as between:
        source = a_dav(radicale_server, calendar_name, through=between.url)
        with pytest.raises(TryLaterError):
            source.connector.write(source.calendar, an_invitation())
        source.connector.write(source.calendar, an_invitation())
        assert slots(source) == [an_invitation().slot]
        assert [asked.method for asked in between.heard].count("PUT") == 1
        with pytest.raises(TryLaterError):
            source.connector.remove(source.calendar, UID)
        source.connector.remove(source.calendar, UID)
        assert slots(source) == []


def test_a_change_between_looking_and_writing_is_seen(radicale_server: DavServer, calendar_name: str) -> None:
    """If-Match keeps the window between GET and PUT closed; without it the other change would be lost."""
    with ExitStack() as stack:
        source = a_dav(radicale_server, calendar_name)
        source.connector.write(source.calendar, an_invitation())
        moved = vevent(UID, "DTSTART:20260305T140000Z", "DTEND:20260305T150000Z", "SEQUENCE:7")

        def meddling(asked: Heard) -> Answer:
            if asked.method == "PUT":
                radicale_server.put(source.url, f"{UID}.ics", vcalendar(moved))
            return pass_on(asked, radicale_server.url)

        between = stack.enter_context(web_server(meddling))
        calendar = replace(source.calendar, address=source.url.replace(radicale_server.url, between.url))
        source.connector.write(calendar, an_invitation(1, from_to("2026-03-04 14:00", "2026-03-04 15:00")))
        assert slots(source) == [from_to("2026-03-05 14:00", "2026-03-05 15:00")]


def test_a_calendar_that_may_only_be_read_says_so(radicale_server: DavServer, calendar_name: str) -> None:
    """A person has to ask for the right to write."""

    def read_only(asked: Heard) -> Answer:
        return Answer(403) if asked.method == "PUT" else pass_on(asked, radicale_server.url)

    with web_server(read_only) as between:
        source = a_dav(radicale_server, calendar_name, through=between.url)
        with pytest.raises(RefusedError, match="may not do that"):
            source.connector.write(source.calendar, an_invitation())


def test_no_method_is_written_into_a_calendar(dav: DavSource) -> None:
    """Objects in a calendar carry none (RFC 4791, 4.1)."""
    dav.connector.write(dav.calendar, an_invitation())
    text = text_of(dav)
    assert "METHOD" not in text
    assert "BEGIN:VTIMEZONE" in text
