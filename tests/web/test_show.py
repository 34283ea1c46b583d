"""Facts as a reader reads them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

import pytest

from agenda.model import alerts, calendars, events, meetings, planning, requests, travel, users
from agenda.model.requests import Priority, RequestState
from agenda.model.sentences import Fact, say
from agenda.model.times import Interval
from tests.builders import ZONE, a_policy, at, on_monday
from web.show import WORDS, Show

ENGLISH, SPANISH = Show(ZONE, "en"), Show(ZONE, "es")

SHOWN: tuple[type[Enum], ...] = (
    alerts.AlertKind,
    calendars.Provider,
    calendars.Severity,
    calendars.SyncState,
    events.PartStat,
    events.Status,
    meetings.Errand,
    meetings.MeetingState,
    meetings.OutboxState,
    planning.SolveStatus,
    requests.Priority,
    requests.RequestState,
    travel.Quality,
    users.Duty,
)


@pytest.mark.parametrize(
    ("fact", "english", "spanish"),
    [
        (on_monday("09:00", "10:30"), "Mon, Mar 2, 9:00 – 10:30 AM", "lun, 2 mar, 9:00–10:30"),
        (on_monday("11:30", "13:00"), "Mon, Mar 2, 11:30 AM – 1:00 PM", "lun, 2 mar, 11:30–13:00"),
        (on_monday("09:00", "10:30").start, "Mon, Mar 2, 9:00 AM", "lun, 2 mar, 9:00"),
        (date(2026, 3, 2), "Mon, Mar 2", "lun, 2 mar"),
        (timedelta(minutes=90), "1 h 30 min", "1 h 30 min"),
        (timedelta(seconds=61), "2 min", "2 min"),
        (timedelta(0), "0 min", "0 min"),
        (45, "45", "45"),
        (3.5, "3.5", "3,5"),
        (("Ana", "Ben", "Eva"), "Ana, Ben, and Eva", "Ana, Ben y Eva"),
        (RequestState.DECLINED, "declined", "rechazada"),
        (say("%(person)s is named twice.", person="Ana"), "Ana is named twice.", "Ana figura dos veces."),
        ("100 % <b>", "100 % <b>", "100 % <b>"),
    ],
)
def test_each_fact_is_written_for_its_reader(fact: Fact, english: str, spanish: str) -> None:
    """In the office's zone and the reader's language."""
    assert ENGLISH.fact(fact).replace("\u00a0", " ") == english
    assert SPANISH.fact(fact).replace("\u00a0", " ") == spanish


def test_what_goes_over_midnight_tells_both_days() -> None:
    """Or the end would look as if it lay before the start."""
    night = Interval(on_monday("22:00", "23:00").start, on_monday("22:00", "23:00").start + timedelta(hours=5))
    assert "Tue, Mar 3, 3:00" in ENGLISH.interval(night)


@pytest.mark.parametrize(
    ("instant", "clock"),
    [("2026-03-08T06:59:00", "1:59"), ("2026-03-08T07:00:00", "3:00"), ("2026-11-01T06:00:00", "1:00")],
)
def test_the_wall_clock_is_right_on_the_days_it_changes(instant: str, clock: str) -> None:
    """Two o'clock does not exist in spring, and one o'clock comes twice in autumn."""
    assert ENGLISH.time(datetime.fromisoformat(instant).replace(tzinfo=UTC)).startswith(clock)


def test_a_fact_inside_a_sentence_is_written_in_the_same_language() -> None:
    """A sentence within a sentence."""
    inner = say("a private event")
    outer = say("%(person)s: %(drive)s", person="Ana", drive=inner)
    assert SPANISH.sentence(outer) == "Ana: un evento privado"


def test_a_percent_sign_in_a_fact_is_only_a_percent_sign() -> None:
    """People write titles, not templates."""
    assert (
        ENGLISH.sentence(say("%(person)s is named twice.", person="%(secret)s %d")) == "%(secret)s %d is named twice."
    )


def test_holidays_are_told_in_the_readers_language() -> None:
    """Their names come from a package; one that nobody translated stays as it is."""
    assert SPANISH.sentence(say("Thanksgiving Day")) == "Día de Acción de Gracias"
    assert SPANISH.sentence(say("New Year's Day (observed); Diwali")) == "New Year's Day (observed); Diwali"
    assert SPANISH.sentence(say("Independence Day (observed)")) == "Día de la Independencia (día trasladado)"
    assert ENGLISH.sentence(say("Independence Day (observed)")) == "Independence Day (observed)"


def test_every_member_of_every_enum_has_its_words() -> None:
    """A raw value on a page is a leak of the program into the office."""
    assert [one for kind in SHOWN for one in kind if (kind, one.name) not in WORDS] == []


def test_words_are_told_apart_by_more_than_their_value() -> None:
    """Two StrEnums may have equal members; their words differ all the same."""
    assert meetings.OutboxState.HELD.value == calendars.SyncState.HELD.value
    assert ENGLISH.word(meetings.OutboxState.HELD) == "held"
    assert ENGLISH.word(calendars.SyncState.HELD) == "held for you"
    assert ENGLISH.word(events.PartStat.TENTATIVE) == "has accepted tentatively"
    assert ENGLISH.word(events.Status.TENTATIVE) == "tentative"


def test_the_office_names_its_own_priorities() -> None:
    """And where it named none, the house does."""
    policy = a_policy(priorities={Priority.GOALS: "Harbor and schools"})
    assert ENGLISH.priority(Priority.GOALS, policy) == "Harbor and schools"
    assert SPANISH.priority(Priority.COURTESY, policy) == "cortesía"


def test_another_zone_is_another_wall_clock() -> None:
    """The zone is the office's, not the machine's."""
    assert Show(ZoneInfo("Europe/Madrid"), "es").time(at(date(2026, 3, 2), "09:00")) == "15:00"
