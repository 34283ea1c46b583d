"""`solve`: a planning problem from a file, with no office around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO
from zoneinfo import ZoneInfo

import click

from agenda.model.answer_json import answer_as_json
from agenda.model.errors import BadInputError
from agenda.model.planning import NoPlan, Option, Plan
from agenda.model.problem_json import read_problem
from agenda.model.sentences import say
from web import wiring
from web.commands.desk import TerminalShow, progress, spoken
from web.commands.terminal import NOTHING, WRITER, answer, json_option
from web.logs import keep_quiet
from web.show import Show

LARGEST = 64 * 1024 * 1024


@click.command()
@click.argument("problem_file", metavar="PROBLEM.json", type=click.File("rb"))
@json_option
@click.pass_context
def solve(ctx: click.Context, problem_file: BinaryIO) -> None:
    """Solve a planning problem from a file (- is standard input): options in order of their price, or reasons for none.

    The formats are described in docs/planning-problem.md. Ends with 1 when there is no slot or none was found in time.
    """
    keep_quiet()
    text = problem_file.read(LARGEST + 1)
    if len(text) > LARGEST:
        raise BadInputError("file", say("A problem may have at most %(most)s bytes.", most=LARGEST))
    problem = read_problem(text)
    show = TerminalShow(ZoneInfo(problem.zone), spoken())
    ctx.meta[WRITER] = show.sentence
    with wiring.a_solver() as solver, progress("Searching"):
        found = solver.slots(problem)
    match found:
        case Plan():
            answer(ctx, answer_as_json(found), list(options_of(found.options, show)))
        case NoPlan():
            answer(ctx, answer_as_json(found), list(reasons_of(found, show)))
            ctx.exit(NOTHING)


def options_of(options: Sequence[Option], show: Show) -> Iterator[str]:
    """Each option with its price in words, for a person; counted from 1."""
    for number, option in enumerate(options, start=1):
        yield f"{number:>2}. {show.interval(option.slot)}  {option.venue_name}  (price {option.score})"
        for term in option.terms:
            if term.points:
                yield f"      +{term.points} {show.sentence(term.sentence)}"


def reasons_of(none: NoPlan, show: Show) -> Iterator[str]:
    """Why there is no slot, for a person."""
    yield f"No slot: {show.word(none.status)}."
    if none.note is not None:
        yield f"  {show.sentence(none.note)}"
    for reason in none.reasons:
        yield f"  {reason.rule.value}: {show.sentence(reason.sentence)}"
    for way in none.ways_out:
        yield f"  Way out: {show.sentence(way.sentence)}"
