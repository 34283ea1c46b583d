"""The door: sign in, sign out, and in which language."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from agenda.model.errors import AgendaError, SignInError, TooManyTriesError
from agenda.model.sentences import Sentence, say
from web.access import ANYONE, EVERYBODY, open_to, own_path
from web.answers import retry_after_s, status_of
from web.forms import ONE_LINE, Typed
from web.house import asking, the_office, this_house
from web.language import COOKIE, COOKIE_FOR_S, LANGUAGES
from web.sessions import begin, end

pages = Blueprint("sign_in", __name__)

LONGEST_PASSWORD = 1024
"""Longer ones are not even hashed."""


@pages.get("/sign-in")
@open_to(ANYONE)
def form() -> ResponseReturnValue:
    """The form, unless one is in already."""
    goal = own_path(request.args.get("next", "")) or url_for("home.first")
    return redirect(goal, 303) if asking() is not None else _page(goal)


@pages.post("/sign-in")
@open_to(ANYONE)
def come_in() -> ResponseReturnValue:
    """Open a session; the browser gets a new id, whatever it came with."""
    typed = Typed(request.form)
    goal = own_path(typed.raw("next")) or url_for("home.first")
    password = typed.raw("password")
    if len(password) > LONGEST_PASSWORD:
        return _refused(goal, typed.raw("login"), SignInError())
    try:
        secret, _ = the_office().sign_in.by_password(
            typed.text("login", most=ONE_LINE),
            password,
            device=request.headers.get("User-Agent", ""),
            address=request.remote_addr or "",
        )
    except (SignInError, TooManyTriesError) as error:
        return _refused(goal, typed.raw("login"), error)
    session.clear()  # the form's token does not outlive the change of user either
    response = redirect(goal, 303)
    begin(response, secret)  # type: ignore[arg-type]  # a redirect is a Response of werkzeug, and takes cookies alike
    return response


@pages.post("/sign-out")
@open_to(EVERYBODY)
def leave() -> ResponseReturnValue:
    """End this browser's session."""
    session.clear()
    response = redirect(url_for("sign_in.form"), 303)
    end(response)  # type: ignore[arg-type]  # as above
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@pages.post("/language")
@open_to(ANYONE)
def choose_language() -> ResponseReturnValue:
    """Read on in another language; who is signed in keeps it."""
    wanted = request.form.get("lang", "")
    response = redirect(own_path(request.form.get("next", "").rstrip("?")) or url_for("home.first"), 303)
    if wanted not in LANGUAGES:
        return response
    response.set_cookie(
        COOKIE, wanted, max_age=COOKIE_FOR_S, httponly=True, samesite="Lax", secure=this_house().secure_cookies
    )
    user = asking()
    if user is not None and user.language != wanted:
        the_office().sign_in.set_language(user, wanted)
    return response


def _page(goal: str, login: str = "", trouble: Sentence | None = None) -> str:
    demo = this_house().demo
    return render_template(
        "sign_in.html", goal=goal, login=login, trouble=trouble, accounts=demo.accounts if demo is not None else ()
    )


def _refused(goal: str, login: str, error: AgendaError) -> Response:
    sentence = error.sentence
    wait_s = retry_after_s(error)
    if wait_s is not None:
        sentence = say("Too many tries. Wait %(minutes)s minutes, then try again.", minutes=-(-wait_s // 60))
    response = make_response(_page(goal, login, sentence), status_of(error).value)
    if wait_s is not None:
        response.headers["Retry-After"] = str(wait_s)
    return response
