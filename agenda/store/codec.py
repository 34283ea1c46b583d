"""Values as JSON text and back: proposals' answers, invitations, sentences with their facts.

A text is `{"v": 1, "value": …}`. What is kept follows the fields of the value's class, so that
a field with a default may be added and old texts still read; to rename or to drop one, raise `VERSION` and teach
`read` the old shape. Instants are in UTC. Facts of a sentence keep their types and, for datetimes, their zone.
"""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import cache
from math import isfinite
from typing import Any, Generic, TypeVar, Union, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

from agenda.model.events import Attendee
from agenda.model.meetings import Invitation
from agenda.model.people import Attendance
from agenda.model.planning import NoPlan, Plan
from agenda.model.sentences import Fact, Sentence
from agenda.model.times import Interval
from agenda.store.columns import MICROSECOND

T = TypeVar("T")
Turn = Callable[[Any], Any]

VERSION = 1
TAGS: Mapping[type, str] = {Plan: "plan", NoPlan: "no-plan"}
"""The names of classes where a field may hold one of several; a class may be renamed, its tag may not."""


class CodecError(ValueError):
    """A text that this version cannot read, or a value it cannot write."""


class Kept(Generic[T]):
    """How one type of value is kept."""

    def __init__(self, hint: Any) -> None:
        """Take the type as an annotation would spell it."""
        self._out, self._back = turns(hint)

    def write(self, value: T) -> str:
        """The value as a text of ASCII characters."""
        return json.dumps({"v": VERSION, "value": self._out(value)}, separators=(",", ":"), allow_nan=False)

    def read(self, text: str) -> T:
        """The value, equal to the one written.

        Raises:
            CodecError: a newer version wrote it, or it was damaged.
        """
        try:
            kept = json.loads(text)
            version = kept["v"]
            if version == VERSION:
                value: T = self._back(kept["value"])
                return value
        except CodecError:
            raise
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            msg = f"a kept value cannot be read: {type(error).__name__}"
            raise CodecError(msg) from error
        msg = f"a kept value has version {version}; this is version {VERSION}"
        raise CodecError(msg)


@cache
def turns(hint: Any) -> tuple[Turn, Turn]:
    """How a value of that type goes into JSON, and how it comes back."""
    while hasattr(hint, "__supertype__"):  # a NewType
        hint = hint.__supertype__
    if hint in SIMPLE:
        return SIMPLE[hint]
    origin, args = get_origin(hint), get_args(hint)
    if origin in {Union, types.UnionType}:
        return _union(args)
    if origin is tuple and len(args) == 2 and args[1] is ...:
        return _tuple_of(args[0])
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _enum(hint)
    if isinstance(hint, type) and is_dataclass(hint):
        return _dataclass(hint)
    msg = f"nobody has said how {hint} is kept"
    raise CodecError(msg)


def _same(value: Any) -> Any:
    return value


def _union(args: tuple[Any, ...]) -> tuple[Turn, Turn]:
    """One of several classes by its tag, or a value that may be None."""
    others = [one for one in args if one is not type(None)]
    if len(others) == 1:
        inner_out, inner_back = turns(others[0])
        return (
            lambda value: None if value is None else inner_out(value),
            lambda kept: None if kept is None else inner_back(kept),
        )
    out_by_class = {one: (TAGS[one], turns(one)[0]) for one in others}
    back_by_tag = {TAGS[one]: turns(one)[1] for one in others}

    def out(value: Any) -> Any:
        tag, turn = out_by_class[type(value)]
        return {"is": tag, "of": turn(value)}

    return out, lambda kept: back_by_tag[kept["is"]](kept["of"])


def _tuple_of(inner: Any) -> tuple[Turn, Turn]:
    out, back = turns(inner)
    return lambda value: [out(one) for one in value], lambda kept: tuple(back(one) for one in kept)


def _enum(members: type[Enum]) -> tuple[Turn, Turn]:
    by_value = {member.value: member for member in members}
    by_member = {member: member.value for member in members}
    return by_member.__getitem__, by_value.__getitem__


def _dataclass(cls: type) -> tuple[Turn, Turn]:
    """Every field by its name; one with a default may be missing in an older text."""
    hints = get_type_hints(cls)
    parts = {field.name: turns(hints[field.name]) for field in fields(cls)}
    needed = {one.name for one in fields(cls) if one.default is MISSING and one.default_factory is MISSING}
    turned = [(name, back) for name, (_, back) in parts.items() if back is not _same]
    names = parts.keys()

    def back(kept: dict[str, Any]) -> Any:
        if kept.keys() != names and not needed <= kept.keys() <= names:
            msg = f"not the fields of {cls.__name__}"
            raise CodecError(msg)
        for name, turn in turned:
            if name in kept:
                kept[name] = turn(kept[name])
        return cls(**kept)

    return lambda value: {name: out(getattr(value, name)) for name, (out, _) in parts.items()}, back


def _instant_out(value: datetime) -> str:
    if value.tzinfo is None:
        msg = "a time without a zone"
        raise CodecError(msg)
    return value.astimezone(UTC).isoformat()


def _instant_back(kept: str) -> datetime:
    return datetime.fromisoformat(kept).astimezone(UTC)


def _interval_out(value: Interval) -> list[str]:
    return [_instant_out(value.start), _instant_out(value.end)]


def _interval_back(kept: list[str]) -> Interval:
    start, end = kept
    return Interval(_instant_back(start), _instant_back(end))


def _sentence_out(value: Sentence) -> dict[str, Any]:
    return {"say": value.template, "with": {name: fact_out(fact) for name, fact in value.facts.items()}}


def _sentence_back(kept: dict[str, Any]) -> Sentence:
    facts = {name: fact_back(fact) for name, fact in kept["with"].items()}
    return Sentence(kept["say"], types.MappingProxyType(facts))


def fact_out(fact: object) -> Any:
    """A fact with its type: what JSON has of its own as it is, the rest as an object with one telling key."""
    match fact:
        case Enum():
            return fact_out(fact.value)
        case float() if not isfinite(fact):
            return {"float": str(fact)}
        case str() | int() | float():
            return fact
        case datetime():
            at = {"at": _instant_out(fact)}
            if isinstance(fact.tzinfo, ZoneInfo):
                at["zone"] = fact.tzinfo.key
            elif fact.tzinfo is not UTC:
                at["at"] = fact.isoformat()
            return at
        case date():
            return {"day": fact.isoformat()}
        case timedelta():
            return {"lasts_us": fact // MICROSECOND}
        case Interval():
            return {"span": _interval_out(fact)}
        case Sentence():
            return _sentence_out(fact)
        case tuple():
            return [fact_out(one) for one in fact]
        case _:
            msg = f"not a fact: {type(fact).__name__}"
            raise CodecError(msg)


def fact_back(kept: Any) -> Fact:
    """The fact, of the type it had."""
    match kept:
        case str() | int() | float():
            return kept
        case {"at": str(at), "zone": str(zone)}:
            return datetime.fromisoformat(at).astimezone(ZoneInfo(zone))
        case {"at": str(at)}:
            return datetime.fromisoformat(at)
        case {"day": str(day)}:
            return date.fromisoformat(day)
        case {"lasts_us": int(lasts_us)}:
            return timedelta(microseconds=lasts_us)
        case {"span": list(span)}:
            return _interval_back(span)
        case {"float": str(number)}:
            return float(number)
        case {"say": str(), "with": dict()}:
            return _sentence_back(kept)
        case list():
            return tuple(fact_back(one) for one in kept)
    msg = "not a fact"
    raise CodecError(msg)


SIMPLE: Mapping[Any, tuple[Turn, Turn]] = {
    str: (_same, _same),
    int: (_same, _same),
    bool: (_same, _same),
    float: (_same, float),
    datetime: (_instant_out, _instant_back),
    date: (date.isoformat, date.fromisoformat),
    timedelta: (lambda value: value // MICROSECOND, lambda kept: timedelta(microseconds=kept)),
    Interval: (_interval_out, _interval_back),
    Sentence: (_sentence_out, _sentence_back),
}

ANSWER: Kept[Plan | NoPlan] = Kept(Plan | NoPlan)
INVITATION: Kept[Invitation] = Kept(Invitation)
SENTENCE: Kept[Sentence] = Kept(Sentence)
ATTENDEES: Kept[tuple[Attendee, ...]] = Kept(tuple[Attendee, ...])
ATTENDANCE: Kept[tuple[Attendance, ...]] = Kept(tuple[Attendance, ...])
INTERVALS: Kept[tuple[Interval, ...]] = Kept(tuple[Interval, ...])
NAMES: Kept[tuple[str, ...]] = Kept(tuple[str, ...])
