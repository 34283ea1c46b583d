"""Prepares the demo office in a folder: its files, its calendars' contents, its requests and accounts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from agenda.model.calendars import Calendar, Provider
from agenda.model.ids import CalendarId, PersonId
from agenda.model.requests import Request
from agenda.model.users import Duty
from web.demo import city, feeds, files, waiting
from web.demo.radicale import HOST, SECRET, Collection, kept_password, kept_port
from web.demo.weeks import WEEKS_BACK, calendars, monday_of

PASSWORD = "behind-the-second-door"  # noqa: S105  # of invented people, told to everyone who opens the demo
PREPARED = "demo.json"
GOOD_FOR = timedelta(days=7)
"""After so long the invented weeks begin to look empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody who may sign in; the password is told to whoever opens the demo."""

    login: str
    password: str
    name: str
    duty: Duty
    person: PersonId | None = None
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOffice:
    """Everything the demo starts with.

    `calendars` are to be connected, `collections` to be put on the demo's CalDAV server first, `requests` to be
    taken in, `accounts` to be opened; the first account is the secretary's.
    """

    folder: Path
    settings: Path
    today: date
    calendars: tuple[Calendar, ...]
    collections: tuple[Collection, ...]
    requests: tuple[Request, ...]
    accounts: tuple[Account, ...]


def prepared_on(folder: Path) -> date | None:
    """The day the demo in that folder was made for, or None where there is none."""
    try:
        return date.fromisoformat(json.loads((folder / PREPARED).read_text(encoding="utf-8"))["today"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def is_stale(folder: Path, today: date) -> bool:
    """Whether the demo in that folder has to be made anew: there is none, or its weeks are over."""
    made = prepared_on(folder)
    return made is None or not timedelta(0) <= today - made <= GOOD_FOR


def prepare(folder: Path, today: date, seed: int = 1) -> DemoOffice:
    """Write the demo's files and make up its weeks around today; the same for the same day and seed.

    The calendar server is asked nothing; start it before, so that its port is settled, and fill it after.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    settings = files.write(folder)
    first = monday_of(today) - timedelta(weeks=WEEKS_BACK)
    council, town = folder / "council-committees.ics", folder / "in-town.ics"
    council.write_bytes(feeds.council_feed(first, seed, today))
    town.write_bytes(feeds.city_feed(first, seed, today))
    kept_password(folder)
    collections = tuple(
        Collection(one.owner, "agenda", _title(one.owner), feeds.feed(_title(one.owner), one.drafts, today))
        for one in calendars(today, seed)
    )
    (folder / PREPARED).write_text(json.dumps({"today": today.isoformat(), "seed": seed}), encoding="utf-8")
    return DemoOffice(
        folder=folder,
        settings=settings,
        today=today,
        calendars=(*_on_the_server(folder), *_on_disk(council, town)),
        collections=collections,
        requests=waiting.requests(today, seed),
        accounts=ACCOUNTS,
    )


def _title(owner: PersonId) -> str:
    return next(person.title for person in city.PEOPLE if person.id == owner)


def _on_the_server(folder: Path) -> tuple[Calendar, ...]:
    """Each official's own calendar; confirmed meetings are written there."""
    port = _port(folder)
    return tuple(
        Calendar(
            id=CalendarId(f"demo-{person.id}"),
            name=f"{person.title}: {person.name}",
            owner=person.id,
            provider=Provider.CALDAV,
            address=f"http://{HOST}:{port}/{person.id}/agenda/",
            login=person.id,
            secret=SECRET,
            zone=city.ZONE,
            writable=True,
        )
        for person in city.PEOPLE
    )


def _port(folder: Path) -> int:
    """The port of the server that runs, or else the one it will take."""
    try:
        return int((folder / "radicale" / "port").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return kept_port(folder)


def _on_disk(council: Path, town: Path) -> tuple[Calendar, ...]:
    """Two calendars that are only read: one in the council president's time, one that takes nobody's."""
    return (
        Calendar(
            id=CalendarId("demo-committees"),
            name="Council committees",
            owner=PersonId("council"),
            provider=Provider.ICS_FILE,
            address=str(council),
            zone=city.ZONE,
        ),
        Calendar(
            id=CalendarId("demo-in-town"),
            name="In town",
            owner=city.MAYOR,
            provider=Provider.ICS_FILE,
            address=str(town),
            zone=city.ZONE,
            counts_as_busy=False,
        ),
    )


ACCOUNTS: tuple[Account, ...] = (
    Account(login="secretary", password=PASSWORD, name="Dolores Finchley", duty=Duty.SECRETARY),
    Account(
        login="chief",
        password=PASSWORD,
        name="Harriet Lindquill",
        duty=Duty.CHIEF_OF_STAFF,
        person=PersonId("chief-of-staff"),
    ),
    Account(
        login="press",
        password=PASSWORD,
        name="Joaquín Belmonteño",
        duty=Duty.STAFF,
        person=PersonId("press"),
        language="es",
    ),
    Account(login="it", password=PASSWORD, name="Odalys Brack", duty=Duty.IT),
)
