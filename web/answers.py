"""What is answered when something goes wrong: one place where failures become HTTP, class by class."""

from __future__ import annotations

from http import HTTPStatus

from flask import Flask, Response, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, SecurityError

from agenda.model.errors import (
    AgendaError,
    AlreadyDecidedError,
    BadInputError,
    BadInputsError,
    ChangedElsewhereError,
    NotFoundError,
    ProviderError,
    SignInError,
    SlotTakenError,
    StoreBusyError,
    StoreError,
    TooManyTriesError,
    TryLaterError,
)
from agenda.model.sentences import Sentence, say

BUSY_FOR_S = 2

STATUSES: tuple[tuple[type[AgendaError], HTTPStatus], ...] = (
    (NotFoundError, HTTPStatus.NOT_FOUND),
    (BadInputError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (BadInputsError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (SlotTakenError, HTTPStatus.CONFLICT),
    (AlreadyDecidedError, HTTPStatus.CONFLICT),
    (ChangedElsewhereError, HTTPStatus.CONFLICT),
    (SignInError, HTTPStatus.UNAUTHORIZED),
    (TooManyTriesError, HTTPStatus.TOO_MANY_REQUESTS),
    (TryLaterError, HTTPStatus.SERVICE_UNAVAILABLE),
    (ProviderError, HTTPStatus.BAD_GATEWAY),
    (StoreError, HTTPStatus.SERVICE_UNAVAILABLE),
    (AgendaError, HTTPStatus.INTERNAL_SERVER_ERROR),
)
"""The first class that fits says the status."""

TITLES: dict[int, Sentence] = {
    400: say("This could not be accepted"),
    401: say("Please sign in"),
    403: say("There is nothing here"),
    404: say("There is nothing here"),
    405: say("This is not done this way"),
    409: say("Something changed meanwhile"),
    413: say("This is too much at once"),
    422: say("Some answers need another look"),
    429: say("Too many tries"),
    500: say("Something broke on our side"),
    502: say("A provider did not do its part"),
    503: say("Not possible just now"),
}

WAYS_OUT: dict[int, Sentence] = {
    400: say("The page may have been open for too long. Go back, load it again, and send it once more."),
    401: say("Your session has ended, or you have not signed in yet."),
    403: say("The page does not exist, or it is not for you to see."),
    404: say("The page does not exist, or it is not for you to see."),
    405: say("Go back and use the buttons of the page."),
    413: say("What was sent is larger than what is taken in here."),
    429: say("Wait a while, then try again."),
    500: say("Nothing was changed by this. If it happens again, tell IT when it happened."),
    503: say("Nothing was changed. Try again in a moment."),
}


def status_of(error: AgendaError) -> HTTPStatus:
    """The HTTP status of a failure."""
    return next(status for kind, status in STATUSES if isinstance(error, kind))


def retry_after_s(error: AgendaError) -> int | None:
    """How long to wait before trying again, in seconds, where that is known."""
    if isinstance(error, TooManyTriesError):
        return error.wait_s
    if isinstance(error, TryLaterError) and error.wait_s is not None:
        return round(error.wait_s)
    return BUSY_FOR_S if isinstance(error, StoreBusyError) else None


def wants_fragment() -> bool:
    """Whether a part of a page is asked for, to be put into the page that is open (htmx)."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"


def on_agenda_error(error: AgendaError) -> Response:
    """A failure with its own sentence."""
    status = status_of(error)
    # Which id was looked for is nothing that a page has to say again.
    sentence = WAYS_OUT[404] if isinstance(error, NotFoundError) else error.sentence
    problems = error.problems if isinstance(error, BadInputsError) else ()
    if isinstance(error, BadInputError):
        problems = (error,)
    response = _answer(status, sentence, problems)
    wait_s = retry_after_s(error)
    if wait_s is not None:
        response.headers["Retry-After"] = str(wait_s)
    return response


def on_http_exception(error: HTTPException) -> ResponseReturnValue:
    """What Flask and Werkzeug refuse, and what broke."""
    if isinstance(error, SecurityError):  # another host: no address of ours can be built for it, so no page either
        return Response("This host is not ours.\n", HTTPStatus.BAD_REQUEST, mimetype="text/plain")
    if error.response is not None or error.code is None or error.code < 400:
        return error.get_response()
    code = error.code if error.code in TITLES else (400 if error.code < 500 else 500)
    response = _answer(HTTPStatus(code), WAYS_OUT.get(code, WAYS_OUT[400 if code < 500 else 500]), ())
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After", "WWW-Authenticate"):
            response.headers[name] = value
    if code == 401 and _is_api():
        response.headers["WWW-Authenticate"] = 'Bearer realm="antechamber"'
    return response


def install(app: Flask) -> None:
    """Answer every failure in the house's own words."""
    app.register_error_handler(AgendaError, on_agenda_error)
    app.register_error_handler(HTTPException, on_http_exception)


def _is_api() -> bool:
    return request.path.startswith("/api/")


def _answer(status: HTTPStatus, sentence: Sentence, problems: tuple[BadInputError, ...]) -> Response:
    if _is_api():
        return _problem(status, sentence, problems)
    template = "fragments/trouble.html" if wants_fragment() else "error.html"
    page = render_template(template, status=status.value, title_=TITLES[status.value], sentence=sentence)
    return make_response(page, status.value)


def _problem(status: HTTPStatus, sentence: Sentence, problems: tuple[BadInputError, ...]) -> Response:
    """Problem details (RFC 9457)."""
    body: dict[str, object] = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": str(sentence),
    }
    if problems:
        body["problems"] = [{"field": one.field, "detail": str(one.sentence)} for one in problems]
    response = jsonify(body)
    response.status_code = status.value
    response.mimetype = "application/problem+json"
    return response
