"""Which zone data is counted with; asked of processes of their own, since the choice holds for a whole process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import tzdata

ASK = """
import json, os, subprocess, sys, zoneinfo
from web.zone_data import choose_zone_data
chosen = choose_zone_data()
child = subprocess.run([sys.executable, "-c", "import zoneinfo; print(list(zoneinfo.TZPATH))"],
                       capture_output=True, text=True, check=True)
print(json.dumps([chosen, list(zoneinfo.TZPATH), child.stdout.strip()]))
"""


def ask(system: Path) -> Any:
    """What is chosen where the system's data lies in that folder: the version, the path, and the path of a child."""
    env = {**os.environ, "PYTHONTZPATH": str(system), "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True, env=env, timeout=60)
    return json.loads(done.stdout)


def test_old_data_of_the_system_is_passed_over(tmp_path: Path) -> None:
    """By this process and by every one it starts."""
    (tmp_path / "tzdata.zi").write_text("# version 2021a\n")
    assert ask(tmp_path) == [tzdata.IANA_VERSION, [], "[]"]


def test_newer_data_of_the_system_is_taken(tmp_path: Path) -> None:
    """An office that was installed years ago learns of new rules through the system's updates."""
    (tmp_path / "tzdata.zi").write_text("# version 2199z\n")
    assert ask(tmp_path) == ["2199z", [str(tmp_path)], f"['{tmp_path}']"]


def test_data_that_does_not_say_how_old_it_is_is_passed_over(tmp_path: Path) -> None:
    """Ours does."""
    assert ask(tmp_path) == [tzdata.IANA_VERSION, [], "[]"]
