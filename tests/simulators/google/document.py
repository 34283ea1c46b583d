"""The provider's own description of its API: what a request may say, and what an answer has to look like.

It is the discovery document inside google-api-python-client. Every request that reaches the simulator and every answer
that leaves it is held against it; nothing here knows how the connector works.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import unquote

from jsonschema import Draft202012Validator, FormatChecker

PLACE = re.compile(r"\{\+?(\w+)\}")
FORMATS = FormatChecker(formats=())


@FORMATS.checks("date-time", raises=ValueError)
def _is_date_time(text: object) -> bool:
    return isinstance(text, str) and "T" in text and bool(datetime.fromisoformat(text))


@FORMATS.checks("date", raises=ValueError)
def _is_date(text: object) -> bool:
    return isinstance(text, str) and bool(date.fromisoformat(text))


@FORMATS.checks("int64", raises=ValueError)
def _is_int64(text: object) -> bool:
    return isinstance(text, str) and -(2**63) <= int(text) < 2**63


@dataclass(frozen=True, slots=True)
class Method:
    """One method of the API."""

    id: str
    verb: str
    pattern: re.Pattern[str]
    parameters: Mapping[str, Any]
    request: str
    response: str


class Document:
    """The discovery document, ready to check with."""

    def __init__(self, text: str) -> None:
        """Read it once."""
        self.raw = json.loads(text)
        self.methods = list(self._methods(self.raw))
        self._global = self.raw["parameters"]
        schemas = {name: _schema(one) for name, one in self.raw["schemas"].items()}
        self._validators = {
            name: Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": schemas}, format_checker=FORMATS)
            for name in schemas
        }

    def _methods(self, node: Mapping[str, Any]) -> Iterator[Method]:
        for one in node.get("methods", {}).values():
            pattern = PLACE.sub(r"(?P<\1>[^/]+)", re.sub(r"([.])", r"\\\1", one["path"]))
            yield Method(
                one["id"],
                one["httpMethod"],
                re.compile(pattern),
                one.get("parameters", {}),
                one.get("request", {}).get("$ref", ""),
                one.get("response", {}).get("$ref", ""),
            )
        for child in node.get("resources", {}).values():
            yield from self._methods(child)

    def find(self, verb: str, path: str) -> tuple[Method, dict[str, str]] | None:
        """The method a request means, and what its path says; literal paths go before those with a place in them."""
        found = [(one, match) for one in self.methods if one.verb == verb and (match := one.pattern.fullmatch(path))]
        if not found:
            return None
        method, match = min(found, key=lambda pair: len(pair[1].groupdict()))
        return method, {name: unquote(value) for name, value in match.groupdict().items()}

    def mistakes(self, method: Method, query: Mapping[str, list[str]]) -> list[str]:
        """What is wrong with the parameters of a request."""
        return [one for name, values in query.items() for one in self._mistakes(method, name, values)]

    def _mistakes(self, method: Method, name: str, values: list[str]) -> Iterator[str]:
        told = method.parameters.get(name) or self._global.get(name)
        if told is None or told.get("location") == "path":
            yield f"{method.id}: no parameter {name}"
            return
        if len(values) > 1 and not told.get("repeated"):
            yield f"{method.id}: {name} is there {len(values)} times"
        for value in values:
            if told["type"] == "boolean" and value not in ("true", "false"):
                yield f"{method.id}: {name} is no boolean"
            if told["type"] == "integer" and not re.fullmatch(r"-?\d+", value):
                yield f"{method.id}: {name} is no integer"
            elif told["type"] == "integer":
                low, high = int(told.get("minimum", -(2**31))), int(told.get("maximum", 2**31))
                if not low <= int(value) <= high:
                    yield f"{method.id}: {name} is out of range"
            if "enum" in told and value not in told["enum"]:
                yield f"{method.id}: {name} may not be {value}"
            if told.get("format") == "date-time" and not re.fullmatch(
                r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", value
            ):
                yield f"{method.id}: {name} has no offset or is no time"

    def flaws(self, schema: str, value: object) -> list[str]:
        """Where a body differs from its schema; values are not repeated."""
        return [
            f"{schema}: {'/'.join(map(str, one.absolute_path))} breaks {one.validator}"
            f" {_unexpected(one.message) if one.validator == 'additionalProperties' else one.validator_value}"
            for one in self._validators[schema].iter_errors(value)
        ]


def _unexpected(message: str) -> str:
    return message[:120]


def _schema(node: Mapping[str, Any]) -> dict[str, Any]:
    """A schema of the document, which follows an early draft, as one of today."""
    if "$ref" in node:
        return {"$ref": f"#/$defs/{node['$ref']}"}
    made: dict[str, Any] = {}
    if node.get("type", "any") != "any":
        made["type"] = node["type"]
    if "format" in node and node["format"] in ("date", "date-time", "int64"):
        made["format"] = node["format"]
    if node.get("format") == "int32":
        made |= {"minimum": -(2**31), "maximum": 2**31 - 1}
    if "enum" in node:
        made["enum"] = node["enum"]
    if "items" in node:
        made["items"] = _schema(node["items"])
    if "properties" in node:
        made["properties"] = {name: _schema(one) for name, one in node["properties"].items()}
        made["additionalProperties"] = False
    if "additionalProperties" in node:
        made["additionalProperties"] = _schema(node["additionalProperties"])
    return made


@cache
def document() -> Document:
    """The description of version 3 of the Calendar API."""
    folder = files("googleapiclient.discovery_cache") / "documents"
    return Document((folder / "calendar.v3.json").read_text("utf-8"))
