"""The API's own description (OpenAPI 3.1), served as it lies in the house."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue

from web.access import EVERYBODY, open_to
from web.api.door import api

PATH = Path(__file__).with_name("openapi.json")


@api.get("/openapi.json")
@open_to(EVERYBODY)
def description() -> ResponseReturnValue:
    """The description."""
    return Response(PATH.read_bytes(), mimetype="application/json")


@cache
def described() -> dict[str, Any]:
    """The description, read."""
    found: dict[str, Any] = json.loads(PATH.read_bytes())
    return found


def schema_of(name: str) -> dict[str, Any]:
    """A schema of the description that can stand alone."""
    return {"$ref": f"#/components/schemas/{name}", "components": described()["components"]}
