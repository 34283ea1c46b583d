"""Values to keep: decisions with every field filled, so that a field that is forgotten is found out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from agenda.model.events import Attendee, PartStat
from agenda.model.ids import MeetingId, OutboxId, PersonId, PlaceId, ProposalId, RequestId, RoomId
from agenda.model.meetings import Errand, Invitation, Meeting, Method, OutboxItem
from agenda.model.planning import (
    Drive,
    NoPlan,
    Option,
    Plan,
    Reason,
    RuleName,
    SolveStatus,
    Term,
    TermName,
    WayOut,
)
from agenda.model.proposals import Proposal
from agenda.model.sentences import say
from agenda.model.times import Interval
from agenda.model.travel import Leg, Quality
from tests.builders import CITY_HALL, DEPUTY, MAYOR, SCHOOL, on_monday

NOW = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)


def a_meeting(
    slot: Interval | None = None,
    *,
    id: str = "meeting-1",  # noqa: A002 (the field's name)
    firm: Iterable[PersonId] = (MAYOR,),
    room: str | None = "small",
    **changes: object,
) -> Meeting:
    """A meeting on Monday from ten to eleven, in the small room."""
    firm = tuple(firm)
    settings: dict[str, object] = {
        "id": MeetingId(id),
        "request": None,
        "title": "Harbor plan",
        "slot": slot or on_monday("10:00", "11:00"),
        "attending": firm,
        "firm": firm,
        "place": CITY_HALL,
        "room": None if room is None else RoomId(room),
        "venue_name": "City Hall, Small Room",
        "description": "The papers are in the briefing book.",
        "confirmed_by": "secretary",
        "confirmed_at": NOW,
    }
    return Meeting(**{**settings, **changes})  # type: ignore[arg-type]  # a builder: mypy cannot follow the names


def an_invitation(sequence: int = 0, method: Method = Method.REQUEST) -> Invitation:
    """The invitation to that meeting."""
    return Invitation(
        method=method,
        uid="meeting-1@antechamber",
        sequence=sequence,
        stamped_at=NOW,
        slot=on_monday("10:00", "11:00"),
        zone="America/New_York",
        summary="Harbor plan",
        location="City Hall, Small Room",
        description="Línea uno\nline “two”",
        organizer=Attendee("office@example.org", "The office"),
        attendees=(
            Attendee("mayor@example.org", "Rosa Alvarez", PartStat.ACCEPTED),
            Attendee("deputy@example.org", "Tom Birch", optional=True),
        ),
        is_private=True,
    )


def an_item(
    id: str = "item-1",  # noqa: A002 (the field's name)
    *,
    meeting: str = "meeting-1",
    sequence: int = 0,
    at: datetime = NOW,
    **changes: object,
) -> OutboxItem:
    """A mail that waits."""
    settings: dict[str, object] = {
        "id": OutboxId(id),
        "meeting": MeetingId(meeting),
        "errand": Errand.MAIL,
        "invitation": an_invitation(sequence),
        "created_at": at,
        "not_before": at,
        "address": "deputy@example.org",
    }
    return OutboxItem(**{**settings, **changes})  # type: ignore[arg-type]  # a builder: mypy cannot follow the names


def a_plan() -> Plan:
    """One option with everything an option can have."""
    option = Option(
        slot=on_monday("10:00", "11:00"),
        place=SCHOOL,
        room=RoomId("aula"),
        venue_name="North School",
        attending=(MAYOR,),
        missing=(DEPUTY,),
        terms=(Term(TermName.TRAVEL, 24, say("%(minutes)s minutes of driving", minutes=24)),),
        drives=(
            Drive(
                person=MAYOR, origin=None, goal=SCHOOL, leg=Leg(12, Quality.TABLE), interval=on_monday("09:48", "10:00")
            ),
        ),
        is_virtual=False,
    )
    return Plan(options=(option,), status=SolveStatus.OPTIMAL, objective=24, bound=24, first_after_s=0.25, wall_s=1.5)


def no_plan() -> NoPlan:
    """Reasons, and a way out."""
    reason = Reason(RuleName.TRAVEL, say("%(who)s is too far away at %(at)s", who="Rosa", at=NOW), MAYOR)
    way_out = WayOut((reason,), on_monday("16:00", "17:00"), "Old Annex", say("Give up the drive"))
    return NoPlan(
        status=SolveStatus.INFEASIBLE, reasons=(reason,), ways_out=(way_out,), wall_s=0.5, note=say("Nothing fits.")
    )


def a_proposal(id: str = "proposal-1", **changes: object) -> Proposal:  # noqa: A002 (the field's name)
    """An open proposal for the builders' request."""
    settings: dict[str, object] = {
        "id": ProposalId(id),
        "request": RequestId("request-1"),
        "made_at": NOW,
        "answer": a_plan(),
    }
    return Proposal(**{**settings, **changes})  # type: ignore[arg-type]  # a builder: mypy cannot follow the names


def later(minutes: int) -> datetime:
    """That many minutes after `NOW`."""
    return NOW + timedelta(minutes=minutes)


def nowhere() -> PlaceId:
    """A place that is not in the directory; the store does not mind."""
    return PlaceId("nowhere")
