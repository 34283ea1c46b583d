"""Requests: those there are, a new one, and slots for one."""

from __future__ import annotations

from flask import jsonify, request, url_for
from flask.typing import ResponseReturnValue

from agenda.model.errors import BadInputError
from agenda.model.ids import RequestId
from agenda.model.requests import RequestState
from agenda.model.sentences import say
from web.access import DECIDES, READS_REQUESTS, open_to
from web.api import write
from web.api.bodies import body, draft_of
from web.api.door import api
from web.house import the_office


@api.get("/requests")
@open_to(READS_REQUESTS)
def requests() -> ResponseReturnValue:
    """Every request, or those in some states."""
    wanted = request.args.getlist("state")
    known = {state.value: state for state in RequestState}
    if not set(wanted) <= set(known):
        raise BadInputError("state", say("A state is one of %(states)s.", states=tuple(known)))
    found = the_office().look.requests(*(known[one] for one in wanted))
    return jsonify(write.listed("requests", (write.request(one) for one in found)))


@api.post("/requests")
@open_to(DECIDES)
def take_in() -> ResponseReturnValue:
    """Keep a new one."""
    office = the_office()
    kept = office.take_in.request(draft_of(body("NewRequest"), office.policy.default_duration_min))
    return jsonify(write.request(kept)), 201, {"Location": url_for("api.one_request", request_id=kept.id)}


@api.get("/requests/<request_id>")
@open_to(READS_REQUESTS)
def one_request(request_id: str) -> ResponseReturnValue:
    """One, with the id of its newest proposal."""
    found, proposal = the_office().look.request(RequestId(request_id))
    shown = write.request(found)
    return jsonify({"request": shown, "proposal": proposal.id if proposal is not None else None})


@api.post("/requests/<request_id>/proposals")
@open_to(DECIDES)
def propose(request_id: str) -> ResponseReturnValue:
    """Ask for slots; a newer answer takes the place of an older one."""
    made = the_office().propose.options(RequestId(request_id))
    return jsonify(write.proposal(made)), 201, {"Location": url_for("api.one_proposal", proposal_id=made.id)}
