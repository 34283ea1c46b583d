"""Both of the office's files together, since each names what stands in the other."""

from __future__ import annotations

from agenda.model.policy import Directory, Policy
from config.mistakes import Mistakes
from config.places import places_from
from config.policy import policy_from
from config.settings import Settings


def read_office(settings: Settings) -> tuple[Policy, Directory]:
    """The policy, and who and where there is.

    Raises:
        BadConfigError: with every mistake of both files.
    """
    places = Mistakes(str(settings.places_file))
    travel = places_from(settings.places_file, places)
    mistakes = Mistakes(str(settings.policy_file))
    known = travel.places.keys() if travel.places or not places.found else None  # None: the file could not be read
    policy, people = policy_from(settings.policy_file, mistakes, places=known, limits=settings.solver.limits())
    mistakes.found += places.found
    mistakes.raise_any()
    return policy, Directory(people=people, travel=travel)
