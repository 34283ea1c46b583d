"""How facts are written for a reader: in the office's zone, and in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_interval, format_skeleton, format_time
from babel.lists import format_list
from babel.numbers import format_decimal
from flask import flash

from agenda.model.alerts import AlertKind
from agenda.model.calendars import Provider, Severity, SyncState
from agenda.model.events import PartStat, Status
from agenda.model.meetings import Errand, MeetingState, OutboxState
from agenda.model.planning import SolveStatus
from agenda.model.policy import Policy
from agenda.model.requests import Priority, RequestState
from agenda.model.sentences import Fact, Sentence, say
from agenda.model.times import Interval
from agenda.model.travel import Quality
from agenda.model.users import Duty
from web.holiday_names import is_holiday, translated
from web.house import the_office
from web.language import LOCALES, language, words_of

_TOLD: tuple[tuple[Enum, Sentence], ...] = (
    (RequestState.OPEN, say("waiting")),
    (RequestState.PROPOSED, say("slots proposed")),
    (RequestState.CONFIRMED, say("confirmed")),
    (RequestState.DECLINED, say("declined")),
    (RequestState.WITHDRAWN, say("withdrawn")),
    (MeetingState.CONFIRMED, say("confirmed")),
    (MeetingState.CANCELLED, say("cancelled")),
    (Status.CONFIRMED, say("confirmed")),
    (Status.TENTATIVE, say("tentative")),
    (Status.CANCELLED, say("cancelled")),
    (PartStat.NEEDS_ACTION, say("no answer yet")),
    (PartStat.ACCEPTED, say("has accepted")),
    (PartStat.DECLINED, say("has declined")),
    (PartStat.TENTATIVE, say("has accepted tentatively")),
    (PartStat.DELEGATED, say("sends somebody else")),
    (OutboxState.WAITING, say("waiting")),
    (OutboxState.SENDING, say("being sent")),
    (OutboxState.IN_DOUBT, say("in doubt")),
    (OutboxState.SENT, say("sent")),
    (OutboxState.FAILED, say("failed")),
    (OutboxState.HELD, say("held")),
    (Errand.WRITE_EVENT, say("put into the calendar")),
    (Errand.REMOVE_EVENT, say("take out of the calendar")),
    (Errand.MAIL, say("mail")),
    (AlertKind.OVERLAP, say("Overlap")),
    (AlertKind.IMPOSSIBLE_DRIVE, say("Drive that cannot work")),
    (AlertKind.UNREAD_CALENDAR, say("Calendar not read")),
    (AlertKind.LAPSED_ACCOUNT, say("Account not let in")),
    (AlertKind.HELD_DELETION, say("Held deletion")),
    (AlertKind.UNDELIVERED, say("Not delivered")),
    (SyncState.NEVER, say("never read")),
    (SyncState.FRESH, say("up to date")),
    (SyncState.FAILING, say("cannot be read")),
    (SyncState.HELD, say("held for you")),
    (Severity.WARNING, say("read with a guess")),
    (Severity.ERROR, say("could not be read")),
    (Provider.ICS_FILE, say("iCalendar file")),
    (Provider.ICS_URL, say("subscribed calendar")),
    (Provider.CALDAV, say("CalDAV")),
    (Provider.CSV_FILE, say("table of entries")),
    (Provider.GOOGLE, say("Google calendar")),
    (Provider.MICROSOFT, say("Microsoft 365 calendar")),
    (Quality.SAME_PLACE, say("same place")),
    (Quality.TABLE, say("measured")),
    (Quality.ROUGH, say("rough")),
    (Quality.ASSUMED, say("assumed")),
    (SolveStatus.OPTIMAL, say("proved to be the best there are")),
    (SolveStatus.FEASIBLE, say("the best found in the time allowed")),
    (SolveStatus.INFEASIBLE, say("proved that there is none")),
    (SolveStatus.UNKNOWN, say("the time ran out")),
    (SolveStatus.MODEL_INVALID, say("the question was put wrongly")),
    (Duty.SECRETARY, say("secretary")),
    (Duty.CHIEF_OF_STAFF, say("chief of staff")),
    (Duty.PRINCIPAL, say("principal")),
    (Duty.STAFF, say("staff")),
    (Duty.IT, say("city IT")),
    (Priority.EMERGENCY, say("emergency and duty")),
    (Priority.GOALS, say("strategic goals")),
    (Priority.CITY, say("city business")),
    (Priority.COMMUNITY, say("community")),
    (Priority.COURTESY, say("courtesy")),
)
WORDS: Mapping[tuple[type[Enum], str], Sentence] = {(type(one), one.name): words for one, words in _TOLD}
"""What is said for each member of the model's enums. By class and name: members of two StrEnums may be equal."""


@dataclass(frozen=True, slots=True)
class Show:
    """Writes facts for one reader."""

    zone: ZoneInfo
    language: str

    @property
    def locale(self) -> str:
        """The locale that dates and numbers are written with."""
        return LOCALES[self.language]

    def sentence(self, sentence: Sentence | str | None) -> str:
        """A sentence with its facts; a text that is no sentence stays as it is."""
        if sentence is None:
            return ""
        if isinstance(sentence, str):
            return sentence
        if not sentence.template:
            return ""
        words = words_of(self.language).gettext
        if not sentence.facts and is_holiday(sentence.template):
            return translated(sentence.template, words)
        return words(sentence.template) % {name: self.fact(one) for name, one in sentence.facts.items()}

    def fact(self, fact: Fact) -> str:
        """One fact of a sentence."""
        match fact:
            case Sentence():
                return self.sentence(fact)
            case Enum():
                return self.word(fact)
            case Interval():
                return self.interval(fact)
            case datetime():
                return self.moment(fact)
            case date():
                return self.day(fact)
            case timedelta():
                return self.length(fact)
            case tuple():
                return str(format_list([self.fact(one) for one in fact], locale=self.locale))
            case float():
                return str(format_decimal(fact, locale=self.locale))
            case _:
                return str(fact)

    def word(self, told: Enum) -> str:
        """What is said for a member of one of the model's enums."""
        sentence = WORDS.get((type(told), told.name))
        return self.sentence(sentence) if sentence is not None else str(told.value)

    def time(self, at: datetime) -> str:
        """As in "9:30 AM" or "9:30"."""
        wall = at.astimezone(self.zone)
        return _time(wall.hour, wall.minute, self.locale)

    def wall(self, hour: int, minute: int = 0) -> str:
        """A time of the wall clock, whatever the day."""
        return _time(hour, minute, self.locale)

    def hour(self, hour: int) -> str:
        """A whole hour as short as it can be told: "9 AM", "9"."""
        return _hour(hour, self.locale)

    def day(self, day: date) -> str:
        """As in "Mon, Nov 23"."""
        return _day("MMMEd", day, self.locale)

    def day_and_year(self, day: date) -> str:
        """As in "Nov 23, 2026"."""
        return _day("yMMMd", day, self.locale)

    def long_day(self, day: date) -> str:
        """As in "Monday, November 23, 2026"."""
        return _long_day(day, self.locale)

    def short_day(self, day: date) -> str:
        """As in "Mon 23"."""
        return _short_day(day, self.locale)

    def days(self, first: date, last: date) -> str:
        """From one day to another, both included: "Nov 23 – 27, 2026"."""
        if first == last:
            return self.day_and_year(first)
        return _tidy(format_interval(first, last, "yMMMd", locale=self.locale))

    def moment(self, at: datetime) -> str:
        """As in "Mon, Nov 23, 9:30 AM"."""
        return f"{self.day(at.astimezone(self.zone).date())}, {self.time(at)}"

    def times(self, interval: Interval) -> str:
        """From when to when on one day: "9:00 – 10:30 AM"."""
        start, end = interval.start.astimezone(self.zone), interval.end.astimezone(self.zone)
        return _times(start.replace(tzinfo=None), end.replace(tzinfo=None), self.locale)

    def interval(self, interval: Interval) -> str:
        """As in "Mon, Nov 23, 9:00 – 10:30 AM"."""
        first, last = interval.start.astimezone(self.zone).date(), interval.end.astimezone(self.zone).date()
        if first == last:
            return f"{self.day(first)}, {self.times(interval)}"
        return f"{self.moment(interval.start)} – {self.moment(interval.end)}"

    def number(self, number: int) -> str:
        """A count, as in "1,090"."""
        return str(format_decimal(number, locale=self.locale))

    def length(self, length: timedelta) -> str:
        """As in "45 min", "2 h" or "1 h 30 min"; rounded up to whole minutes."""
        return self.minutes(-(-int(length.total_seconds()) // 60))

    def minutes(self, minutes: int) -> str:
        """Minutes, in hours from one hour on."""
        hours, rest = divmod(minutes, 60)
        parts = [f"{hours} h"] if hours else []
        return " ".join([*parts, f"{rest} min"] if rest or not hours else parts)

    def priority(self, priority: Priority, policy: Policy) -> str:
        """The name the office gave to a priority, else the house's own."""
        return policy.priorities.get(priority) or self.word(priority)


def for_reader() -> Show:
    """The writer for whoever reads the answer to this request."""
    return Show(the_office().policy.zone, language())


def tell(kind: str, sentence: Sentence) -> None:
    """Say something at the top of the next page; `kind` is success, info, warning or error."""
    flash(for_reader().sentence(sentence), kind)


def _tidy(text: str) -> str:
    """Narrow spaces as common ones: not every font has them, and nobody can type them into a search."""
    return text.replace("\u202f", "\u00a0").replace("\u2009", " ")


@lru_cache(maxsize=4096)
def _time(hour: int, minute: int, locale: str) -> str:
    return _tidy(format_time(datetime(2000, 1, 1, hour, minute), "short", locale=locale))  # noqa: DTZ001  # a wall clock


@lru_cache(maxsize=64)
def _hour(hour: int, locale: str) -> str:
    pattern = "h a" if locale.startswith("en") else "H:mm"
    return _tidy(format_time(datetime(2000, 1, 1, hour % 24), pattern, locale=locale))  # noqa: DTZ001  # a wall clock


@lru_cache(maxsize=4096)
def _times(start: datetime, end: datetime, locale: str) -> str:
    return _tidy(format_interval(start, end, "hm" if locale.startswith("en") else "Hm", locale=locale))


@lru_cache(maxsize=1024)
def _day(skeleton: str, day: date, locale: str) -> str:
    return _tidy(format_skeleton(skeleton, _noon(day), locale=locale))


@lru_cache(maxsize=1024)
def _long_day(day: date, locale: str) -> str:
    return _tidy(format_date(day, "full", locale=locale))


@lru_cache(maxsize=1024)
def _short_day(day: date, locale: str) -> str:
    return _tidy(format_date(day, "ccc d", locale=locale))


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12)  # noqa: DTZ001  # a date for a formatter that asks for a time
