"""Build the virtual environment from requirements.lock when it is missing or stale.

Run by the interpreter that the environment shall have; the standard library
alone. Stale means: made from another lock, another pyproject.toml, or, when the
caller insists, with another Python. uv does the work where it is there and able;
otherwise venv and pip do.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

HOUSE = Path(__file__).resolve().parent.parent
LOCK = HOUSE / "requirements.lock"
OLDEST = (3, 11)


class BuildError(Exception):
    """The environment could not be built."""


def say(line: str) -> None:
    """Tell the one who waits."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def run(command: Sequence[str | Path], *, env: dict[str, str]) -> None:
    """Run a command without a sound, unless it fails.

    Raises:
        BuildError: it failed; the message is what it said.
    """
    done = subprocess.run(command, cwd=HOUSE, env=env, text=True, capture_output=True, check=False)
    if done.returncode:
        raise BuildError((done.stdout + done.stderr).strip() or f"{command[0]} failed")


def wanted(python: str) -> str:
    """Return what the stamp of a fresh environment says."""
    digest = hashlib.sha256(LOCK.read_bytes() + (HOUSE / "pyproject.toml").read_bytes())
    return f"{digest.hexdigest()} {python}\n"


def version_of(target: Path) -> str | None:
    """Return the Python version an existing environment has, if it still runs."""
    ask = "import platform; print(platform.python_version())"
    try:
        done = subprocess.run([target / "bin/python", "-c", ask], text=True, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def with_uv(target: Path) -> bool:
    """Build with uv, which takes the lock exactly and removes what the lock does not name.

    uv reads none of pip's configuration, so that behind a mirror pip may
    succeed where uv does not.

    Returns:
        Whether uv was there and did it.
    """
    uv = shutil.which("uv")
    if not uv:
        return False
    env = surroundings(target)
    try:
        if not (target / "bin/python").exists():
            run([uv, "venv", "--quiet", "--python", sys.executable, target], env=env)
        run([uv, "pip", "sync", "--quiet", "--require-hashes", LOCK], env=env)
        run([uv, "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "-e", "."], env=env)
    except BuildError:
        return False
    return True


def with_pip(target: Path) -> None:
    """Build with venv and pip; what the lock does not name is uninstalled."""
    if not (target / "bin/pip").exists():
        try:
            run([sys.executable, "-m", "venv", "--clear", target], env=dict(os.environ))
        except BuildError as error:
            msg = f"{error}\nThis Python makes no environment with pip (on Debian: apt-get install python3-venv)."
            raise BuildError(msg) from error
    # Python compiles what is imported when it is; compiling all of it would take ten seconds more.
    pip(target, "install", "--no-compile", "--no-deps", "--require-hashes", "-r", LOCK)
    pip(target, "install", "--no-deps", "--no-build-isolation", "-e", ".")
    strangers = installed(target) - named_in_lock() - {"pip", "setuptools", "wheel", "antechamber"}
    if strangers:
        pip(target, "uninstall", "--yes", *sorted(strangers))


def surroundings(target: Path) -> dict[str, str]:
    """Return what programs see who work in the environment; the build backend is looked for on the path."""
    return {
        **os.environ,
        "VIRTUAL_ENV": str(target),
        "PATH": f"{target}/bin{os.pathsep}{os.environ.get('PATH', os.defpath)}",
    }


def pip(target: Path, verb: str, *arguments: str | Path) -> None:
    """Run pip as it is configured; where that fails, once more without any configuration.

    A mirror named in pip's configuration is thus used, and a broken
    configuration does not stand in the way. The hashes keep both honest.
    """
    env = surroundings(target)
    python = target / "bin/python"
    quiet = ("--disable-pip-version-check", "--no-input", "--quiet", "--quiet")
    try:
        run([python, "-m", "pip", *quiet, verb, *arguments], env=env)
    except BuildError:
        run(
            [python, "-m", "pip", "--isolated", *quiet, verb, *arguments],
            env={**env, "PIP_CONFIG_FILE": os.devnull},
        )


def normal(name: str) -> str:
    """Spell a distribution's name as PEP 503 does."""
    return re.sub(r"[-_.]+", "-", name).lower()


def named_in_lock() -> set[str]:
    """Return the distributions that the lock names, for whatever system."""
    return {normal(name) for name in re.findall(r"^([A-Za-z0-9._-]+)==", LOCK.read_text(), re.MULTILINE)}


def installed(target: Path) -> set[str]:
    """Return the distributions that an environment has."""
    ask = "import importlib.metadata as m; print(*[d.name for d in m.distributions()], sep='\\n')"
    done = subprocess.run([target / "bin/python", "-c", ask], text=True, capture_output=True, check=True)
    return {normal(name) for name in done.stdout.split()}


def build(target: Path, *, insist: bool) -> None:
    """Build `target` unless it is fresh.

    Args:
        target: the environment's folder.
        insist: whether an existing environment must have the Python that runs this.

    Raises:
        BuildError: it could not be built; the message says why.
    """
    stamp = target / ".built"
    ours = ".".join(map(str, sys.version_info[:3]))
    theirs = version_of(target)
    if theirs and (theirs == ours or not insist) and stamp.exists() and stamp.read_text() == wanted(theirs):
        return
    if theirs and theirs != ours:
        say(f"{target.name} has Python {theirs}, wanted is {ours}: it is made anew.")
    if theirs != ours:
        shutil.rmtree(target, ignore_errors=True)
    stamp.unlink(missing_ok=True)
    say(f"Building {target.name} with Python {ours} from requirements.lock (up to a minute) …")
    begun = time.monotonic()
    if not with_uv(target):
        with_pip(target)
    stamp.write_text(wanted(ours))
    say(f"Built in {time.monotonic() - begun:.0f} s.")


def main() -> int:
    """Build the environment named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", type=Path)
    parser.add_argument("--insist", action="store_true", help="an existing one must have this Python")
    options = parser.parse_args()
    target = options.target.absolute()
    if sys.version_info < OLDEST:
        say(f"Python {sys.version.split()[0]} is too old, 3.11 is the oldest: PY=/path/to/python make …")
        return 2
    # Two makes at once, in two windows, must not build into each other.
    with (target.parent / f".{target.name.lstrip('.')}.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        try:
            build(target, insist=options.insist)
        except BuildError as error:
            say(f"The environment could not be built:\n{error}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
