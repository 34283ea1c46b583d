"""What `antechamber doctor` looks at beyond the store: calendars, outbox, accounts, the solver, the zone data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from agenda.model.calendars import SyncState
from agenda.model.errors import AgendaError
from agenda.model.ids import PersonId
from agenda.model.meetings import OutboxState
from agenda.model.people import Attendance
from agenda.model.planning import Limits, PersonTime, Plan, PlanningProblem, Venue
from agenda.model.sentences import Sentence, say
from agenda.model.times import Interval
from agenda.office import Office
from agenda.ports import Solver
from web.zone_data import choose_zone_data


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `name` is stable, for machines; `sentence` says what was found."""

    name: str
    is_good: bool
    sentence: Sentence


def examine(office: Office, solver: Solver) -> Iterator[Finding]:
    """Look at everything; nothing is changed."""
    yield Finding("zone-data", True, say("Zone data of %(version)s.", version=choose_zone_data()))
    yield _people(office)
    yield from _calendars(office)
    yield from _outbox(office)
    yield _accounts(office)
    yield _credentials(office)
    yield _solver(solver)


def _people(office: Office) -> Finding:
    without = tuple(one.name for one in office.directory.people.values() if not one.email)
    if without:
        return Finding("people", False, say("No mail address is known of %(people)s.", people=without))
    return Finding("people", True, say("%(count)s people are known.", count=len(office.directory.people)))


def _calendars(office: Office) -> Iterator[Finding]:
    states = office.look.calendars()
    now = office.look.now()
    if not states:
        yield Finding("calendars", False, say("No calendar is connected: everybody's time counts as unknown."))
        return
    for one in states:
        fresh = one.freshness
        if fresh.state is SyncState.HELD:
            sentence = say("%(calendar)s suddenly misses many events; look at it.", calendar=one.calendar.name)
        elif fresh.state is SyncState.NEVER:
            sentence = say("%(calendar)s was never read. Run antechamber sync.", calendar=one.calendar.name)
        elif fresh.state is SyncState.FAILING:
            sentence = say("%(calendar)s: %(failure)s", calendar=one.calendar.name, failure=fresh.failure)
        elif not fresh.is_trusted(now, office.policy.stale_after):
            sentence = say(
                "%(calendar)s was last read at %(at)s. Does antechamber serve run?",
                calendar=one.calendar.name,
                at=fresh.read_at or now,
            )
        else:
            continue
        yield Finding(f"calendar:{one.calendar.id}", False, sentence)
    good = sum(one.freshness.is_trusted(now, office.policy.stale_after) for one in states)
    yield Finding(
        "calendars",
        good == len(states),
        say("%(good)s of %(count)s calendars are fresh.", good=good, count=len(states)),
    )


def _outbox(office: Office) -> Iterator[Finding]:
    failed, held = (len(office.look.outbox(state)) for state in (OutboxState.FAILED, OutboxState.HELD))
    if failed:
        yield Finding(
            "outbox-failed", False, say("%(count)s rows could not be sent. See antechamber outbox.", count=failed)
        )
    if held:
        yield Finding("outbox-held", False, say("%(count)s rows are held until somebody lets them go.", count=held))
    if not office.deliver.mailer:
        yield Finding("mail", True, say("No mail server is named: mail is only shown in the outbox."))
    if not failed and not held:
        yield Finding("outbox", True, say("Nothing in the outbox needs a person."))


def _accounts(office: Office) -> Finding:
    active = sum(1 for one in office.sign_in.users() if not one.is_disabled)
    if not active:
        return Finding("accounts", False, say("Nobody can sign in. Run antechamber user add."))
    return Finding("accounts", True, say("%(count)s accounts can sign in.", count=active))


def _credentials(office: Office) -> Finding:
    try:
        office.let_in.credentials.check()
    except AgendaError as error:
        return Finding("credentials", False, error.sentence)
    count = len(office.let_in.notes())
    return Finding("credentials", True, say("%(count)s credentials open with the key file.", count=count))


def _solver(solver: Solver) -> Finding:
    """A problem that has an answer: half an hour of one person on an empty day."""
    nine = datetime(2026, 3, 2, 9, tzinfo=UTC)
    day = Interval(nine, nine + timedelta(hours=8))
    who = PersonId("somebody")
    answer = solver.slots(
        PlanningProblem(
            horizon=day,
            duration_min=30,
            attendance=(Attendance(who),),
            people=(PersonTime(person=who, name="Somebody", hours=(day,)),),
            windows=(day,),
            venues=(Venue(name="Anywhere", place=None, is_virtual=True),),
            limits=Limits(wall_s=10.0, options=1),
        )
    )
    if isinstance(answer, Plan):
        return Finding("solver", True, say("The solver answers in %(wall_s)s s.", wall_s=round(answer.wall_s, 2)))
    return Finding(
        "solver", False, say("The solver does not find a slot on an empty day: %(state)s.", state=answer.status)
    )
