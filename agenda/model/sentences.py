"""Sentences for people: one English template with its facts apart, so that a page can say it in another language.

The template is the gettext msgid; placeholders are `%(name)s`. Facts keep their types (an `Interval`, an
aware `datetime`, minutes as `int`), so that whoever shows the sentence writes them in the reader's zone and language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import TypeAlias

from agenda.model.times import Interval

Fact: TypeAlias = "str | int | float | date | datetime | timedelta | Interval | Sentence | tuple[Fact, ...]"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence fit to be shown: `template % facts` in English, or its translation."""

    template: str
    facts: Mapping[str, Fact] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        """The sentence in English, instants in UTC."""
        return self.template % {name: in_english(fact) for name, fact in self.facts.items()}


def say(template: str, /, **facts: Fact) -> Sentence:
    """Make a sentence; `say` is the keyword that message extraction looks for."""
    return Sentence(template, MappingProxyType(dict(facts)))


def in_english(fact: Fact) -> str:
    """Write one fact in plain English; instants in UTC and marked so."""
    match fact:
        case Interval():
            same_day = fact.start.date() == fact.end.date()
            end = f"{fact.end:%H:%M}" if same_day else f"{fact.end:%Y-%m-%d %H:%M}"
            return f"{fact.start:%Y-%m-%d %H:%M} to {end} UTC"
        case datetime():
            return f"{fact:%Y-%m-%d %H:%M %Z}"
        case date():
            return fact.isoformat()
        case timedelta():
            return f"{round(fact.total_seconds() / 60)} min"
        case tuple():
            return ", ".join(in_english(one) for one in fact)
        case _:
            return str(fact)
