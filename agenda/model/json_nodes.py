"""JSON from strangers, read strictly: every mistake is named with its path in the file, and reading goes on."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from enum import Enum
from typing import Any, NoReturn, TypeVar

from agenda.model.errors import BadInputError, BadInputsError
from agenda.model.sentences import Sentence, say
from agenda.model.times import Interval

MOST = 1_000_000
"""No number of minutes, points or seats is larger."""

FIRST_YEAR, LAST_YEAR = 1970, 2199

INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})"
)
"""RFC 3339, with a T and seconds that may be left out."""

T = TypeVar("T")
D = TypeVar("D")
E = TypeVar("E", bound=Enum)


class MistakeError(Exception):
    """A value that cannot be used; it is noted by whoever reads what the value belongs to."""

    def __init__(self, path: str, sentence: Sentence) -> None:
        """Put the path in front of the sentence."""
        super().__init__(path)
        self.problem = BadInputError(path, say("%(path)s: %(what)s", path=path or say("the file"), what=sentence))


def read_json(text: str | bytes, read: Callable[[Node], Callable[[], T]]) -> T:
    """What `read` makes of the text: it reads every part first, and what it returns puts them together.

    Putting together is left out where a part was missing, so that one mistake is not reported as two.

    Raises:
        BadInputsError: with a `BadInputError` for each mistake, whose `field` is the path in the file.
    """
    problems: list[BadInputError] = []
    try:
        value = json.loads(text, object_pairs_hook=_without_doubles, parse_constant=_no_number)
        make = read(Node(value, "", problems))
        if not problems:
            return make()
    except MistakeError as mistake:
        problems.append(mistake.problem)
    except ValueError as error:
        problems.append(MistakeError("", say("this is not JSON: %(error)s", error=str(error))).problem)
    except RecursionError:
        problems.append(MistakeError("", say("this is nested too deeply")).problem)
    raise BadInputsError(tuple(problems))


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise MistakeError(
            "", say("the key %(key)s is there twice", key=next(key for key in keys if keys.count(key) > 1))
        )
    return found


def _no_number(word: str) -> NoReturn:
    raise MistakeError("", say("%(word)s is not a number", word=word))


class Node:
    """A value in the file, and where it is."""

    def __init__(self, value: object, path: str, problems: list[BadInputError]) -> None:
        """Point at the value."""
        self.value = value
        self.path = path
        self.problems = problems

    def wrong(self, sentence: Sentence) -> NoReturn:
        """Refuse the value."""
        raise MistakeError(self.path, sentence)

    def keys(self, required: str, optional: str = "") -> None:
        """Refuse what is no object, lacks a key, or has one that nobody knows; keys apart by spaces."""
        if not isinstance(self.value, dict):
            self.wrong(say("has to be an object"))
        for key in self.value:
            if key not in required.split() + optional.split():
                self.wrong(say("nobody knows the key %(key)s", key=str(key)))
        for key in required.split():
            if key not in self.value:
                self.wrong(say("the key %(key)s is missing", key=key))

    def get(self, key: str, read: Callable[[Node], T], default: D) -> T | D:
        """What a key holds; a mistake in it is noted, and reading goes on with the default."""
        if not isinstance(self.value, dict) or key not in self.value:
            return default
        try:
            return read(Node(self.value[key], f"{self.path}.{key}".lstrip("."), self.problems))
        except MistakeError as mistake:
            self.problems.append(mistake.problem)
            return default

    def need(self, key: str, read: Callable[[Node], T]) -> T:
        """What a key holds that `keys` has made sure of; a mistake in it is one of the whole object."""
        assert isinstance(self.value, dict)  # noqa: S101 - `keys` was called
        return read(Node(self.value[key], f"{self.path}.{key}".lstrip("."), self.problems))

    def each(self, read: Callable[[Node], T]) -> tuple[T, ...]:
        """The items of a list; those with a mistake are noted and left out."""
        if not isinstance(self.value, list):
            self.wrong(say("has to be a list"))
        items = (Node(item, f"{self.path}[{number}]", self.problems) for number, item in enumerate(self.value))
        found: list[T] = []
        for item in items:
            try:
                found.append(read(item))
            except MistakeError as mistake:
                self.problems.append(mistake.problem)
        return tuple(found)

    def number(self) -> int:
        """A whole number from zero up."""
        if isinstance(self.value, bool) or not isinstance(self.value, int) or not 0 <= self.value <= MOST:
            self.wrong(say("has to be a whole number from 0 to %(most)s", most=MOST))
        return self.value

    def text(self) -> str:
        """A string."""
        if not isinstance(self.value, str):
            self.wrong(say("has to be a text"))
        return self.value

    def word(self) -> str:
        """A string that is not empty."""
        if not self.text().strip():
            self.wrong(say("must not be empty"))
        return self.text()

    def flag(self) -> bool:
        """True or false."""
        if not isinstance(self.value, bool):
            self.wrong(say("has to be true or false"))
        return self.value

    def seconds(self) -> float:
        """A number from zero up."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float) or not 0 <= self.value <= MOST:
            self.wrong(say("has to be a number from 0 to %(most)s", most=MOST))
        return float(self.value)

    def one_of(self, kind: type[E]) -> E:
        """One of an enumeration's words."""
        words = [str(one.value) for one in kind]
        if self.value not in words:
            self.wrong(say("has to be one of these: %(words)s", words=tuple(words)))
        return kind(self.value)

    def or_none(self, read: Callable[[Node], T]) -> T | None:
        """Null, or what is read."""
        return None if self.value is None else read(self)

    def instant(self) -> datetime:
        """An RFC 3339 time with its offset."""
        if not INSTANT.fullmatch(self.text()):
            self.wrong(
                say("has to be a time with its offset, such as 2026-03-02T09:00:00Z or 2026-03-02T04:00:00-05:00")
            )
        try:
            found = datetime.fromisoformat(self.text())
        except ValueError:
            self.wrong(say("there is no such time"))
        if not FIRST_YEAR < found.year < LAST_YEAR:
            self.wrong(say("lies outside the years %(first)s to %(last)s", first=FIRST_YEAR, last=LAST_YEAR))
        return found.astimezone(UTC)

    def interval(self) -> Interval:
        """An object with `start` and `end`."""
        self.keys("start end")
        start, end = self.need("start", Node.instant), self.need("end", Node.instant)
        if end < start:
            self.wrong(say("ends before it starts"))
        return Interval(start, end)

    def made(self, make: Callable[[], T]) -> T:
        """A value of the model; what it refuses is a mistake here."""
        try:
            return make()
        except ValueError as error:
            self.wrong(say("%(error)s", error=str(error)))
