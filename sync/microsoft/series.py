"""A series: its master's pattern as an RRULE, with what the provider's own occurrences say against it.

The provider's list of occurrences in the window is the judge. What the pattern has and the list does not is cancelled;
what the list has and the pattern does not means that we read the pattern wrong, and then the list alone counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar

from agenda.model.sentences import Sentence, say
from agenda.model.times import DAY, Interval, When
from sync.microsoft.recurrence import NotExactError, Rule, in_utc, rule_of
from sync.microsoft.translate import Json, Times, UnreadableError, on_wall, original_of, times_of, vevent
from sync.microsoft.zones import zone_of


@dataclass(slots=True)
class Listed:
    """The occurrences that the provider lists: when each was meant to be, and what is different about some."""

    originals: set[When] = field(default_factory=set)
    exceptions: dict[When, tuple[Json, Times]] = field(default_factory=dict)
    unreadable: list[Json] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Read:
    """A series in iCalendar's words. `doubt` says why only the provider's list was used, if that is so."""

    parts: tuple[icalendar.Event, ...]
    cancelled: frozenset[When]
    doubt: Sentence | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """One series of a calendar, to be read for a window."""

    master: Json
    uid: str
    properties: Mapping[str, str]
    zone: ZoneInfo
    """The calendar's, for its days."""
    window: Interval

    @property
    def is_all_day(self) -> bool:
        """Whether it is a series of days."""
        return bool(self.master.get("isAllDay"))

    @property
    def zone_name(self) -> object:
        """Where it was made."""
        return self.master.get("originalStartTimeZone")

    def listed(self, occurrences: Sequence[Json]) -> Listed:
        """What the provider's occurrences say; one that is there twice counts once, as it came last."""
        found = Listed()
        for one in {str(one.get("id")): one for one in occurrences}.values():
            try:
                original = original_of(one, is_all_day=self.is_all_day, zone_name=self.zone_name)
                if one.get("type") == "exception":
                    found.exceptions[original] = (one, times_of(one, self.zone_name))
            except UnreadableError:
                found.unreadable.append(one)
                continue
            found.originals.add(original)
        return found

    def read(self, listed: Listed) -> Read:
        """The series with its exceptions and its cancelled occurrences.

        Raises:
            UnreadableError: the master does not say when it is.
        """
        times = times_of(self.master)
        why = say("its time zone has no name that we know")
        for zone in self._zones():
            try:
                rule = self._rule(times, zone)
            except NotExactError as error:
                why = error.why
                continue
            expected = self._expected(rule, times, zone)
            if listed.originals <= expected.keys():
                missing = [
                    one for one, interval in expected.items() if one not in listed.originals and self._matters(interval)
                ]
                return Read(tuple(self._by_rule(rule, times, zone, listed, missing)), frozenset(missing))
            why = say("its repetition and its own list of days do not agree")
        return Read(tuple(self._by_list(times, listed)), frozenset(), why)

    def _zones(self) -> list[ZoneInfo | None]:
        """The wall clocks the series may live on, the likeliest first; days need none."""
        if self.is_all_day:
            return [None]
        limits = self.master.get("recurrence") or {}
        names = (self.zone_name, (limits.get("range") or {}).get("recurrenceTimeZone"))
        found = [zone for name in names if (zone := zone_of(name)) is not None]
        return list(dict.fromkeys(found))

    def _rule(self, times: Times, zone: ZoneInfo | None) -> Rule:
        start = on_wall(times.start, zone)
        at = start.time() if isinstance(start, datetime) else time()
        return rule_of(self.master.get("recurrence") or {}, at, zone)

    def _expected(self, rule: Rule, times: Times, zone: ZoneInfo | None) -> dict[When, Interval]:
        """What the pattern alone has around the window; far enough for exceptions that were moved into it."""
        length = _length(times)
        margin = length + 370 * DAY
        first = max(rule.first, (self.window.start - margin).replace(tzinfo=None))
        found: dict[When, Interval] = {}
        for wall in rule.between(first, (self.window.end + margin).replace(tzinfo=None)):
            if zone is None:
                days = Times(wall.date(), wall.date() + length)
                found[wall.date()] = days.interval(self.zone)
            else:
                start = wall.replace(tzinfo=zone).astimezone(UTC)
                end = (wall + length).replace(tzinfo=zone).astimezone(UTC)
                found[start] = Interval(start, max(start, end))
        return found

    def _matters(self, interval: Interval) -> bool:
        is_empty = interval.start == interval.end
        return interval.overlaps(self.window) or (is_empty and self.window.start <= interval.start < self.window.end)

    def _by_rule(
        self, rule: Rule, times: Times, zone: ZoneInfo | None, listed: Listed, missing: Sequence[When]
    ) -> list[icalendar.Event]:
        first: When = rule.first.date() if zone is None else rule.first.replace(tzinfo=zone)
        last = rule.first + _length(times)
        end: When = last.date() if zone is None else last.replace(tzinfo=zone)
        master = vevent(self.master, self.uid, Times(first, end), None, self.properties)
        master.add("RRULE", icalendar.vRecur.from_ical(in_utc(rule.text, zone)))
        self._add_dates(master, "EXDATE", missing, zone)
        return [master, *self._overrides(listed, zone)]

    def _by_list(self, times: Times, listed: Listed) -> list[icalendar.Event]:
        """The series as the provider lists it, day by day."""
        if not listed.originals:
            return []
        zone = None if self.is_all_day else next(iter(self._zones()), ZoneInfo("UTC"))
        first, *others = sorted(listed.originals, key=str)
        end = first + _length(times)
        master = vevent(self.master, self.uid, Times(first, end), zone, self.properties)
        self._add_dates(master, "RDATE", [first, *others], zone)
        return [master, *self._overrides(listed, zone)]

    def _overrides(self, listed: Listed, zone: ZoneInfo | None) -> list[icalendar.Event]:
        found = []
        for original, (event, times) in sorted(listed.exceptions.items(), key=lambda one: str(one[0])):
            own = zone_of(event.get("originalStartTimeZone")) or zone
            part = vevent(event, self.uid, times, own, self.properties)
            part.add("RECURRENCE-ID", on_wall(original, zone))
            found.append(part)
        return found

    def _add_dates(self, master: icalendar.Event, name: str, dates: Sequence[When], zone: ZoneInfo | None) -> None:
        if not dates:
            return
        parameters: dict[str, Any] = {"VALUE": "DATE"} if zone is None else {}
        master.add(name, [on_wall(one, zone) for one in sorted(dates, key=str)], parameters=parameters)


def _length(times: Times) -> timedelta:
    """How long one occurrence is; a day at least for days."""
    if isinstance(times.start, datetime) and isinstance(times.end, datetime):
        return max(times.end - times.start, timedelta(0))
    return max(_as_date(times.end) - _as_date(times.start), DAY)


def _as_date(when: When) -> date:
    return when.date() if isinstance(when, datetime) else when
