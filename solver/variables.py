"""Every variable of the model, and its name.

`at[c]` — the meeting is held at candidate c (a start and a venue); exactly one is. `venue[v]` — it is held at venue v.
`comes[p]` — person p, who may stay away, comes. Required people have no variable: candidates that they cannot come to
are left out before.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from ortools.sat.python.cp_model import BoolVarT, CpModel, LinearExpr

from agenda.model.planning import RuleName
from solver.grid import Minutes
from solver.instance import Instance, Mask


class Variables:
    """The variables over the candidates that are left."""

    def __init__(
        self,
        model: CpModel,
        instance: Instance,
        start: Minutes,
        venue: Minutes,
        forbidden: Mapping[tuple[RuleName, int], Mask],
    ) -> None:
        """Make them; candidate c is start number `start[c]` at venue `venue[c]`.

        `forbidden` marks, by rule and person who may stay away, the candidates this person cannot come to.
        """
        self.instance = instance
        self.start = start
        self.venue_of = venue
        self.forbidden = forbidden
        self.at: list[BoolVarT] = [
            model.new_bool_var(f"at_{s}_{v}") for s, v in zip(start.tolist(), venue.tolist(), strict=True)
        ]
        model.add_exactly_one(self.at)
        self.venue: dict[int, BoolVarT] = {}
        for number in np.unique(venue).tolist():
            here = model.new_bool_var(f"venue_{number}")
            model.add(LinearExpr.sum([self.at[c] for c in np.flatnonzero(venue == number).tolist()]) == here)
            self.venue[number] = here
        self.comes: dict[int, BoolVarT] = {
            person.number: model.new_bool_var(f"comes_{person.number}")
            for person in instance.people
            if person.is_free_to_miss
        }
