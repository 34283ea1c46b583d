"""What only Graph has when the office writes: transactionId, extended properties, change keys, and its own mails."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agenda.model.errors import ChangedElsewhereError, ProviderError, RefusedError, TryLaterError
from agenda.model.meetings import Method
from sync.microsoft.writer import transaction_of
from tests.contract.graph import TOKEN, GraphSource
from tests.contract.test_writers import UID, an_invitation, slots
from tests.simulators.graph import Grant, at
from tests.sync.microsoft.builders import EASTERN, an_appointment
from tests.sync.microsoft.copy import Copy
from tests.sync.texts import from_to

LATER = from_to("2026-03-03 15:00", "2026-03-03 16:00")


def write_until_done(source: GraphSource, tries: int = 4) -> int:
    """What the outbox does: again until it goes through; returns how often it failed."""
    for failed in range(tries):
        try:
            source.connector.write(source.calendar, an_invitation())
        except TryLaterError:
            continue
        return failed
    raise AssertionError


@pytest.mark.parametrize(
    "fault",
    [
        {"hang_up": True, "done": True},
        {"status": 503, "code": "ErrorServerBusy", "done": True},
        {"status": 504, "code": "UnknownError", "done": True},
        {"status": 500, "code": "ErrorInternalServerError", "done": True},
        {"body": '{"id": "AAk', "done": True},
        {"cut_to": 20, "done": True},
        {"status": 503, "code": "ErrorServerBusy"},
        {"status": 503, "code": "ConcurrentItemSave"},
        {"hang_up": True},
    ],
    ids=str,
)
def test_h9_a_lost_answer_makes_no_second_event(outlook: GraphSource, fault: dict[str, object]) -> None:
    """Whether it was done or not, the next try finds out; in the end there is one."""
    outlook.simulator.plan({"match": r"POST \S+/events", **fault})
    assert write_until_done(outlook) == 1
    assert slots(outlook) == [an_invitation().slot]
    assert len(outlook.items) == 1


def test_h9_a_concurrent_save_that_did_save_is_found_at_once(outlook: GraphSource) -> None:
    """503 ConcurrentItemSave is told although the event is there; it is looked up before anybody waits."""
    fault = {"status": 503, "code": "ServiceUnavailable", "inner": "ConcurrentItemSave", "done": True}
    outlook.simulator.plan({"match": r"POST \S+/events", **fault})
    assert write_until_done(outlook) == 0
    assert len(outlook.items) == 1


def test_h9_without_the_transaction_id_there_would_be_two(outlook: GraphSource) -> None:
    """The control: the look-up finds nothing yet, and only the transactionId keeps the second event away."""
    nothing = {"match": r"GET \S+/events\?", "body": '{"value": []}', "times": 4}
    outlook.simulator.plan(nothing, {"match": r"POST \S+/events", "hang_up": True, "done": True})
    assert write_until_done(outlook) == 1
    assert len(outlook.items) == 1
    world = outlook.simulator.world
    world.transactions.clear()  # a service that knows no transactions
    outlook.simulator.plan({**nothing, "times": 2})
    outlook.connector.write(outlook.calendar, an_invitation())
    assert len(outlook.items) == 2


def test_h9_nobody_is_mailed_by_graph(outlook: GraphSource) -> None:
    """Our own invitation is the only one: what we write has no attendees."""
    outlook.connector.write(outlook.calendar, an_invitation())
    outlook.connector.write(outlook.calendar, an_invitation(1, LATER))
    outlook.connector.remove(outlook.calendar, UID)
    assert outlook.simulator.world.mails == []
    outlook.simulator.world.add(
        outlook.id, an_appointment(attendees=[{"type": "required", "emailAddress": {"address": "a@example.org"}}])
    )
    assert [one.kind for one in outlook.simulator.world.mails] == ["invitation"]


def test_a_meeting_can_come_back_after_it_was_removed(outlook: GraphSource) -> None:
    """Graph may remember the transactionId of what is gone; then another one is taken."""
    outlook.connector.write(outlook.calendar, an_invitation())
    outlook.connector.remove(outlook.calendar, UID)
    outlook.connector.write(outlook.calendar, an_invitation(2, LATER))
    assert slots(outlook) == [LATER]
    assert [one.data["transactionId"] for one in outlook.items] == [transaction_of(UID, 1)]


def test_a_late_first_version_is_brought_up_to_date(outlook: GraphSource) -> None:
    """The first call got through after all, and its look-up came too early: the second version wins."""
    nothing = {"match": r"GET \S+/events\?", "body": '{"value": []}', "times": 4}
    outlook.simulator.plan(nothing, {"match": r"POST \S+/events", "hang_up": True, "done": True})
    with pytest.raises(TryLaterError):
        outlook.connector.write(outlook.calendar, an_invitation())
    outlook.connector.write(outlook.calendar, an_invitation(1, LATER))
    assert slots(outlook) == [LATER]
    assert len(outlook.items) == 1


def test_h10_a_change_between_looking_and_writing_is_seen(outlook: GraphSource) -> None:
    """The change key has moved on: it is looked at again, and what somebody did is not overwritten."""
    outlook.connector.write(outlook.calendar, an_invitation())
    (item,) = outlook.items
    world = outlook.simulator.world

    class Meddling(type(outlook.simulator.faults)):  # type: ignore[misc] # a plan that acts
        def next(self, request: str) -> None:
            if request.startswith("PATCH") and not self.happened:
                self.happened += 1
                moved = {"start": at("2026-03-05", "09:00", EASTERN), "end": at("2026-03-05", "10:00", EASTERN)}
                world.change(item.id, moved)

    outlook.simulator.faults = Meddling()
    with pytest.raises(ChangedElsewhereError):
        outlook.connector.write(outlook.calendar, an_invitation(1, LATER))
    assert slots(outlook) == [from_to("2026-03-05 14:00", "2026-03-05 15:00")]
    assert outlook.simulator.asked("PATCH")[0].status == 412


def test_h10_somebody_elses_move_is_not_undone(outlook: GraphSource) -> None:
    """The mayor moved it by hand; the office learns of it instead of overwriting it."""
    outlook.connector.write(outlook.calendar, an_invitation())
    (item,) = outlook.items
    moved = {"start": at("2026-03-02", "11:00", EASTERN), "end": at("2026-03-02", "11:45", EASTERN)}
    outlook.simulator.world.change(item.id, moved)
    with pytest.raises(ChangedElsewhereError):
        outlook.connector.write(outlook.calendar, an_invitation(1, LATER))
    assert slots(outlook) == [from_to("2026-03-02 16:00", "2026-03-02 16:45")]


def test_h10_what_matters_to_nobody_stops_nobody(outlook: GraphSource) -> None:
    """A reminder or a colour is no change of the meeting, and survives ours."""
    outlook.connector.write(outlook.calendar, an_invitation())
    (item,) = outlook.items
    outlook.simulator.world.change(item.id, {"reminderMinutesBeforeStart": 30, "categories": ["Red"]})
    outlook.connector.write(outlook.calendar, an_invitation(1, LATER))
    assert slots(outlook) == [LATER]
    assert outlook.items[0].data["categories"] == ["Red"]


def test_h11_our_own_event_comes_back_as_ours(outlook: GraphSource) -> None:
    """Under our UID and SEQUENCE; written again, nothing is sent and nothing comes back."""
    copy = Copy(outlook)
    copy.pull()
    outlook.connector.write(outlook.calendar, an_invitation(3))
    copy.pull()
    (event,) = copy.events
    assert (event.key.uid, event.sequence, event.summary) == (UID, 3, "Bridge repairs")
    outlook.connector.write(outlook.calendar, an_invitation(3))
    assert len(outlook.simulator.asked("POST|PATCH")) == 1
    assert copy.pull().unchanged


def test_h11_what_outlook_makes_of_our_text_is_no_change(outlook: GraphSource) -> None:
    """It trims, and breaks lines in its own way."""
    outlook.connector.write(outlook.calendar, an_invitation())
    (item,) = outlook.items
    item.data |= {"subject": " Bridge  repairs", "location": {"displayName": "City Hall,  Room 2 "}}
    outlook.connector.write(outlook.calendar, an_invitation())
    outlook.connector.write(outlook.calendar, an_invitation(1, LATER))
    assert slots(outlook) == [LATER]


def test_the_meeting_that_came_by_mail_is_the_meeting(outlook: GraphSource) -> None:
    """Exchange has put our mailed invitation into the calendar: no second event beside it."""
    same = {"start": at("2026-03-02", "14:00"), "end": at("2026-03-02", "14:45"), "subject": "Bridge repairs"}
    outlook.simulator.world.add(outlook.id, same | {"location": {"displayName": "City Hall, Room 2"}}, uid=UID)
    outlook.connector.write(outlook.calendar, an_invitation())
    assert len(outlook.items) == 1
    outlook.connector.write(outlook.calendar, an_invitation(1, LATER))
    assert slots(outlook) == [LATER]
    outlook.connector.remove(outlook.calendar, UID)
    assert outlook.items == []


def test_a_copy_of_our_event_is_left_alone(outlook: GraphSource) -> None:
    """Somebody has copied it to keep it: what carries another transactionId is not ours to remove."""
    outlook.connector.write(outlook.calendar, an_invitation())
    (item,) = outlook.items
    copied = outlook.simulator.world.add(outlook.id, {**item.data, "transactionId": "b6f1a8a2"})
    copied.properties.update(item.properties)
    for _ in range(2):
        outlook.connector.remove(outlook.calendar, UID)
    assert [one.id for one in outlook.items] == [copied.id]


@pytest.mark.parametrize(("status", "code"), [(404, "ErrorItemNotFound"), (410, "ErrorItemNotFound")])
def test_removing_what_is_gone_is_done(outlook: GraphSource, status: int, code: str) -> None:
    """Somebody was faster."""
    outlook.connector.write(outlook.calendar, an_invitation())
    outlook.simulator.plan({"match": "DELETE", "status": status, "code": code})
    outlook.connector.remove(outlook.calendar, UID)


def test_a_lost_answer_to_a_deletion_does_no_harm(outlook: GraphSource) -> None:
    """The second try finds nothing, which is what was wanted."""
    outlook.connector.write(outlook.calendar, an_invitation())
    outlook.simulator.plan({"match": "DELETE", "hang_up": True, "done": True})
    with pytest.raises(TryLaterError):
        outlook.connector.remove(outlook.calendar, UID)
    outlook.connector.remove(outlook.calendar, UID)
    assert outlook.items == []


def test_a_calendar_that_may_only_be_read_says_so(outlook: GraphSource) -> None:
    """A person has to ask for the right to write."""
    outlook.simulator.tokens[TOKEN] = Grant(scopes=frozenset({"Calendars.Read"}))
    with pytest.raises(RefusedError, match="Ask IT for the right"):
        outlook.connector.write(outlook.calendar, an_invitation())


def test_a_private_meeting_is_private_in_outlook(outlook: GraphSource) -> None:
    """Delegates see that there is something, and no more."""
    outlook.connector.write(outlook.calendar, replace(an_invitation(), is_private=True))
    assert outlook.items[0].data["sensitivity"] == "private"


def test_hostile_text_stays_text(outlook: GraphSource) -> None:
    """Quotes in a UID cannot end the filter; control characters reach nobody."""
    uid = "it's' or 1 eq 1@example.org"
    hostile = replace(an_invitation(uid=uid), summary="A\r\nB\x00\u202e", location="x" * 5_000)
    outlook.connector.write(outlook.calendar, hostile)
    outlook.connector.write(outlook.calendar, hostile)
    assert [one.data["subject"] for one in outlook.items] == ["A B"]
    outlook.connector.remove(outlook.calendar, uid)
    assert outlook.items == []


def test_a_cancelled_invitation_removes(outlook: GraphSource) -> None:
    """Our mail tells the attendees; the calendar just loses the event."""
    outlook.connector.write(outlook.calendar, an_invitation())
    outlook.connector.write(outlook.calendar, an_invitation(1, method=Method.CANCEL))
    assert outlook.items == []


@pytest.mark.parametrize("status", [400, 402, 405, 409, 412, 418])
def test_what_graph_will_not_have_is_told(outlook: GraphSource, status: int) -> None:
    """A refusal ends in a sentence, not in a loop."""
    outlook.simulator.plan({"match": "POST", "status": status, "code": "ErrorWhatever", "times": -1})
    with pytest.raises(ProviderError):
        outlook.connector.write(outlook.calendar, an_invitation())
    assert len(outlook.simulator.heard) < 12
