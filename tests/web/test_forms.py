"""What was typed, read field by field."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from agenda.model.errors import BadInputError
from agenda.model.sentences import say
from tests.builders import DEPUTY, MAYOR, TREASURER, a_directory
from web.forms import Typed, by_field, cleaned, draft_of, joined

TODAY = date(2026, 2, 27)


def typed(**fields: str) -> Typed:
    """A form as a browser sends it."""
    return Typed(MultiDict(fields))


@given(st.text())
def test_nothing_typed_breaks_a_field(text: str) -> None:
    """Whatever it is, it is read or told; a stand-in keeps the rest of the form readable."""
    form = typed(field=text)
    assert isinstance(form.number("field", 1), int)
    assert isinstance(form.day("field", TODAY), date)
    assert form.time("field") is None or isinstance(form.time("field"), time)
    assert "\x00" not in form.text("field")
    assert form.raw("field") == text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\x00b", "ab"),
        ("\u202eevil\u202c", "evil"),
        ("zero\u200bwidth", "zerowidth"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("two\r\nlines\rhere", "two\nlines\nhere"),
        ("tab\there", "tab\there"),
        ("bell\x07\x1b[31m", "bell[31m"),
        ("👩\u200d🚒", "👩\u200d🚒"),
    ],
)
def test_what_cannot_be_seen_is_left_out(text: str, kept: str) -> None:
    """Marks that turn text around make a name look like another; joiners are part of how some scripts are written."""
    assert cleaned(text) == kept


def test_a_text_at_its_border_fits_and_one_more_does_not() -> None:
    """Two hundred characters."""
    form = typed(a="x" * 200, b="x" * 201)
    form.text("a")
    assert form.problems == []
    form.text("b")
    assert [one.field for one in form.problems] == ["b"]


def test_a_form_becomes_a_draft() -> None:
    """People by the part they have."""
    form = typed(
        title=" Harbor ",
        first_day="2026-03-02",
        last_day="2026-03-03",
        earliest="09:00:30",
        **{"part-mayor": "required", "part-deputy": "one-of", "part-treasurer": "optional", "part-nobody": "required"},
    )
    draft = draft_of(form, a_directory(), TODAY, 30)
    assert form.problems == []
    assert draft.title == "Harbor"
    assert draft.duration_min == 30
    assert (draft.required, draft.one_of, draft.optional) == ((MAYOR,), ((DEPUTY,),), (TREASURER,))
    assert draft.earliest == time(9)
    assert draft.latest is None


def test_a_field_that_cannot_be_read_is_told_once() -> None:
    """What its stand-in would mean is not held against anybody; two days are judged together or not at all."""
    form = typed(first_day="x", last_day="2026-01-01", title="")
    draft_of(form, a_directory(), TODAY, 30)
    sense = [BadInputError(field, say("It makes no sense.")) for field in ("first_day", "last_day", "title")]
    assert [one.field for one in joined(form.problems, sense)] == ["first_day", "title"]


def test_problems_are_shown_beside_the_field_they_belong_to() -> None:
    """Those of people beside the list of people."""
    form = typed(a="x", b="y")
    form.number("a", 1)
    form.number("b", 1)
    found = by_field(form.problems, {"a": "c", "b": "c"})
    assert {name: len(sentences) for name, sentences in found.items()} == {"c": 2}
