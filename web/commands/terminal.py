"""How every command speaks: lines for people, JSON for programs, both saying the same; errors in one sentence.

JSON has instants in UTC (`2026-11-24T15:00:00Z`); people read them on the office's wall clock.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, TypeVar

import click

from agenda.model.errors import AgendaError, BadInputError, BadInputsError, ProviderError, StoreError
from agenda.model.sentences import Sentence
from agenda.model.times import Interval

DONE, NOTHING, BAD_INPUT, TROUBLE = 0, 1, 2, 3
JSON = "antechamber.json"
WRITER = "antechamber.writer"
FLAGS = "antechamber.flags"
"""By field, the option that it was typed into; for the errors of a command that sets it."""

Command = TypeVar("Command", bound=Callable[..., Any])


def json_option(command: Command) -> Command:
    """Give a command `--json`; it is known before anything else is read, so that errors are JSON too."""

    def note(ctx: click.Context, _parameter: click.Parameter, value: bool) -> bool:  # noqa: FBT001 (click calls it so)
        if value:
            ctx.meta[JSON] = True
        return value

    option = click.option(
        "--json", "as_json", is_flag=True, is_eager=True, expose_value=False, callback=note, help="Answer in JSON."
    )
    return option(command)


def is_json(ctx: click.Context) -> bool:
    """Whether the answer is for a program."""
    return bool(ctx.meta.get(JSON))


def answer(ctx: click.Context, facts: object, lines: Sequence[str] = ()) -> None:
    """Give the answer: `facts` in JSON, or the lines."""
    if is_json(ctx):
        click.echo(json.dumps(plain(facts), ensure_ascii=False, indent=2))
    else:
        for line in lines:
            click.echo(line)


def hint(ctx: click.Context, line: str) -> None:
    """Say something beside the answer; programs are not bothered with it."""
    if not is_json(ctx):
        click.echo(line, err=True)


def plain(fact: object) -> Any:
    """Any value of the model as JSON has it."""
    match fact:
        case None | bool() | int() | float():
            return fact
        case Enum():
            return fact.value
        case str():
            return str(fact)
        case Sentence():
            return str(fact)
        case Interval():
            return {"start": plain(fact.start), "end": plain(fact.end)}
        case datetime():
            return f"{fact:%Y-%m-%dT%H:%M:%SZ}"
        case date():
            return fact.isoformat()
        case timedelta():
            return round(fact.total_seconds() / 60)
        case Mapping():
            return {str(plain(key)): plain(value) for key, value in fact.items()}
        case list() | tuple() | set() | frozenset():
            ordered = sorted(fact, key=str) if isinstance(fact, set | frozenset) else fact
            return [plain(one) for one in ordered]
        case _ if is_dataclass(fact) and not isinstance(fact, type):
            return {one.name: plain(getattr(fact, one.name)) for one in fields(fact)}
    msg = f"no JSON for {type(fact).__name__}"
    raise TypeError(msg)


def say_error(ctx: click.Context, error: AgendaError) -> int:
    """Say what went wrong, each field that was wrong on a line of its own; returns the exit code."""
    problems = error.problems if isinstance(error, BadInputsError) else ()
    code = code_of(error)
    if is_json(ctx):
        told: dict[str, object] = {"error": kind_of(error), "sentence": str(error.sentence), "exit_code": code}
        if problems:
            told["problems"] = [{"field": one.field, "sentence": str(one.sentence)} for one in problems]
        elif isinstance(error, BadInputError):
            told["field"] = error.field
        click.echo(json.dumps(told, ensure_ascii=False), err=True)
        return code
    write, flags = writer(ctx), ctx.meta.get(FLAGS, {})
    for one in problems:
        text, field = write(one.sentence), flags.get(one.field, one.field)
        click.echo(text if field in text else f"{field}: {text}", err=True)
    if not problems:
        click.echo(write(error.sentence), err=True)
    return code


def say_usage(ctx: click.Context, error: click.UsageError) -> int:
    """Say on one line that the command itself was not understood; returns the exit code."""
    sentence = " ".join(error.format_message().split())
    if is_json(ctx):
        told = {"error": "usage", "sentence": sentence, "exit_code": BAD_INPUT}
        click.echo(json.dumps(told, ensure_ascii=False), err=True)
    else:
        asked = f"{ctx.command_path} {ctx.invoked_subcommand or ''}".strip()
        if error.ctx is not None:  # a parser that stumbles early does not tell it
            asked = error.ctx.command_path
        click.echo(f"{sentence} See `{asked} --help`.", err=True)
    return BAD_INPUT


def writer(ctx: click.Context) -> Callable[[Sentence], str]:
    """How sentences are written: on the office's wall clock once the office is open, else in UTC."""
    write = ctx.meta.get(WRITER)
    return write if callable(write) else str


def code_of(error: AgendaError) -> int:
    """What a failure is to a script. A name that nobody knows is bad input; only an empty answer is `NOTHING`."""
    if isinstance(error, ProviderError | StoreError):
        return TROUBLE
    return BAD_INPUT


def kind_of(error: AgendaError) -> str:
    """The name of a failure: `slot-taken` for a SlotTakenError."""
    name = type(error).__name__.removesuffix("Error")
    return "".join(f"-{char.lower()}" if char.isupper() else char for char in name).lstrip("-")


def is_at_terminal() -> bool:
    """Whether somebody can be asked something."""
    return sys.stdin.isatty() and sys.stderr.isatty()
