"""Every word of the house is there in every language of the house."""

from __future__ import annotations

import re

import pytest
from babel.messages.catalog import Catalog, Message

from web.language import DEFAULT, LANGUAGES
from web.messages import gathered, known

OTHERS = [language for language in LANGUAGES if language != DEFAULT]
PLACEHOLDER = re.compile(r"%\((\w+)\)s|%%")


@pytest.fixture(scope="module")
def said() -> Catalog:
    """Everything the house can say."""
    return gathered()


def ids(catalog: Catalog) -> set[str | tuple[str, ...]]:
    """The texts of a catalog, without its header."""
    return {as_key(message) for message in catalog if message.id}


def as_key(message: Message) -> str | tuple[str, ...]:
    """A text, or the two of a text with a number in it."""
    return message.id if isinstance(message.id, str) else tuple(message.id)


def test_the_words_of_all_five_packages_are_gathered(said: Catalog) -> None:
    """If one package were left out, its sentences would silently stay English."""
    folders = {place.partition("/")[0] for message in said for place, _ in message.locations}
    assert folders == {"agenda", "config", "solver", "sync", "web"}
    texts = ids(said)
    for text in (
        "Find slots",
        "%(calendar)s: nothing has changed.",
        "%(person)s is named twice.",
        ("%(num)s overlap", "%(num)s overlaps"),
    ):
        assert text in texts


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_missing_and_nothing_is_left_over(said: Catalog, language: str) -> None:
    """`make messages` adds what is new; somebody has to write the translation."""
    translated = known(language)
    assert ids(said) - ids(translated) == set(), "run: python -m web.messages"
    assert ids(translated) - ids(said) == set(), "run: python -m web.messages"


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated(language: str) -> None:
    """Neither empty nor only guessed."""

    def is_whole(message: Message) -> bool:
        texts = [message.string] if isinstance(message.string, str) else list(message.string or ())
        return bool(texts) and all(texts) and not message.fuzzy

    assert [message.id for message in known(language) if message.id and not is_whole(message)] == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_names_the_same_facts(language: str) -> None:
    """A fact that is left out is lost; one that is misspelt breaks the page."""
    translated = [message for message in known(language) if message.id]
    assert [one.id for one in translated if placeholders(one.id) != placeholders(one.string)] == []


def placeholders(text: str | tuple[str, ...] | list[str] | None) -> set[str]:
    """The names of the facts in a text, or in both of its forms."""
    forms = [text] if isinstance(text, str) else text or ()
    return {match[1] for one in forms for match in PLACEHOLDER.finditer(one) if match[1]}


def test_what_is_told_of_templates_is_never_joined_from_pieces(said: Catalog) -> None:
    """A text with an f-string's braces would never be found in a catalog."""
    assert [message.id for message in said if isinstance(message.id, str) and re.search(r"\{\w*\}", message.id)] == []
