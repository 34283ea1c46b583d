"""How a proposal is shown: each option with its price in words and the day around it, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from agenda.actions.take_in import EARLIEST, LATEST
from agenda.model.ids import PersonId
from agenda.model.planning import Drive, NoPlan, Option, Plan, RuleName, Term, TermName, WayOut
from agenda.model.proposals import Proposal, ProposalState
from agenda.model.requests import Request, RequestState
from agenda.model.sentences import Fact, Sentence, say
from agenda.model.times import Interval
from web.blocks import Drawer, Hour, Shown, drive_sentence, hours_drawn, ruler
from web.house import the_office, viewer
from web.show import Show, for_reader

MOST_WAYS_OUT = 3

NO_PLACE: Mapping[str, Sentence] = {one.template: one for one in (say("To be agreed"), say("Video call"))}
"""Venues that are no place of the city (agenda/model/availability.py)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StripShown:
    """The day of one attendee around an option."""

    label: str
    name: str
    blocks: list[Shown]


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionShown:
    """One slot to choose, with everything that speaks for and against it."""

    number: int
    index: int
    day: str
    times: str
    venue: str
    price: int
    terms: list[tuple[int, str]]
    attending: str
    missing: str
    drives: list[str]
    strips: list[StripShown]
    hours: list[Hour]
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WayOutShown:
    """A slot that would be possible, and what would have to be given up for it, a line each."""

    day: str
    times: str
    venue: str
    gives_up: tuple[str, ...]
    is_at_night: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerShown:
    """The solver's answer to a request, as far as it is to be decided on."""

    proposal: Proposal | None
    made_at: str = ""
    how: str = ""
    options: tuple[OptionShown, ...] = ()
    chosen: str = ""
    reasons: tuple[str, ...] = ()
    ways_out: tuple[WayOutShown, ...] = ()
    is_open: bool = False
    can_ask: bool = False


def shown_answer(request: Request, proposal: Proposal | None) -> AnswerShown:
    """What there is to decide on a request, or what was decided."""
    show = for_reader()
    can_ask = request.state in (RequestState.OPEN, RequestState.PROPOSED)
    if proposal is None:
        return AnswerShown(proposal=None, can_ask=can_ask)
    shown = AnswerShown(
        proposal=proposal,
        made_at=show.moment(proposal.made_at),
        how=show.word(proposal.answer.status),
        is_open=proposal.state is ProposalState.OPEN and can_ask,
        can_ask=can_ask,
    )
    match proposal.answer:
        case NoPlan() as answer:
            return AnswerShown(
                proposal=proposal,
                made_at=shown.made_at,
                how=shown.how,
                can_ask=can_ask,
                reasons=tuple(show.sentence(one.sentence) for one in answer.reasons),
                ways_out=_ways_out(show, answer.ways_out),
            )
        case Plan() as answer if shown.is_open:
            options = tuple(_option(show, number, one) for number, one in enumerate(answer.options))
            return AnswerShown(
                proposal=proposal,
                made_at=shown.made_at,
                how=shown.how,
                options=options,
                is_open=True,
                can_ask=True,
            )
        case Plan():
            return shown


def _ways_out(show: Show, ways: Sequence[WayOut]) -> tuple[WayOutShown, ...]:
    """The cheapest first, those at night last."""
    shown = sorted((_way_out(show, one) for one in ways), key=lambda one: one.is_at_night)
    return tuple(shown[:MOST_WAYS_OUT])


def _way_out(show: Show, way: WayOut) -> WayOutShown:
    start, end = way.slot.start.astimezone(show.zone), way.slot.end.astimezone(show.zone)
    return WayOutShown(
        day=show.long_day(start.date()),
        times=show.times(way.slot),
        venue=venue_name(show, way.venue_name),
        gives_up=tuple(show.sentence(one) for one in _given_up(show, way)),
        is_at_night=start.time() < EARLIEST or end.time() > LATEST or end.date() > start.date(),
    )


def _given_up(show: Show, way: WayOut) -> list[Sentence]:
    """What a way out asks for, without saying again when it would be; one line to a rule where it is broken often."""
    found: dict[str, Sentence] = {}
    for one in way.gives_up:
        alike = [other.person for other in way.gives_up if other.rule is one.rule and other.person is not None]
        people = tuple(_name(person) for person in dict.fromkeys(alike))
        match one.rule:
            case RuleName.WORKING_HOURS if len(people) > 1:
                sentence = say("%(people)s do not work then", people=people)
            case RuleName.WORKING_HOURS if people:
                sentence = say("%(person)s does not work then", person=people[0])
            case RuleName.BUFFER if len(alike) > 1:
                sentence = say("Too little is kept free around it for %(people)s", people=people)
            case RuleName.TRAVEL if len(alike) > 1:
                sentence = say("The drives before or after it do not fit for %(people)s", people=people)
            case RuleName.LUNCH if len(alike) > 1:
                sentence = say("No time for lunch is left for %(people)s", people=people)
            case RuleName.IN_WINDOW if one.sentence.facts == {"slot": way.slot}:
                sentence = say("It lies outside the times asked for")
            case RuleName.NOT_BARRED if "why" in one.sentence.facts:
                sentence = say("Closed to meetings then: %(why)s", why=one.sentence.facts["why"])
            case _:
                sentence = _on_the_day(show, one.sentence, way.slot)
        found.setdefault(show.sentence(sentence), sentence)
    return list(found.values())


def _on_the_day(show: Show, sentence: Sentence, slot: Interval) -> Sentence:
    """The sentence with the times alone of what lies on the slot's own day."""
    days = {slot.start.astimezone(show.zone).date(), slot.end.astimezone(show.zone).date()}

    def short(fact: Fact) -> Fact:
        if not isinstance(fact, Interval) or len(days) > 1:
            return fact
        same = {fact.start.astimezone(show.zone).date(), fact.end.astimezone(show.zone).date()} == days
        return show.times(fact) if same else fact

    return replace(sentence, facts={name: short(fact) for name, fact in sentence.facts.items()})


def _option(show: Show, index: int, option: Option) -> OptionShown:
    office = the_office()
    day = option.slot.start.astimezone(show.zone).date()
    strips = office.look.strip(option, viewer())
    drawer = Drawer(show, office.directory)
    drawn = [(person, drawer.day(blocks, day)) for person, blocks in strips]
    first, last = hours_drawn(blocks for _, blocks in drawn)
    return OptionShown(
        number=index + 1,
        index=index,
        day=show.long_day(day),
        times=show.times(option.slot),
        venue=show.sentence(say("Call")) if option.is_virtual else venue_name(show, option.venue_name),
        price=option.score,
        terms=[(term.points, show.sentence(term.sentence)) for term in _told_once(option.terms)],
        attending=show.fact(tuple(map(_name, option.attending))),
        missing=show.fact(tuple(map(_name, option.missing))) if option.missing else "",
        drives=[_drive(show, drive) for drive in option.drives],
        strips=[
            StripShown(
                label=f"{show.day(day)}, {person.name}",
                name=person.name,
                blocks=blocks,
            )
            for person, blocks in drawn
        ],
        hours=ruler(show, first, last, every=2),
        first=first,
        last=last,
    )


def _told_once(terms: Sequence[Term]) -> list[Term]:
    """The parts of a price with drives nobody has measured in one line: the list of drives tells which they are."""
    vague = [one for one in terms if one.name is TermName.UNCERTAIN_LEG]
    if len(vague) < 2:
        return list(terms)
    sentence = say("%(count)s of the drives are not measured, only estimated", count=len(vague))
    together = Term(TermName.UNCERTAIN_LEG, sum(one.points for one in vague), sentence)
    first = terms.index(vague[0])
    return [*terms[:first], together, *(one for one in terms[first:] if one.name is not TermName.UNCERTAIN_LEG)]


def venue_name(show: Show, name: str) -> str:
    """The name of a venue; in the reader's language where it is none of the city's own."""
    found = NO_PLACE.get(name)
    return show.sentence(found) if found is not None else name


def _name(person: PersonId) -> str:
    """Who has left the city since it was proposed is still told of, by the id."""
    found = the_office().directory.people.get(person)
    return found.name if found is not None else person


def _drive(show: Show, drive: Drive) -> str:
    directory = the_office().directory
    drawer = Drawer(show, directory)
    person = _name(drive.person)
    origin = drawer.place_name(drive.origin)
    way = drive_sentence(drive.leg.minutes, drive.leg.quality, drawer.place_name(drive.goal))
    if not origin:
        return show.sentence(say("%(person)s: %(drive)s", person=person, drive=way))
    return show.sentence(say("%(person)s: from %(origin)s, %(drive)s", person=person, origin=origin, drive=way))
