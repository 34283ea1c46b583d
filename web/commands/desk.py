"""Where a command sits down: its office, opened when asked for, and the progress of what takes a while."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from agenda.model.errors import BadInputError, BadInputsError, NotFoundError
from agenda.model.ids import PersonId
from agenda.model.sentences import Sentence, say
from agenda.model.times import DAY, Interval, days_of
from agenda.ports import Progress as Report
from web import wiring
from web.commands.terminal import WRITER
from web.language import DEFAULT, LANGUAGES
from web.logs import keep_quiet
from web.show import Show

SHORT_ID = 8


def open_office(ctx: click.Context, *, is_quiet: bool = True) -> wiring.Household:
    """The office, for as long as the command runs.

    Raises:
        BadInputError: there is none yet; it is said how to get one.
        BadConfigError: settings, policy or places cannot be used.
        StoreError: its store cannot be used.
    """
    if is_quiet:
        keep_quiet()
    settings = settings_of(ctx)
    if not settings.policy_file.is_file():
        raise BadInputError(
            "policy_file",
            say(
                "There is no office yet: %(file)s is missing. Write it with `antechamber init`, "
                "or look at an invented office with `antechamber demo`.",
                file=str(settings.policy_file),
            ),
        )
    household = ctx.with_resource(wiring.build(settings))
    ctx.meta[WRITER] = show_of(household).sentence
    return household


def settings_of(ctx: click.Context) -> wiring.Settings:
    """The settings of this deployment."""
    named = ctx.find_root().obj
    return wiring.settings_from(named if isinstance(named, Path) else None, os.environ)


class TerminalShow(Show):
    """Writes times on the 24-hour clock in every language: a column of them is read and sorted without AM and PM."""

    __slots__ = ()

    def time(self, at: datetime) -> str:
        """As in "13:15"."""
        return f"{at.astimezone(self.zone):%H:%M}"

    def times(self, interval: Interval) -> str:
        """As in "13:15–14:15"."""
        return f"{self.time(interval.start)}–{self.time(interval.end)}"


def show_of(household: wiring.Household) -> Show:
    """How facts are written here: the office's zone, the terminal's language, the 24-hour clock."""
    return TerminalShow(household.office.policy.zone, spoken())


def spoken() -> str:
    """The terminal's language, if the house speaks it."""
    named = (os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or "")[:2]
    return named if named in LANGUAGES else DEFAULT


@contextmanager
def progress(doing: str) -> Iterator[Report]:
    """Show on standard error how far something has come, where that is a terminal; gone when it is done."""
    console = Console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as shown:
        task = shown.add_task(doing, total=None)

        def report(done: int, total: int | None, what: str) -> None:
            shown.update(task, completed=done, total=total, description=f"{doing} {what}".strip())

        yield report


def known_person(household: wiring.Household, field: str, typed: str) -> PersonId:
    """A person of the policy file, by id.

    Raises:
        BadInputError: nobody has that id; those that there are are told.
    """
    people = household.office.directory.people
    if typed not in people:
        raise BadInputError(field, nobody(typed, people))
    return PersonId(typed)


def nobody(typed: str, known: Iterable[str]) -> Sentence:
    """That nobody has this id, and which ids there are."""
    return say("Nobody here has the id %(person)s. Known are %(known)s.", person=typed, known=tuple(known))


def day_option(value: str | None, today: date, *, otherwise: date, option: str) -> date:
    """A day as it was typed into an option: 2026-11-24, `today`, `tomorrow`, or `+7` for days from today.

    Raises:
        BadInputError: it is none of these.
    """
    if value is None:
        return otherwise
    named = {"today": today, "tomorrow": today + DAY, "yesterday": today - DAY}
    if value.casefold() in named:
        return named[value.casefold()]
    if re.fullmatch(r"[+-]\d{1,4}", value):
        return today + int(value) * DAY
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise BadInputError(
            "day",
            say(
                "%(option)s: %(value)s is no day. Write it as 2026-11-24, today, tomorrow or +7.",
                option=option,
                value=value,
            ),
        ) from error


def time_option(value: str | None, *, option: str) -> time | None:
    """A wall-clock time as it was typed into an option, 14:30.

    Raises:
        BadInputError: it is none.
    """
    if value is None:
        return None
    try:
        return datetime.strptime(value, "%H:%M").time()  # noqa: DTZ007 (a wall clock)
    except ValueError as error:
        raise BadInputError(
            "time", say("%(option)s: %(value)s is no time. Write it as 14:30.", option=option, value=value)
        ) from error


def span_of(first: date, last: date, zone: ZoneInfo) -> Interval:
    """Whole days from the first up to, not including, the last.

    Raises:
        BadInputError: there is not a day between them.
    """
    if last <= first:
        raise BadInputError(
            "to", say("%(last)s does not come after %(first)s; the last day is not included.", last=last, first=first)
        )
    return days_of(first, last, zone)


def one_of(kind: str, typed: str, ids: Callable[[], list[str]]) -> str:
    """The id somebody meant: written out, or its first letters where only one begins with them.

    Raises:
        NotFoundError: none does.
        BadInputsError: several do.
    """
    known = ids()
    if typed in known:
        return typed
    meant = [one for one in known if len(typed) >= 4 and one.startswith(typed)]
    if not meant:
        raise NotFoundError(kind, typed)
    if len(meant) > 1:
        shown = tuple(one[:SHORT_ID] for one in meant)
        sentence = say("Several begin with %(typed)s: %(ids)s. Write more of it.", typed=typed, ids=shown)
        raise BadInputsError((BadInputError(kind, sentence),))
    return meant[0]
