"""Planning problems from strangers: read strictly, mistakes named by their path, and as the schema says."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from agenda.model.answer_json import answer_as_json, write_answer
from agenda.model.errors import BadInputsError
from agenda.model.planning import Limits, Plan, RuleName, TermName, Weights
from agenda.model.problem_json import NUMBERS, read_problem, write_problem
from solver.slots import CpSatSolver
from tests.solver.random_problems import draw

DOCS = Path(__file__).parents[3] / "docs"
EXAMPLE = DOCS / "examples" / "planning-problem.json"
Json = dict[str, Any]


def schema(name: str) -> Json:
    """One of the published schemas."""
    found: Json = json.loads((DOCS / f"planning-{name}.schema.json").read_text())
    Draft202012Validator.check_schema(found)
    return found


PROBLEM = Draft202012Validator(schema("problem"), format_checker=Draft202012Validator.FORMAT_CHECKER)
ANSWER = Draft202012Validator(schema("answer"))


def mistakes(text: str | bytes) -> dict[str, str]:
    """What is wrong with a text, by path."""
    with pytest.raises(BadInputsError) as caught:
        read_problem(text)
    return {one.field: str(one) for one in caught.value.problems}


def example() -> Json:
    """The published example, to be spoilt."""
    found: Json = json.loads(EXAMPLE.read_text())
    return found


def test_the_example_is_what_the_schema_and_the_reader_say() -> None:
    """And its answer is the published one, times aside."""
    PROBLEM.validate(example())
    answer = CpSatSolver().slots(read_problem(EXAMPLE.read_bytes()))
    published = json.loads((DOCS / "examples" / "planning-answer.json").read_text())
    ANSWER.validate(published)
    clocks = {"wall_s": 0, "first_after_s": 0}
    assert json.loads(json.dumps(answer_as_json(answer))) | clocks == published | clocks
    assert isinstance(answer, Plan)
    assert len(answer.options) == 5


@pytest.mark.parametrize("seed", range(60))
def test_what_is_written_is_read_back(seed: int) -> None:
    """Every field, and as the schema says; so is the answer."""
    problem = draw(seed)
    text = write_problem(problem)
    PROBLEM.validate(json.loads(text))
    again = read_problem(text)
    assert replace(again, barred=problem.barred) == problem
    assert [(one, str(why)) for one, why in again.barred] == [(one, str(why)) for one, why in problem.barred]
    ANSWER.validate(json.loads(write_answer(CpSatSolver().slots(problem))))


def test_what_may_be_left_out_has_the_default_of_the_model_and_of_the_schema() -> None:
    """Three places that could disagree."""
    least = {
        name: example()[name]
        for name in ("format", "version", "horizon", "duration_min", "attendance", "people", "windows", "venues")
    }
    problem = read_problem(json.dumps(least))
    published = schema("problem")
    for name in [*NUMBERS.split(), "lunch_is_hard", "zone"]:
        assert getattr(problem, name) == published["properties"][name]["default"]
    for kind, defaults in (("weights", Weights()), ("limits", Limits())):
        described = published["$defs"][kind]["properties"]
        assert {one.name: getattr(defaults, one.name) for one in fields(defaults)} == {
            name: one["default"] for name, one in described.items()
        }


def test_the_schema_of_answers_knows_every_rule_and_every_term() -> None:
    """A new one needs its word there."""
    defs = schema("answer")["$defs"]
    assert set(defs["reason"]["properties"]["rule"]["enum"]) == set(RuleName)
    assert set(defs["term"]["properties"]["name"]["enum"]) == set(TermName)


def set_at(*path: str | int, to: object) -> Callable[[Json], None]:
    """Put a value somewhere into the example."""

    def spoil(found: Any) -> None:
        for step in path[:-1]:
            found = found[step]
        found[path[-1]] = to

    return spoil


BACKWARD = {"start": "2026-03-02T10:00:00Z", "end": "2026-03-02T09:00:00Z"}

SPOILT: list[tuple[str, Callable[[Json], None], str]] = [
    ("people[0].busy[0].interval", set_at("people", 0, "busy", 0, "interval", to=BACKWARD), "ends before it starts"),
    ("people[1].hours[0].start", set_at("people", 1, "hours", 0, "start", to="2026-03-02T09:00:00"), "offset"),
    ("people[1].hours[0].end", set_at("people", 1, "hours", 0, "end", to="2026-02-30T09:00:00Z"), "no such time"),
    ("people[1].hours[0].end", set_at("people", 1, "hours", 0, "end", to="9999-12-31T23:59:59Z"), "years"),
    ("windows", set_at("windows", to={}), "list"),
    ("windows[0]", set_at("windows", 0, to=[]), "object"),
    ("duration_min", set_at("duration_min", to="45"), "whole number"),
    ("duration_min", set_at("duration_min", to=True), "whole number"),
    ("buffer_min", set_at("buffer_min", to=-5), "whole number"),
    ("buffer_min", set_at("buffer_min", to=10**7), "whole number"),
    ("venues[0].seats", set_at("venues", 0, "seats", to=2.5), "whole number"),
    ("venues[2].is_virtual", set_at("venues", 2, "is_virtual", to="yes"), "true or false"),
    ("attendance[1].role", set_at("attendance", 1, "role", to="boss"), "required, optional, one-of"),
    ("people[0].base", set_at("people", 0, "base", to=""), "empty"),
    ("people[0]", set_at("people", 0, "colour", to="blue"), "colour"),
    ("weights", set_at("weights", "joy", to=1), "joy"),
    ("weights.travel_minute", set_at("weights", "travel_minute", to=-1), "whole number"),
    ("limits", set_at("limits", "workers", to=0), "limits"),
    ("horizon", set_at("horizon", "end", to="2028-01-01T00:00:00Z"), "400 days"),
    ("people[0].busy[1]", set_at("people", 0, "busy", 1, "whereabouts", to="at-place"), "place"),
    ("venues[2]", set_at("venues", 2, "place", to="library"), "virtual"),
    ("", set_at("duration_min", to=0), "no length"),
    ("", set_at("grid_min", to=7), "divide"),
    ("", set_at("zone", to="Mars/Olympus"), "Mars/Olympus"),
    ("", set_at("zone", to="../UTC"), "../UTC"),
    ("", set_at("attendance", 0, "person", to="nobody"), "nobody"),
    ("", set_at("attendance", 1, "person", to="mayor"), "twice"),
    ("", set_at("version", to=2), "version 1"),
    ("", set_at("extra", to=1), "extra"),
    ("", lambda found: found.pop("people"), "people is missing"),
]
BEYOND_THE_SCHEMA = {
    "ends before it starts",
    "no such time",
    "years",
    "400 days",
    "virtual",
    "place",
    "nobody",
    "twice",
}


@pytest.mark.parametrize(("path", "spoil", "word"), SPOILT)
def test_a_mistake_is_named_with_its_path(path: str, spoil: Callable[[Json], None], word: str) -> None:
    """In words that say what was expected; the schema refuses it as well, as far as a schema can."""
    found = example()
    spoil(found)
    (where, sentence), *others = mistakes(json.dumps(found)).items()
    assert not others
    assert where == path
    assert word in sentence
    if word not in BEYOND_THE_SCHEMA and "/" not in word:
        assert not PROBLEM.is_valid(found)


def test_all_mistakes_are_named_at_once() -> None:
    """Nobody likes to be told one after another."""
    found = example()
    found["windows"][0]["start"] = "soon"
    found["legs"][3]["minutes"] = None
    found["venues"][1].pop("name")
    assert set(mistakes(json.dumps(found))) == {"windows[0].start", "legs[3].minutes", "venues[1]"}


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "not JSON"),
        ("<html></html>", "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        ("[]", "object"),
        ('{"a": 1, "a": 2}', "twice"),
        ('{"a": NaN}', "NaN"),
        ("[" * 100_000, "deep"),
        ("1" * 5000, "not JSON"),
    ],
)
def test_what_is_no_problem_at_all_is_refused(text: str | bytes, word: str) -> None:
    """In bounded time, and in words."""
    assert word in mistakes(text)[""]
