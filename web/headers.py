"""What every answer says of itself: kept by nobody, run by nobody else, framed by nobody."""

from __future__ import annotations

from flask import Flask, Response, request
from werkzeug.exceptions import BadRequest

from web.house import this_house

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "base-uri 'none'",
        "connect-src 'self'",
        "font-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "img-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
HSTS = "max-age=31536000"
STATIC_FOR_S = 3600
VENDORED_FOR_S = 31_536_000
"""Vendored files carry their version in their path."""

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def add_headers(response: Response) -> Response:
    """After each request."""
    for name, value in HEADERS.items():
        response.headers[name] = value
    if this_house().secure_cookies:
        response.headers["Strict-Transport-Security"] = HSTS
    if request.endpoint == "static" and response.status_code < 400:
        age_s = VENDORED_FOR_S if "/vendor/" in request.path else STATIC_FOR_S
        response.headers["Cache-Control"] = f"public, max-age={age_s}"
    else:
        response.headers["Cache-Control"] = "no-store"
        response.vary.add("Cookie")
        response.vary.add("Accept-Language")
        response.vary.add("HX-Request")
    return response


def refuse_foreign_forms() -> None:
    """Before each request: what changes something has to come from a page of this house.

    This stands beside the token of each form. A browser says where a request comes from in `Sec-Fetch-Site` and
    `Origin`; neither can be set by a foreign page. The JSON API reads no cookie, so that nobody can be made to use it.

    Raises:
        BadRequest: it comes from elsewhere.
    """
    if request.method in SAFE_METHODS or request.blueprint == "api":
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise BadRequest
    origin = request.headers.get("Origin")
    if origin is not None and origin != (this_house().origin or request.host_url.rstrip("/")):
        raise BadRequest


def install(app: Flask) -> None:
    """Put the headers on every answer of an application."""
    app.after_request(add_headers)
