"""Reverse proxies: only those that are named may say for whom they ask."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class BelievedProxies:
    """Takes `Forwarded` and `X-Forwarded-…` away from every request that does not come from a named proxy.

    Otherwise anybody could put another address into the record of failed sign-ins, or claim to have come over TLS.
    """

    def __init__(self, app: WSGIApplication, networks: Sequence[str]) -> None:
        """Wrap an application; `networks` are addresses or networks, none means that nobody is believed."""
        self._app = app
        self._networks = tuple(ipaddress.ip_network(one, strict=False) for one in networks)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        if not self._believes(str(environ.get("REMOTE_ADDR", ""))):
            for name in [one for one in environ if one.startswith(("HTTP_X_FORWARDED", "HTTP_FORWARDED"))]:
                del environ[name]
        return self._app(environ, start_response)

    def _believes(self, address: str) -> bool:
        try:
            peer = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return False
        if isinstance(peer, ipaddress.IPv6Address) and peer.ipv4_mapped is not None:
            peer = peer.ipv4_mapped
        return any(peer in network for network in self._networks)
