"""Who may open what: every view says so itself, and what says nothing stays shut.

What somebody may not see is answered like what does not exist, so that nothing can be learnt from the difference.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import TypeVar
from urllib.parse import urlsplit

from flask import current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, NotFound, Unauthorized
from werkzeug.routing import RequestRedirect

from agenda.model.users import SEES_EVERYTHING, Duty
from web.house import asking

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])


class Visitor(Enum):
    """Somebody who has not said who it is."""

    ANYONE = "anyone"


ANYONE = Visitor.ANYONE
Who = frozenset[Duty] | Visitor

EVERYBODY = frozenset(Duty)
"""Everybody with an account."""

DECIDES = frozenset({Duty.SECRETARY, Duty.CHIEF_OF_STAFF})
"""Those who take requests in and confirm."""

READS_REQUESTS = SEES_EVERYTHING
READS_WEEK = SEES_EVERYTHING | {Duty.STAFF}
KEEPS_RUNNING = DECIDES | {Duty.IT}
"""Those who see to it that calendars are read and invitations go out."""

SEES_MACHINERY = SEES_EVERYTHING | {Duty.IT}


class UndeclaredRouteError(RuntimeError):
    """A view that does not say who may open it."""


def open_to(who: Who) -> Callable[[View], View]:
    """Declare who may open a view."""

    def opened(view: View) -> View:
        declare(view, who)
        return view

    return opened


def declare(view: Callable[..., object], who: Who) -> None:
    """Write on a view who may open it."""
    vars(view)["who_may"] = who


def who_may(endpoint: str) -> Who:
    """Who may open an endpoint.

    Raises:
        UndeclaredRouteError: its view does not say.
    """
    who = getattr(current_app.view_functions[endpoint], "who_may", None)
    if not isinstance(who, frozenset | Visitor):
        msg = f"{endpoint} does not say who may open it"
        raise UndeclaredRouteError(msg)
    return who


def may_open(endpoint: str) -> bool:
    """Whether the one who asks may open an endpoint."""
    who = who_may(endpoint)
    user = asking()
    if isinstance(who, Visitor):
        return True
    return user is not None and user.duty in who


def guard() -> ResponseReturnValue | None:
    """Before each request: let in whom the view is open to, and nobody else."""
    if request.endpoint is None:
        return None
    try:
        is_open = may_open(request.endpoint)
    except UndeclaredRouteError:
        if current_app.testing:
            raise
        raise NotFound from None
    if is_open:
        return None
    if asking() is not None:
        raise NotFound
    if request.blueprint == "api":
        raise Unauthorized
    return _to_sign_in()


def own_path(wanted: str) -> str | None:
    """A path of this application that can be opened with GET, or None for anything else.

    Only such a path is ever redirected to on somebody's word: no other host, no scheme, no trick with slashes.
    """
    if not wanted.startswith("/") or wanted.startswith("//") or "\\" in wanted or not wanted.isprintable():
        return None
    parts = urlsplit(wanted)
    if parts.scheme or parts.netloc:
        return None
    try:
        current_app.create_url_adapter(request).match(parts.path, method="GET")  # type: ignore[union-attr]  # with a request there is one
    except RequestRedirect:
        return None
    except HTTPException:
        return None
    return wanted


def _to_sign_in() -> ResponseReturnValue:
    wanted = request.full_path.rstrip("?") if request.method == "GET" else ""
    goal = url_for("sign_in.form", next=wanted) if wanted not in ("", "/") else url_for("sign_in.form")
    if request.headers.get("HX-Request") == "true":
        return "", 401, {"HX-Redirect": goal}
    return redirect(goal, 303)
