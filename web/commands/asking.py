"""Commands around a request: take it in, find slots, confirm one."""

from __future__ import annotations

import getpass

import click

from agenda.actions.take_in import Draft
from agenda.model.answer_json import answer_as_json
from agenda.model.errors import BadInputError, BadInputsError
from agenda.model.ids import ProposalId, RequestId
from agenda.model.meetings import OutboxState
from agenda.model.planning import NoPlan, Plan
from agenda.model.problem_json import write_problem
from agenda.model.requests import Priority, RequestState
from agenda.model.sentences import say
from agenda.model.times import DAY
from agenda.office import Office
from web.commands.desk import SHORT_ID, day_option, nobody, one_of, open_office, progress, show_of, time_option
from web.commands.solving import options_of, reasons_of
from web.commands.terminal import FLAGS, NOTHING, TROUBLE, answer, hint, json_option

WEEKS_AHEAD = 2
OPTIONS = {
    "title": "--title",
    "duration_min": "--minutes",
    "required": "--required",
    "optional": "--optional",
    "one_of": "--one-of",
    "first_day": "--from",
    "last_day": "--to",
    "earliest": "--earliest",
    "latest": "--latest",
    "place": "--place",
    "seats": "--seats",
    "priority": "--priority",
}
"""What the fields of a draft are called here."""


@click.command()
@click.option("--all", "all_states", is_flag=True, help="Those decided, too.")
@json_option
@click.pass_context
def requests(ctx: click.Context, *, all_states: bool) -> None:
    """List requests that wait for a slot, by priority. Ends with 1 when there is none."""
    household = open_office(ctx)
    show = show_of(household)
    states = () if all_states else (RequestState.OPEN, RequestState.PROPOSED)
    found = household.office.look.requests(*states)
    lines = [
        f"{one.id[:SHORT_ID]}  {show.word(one.state)}  {show.length(one.duration)}  {one.title}"
        + (f"  ({one.requester})" if one.requester else "")
        for one in found
    ]
    answer(ctx, found, lines)
    if not found:
        hint(ctx, "Nothing.")
        ctx.exit(NOTHING)


@click.command()
@click.option("--title", required=True, help="What it is about, in a few words.")
@click.option("--minutes", type=int, help="How long; the policy's usual length when left out.")
@click.option("--required", "-r", multiple=True, metavar="PERSON", help="Has to be there. May be given several times.")
@click.option("--optional", "-o", multiple=True, metavar="PERSON", help="Would be welcome. May be given several times.")
@click.option(
    "--one-of", multiple=True, metavar="A,B", help="One of these has to be there. May be given several times."
)
@click.option("--from", "first", metavar="DAY", help="The first day; tomorrow when left out.")
@click.option("--to", "last", metavar="DAY", help="The last day, included; two weeks later when left out.")
@click.option("--earliest", metavar="HH:MM", help="Not before this time of day.")
@click.option("--latest", metavar="HH:MM", help="Over by this time of day.")
@click.option("--place", default="", help="Where: an id of the places file.")
@click.option("--virtual", is_flag=True, help="By video or telephone.")
@click.option("--room", is_flag=True, help="A room of the place has to be free.")
@click.option("--seats", type=int, default=0, help="How many the room has to hold.")
@click.option("--purpose", default="", help="Why.")
@click.option("--requester", default="", help="Who asks.")
@click.option("--contact", default="", help="Whom to ring on the day.")
@click.option(
    "--priority", type=int, default=int(Priority.CITY), show_default=True, help="1 is the highest, 5 the lowest."
)
@click.option("--private", is_flag=True, help="Others see only that the time is taken.")
@json_option
@click.pass_context
def ask(ctx: click.Context, /, **typed: object) -> None:
    """Take a request in; its number is the answer."""
    household = open_office(ctx)
    office = household.office
    draft = _draft(office, typed)
    found = office.take_in.check(draft)
    is_too_long = any(one.field == "duration_min" for one in found)  # then it need not be said that it does not fit
    told = [one for one in found if one.field != "latest" or typed["latest"] is not None or not is_too_long]
    problems = tuple(_as_typed(one, office, typed) for one in told)
    if problems:
        ctx.meta[FLAGS] = OPTIONS
        raise BadInputsError(problems)
    request = office.take_in.request(draft)
    missing = request.missing()
    answer(ctx, {"request": request.id, "missing": missing}, [request.id])
    if missing:
        hint(ctx, f"Still not said: {', '.join(missing)}.")
    hint(ctx, f"Next: antechamber propose {request.id[:SHORT_ID]}")


def _as_typed(problem: BadInputError, office: Office, typed: dict[str, object]) -> BadInputError:
    """A mistake as somebody at a terminal can mend it: by an option that was given, and with the ids there are."""
    facts, people, places = problem.sentence.facts, office.directory.people, office.directory.places
    who, place = facts.get("person"), facts.get("place")
    known_by = {*people, *(one.name for one in people.values())}  # "is named twice" tells the name
    if problem.field in {"required", "optional", "one_of"} and isinstance(who, str) and who not in known_by:
        return BadInputError(problem.field, nobody(who, people))
    if problem.field == "place" and isinstance(place, str):
        known = tuple(places)
        return BadInputError(
            "place", say("No place has the id %(place)s. Known are %(known)s.", place=place, known=known)
        )
    if problem.field == "latest" and typed["latest"] is None:
        return BadInputError("earliest" if typed["earliest"] is not None else "duration_min", problem.sentence)
    return problem


def _draft(office: Office, typed: dict[str, object]) -> Draft:
    def text(name: str) -> str:
        value = typed[name]
        return value if isinstance(value, str) else ""

    def texts(name: str) -> tuple[str, ...]:
        value = typed[name]
        return tuple(str(one) for one in value) if isinstance(value, tuple) else ()

    def number(name: str, otherwise: int = 0) -> int:
        value = typed[name]
        return value if isinstance(value, int) else otherwise

    today = office.look.today()
    first = day_option(text("first") or None, today, otherwise=today + DAY, option="--from")
    return Draft(
        title=text("title"),
        duration_min=number("minutes", office.policy.default_duration_min),
        first_day=first,
        last_day=day_option(text("last") or None, today, otherwise=first + 7 * WEEKS_AHEAD * DAY, option="--to"),
        required=texts("required"),
        optional=texts("optional"),
        one_of=tuple(tuple(one.strip() for one in group.split(",") if one.strip()) for group in texts("one_of")),
        earliest=time_option(text("earliest") or None, option="--earliest"),
        latest=time_option(text("latest") or None, option="--latest"),
        place=text("place"),
        is_virtual=bool(typed["virtual"]),
        needs_room=bool(typed["room"]),
        seats=number("seats"),
        purpose=text("purpose"),
        requester=text("requester"),
        contact=text("contact"),
        priority=number("priority"),
        is_private=bool(typed["private"]),
    )


@click.command()
@click.argument("request_id", metavar="REQUEST")
@click.option("--problem", is_flag=True, help="Write the planning problem, as `solve` reads it, and solve nothing.")
@json_option
@click.pass_context
def propose(ctx: click.Context, request_id: str, *, problem: bool) -> None:
    """Find slots for a request, each with its price in words; its first letters are enough.

    Ends with 1 when there is no slot, and says why.
    """
    household = open_office(ctx)
    office, show = household.office, show_of(household)
    meant = RequestId(one_of("request", request_id, lambda: [one.id for one in office.look.requests()]))
    with progress("Reading calendars, searching"):
        office.pull.of_people(office.look.request(meant)[0].people())
        if problem:
            click.echo(write_problem(office.propose.problem(meant)), nl=False)
            return
        proposal = office.propose.options(meant)
    request = office.look.request(meant)[0]
    facts = {"proposal": proposal.id, "request": meant, "answer": answer_as_json(proposal.answer)}
    match proposal.answer:
        case Plan():
            title = f"{request.title}, {show.length(request.duration)}:"
            answer(ctx, facts, [title, *options_of(proposal.options, show)])
            hint(ctx, f"Next: antechamber confirm {proposal.id[:SHORT_ID]} 1")
        case NoPlan() as none:
            answer(ctx, facts, list(reasons_of(none, show)))
            ctx.exit(NOTHING)


@click.command()
@click.argument("proposal_id", metavar="PROPOSAL")
@click.argument("option", type=click.IntRange(min=1))
@click.option("--by", default="", help="Who decides; your account on this machine when left out.")
@json_option
@click.pass_context
def confirm(ctx: click.Context, proposal_id: str, option: int, by: str) -> None:
    """Confirm one of the slots, and send the invitations.

    Ends with 2 when the slot was taken meanwhile; with 3 when it is confirmed, but not everything could be sent.
    """
    household = open_office(ctx)
    office, show = household.office, show_of(household)
    meant = ProposalId(one_of("proposal", proposal_id, lambda: _proposals(office)))
    with progress("Confirming, inviting"):
        meeting = office.decide.confirm(meant, option - 1, by=by or getpass.getuser())
        household.messenger.drain()
    items = office.look.errands(meeting.id)
    by_state = {state.value: sum(1 for one in items if one.state is state) for state in OutboxState}
    facts = {"meeting": meeting, "uid": meeting.uid, "outbox": by_state}
    line = f"{meeting.title}: {show.interval(meeting.slot)}, {meeting.venue_name}. Number {meeting.id[:SHORT_ID]}."
    answer(ctx, facts, [line, "Outbox: " + ", ".join(f"{n} {state}" for state, n in by_state.items() if n)])
    if by_state[OutboxState.FAILED.value]:
        hint(ctx, "Not everything could be sent. See `antechamber outbox`.")
        ctx.exit(TROUBLE)


def _proposals(office: Office) -> list[str]:
    latest = (office.look.request(one.id)[1] for one in office.look.requests())
    return [one.id for one in latest if one is not None]
