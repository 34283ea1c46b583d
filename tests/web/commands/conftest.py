"""An office as somebody with a terminal has it: three files in a folder, and commands."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from click.testing import CliRunner, Result

from web.commands import main

POLICY = """
[office]
name = "Office of the Mayor"
zone = "America/New_York"
organizer = "office@example.org"

[hours]
mon-fri = ["09:00-17:00"]

[[people]]
id = "mayor"
name = "Rosa Álvarez"
email = "mayor@example.org"
standing = "principal"
base = "city-hall"

[[people]]
id = "deputy"
name = "Tom Birch"
email = "deputy@example.org"
base = "city-hall"
"""

PLACES = """
[[places]]
id = "city-hall"
name = "City Hall"
address = "1 Harbor Square"
lat = 42.3601
lon = -71.0589
"""


@dataclass(frozen=True)
class Terminal:
    """A terminal whose office lives in a folder of its own."""

    folder: Path
    env: dict[str, str | None]

    def run(self, *args: str, typed: str | None = None) -> Result:
        """Call `antechamber` with these words."""
        return CliRunner().invoke(main, [str(one) for one in args], input=typed, env=self.env)

    def told(self, *args: str, code: int = 0, typed: str | None = None) -> Any:
        """What the command answers in JSON, given that it ends with that code."""
        result = self.run(*args, "--json", typed=typed)
        assert result.exit_code == code, (result.exit_code, result.stdout, result.stderr)
        return json.loads(result.stdout)

    def refused(self, *args: str, code: int) -> dict[str, Any]:
        """The error that the command tells in JSON, given that it ends with that code."""
        result = self.run(*args, "--json")
        assert result.exit_code == code, (result.exit_code, result.stdout, result.stderr)
        assert result.stdout == ""
        error = json.loads(result.stderr)
        assert isinstance(error, dict)
        assert error["exit_code"] == code
        return error

    def feed(self, name: str, *events: str) -> Path:
        """A calendar file with these events in the folder."""
        path = self.folder / name
        body = "".join(f"BEGIN:VEVENT\r\nDTSTAMP:20260101T000000Z\r\n{one}END:VEVENT\r\n" for one in events)
        text = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//tests//EN\r\n{body}END:VCALENDAR\r\n"
        path.write_text(text, encoding="utf-8", newline="")
        return path


def bare(folder: Path) -> dict[str, str | None]:
    """An environment in which no other office is known."""
    others = {name: None for name in os.environ if name.startswith("ANTECHAMBER_")}
    return {**others, "ANTECHAMBER_DATA_DIR": str(folder), "LANG": "C", "LC_ALL": "C", "COLUMNS": "200"}


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """Commands set the logs up for their own process."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers[:] = []
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal without an office."""
    monkeypatch.chdir(tmp_path)
    return Terminal(tmp_path / "home", bare(tmp_path / "home"))


@pytest.fixture
def terminal(nowhere: Terminal) -> Terminal:
    """A terminal with an office of two, nothing connected yet."""
    nowhere.folder.mkdir()
    (nowhere.folder / "policy.toml").write_text(POLICY, encoding="utf-8")
    (nowhere.folder / "places.toml").write_text(PLACES, encoding="utf-8")
    return nowhere


def next_monday() -> date:
    """A Monday at least a week away."""
    today = datetime.now(UTC).date()
    return today + timedelta(days=14 - today.weekday())


def a_meeting(uid: str, day: date, start: str, end: str, summary: str = "Staff meeting", more: str = "") -> str:
    """The lines of an event on the office's wall clock, between two times such as 0900."""
    stamp = f"{day:%Y%m%d}"
    return (
        f"UID:{uid}\r\nDTSTART;TZID=America/New_York:{stamp}T{start}00\r\n"
        f"DTEND;TZID=America/New_York:{stamp}T{end}00\r\nSUMMARY:{summary}\r\n{more}"
    )
