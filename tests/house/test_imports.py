"""The rules on imports that import-linter cannot say."""

from __future__ import annotations

import ast
import importlib.util
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
import urllib3._version

from tests.house.tree import HOUSE, ROOTS, at, modules, parsed


def imported(path: Path) -> list[tuple[str, int]]:
    """Every module a file names in an import, wherever in the file, with its line."""
    found: list[tuple[str, int]] = []
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            found += [(name.name, node.lineno) for name in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append((node.module or "", node.lineno))
    return found


def test_model_ports_and_actions_use_the_standard_library_alone() -> None:
    """What is true of meetings must be testable, and readable, without a single package."""
    strangers = [
        f"{at(path, line)} imports {name}"
        for path in modules("agenda/model", "agenda/actions", "agenda/ports.py", "agenda/office.py")
        for name, line in imported(path)
        if name.partition(".")[0] not in sys.stdlib_module_names | {"agenda"}
    ]
    assert strangers == []


def test_every_package_is_ours() -> None:
    """Names as plain as `config` are also worn by other people's packages; ours must be the one that is found."""
    for root in ROOTS:
        spec = importlib.util.find_spec(root)
        assert spec is not None
        assert spec.origin == str(HOUSE / root / "__init__.py")


@pytest.mark.parametrize("root", ROOTS)
def test_no_package_of_our_name_lies_further_down_the_path(root: str) -> None:
    """A foreign twin would win as soon as the order of the path changes."""
    twins = [
        entry
        for entry in sys.path
        if Path(entry or ".").resolve() != HOUSE
        and ((Path(entry) / root / "__init__.py").exists() or (Path(entry) / f"{root}.py").exists())
    ]
    assert twins == []


def test_no_module_is_called_like_one_of_pythons_own() -> None:
    """`import calendar` must never be a riddle."""
    shadows = [at(path) for path in modules(*ROOTS, ".ci") if path.stem in sys.stdlib_module_names]
    shadows += [at(path) for path in modules() if path.stem in {"utils", "helpers", "common", "manager"}]
    assert shadows == []


def test_every_folder_with_code_is_a_package() -> None:
    """Import-linter, mypy and the build see packages only; a folder without `__init__.py` escapes all three."""
    bare = {at(path.parent) for path in modules() if not (path.parent / "__init__.py").exists()}
    assert bare - {"agenda/store/migrations", "agenda/store/migrations/versions"} == set()


def test_urllib3_is_the_one_it_says_it_is() -> None:
    """A package that overwrites urllib3 would take the guard on outgoing addresses with it."""
    assert importlib.util.find_spec("urllib3_future") is None
    assert importlib.util.find_spec("niquests") is None
    assert urllib3._version.__version__ == version("urllib3")
