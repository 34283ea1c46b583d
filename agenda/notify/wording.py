"""The words of an invitation's mail, in plain language, once for each language the office writes.

Dates and times stand on the wall clock of the invitation's zone. Values are typed by people: they may hold anything
but a line break, which `tidy` takes away where a line is expected.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, get_timezone_name

from agenda.model.meetings import Invitation, Method

FALLBACK = "en"
LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """One language: how each kind of mail begins, and the words in front of each fact."""

    invited: str
    changed: str
    cancelled: str
    subject_invited: str
    subject_changed: str
    subject_cancelled: str
    when: str
    where: str
    who: str
    about: str
    answer: str
    no_answer: str
    untitled: str


WORDINGS: Mapping[str, Wording] = MappingProxyType(
    {
        "en": Wording(
            invited="%(organizer)s invites you to a meeting.",
            changed="%(organizer)s has changed a meeting you are invited to. This is how it stands now.",
            cancelled="%(organizer)s has cancelled this meeting. Your time is free again.",
            subject_invited="Invitation: %(title)s (%(day)s)",
            subject_changed="Changed: %(title)s (%(day)s)",
            subject_cancelled="Cancelled: %(title)s (%(day)s)",
            when="When",
            where="Where",
            who="Who",
            about="About",
            answer="Please accept or decline in your calendar, or write to %(address)s.",
            no_answer="You need not answer. If this surprises you, write to %(address)s.",
            untitled="Meeting",
        ),
        "es": Wording(
            invited="%(organizer)s le invita a una reunión.",
            changed="%(organizer)s ha cambiado una reunión a la que está invitado. Queda así.",
            cancelled="%(organizer)s ha cancelado esta reunión. Su tiempo vuelve a estar libre.",
            subject_invited="Invitación: %(title)s (%(day)s)",
            subject_changed="Cambio: %(title)s (%(day)s)",
            subject_cancelled="Cancelación: %(title)s (%(day)s)",
            when="Cuándo",
            where="Dónde",
            who="Quiénes",
            about="Asunto",
            answer="Acepte o rechace en su calendario, o escriba a %(address)s.",
            no_answer="No hace falta que responda. Si le sorprende, escriba a %(address)s.",
            untitled="Reunión",
        ),
    }
)


def known_language(language: str) -> str:
    """The language to write in: the one asked for, its parent (`es` for `es-MX`), or English."""
    short = language.replace("_", "-").partition("-")[0].casefold()
    return short if short in WORDINGS else FALLBACK


def tidy(text: str) -> str:
    """The text on one line, without characters that cannot be seen (controls, bidi marks, line separators)."""
    visible = (" " if char.isspace() else char for char in text)
    return " ".join("".join(char for char in visible if not unicodedata.category(char).startswith("C")).split())


def short(text: str, longest: int = LONGEST_TITLE) -> str:
    """The text tidied and cut to so many characters: a header's line may not grow beyond 998 (RFC 5322, 2.1.1)."""
    line = tidy(text)
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def subject(invitation: Invitation, language: str) -> str:
    """The subject line, safe to be put into a header."""
    wording = WORDINGS[known_language(language)]
    if invitation.method is Method.CANCEL:
        template = wording.subject_cancelled
    elif invitation.sequence > 0:
        template = wording.subject_changed
    else:
        template = wording.subject_invited
    start = invitation.slot.start.astimezone(ZoneInfo(invitation.zone))
    day = format_date(start.date(), "medium", locale=known_language(language))
    return tidy(template % {"title": short(invitation.summary) or wording.untitled, "day": day})


def body(invitation: Invitation, language: str) -> str:
    """The text for people, lines ended by line feeds; lines of the description are kept, each made visible."""
    wording = WORDINGS[known_language(language)]
    organizer = tidy(invitation.organizer.name) or invitation.organizer.email
    if invitation.method is Method.CANCEL:
        opening, closing = wording.cancelled, wording.no_answer
    elif invitation.sequence > 0:
        opening, closing = wording.changed, wording.answer
    else:
        opening, closing = wording.invited, wording.answer
    facts = [
        (wording.when, when(invitation, language)),
        (wording.where, tidy(invitation.location)),
        (wording.who, ", ".join(tidy(one.name) or one.email for one in invitation.attendees)),
    ]
    width = max(len(name) for name, _ in facts) + 1
    lines = [opening % {"organizer": organizer}, "", tidy(invitation.summary) or wording.untitled, ""]
    lines += [f"{name + ':':<{width}} {fact}" for name, fact in facts if fact]
    if invitation.description.strip():
        lines += ["", f"{wording.about}:", *(tidy(line) for line in invitation.description.splitlines())]
    lines += ["", closing % {"address": invitation.organizer.email}]
    return "\n".join(lines) + "\n"


def letter(invitation: Invitation, language: str) -> str:
    """Subject and text as one, for somebody who wants to see what is sent."""
    return f"{subject(invitation, language)}\n\n{body(invitation, language)}"


def when(invitation: Invitation, language: str) -> str:
    """Day, time and the name of the clock, as in "Tuesday, November 24, 2026, 10:00 AM – 10:45 AM (Eastern Time)"."""
    locale = known_language(language)
    zone = ZoneInfo(invitation.zone)
    start, end = invitation.slot.start.astimezone(zone), invitation.slot.end.astimezone(zone)
    first = f"{format_date(start.date(), 'full', locale=locale)}, {_time(start, locale)}"
    last = _time(end, locale)
    if end.date() != start.date():
        last = f"{format_date(end.date(), 'full', locale=locale)}, {last}"
    return f"{first} – {last} ({get_timezone_name(start, locale=locale)})"


def _time(at: datetime, locale: str) -> str:
    """The wall-clock time; the narrow blank that English puts before AM is an ordinary one in a mail."""
    return " ".join(format_time(at.time(), "short", locale=locale).split())
