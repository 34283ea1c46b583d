"""Which language a reader gets."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from agenda.model.ids import UserId
from agenda.model.users import Duty, User
from web.language import DEFAULT, LANGUAGES, catalog_path, choose, words_of

USER = User(
    id=UserId("1"),
    name="Ana",
    login="ana",
    duty=Duty.SECRETARY,
    password="",
    language="es",
    created_at=datetime(2026, 3, 2, tzinfo=UTC),
)


@pytest.mark.parametrize(
    ("user", "cookie", "accepted", "chosen"),
    [
        (USER, "en", "en", "es"),
        (replace(USER, language="xx"), "es", "en", "es"),
        (None, "es", "en", "es"),
        (None, "tlh", "es", "es"),
        (None, None, "es", "es"),
        (None, None, None, DEFAULT),
        (None, "../../etc", None, DEFAULT),
    ],
)
def test_the_first_known_one_counts(user: User | None, cookie: str | None, accepted: str | None, chosen: str) -> None:
    """The account's own setting, the visitor's choice, the browser's wish, English."""
    assert choose(user, cookie, accepted) == chosen


def test_every_language_but_english_has_a_catalog() -> None:
    """English is what the texts are written in."""
    assert [language for language in LANGUAGES if not catalog_path(language).exists()] == [DEFAULT]


def test_numbers_take_their_form() -> None:
    """One and many."""
    words = words_of("es")
    assert words.ngettext("%(num)s slot", "%(num)s slots", 1) == "%(num)s horario"
    assert words.ngettext("%(num)s slot", "%(num)s slots", 5) == "%(num)s horarios"
