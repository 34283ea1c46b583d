"""Which zone data the house counts with: the newer of the system's and the one that came with the installation.

Python takes the system's even when that is years old; then a meeting in a zone whose rules have changed since lies an
hour off. Child processes inherit the choice.
"""

from __future__ import annotations

import os
import re
import zoneinfo
from pathlib import Path

import tzdata

VERSION = re.compile(r"# version (\d{4}[a-z]+)")


def choose_zone_data() -> str:
    """Choose the newer data for this process and its children; returns its version ("2026f").

    Called before the first wall clock is read; calling it again changes nothing.
    """
    ours, systems = str(tzdata.IANA_VERSION), system_version()
    if systems is not None and systems >= ours:
        return systems
    if zoneinfo.TZPATH:
        os.environ["PYTHONTZPATH"] = ""
        zoneinfo.reset_tzpath(())
        zoneinfo.ZoneInfo.clear_cache()
    return ours


def system_version() -> str | None:
    """The version of the system's data, or None where there is none or it does not say."""
    for folder in zoneinfo.TZPATH:
        for name in ("tzdata.zi", "+VERSION"):
            try:
                with (Path(folder) / name).open(encoding="ascii", errors="replace") as file:
                    line = file.readline(200).strip()
            except OSError:
                continue
            found = VERSION.match(line) or re.fullmatch(r"(\d{4}[a-z]+)", line)
            if found is not None:
                return found[1]
    return None
