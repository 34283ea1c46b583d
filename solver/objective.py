"""The wishes, one class each: what a candidate costs, in points, all minimised.

`agenda.model.pricing` says the same for one option and scores every answer; this says it for all candidates at once.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from solver.around import Around
from solver.instance import Instance, Table


class Wish(Protocol):
    """A price that depends on when and where only."""

    def points(self, instance: Instance) -> Table:
        """Points, broadcast to (venues, starts)."""
        ...


class PersonalWish(Protocol):
    """A price for each person who comes."""

    def points(self, around: Around) -> Table:
        """Points, broadcast to (venues, starts)."""
        ...


class SoonerIsBetter:
    """+`day_of_delay` for each day after the first that the windows allow."""

    def points(self, instance: Instance) -> Table:
        """By start."""
        late = np.maximum(0, instance.day - instance.first_day)
        return (instance.weights.day_of_delay * late)[None, :]


class LikedHours:
    """+`outside_band` when the slot lies inside none of the liked hours."""

    def points(self, instance: Instance) -> Table:
        """By start."""
        if not instance.problem.bands:
            return np.zeros((1, 1), dtype=np.int64)
        return (instance.weights.outside_band * ~instance.inside(instance.bands))[None, :]


class LikedVenue:
    """+ the venue's own price."""

    def points(self, instance: Instance) -> Table:
        """By venue."""
        return np.array([venue.price for venue in instance.venues], dtype=np.int64)[:, None]


class LittleDriving:
    """+`travel_minute` for each minute driven because of the meeting."""

    def points(self, around: Around) -> Table:
        """By candidate."""
        return around.instance.weights.travel_minute * around.drives[2]


class CertainLegs:
    """+`uncertain_leg` for each leg that is rough or assumed."""

    def points(self, around: Around) -> Table:
        """By candidate."""
        return around.instance.weights.uncertain_leg * around.drives[3]


class KnownTime:
    """+`unknown_time` where the person's calendar could not be read."""

    def points(self, around: Around) -> Table:
        """By start."""
        return (around.instance.weights.unknown_time * around.instance.touching(around.person.unknown))[None, :]


class LunchStays:
    """+`lunch_lost` for each lunch that does not fit any more."""

    def points(self, around: Around) -> Table:
        """By candidate."""
        return around.instance.weights.lunch_lost * around.lunches_lost


class APauseAround:
    """+`back_to_back` when less than a pause is left before or after."""

    def points(self, around: Around) -> Table:
        """By candidate."""
        pause = around.instance.problem.pause_min
        return around.instance.weights.back_to_back * ((around.slack_before < pause) | (around.slack_after < pause))


class NoFragments:
    """+`fragment` when a gap too short to use is left before or after."""

    def points(self, around: Around) -> Table:
        """By candidate."""
        low, high = around.instance.problem.pause_min, around.instance.problem.fragment_min
        before = (around.slack_before >= low) & (around.slack_before < high)
        after = (around.slack_after >= low) & (around.slack_after < high)
        return around.instance.weights.fragment * (before | after)


WISHES: tuple[Wish, ...] = (SoonerIsBetter(), LikedHours(), LikedVenue())
PERSONAL_WISHES: tuple[PersonalWish, ...] = (
    LittleDriving(),
    CertainLegs(),
    KnownTime(),
    LunchStays(),
    APauseAround(),
    NoFragments(),
)


def shared_points(instance: Instance) -> Table:
    """What each candidate costs whoever comes: (venues, starts)."""
    total = np.zeros(instance.shape, dtype=np.int64)
    for wish in WISHES:
        total += wish.points(instance)
    return total


def points_of(around: Around) -> Table:
    """What it costs at each candidate that this person comes: (venues, starts)."""
    total = np.zeros(around.instance.shape, dtype=np.int64)
    for wish in PERSONAL_WISHES:
        total += wish.points(around)
    return total
