"""What lies around every candidate slot in one person's day: the presolve that finds forbidden starts exactly.

For each venue and start at once: which busy stretch is the tightest before and after, where the person comes from and
goes on to, and how long lunch stays free. All by sorting and running maxima, no search.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from solver.grid import Minutes, Span
from solver.instance import NEVER, Instance, Mask, PersonInts, Table


class Around:
    """One person's day around each candidate of an instance."""

    def __init__(self, instance: Instance, person: PersonInts) -> None:
        """Sort the busy stretches both ways."""
        self.instance = instance
        self.person = person
        busy = person.busy
        self._by_end = np.argsort(busy.end, kind="stable")
        self._ended = np.searchsorted(busy.end[self._by_end], instance.starts, side="right")
        self._begun = np.searchsorted(busy.begin, instance.ends, side="left")

    @cached_property
    def overlaps(self) -> Mask:
        """Whether a busy stretch overlaps the slot; over starts."""
        found: Mask = self._begun > self._ended
        return found

    @cached_property
    def _legs_to(self) -> Table:
        """Minutes from each busy stretch to each venue: (venues, stretches)."""
        at = np.ix_(self.person.busy.place, self.instance.venue_places)
        return self._where_met(self.instance.places.minutes[at].T)

    @cached_property
    def _legs_from(self) -> Table:
        at = np.ix_(self.instance.venue_places, self.person.busy.place)
        return self._where_met(self.instance.places.minutes[at])

    def _where_met(self, legs: Table) -> Table:
        """Legs, zero where the stretch or the venue is virtual."""
        counts = ~self.instance.is_virtual[:, None] & self.person.busy.in_person[None, :]
        return np.where(counts, legs, 0)

    def _slack_before(self, legs: Table | None) -> Table:
        ends = self.person.busy.end[self._by_end]
        ready = ends[None, :] if legs is None else ends[None, :] + legs[:, self._by_end]
        return self.instance.starts[None, :] - self.instance.buffer - _latest(ready)[:, self._ended]

    def _slack_after(self, legs: Table | None) -> Table:
        begins = self.person.busy.begin
        leave = begins[None, :] if legs is None else begins[None, :] - legs
        return _earliest(leave)[:, self._begun] - self.instance.buffer - self.instance.ends[None, :]

    @cached_property
    def slack_before(self) -> Table:
        """Minutes left beyond drive and buffer at the tightest stretch before; negative is too late."""
        return self._slack_before(self._legs_to)

    @cached_property
    def slack_after(self) -> Table:
        """The same at the tightest stretch after."""
        return self._slack_after(self._legs_from)

    @cached_property
    def breaks_buffer(self) -> Mask:
        """Whether some stretch that does not overlap is nearer than the buffer, drives left aside; (1, starts)."""
        return (self._slack_before(None) < 0) | (self._slack_after(None) < 0)

    @cached_property
    def breaks_travel(self) -> Mask:
        """Whether some stretch keeps the buffer and yet leaves no time for the drive."""
        busy = self.person.busy
        if not len(busy.begin):
            return np.zeros(self.instance.shape, dtype=np.bool_)
        found = np.zeros(self.instance.shape, dtype=np.bool_)
        starts, ends, buffer = self.instance.starts, self.instance.ends, self.instance.buffer
        for venue, (to, on) in enumerate(zip(self._legs_to, self._legs_from, strict=True)):
            found[venue] = _covered(starts, busy.end + buffer, busy.end + buffer + to)
            found[venue] |= _covered(ends, busy.begin - buffer - on + 1, busy.begin - buffer + 1)
        return found

    @cached_property
    def is_away(self) -> Mask:
        """Whether the person's other events keep him or her from the slot."""
        return self.overlaps[None, :] | (self.slack_before < 0) | (self.slack_after < 0)

    @cached_property
    def _stops(self) -> tuple[Minutes, Minutes, Mask, Mask]:
        """The nearest place in person before and after on the slot's day (-1 unknown), and whether there is one."""
        busy, instance = self.person.busy, self.instance
        met = np.flatnonzero(busy.in_person)
        by_end = met[np.argsort(busy.end[met], kind="stable")]
        last = np.searchsorted(busy.end[by_end], instance.starts, side="right") - 1
        next_ = np.searchsorted(busy.begin[met], instance.ends, side="left")
        if not len(met):
            nowhere = np.zeros(len(instance.starts), dtype=np.int64)
            return nowhere, nowhere, nowhere.astype(np.bool_), nowhere.astype(np.bool_)
        from_, to = by_end[np.maximum(last, 0)], met[np.minimum(next_, len(met) - 1)]
        has_before = (last >= 0) & (busy.end[from_] > instance.dawn)
        has_after = (next_ < len(met)) & (busy.begin[to] < instance.midnight)
        return busy.place[from_], busy.place[to], has_before, has_after

    @cached_property
    def drives(self) -> tuple[Table, Table, Table, Table]:
        """Minutes to the meeting, on from it, and more than without it; and how many of the two legs are in doubt."""
        instance, places = self.instance, self.instance.places
        at_venue = instance.venue_places[:, None]
        before, after, has_before, has_after = (one[None, :] for one in self._stops)
        base = self.person.base
        from_base = (base is not None) & (at_venue >= 0)
        place_before = np.where(has_before, before, -1 if base is None else base)
        place_after = np.where(has_after, after, -1 if base is None else base)
        met = ~instance.is_virtual[:, None]
        comes, goes = met & (has_before | from_base), met & (has_after | from_base)
        to = np.where(comes, places.minutes[place_before, at_venue], 0)
        on = np.where(goes, places.minutes[at_venue, place_after], 0)
        straight = comes & goes & (has_before | has_after)
        direct = np.where(straight, places.minutes[place_before, place_after], 0)
        doubts = (comes & places.is_doubtful[place_before, at_venue]).astype(np.int64)
        doubts += goes & places.is_doubtful[at_venue, place_after]
        return to, on, np.maximum(0, to + on - direct), doubts

    @cached_property
    def lunches_lost(self) -> Table:
        """How many lunches fit without the meeting and its drives, and do not with them."""
        need = self.instance.problem.lunch_min
        lost = np.zeros(self.instance.shape, dtype=np.int64)
        if not self.person.lunches:
            return lost
        to, on, _, _ = self.drives
        block_start, block_end = self.instance.starts - to, self.instance.ends + on
        for window in self.person.lunches:
            pieces = [(first, last) for first, last in self._free_in(window) if last - first >= need]
            if not pieces or not need:
                continue
            early = min(first for first, _ in pieces) + need
            late = max(last for _, last in pieces) - need
            lost += (block_start < early) & (block_end > late)
        return lost

    def _free_in(self, window: Span) -> list[Span]:
        busy, (cursor, last) = self.person.busy, window
        free: list[Span] = []
        first = int(np.searchsorted(busy.begin, last, side="left"))
        for begin, end in zip(busy.begin[:first].tolist(), busy.end[:first].tolist(), strict=True):
            if begin > cursor:
                free.append((cursor, begin))
            cursor = max(cursor, end)
        if cursor < last:
            free.append((cursor, last))
        return free


def _latest(ready: Table) -> Table:
    """Running maxima along the last axis, with "never" in front: (rows, n + 1)."""
    padded = np.full((ready.shape[0], ready.shape[1] + 1), -NEVER, dtype=np.int64)
    np.maximum.accumulate(ready, axis=1, out=padded[:, 1:])
    return padded


def _earliest(leave: Table) -> Table:
    """Running minima from the end along the last axis, with "never" behind: (rows, n + 1)."""
    padded = np.full((leave.shape[0], leave.shape[1] + 1), NEVER, dtype=np.int64)
    padded[:, :-1] = np.minimum.accumulate(leave[:, ::-1], axis=1)[:, ::-1]
    return padded


def _covered(minutes: Minutes, first: Minutes, last: Minutes) -> Mask:
    """Which of the sorted `minutes` lie in one of the stretches [first, last): a difference array."""
    steps = np.zeros(len(minutes) + 1, dtype=np.int64)
    np.add.at(steps, np.searchsorted(minutes, first, side="left"), 1)
    np.add.at(steps, np.searchsorted(minutes, np.maximum(first, last), side="left"), -1)
    found: Mask = np.cumsum(steps)[:-1] > 0
    return found
