"""The secretary's word: one option of a proposal is confirmed, unless the agenda has changed under it."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.utils import redirect

from agenda.model.errors import AlreadyDecidedError, BadInputError, SlotTakenError
from agenda.model.ids import ProposalId
from agenda.model.sentences import say
from web.access import DECIDES, open_to
from web.answers import status_of, wants_fragment
from web.house import the_office, this_house, viewer
from web.pages.outbox import sends_mail
from web.show import tell

pages = Blueprint("proposals", __name__)


@pages.post("/proposals/<proposal_id>/confirm")
@open_to(DECIDES)
def confirm(proposal_id: str) -> ResponseReturnValue:
    """Confirm an option; if something took the slot, say what, and offer to look again."""
    option = _option(request.form.get("option", ""))
    office = the_office()
    try:
        meeting = office.decide.confirm(ProposalId(proposal_id), option, by=viewer().name)
    except (SlotTakenError, AlreadyDecidedError) as error:
        _, asked = office.look.proposal(ProposalId(proposal_id))
        template = "fragments/taken.html" if wants_fragment() else "taken.html"
        return render_template(template, error=error, asked=asked, focus=True), status_of(error).value
    this_house().after_change()
    if sends_mail():
        tell("success", say("Confirmed. The invitations are on their way."))
    else:
        tell(
            "warning", say("Confirmed. No mail is sent, because no mail server is named: tell those invited yourself.")
        )
    goal = url_for("meetings.one", meeting_id=meeting.id)
    if wants_fragment():
        return "", 200, {"HX-Redirect": goal}  # the whole page has changed its meaning
    return redirect(goal, 303)


def _option(typed: str) -> int:
    if not typed.isascii() or not typed.isdigit() or len(typed) > 3:
        raise BadInputError("option", say("Choose one of the slots that are proposed."))
    return int(typed)
