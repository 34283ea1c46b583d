"""Tables of a TOML file, read key by key: what does not fit is noted, its default stands in, reading goes on."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import time
from pathlib import Path
from typing import TypeGuard

from agenda.model.sentences import say
from config.mistakes import Mistakes

MAX_BYTES = 4 * 1024 * 1024
INIT = "`antechamber init`"


def load(path: Path, mistakes: Mistakes, *, of_init: bool = False) -> Mapping[str, object]:
    """The file's top table; empty, with a mistake noted, where it cannot be read. `of_init`: `init` writes one."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        if of_init:
            mistakes.add("", say("there is no such file; %(command)s writes one to start with", command=INIT))
        else:
            mistakes.add("", say("there is no such file"))
        return {}
    except OSError as error:
        mistakes.add("", say("it cannot be read: %(cause)s", cause=error.strerror or type(error).__name__))
        return {}
    if len(raw) > MAX_BYTES:
        mistakes.add("", say("expected at most %(most)s bytes", most=MAX_BYTES))
        return {}
    try:
        return tomllib.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        mistakes.add("", say("expected text in UTF-8; line %(line)s is not", line=line))
    except tomllib.TOMLDecodeError as error:
        mistakes.add("", say("expected TOML: %(cause)s", cause=str(error)))
    except RecursionError:
        mistakes.add("", say("expected TOML: it is nested too deeply"))
    return {}


def is_table(value: object) -> TypeGuard[Mapping[str, object]]:
    """Whether it is a TOML table."""
    return isinstance(value, Mapping)


def _kind(value: object) -> str:
    """What a value is, in the words of TOML."""
    names: dict[type, str] = {bool: "true or false", int: "a number", float: "a number", str: "text", list: "a list"}
    return names.get(type(value), "a table" if is_table(value) else "a date or time")


class Table:
    """One table and the keys that were asked of it; `close` names those that were not."""

    def __init__(self, values: Mapping[str, object], at: str, mistakes: Mistakes) -> None:
        """A table at a key ("" for the top of the file)."""
        self._values = values
        self._at = at
        self._mistakes = mistakes
        self._asked: list[str] = []

    def key(self, name: str) -> str:
        """The whole key of one of its entries, as a mistake names it."""
        return f"{self._at}.{name}" if self._at else name

    def has(self, name: str) -> bool:
        """Whether it is there at all."""
        return name in self._values

    def names(self) -> tuple[str, ...]:
        """The keys that are there, in the order of the file."""
        return tuple(self._values)

    def mistake(self, key: str, template: str, **facts: str | int | float) -> None:
        """Note a mistake at one of its keys."""
        self._mistakes.add(self.key(key), say(template, **facts))

    def raw(self, name: str) -> object:
        """The value as it is, or None; the key counts as known from now on."""
        self._asked.append(name)
        return self._values.get(name)

    def text(self, name: str, default: str = "", *, required: bool = False) -> str:
        """A string on one line or more, without blanks around it; a required one is not empty."""
        value = self.raw(name)
        if value is None:
            if required:
                self.mistake(name, "is missing; expected text")
            return default
        if not isinstance(value, str):
            self.mistake(name, "expected text, not %(kind)s", kind=_kind(value))
            return default
        if required and not value.strip():
            self.mistake(name, "is empty; expected text")
        return value.strip()

    def whole(self, name: str, default: int, *, least: int = 0, most: int = 1_000_000) -> int:
        """A whole number between two bounds, both included."""
        value = self.raw(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int):
            self.mistake(name, "expected a whole number, not %(kind)s", kind=_said(value))
            return default
        if not least <= value <= most:
            self.mistake(name, "expected %(least)s to %(most)s, not %(value)s", least=least, most=most, value=value)
            return default
        return value

    def number(self, name: str) -> float | None:
        """A finite number, or None where there is none."""
        value = self.raw(name)
        if value is None:
            return None
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or value != value
            or abs(value) == float("inf")
        ):
            self.mistake(name, "expected a number, not %(kind)s", kind=_said(value))
            return None
        return float(value)

    def flag(self, name: str, *, default: bool) -> bool:
        """True or false."""
        value = self.raw(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.mistake(name, "expected true or false, not %(kind)s", kind=_said(value))
            return default
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of strings that are not empty; a single string counts as a list of one."""
        value = self.raw(name)
        if value is None:
            return ()
        if isinstance(value, str):
            value = [value]
        if not isinstance(value, list):
            self.mistake(name, "expected a list of texts, not %(kind)s", kind=_kind(value))
            return ()
        found = []
        for index, one in enumerate(value, 1):
            if isinstance(one, str) and one.strip():
                found.append(one.strip())
            else:
                self.mistake(f"{name}[{index}]", "expected text that is not empty")
                found.append("")
        return tuple(found)

    def table(self, name: str) -> Table:
        """A table inside it; an empty one where there is none."""
        value = self.raw(name)
        if value is None:
            return Table({}, self.key(name), self._mistakes)
        if not is_table(value):
            self.mistake(name, "expected a table, not %(kind)s", kind=_kind(value))
            return Table({}, self.key(name), self._mistakes)
        return Table(value, self.key(name), self._mistakes)

    def tables(self, name: str) -> Iterator[Table]:
        """The tables of a list ([[name]]), counted from 1 in their keys, as people count."""
        value = self.raw(name)
        if value is None:
            return
        if not isinstance(value, list):
            self.mistake(name, "expected [[%(name)s]], not %(kind)s", name=name, kind=_kind(value))
            return
        for index, one in enumerate(value, 1):
            if is_table(one):
                yield Table(one, self.key(f"{name}[{index}]"), self._mistakes)
            else:
                self.mistake(f"{name}[{index}]", "expected a table, not %(kind)s", kind=_kind(one))

    def close(self) -> None:
        """Note every key nobody asked for, each with the nearest that is known."""
        for name in self._values:
            if name not in self._asked:
                self._mistakes.unknown(self.key(name), self._asked)


def _said(value: object) -> str:
    """A wrong value in a few words."""
    return repr(value) if isinstance(value, str | int | float) and len(repr(value)) <= 40 else _kind(value)


def clock_time(text: str) -> time | None:
    """A wall-clock time "08:30"; "24:00" is `time.max`; None where it is not one."""
    if text == "24:00":
        return time.max
    hour, colon, minute = text.strip().partition(":")
    if not (colon and hour.isdecimal() and minute.isdecimal() and len(hour) <= 2 and len(minute) == 2):
        return None
    if int(hour) > 23 or int(minute) > 59:
        return None
    return time(int(hour), int(minute))
