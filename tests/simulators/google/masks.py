"""Partial responses: a `fields` mask such as `items(id,start/date),nextPageToken` applied to an answer."""

from __future__ import annotations

import re
from typing import Any

TOKEN = re.compile(r"[\w*-]+|[(),/]")
Mask = dict[str, Any]


def parse(text: str) -> Mask:
    """A mask as a tree of names; an empty tree means everything below.

    Raises:
        ValueError: it is not written as one.
    """
    tokens = TOKEN.findall(text)
    if "".join(tokens) != text:
        raise ValueError(text)
    mask, rest = _names(tokens)
    if rest:
        raise ValueError(text)
    return mask


def _names(tokens: list[str]) -> tuple[Mask, list[str]]:
    mask: Mask = {}
    while tokens:
        path = [tokens.pop(0)]
        while tokens and tokens[0] == "/":
            path.append(tokens[1])
            tokens = tokens[2:]
        below: Mask = {}
        if tokens and tokens[0] == "(":
            below, tokens = _names(tokens[1:])
            if not tokens or tokens.pop(0) != ")":
                raise ValueError
        node = mask
        for name in path[:-1]:
            node = node.setdefault(name, {})
        node[path[-1]] = below
        if not tokens or tokens[0] != ",":
            break
        tokens = tokens[1:]
    return mask, tokens


def apply(mask: Mask, value: Any) -> Any:
    """What a mask leaves of an answer."""
    if not mask or "*" in mask:
        return value
    if isinstance(value, list):
        return [apply(mask, one) for one in value]
    if isinstance(value, dict):
        return {name: apply(mask[name], one) for name, one in value.items() if name in mask}
    return value


def unknown(mask: Mask, schemas: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    """Names in a mask that the schema does not have."""
    while "$ref" in schema or "items" in schema:
        schema = schemas[schema["$ref"]] if "$ref" in schema else schema["items"]
    known = schema.get("properties")
    if known is None:
        return []
    told = [name for name in mask if name != "*" and name not in known]
    for name, below in mask.items():
        if name in known and below:
            told += unknown(below, schemas, known[name])
    return told
