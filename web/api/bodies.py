"""Bodies of requests, checked against the API's own description before anything is read of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from functools import cache
from typing import Any

from flask import request
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from agenda.actions.take_in import Draft
from agenda.model.errors import BadInputError, BadInputsError
from agenda.model.requests import Priority
from agenda.model.sentences import Sentence, say
from web.api.document import schema_of
from web.forms import cleaned

MOST_TOLD = 20


def body(schema: str) -> dict[str, Any]:
    """The body as JSON, fitting a schema of the description.

    Raises:
        BadInputsError: it does not fit; the fields are named.
    """
    found = request.get_json(silent=True)
    if not isinstance(found, dict):
        raise BadInputsError((BadInputError("", say("Send a JSON object as application/json.")),))
    errors = sorted(_validator(schema).iter_errors(found), key=lambda error: list(map(str, error.absolute_path)))
    if errors:
        problems = {(one.field, str(one)): one for error in errors for one in _problems(error)}
        raise BadInputsError(tuple(problems.values())[:MOST_TOLD])
    return found


def draft_of(fields: dict[str, Any], default_min: int) -> Draft:
    """A request as another program put it; whether it makes sense is for the office to say.

    Raises:
        BadInputsError: a date or a time is none.
    """
    problems: list[BadInputError] = []
    first, last = _day(fields, "first_day", problems), _day(fields, "last_day", problems)
    earliest, latest = _time(fields, "earliest", problems), _time(fields, "latest", problems)
    if problems or first is None or last is None:
        raise BadInputsError(tuple(problems))
    return Draft(
        title=cleaned(fields["title"]),
        duration_min=fields.get("duration_min", default_min),
        first_day=first,
        last_day=last,
        required=tuple(fields.get("required", ())),
        optional=tuple(fields.get("optional", ())),
        one_of=tuple(tuple(group) for group in fields.get("one_of", ())),
        earliest=earliest,
        latest=latest,
        place=fields.get("place") or "",
        is_virtual=fields.get("is_virtual", False),
        needs_room=fields.get("needs_room", False),
        seats=fields.get("seats", 0),
        purpose=cleaned(fields.get("purpose", "")),
        requester=cleaned(fields.get("requester", "")),
        contact=cleaned(fields.get("contact", "")),
        priority=fields.get("priority", Priority.CITY.value),
        is_private=fields.get("is_private", False),
    )


@cache
def _validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator(schema_of(schema))


def _problems(error: ValidationError) -> Iterator[BadInputError]:
    field = ".".join(map(str, error.absolute_path))
    match error.validator:
        case "required":
            expected: Any = error.validator_value
            found: Any = error.instance
            for name in expected:
                if name not in found:
                    yield BadInputError(name, say("This is needed."))
        case "additionalProperties":
            yield BadInputError(field, say("There are fields here that nobody knows; see the description."))
        case "type":
            yield BadInputError(field, say("This has to be of type %(type)s.", type=_types(error.validator_value)))
        case _:
            yield BadInputError(field, say("This does not fit the description (%(rule)s).", rule=str(error.validator)))


def _types(expected: object) -> str:
    return ", ".join(map(str, expected)) if isinstance(expected, list) else str(expected)


def _day(fields: dict[str, Any], name: str, problems: list[BadInputError]) -> date | None:
    try:
        return date.fromisoformat(fields[name])
    except ValueError:
        problems.append(BadInputError(name, _is_no(say("a date as 2026-11-23"))))
        return None


def _time(fields: dict[str, Any], name: str, problems: list[BadInputError]) -> time | None:
    typed = fields.get(name)
    if typed is None:
        return None
    try:
        return time.fromisoformat(typed).replace(tzinfo=None)
    except ValueError:
        problems.append(BadInputError(name, _is_no(say("a time as 14:30"))))
        return None


def _is_no(expected: Sentence) -> Sentence:
    return say("This has to be %(expected)s.", expected=expected)
