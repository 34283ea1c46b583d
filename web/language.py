"""The languages of the house: which one a reader wants, and the words in it.

Translations are read from the .po files themselves, so that nothing compiled has to be kept in step with them.
"""

from __future__ import annotations

import gettext
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import g, request

from agenda.model.users import User
from web.house import asking

LANGUAGES = {"en": "English", "es": "Español"}
DEFAULT = "en"
COOKIE = "language"
COOKIE_FOR_S = 365 * 24 * 3600
FOLDER = Path(__file__).parent / "translations"
LOCALES = {"en": "en_US", "es": "es"}
"""The locale whose dates and numbers a language is written with."""


def catalog_path(language: str) -> Path:
    """Where the translations into a language are kept."""
    return FOLDER / language / "LC_MESSAGES" / "messages.po"


@cache
def words_of(language: str) -> gettext.NullTranslations:
    """The words of a language; English needs none."""
    path = catalog_path(language)
    if not path.exists():
        return gettext.NullTranslations()
    with path.open("rb") as file:
        catalog = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def choose(user: User | None, cookie: str | None, accepted: str | None) -> str:
    """The user's own setting, else the visitor's choice, else what the browser asks for, else English."""
    for wanted in (user.language if user is not None else None, cookie, accepted):
        if wanted in LANGUAGES:
            return wanted
    return DEFAULT


def language() -> str:
    """The language of this request."""
    chosen = g.get("language")
    if not isinstance(chosen, str):
        accepted = request.accept_languages.best_match(list(LANGUAGES))
        chosen = choose(asking(), request.cookies.get(COOKIE), accepted)
        g.language = chosen
    return chosen


def translate(text: str) -> str:
    """A text of the house in the language of this request; what is empty stays so."""
    return words_of(language()).gettext(text) if text else text


def translate_many(one: str, many: str, count: int) -> str:
    """A text of the house with a number in it, in the language of this request."""
    return words_of(language()).ngettext(one, many, count)
