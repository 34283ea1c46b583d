"""The rules on the source that ruff cannot say, or that must hold even if somebody silences ruff."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tests.house.tree import HOUSE, at, files, modules, parsed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LONGEST = 400
LONG_BUT_ONE_STORY = {"agenda/ports.py"}  # one port after another, mostly signatures; split, none could be overseen
NAIVE = {"now", "utcnow", "today", "fromtimestamp", "utcfromtimestamp"}
# Written so that these lines do not find themselves.
GIVEAWAYS = re.compile(
    rb"""
      (?<![\w.])/(?:h[o]me|r[o]ot|w[o]rk|Us[e]rs)/\w   # a folder of the machine it was written on
    | (?<![\w.])/t[m]p/\w                              # the same, for a day
    | p[y]pi\.org | p[y]thonhosted\.org | registry\.n[p]mjs
    | \bf[a]rm-\w | \bi[s]sues[ ]show\b | \bi[s]sue[ ]\#?[0-9]+\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
SOMEONE_ELSES = ("tests/data/", "web/static/")


def calls(path: Path) -> Iterator[ast.Call]:
    """Every call in a file."""
    return (node for node in ast.walk(parsed(path)) if isinstance(node, ast.Call))


def test_no_file_holds_two_stories() -> None:
    """At 400 lines look for the second story; a migration is told in one go."""
    long = {
        at(path): count
        for path in modules(".", "tests", ".ci")
        if "migrations" not in path.parts
        and at(path) not in LONG_BUT_ONE_STORY
        and (count := len(path.read_bytes().splitlines())) > LONGEST
    }
    assert long == {}


def test_now_comes_from_the_clock_port() -> None:
    """Whoever reads the clock by himself cannot be tested on the night the clocks change."""
    readers = [
        at(path, call.lineno)
        for path in modules("agenda", "solver", "sync", "web/pages")
        for call in calls(path)
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in {"now", "utcnow", "today"}
        and ast.unparse(call.func.value)
        in {"datetime", "date", "datetime.datetime", "datetime.date", "dt", "dt.datetime"}
    ]
    assert readers == []


def test_no_datetime_is_made_without_a_zone() -> None:
    """Datetimes are aware, in the tests too."""
    naive = [
        at(path, call.lineno)
        for path in modules("agenda", "config", "solver", "sync", "web", "tests")
        for call in calls(path)
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in NAIVE
        and ast.unparse(call.func.value) in {"datetime", "datetime.datetime"}
        and (call.func.attr.startswith("utc") or call.func.attr == "today" or not takes_zone(call))
    ]
    assert naive == []


def takes_zone(call: ast.Call) -> bool:
    """Whether a call of `now` or `fromtimestamp` is given a zone."""
    assert isinstance(call.func, ast.Attribute)
    place = 0 if call.func.attr == "now" else 1
    return len(call.args) > place or any(keyword.arg == "tz" for keyword in call.keywords)


def test_a_calendar_is_parsed_from_bytes() -> None:
    """A decoded text lost the octets that line folding counts, and a path is opened if it is taken for text."""
    decoded = [
        at(path, call.lineno)
        for path in modules()
        for call in calls(path)
        if isinstance(call.func, ast.Attribute)
        and call.func.attr == "from_ical"
        and not ast.unparse(call.func).endswith("vRecur.from_ical")  # a rule, which is a text and never a path
        and call.args
        and (
            (isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str))
            or isinstance(call.args[0], ast.JoinedStr)
            or re.search(r"\.(decode|read_text|text)\b|\bstr\(", ast.unparse(call.args[0]))
        )
    ]
    assert decoded == []


def test_what_is_public_has_a_docstring() -> None:
    """Each module, class and function says what it is, even where a `noqa` hides it from ruff."""
    mute = [at(path) for path in modules() if not ast.get_docstring(parsed(path))]
    mute += [
        f"{at(path, node.lineno)} {node.name}"
        for path in modules()
        if "migrations" not in path.parts
        for node in parsed(path).body
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert mute == []


def test_nothing_tells_where_it_was_written() -> None:
    """Nothing in the tree points at one person's machine, or at one network's way to its packages."""
    told = [
        f"{at(path, number)} {found[0].decode()}"
        for path in files()
        if not at(path).startswith(SOMEONE_ELSES) and b"\0" not in (content := path.read_bytes())
        for number, line in enumerate(content.splitlines(), start=1)
        if (found := GIVEAWAYS.search(line))
    ]
    assert told == []


def test_the_lock_holds_hashes_and_no_address() -> None:
    """A lock with addresses works on one network only; one without hashes trusts whatever answers."""
    lock = (HOUSE / "requirements.lock").read_text()
    assert "://" not in lock
    pinned = re.findall(
        r"^[A-Za-z0-9._-]+==[^\n]*\\\n((?:\s+--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", lock, re.MULTILINE
    )
    assert len(pinned) == len(re.findall(r"^\S", lock, re.MULTILINE)) > 50
