"""The days on which the city rests: holidays of a country and its part, by the `holidays` package."""

from __future__ import annotations

from datetime import date, timedelta

import holidays

from agenda.model.sentences import Sentence, say

LANGUAGE = "en_US"
"""Names are asked for in English, where there are any, because sentences are; a page may translate them."""


class CountryHolidays:
    """Holidays of one country and, where named, of one part of it (ISO 3166); of none where the country is empty."""

    def __init__(self, country: str, part: str = "") -> None:
        """Take the policy's `holiday_country` and `holiday_part`, both checked by its reader."""
        self._country = country.upper()
        self._part = part.upper()

    def between(self, first: date, last: date) -> dict[date, Sentence]:
        """Holidays from `first` up to, not including, `last`, each with its name, in order of the day."""
        if not self._country or last <= first:
            return {}
        years = range(first.year, (last - timedelta(days=1)).year + 1)
        known = holidays.country_holidays(self._country, subdiv=self._part or None, years=years, language=LANGUAGE)
        return {day: say(known[day].replace("%", "%%")) for day in sorted(known) if first <= day < last}
