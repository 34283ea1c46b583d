"""A whole calendar text read: objects by UID, each with its occurrences in a window, and what was wrong with it.

An object whose text is `known` to be as it was is not parsed again, unless it had problems, which have to be told anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from zoneinfo import ZoneInfo

from agenda.model.calendars import Calendar, CalendarObject, Problem
from agenda.model.events import Event
from agenda.model.sentences import say
from agenda.model.times import Interval
from sync.ical.bounded import Job, run_dear
from sync.ical.expand import Found, expand
from sync.ical.group import Group, Series, finish, give_up, lose, parts_of_group, read_group
from sync.ical.limits import Limits
from sync.ical.looks import unpack
from sync.ical.notes import Notes
from sync.ical.parse import Surroundings
from sync.ical.split import Block, Cut, Scope, split
from sync.ical.zones import Zones, by_name

MAPPER = f"1/{version('tzdata')}/{version('recurring-ical-events')}"
"""Changes whenever the same text may be read differently."""

MARK_BYTES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was in a calendar text.

    `objects` are new, changed or had problems; `present` names every object there is, `marks` stand for those that were
    read without a problem. `is_whole` is False when the text breaks off, so that absence says nothing.
    """

    objects: tuple[CalendarObject, ...] = ()
    present: frozenset[str] = frozenset()
    marks: frozenset[bytes] = frozenset()
    problems: tuple[Problem, ...] = ()
    is_whole: bool = True
    name: str = ""
    events: int = 0


@dataclass(slots=True)
class _Work:
    """What is gathered while the groups are walked."""

    objects: list[CalendarObject] = field(default_factory=list)
    marks: set[bytes] = field(default_factory=set)
    dear: list[tuple[Group, Series]] = field(default_factory=list)


def read(
    data: bytes,
    calendar: Calendar,
    window: Interval,
    *,
    limits: Limits | None = None,
    known: frozenset[bytes] = frozenset(),
) -> Reading:
    """Read a calendar text as it was served.

    Args:
        data: the bytes; gzip and UTF-16 are understood.
        calendar: whose it is, and the zone of its floating times and its days.
        window: occurrences are given for it.
        limits: how much is read.
        known: the marks of an earlier reading with the same calendar, window and MAPPER.

    Raises:
        NotACalendarError: it is no calendar, or larger than the limit.
    """
    limits = limits or Limits()
    notes = Notes(calendar.name, limits.problems)
    cut = split(unpack(data, calendar.name, limits.calendar_bytes), limits)
    around = _surroundings(cut, calendar, notes)
    work = _Work()
    groups = _groups(cut.blocks, notes)
    for uid, blocks in groups.items():
        group = Group(uid=uid, blocks=blocks, ics=_ics(blocks, around), calendar=calendar, window=window)
        mark = _mark(group)
        if mark in known:
            work.marks.add(mark)
            continue
        told = len(notes.problems) + notes.untold
        series = _series(group, {id(one): around[id(one.scope)] for one in blocks}, notes, limits)
        if series.is_dear:
            work.dear.append((group, series))
            continue
        _keep(group, series.events, work)
        if told == len(notes.problems) + notes.untold:
            work.marks.add(mark)
    _expand_dear(work, notes, limits)
    _tell_breaking_off(cut, notes, window)
    return Reading(
        objects=tuple(work.objects),
        present=frozenset(groups),
        marks=frozenset(work.marks),
        problems=notes.all(),
        is_whole=not cut.breaks_off_at,
        name=next((scope.name for scope in cut.scopes if scope.name), ""),
        events=cut.events,
    )


def expand_object(ics: bytes, calendar: Calendar, window: Interval, limits: Limits) -> tuple[list[Found], bool]:
    """The occurrences of one object, whatever its rules cost; only for a process that can be ended."""
    notes = Notes("", 0)
    cut = split(ics, limits)
    around = _surroundings(cut, calendar, notes)
    group = Group(uid=cut.blocks[0].uid, blocks=cut.blocks, ics=ics, calendar=calendar, window=window)
    series = parts_of_group(group, {id(one): around[id(one.scope)] for one in cut.blocks}, notes, limits)
    return expand(series.parts, window, limits.occurrences)


def _series(group: Group, around: Mapping[int, Surroundings], notes: Notes, limits: Limits) -> Series:
    """Read one object; should that fail in a way nobody thought of, only this object is lost, its time unknown."""
    try:
        return read_group(group, around, notes, limits)
    except Exception:
        lose(group, group.blocks[0], notes, say("it is not written as RFC 5545 asks"), group.window)
        return Series()


def _keep(group: Group, events: tuple[Event, ...] | None, work: _Work) -> None:
    if events is not None:
        digest = hashlib.sha256(group.ics).hexdigest()
        work.objects.append(
            CalendarObject(href=group.uid, uid=group.uid, etag="", digest=digest, ics=group.ics, events=events)
        )


def _expand_dear(work: _Work, notes: Notes, limits: Limits) -> None:
    jobs = [Job(group.ics, group.calendar, group.window) for group, _ in work.dear]
    for (group, series), result in zip(work.dear, run_dear(jobs, limits), strict=True):
        if result is None:
            events = give_up(group, series, notes, limits, say("working out its repetition takes too long"))
        elif result.found is None:
            events = give_up(group, series, notes, limits, say("its repetition cannot be read"))
        else:
            events = finish(group, series, result.found, notes, limits, is_too_many=result.is_more)
        _keep(group, events, work)


def _surroundings(cut: Cut, calendar: Calendar, notes: Notes) -> dict[int, Surroundings]:
    default = ZoneInfo(calendar.zone)
    return {id(scope): _of_scope(scope, default, notes) for scope in cut.scopes}


def _of_scope(scope: Scope, default: ZoneInfo, notes: Notes) -> Surroundings:
    named = by_name(scope.zone) if scope.zone else None
    zones = Zones(scope.zones, default)
    if named is not None and isinstance(named.tz, ZoneInfo):
        return Surroundings(zones, named.tz, is_named=True)
    if scope.zone:
        notes.warn(
            say(
                "%(calendar)s: nobody knows its time zone %(zone)s; times without a zone are read in %(guess)s.",
                calendar=notes.calendar,
                zone=scope.zone[:80],
                guess=str(default),
            )
        )
    return Surroundings(zones, default, is_named=False)


def _groups(blocks: Iterable[Block], notes: Notes) -> dict[str, list[Block]]:
    groups: dict[str, list[Block]] = {}
    for block in blocks:
        if not block.uid:
            block.uid = f"no-uid-{hashlib.sha256(_undated(block.text())).hexdigest()[:32]}"
            notes.warn(
                say(
                    "%(calendar)s, line %(line)s: an event has no UID; changed, it will look like another one.",
                    calendar=notes.calendar,
                    line=block.line,
                ),
                uid=block.uid,
                line=block.line,
            )
        groups.setdefault(block.uid, []).append(block)
    return groups


def _ics(blocks: list[Block], around: Mapping[int, Surroundings]) -> bytes:
    """The object as one VCALENDAR, with the definitions it cannot be read without."""
    surroundings = around[id(blocks[0].scope)]
    lines = [b"BEGIN:VCALENDAR", b"VERSION:2.0", b"PRODID:-//Antechamber//EN"]
    if surroundings.is_named:
        lines.append(b"X-WR-TIMEZONE:" + str(surroundings.floating).encode())
    zones = surroundings.zones
    rules = [
        zones.rules_of(tzid)
        for tzid in sorted({one for block in blocks for one in block.tzids()})
        if zones.needs_rules(tzid)
    ]
    head = b"\r\n".join((*lines, b""))
    return b"".join((head, *rules, *(block.text() for block in blocks), b"END:VCALENDAR\r\n"))


def _mark(group: Group) -> bytes:
    """Stands for the object as it is; DTSTAMP does not count, for some servers set it anew each time."""
    return hashlib.sha256(_undated(group.ics)).digest()[:MARK_BYTES]


def _undated(text: bytes) -> bytes:
    return b"\r\n".join(line for line in text.split(b"\r\n") if not line.startswith(b"DTSTAMP"))


def _tell_breaking_off(cut: Cut, notes: Notes, window: Interval) -> None:
    """What may have followed can lie anywhere in the window, so that none of it may be taken as free."""
    if cut.breaks_off_at:
        notes.fail(
            say(
                "%(calendar)s breaks off at line %(line)s; what may have followed is not known.",
                calendar=notes.calendar,
                line=cut.breaks_off_at,
            ),
            line=cut.breaks_off_at,
            interval=window,
        )


def with_href(obj: CalendarObject, href: str, etag: str) -> CalendarObject:
    """The same object under a provider's own name for it."""
    return replace(obj, href=href, etag=etag)
