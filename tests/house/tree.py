"""The tree as the rules of the house see it."""

from __future__ import annotations

import ast
import shutil
import subprocess
from functools import cache
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[2]
ROOTS = ("agenda", "config", "solver", "sync", "web")
NOT_OURS = {".git", ".hypothesis", "__pycache__", "build", "dist", "node_modules"}


@cache
def files() -> tuple[Path, ...]:
    """Every file that belongs to the project: what git keeps or would keep, or else all but what is built."""
    git = shutil.which("git")
    if git and (HOUSE / ".git").exists():
        command = [git, "-C", str(HOUSE), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\0")
        found = [HOUSE / name for name in listed if name]
    else:
        found = [path for path in HOUSE.rglob("*") if not is_built(path.relative_to(HOUSE))]
    return tuple(sorted(path for path in found if path.is_file()))


def is_built(path: Path) -> bool:
    """Whether a path lies under something that is made, not written."""
    return any(part in NOT_OURS or part.startswith(".venv") or part.endswith("_cache") for part in path.parts)


def modules(*folders: str) -> tuple[Path, ...]:
    """Every Python file under some of the project's folders, or under the five packages."""
    wanted = [HOUSE / folder for folder in folders or ROOTS]
    return tuple(
        path
        for path in files()
        if path.suffix == ".py" and any(path == folder or folder in path.parents for folder in wanted)
    )


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a Python file."""
    return ast.parse(path.read_bytes(), filename=str(path))


def at(path: Path, line: int | None = None) -> str:
    """Where something is, to be clicked on."""
    where = path.relative_to(HOUSE).as_posix()
    return f"{where}:{line}" if line else where
