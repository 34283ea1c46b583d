"""Names of holidays: they come to us from a package, and are said here so that they are translated."""

from __future__ import annotations

from collections.abc import Callable

from agenda.model.sentences import say

OBSERVED = " (observed)"
BETWEEN = "; "

NAMES = frozenset(
    sentence.template
    for sentence in (
        say("Christmas Day"),
        say("Christmas Eve"),
        say("Columbus Day"),
        say("Day After Thanksgiving"),
        say("Easter Monday"),
        say("Election Day"),
        say("Emancipation Day"),
        say("Epiphany"),
        say("Friday After Thanksgiving"),
        say("Good Friday"),
        say("Holy Thursday"),
        say("Inauguration Day"),
        say("Independence Day"),
        say("Indigenous Peoples' Day"),
        say("Indigenous Peoples' Day / Columbus Day"),
        say("Juneteenth National Independence Day"),
        say("Labor Day"),
        say("Lincoln's Birthday"),
        say("Martin Luther King Jr. Day"),
        say("Memorial Day"),
        say("New Year's Day"),
        say("New Year's Eve"),
        say("Patriots' Day"),
        say("Presidents' Day"),
        say("Statehood Day"),
        say("Thanksgiving Day"),
        say("Veterans Day"),
        say("Washington's Birthday"),
    )
)
"""Those of the United States that a city is likely to keep; any other is shown in English."""

_OBSERVED = say("%(name)s (observed)")


def translated(name: str, words: Callable[[str], str]) -> str:
    """A holiday's name in another language, its parts one by one ("New Year's Day (observed); …")."""
    parts = []
    for part in name.split(BETWEEN):
        plain = part.removesuffix(OBSERVED)
        told = words(plain) if plain in NAMES else plain
        parts.append(words(_OBSERVED.template) % {"name": told} if part.endswith(OBSERVED) else told)
    return BETWEEN.join(parts)


def is_holiday(name: str) -> bool:
    """Whether a text is made of names that are known here."""
    return all(part.removesuffix(OBSERVED) in NAMES for part in name.split(BETWEEN))
