"""What every page is given besides its own: words, formats, the way around, and who is asking."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask import Flask, request, url_for

from agenda.model.errors import BadInputError, StoreError
from agenda.model.people import Person
from agenda.model.users import Duty
from web.access import may_open
from web.house import asking, this_house
from web.language import LANGUAGES, language, translate, translate_many
from web.pages.alerts import alerts_for, standing_alerts
from web.show import for_reader

NAVIGATION: Mapping[str, str] = {
    "week": "week.board",
    "day": "day.view",
    "requests": "requests.everything",
    "alerts": "alerts.everything",
    "calendars": "calendars.everything",
    "connect": "connect.choose",
    "outbox": "outbox.everything",
    "account": "account.view",
    "sign_out": "sign_in.leave",
}


def what_every_page_needs() -> dict[str, object]:
    """For base.html, and for the pages in it."""
    house, user = this_house(), asking()
    links = {key: url_for(endpoint) for key, endpoint in NAVIGATION.items() if user is not None and may_open(endpoint)}
    writer = for_reader()
    return {
        "show": writer,
        "locale": language(),
        "languages": list(LANGUAGES.items()),
        "links": {**links, "home": url_for("home.first"), "language": url_for("sign_in.choose_language")}
        | ({} if user is not None else {"sign_in": url_for("sign_in.form")}),
        "current_user": user,
        "may_decide": user is not None and user.duty in (Duty.SECRETARY, Duty.CHIEF_OF_STAFF),
        "office_name": house.office.policy.office_name,
        "alert_count": _alert_count() if "alerts" in links else 0,
        "demo": (writer.sentence(house.demo.sentence) or True) if house.demo is not None else None,
        "version": house.version,
        "error_pairs": _error_pairs,
        "people_options": _people_options,
        "is_fragment": request.headers.get("HX-Request") == "true",
    }


def install(app: Flask) -> None:
    """Give every template of an application what it needs."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(translate, translate_many, newstyle=True)  # type: ignore[attr-defined]  # the extension adds it
    app.context_processor(what_every_page_needs)


def _error_pairs(problems: Iterable[BadInputError]) -> list[tuple[str, str]]:
    """Problems as macros/forms.html lists them."""
    return [(one.field, for_reader().sentence(one.sentence)) for one in problems]


def _people_options(people: Iterable[Person]) -> list[tuple[str, str]]:
    """People as macros/forms.html lets one tick them."""
    return [(one.id, f"{one.name}, {one.title}" if one.title else one.name) for one in people]


def _alert_count() -> int:
    user = asking()
    if user is None:
        return 0
    try:
        return len(alerts_for(user.duty, standing_alerts()))
    except StoreError:
        return 0
