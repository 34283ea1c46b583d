"""`antechamber`: everything that is done from a terminal.

A room is entered only when one of its commands is called, so that `--help` costs nothing. Answers go to standard
output, everything else to standard error. Exit codes: 0 done, 1 nothing found (an empty list, no slot), 2 bad input
(a name that nobody knows, too), 3 trouble with a provider or the store.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import click

from agenda.model.errors import AgendaError
from web.commands.terminal import JSON, is_json, say_error, say_usage

__all__ = ["main"]


class Door(NamedTuple):
    """Where a command is at home, and what it does in a few words."""

    room: str
    name: str
    brief: str


DOORS = {
    "demo": Door("demo", "demo", "Open an invented office in a browser."),
    "init": Door("keeping", "init", "Write the files a new office starts with."),
    "serve": Door("serving", "serve", "Open the office to browsers."),
    "worker": Door("serving", "worker", "Do background work beside `serve`."),
    "sync": Door("reading", "sync", "Read calendars now."),
    "calendars": Door("connecting", "calendars", "Say which calendars are read."),
    "connect": Door("letting_in", "connect", "Connect calendars of an account."),
    "credentials": Door("letting_in", "credentials", "Keep what accounts let the office in with."),
    "import": Door("connecting", "take_over", "Read a schedule or calendar from a file."),
    "events": Door("reading", "events", "List the events of some days."),
    "requests": Door("asking", "requests", "List requests for the mayor's time."),
    "ask": Door("asking", "ask", "Take a request in."),
    "propose": Door("asking", "propose", "Find slots for a request."),
    "confirm": Door("asking", "confirm", "Confirm one of the slots."),
    "alerts": Door("reading", "alerts", "List what does not work in somebody's day."),
    "outbox": Door("reading", "outbox", "List what goes out of the house."),
    "solve": Door("solving", "solve", "Solve a planning problem from a file."),
    "backup": Door("keeping", "backup", "Copy the store into a file."),
    "restore": Door("keeping", "restore", "Put a copy back in place of the store."),
    "doctor": Door("keeping", "doctor", "Check whether everything is as it should be."),
    "user": Door("people", "user", "Keep the accounts of those who sign in."),
}


class Rooms(click.Group):
    """The commands, each loaded when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order in which a new office needs them."""
        return list(DOORS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One command, loaded now."""
        door = DOORS.get(cmd_name)
        if door is None:
            return None
        command: Any = getattr(import_module(f"web.commands.{door.room}"), door.name)
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, door.brief) for name, door in DOORS.items()])

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Read what stands before the command; what is not understood is told as `invoke` tells it."""
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.UsageError as error:
            if error.ctx is None or isinstance(error, click.exceptions.NoArgsIsHelpError):
                raise
            raise click.exceptions.Exit(say_usage(error.ctx, error)) from error

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what the office could not do is said in one sentence, and told by the exit code."""
        if "--json" in (*ctx._protected_args, *ctx.args):  # before a command is known that could say so
            ctx.meta[JSON] = True
        try:
            return super().invoke(ctx)
        except AgendaError as error:
            ctx.exit(say_error(ctx, error))
        except click.UsageError as error:
            if isinstance(error, click.exceptions.NoArgsIsHelpError) and not is_json(ctx):
                raise
            ctx.exit(say_usage(ctx, error))


@click.group(cls=Rooms, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="antechamber", prog_name="antechamber")
@click.option(
    "--settings",
    "settings_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The settings file; without it antechamber.toml of this folder or of the data folder, if there is one.",
)
@click.pass_context
def main(ctx: click.Context, settings_file: Path | None) -> None:
    """The room before the mayor's door: everyone's week, a slot for every meeting, and why."""
    ctx.obj = settings_file
