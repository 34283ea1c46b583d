"""The office's policy file: its hours, wishes and weights, and its people."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays as calendar_of_rest

from agenda.model.hours import WallSpan
from agenda.model.ids import PersonId, PlaceId
from agenda.model.people import Person, Standing
from agenda.model.planning import Limits, Weights
from agenda.model.policy import Policy
from agenda.model.requests import Priority
from config.hours import span_of, weekly_hours
from config.mistakes import Mistakes
from config.tables import Table, load

ID = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")
MAIL = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+")
LANGUAGE = re.compile(r"[a-z]{2,3}(?:[-_][A-Za-z]{2,8})*")
DIVISORS = tuple(minutes for minutes in range(5, 61) if 60 % minutes == 0)
DEFAULTS = Policy(office_name="", zone=ZoneInfo("UTC"), hours=weekly_hours(Table({}, "", Mistakes(""))))
UNUSABLE_ZONE = ZoneInfo("UTC")

People = dict[PersonId, Person]


def read_policy(
    path: Path, *, places: Collection[PlaceId] | None = None, limits: Limits | None = None
) -> tuple[Policy, People]:
    """The policy and its people, by id, in the order of the file.

    Args:
        path: the policy file.
        places: the places a person's `base` may be; None means that it is not checked.
        limits: what the deployment lets a search cost; how many options are shown is the policy's to say.

    Raises:
        BadConfigError: with every mistake of the file.
    """
    mistakes = Mistakes(str(path))
    found = policy_from(path, mistakes, places=places, limits=limits)
    mistakes.raise_any()
    return found


def policy_from(
    path: Path, mistakes: Mistakes, *, places: Collection[PlaceId] | None, limits: Limits | None
) -> tuple[Policy, People]:
    """As `read_policy`, but mistakes are only noted; with any, what comes back is not to be used."""
    values = load(path, mistakes, of_init=True)
    if mistakes.found:
        return DEFAULTS, {}
    top = Table(values, "", mistakes)
    policy = _policy(top, limits or Limits())
    people = _people(top, places)
    top.close()
    return policy, people


def _policy(top: Table, limits: Limits) -> Policy:
    office, lunch, buffers = top.table("office"), top.table("lunch"), top.table("buffers")
    requests, options, reading = top.table("requests"), top.table("options"), top.table("reading")
    country, part = _holidays(top.table("holidays"))
    short = buffers.whole("short_min", DEFAULTS.short_buffer_min, most=240)
    policy = Policy(
        office_name=office.text("name", required=True),
        zone=_zone(office),
        organizer=_mail(office, "organizer"),
        hours=weekly_hours(top.table("hours")),
        liked_hours=weekly_hours(top.table("liked_hours")),
        lunch=_span(lunch, "window"),
        lunch_min=lunch.whole("minutes", DEFAULTS.lunch_min, least=5, most=240),
        lunch_is_hard=lunch.flag("hard", default=DEFAULTS.lunch_is_hard),
        short_buffer_min=short,
        long_buffer_min=buffers.whole("long_min", max(short, DEFAULTS.long_buffer_min), most=240),
        long_from_min=buffers.whole("long_from_min", DEFAULTS.long_from_min, least=1, most=1440),
        holiday_country=country,
        holiday_part=part,
        default_duration_min=requests.whole("default_duration_min", DEFAULTS.default_duration_min, least=5, most=1440),
        lead_days=requests.whole("lead_days", DEFAULTS.lead_days, most=365),
        grid_min=_grid(options),
        apart_min=options.whole("apart_min", DEFAULTS.apart_min, most=10080),
        weights=_weights(top.table("weights")),
        limits=replace(limits, options=options.whole("count", limits.options, least=1, most=50)),
        priorities=_priorities(top.table("priorities")),
        stale_after=timedelta(minutes=reading.whole("stale_after_min", 360, least=5, most=10080)),
    )
    if not policy.hours.spans:
        top.mistake("hours", 'is missing or empty; expected the working hours, such as mon-fri = ["08:30-18:00"]')
    if policy.lunch is not None and _minutes(policy.lunch) < policy.lunch_min:
        lunch.mistake("window", "is shorter than the %(minutes)s minutes of lunch", minutes=policy.lunch_min)
    for table in (office, lunch, buffers, requests, options, reading):
        table.close()
    return policy


def _minutes(span: WallSpan) -> int:
    end = 1440 if span.end.hour == 23 and span.end.second == 59 else span.end.hour * 60 + span.end.minute
    return end - span.start.hour * 60 - span.start.minute


def _zone(office: Table) -> ZoneInfo:
    name = office.text("zone", required=True)
    if name:
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            office.mistake("zone", "expected a time zone such as Europe/Madrid, not %(name)s", name=repr(name))
    return UNUSABLE_ZONE


def _span(table: Table, name: str) -> WallSpan | None:
    text = table.text(name)
    span = span_of(text) if text else None
    if text and span is None:
        table.mistake(name, "expected hours such as 11:30-14:00, not %(text)s", text=repr(text))
    return span


def _mail(table: Table, name: str, *, required: bool = False) -> str:
    text = table.text(name, required=required)
    if text and not MAIL.fullmatch(text):
        table.mistake(name, "expected a mail address, not %(text)s", text=repr(text))
    return text


def _grid(options: Table) -> int:
    grid = options.whole("grid_min", DEFAULTS.grid_min, least=5, most=60)
    if grid not in DIVISORS:
        options.mistake("grid_min", "expected minutes that divide an hour, not %(grid)s", grid=grid)
    return grid


def _holidays(table: Table) -> tuple[str, str]:
    country, part = table.text("country").upper(), table.text("part").upper()
    parts = calendar_of_rest.list_supported_countries(include_aliases=True)
    if country and country not in parts:
        table.mistake("country", "expected a country as ISO 3166 has it (US), not %(country)s", country=country)
    elif part and not country:
        table.mistake("part", "needs a country beside it")
    elif part and part not in [one.upper() for one in parts[country]]:
        table.mistake("part", "no holidays are known for %(part)s of %(country)s", part=part, country=country)
    table.close()
    return country, part


def _weights(table: Table) -> Weights:
    values = {one.name: table.whole(one.name, cast("int", one.default), most=100_000) for one in fields(Weights)}
    table.close()
    return Weights(**values)


def _priorities(table: Table) -> dict[Priority, str]:
    """Names by priority; the keys are 1 to 5, or the English words in small letters."""
    names = {}
    for priority in Priority:
        number, word = str(priority.value), priority.name.casefold()
        if table.has(number) and table.has(word):
            table.mistake(word, "says the same as %(number)s", number=number)
        name = table.text(number) or table.text(word)
        if name:
            names[priority] = name
    table.close()
    return names


def _people(top: Table, places: Collection[PlaceId] | None) -> People:
    people: People = {}
    addresses: dict[str, str] = {}
    principals = 0
    for table in top.tables("people"):
        person = _person(table, places)
        table.close()
        if person.id in people:
            table.mistake("id", "%(id)s is taken by somebody before", id=repr(str(person.id)))
        owner = addresses.setdefault(person.email.casefold(), person.name) if person.email else person.name
        if owner != person.name:
            table.mistake("email", "belongs to %(owner)s already", owner=owner)
        principals += person.standing is Standing.PRINCIPAL
        if principals > 1 and person.standing is Standing.PRINCIPAL:
            table.mistake("standing", "there is a principal already; expected one only")
        people[person.id] = person
    if not principals:
        top.mistake("people", 'expected one person with standing = "principal"')
    return people


def _person(table: Table, places: Collection[PlaceId] | None) -> Person:
    base = table.text("base")
    if base and places is not None and base not in places:
        table.mistake("base", "no place has the id %(base)s", base=repr(base))
    hours = weekly_hours(table.table("hours"))
    language = table.text("language", "en")
    if not LANGUAGE.fullmatch(language):
        table.mistake("language", "expected a language such as en or es, not %(language)s", language=repr(language))
    return Person(
        id=PersonId(identifier(table)),
        name=table.text("name", required=True),
        email=_mail(table, "email", required=True),
        title=table.text("title"),
        standing=_standing(table),
        base=PlaceId(base) if base else None,
        hours=hours if hours.spans else None,
        language=language,
    )


def _standing(table: Table) -> Standing:
    text = table.text("standing", Standing.OFFICIAL.value)
    if text not in [one.value for one in Standing]:
        table.mistake("standing", "expected principal, official or staff, not %(text)s", text=repr(text))
        return Standing.OFFICIAL
    return Standing(text)


def identifier(table: Table) -> str:
    """The `id` of a table: short, of small letters, digits and dashes."""
    text = table.text("id", required=True)
    if text and not ID.fullmatch(text):
        table.mistake("id", "expected small letters, digits and dashes, not %(text)s", text=repr(text))
    return text
