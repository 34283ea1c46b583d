"""Commands that keep the accounts of those who sign in."""

from __future__ import annotations

import re
import secrets
from typing import TextIO

import click

from agenda.model.errors import BadInputError
from agenda.model.ids import PersonId
from agenda.model.sentences import say
from agenda.model.users import Duty, User
from web.commands.desk import known_person, open_office, show_of
from web.commands.terminal import NOTHING, answer, hint, is_at_terminal, json_option
from web.language import LANGUAGES

LOGIN = re.compile(r"\S{1,100}")


@click.group()
def user() -> None:
    """Keep the accounts of those who sign in."""


@user.command("list")
@json_option
@click.pass_context
def list_users(ctx: click.Context) -> None:
    """List the accounts."""
    household = open_office(ctx)
    show = show_of(household)
    found = household.office.sign_in.users()
    lines = [
        f"{one.login}  {show.word(one.duty)}  {one.name}{'  (disabled)' if one.is_disabled else ''}" for one in found
    ]
    answer(ctx, [_facts(one) for one in found], lines)
    if not found:
        hint(ctx, "Nobody can sign in yet. See `antechamber user add --help`.")
        ctx.exit(NOTHING)


@user.command()
@click.argument("login")
@click.option("--name", default="", help="The name shown; the login when left out.")
@click.option("--duty", type=click.Choice([one.value for one in Duty]), default=Duty.SECRETARY.value, show_default=True)
@click.option("--person", help="Who that is in the policy file.")
@click.option("--language", type=click.Choice(list(LANGUAGES)), default="en", show_default=True)
@click.option("--password-file", type=click.File("r"), help="Where the password stands; - for standard input.")
@json_option
@click.pass_context
def add(
    ctx: click.Context,
    login: str,
    name: str,
    duty: str,
    person: str | None,
    language: str,
    password_file: TextIO | None,
) -> None:
    """Make an account. Without a password one is made up, and shown once."""
    household = open_office(ctx)
    if not LOGIN.fullmatch(login) or not login.isprintable():
        raise BadInputError("login", say("A login is one word of at most 100 letters, without spaces."))
    if person is not None:
        known_person(household, "person", person)
    password, is_made_up = _password(password_file)
    made = household.office.sign_in.add_user(
        name or login,
        login,
        password,
        Duty(duty),
        person=PersonId(person) if person is not None else None,
        language=language,
    )
    _tell(ctx, made, password if is_made_up else "")


@user.command()
@click.argument("login")
@click.option("--password-file", type=click.File("r"), help="Where the password stands; - for standard input.")
@json_option
@click.pass_context
def password(ctx: click.Context, login: str, password_file: TextIO | None) -> None:
    """Give an account another password; all its sessions end."""
    household = open_office(ctx)
    chosen, is_made_up = _password(password_file)
    _tell(ctx, household.office.sign_in.set_password(login, chosen), chosen if is_made_up else "")


@user.command()
@click.argument("login")
@json_option
@click.pass_context
def disable(ctx: click.Context, login: str) -> None:
    """Close an account; all its sessions end."""
    household = open_office(ctx)
    _tell(ctx, household.office.sign_in.disable(login), "")


@user.command()
@click.argument("login")
@click.option("--name", required=True, help="What the token is for.")
@json_option
@click.pass_context
def token(ctx: click.Context, login: str, name: str) -> None:
    """Make a token for the JSON API; it is shown once."""
    household = open_office(ctx)
    made = household.office.sign_in.new_token(login, name)
    answer(ctx, {"login": login, "token": made}, [made])


def _facts(one: User) -> dict[str, object]:
    return {
        "login": one.login,
        "name": one.name,
        "duty": one.duty,
        "person": one.person,
        "language": one.language,
        "is_disabled": one.is_disabled,
    }


def _tell(ctx: click.Context, one: User, made_up: str) -> None:
    facts = _facts(one)
    if made_up:
        facts["password"] = made_up
    answer(ctx, facts, [f"{one.login}: {made_up}"] if made_up else [one.login])


def _password(file: TextIO | None) -> tuple[str, bool]:
    """The password, and whether it was made up here."""
    if file is not None:
        return str(file.read()).partition("\n")[0].rstrip("\r"), False
    if is_at_terminal():
        chosen = str(
            click.prompt("Password (empty: make one up)", hide_input=True, default="", show_default=False, err=True)
        )
        if chosen:
            return chosen, False
    return secrets.token_urlsafe(15), True
