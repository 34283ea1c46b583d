"""What one application has at hand: its office, how it was set up, and who is asking."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import current_app, g
from werkzeug.exceptions import NotFound

from agenda.model.meetings import Invitation
from agenda.model.sentences import Sentence
from agenda.model.users import Duty, User
from agenda.office import Office

_KEY = "antechamber"


def do_nothing() -> None:
    """Nobody has to be told."""


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account of the invented office, offered on the sign-in page with its password."""

    name: str
    login: str
    password: str
    language: str = "en"
    duty: Duty | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoBanner:
    """Everything here is invented: says so on every page. `sentence` None means the page's own words."""

    sentence: Sentence | None = None
    accounts: tuple[DemoAccount, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """An office and the doors to it.

    `origin` is the public address without a path, empty when it is not fixed. `after_change` is called when something
    was put into the outbox. `letter` writes out the mail of an invitation in a language; without it only its facts are
    shown.
    """

    office: Office
    origin: str = ""
    demo: DemoBanner | None = None
    secure_cookies: bool = False
    after_change: Callable[[], None] = do_nothing
    letter: Callable[[Invitation, str], str] | None = None
    version: str = ""


def move_in(extensions: dict[str, object], house: House) -> None:
    """Let an application's pages find their house."""
    extensions[_KEY] = house


def this_house() -> House:
    """The house of the application that answers this request."""
    house = current_app.extensions[_KEY]
    if not isinstance(house, House):
        msg = f"not a house: {house!r}"
        raise TypeError(msg)
    return house


def the_office() -> Office:
    """The office of the application that answers this request."""
    return this_house().office


def asking() -> User | None:
    """Who asks: the user of the session or the token, or nobody known."""
    user = g.get("user")
    return user if isinstance(user, User) else None


def viewer() -> User:
    """Who asks, on a page that nobody unknown can open."""
    user = asking()
    if user is None:
        raise NotFound
    return user
