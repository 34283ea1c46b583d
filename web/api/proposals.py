"""Proposals, and the meetings they become."""

from __future__ import annotations

from flask import jsonify
from flask.typing import ResponseReturnValue

from agenda.model.ids import MeetingId, ProposalId
from web.access import DECIDES, READS_REQUESTS, open_to
from web.api import write
from web.api.bodies import body
from web.api.door import api
from web.house import the_office, this_house, viewer


@api.get("/proposals/<proposal_id>")
@open_to(READS_REQUESTS)
def one_proposal(proposal_id: str) -> ResponseReturnValue:
    """One proposal."""
    found, _ = the_office().look.proposal(ProposalId(proposal_id))
    return jsonify(write.proposal(found))


@api.post("/proposals/<proposal_id>/confirm")
@open_to(DECIDES)
def confirm(proposal_id: str) -> ResponseReturnValue:
    """Confirm one option; the same one again gives the same meeting, and 409 says what took the slot."""
    option: int = body("Choice")["option"]
    meeting = the_office().decide.confirm(ProposalId(proposal_id), option, by=viewer().name)
    this_house().after_change()
    return jsonify(write.meeting(meeting))


@api.get("/meetings/<meeting_id>")
@open_to(READS_REQUESTS)
def one_meeting(meeting_id: str) -> ResponseReturnValue:
    """One meeting."""
    return jsonify(write.meeting(the_office().look.meeting(MeetingId(meeting_id))))


@api.post("/meetings/<meeting_id>/cancel")
@open_to(DECIDES)
def cancel(meeting_id: str) -> ResponseReturnValue:
    """Call a meeting off; everybody invited is told."""
    meeting = the_office().decide.cancel(MeetingId(meeting_id))
    this_house().after_change()
    return jsonify(write.meeting(meeting))
