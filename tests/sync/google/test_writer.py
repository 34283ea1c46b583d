"""What only Google asks of a writer: ids of our making, deleted ids, versions, who mails, conferences that stay."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

import pytest

from agenda.model.errors import ChangedElsewhereError, RefusedError, TryLaterError
from agenda.model.events import EventKey
from sync.google.identity import id_of
from tests.contract.test_writers import UID, an_invitation
from tests.simulators.google.office import MAYOR, Desk, a_desk, at, only
from tests.simulators.google.server import READ, Simulator
from tests.sync.texts import from_to

LATER = from_to("2026-03-03 15:00", "2026-03-03 16:00")
EVENT = id_of(UID)


def write(desk: Desk, sequence: int = 0, **changes: Any) -> None:
    """Write the invitation once."""
    desk.connector.write(desk.calendar, replace(an_invitation(sequence), **changes))


def alive(desk: Desk) -> list[str]:
    """The ids of what stands in the calendar."""
    return [one["id"] for one in desk.there.events.values() if one["status"] != "cancelled"]


def test_our_uid_comes_back(desk: Desk) -> None:
    """The provider makes up an iCalUID of its own; ours is known all the same (H11)."""
    write(desk)
    assert desk.there.events[EVENT]["iCalUID"] != UID
    obj = only(desk.pull())
    assert (obj.uid, obj.href) == (UID, EVENT)
    assert obj.events[0].key == EventKey(UID)
    assert obj.events[0].location == "City Hall, Room 2"


def test_our_own_write_coming_back_changes_nothing(desk: Desk) -> None:
    """It is told once by the next pull, written again without a request that changes, and never told again (H11)."""
    first = desk.pull()
    write(desk)
    second = desk.pull(first.cursor)
    assert only(second).uid == UID
    desk.simulator.heard.clear()
    write(desk)
    assert desk.simulator.methods() == ["events.get"]
    assert desk.pull(second.cursor).unchanged


def test_somebody_who_borrows_our_uid_is_not_us(desk: Desk) -> None:
    """Private properties can be set by whoever may write; only under our id do they count."""
    own = {"private": {"antechamberUid": UID}}
    desk.put(id="impostor", start=at("2026-03-02T09:00"), end=at("2026-03-02T10:00"), extendedProperties=own)
    assert only(desk.pull()).uid == "impostor@google.com"


@pytest.mark.parametrize("fault", [{"lost": True}, {"truncate": 5}, {"delay_s": 1.0}])
def test_a_lost_answer_doubles_nothing(simulator: Simulator, fault: dict[str, object]) -> None:
    """Accepted and never answered (H9): the second try looks first, and there is one event and no mail."""
    desk = a_desk(simulator)
    simulator.break_down({"match": "calendar.events.insert", **fault})
    with pytest.raises(TryLaterError):
        write(desk.impatient() if "delay_s" in fault else desk)
    write(desk)
    assert alive(desk) == [EVENT]
    assert simulator.methods().count("events.insert") == 1
    assert simulator.world.mails == []


def test_ids_of_chance_would_double_it(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control of the test above: it is the id following from the UID that keeps it from happening."""
    desk = a_desk(simulator)
    monkeypatch.setattr("sync.google.writer.id_of", lambda _: secrets.token_hex(8))
    simulator.break_down({"match": "calendar.events.insert", "lost": True})
    with pytest.raises(TryLaterError):
        write(desk)
    write(desk)
    assert len(alive(desk)) == 2


def test_a_lost_answer_to_a_change_or_a_deletion_does_no_harm(simulator: Simulator) -> None:
    """The same for patch and delete (H9)."""
    desk = a_desk(simulator)
    write(desk)
    simulator.break_down(
        {"match": "calendar.events.patch", "lost": True}, {"match": "calendar.events.delete", "lost": True}
    )
    with pytest.raises(TryLaterError):
        write(desk, 1, slot=LATER)
    write(desk, 1, slot=LATER)
    assert only(desk.pull()).events[0].interval == LATER
    with pytest.raises(TryLaterError):
        desk.connector.remove(desk.calendar, UID)
    desk.connector.remove(desk.calendar, UID)
    assert alive(desk) == []
    assert simulator.methods().count("events.patch") == 1
    assert simulator.methods().count("events.delete") == 1


def test_a_deleted_id_is_taken_up_again(desk: Desk) -> None:
    """It can never be inserted again (409): the cancelled event is made to stand again."""
    write(desk)
    desk.connector.remove(desk.calendar, UID)
    write(desk, 1, slot=LATER)
    assert alive(desk) == [EVENT]
    assert only(desk.pull()).events[0].interval == LATER
    assert desk.simulator.methods().count("events.insert") == 1


def test_an_id_taken_between_looking_and_inserting(simulator: Simulator) -> None:
    """Two workers at once: the second one gets 409, looks, and finds it done."""
    desk = a_desk(simulator)
    simulator.break_down({"match": "calendar.events.insert", "status": 409, "reason": "duplicate"})
    write(desk)
    assert alive(desk) == [EVENT]


def test_a_change_goes_only_over_the_version_that_was_seen(simulator: Simulator) -> None:
    """If-Match (H10): 412 means looking again, and what is found then decides."""
    desk = a_desk(simulator)
    write(desk)
    simulator.break_down({"match": "calendar.events.patch", "status": 412, "reason": "conditionNotMet"})
    write(desk, 1, slot=LATER)
    patches = [one for one in simulator.heard if one.method == "calendar.events.patch"]
    assert len(patches) == 2
    assert all(one.headers["If-Match"].startswith('"') for one in patches)
    simulator.break_down({"match": "calendar.events.patch", "nth": 0, "status": 412})
    with pytest.raises(ChangedElsewhereError):
        write(desk, 2)


def test_somebody_elses_change_on_the_way_is_seen(simulator: Simulator) -> None:
    """The mayor moves it while the office writes (H10): the real 412, and the office is told."""
    desk = a_desk(simulator)
    write(desk)
    etag = desk.there.events[EVENT]["etag"]
    desk.change(EVENT, start=at("2026-03-02T11:00"), end=at("2026-03-02T12:00"))
    assert desk.there.events[EVENT]["etag"] != etag
    with pytest.raises(ChangedElsewhereError):
        write(desk, 1, slot=LATER)
    assert only(desk.pull()).events[0].interval == from_to("2026-03-02 16:00", "2026-03-02 17:00")


def test_what_others_put_beside_it_stays(desk: Desk) -> None:
    """A patch, not an update, and conferenceDataVersion=1 with every write: the call, the colour and the notes stay."""
    write(desk)
    call = {"conferenceId": "abc", "entryPoints": [{"entryPointType": "video", "uri": "https://meet.example.org/abc"}]}
    people = [{"email": "guest@example.org"}]
    desk.change(EVENT, conferenceData=call, colorId="7", attendees=people, eventLabelId="new")
    write(desk, 1, slot=LATER)
    event = desk.there.events[EVENT]
    assert (event["conferenceData"], event["colorId"], event["attendees"]) == (call, "7", people)
    assert event["eventLabelId"] == "new"
    writes = [one for one in desk.simulator.heard if one.method in ("calendar.events.insert", "calendar.events.patch")]
    assert {one.query["conferenceDataVersion"] for one in writes} == {"1"}


def test_the_provider_mails_nobody(desk: Desk) -> None:
    """The office mails (iMIP); the provider has nobody to mail, and is told not to."""
    write(desk)
    assert "attendees" not in desk.there.events[EVENT]
    desk.change(EVENT, attendees=[{"email": "guest@example.org"}])
    write(desk, 1, slot=LATER)
    desk.connector.remove(desk.calendar, UID)
    changing = [one for one in desk.simulator.heard if one.method.rpartition(".")[2] in ("insert", "patch", "delete")]
    assert [one.query["sendUpdates"] for one in changing] == ["none"] * 3
    assert desk.simulator.world.mails == []


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_gone_counts_as_removed(desk: Desk, status: int) -> None:
    """Somebody was faster."""
    write(desk)
    desk.simulator.break_down({"match": "calendar.events.delete", "nth": 0, "status": status, "reason": "deleted"})
    desk.connector.remove(desk.calendar, UID)


def test_a_private_meeting_is_private(desk: Desk) -> None:
    """For everybody the calendar is shared with (H13)."""
    write(desk, is_private=True)
    assert desk.there.events[EVENT]["visibility"] == "private"
    assert only(desk.pull()).events[0].is_private


def test_words_that_the_provider_puts_differently_are_still_ours(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Normalised by the provider, not touched by a person: the next version goes through (H11)."""
    desk = a_desk(simulator)
    keep = simulator.world.insert

    def normalising(there: Any, body: Any, who: str, query: Any) -> Any:
        return keep(there, {**body, "summary": body["summary"].replace("…", "...")}, who, query)

    monkeypatch.setattr(simulator.world, "insert", normalising)
    write(desk, summary="Bridge repairs…")
    write(desk, 1, summary="Bridge repairs…", slot=LATER)
    assert only(desk.pull()).events[0].interval == LATER


def test_a_reader_may_not_write(simulator: Simulator) -> None:
    """A person has to ask for the right, and is told so."""
    there = simulator.world.add_calendar("deputy@example.org")
    desk = a_desk(simulator, "deputy@example.org")
    there.roles[MAYOR] = "reader"
    with pytest.raises(RefusedError, match="may not do that"):
        write(desk)


def test_a_consent_that_covers_only_reading_says_so(simulator: Simulator) -> None:
    """Somebody has taken a tick away (H15)."""
    desk = a_desk(simulator)
    simulator.desk.access = {token: (MAYOR, frozenset({READ})) for token in simulator.desk.access}
    assert desk.pull().complete
    with pytest.raises(RefusedError, match="leave every tick"):
        write(desk)


def test_an_event_of_another_uid_is_never_taken_for_ours(simulator: Simulator) -> None:
    """Not even when a listing brings more than was asked for."""
    desk = a_desk(simulator)
    other: dict[str, Any] = {"id": "another1", "iCalUID": "another1@google.com", "status": "confirmed"}
    other |= {"start": at("2026-03-02T09:00"), "end": at("2026-03-02T10:00")}
    simulator.break_down({"match": "calendar.events.list", "nth": 0, "wrong": (other,)})
    write(desk)
    desk.connector.remove(desk.calendar, "never-written@antechamber")
    assert alive(desk) == [EVENT]
    assert {one.place["eventId"] for one in simulator.heard if "eventId" in one.place} == {
        EVENT,
        id_of("never-written@antechamber"),
    }
