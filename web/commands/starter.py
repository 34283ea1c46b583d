"""The files a new office starts with: short, commented, and good to start at once."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What has to be known to begin."""

    office: str
    zone: str
    principal: str
    email: str


def files(beginning: Beginning) -> dict[str, str]:
    """The text of each file, by name."""
    return {
        "antechamber.toml": SETTINGS,
        "policy.toml": POLICY.format(
            office=_text(beginning.office),
            zone=_text(beginning.zone),
            principal=_text(beginning.principal),
            email=_text(beginning.email),
        ),
        "places.toml": PLACES,
    }


def _text(value: str) -> str:
    """A TOML basic string; JSON writes strings the same way."""
    return json.dumps(value, ensure_ascii=False)


SETTINGS = """\
# How this office is run. Every key with its default stands in docs/settings.md; passwords never stand here.
data_dir = "."                            # beside this file; ANTECHAMBER_DATA_DIR goes before it
policy_file = "policy.toml"
places_file = "places.toml"

[server]
host = "127.0.0.1"
port = 8080
# origin = "https://agenda.example.org"   # how browsers reach the office, once a proxy stands before it
# trusted_proxies = ["127.0.0.1"]

# [smtp]                                  # without it, invitations are only shown in the outbox
# host = "mail.example.org"
# user = "antechamber"
# password_file = "smtp-password"
"""

POLICY = """\
# What the office has decided once. Every key stands in docs/policy.md.

[office]
name = {office}
zone = {zone}
organizer = {email}

[hours]
mon-fri = ["08:30-18:00"]

[lunch]
window = "11:30-14:00"
minutes = 30

[[people]]
id = "mayor"
name = {principal}
email = {email}
standing = "principal"
base = "city-hall"

# [[people]]
# id = "deputy"
# name = "…"
# email = "deputy@example.org"
# base = "city-hall"
"""

PLACES = """\
# Where things happen. Every key stands in docs/policy.md. Each place knows the spellings people type.

[[places]]
id = "city-hall"
name = "City Hall"
aliases = ["Mayor's Office"]
address = ""
arrive_min = 5
leave_min = 5

[[places.rooms]]
id = "conference"
name = "Conference Room"
seats = 12
"""
