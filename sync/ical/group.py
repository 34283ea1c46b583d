"""All VEVENTs of one UID: a single event, or a series with its overrides, read into occurrences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from agenda.model.calendars import Calendar
from agenda.model.events import Event, EventKey, Transparency, recurrence_id_of
from agenda.model.sentences import Fact, Sentence, say
from agenda.model.times import DAY, Interval
from sync.ical.expand import Found, cost, expand, rules_of
from sync.ical.limits import Limits
from sync.ical.notes import Notes
from sync.ical.parse import Part, Surroundings, UnreadableError, parse, salvage
from sync.ical.rules import Cost, parts_of
from sync.ical.split import Block
from sync.ical.translate import days, event_of, interval_of

MANY_ALARMS = 200
REPETITION = ("RRULE", "RDATE", "EXRULE")
ENDS = ("DTEND", "DURATION")
NO_END = timedelta(hours=1)
"""RFC 5545, 3.6.1 lets an event without an end be over at once; whoever typed it did not mean that."""
RULES_GO_ON = say("its repetition cannot be read")


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One object: its blocks in the order they were served, and itself as one VCALENDAR."""

    uid: str
    blocks: list[Block]
    ics: bytes
    calendar: Calendar
    window: Interval


@dataclass(slots=True)
class Series:
    """What was read of a group.

    `events` None means that nothing was, so that what was known before stays. `is_dear` means that `parts` still have
    to be expanded, elsewhere; `spare` are further events that share the UID without being part of the series.
    """

    parts: list[Part] = field(default_factory=list)
    spare: list[Part] = field(default_factory=list)
    floating: str = "UTC"
    events: tuple[Event, ...] | None = None
    is_dear: bool = False


def read_group(group: Group, around: Mapping[int, Surroundings], notes: Notes, limits: Limits) -> Series:
    """Read one object; never fails, what is wrong is noted."""
    series = parts_of_group(group, around, notes, limits)
    if not series.parts:
        return series
    match cost(series.parts):
        case Cost.REFUSED:
            _refuse_rules(group, series.parts, notes, say("it repeats by the minute or second"))
        case Cost.DEAR:
            series.is_dear = True
            return series
        case Cost.CHEAP:
            pass
    if len(series.parts) == 1 and not series.spare and not series.parts[0].block.is_series:
        series.events = _single(group, series.parts[0], series.floating)
        return series
    found, is_more = _expanded(group, series.parts, notes, limits)
    series.events = finish(group, series, found, notes, limits, is_too_many=is_more)
    return series


def parts_of_group(group: Group, around: Mapping[int, Surroundings], notes: Notes, limits: Limits) -> Series:
    """Read every VEVENT that can be read, and settle which of them are the series."""
    parts: list[Part] = []
    floating = "UTC"
    for block in group.blocks[: limits.parts]:
        surroundings = around[id(block)]
        floating = str(surroundings.floating) if surroundings.is_named else "UTC"
        part = _read(group, block, surroundings, notes, limits)
        if part is not None:
            parts.append(part)
    if len(group.blocks) > limits.parts:
        lose(group, group.blocks[limits.parts], notes, say("too many VEVENTs share its UID"), group.window)
    parts, spare = _choose(parts, notes)
    return Series(parts, spare, floating)


def give_up(group: Group, series: Series, notes: Notes, limits: Limits, why: Sentence) -> tuple[Event, ...]:
    """The events of a series without its rules; the rest is noted as unknown."""
    _refuse_rules(group, series.parts, notes, why)
    found, is_more = _expanded(group, series.parts, notes, limits)
    return finish(group, series, found, notes, limits, is_too_many=is_more)


def finish(
    group: Group, series: Series, found: Sequence[Found], notes: Notes, limits: Limits, *, is_too_many: bool = False
) -> tuple[Event, ...]:
    """The events of a series from its expanded occurrences."""
    events: dict[EventKey, Event] = {}
    for event in _events_of(group, series.parts, found, series.floating):
        events.setdefault(event.key, event)
    if is_too_many:
        last = max((event.interval.end for event in events.values()), default=group.window.start)
        rest = Interval(min(last, group.window.end), group.window.end)
        why = say("it happens more than %(limit)s times", limit=limits.occurrences)
        lose(group, series.parts[0].block, notes, why, rest, name="RRULE")
    for part in series.spare:
        again, _ = _expanded(group, [part], notes, limits)
        for event in _events_of(group, [part], again, series.floating):
            key = EventKey(group.uid, event.key.recurrence_id or recurrence_id_of(part.start))
            events.setdefault(key, replace(event, key=key))
    return tuple(sorted(events.values(), key=lambda one: (one.interval, one.key)))


def touches(interval: Interval, window: Interval) -> bool:
    """Whether an event is to be told of: it shares time with the window, or is a moment inside it."""
    return interval.overlaps(window) or window.start <= interval.start == interval.end < window.end


def _single(group: Group, part: Part, floating: str) -> tuple[Event, ...]:
    if not touches(interval_of(part.start, part.end, ZoneInfo(group.calendar.zone)), group.window):
        return ()
    return (event_of(part, group.calendar, is_recurring=False, floating=floating),)


def _expanded(group: Group, parts: Sequence[Part], notes: Notes, limits: Limits) -> tuple[list[Found], bool]:
    try:
        return expand(parts, group.window, limits.occurrences)
    except Exception:
        _refuse_rules(group, parts, notes, RULES_GO_ON)
    try:
        return expand(parts, group.window, limits.occurrences)
    except Exception:
        return [
            Found(at, part.start, part.end, part.recurrence_id or part.start) for at, part in enumerate(parts)
        ], False


def _events_of(group: Group, parts: Sequence[Part], found: Sequence[Found], floating: str) -> list[Event]:
    is_recurring = len(parts) > 1 or any(part.block.is_series for part in parts)
    templates: dict[int, Event] = {}
    events = []
    zone = ZoneInfo(group.calendar.zone)
    for one in found:
        interval = interval_of(one.start, one.end, zone)
        if not touches(interval, group.window):
            continue
        template = templates.get(one.part)
        if template is None:
            template = event_of(parts[one.part], group.calendar, is_recurring=is_recurring, floating=floating)
            templates[one.part] = template
        key = EventKey(group.uid, recurrence_id_of(one.original) if is_recurring else "")
        first, last = days(one.start, one.end)
        events.append(replace(template, key=key, interval=interval, first_day=first, last_day=last))
    return events


def _read(group: Group, block: Block, around: Surroundings, notes: Notes, limits: Limits) -> Part | None:
    why, name = block.excess, ""
    if why is None and not block.is_closed:
        why = say("it breaks off")
    if why is None:
        try:
            part = parse(block, around, notes)
        except UnreadableError as error:
            why, name = error.why, error.name
        else:
            _tell_oddities(group, part, notes, limits)
            return part
    part_of_it = salvage(block, around, Notes(notes.calendar, 0))
    lose(group, block, notes, why, _time_of(group, part_of_it), name=name)
    return None


def _time_of(group: Group, part: Part | None) -> Interval | None:
    """The time that a lost event may take: its own, and for a series whatever follows."""
    if part is None or str(part.event.get("TRANSP", "")).upper() == Transparency.TRANSPARENT:
        return None
    own = interval_of(part.start, part.end, ZoneInfo(group.calendar.zone))
    if part.block.is_series and not part.block.is_override:
        return Interval(own.start, max(own.end, group.window.end))
    return own


def _tell_oddities(group: Group, part: Part, notes: Notes, limits: Limits) -> None:
    block = part.block
    start = interval_of(part.start, part.end, ZoneInfo(group.calendar.zone)).start
    is_free = str(part.event.get("TRANSP", "")).upper() == Transparency.TRANSPARENT
    if not part.broken.isdisjoint(REPETITION):
        name = next(one for one in REPETITION if one in part.broken)
        rest = Interval(start, max(start, group.window.end))
        lose(group, block, notes, RULES_GO_ON, None if is_free else rest, name=name)
    if not part.broken.isdisjoint(ENDS) and not part.event.keys() & set(ENDS):
        day = None if is_free else Interval(start, start + DAY)
        lose(group, block, notes, say("its end cannot be read"), day, name="DTEND")
    if isinstance(part.start, datetime) and part.broken.isdisjoint(ENDS) and not part.event.keys() & set(ENDS):
        hour = None if is_free else Interval(start, start + NO_END)
        _doubt(group, block, notes, say("it has no end, so that the hour after its start counts as unknown"), hour)
    if block.alarms > MANY_ALARMS:
        _doubt(group, block, notes, say("its %(count)s alarms were left out", count=block.alarms))
    if block.is_cut:
        _doubt(group, block, notes, say("a very long text was cut off"))
    if len(rules_of(part)) > limits.rules:
        part.event["RRULE"] = part.event["RRULE"][: limits.rules]
        rest = Interval(start, max(start, group.window.end))
        lose(group, block, notes, say("it has too many rules"), None if is_free else rest, name="RRULE")


def _choose(parts: list[Part], notes: Notes) -> tuple[list[Part], list[Part]]:
    """Which VEVENT is the series when several claim to be (RFC 5546, 2.1.5: the highest SEQUENCE).

    Equal ones count once. Different ones with the same SEQUENCE are events that were given one UID by mistake; they are
    kept beside one another.
    """
    claimants = [part for part in parts if part.recurrence_id is None]
    if len(claimants) < 2:
        return parts, []
    highest = max(part.sequence for part in claimants)
    first = next(part for part in claimants if part.sequence == highest)
    spare: list[Part] = []
    for part in claimants:
        if part is first:
            continue
        block = part.block
        facts: dict[str, Fact] = {"calendar": notes.calendar, "line": block.line, "uid": block.uid}
        if part.sequence < highest:
            sentence = say("%(calendar)s, line %(line)s: an older version of event %(uid)s was left out.", **facts)
        elif (part.start, part.end) == (first.start, first.end):
            sentence = say("%(calendar)s, line %(line)s: event %(uid)s is there twice; it counts once.", **facts)
        else:
            spare.append(part)
            sentence = say(
                "%(calendar)s, line %(line)s: another event has the UID %(uid)s too; both are kept.", **facts
            )
        notes.warn(sentence, uid=block.uid, line=block.line)
    return [first, *(part for part in parts if part.recurrence_id is not None)], spare


def _refuse_rules(group: Group, parts: Sequence[Part], notes: Notes, why: Sentence) -> None:
    """Take the rules off, keep what is left, and note that the rest is unknown until the rules end."""
    for part in parts:
        rules = rules_of(part)
        if not rules and "RDATE" not in part.event:
            continue
        for name in REPETITION:
            part.event.pop(name, None)
        start = interval_of(part.start, part.end, ZoneInfo(group.calendar.zone)).start
        end = max([_until(rule, group.window.end) for rule in rules], default=group.window.end)
        is_free = str(part.event.get("TRANSP", "")).upper() == Transparency.TRANSPARENT
        rest = None if is_free or end <= start else Interval(start, end)
        lose(group, part.block, notes, why, rest, name="RRULE")


def _until(rule: str, latest: datetime) -> datetime:
    """The end of the day of UNTIL, or `latest`."""
    try:
        day = datetime.strptime(parts_of(rule).get("UNTIL", "")[:8], "%Y%m%d").replace(tzinfo=latest.tzinfo)
    except ValueError:
        return latest
    return min(latest, day + 2 * DAY)


def lose(group: Group, block: Block, notes: Notes, why: Sentence, interval: Interval | None, name: str = "") -> None:
    """Note that an event cannot be read; `interval` is the time it may take, `name` the property at fault."""
    line = block.line_of(name) if name else block.line
    notes.fail(
        say(
            "%(calendar)s, line %(line)s: event %(uid)s cannot be read in full: %(why)s.",
            calendar=notes.calendar,
            line=line,
            uid=group.uid,
            why=why,
        ),
        uid=group.uid,
        line=line,
        interval=interval.intersect(group.window) if interval is not None else None,
    )


def _doubt(group: Group, block: Block, notes: Notes, what: Sentence, interval: Interval | None = None) -> None:
    notes.warn(
        say(
            "%(calendar)s, line %(line)s: event %(uid)s was read, but %(what)s.",
            calendar=notes.calendar,
            line=block.line,
            uid=group.uid,
            what=what,
        ),
        uid=group.uid,
        line=block.line,
        interval=interval.intersect(group.window) if interval is not None else None,
    )
