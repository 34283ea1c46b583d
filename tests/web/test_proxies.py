"""Whose word counts when somebody says for whom they ask."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pytest

from web.proxies import BelievedProxies

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

TOLD = {
    "HTTP_X_FORWARDED_FOR": "203.0.113.9",
    "HTTP_X_FORWARDED_PROTO": "https",
    "HTTP_X_FORWARDED_HOST": "elsewhere.example",
    "HTTP_FORWARDED": "for=203.0.113.9",
}


def headers_seen(networks: tuple[str, ...], peer: str) -> set[str]:
    """Which of these headers an application sees from a peer."""
    seen: list[str] = []

    def app(environ: WSGIEnvironment, _start: StartResponse) -> Iterable[bytes]:
        seen.extend(environ)
        return [b""]

    BelievedProxies(app, networks)({**TOLD, "REMOTE_ADDR": peer, "HTTP_HOST": "x"}, lambda *_: lambda _: None)
    assert "HTTP_HOST" in seen
    return set(seen) & set(TOLD)


@pytest.mark.parametrize(
    ("networks", "peer"),
    [
        (("10.0.0.0/8",), "10.1.2.3"),
        (("10.1.2.3",), "10.1.2.3"),
        (("192.0.2.1", "2001:db8::/32"), "2001:db8::7"),
        (("10.0.0.0/8",), "::ffff:10.1.2.3"),
        (("fe80::/10",), "fe80::1%eth0"),
    ],
)
def test_a_named_proxy_is_believed(networks: tuple[str, ...], peer: str) -> None:
    """However its address is written."""
    assert headers_seen(networks, peer) == set(TOLD)


@pytest.mark.parametrize(
    ("networks", "peer"),
    [((), "127.0.0.1"), (("10.0.0.0/8",), "11.0.0.1"), (("10.0.0.0/8",), ""), (("10.0.0.0/8",), "unix:")],
)
def test_nobody_else_is(networks: tuple[str, ...], peer: str) -> None:
    """Not even somebody on this machine, unless named."""
    assert headers_seen(networks, peer) == set()
