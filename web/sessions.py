"""Sessions: the cookie holds 256 random bits and nothing else; what they mean is kept by the office."""

from __future__ import annotations

from flask import Response, g, request

from web.house import the_office, this_house

_BEARER = "Bearer "


def cookie_name() -> str:
    """The cookie's name: `__Host-` binds it to this host over TLS (RFC 6265bis, 4.1.3)."""
    return "__Host-session" if this_house().secure_cookies else "session"


def find_user() -> None:
    """Before each request: find out who asks. Pages know a cookie, the JSON API a token, neither both."""
    g.user = None
    if request.endpoint == "static":
        return
    if request.blueprint == "api":
        header = request.headers.get("Authorization", "")
        if header.startswith(_BEARER):
            g.user = the_office().sign_in.by_token(header.removeprefix(_BEARER).strip())
        return
    secret = request.cookies.get(cookie_name())
    if secret:
        g.user = the_office().sign_in.who(secret)


def begin(response: Response, secret: str) -> None:
    """Hand the new session's secret to the browser; an older one of it is ended."""
    end_quietly()
    response.set_cookie(
        cookie_name(), secret, httponly=True, samesite="Lax", secure=this_house().secure_cookies, path="/"
    )


def end(response: Response) -> None:
    """End this browser's session, and take the cookie back."""
    end_quietly()
    response.delete_cookie(cookie_name(), httponly=True, samesite="Lax", secure=this_house().secure_cookies, path="/")


def end_quietly() -> None:
    """End the session this browser came with, if any."""
    secret = request.cookies.get(cookie_name())
    if secret:
        the_office().sign_in.sign_out(secret)
