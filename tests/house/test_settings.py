"""Every key of the settings is documented, with a sentence."""

from __future__ import annotations

import re
from dataclasses import Field, fields, is_dataclass
from typing import TYPE_CHECKING, Any

from config.settings import Settings
from tests.house.tree import HOUSE

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLE = re.compile(r"^\| `([a-z0-9_.]+)` \| [^|]+ \| [^|]+ \|$", re.MULTILINE)


def keys(values: Any, prefix: str = "") -> Iterator[tuple[str, Field[Any]]]:
    """Every key below a value of settings, with its field."""
    for one in fields(values):
        value = getattr(values, one.name)
        if is_dataclass(value) and not one.metadata:
            yield from keys(value, f"{prefix}{one.name}.")
        else:
            yield f"{prefix}{one.name}", one


def test_every_settings_key_is_documented_once() -> None:
    """Whoever runs the office reads docs/settings.md, not the source; the two are counted independently."""
    documented = TABLE.findall((HOUSE / "docs/settings.md").read_text(encoding="utf-8"))
    assert sorted(documented) == sorted(key for key, _ in keys(Settings()))


def test_every_settings_key_has_a_sentence() -> None:
    """A key that nobody can describe in a sentence is not a setting."""
    mute = [key for key, one in keys(Settings()) if not str(one.metadata.get("sentence", "")).endswith(".")]
    assert mute == []
