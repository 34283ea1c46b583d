"""What was typed is checked field by field, and kept only when all of it is good."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from agenda.actions.take_in import Draft
from agenda.model.errors import BadInputError, BadInputsError
from agenda.model.hours import WallSpan
from agenda.model.people import Role
from agenda.model.proposals import ProposalState
from agenda.model.requests import RequestState
from tests.agenda.actions.conftest import Town
from tests.builders import CITY_HALL, DEPUTY, MAYOR, MONDAY, TREASURER, on_monday


def a_draft(**changes: object) -> Draft:
    """A good one: the mayor, three quarters of an hour, Monday to Friday, at city hall."""
    typed: dict[str, object] = {
        "title": "Harbor plan",
        "duration_min": 45,
        "first_day": MONDAY,
        "last_day": MONDAY + timedelta(days=4),
        "required": (MAYOR,),
        "place": CITY_HALL,
    }
    return Draft(**{**typed, **changes})  # type: ignore[arg-type]  # a builder: mypy cannot follow the names


def test_a_good_draft_becomes_a_request(town: Town) -> None:
    """With one window a day, on the office's wall clock."""
    request = town.take_in.request(
        a_draft(optional=(TREASURER,), one_of=(), earliest=time(9), latest=time(12), last_day=MONDAY)
    )
    assert request.windows == (on_monday("09:00", "12:00"),)
    assert request.people(Role.OPTIONAL) == (TREASURER,)
    assert town.look.request(request.id) == (request, None)


def test_people_who_stand_in_for_one_another_share_a_group(town: Town) -> None:
    """One of each group has to come."""
    request = town.take_in.request(a_draft(one_of=((DEPUTY, TREASURER),)))
    groups = {(one.person, one.group) for one in request.attendance if one.role is Role.ONE_OF}
    assert groups == {(DEPUTY, "group 1"), (TREASURER, "group 1")}


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"title": "  "}, "title", "what it is about"),
        ({"duration_min": 0}, "duration_min", "cannot last 0 minutes"),
        ({"duration_min": -30}, "duration_min", "cannot last -30 minutes"),
        ({"duration_min": 721}, "duration_min", "Longer than 12 hours"),
        ({"priority": 6}, "priority", "no priority 6"),
        ({"required": ("nobody",)}, "required", "Nobody here is called nobody"),
        ({"required": ()}, "required", "at least one person"),
        ({"optional": (MAYOR,)}, "optional", "Rosa Alvarez is named twice"),
        ({"last_day": MONDAY - timedelta(days=1)}, "last_day", "lies before the first"),
        ({"first_day": MONDAY - timedelta(days=9), "last_day": MONDAY - timedelta(days=8)}, "last_day", "is over"),
        ({"last_day": MONDAY + timedelta(days=181)}, "last_day", "At most 180 days"),
        ({"first_day": date(9999, 12, 30), "last_day": date(9999, 12, 31)}, "last_day", "too far ahead"),
        ({"earliest": time(12), "latest": time(12)}, "latest", "after the earliest start, 12:00"),
        ({"earliest": time(12), "latest": time(12, 44)}, "latest", "45 minutes do not fit between 12:00 and 12:44"),
        ({"place": "atlantis"}, "place", "Nobody knows the place atlantis"),
        ({"seats": -1}, "seats", "-1 seats"),
    ],
)
def test_each_mistake_has_a_sentence_beside_its_field(
    town: Town, changes: dict[str, object], field: str, words: str
) -> None:
    """And nothing is kept."""
    with pytest.raises(BadInputsError) as caught:
        town.take_in.request(a_draft(**changes))
    assert [(one.field, words in str(one)) for one in caught.value.problems] == [(field, True)]
    assert town.look.requests() == []


def test_all_mistakes_are_told_at_once(town: Town) -> None:
    """Nobody fills in a form five times."""
    with pytest.raises(BadInputsError, match="3 fields"):
        town.take_in.request(a_draft(title="", duration_min=-1, place="atlantis"))


def test_a_window_just_long_enough_will_do(town: Town) -> None:
    """The border: 45 minutes between noon and a quarter to one."""
    assert not town.take_in.check(a_draft(earliest=time(12), latest=time(12, 45)))


def test_a_request_can_be_changed_and_reads_back_as_it_was_typed(town: Town) -> None:
    """The contact that was missing is filled in."""
    draft = a_draft(requester="Harbor School", purpose="Opening", one_of=((DEPUTY, TREASURER),), earliest=time(9))
    request = town.take_in.request(draft)
    assert town.take_in.draft_of(request) == draft
    amended = town.take_in.amend(request.id, a_draft(requester="Harbor School", purpose="Opening", contact="555-0100"))
    assert amended.missing() == ()
    assert (amended.id, amended.created_at) == (request.id, request.created_at)
    assert town.look.request(request.id)[0] == amended


def test_a_change_of_words_keeps_the_slots_and_a_change_of_time_puts_them_aside(town: Town) -> None:
    """Only what the solver was told makes its answer old."""
    town.connects_everybody()
    request = town.take_in.request(a_draft())
    proposal = town.propose.options(request.id)
    assert town.take_in.amend(request.id, a_draft(contact="555-0100")).state is RequestState.PROPOSED
    assert town.look.proposal(proposal.id)[0].state is ProposalState.OPEN
    assert town.take_in.amend(request.id, a_draft(duration_min=60)).state is RequestState.OPEN
    assert town.look.proposal(proposal.id)[0].state is ProposalState.SUPERSEDED


def test_a_decided_request_cannot_be_changed(town: Town) -> None:
    """Nor a good one badly."""
    request = town.take_in.request(a_draft())
    with pytest.raises(BadInputsError):
        town.take_in.amend(request.id, a_draft(title=""))
    town.decide.decline(request.id)
    with pytest.raises(BadInputError, match="is decided"):
        town.take_in.amend(request.id, a_draft(title="Another"))


def test_what_is_missing_is_told_and_not_refused(town: Town) -> None:
    """A request that lacks a contact is incomplete, not wrong."""
    request = town.take_in.request(a_draft(requester="Harbor School", purpose="Opening"))
    assert request.missing() == ("contact",)


def test_hours_that_the_clock_jumps_over_are_no_hours_on_that_day(town: Town) -> None:
    """On 8 March 2026 there is no half past two in the night; the request is kept, with the other day's hours."""
    sunday = date(2026, 3, 8)
    request = town.take_in.request(
        a_draft(first_day=sunday, last_day=sunday + timedelta(days=1), earliest=time(2), latest=time(3))
    )
    assert [window.length for window in request.windows] == [timedelta(0), timedelta(hours=1)]
    jumped = WallSpan(time(2, 30), time(3)).on(sunday, town.book.policy.zone)
    assert jumped.length == timedelta(0)
