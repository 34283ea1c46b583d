"""`solve`: stateless, in the documented formats."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from tests.web.commands.conftest import Terminal

DOCS = Path(__file__).parents[3] / "docs"
PROBLEM = DOCS / "examples" / "planning-problem.json"


def test_the_example_of_the_handbook_is_solved(nowhere: Terminal) -> None:
    """Without any office, and the answer is as its schema says."""
    answer = nowhere.told("solve", str(PROBLEM))
    jsonschema.validate(answer, json.loads((DOCS / "planning-answer.schema.json").read_text()))
    assert answer["status"] == "OPTIMAL"
    assert not nowhere.folder.exists()


def test_it_reads_standard_input(nowhere: Terminal) -> None:
    """So that problems can be piped."""
    result = nowhere.run("solve", "-", typed=PROBLEM.read_text())
    assert result.exit_code == 0, result.stderr
    assert " 1. " in result.stdout


def test_no_slot_is_told_with_reasons(nowhere: Terminal, tmp_path: Path) -> None:
    """Exit code 1, status INFEASIBLE."""
    problem = json.loads(PROBLEM.read_text())
    for person in problem["people"]:
        person["hours"] = []
    file = tmp_path / "hopeless.json"
    file.write_text(json.dumps(problem))
    answer = nowhere.told("solve", str(file), code=1)
    assert answer["status"] == "INFEASIBLE"
    assert "working-hours" in {one["rule"] for one in answer["reasons"]}


@pytest.mark.parametrize("text", ["", "[]", "{}", "nonsense", '{"format": "x", "version": 1}', '{"duration_min": -5}'])
def test_what_is_no_problem_is_bad_input(nowhere: Terminal, tmp_path: Path, text: str) -> None:
    """With every mistake and its path."""
    file = tmp_path / "bad.json"
    file.write_text(text)
    error = nowhere.refused("solve", str(file), code=2)
    assert error.get("problems") or error["sentence"]
    assert nowhere.refused("solve", str(tmp_path / "none.json"), code=2)["error"] == "usage"


def test_the_offices_own_problem_can_be_taken_out_and_solved_again(terminal: Terminal) -> None:
    """What `propose` solves is what `solve` reads."""
    words = ("ask", "--title", "Budget", "-r", "mayor", "--place", "city-hall")
    request = terminal.told(*words)["request"]
    result = terminal.run("propose", request, "--problem")
    assert result.exit_code == 0, result.stderr
    again = terminal.run("solve", "-", "--json", typed=result.stdout)
    assert again.exit_code == 0, again.stderr
    options = terminal.told("propose", request)["answer"]["options"]
    assert [one["score"] for one in json.loads(again.stdout)["options"]] == [one["score"] for one in options]
