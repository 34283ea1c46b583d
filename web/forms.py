"""What was typed into a form or an address, read field by field.

Nothing typed is ever lost: what cannot be read is noted as a problem beside its field, and the rest is read on.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time

from werkzeug.datastructures import MultiDict

from agenda.actions.take_in import Draft
from agenda.model.errors import BadInputError
from agenda.model.people import Role
from agenda.model.policy import Directory
from agenda.model.requests import Priority
from agenda.model.sentences import Sentence, say

ONE_LINE = 200
MANY_LINES = 5000
MOST_MINUTES = 100_000
KEPT = "\n\t\u200c\u200d"
"""Line ends, tabs, and the joiners that some scripts are written with."""


class Typed:
    """The fields of a form. `problems` gathers what could not be read; those fields give their stand-in."""

    def __init__(self, fields: MultiDict[str, str]) -> None:
        """Nothing is read yet."""
        self._fields = fields
        self.problems: list[BadInputError] = []

    def raw(self, name: str) -> str:
        """What was typed, to be shown again; empty when nothing was."""
        return self._fields.get(name, "")

    def text(self, name: str, *, most: int = ONE_LINE) -> str:
        """One line, or with a larger `most` several; what cannot be printed is left out."""
        typed = cleaned(self.raw(name)).strip()
        if len(typed) > most:
            self.refuse(
                name, say("At most %(most)s characters fit here; these are %(length)s.", most=most, length=len(typed))
            )
            return typed[:most]
        return typed

    def number(self, name: str, stand_in: int) -> int:
        """A whole number; the stand-in when nothing was typed."""
        typed = self.raw(name).strip()
        if not typed:
            return stand_in
        try:
            number = int(typed)
        except ValueError:
            return self._number_refused(name, stand_in)
        if abs(number) > MOST_MINUTES:
            return self._number_refused(name, stand_in)
        return number

    def day(self, name: str, stand_in: date) -> date:
        """A date as a date input sends it."""
        typed = self.raw(name).strip()
        if not typed:
            return stand_in
        try:
            day = date.fromisoformat(typed)
        except ValueError:
            day = None
        if day is None or not 1990 <= day.year <= 2200:
            self.refuse(name, say("“%(typed)s” is no date. Write it as 2026-11-23.", typed=cleaned(typed)[:40]))
            return stand_in
        return day

    def time(self, name: str) -> time | None:
        """A wall-clock time as a time input sends it; None when nothing was typed."""
        typed = self.raw(name).strip()
        if not typed:
            return None
        try:
            at = time.fromisoformat(typed)
        except ValueError:
            at = None
        if at is None or at.tzinfo is not None:
            self.refuse(name, say("“%(typed)s” is no time. Write it as 14:30.", typed=cleaned(typed)[:40]))
            return None
        return at.replace(second=0, microsecond=0)

    def tick(self, name: str) -> bool:
        """Whether a box was ticked."""
        return bool(self.raw(name))

    def required_day(self, name: str, stand_in: date) -> date:
        """A date that has to be typed."""
        if not self.raw(name).strip():
            self.refuse(name, say("Choose a day."))
        return self.day(name, stand_in)

    def _number_refused(self, name: str, stand_in: int) -> int:
        typed = cleaned(self.raw(name))[:40]
        self.refuse(name, say("“%(typed)s” is no whole number.", typed=typed))
        return stand_in

    def refuse(self, name: str, sentence: Sentence) -> None:
        """Note what is wrong with a field."""
        self.problems.append(BadInputError(name, sentence))


def cleaned(text: str) -> str:
    """A text without what cannot be seen: controls but line ends and tabs, and marks that turn text around."""
    normal = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(one for one in normal if one in KEPT or unicodedata.category(one) not in ("Cc", "Cf", "Cs", "Co"))


PART = "part-"
"""The fields that say how each person takes part are called this, and the person's id."""


def draft_of(typed: Typed, directory: Directory, today: date, default_min: int) -> Draft:
    """A request as it was typed. Problems of form stay in `typed`; whether it makes sense is for the office to say."""
    parts: dict[str, list[str]] = {role.value: [] for role in Role}
    for person in directory.people:
        role = typed.raw(PART + person)
        if role in parts:
            parts[role].append(person)
    one_of = tuple(parts[Role.ONE_OF.value])
    return Draft(
        title=typed.text("title"),
        duration_min=typed.number("duration_min", default_min),
        first_day=typed.required_day("first_day", today),
        last_day=typed.required_day("last_day", today),
        required=tuple(parts[Role.REQUIRED.value]),
        optional=tuple(parts[Role.OPTIONAL.value]),
        one_of=(one_of,) if one_of else (),
        earliest=typed.time("earliest"),
        latest=typed.time("latest"),
        place=typed.text("place"),
        is_virtual=typed.tick("is_virtual"),
        needs_room=typed.tick("needs_room"),
        seats=typed.number("seats", 0),
        purpose=typed.text("purpose", most=MANY_LINES),
        requester=typed.text("requester"),
        contact=typed.text("contact"),
        priority=typed.number("priority", Priority.CITY),
        is_private=typed.tick("is_private"),
    )


def typed_of(draft: Draft) -> MultiDict[str, str]:
    """A draft as the fields in which it could have been typed; `draft_of` reads it back."""
    parts = {
        **{PART + person: Role.REQUIRED.value for person in draft.required},
        **{PART + person: Role.OPTIONAL.value for person in draft.optional},
        **{PART + person: Role.ONE_OF.value for group in draft.one_of for person in group},
    }
    ticks = {"is_virtual": draft.is_virtual, "needs_room": draft.needs_room, "is_private": draft.is_private}
    fields = {
        "title": draft.title,
        "duration_min": str(draft.duration_min),
        "first_day": draft.first_day.isoformat(),
        "last_day": draft.last_day.isoformat(),
        "earliest": f"{draft.earliest:%H:%M}" if draft.earliest is not None else "",
        "latest": f"{draft.latest:%H:%M}" if draft.latest is not None else "",
        "place": draft.place,
        "seats": str(draft.seats) if draft.seats else "",
        "purpose": draft.purpose,
        "requester": draft.requester,
        "contact": draft.contact,
        "priority": str(int(draft.priority)),
    }
    return MultiDict({**fields, **parts, **{name: "1" for name, is_ticked in ticks.items() if is_ticked}})


def joined(form: Sequence[BadInputError], sense: Iterable[BadInputError]) -> tuple[BadInputError, ...]:
    """Problems of form, and problems of sense of those fields that could be read."""
    unreadable = {one.field for one in form}
    days = {"first_day", "last_day"}
    if unreadable & days:
        unreadable |= days
    return (*form, *(one for one in sense if one.field not in unreadable))


def by_field(problems: Iterable[BadInputError], say_it: Mapping[str, str] | None = None) -> dict[str, list[Sentence]]:
    """Problems by the field they are shown beside; `say_it` sends some fields' problems to another's place."""
    found: dict[str, list[Sentence]] = {}
    for one in problems:
        found.setdefault((say_it or {}).get(one.field, one.field), []).append(one.sentence)
    return found
