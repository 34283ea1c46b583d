"""One's own account: the language, and an end to every session."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from web.access import EVERYBODY, open_to
from web.house import the_office, viewer
from web.sessions import end
from web.show import for_reader

pages = Blueprint("account", __name__)


@pages.get("/account")
@open_to(EVERYBODY)
def view() -> ResponseReturnValue:
    """Who one is here."""
    user, office = viewer(), the_office()
    person = office.directory.people.get(user.person) if user.person is not None else None
    return render_template(
        "account.html",
        user=user,
        duty=for_reader().word(user.duty),
        person=person,
        idle=for_reader().length(office.sign_in.idle),
        longest=for_reader().length(office.sign_in.longest),
    )


@pages.post("/account/sign-out-everywhere")
@open_to(EVERYBODY)
def sign_out_everywhere() -> ResponseReturnValue:
    """End every session of this account, this one too."""
    the_office().sign_in.sign_out_everywhere(viewer().id)
    session.clear()
    response = redirect(url_for("sign_in.form"), 303)
    end(response)  # type: ignore[arg-type]  # a redirect is a Response of werkzeug, and takes cookies alike
    return response
