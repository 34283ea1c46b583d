"""Invented weeks with the statistics of a real mayor's public schedule; the same for the same seed and day.

The figures come from eleven weeks of one mayor: 5.3 entries a day, at most 12; quartiles of 30, 60 and 90 minutes;
starts at ten and between one and three, with a second hump in the evening; half of them at city hall; a third of all
neighbours without a gap; some that overlap, some whose drive cannot work, some without an end or a place.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from agenda.model.ids import PersonId, PlaceId
from web.demo import city, words
from web.demo.drafts import Draft, uid_for

WEEKS_BACK = 2
WEEKS = 10
MOST_A_DAY = 12

MAYORS_DAYS = (5.0, 5.4, 6.5, 7.2, 7.4, 2.7, 1.1)
"""Entries a day from Monday to Sunday."""

OFFICIALS_DAYS = (1.7, 1.8, 1.9, 1.8, 1.4, 0.2, 0.1)

HOURS = {8: 4, 9: 9, 10: 16, 11: 13, 12: 8, 13: 12, 14: 13, 15: 8, 16: 5, 17: 3, 18: 9, 19: 5}
MINUTES = {0: 60, 30: 30, 15: 6, 45: 4}
LENGTHS = {15: 5, 20: 3, 30: 29, 45: 7, 60: 26, 90: 17, 120: 7, 150: 2, 180: 3, 240: 3}
"""Each with its weight; lengths in minutes."""

AT_HALL = 0.62
STAYS = 0.62
"""How often the next entry is in the same place, when there is no gap before it."""

FOLLOWS = 0.05
"""How often an entry is put right behind another on purpose; most neighbours without a gap come by themselves."""

TRIES = 12
OVERLAPS = 0.035
NO_END = 0.055
NO_PLACE = 0.03
STRANGE_PLACE = 0.05
ON_CALL = 0.05
IS_PRIVATE = 0.04
IS_TENTATIVE = 0.04
WITH_OTHERS = 0.22


@dataclass(frozen=True, slots=True)
class Calendar:
    """What one official's calendar holds."""

    owner: PersonId
    drafts: tuple[Draft, ...]


def monday_of(day: date) -> date:
    """The Monday of that day's week."""
    return day - timedelta(days=day.weekday())


def calendars(today: date, seed: int) -> tuple[Calendar, ...]:
    """Everybody's calendar for the weeks around today, the mayor's first.

    Meetings of several officials stand in each one's calendar under one UID.
    """
    first = monday_of(today) - timedelta(weeks=WEEKS_BACK)
    shared = common_series(first, seed)
    mayor = _Hand(city.MAYOR, first, seed, MAYORS_DAYS, AT_HALL).write(around=shared)
    held: dict[PersonId, list[Draft]] = {person.id: [] for person in city.PEOPLE}
    for draft in (*shared, *mayor):
        for owner in draft.attendees or (city.MAYOR,):
            held[owner].append(draft)
    for person in city.PEOPLE:
        if person.id != city.MAYOR:
            hand = _Hand(person.id, first, seed, OFFICIALS_DAYS, 0.4, base=person.base)
            held[person.id] += hand.write(around=held[person.id])
    return tuple(
        Calendar(person.id, tuple(sorted(held[person.id], key=lambda draft: (str(draft.start), draft.uid))))
        for person in city.PEOPLE
    )


def common_series(first: date, seed: int) -> tuple[Draft, ...]:
    """The weekly cabinet, with one week left out and one moved, and the council's session every other Tuesday."""
    everybody = tuple(person.id for person in city.PEOPLE)
    cabinet = datetime.combine(first, time(8, 30))
    gone, moved = cabinet + timedelta(weeks=4), cabinet + timedelta(weeks=3)
    session = datetime.combine(first + timedelta(days=1), time(18))
    return (
        Draft(
            uid=uid_for("cabinet", seed, first),
            title="Cabinet",
            start=cabinet,
            length=timedelta(minutes=45),
            location="Mayor's Conference Room, City Hall",
            place=city.HALL,
            every_weeks=1,
            count=WEEKS,
            left_out=(gone,),
            moved=((moved, moved + timedelta(days=1)),),
            organizer=PersonId("chief-of-staff"),
            attendees=everybody,
        ),
        Draft(
            uid=uid_for("session", seed, first),
            title="City Council session",
            start=session,
            length=timedelta(minutes=120),
            location=f"Council Chambers, {city.FULL}",
            place=city.HALL,
            every_weeks=2,
            count=WEEKS // 2,
            organizer=PersonId("council"),
            attendees=tuple(PersonId(name) for name in ("mayor", "deputy", "council", "treasurer")),
        ),
    )


class _Hand:
    """Writes one person's weeks."""

    def __init__(
        self,
        owner: PersonId,
        first: date,
        seed: int,
        days: Sequence[float],
        at_hall: float,
        base: PlaceId | None = None,
    ) -> None:
        self._owner = owner
        self._first = first
        self._seed = seed
        self._days = days
        self._at_hall = at_hall
        self._base = base if base != city.HALL else None
        self._random = random.Random(f"{seed} {first} {owner}")  # noqa: S311  # it makes data, not keys
        self._off = first + timedelta(weeks=4 + self._random.randrange(4), days=self._random.randrange(5))
        self._others = [person.id for person in city.PEOPLE if person.id not in {owner, city.MAYOR}]

    def write(self, around: Sequence[Draft] = ()) -> list[Draft]:
        """The whole stretch; entries keep clear of those given, but for a few that nobody noticed."""
        drafts = self._trip(self._first + timedelta(weeks=5, days=2)) if self._owner == city.MAYOR else []
        taken = [hours for draft in (*around, *drafts) for hours in draft.hours()]
        for week in range(WEEKS):
            for weekday in range(7):
                day = self._first + timedelta(weeks=week, days=weekday)
                if day != self._off:
                    drafts += self._day(day, self._days[weekday], taken)
        return drafts + self._whole_days()

    def _day(self, day: date, mean: float, taken: Sequence[tuple[datetime, datetime]]) -> list[Draft]:
        slots: list[tuple[datetime, datetime]] = []
        for _ in range(self._count(mean)):
            slot = self._slot(day, slots, [*slots, *taken])
            if slot is not None:
                slots.append(slot)
        drafts: list[Draft] = []
        ended, there = datetime.combine(day, time()), None
        for start, end in sorted(slots):
            stays = ended == start and self._random.random() < STAYS
            there = there if stays else self._place(start)
            drafts.append(self._draft(start, end - start, there))
            ended = end
        return drafts

    def _slot(
        self, day: date, own: Sequence[tuple[datetime, datetime]], taken: Sequence[tuple[datetime, datetime]]
    ) -> tuple[datetime, datetime] | None:
        """A free stretch, sometimes right behind another; None where the day is full. A few are not free at all."""
        is_careless = self._random.random() < OVERLAPS
        length = self._length()
        for _ in range(TRIES):
            follows = own and self._random.random() < FOLLOWS
            start = self._random.choice(own)[1] if follows else self._start(day)
            end = start + length
            is_free = all(end <= other_start or other_end <= start for other_start, other_end in taken)
            if (is_free or is_careless) and start.hour < 22 and end.date() == day:
                return start, end
        return None

    def _count(self, mean: float) -> int:
        """How many on one day: about as regular as the real ones."""
        count = round(self._random.gauss(mean, 0.35 * mean**0.8 + 0.5))
        return max(0, min(MOST_A_DAY, count))

    def _pick(self, weights: dict[int, int]) -> int:
        return self._random.choices(list(weights), weights=list(weights.values()))[0]

    def _start(self, day: date) -> datetime:
        return datetime.combine(day, time(self._pick(HOURS), self._pick(MINUTES)))

    def _length(self) -> timedelta:
        return timedelta(minutes=self._pick(LENGTHS))

    def _place(self, start: datetime) -> PlaceId | None:
        """Where it is; None stands for somewhere else than any known place."""
        draw = self._random.random()
        at_hall = self._at_hall * (0.4 if start.hour >= 18 or start.weekday() >= 5 else 1.12)
        if draw < at_hall:
            return city.HALL
        if self._base is not None and draw < at_hall + 0.35:
            return self._base
        if draw > 1 - STRANGE_PLACE:
            return None
        return self._random.choice([spot.id for spot in city.PLACES if spot.id not in {city.HALL, PlaceId("airport")}])

    def _draft(self, start: datetime, length: timedelta, place: PlaceId | None) -> Draft:
        chance = self._random.random
        is_private = chance() < IS_PRIVATE
        is_call = place == city.HALL and chance() < ON_CALL * 2
        location = "" if chance() < NO_PLACE else self._spelt(place)
        template = self._random.choice(self._titles(start, place, is_private=is_private, is_call=is_call))
        title = template.format(
            visitor=self._random.choice(words.VISITORS),
            body=self._random.choice(words.BODIES),
            topic=self._random.choice(words.TOPICS),
        )
        others: tuple[PersonId, ...] = ()
        if self._owner == city.MAYOR and not is_private and chance() < WITH_OTHERS:
            others = (self._owner, *self._random.sample(self._others, self._random.choice((1, 1, 2))))
        return Draft(
            uid=uid_for(self._seed, self._first, self._owner, start, self._random.random()),
            title=title,
            start=start,
            length=None if chance() < NO_END else length,
            location=self._random.choice(city.CALLS) if is_call and location else location,
            place=None if is_call or not location else place,
            is_private=is_private,
            is_tentative=chance() < IS_TENTATIVE,
            organizer=self._owner if others else None,
            attendees=others,
        )

    def _titles(self, start: datetime, place: PlaceId | None, *, is_private: bool, is_call: bool) -> tuple[str, ...]:
        if is_private:
            return words.PRIVATE
        if is_call:
            return words.ON_CALL
        if self._owner != city.MAYOR and place in {city.HALL, self._base}:
            return words.DESK
        if place == city.HALL:
            return words.AT_HALL
        return words.EVENING if start.hour >= 17 else words.OUTSIDE

    def _spelt(self, place: PlaceId | None) -> str:
        """A place as somebody types it."""
        if place is None:
            return self._random.choice(city.STRANGERS)
        if place == city.HALL:
            return self._random.choice(city.HALL_SPELLINGS)
        known = next(one for one in city.PLACES if one.id == place)
        name = self._random.choice((known.name, known.name, *known.aliases))
        street = known.address.split(",")[0]
        return self._random.choice(
            (
                f"{name}, {known.address}",
                f"{name}, {known.address}",
                f"{name}, {street}",
                f"{name},{street}, {city.CITY}, {city.STATE}",
                f"Location:{name}, {known.address}",
                name,
            )
        )

    def _whole_days(self) -> list[Draft]:
        """A day off, and a reminder that takes no time."""
        pick = self._random.randrange
        birthday = self._first + timedelta(weeks=2 + pick(3), days=pick(5))
        return [
            Draft(
                uid=uid_for(self._seed, self._first, self._owner, "off"),
                title="Vacation" if pick(2) else "Vacaciones",
                start=self._off,
                length=timedelta(days=1),
                is_private=True,
            ),
            Draft(
                uid=uid_for(self._seed, self._first, self._owner, "birthday"),
                title="Birthday of a colleague",
                start=birthday,
                length=timedelta(days=1),
                is_free=True,
            ),
        ]

    def _trip(self, day: date) -> list[Draft]:
        """Two days in another town."""
        hours = (
            ("Train to Kingsmere", day, time(7, 30), 100, "Central Station", PlaceId("station")),
            ("Meeting of mayors", day, time(10), 180, city.AWAY, None),
            ("Reception of the governor", day, time(18), 120, city.AWAY_HOTEL, None),
            ("Working group: seawalls", day + timedelta(days=1), time(9), 150, city.AWAY, None),
        )
        return [
            Draft(
                uid=uid_for(self._seed, self._first, "trip", title),
                title=title,
                start=datetime.combine(on, at),
                length=timedelta(minutes=minutes),
                location=location,
                place=place,
            )
            for title, on, at, minutes, location, place in hours
        ]
