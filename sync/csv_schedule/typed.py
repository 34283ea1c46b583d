"""Dates and times as people type them. Nothing here knows a zone or the present day."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, time

from agenda.model.addresses import words

NUMERIC = re.compile(r"(\d{1,4})[/.\-](\d{1,2})[/.\-](\d{1,4})")
CLOCK = re.compile(
    r"(?P<hour>\d{1,2})(?:\s*[:.h]\s*(?P<minute>\d{2}))?(?::(?P<second>\d{2})(?:\.\d+)?)?\s*(?:h|hrs?)?\s*"
    r"(?P<half>[ap])?\.?\s*(?:m\.?)?",
    re.IGNORECASE,
)
MONTHS = {
    name[:3]: number
    for names in (
        "january february march april may june july august september october november december",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    )
    for number, name in enumerate(names.split(), 1)
}
CENTURY = 2000


def is_day_first(texts: Iterable[str], *, otherwise: bool) -> bool:
    """Whether numeric dates have the day before the month, as those that can only be read one way tell."""
    day_first = month_first = 0
    for text in texts:
        match = NUMERIC.match(text)
        if match and len(match[1]) <= 2:
            day_first += int(match[1]) > 12
            month_first += int(match[2]) > 12
    return day_first > month_first if day_first or month_first else otherwise


def typed_date(text: str, *, day_first: bool) -> date | None:
    """A date: 2026-11-23, 11/23/2026, 23.11.26, "Nov 23, 2026", "23 de noviembre de 2026"; None where it is none.

    A day of the week or a time around it is passed over.
    """
    match = NUMERIC.search(text)
    if match:
        one, two, three = match[1], match[2], match[3]
        if len(one) == 4:
            return _date(one, two, three)
        return _date(three, two, one) if day_first else _date(three, one, two)
    texts = [word.text for word in words(text)]
    month = next((MONTHS[word[:3]] for word in texts if word[:3] in MONTHS and word.isalpha()), None)
    numbers = [re.sub(r"\D+$", "", word) for word in texts if word[0].isdigit()]
    if month is None or len(numbers) < 2:
        return None
    day, year = (numbers[1], numbers[0]) if len(numbers[0]) == 4 else (numbers[0], numbers[1])
    return _date(year, str(month), day)


def _date(year: str, month: str, day: str) -> date | None:
    if len(year) not in {2, 4}:
        return None
    try:
        return date(int(year) + (CENTURY if len(year) == 2 else 0), int(month), int(day))
    except ValueError:
        return None


def typed_time(text: str) -> time | None:
    """A wall-clock time: 8:45:00, 8:45 pm, 8 a.m., 08h45, noon; 24:00 is midnight; None where it is none."""
    plain = text.strip().casefold()
    if plain in {"noon", "12 noon", "mediodía", "mediodia"}:
        return time(12)
    match = CLOCK.fullmatch(plain)
    if match is None:
        return None
    if match["minute"] is None and match["half"] is None and "h" not in plain:
        return None  # a bare number may be anything
    hour, minute, second = int(match["hour"]), int(match["minute"] or 0), int(match["second"] or 0)
    if match["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match["half"] == "p" else 0)
    if (hour, minute, second) == (24, 0, 0):
        hour = 0
    try:
        return time(hour, minute, second)
    except ValueError:
        return None


def typed_moment(text: str, *, day_first: bool) -> tuple[date | None, time | None]:
    """Date and time typed into one field, either of them None where it is not there."""
    day = typed_date(text, day_first=day_first)
    if day is None:
        return None, typed_time(text)
    for at in (text.rfind("T"), text.find(" ")):
        if at > 0:
            clock = typed_time(text[at + 1 :])
            if clock is not None:
                return day, clock
    return day, None
