"""Values as JSON text and back."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenda.model.meetings import Invitation
from agenda.model.planning import NoPlan, Plan
from agenda.model.sentences import Fact, Sentence, say
from agenda.model.times import Interval
from agenda.store.codec import ANSWER, INVITATION, SENTENCE, CodecError, Kept
from tests.agenda.store.values import NOW, a_plan, an_invitation, no_plan

FIRST, LAST = datetime.fromisoformat("1971-01-01"), datetime.fromisoformat("2100-01-01")
instants = st.datetimes(FIRST, LAST, timezones=st.just(UTC))
zoned = st.datetimes(
    FIRST,
    LAST,
    timezones=st.sampled_from([ZoneInfo("America/New_York"), ZoneInfo("Europe/Madrid"), timezone(timedelta(hours=5))]),
)
spans = st.tuples(instants, instants).map(lambda pair: Interval(min(pair), max(pair)))
plain = st.one_of(
    st.text(), st.integers(), st.floats(allow_nan=False), st.dates(), instants, zoned, st.timedeltas(), spans
)
words = st.text(st.characters(exclude_characters="%"))


def told(facts: st.SearchStrategy[Fact]) -> st.SearchStrategy[Sentence]:
    """Sentences with these facts."""
    return st.builds(Sentence, words, st.dictionaries(words, facts, max_size=3))


all_facts: st.SearchStrategy[Fact] = st.recursive(
    plain, lambda inner: st.one_of(told(inner), st.lists(inner, max_size=3).map(tuple)), max_leaves=6
)


def typed(fact: object) -> object:
    """A fact with its types beside it, so that 1 and 1.0, or two zones of one instant, are told apart."""
    match fact:
        case Sentence():
            return fact.template, {name: typed(one) for name, one in fact.facts.items()}
        case tuple():
            return tuple(typed(one) for one in fact)
        case datetime():
            return fact, str(fact.utcoffset()), fact.replace(tzinfo=None)
        case _:
            return type(fact), fact


@given(told(all_facts))
def test_a_sentence_survives_with_the_types_of_its_facts(sentence: Sentence) -> None:
    """Pages write an interval in the reader's zone and a number in the reader's way; a text could not be told apart."""
    back = SENTENCE.read(SENTENCE.write(sentence))
    assert typed(back) == typed(sentence)


def test_utc_comes_back_as_the_one_utc() -> None:
    """An Interval only takes datetime.UTC itself."""
    back = SENTENCE.read(SENTENCE.write(say("%(at)s", at=NOW)))
    at = back.facts["at"]
    assert isinstance(at, datetime)
    assert at.tzinfo is UTC


@pytest.mark.parametrize("answer", [a_plan(), no_plan()])
def test_an_answer_survives(answer: Plan | NoPlan) -> None:
    """A proposal is confirmed on what was shown, to the last drive."""
    assert ANSWER.read(ANSWER.write(answer)) == answer


def test_an_invitation_survives() -> None:
    """Sent twice, it is the same to the byte; so it must be kept to the byte."""
    assert INVITATION.read(INVITATION.write(an_invitation())) == an_invitation()


def test_a_text_is_ascii() -> None:
    """Half a surrogate pair and NUL are escapes in it, which every database keeps."""
    assert SENTENCE.write(say("\ud800\0ñ")).isascii()


def test_a_naive_time_is_refused() -> None:
    """Nobody could say later which instant it was."""
    naive = datetime(2026, 3, 2, 9)  # noqa: DTZ001 (that is the point)
    with pytest.raises(CodecError, match="zone"):
        SENTENCE.write(say("%(at)s", at=naive))


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", '{"v":2,"value":{}}', '{"v":1,"value":{"say":3}}', '{"v":1,"value":{"say":"a","with":{"x":{}}}}'],
)
def test_what_cannot_be_read_is_said(text: str) -> None:
    """A damaged or a newer text must not become a wrong sentence."""
    with pytest.raises(CodecError):
        SENTENCE.read(text)


def test_an_unknown_field_is_refused() -> None:
    """A newer version knew something that would be lost on the next save."""
    kept = json.loads(INVITATION.write(an_invitation()))
    kept["value"]["importance"] = "high"
    with pytest.raises(CodecError, match="Invitation"):
        INVITATION.read(json.dumps(kept))


def test_a_field_with_a_default_may_be_missing_from_an_older_text() -> None:
    """Values grow; what was kept before stays readable."""
    kept = json.loads(INVITATION.write(an_invitation()))
    del kept["value"]["is_private"]
    assert INVITATION.read(json.dumps(kept)).is_private is False


def test_a_field_without_a_default_may_not() -> None:
    """There is nothing to put in its place."""
    kept = json.loads(INVITATION.write(an_invitation()))
    del kept["value"]["uid"]
    with pytest.raises(CodecError):
        INVITATION.read(json.dumps(kept))


VERSION_1 = {
    "plan": """{"v":1,"value":{"is":"plan","of":{"options":[{"slot":["2026-03-02T15:00:00+00:00",
        "2026-03-02T16:00:00+00:00"],"place":"north-school","room":"aula","venue_name":"North School",
        "attending":["mayor"],"missing":["deputy"],"terms":[{"name":"travel","points":24,"sentence":
        {"say":"%(minutes)s minutes of driving","with":{"minutes":24}}}],"drives":[{"person":"mayor","origin":null,
        "goal":"north-school","leg":{"minutes":12,"quality":"table"},"interval":["2026-03-02T14:48:00+00:00",
        "2026-03-02T15:00:00+00:00"]}],"is_virtual":false}],"status":"OPTIMAL","objective":24,"bound":24,
        "first_after_s":0.25,"wall_s":1.5}}}""",
    "invitation": """{"v":1,"value":{"method":"REQUEST","uid":"meeting-1@antechamber","sequence":0,
        "stamped_at":"2026-03-01T12:30:15.123456+00:00","slot":["2026-03-02T15:00:00+00:00",
        "2026-03-02T16:00:00+00:00"],"zone":"America/New_York","summary":"Harbor plan",
        "location":"City Hall, Small Room","description":"L\\u00ednea uno\\nline \\u201ctwo\\u201d","organizer":
        {"email":"office@example.org","name":"The office","partstat":"NEEDS-ACTION","optional":false},"attendees":[
        {"email":"mayor@example.org","name":"Rosa Alvarez","partstat":"ACCEPTED","optional":false},
        {"email":"deputy@example.org","name":"Tom Birch","partstat":"NEEDS-ACTION","optional":true}],
        "is_private":true}}""",
    "facts": """{"v":1,"value":{"say":"x","with":{"at":{"at":"2026-03-01T12:30:15.123456+00:00"},"day":
        {"day":"2026-03-02"},"long":{"lasts_us":5400000000},"span":{"span":["2026-03-02T15:00:00+00:00",
        "2026-03-02T16:00:00+00:00"]},"wall":{"at":"2026-03-02T14:00:00+00:00","zone":"America/New_York"},
        "inner":{"say":"y","with":{}},"many":["a",1,1.5,true]}}}""",
}
"""Texts that the first version wrote; whatever becomes of the classes, these must stay readable."""


def test_texts_of_the_first_version_stay_readable() -> None:
    """A city's proposals and its unsent invitations survive an upgrade."""
    plan: Kept[Plan | NoPlan] = ANSWER
    invitation: Kept[Invitation] = INVITATION
    assert plan.read(VERSION_1["plan"]) == a_plan()
    assert invitation.read(VERSION_1["invitation"]) == an_invitation()
    assert SENTENCE.read(VERSION_1["facts"]).facts == {
        "at": NOW,
        "day": date(2026, 3, 2),
        "long": timedelta(minutes=90),
        "span": a_plan().options[0].slot,
        "wall": datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("America/New_York")),
        "inner": say("y"),
        "many": ("a", 1, 1.5, True),
    }
