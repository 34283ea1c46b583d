"""The invented weeks look like a real mayor's, whatever the seed."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta

import pytest

from agenda.model.gazetteer import Gazetteer
from agenda.model.planning import Whereabouts
from web.demo import city
from web.demo.drafts import Draft, neighbours
from web.demo.weeks import MOST_A_DAY, WEEKS, calendars, monday_of

TODAY = date(2026, 11, 22)
SEEDS = range(1, 9)


def mayors(seed: int) -> tuple[Draft, ...]:
    """The mayor's entries."""
    calendar = calendars(TODAY, seed)[0]
    assert calendar.owner == city.MAYOR
    return calendar.drafts


def timed(drafts: tuple[Draft, ...]) -> list[Draft]:
    """Those with hours, series apart."""
    return [draft for draft in drafts if draft.is_timed]


def day_of(draft: Draft) -> date:
    """The day an entry begins on."""
    return draft.start.date() if isinstance(draft.start, datetime) else draft.start


def hour_of(draft: Draft) -> int:
    """The hour an entry begins in."""
    return draft.start.hour if isinstance(draft.start, datetime) else -1


@pytest.mark.parametrize("seed", SEEDS)
def test_the_days_are_as_full_as_real_ones(seed: int) -> None:
    """5.3 entries a day, at most 12; Friday the fullest working day, Saturday light, Sunday nearly empty."""
    days = Counter(map(day_of, timed(mayors(seed))))
    assert 4.6 <= sum(days.values()) / len(days) <= 6.0
    assert max(days.values()) <= MOST_A_DAY + 4  # with a trip on top
    weekdays = Counter(day.weekday() for day in days.elements())
    assert min(weekdays[day] for day in range(5)) > weekdays[5] > weekdays[6]
    assert weekdays[3] + weekdays[4] > weekdays[0] + weekdays[1]


@pytest.mark.parametrize("seed", SEEDS)
def test_lengths_and_starts_are_like_real_ones(seed: int) -> None:
    """Quartiles 30, 60 and 90 minutes, 95 % up to 240; starts at 10-11 and 13-15, a second hump at 18-19."""
    drafts = timed(mayors(seed))
    minutes = sorted(draft.length // timedelta(minutes=1) for draft in drafts if draft.length is not None)
    assert [minutes[len(minutes) * part // 4] for part in (1, 2)] == [30, 60]
    assert 60 <= minutes[len(minutes) * 3 // 4] <= 90
    assert minutes[len(minutes) * 95 // 100] <= 240
    hours = Counter(map(hour_of, drafts))
    assert 0.16 <= (hours[10] + hours[11]) / len(drafts) <= 0.32
    assert 0.22 <= (hours[13] + hours[14] + hours[15]) / len(drafts) <= 0.40
    assert hours[18] + hours[19] > 1.2 * hours[17] + hours[20]


@pytest.mark.parametrize("seed", SEEDS)
def test_neighbours_follow_each_other_like_real_ones(seed: int) -> None:
    """A third without a gap, two thirds of those in one place; a few overlap; some drives cannot work."""
    pairs = neighbours(mayors(seed))
    touching = [(one, other) for one, other in pairs if one.end == other.start]
    assert 0.27 <= len(touching) / len(pairs) <= 0.43
    assert 0.5 <= sum(one.place == other.place for one, other in touching) / len(touching) <= 0.8
    assert 2 <= sum(other.start < one.end for one, other in pairs if isinstance(other.start, datetime)) <= 16
    rushed = [
        (one, other)
        for one, other in pairs
        if one.place and other.place and one.place != other.place
        if isinstance(other.start, datetime) and timedelta(0) <= other.start - one.end < timedelta(minutes=15)
    ]
    assert 0.03 <= len(rushed) / len(pairs) <= 0.14


@pytest.mark.parametrize("seed", SEEDS)
def test_the_slips_of_the_pen_are_there(seed: int) -> None:
    """Half of it at city hall under many spellings; entries without end or place, private, tentative, calls, a trip."""
    drafts = mayors(seed)
    hours = timed(drafts)
    at_hall = [draft for draft in hours if draft.place == city.HALL]
    assert 0.42 <= len(at_hall) / len(hours) <= 0.60
    assert len({draft.location for draft in at_hall}) >= 20
    assert len({draft.location for draft in hours}) >= 100
    assert 5 <= sum(draft.length is None for draft in hours) <= 35
    assert 4 <= sum(not draft.location for draft in hours) <= 22
    assert sum(draft.is_private for draft in hours) >= 4
    assert sum(draft.is_tentative for draft in hours) >= 4
    assert sum(draft.location in city.CALLS for draft in hours) >= 4
    assert any("&#39;" in draft.location for draft in hours)
    assert any(draft.location.startswith("Location:") for draft in hours)
    assert sum("Kingsmere" in draft.location for draft in hours) == 3
    assert any(not isinstance(draft.start, datetime) and not draft.is_free for draft in drafts)
    assert any(draft.is_free for draft in drafts)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_typed_is_found_where_it_really_is_or_not_at_all(seed: int) -> None:
    """No entry of the whole demo is taken for another place, and hardly any known place is missed."""
    gazetteer = Gazetteer(city.PLACES)
    drafts = {draft.uid: draft for calendar in calendars(TODAY, seed) for draft in calendar.drafts}.values()
    wrong = [
        draft.location
        for draft in drafts
        if (place := gazetteer.find(draft.location).place) is not None and place != draft.place
    ]
    assert wrong == []
    known = [draft for draft in drafts if draft.place is not None]
    missed = {draft.location for draft in known if gazetteer.find(draft.location).place is None}
    assert missed == set()
    for call in city.CALLS:
        assert gazetteer.find(call).whereabouts is Whereabouts.VIRTUAL


def test_everybody_has_a_week_and_meets_the_others() -> None:
    """Eight calendars; one UID stands in each calendar it concerns."""
    found = calendars(TODAY, 1)
    assert [calendar.owner for calendar in found] == [person.id for person in city.PEOPLE]
    assert len(city.PEOPLE) == 8
    assert len(city.PLACES) == 30
    holders = Counter(draft.uid for calendar in found for draft in calendar.drafts)
    assert max(holders.values()) == 8
    assert sum(number > 1 for number in holders.values()) >= 40
    for calendar in found:
        assert len(calendar.drafts) >= WEEKS * 6
        for draft in calendar.drafts:
            assert not draft.attendees or calendar.owner in draft.attendees


def test_the_same_day_and_seed_make_the_same_city() -> None:
    """Pictures in the handbook stay true; another seed is another city's weeks."""
    assert calendars(TODAY, 1) == calendars(TODAY, 1)
    assert calendars(TODAY, 1) != calendars(TODAY, 2)
    assert calendars(TODAY, 1) == calendars(TODAY - timedelta(days=6), 1), "one week, one agenda"


def test_the_weeks_lie_around_today() -> None:
    """Whatever the day, it never looks stale: two weeks back, and at least seven ahead."""
    for today in (date(2027, 3, 14), date(2028, 2, 29), date(2026, 11, 1)):
        days = [day_of(draft) for calendar in calendars(today, 1) for draft in calendar.drafts]
        assert min(days) >= monday_of(today) - timedelta(weeks=2)
        assert max(days) >= today + timedelta(weeks=6)
