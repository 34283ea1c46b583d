"""The words of the house gathered for its translators: `python -m web.messages` brings every catalog up to date.

Gathered are the sentences of the five packages (`say`), and the texts of the templates (`_`, `ngettext`).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from web.language import DEFAULT, LANGUAGES, catalog_path

HOUSE = Path(__file__).resolve().parents[1]
PYTHON = ("agenda", "config", "solver", "sync", "web")
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "say": None,
    "_report": (3,),  # agenda/actions/pull.py: the sentence of a SyncReport
}
WIDTH = 110


def gathered() -> Catalog:
    """Every text that the house can say, with the places it is said at."""
    catalog = Catalog(project="Antechamber", charset="utf-8", fuzzy=False)
    for place, line, text, comments in _found():
        catalog.add(text, None, [(place, line)], auto_comments=comments)
    return catalog


def known(language: str) -> Catalog:
    """The translations there are."""
    path = catalog_path(language)
    if not path.exists():
        return Catalog(locale=language, project="Antechamber", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def bring_up_to_date(language: str) -> int:
    """Add what is new to a catalog and drop what is not said any more; returns how many texts have no translation."""
    catalog = known(language)
    catalog.update(gathered(), no_fuzzy_matching=True, update_header_comment=False)
    catalog.obsolete.clear()
    catalog.fuzzy = False
    catalog.project, catalog.version = "Antechamber", ""
    catalog.header_comment = f"# The house in {LANGUAGES[language]}.\n"
    written = BytesIO()
    write_po(written, catalog, width=WIDTH, sort_output=True, no_location=True, omit_header=False, ignore_obsolete=True)
    path = catalog_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(line for line in written.getvalue().splitlines(keepends=True) if not _changes(line)))
    return sum(1 for message in catalog if message.id and not _is_translated(message.string))


def _found() -> Iterator[tuple[str, int, str | tuple[str, ...], list[str]]]:
    methods = {
        **{package: [("**.py", "python")] for package in PYTHON},
        "web/templates": [("**.html", "jinja2.ext:babel_extract")],
    }
    for folder, method_map in methods.items():
        found = extract_from_dir(
            str(HOUSE / folder), method_map, options_map={"**.html": {"silent": "false"}}, keywords=KEYWORDS
        )
        for name, line, text, comments, _context in found:
            yield f"{folder}/{name}", line, text, comments


def _changes(line: bytes) -> bool:
    """Whether a line of the header tells of the day or the tool, and would differ without a word having changed."""
    return line.startswith((b'"POT-Creation-Date', b'"PO-Revision-Date', b'"Generated-By', b"# FIRST AUTHOR"))


def _is_translated(text: str | tuple[str, ...] | list[str] | None) -> bool:
    return bool(text) and (isinstance(text, str) or all(text or ()))


def main() -> int:
    """Bring every catalog up to date; exits with 1 while something has no translation."""
    missing = {language: bring_up_to_date(language) for language in LANGUAGES if language != DEFAULT}
    sys.stdout.writelines(f"{language}: {count} without a translation\n" for language, count in missing.items())
    return 1 if any(missing.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
