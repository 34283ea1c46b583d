"""Commands of the one who keeps the house: begin, back up, put back, and see whether all is well."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from zoneinfo import available_timezones

import click
from tzlocal import get_localzone_name

from agenda.model.errors import AgendaError, BadInputError, BadInputsError, StoreError
from agenda.model.sentences import say
from web import wiring
from web.checkup import Finding, examine
from web.commands.desk import open_office, progress, settings_of
from web.commands.starter import Beginning, files
from web.commands.terminal import BAD_INPUT, DONE, TROUBLE, answer, hint, json_option, writer
from web.logs import keep_quiet


@click.command()
@click.option(
    "--folder", type=click.Path(path_type=Path, file_okay=False), help="Where; the data folder when left out."
)
@click.option("--office", default="Office of the Mayor", show_default=True, help="What the office is called.")
@click.option("--zone", default="", help="Its wall clock, as in Europe/Madrid; this machine's when left out.")
@click.option("--principal", default="The Mayor", show_default=True, help="Whose time this is about.")
@click.option("--email", default="mayor@example.org", show_default=True, help="The principal's calendar address.")
@json_option
@click.pass_context
def init(ctx: click.Context, folder: Path | None, office: str, zone: str, principal: str, email: str) -> None:
    """Write the files a new office starts with: those that are missing. None that is there is written over."""
    chosen = zone or get_localzone_name() or "UTC"
    if chosen not in available_timezones():
        raise BadInputError("zone", say("%(zone)s is no time zone; give one such as Europe/Madrid.", zone=chosen))
    where = (folder or wiring.home(os.environ)).resolve()
    texts = files(Beginning(office=office, zone=chosen, principal=principal, email=email))
    texts = {name: text for name, text in texts.items() if not (where / name).exists()}
    if not texts:
        raise BadInputError(
            "folder", say("An office is in %(folder)s already; nothing was written.", folder=str(where))
        )
    wiring.private_folder(where)
    for name, text in texts.items():
        (where / name).write_text(text, encoding="utf-8")
    answer(ctx, {"folder": str(where), "files": list(texts)}, [str(where / name) for name in texts])
    elsewhere = os.environ.get("ANTECHAMBER_DATA_DIR")
    if folder is not None and elsewhere and Path(elsewhere).expanduser().resolve() != where:
        hint(ctx, f"ANTECHAMBER_DATA_DIR goes before data_dir: while it is set, the store lies in {elsewhere}.")
    here = "" if folder is None else f" --settings {where / 'antechamber.toml'}"
    hint(ctx, f"Put your people and places in, then: antechamber{here} user add LOGIN, antechamber{here} serve")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@json_option
@click.pass_context
def backup(ctx: click.Context, file: Path) -> None:
    """Copy the store into a file, while the office works on; the file is checked before it appears."""
    keep_quiet()
    if file.exists():
        raise BadInputError("file", say("%(file)s is there already. Choose another name.", file=str(file)))
    if not file.resolve().parent.is_dir():
        raise BadInputError("file", say("There is no folder %(folder)s.", folder=str(file.resolve().parent)))
    with progress("Copying"):
        manifest = wiring.back_up(settings_of(ctx), file.resolve())
    answer(ctx, manifest, [f"{file}: {manifest.size // 1024} KiB, {sum(manifest.counts.values())} rows"])


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@click.pass_context
def restore(ctx: click.Context, file: Path, *, yes: bool) -> None:
    """Put a copy back in place of the store. The office has to be stopped.

    What had not been sent when the copy was made is held until somebody lets it go, so that nobody is invited twice.
    """
    keep_quiet()
    if not zipfile.is_zipfile(file):
        raise BadInputError("file", say("%(file)s is no backup. The store is as it was.", file=str(file)))
    if not yes:
        click.confirm(f"Put {file} in place of the store?", abort=True, err=True)
    with progress("Putting back"):
        aside = wiring.put_back(settings_of(ctx), file.resolve())
    answer(
        ctx,
        {"restored": str(file), "old_store": str(aside) if aside is not None else None},
        [f"The store is the one of {file} again.", *([f"The old one lies at {aside}."] if aside is not None else [])],
    )


@click.command()
@json_option
@click.pass_context
def doctor(ctx: click.Context) -> None:
    """Check whether everything is as it should be.

    Ends with 2 when settings, policy or places cannot be used; with 3 when something else is not as it should be.
    """
    keep_quiet()
    with progress("Looking"):
        found, code = _examined(ctx)
    write = writer(ctx)
    facts = [{"name": one.name, "is_good": one.is_good, "sentence": str(one.sentence)} for one in found]
    answer(ctx, facts, [f"{'ok ' if one.is_good else 'BAD'}  {one.name}: {write(one.sentence)}" for one in found])
    ctx.exit(code)


def _examined(ctx: click.Context) -> tuple[list[Finding], int]:
    """What was found, and the exit code; what cannot even be opened is a finding."""
    found: list[Finding] = []
    try:
        settings = settings_of(ctx)
        found.append(Finding("settings", True, say("The settings can be used.")))
        household = open_office(ctx)
        found.append(Finding("policy", True, say("Policy and places can be used.")))
    except StoreError as error:
        return [*found, Finding("store", False, error.sentence), *wiring.examine_store(settings_of(ctx))], TROUBLE
    except BadInputsError as error:
        return [*found, *(Finding(_part(found), False, one.sentence) for one in error.problems)], BAD_INPUT
    except AgendaError as error:
        return [*found, Finding(_part(found), False, error.sentence)], BAD_INPUT
    found += [*wiring.examine_store(settings), *examine(household.office, household.solver)]
    return found, DONE if all(one.is_good for one in found) else TROUBLE


def _part(found: list[Finding]) -> str:
    """What a mistake is in, by how far the house has come."""
    return "policy" if found else "settings"
