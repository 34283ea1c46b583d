"""The JSON API's door: every route of it hangs on this blueprint, and knows its caller by a token alone."""

from __future__ import annotations

from flask import Blueprint

api = Blueprint("api", __name__, url_prefix="/api/v1")
