"""Connect a calendar: choose where it lies, agree to the rights asked for, come back with the provider's answer.

What a consent needs until the browser comes back stays in this browser's signed session, for ten minutes, and for the
one who began it alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from agenda.model.calendars import Provider
from agenda.model.credentials import CredentialNote
from agenda.model.errors import AgendaError
from agenda.model.sentences import Sentence, say
from web.access import KEEPS_RUNNING, open_to
from web.forms import Typed, by_field
from web.house import the_office, this_house, viewer
from web.show import for_reader, tell

pages = Blueprint("connect", __name__)

STATE = "connect"
HOLDS_FOR = timedelta(minutes=10)
WITH_CONSENT = {"google": Provider.GOOGLE, "microsoft": Provider.MICROSOFT}
NAMES: Mapping[Provider, Sentence] = {Provider.GOOGLE: say("Google"), Provider.MICROSOFT: say("Microsoft 365")}
BEGUN_ELSEWHERE = say("Nothing was begun in this browser, or it took longer than ten minutes. Begin once more.")


@pages.get("/connect")
@open_to(KEEPS_RUNNING)
def choose() -> ResponseReturnValue:
    """Where the calendar lies, and which accounts are known already."""
    let_in = the_office().let_in
    open_ones = {name: _is_open(provider) for name, provider in WITH_CONSENT.items()}
    return render_template("connect.html", open_ones=open_ones, accounts=[_account(one) for one in let_in.notes()])


@pages.get("/connect/<any(google, microsoft):name>")
@open_to(KEEPS_RUNNING)
def account(name: str) -> ResponseReturnValue:
    """Which account, and whether confirmed meetings are written into it."""
    return _account_form(name, Typed(request.args))


@pages.post("/connect/<any(google, microsoft):name>")
@open_to(KEEPS_RUNNING)
def begin(name: str) -> ResponseReturnValue:
    """Begin a consent, or go on at once where the office acts by itself."""
    let_in, provider, typed = the_office().let_in, provider_of(name), Typed(request.form)
    login, writes, by_itself = typed.text("login"), typed.tick("writes"), typed.raw("how") == "itself"
    if "@" not in login:
        typed.refuse("login", say("Type the mail address of the account."))
    if not let_in.is_open(provider, by_itself=by_itself):
        typed.refuse("how", say("The settings do not hold what this needs. Ask city IT."))
    if typed.problems:
        return _account_form(name, typed), 422
    facts: dict[str, Any] = {"name": name, "login": login, "writes": writes, "by_itself": by_itself}
    if by_itself:
        remember({**facts, "agreed": True})
        return redirect(url_for("take_calendars.calendars"), 303)
    try:
        consent = let_in.begin(provider, _back(name), login, writes=writes)
    except AgendaError as error:
        return _account_form(name, typed, error.sentence), 422
    remember({**facts, "agreed": False, "kept": consent.kept, "url": consent.url})
    return redirect(url_for("connect.rights", name=name), 303)


@pages.get("/connect/<any(google, microsoft):name>/rights")
@open_to(KEEPS_RUNNING)
def rights(name: str) -> ResponseReturnValue:
    """The exact rights that will be asked for, each with why, and the way to the provider."""
    state = remembered()
    if state is None or state.get("name") != name or state.get("agreed"):
        return begin_once_more()
    provider = provider_of(name)
    asked = the_office().let_in.rights(provider, writes=bool(state["writes"]))
    return render_template(
        "connect_rights.html", rights=asked, provider=NAMES[provider], login=state["login"], url=state["url"]
    )


@pages.get("/connect/<any(google, microsoft):name>/callback")
@open_to(KEEPS_RUNNING)
def callback(name: str) -> ResponseReturnValue:
    """The browser comes back: what it brings is only taken where it was begun, and only once."""
    state = remembered()
    session.pop(STATE, None)
    if state is None or state.get("name") != name or state.get("agreed"):
        return begin_once_more()
    try:
        the_office().let_in.finish(provider_of(name), str(state["kept"]), request.args.to_dict())
    except AgendaError as error:
        tell("error", error.sentence)
        return redirect(url_for("connect.account", name=name, login=state["login"]), 303)
    remember({key: state[key] for key in ("name", "login", "writes", "by_itself")} | {"agreed": True})
    tell("success", say("%(account)s has let us in.", account=str(state["login"])))
    return redirect(url_for("take_calendars.calendars"), 303)


@pages.post("/connect/forget")
@open_to(KEEPS_RUNNING)
def forget() -> ResponseReturnValue:
    """Forget what an account was let in with; its calendars stay as they were read last."""
    name = Typed(request.form).text("account")
    try:
        the_office().let_in.forget(name)
    except AgendaError as error:
        tell("error", error.sentence)
    else:
        tell("success", say("What %(account)s was let in with is forgotten.", account=name))
    return redirect(url_for("connect.choose"), 303)


def provider_of(name: str) -> Provider:
    """The provider that an address names."""
    found = WITH_CONSENT.get(name)
    if found is None:
        raise NotFound
    return found


def remember(state: Mapping[str, Any]) -> None:
    """Keep in this browser's session what was begun, by whom and when."""
    now = the_office().let_in.clock.now()
    session[STATE] = {**state, "user": viewer().id, "at": now.isoformat()}


def remembered() -> dict[str, Any] | None:
    """What was begun by the one who asks, in this browser, and not too long ago."""
    state = session.get(STATE)
    if not isinstance(state, dict) or state.get("user") != viewer().id:
        return None
    age = the_office().let_in.clock.now() - datetime.fromisoformat(state["at"])
    return state if timedelta(0) <= age <= HOLDS_FOR else None


def begin_once_more() -> ResponseReturnValue:
    """Say that nothing was begun here, and where to begin."""
    session.pop(STATE, None)
    tell("error", BEGUN_ELSEWHERE)
    return redirect(url_for("connect.choose"), 303)


def _is_open(provider: Provider) -> bool:
    let_in = the_office().let_in
    return let_in.is_open(provider) or let_in.is_open(provider, by_itself=True)


def _account_form(name: str, typed: Typed, trouble: Sentence | None = None) -> str:
    let_in, provider = the_office().let_in, provider_of(name)
    ways = [("consent", say("A person agrees in the browser"))] if let_in.is_open(provider) else []
    if let_in.is_open(provider, by_itself=True):
        ways.append(("itself", say("The office acts by itself, with the rights that IT has given it")))
    return render_template(
        "connect_account.html",
        name=name,
        provider=NAMES[provider],
        ways=[(key, for_reader().sentence(told)) for key, told in ways],
        callback=_back(name),
        typed=typed,
        trouble=trouble,
        errors={field: for_reader().sentence(told[0]) for field, told in by_field(typed.problems).items()},
    )


def _account(note: CredentialNote) -> dict[str, object]:
    """A known account, and where it is connected again."""
    kind, _, login = str(note.account).partition(":")
    again = url_for("connect.account", name=kind, login=login) if kind in WITH_CONSENT else ""
    return {"account": note.account, "at": for_reader().moment(note.changed_at), "again": again}


def _back(name: str) -> str:
    """Where the provider sends the browser back to."""
    path = url_for("connect.callback", name=name)
    return (this_house().origin or request.host_url.rstrip("/")) + path
