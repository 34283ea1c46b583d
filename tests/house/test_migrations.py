"""Migrations are numbered, linear and reversible."""

from __future__ import annotations

import ast
import re
from itertools import pairwise

from alembic.config import Config
from alembic.script import Script, ScriptDirectory

from agenda.store.schema import MIGRATIONS
from tests.house.tree import HOUSE, modules, parsed


def scripts() -> list[Script]:
    """The migrations, oldest first."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return list(ScriptDirectory.from_config(config).walk_revisions())[::-1]


def test_there_is_one_migration_head() -> None:
    """Two heads are two colleagues who did not see each other; the second one renumbers."""
    assert [script.revision for script in scripts() if script.is_head] == [scripts()[-1].revision]


def test_migrations_are_one_line_of_numbers() -> None:
    """The number of a file is its place in the line, so that a folder reads like a history."""
    line = scripts()
    assert line[0].down_revision is None
    assert all(after.down_revision == before.revision for before, after in pairwise(line))
    assert [script.revision[:4] for script in line] == [f"{place:04}" for place in range(1, len(line) + 1)]
    assert all(script.module.__name__.startswith(script.revision[:4]) for script in line)


def test_every_migration_has_its_way_back() -> None:
    """An upgrade that went wrong on a Friday is taken back on a Friday."""
    one_way = []
    for path in modules(str((MIGRATIONS / "versions").relative_to(HOUSE))):
        if not re.match(r"\d{4}_", path.name):
            continue
        steps = {node.name: node.body for node in parsed(path).body if isinstance(node, ast.FunctionDef)}
        back = [step for step in steps.get("downgrade", []) if not isinstance(step, ast.Pass | ast.Raise)]
        if not back or all(isinstance(step, ast.Expr) and isinstance(step.value, ast.Constant) for step in back):
            one_way.append(path.name)
    assert one_way == []
