"""What goes out of the house: how far each errand has come, and what it says."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from agenda.model.ids import OutboxId
from agenda.model.meetings import Errand, Method, OutboxItem, OutboxState
from agenda.model.sentences import say
from agenda.model.users import SEES_EVERYTHING
from web.access import KEEPS_RUNNING, READS_REQUESTS, SEES_MACHINERY, open_to
from web.house import the_office, this_house, viewer
from web.language import DEFAULT
from web.show import for_reader, tell

pages = Blueprint("outbox", __name__)

LOOKS = {
    OutboxState.WAITING: "info",
    OutboxState.SENDING: "info",
    OutboxState.IN_DOUBT: "warning",
    OutboxState.SENT: "success",
    OutboxState.FAILED: "error",
    OutboxState.HELD: "warning",
}


@pages.get("/outbox")
@open_to(SEES_MACHINERY)
def everything() -> ResponseReturnValue:
    """Everything that went out or waits to, newest first."""
    rows = [row_of(item) for item in the_office().look.outbox()]
    return render_template(
        "outbox.html", rows=rows, sees_titles=viewer().duty in SEES_EVERYTHING, sends_mail=sends_mail()
    )


@pages.get("/outbox/<item_id>")
@open_to(READS_REQUESTS)
def one(item_id: str) -> ResponseReturnValue:
    """One errand, with what it says."""
    item = the_office().look.outbox_item(OutboxId(item_id))
    letter = this_house().letter
    reader = the_office().directory.by_email(item.address)
    language = reader.language if reader is not None else DEFAULT
    text = letter(item.invitation, language) if letter is not None and item.errand is Errand.MAIL else ""
    return render_template("outbox_item.html", row=row_of(item), item=item, text=text, sends_mail=sends_mail())


@pages.post("/outbox/<item_id>/again")
@open_to(KEEPS_RUNNING)
def again(item_id: str) -> ResponseReturnValue:
    """Put a failed or held errand back in line."""
    the_office().deliver.try_again(OutboxId(item_id))
    this_house().after_change()
    tell("info", say("It is in line again."))
    return redirect(url_for("outbox.everything"), 303)


def sends_mail() -> bool:
    """Whether mail leaves the house; without a mail server it is only shown in the outbox."""
    return the_office().deliver.mailer is not None


def row_of(item: OutboxItem) -> dict[str, object]:
    """One errand as the lists show it."""
    show = for_reader()
    names = {state.calendar.id: state.calendar.name for state in the_office().look.calendars()}
    calendar = names.get(item.calendar, item.calendar) if item.calendar is not None else ""
    only_shown = item.errand is Errand.MAIL and item.state is OutboxState.WAITING and not sends_mail()
    return {
        "item": item,
        "errand": show.word(item.errand),
        "to": item.address if item.errand is Errand.MAIL else calendar,
        "state": show.sentence(say("not sent, only shown here")) if only_shown else show.word(item.state),
        "look": "warning" if only_shown else LOOKS[item.state],
        "at": show.moment(item.sent_at or item.created_at),
        "next": show.moment(item.not_before)
        if item.state is OutboxState.WAITING and item.attempts and not only_shown
        else "",
        "failure": show.sentence(item.failure),
        "is_cancel": item.invitation.method is Method.CANCEL,
        "when": show.interval(item.invitation.slot),
        "can_retry": item.state in (OutboxState.FAILED, OutboxState.HELD),
    }
