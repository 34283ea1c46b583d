"""Requests: those that wait, those with slots proposed, those decided; and a new one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from agenda.actions.take_in import EARLIEST, LATEST
from agenda.model.availability import is_late, late_sentence
from agenda.model.errors import BadInputError, BadInputsError
from agenda.model.ids import RequestId
from agenda.model.people import Role
from agenda.model.requests import Priority, Request, RequestState
from agenda.model.sentences import Sentence, say
from agenda.model.times import DAY, MINUTE
from web.access import DECIDES, READS_REQUESTS, open_to
from web.answers import wants_fragment
from web.forms import PART, Typed, by_field, draft_of, joined, typed_of
from web.house import the_office
from web.pages.options import shown_answer
from web.show import Show, for_reader, tell

pages = Blueprint("requests", __name__)

WAITING, PROPOSED = (RequestState.OPEN,), (RequestState.PROPOSED,)
DECIDED = (RequestState.CONFIRMED, RequestState.DECLINED, RequestState.WITHDRAWN)

ROLES: Mapping[Role, Sentence] = {
    Role.REQUIRED: say("has to come"),
    Role.ONE_OF: say("one of these"),
    Role.OPTIONAL: say("may come"),
}
HEADS: Mapping[Role, Sentence] = {
    Role.REQUIRED: say("Has to come"),
    Role.ONE_OF: say("One of these"),
    Role.OPTIONAL: say("May come"),
}
GAPS: Mapping[str, Sentence] = {
    "requester": say("who asks"),
    "title": say("what it is about"),
    "place": say("where"),
    "purpose": say("why"),
    "contact": say("a contact on the day"),
}
BESIDE = {"required": "people", "optional": "people", "one_of": "people", "request": "title"}
"""Problems with people are shown beside the list of them."""


@pages.get("/requests")
@open_to(READS_REQUESTS)
def everything() -> ResponseReturnValue:
    """Every request, by how far it has come."""
    look = the_office().look
    return render_template(
        "requests.html",
        waiting=[row_of(one) for one in look.requests(*WAITING)],
        proposed=[row_of(one) for one in look.requests(*PROPOSED)],
        decided=[row_of(one) for one in look.requests(*DECIDED)],
    )


@pages.get("/requests/new")
@open_to(DECIDES)
def blank() -> ResponseReturnValue:
    """An empty form, looking two weeks ahead as far as the office's notice allows; `like` fills it from a request."""
    office = the_office()
    first = office.look.today() + timedelta(days=office.policy.lead_days)
    usual = {
        "duration_min": str(office.policy.default_duration_min),
        "first_day": first.isoformat(),
        "last_day": (first + timedelta(days=11)).isoformat(),
        "priority": str(Priority.CITY.value),
        PART + office.directory.principal.id: Role.REQUIRED.value,
    }
    like = request.args.get("like", "")
    if like:
        found, _ = office.look.request(RequestId(like))
        said = office.take_in.draft_of(found)
        same = typed_of(said)
        if said.first_day < office.look.today():
            same = MultiDict({**same, **{name: usual[name] for name in ("first_day", "last_day")}})
        return _form(Typed(same), ())
    return _form(Typed(MultiDict(usual)), ())


@pages.get("/requests/<request_id>/edit")
@open_to(DECIDES)
def to_change(request_id: str) -> ResponseReturnValue:
    """The form with what the request says, to be changed."""
    office = the_office()
    found, _ = office.look.request(RequestId(request_id))
    return _form(Typed(typed_of(office.take_in.draft_of(found))), (), found.id)


@pages.post("/requests/<request_id>/edit")
@open_to(DECIDES)
def amend(request_id: str) -> ResponseReturnValue:
    """Keep what was changed, or show what is wrong beside each field."""
    office, typed = the_office(), Typed(request.form)
    found, _ = office.look.request(RequestId(request_id))
    draft = draft_of(typed, office.directory, office.look.today(), office.policy.default_duration_min)
    if typed.problems:
        return _form(typed, joined(typed.problems, office.take_in.check(draft)), found.id), 422
    try:
        kept = office.take_in.amend(found.id, draft)
    except BadInputsError as error:
        return _form(typed, error.problems, found.id), 422
    if found.state is RequestState.PROPOSED and kept.state is RequestState.OPEN:
        tell("info", say("The request is changed. Its slots were put aside: find new ones."))
    else:
        tell("success", say("The request is changed."))
    return redirect(url_for("requests.one", request_id=kept.id), 303)


@pages.post("/requests/new")
@open_to(DECIDES)
def take_in() -> ResponseReturnValue:
    """Keep the request, or show what is wrong beside each field with everything typed still there."""
    office, typed = the_office(), Typed(request.form)
    draft = draft_of(typed, office.directory, office.look.today(), office.policy.default_duration_min)
    if typed.problems:
        return _form(typed, joined(typed.problems, office.take_in.check(draft))), 422
    try:
        kept = office.take_in.request(draft)
    except BadInputsError as error:
        return _form(typed, error.problems), 422
    tell("success", say("The request is kept. Find slots for it when you are ready."))
    return redirect(url_for("requests.one", request_id=kept.id), 303)


@pages.get("/requests/<request_id>")
@open_to(READS_REQUESTS)
def one(request_id: str) -> ResponseReturnValue:
    """One request with its newest answer."""
    found, proposal = the_office().look.request(RequestId(request_id))
    return render_template(
        "request.html", row=row_of(found), facts=_facts(found), answer=shown_answer(found, proposal), request_=found
    )


@pages.post("/requests/<request_id>/slots")
@open_to(DECIDES)
def find_slots(request_id: str) -> ResponseReturnValue:
    """Ask the solver; the answer takes the place of an older one."""
    proposal = the_office().propose.options(RequestId(request_id))
    if not wants_fragment():
        return redirect(url_for("requests.one", request_id=request_id, _anchor="answer"), 303)
    found, _ = the_office().look.request(RequestId(request_id))
    return render_template("fragments/answer.html", answer=shown_answer(found, proposal), request_=found, focus=True)


@pages.post("/requests/<request_id>/decline")
@open_to(DECIDES)
def decline(request_id: str) -> ResponseReturnValue:
    """Turn the request down."""
    declined = the_office().decide.decline(RequestId(request_id))
    tell("info", say("The request is declined. The requester is not told by the machine: write to them."))
    return redirect(url_for("requests.one", request_id=declined.id), 303)


def row_of(found: Request) -> dict[str, object]:
    """One request as the list shows it: what is asked, and what is not said yet."""
    office, show = the_office(), for_reader()
    first, last = _days(found)
    late = is_late(found, office.policy, found.created_at)
    return {
        "request": found,
        "href": url_for("requests.one", request_id=found.id),
        "state": show.word(found.state),
        "priority": show.priority(found.priority, office.policy),
        "days": show.days(first, last),
        "length": show.length(found.duration),
        "missing": [show.sentence(GAPS[name]) for name in found.missing()],
        "late": show.sentence(late_sentence(office.policy)) if late else "",
        "is_over": found.state in (*WAITING, *PROPOSED) and max(one.end for one in found.windows) < office.look.now(),
    }


def _facts(found: Request) -> list[tuple[str, str]]:
    office, show = the_office(), for_reader()
    say_it, people = show.sentence, office.directory.people
    place = office.directory.places.get(found.place) if found.place is not None else None
    where = say_it(say("a call")) if found.is_virtual else (place.name if place is not None else "")
    if found.needs_room:
        room = say("with a room for %(seats)s", seats=found.seats) if found.seats else say("with a room")
        where = f"{where} ({say_it(room)})" if where else say_it(room)
    rows = [
        (say("Asked by"), found.requester),
        (say("Contact on the day"), found.contact),
        (say("Purpose"), found.purpose),
        (say("Where"), where),
    ]
    for role in ROLES:
        named = tuple(people[one].name if one in people else one for one in found.people(role))
        if named:
            rows.append((HEADS[role], show.fact(named)))
    rows += [(say("Between"), _between(show, found)), (say("Received"), show.moment(found.created_at))]
    return [(say_it(term), detail) for term, detail in rows if detail]


def _days(found: Request) -> tuple[date, date]:
    """The first and the last day its windows touch."""
    zone = the_office().policy.zone
    last = max(window.end for window in found.windows) - MINUTE
    return found.windows[0].start.astimezone(zone).date(), last.astimezone(zone).date()


def _between(show: Show, found: Request) -> str:
    """The hours its windows allow; empty where they are not the same on each day, or the whole day."""
    hours = {show.times(window) for window in found.windows if window.length < DAY}
    return hours.pop() if len(hours) == 1 and all(window.length < DAY for window in found.windows) else ""


def _form(typed: Typed, problems: Sequence[BadInputError], changes: RequestId | None = None) -> str:
    office, show = the_office(), for_reader()
    errors = {
        field: " ".join(show.sentence(one) for one in sentences)
        for field, sentences in by_field(problems, BESIDE).items()
    }
    places = sorted(office.directory.places.values(), key=lambda place: place.name)
    return render_template(
        "new_request.html",
        changes=changes,
        typed=typed,
        errors=errors,
        people=[(PART + one.id, one, typed.raw(PART + one.id)) for one in office.directory.people.values()],
        roles=[(role.value, show.sentence(words)) for role, words in ROLES.items()],
        places=[(place.id, place.name) for place in places],
        priorities=[(str(one.value), f"{one.value} – {show.priority(one, office.policy)}") for one in Priority],
        lead_days=office.policy.lead_days,
        grid_s=office.policy.grid_min * 60,
        opens=show.wall(EARLIEST.hour, EARLIEST.minute),
        closes=show.wall(LATEST.hour, LATEST.minute),
    )
