"""Connect a calendar, continued: servers with a password, feeds and files, and which calendars are taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from agenda.model.calendars import Calendar, Provider
from agenda.model.credentials import Offered
from agenda.model.errors import AgendaError, ProviderError
from agenda.model.ids import AccountId, PersonId
from agenda.model.sentences import Sentence, say
from web.access import KEEPS_RUNNING, open_to
from web.forms import MANY_LINES, Typed, by_field
from web.house import the_office
from web.pages.connect import STATE, begin_once_more, provider_of, remember, remembered
from web.show import for_reader, tell

pages = Blueprint("take_calendars", __name__)

FEEDS = ("http://", "https://", "webcal://", "webcals://")
LONGEST_ADDRESS = 2000


@pages.get("/connect/caldav")
@open_to(KEEPS_RUNNING)
def server() -> ResponseReturnValue:
    """Which server, and with which login."""
    return _form("connect_caldav.html", Typed(request.args))


@pages.post("/connect/caldav")
@open_to(KEEPS_RUNNING)
def ask_server() -> ResponseReturnValue:
    """Look which calendars there are; the password is kept sealed once it was good for something."""
    let_in, typed = the_office().let_in, Typed(request.form)
    address, login = typed.text("address", most=LONGEST_ADDRESS), typed.text("login")
    password = typed.raw("password")
    if not address.startswith(("http://", "https://")):
        typed.refuse("address", say("Type an address that begins with https://."))
    if not login or not password:
        typed.refuse("login", say("Type the login and its password."))
    if typed.problems:
        return _form("connect_caldav.html", typed), 422
    account = AccountId(f"{Provider.CALDAV}:{login}@{urlsplit(address).hostname or ''}")
    try:
        let_in.on_server(address, login, password)
        let_in.keep_password(account, password)
    except AgendaError as error:
        return _form("connect_caldav.html", typed, error.sentence), 422
    remember({"name": "caldav", "login": login, "address": address, "account": account, "agreed": True})
    return redirect(url_for("take_calendars.calendars"), 303)


@pages.get("/connect/ics")
@open_to(KEEPS_RUNNING)
def feed() -> ResponseReturnValue:
    """A feed's address, or a file."""
    return _form("connect_ics.html", Typed(request.args))


@pages.post("/connect/ics")
@open_to(KEEPS_RUNNING)
def take_feed() -> ResponseReturnValue:
    """Connect a feed or a file, read it on trial, then for good."""
    let_in, typed = the_office().let_in, Typed(request.form)
    address, title = typed.text("address", most=LONGEST_ADDRESS), typed.text("title")
    upload = request.files.get("file")
    content = upload.read() if upload is not None else b""
    if bool(address) == bool(content):
        typed.refuse("address", say("Type an address, or choose a file; one of the two."))
    elif address and not address.casefold().startswith(FEEDS):
        typed.refuse("address", say("Type an address that begins with https:// or webcal://."))
    if not title:
        typed.refuse("title", say("Give the calendar a name."))
    owner = _owner(typed)
    if typed.problems:
        return _form("connect_ics.html", typed), 422
    provider = Provider.ICS_FILE if content else Provider.ICS_URL
    key = let_in.id_for(provider, address or title, title)
    try:
        if content:
            address = let_in.keep_file(key, content)
        calendar = Calendar(
            id=key,
            name=title,
            owner=owner,
            provider=provider,
            address=address,
            zone=str(the_office().policy.zone),
            counts_as_busy=typed.tick("counts"),
        )
        _take(calendar)
    except AgendaError as error:
        return _form("connect_ics.html", typed, error.sentence), 422
    the_office().watch.look_over()
    return redirect(url_for("calendars.everything"), 303)


@pages.get("/connect/calendars")
@open_to(KEEPS_RUNNING)
def calendars() -> ResponseReturnValue:
    """Which of the account's calendars are taken, whose they are, and what for."""
    state = remembered()
    if state is None or not state.get("agreed"):
        return begin_once_more()
    return _choice(state, Typed(request.args))


@pages.post("/connect/calendars")
@open_to(KEEPS_RUNNING)
def take() -> ResponseReturnValue:
    """Read each on trial; those that can be read are connected and read for good."""
    state = remembered()
    if state is None or not state.get("agreed"):
        return begin_once_more()
    typed = Typed(request.form)
    owner = _owner(typed)
    others = {one.strip() for one in typed.text("others", most=MANY_LINES).splitlines() if one.strip()}
    try:
        offered = {one.address: one for one in _offered(state)}
    except AgendaError as error:
        return _failed(state, error)
    wanted = [offered[one] for one in request.form.getlist("calendar") if one in offered]
    wanted += [Offered(one, one, writable=True) for one in sorted(others) if one not in offered]
    if not wanted:
        typed.refuse("calendar", say("Choose at least one calendar."))
    if typed.problems:
        return _choice(state, typed, status=422)
    failures = []
    for one in wanted:
        calendar = _calendar(state, one, owner)
        chosen = replace(
            calendar,
            counts_as_busy=typed.tick("counts"),
            writable=typed.tick("writable") and one.writable and bool(state.get("writes", True)),
        )
        try:
            _take(chosen)
        except AgendaError as error:
            failures.append(error.sentence)
    the_office().watch.look_over()
    if len(failures) == len(wanted):
        return _choice(state, typed, failures[0], status=422)
    for failure in failures:
        tell("error", failure)
    session.pop(STATE, None)
    return redirect(url_for("calendars.everything"), 303)


def _take(calendar: Calendar) -> None:
    """Read a calendar on trial, connect it, read it for good, and say what came.

    Raises:
        AgendaError: it cannot be read, or not be kept; it is not connected then.
    """
    office = the_office()
    soon = office.let_in.try_out(calendar)
    office.connect.add(calendar)
    report = office.pull.calendar(calendar.id)
    tell(
        "success",
        say(
            "%(calendar)s is connected; it has %(count)s events in the next seven days.",
            calendar=calendar.name,
            count=soon,
        ),
    )
    tell("info", report.sentence)


def _calendar(state: dict[str, Any], one: Offered, owner: PersonId) -> Calendar:
    office = the_office()
    let_in, login = office.let_in, str(state["login"])
    if state["name"] == "caldav":
        provider, account = Provider.CALDAV, str(state["account"])
    else:
        provider = provider_of(str(state["name"]))
        account = "" if state["by_itself"] else let_in.account_of(provider, login)
    # What acts by itself in Microsoft 365 is one account, whosoever's mailbox it reads.
    is_app = not account and provider is Provider.MICROSOFT
    name = one.name if one.name == login else f"{one.name} ({login})"
    return Calendar(
        id=let_in.id_for(provider, one.address, name, account=account),
        name=name,
        owner=owner,
        provider=provider,
        address=one.address,
        login="" if is_app else login,
        secret=account,
        zone=str(office.policy.zone),
    )


def _offered(state: dict[str, Any]) -> Sequence[Offered]:
    let_in, login = the_office().let_in, str(state["login"])
    if state["name"] == "caldav":
        return let_in.on_server(str(state["address"]), login, let_in.password_of(AccountId(state["account"])))
    return let_in.offered(provider_of(str(state["name"])), login, by_itself=bool(state["by_itself"]))


def _choice(
    state: dict[str, Any], typed: Typed, trouble: Sentence | None = None, status: int = 200
) -> ResponseReturnValue:
    try:
        offered = _offered(state)
    except AgendaError as error:
        return _failed(state, error)
    page = render_template(
        "connect_calendars.html",
        offered=offered,
        chosen=request.form.getlist("calendar") or [one.address for one in offered][:1],
        takes_others=state["name"] == "google",
        may_write=bool(state.get("writes", True)),
        login=state["login"],
        **_shared(typed, trouble),
    )
    return page, status


def _failed(state: dict[str, Any], error: AgendaError) -> ResponseReturnValue:
    """The account is known, but what it has cannot be seen: say so where it can be begun again."""
    if not isinstance(error, ProviderError):
        raise error
    session.pop(STATE, None)
    tell("error", error.sentence)
    return redirect(url_for("connect.choose"), 303)


def _owner(typed: Typed) -> PersonId:
    owner = PersonId(typed.text("owner"))
    if owner not in the_office().directory.people:
        typed.refuse("owner", say("Choose whose calendar it is."))
    return owner


def _form(template: str, typed: Typed, trouble: Sentence | None = None) -> str:
    return render_template(template, **_shared(typed, trouble))


def _shared(typed: Typed, trouble: Sentence | None) -> dict[str, Any]:
    return {
        "typed": typed,
        "trouble": trouble,
        "people": the_office().directory.people.values(),
        "errors": {field: for_reader().sentence(told[0]) for field, told in by_field(typed.problems).items()},
    }
