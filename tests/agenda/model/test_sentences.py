"""Sentences keep their facts apart from their words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from agenda.model.sentences import say
from tests.builders import on_monday


def test_a_sentence_reads_in_english() -> None:
    """Facts are written out, instants with their zone."""
    said = say("%(who)s on %(day)s, %(slot)s", who="Ann", day=date(2026, 3, 2), slot=on_monday("09:00", "10:00"))
    assert str(said) == "Ann on 2026-03-02, 2026-03-02 14:00 to 15:00 UTC"


def test_a_sentence_can_be_a_fact_of_another() -> None:
    """What stands for a hidden title is a sentence of its own, translated inside the other."""
    assert str(say("%(what)s takes %(time)s", what=say("a call"), time=timedelta(minutes=90))) == "a call takes 90 min"


def test_a_percent_sign_in_a_fact_does_no_harm() -> None:
    """A title with %s in it is a title."""
    assert str(say("about %(title)s", title="100 %s sure")) == "about 100 %s sure"


def test_equal_sentences_are_equal() -> None:
    """An alert that says the same again has not changed."""
    now = datetime(2026, 3, 2, tzinfo=UTC)
    assert say("at %(now)s", now=now) == say("at %(now)s", now=now)
    assert say("at %(now)s", now=now) != say("at %(now)s", now=now + timedelta(minutes=1))
