"""The JSON API: what the pages do, for other programs. `docs/openapi.json` describes it."""

from web.api import agenda, bodies, document, house, proposals, requests
from web.api.door import api

__all__ = ["agenda", "api", "bodies", "document", "house", "proposals", "requests"]
