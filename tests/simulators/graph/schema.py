"""The vendor's own schema of Graph v1.0 (CSDL), read so that JSON can be held against it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import parse

EDM = "{http://docs.oasis-open.org/odata/ns/edm}"
FILE = Path("ms-graph") / "v1.0.csdl.xml"
PRIMITIVES: Mapping[str, type | tuple[type, ...]] = {
    "Edm.String": str,
    "Edm.Boolean": bool,
    "Edm.Int32": int,
    "Edm.Int64": int,
    "Edm.Double": (int, float),
    "Edm.Guid": str,
    "Edm.Binary": str,
    "Edm.DateTimeOffset": str,
    "Edm.Date": str,
    "Edm.TimeOfDay": str,
}


@dataclass(slots=True)
class Structure:
    """An EntityType or a ComplexType: its properties by name, with their types, and what it is based on."""

    name: str
    base: str
    properties: dict[str, str] = field(default_factory=dict)
    navigation: dict[str, str] = field(default_factory=dict)


class Schema:
    """Types, enums and actions by name, and the check of a value against a type."""

    def __init__(self, file: Path) -> None:
        """Read the file; only the main namespace counts."""
        self.structures: dict[str, Structure] = {}
        self.enums: dict[str, frozenset[str]] = {}
        self.actions: dict[tuple[str, str], dict[str, str]] = {}
        root = parse(file).getroot()
        assert root is not None
        schema = next(one for one in root.iter(f"{EDM}Schema") if one.get("Namespace") == "microsoft.graph")
        for element in schema:
            self._take(element)

    def _take(self, element: Element) -> None:
        name = element.get("Name", "")
        match element.tag.removeprefix(EDM):
            case "EnumType":
                self.enums[name] = frozenset(one.get("Name", "") for one in element)
            case "EntityType" | "ComplexType":
                found = Structure(name, element.get("BaseType", "").removeprefix("graph."))
                for one in element:
                    kind = one.tag.removeprefix(EDM)
                    if kind == "Property":
                        found.properties[one.get("Name", "")] = one.get("Type", "")
                    elif kind == "NavigationProperty":
                        found.navigation[one.get("Name", "")] = one.get("Type", "")
                self.structures[name] = found
            case "Action" | "Function":
                parameters = {
                    one.get("Name", ""): one.get("Type", "") for one in element if one.tag == f"{EDM}Parameter"
                }
                bound = next(iter(parameters.values()), "").removeprefix("Collection(").strip(")")
                self.actions[bound.removeprefix("graph."), name] = dict(list(parameters.items())[1:])

    def properties(self, name: str) -> dict[str, str]:
        """All properties of a type, inherited ones and navigation ones too; an entity has an id."""
        found: dict[str, str] = {}
        while name and name in self.structures:
            structure = self.structures[name]
            found |= structure.navigation | structure.properties
            name = structure.base
        if name == "entity":
            found["id"] = "Edm.String"
        return found

    def wrong(self, value: Any, kind: str, where: str = "") -> Iterator[str]:
        """What in a value is not as the type says; each with where it is. Nothing of the value itself is quoted."""
        if value is None:
            return
        if kind.startswith("Collection("):
            if not isinstance(value, list):
                yield f"{where}: not a list"
                return
            for at, one in enumerate(value):
                yield from self.wrong(one, kind[len("Collection(") : -1], f"{where}[{at}]")
            return
        if kind in PRIMITIVES:
            yield from _wrong_primitive(value, kind, where)
            return
        name = kind.removeprefix("graph.")
        if name in self.enums:
            if value not in self.enums[name]:
                yield f"{where}: not a member of {name}"
            return
        if name not in self.structures:
            yield f"{where}: no such type as {kind}"
            return
        if not isinstance(value, dict):
            yield f"{where}: not an object"
            return
        known = self.properties(name)
        for key, one in value.items():
            if "@" in key:
                continue
            if key not in known:
                yield f"{where}.{key}: {name} has no such property"
            else:
                yield from self.wrong(one, known[key], f"{where}.{key}")


def _wrong_primitive(value: Any, kind: str, where: str) -> Iterator[str]:
    if isinstance(value, bool) != (kind == "Edm.Boolean") or not isinstance(value, PRIMITIVES[kind]):
        yield f"{where}: not {kind}"
        return
    try:
        if kind == "Edm.DateTimeOffset":
            text = re.sub(r"\.(\d{6})\d+", r".\1", str(value))
            if datetime.fromisoformat(text).tzinfo is None:
                yield f"{where}: an instant without an offset"
        elif kind == "Edm.Date":
            date.fromisoformat(str(value))
    except ValueError:
        yield f"{where}: not {kind}"
