"""What holds for every command: help that costs nothing, exit codes, errors in one sentence."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from agenda.model.errors import (
    AgendaError,
    AlreadyDecidedError,
    BadInputError,
    ChangedElsewhereError,
    NotFoundError,
    RefusedError,
    StoreBusyError,
    TryLaterError,
)
from agenda.model.sentences import say
from tests.web.commands.conftest import Terminal
from web.commands import DOORS, main
from web.commands.terminal import code_of, kind_of

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def test_help_lists_every_command_and_loads_none() -> None:
    """Loading the house takes a second; asking what there is must not."""
    code = (
        "import sys\nfrom web.commands import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit as left:\n    assert left.code == 0\n"
        "heavy = {'ortools', 'sqlalchemy', 'flask', 'caldav', 'icalendar', 'web.wiring'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert all(f"\n  {name} " in done.stdout for name in DOORS)


def test_every_command_of_the_readme_is_one() -> None:
    """And what a newcomer needs is among them."""
    readme = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"antechamber ([a-z]+)(?: ([a-z]+)\b)?", readme))
    assert {("user", "add"), ("user", "token"), ("calendars", "add")} <= named
    for name, inner in named:
        command = main.get_command(None, name)  # type: ignore[arg-type]  # no context is needed for it
        assert command is not None, name
        if isinstance(command, click.Group) and inner:
            assert inner in command.commands, (name, inner)
    assert "demo --fresh" in readme


@pytest.mark.parametrize("name", DOORS)
def test_every_command_explains_itself(name: str) -> None:
    """And each one that is listed is there."""
    result = CliRunner().invoke(main, [name, "--help"])
    assert result.exit_code == 0, result.output
    command = main.get_command(None, name)  # type: ignore[arg-type]  # no context is needed for it
    assert command is not None
    assert command.help


def test_without_an_office_it_is_said_how_to_get_one(nowhere: Terminal) -> None:
    """The first thing somebody types is often wrong in just this way."""
    result = nowhere.run("events")
    assert result.exit_code == 2
    assert "antechamber init" in result.stderr
    assert "antechamber demo" in result.stderr
    assert result.stderr.count("\n") == 1


def test_errors_are_json_where_answers_are(nowhere: Terminal) -> None:
    """A program that asked for JSON must not have to read prose."""
    assert nowhere.refused("events", code=2)["error"] == "bad-input"
    assert nowhere.refused("events", "--nonsense", code=2)["error"] == "usage"
    assert nowhere.refused("nonsense", code=2)["error"] == "usage"


@pytest.mark.parametrize(
    ("words", "about"),
    [
        (("calendars", "add", "week"), "ADDRESS"),
        (("calendars", "add", "week", "x.ics"), "--owner"),
        (("import", "not-there.ics", "--owner", "mayor"), "not-there.ics"),
        (("restore", "not-there", "--yes"), "not-there"),
        (("solve", "not-there.json"), "not-there.json"),
        (("user", "token", "sam"), "--name"),
        (("user", "add", "sam", "--duty", "king"), "king"),
        (("events", "--nonsense"), "--nonsense"),
        (("nonsense",), "nonsense"),
        (("--nonsense", "events"), "--nonsense"),
        (("ask", "--minutes"), "--minutes"),
    ],
)
def test_what_was_not_understood_is_told_on_one_line(nowhere: Terminal, words: tuple[str, ...], about: str) -> None:
    """With the command whose help explains it."""
    result = nowhere.run(*words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert about in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stderr.endswith("--help`.\n")
    assert words[0].startswith("--") or words == ("nonsense",) or f" {words[0]} " in result.stderr.rpartition("See")[2]


def test_a_group_alone_shows_its_help(nowhere: Terminal) -> None:
    """Which is what somebody wants who types no more."""
    result = nowhere.run("calendars")
    assert "Commands:" in result.stderr + result.stdout


def test_every_mistake_of_a_file_is_told(terminal: Terminal) -> None:
    """With the file and the key, on a line each."""
    policy = terminal.folder / "policy.toml"
    policy.write_text(policy.read_text().replace('zone = "America/New_York"', 'zone = "Nowhere"\ncolour = 3'))
    result = terminal.run("events")
    assert result.exit_code == 2
    lines = result.stderr.splitlines()
    assert len(lines) == 2
    assert all(line.startswith(str(policy)) for line in lines)
    problems = terminal.refused("events", code=2)["problems"]
    assert {one["field"] for one in problems} == {"office.zone", "office.colour"}


@pytest.mark.parametrize(
    ("error", "code", "kind"),
    [
        (NotFoundError("request", "x"), 2, "not-found"),
        (BadInputError("field", say("no")), 2, "bad-input"),
        (AlreadyDecidedError("Sam", NOW), 2, "already-decided"),
        (TryLaterError("x"), 3, "try-later"),
        (RefusedError("x", say("no")), 3, "refused"),
        (ChangedElsewhereError("x", "y"), 3, "changed-elsewhere"),
        (StoreBusyError(), 3, "store-busy"),
    ],
)
def test_a_failure_has_its_code_and_its_name(error: AgendaError, code: int, kind: str) -> None:
    """Scripts go by these."""
    assert (code_of(error), kind_of(error)) == (code, kind)


def test_in_a_process_of_its_own_it_is_the_same(terminal: Terminal) -> None:
    """The console script, its exit code, and both of its streams."""
    env = {name: value for name, value in terminal.env.items() if value is not None}
    env["PYTHONPATH"] = str(Path(__file__).parents[3])
    command = [sys.executable, "-c", "from web.commands import main; main()", "events", "--json"]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=False, env=env, cwd=terminal.folder
    )
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout) == []
    assert done.stderr == ""
