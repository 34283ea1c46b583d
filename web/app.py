"""The application: an office goes in, its pages and its JSON API come out."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from datetime import timedelta
from importlib.metadata import PackageNotFoundError, version
from types import TracebackType
from urllib.parse import urlsplit

import structlog
from flask import Flask, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from agenda.model.meetings import Invitation
from agenda.office import Office
from web import access, answers, frame, headers, sessions
from web.api import api
from web.house import DemoAccount, DemoBanner, House, do_nothing, move_in
from web.pages import (
    account,
    alerts,
    calendars,
    connect,
    connect_calendars,
    day,
    event,
    home,
    meetings,
    outbox,
    proposals,
    requests,
    sign_in,
    week,
)

__all__ = ["DemoAccount", "DemoBanner", "create_app"]

LARGEST_BODY = 1 << 20
DEPTH = 5
"""So many places are noted of where something broke."""

FORM_HOLDS_FOR = timedelta(hours=12)
BLUEPRINTS = (
    home.pages,
    sign_in.pages,
    week.pages,
    day.pages,
    event.pages,
    requests.pages,
    proposals.pages,
    meetings.pages,
    calendars.pages,
    connect.pages,
    connect_calendars.pages,
    alerts.pages,
    outbox.pages,
    account.pages,
    api,
)

_log = structlog.stdlib.get_logger("antechamber.web")


class Application(Flask):
    """Flask, except that what broke is logged by place and kind alone: messages may quote what people wrote."""

    def log_exception(
        self, exc_info: tuple[type[BaseException] | None, BaseException | None, TracebackType | None]
    ) -> None:
        """Note where it broke."""
        kind, _, trace = exc_info
        frames = traceback.extract_tb(trace)
        where = " < ".join(f"{one.name}:{one.lineno}" for one in frames[: -DEPTH - 1 : -1])
        _log.error(
            f"a request broke in {where}",
            error=kind.__name__ if kind is not None else "",
            method=request.method,
            route=request.endpoint or "",
        )


def create_app(
    office: Office,
    *,
    secret_key: bytes,
    origin: str = "",
    demo: DemoBanner | None = None,
    trusted_hops: int = 0,
    secure_cookies: bool = False,
    after_change: Callable[[], None] = do_nothing,
    letter: Callable[[Invitation, str], str] | None = None,
) -> Flask:
    """Make the application of an office.

    Args:
        office: does everything; the pages only ask it.
        secret_key: signs the tokens of forms; 32 random bytes that stay the same from start to start.
        origin: the public address ("https://agenda.example.org"); other hosts are refused. Empty: any host.
        demo: says that everything is invented, and with which accounts one may look around.
        trusted_hops: how many proxies stand before us; exactly as many `X-Forwarded-For` and `-Proto` are believed.
        secure_cookies: the house is reached over TLS: cookies are `Secure` and `__Host-`, HSTS is sent.
        after_change: called after something was put into the outbox.
        letter: writes out the mail of an invitation in a language, for those who may read it.
    """
    app = Application("web", static_folder="static", template_folder="templates")
    app.config.update(
        SECRET_KEY=secret_key,
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        SESSION_COOKIE_NAME="__Host-form" if secure_cookies else "form",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure_cookies,
        SESSION_COOKIE_PATH="/",
        WTF_CSRF_TIME_LIMIT=int(FORM_HOLDS_FOR.total_seconds()),
        WTF_CSRF_SSL_STRICT=False,  # headers.refuse_foreign_forms does it, by Origin
        WTF_CSRF_CHECK_DEFAULT=False,  # asked for in `_check_token`, once it is known who asks
        TRUSTED_HOSTS=[urlsplit(origin).hostname] if origin else None,
    )
    move_in(
        app.extensions,
        House(
            office=office,
            origin=origin.rstrip("/"),
            demo=demo,
            secure_cookies=secure_cookies,
            after_change=after_change,
            letter=letter,
            version=_version(),
        ),
    )
    if trusted_hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=trusted_hops, x_proto=trusted_hops)  # type: ignore[method-assign]  # Flask's documented way
    frame.install(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    access.declare(app.view_functions["static"], access.ANYONE)
    app.before_request(sessions.find_user)
    app.before_request(headers.refuse_foreign_forms)
    _check_tokens(app)
    app.before_request(access.guard)
    headers.install(app)
    answers.install(app)
    return app


def _check_tokens(app: Flask) -> None:
    """Ask every form for its token; the JSON API reads no cookie, and its POSTs carry a token of their own."""
    protect = CSRFProtect(app)

    def check_token() -> None:
        if request.method not in headers.SAFE_METHODS and request.endpoint and request.blueprint != "api":
            protect.protect()

    app.before_request(check_token)


def _version() -> str:
    try:
        return version("antechamber")
    except PackageNotFoundError:
        return ""
