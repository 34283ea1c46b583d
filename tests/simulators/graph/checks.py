"""Holds every request and every answer against the vendor's schema and rules."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tests.simulators.graph.recurrence import wrong as wrong_pattern
from tests.simulators.graph.schema import Schema
from tests.simulators.graph.world import Json, zone_of

READ_ONLY = frozenset(
    {
        "id", "iCalUId", "changeKey", "createdDateTime", "lastModifiedDateTime", "bodyPreview", "webLink", "type",
        "seriesMasterId", "originalStart", "isOrganizer", "isCancelled", "responseStatus", "onlineMeeting", "organizer",
        "cancelledOccurrences", "exceptionOccurrences", "instances", "calendar", "hasAttachments", "isDraft",
    }
)  # fmt: skip
QUERIES: Mapping[str, frozenset[str]] = {
    "delta": frozenset({"startDateTime", "endDateTime"}),
    "delta link": frozenset({"$skiptoken", "$deltatoken"}),
    "list": frozenset({"$filter", "$top", "$expand", "$select", "$orderby", "$skip", "$skiptoken"}),
    "view": frozenset(
        {"startDateTime", "endDateTime", "$top", "$expand", "$select", "$orderby", "$skip", "$skiptoken"}
    ),
    "instances": frozenset({"startDateTime", "endDateTime", "$top", "$select", "$skip", "$skiptoken", "$expand"}),
    "get": frozenset({"$expand", "$select"}),
    "none": frozenset(),
}
PROPERTY = re.compile(r"(String|Integer|Boolean) \{[0-9a-fA-F-]{36}\} (Name .+|Id 0x[0-9A-Fa-f]+)")
FILTER = re.compile(
    r"singleValueExtendedProperties/Any\(ep: ep/id eq '((?:[^']|'')+)' and ep/value eq '((?:[^']|'')*)'\)",
    re.IGNORECASE,
)
BY_UID = re.compile(r"iCalUId eq '((?:[^']|'')*)'")
EXPAND = re.compile(r"singleValueExtendedProperties\(\$filter=(.+)\)")
ONE_ID = re.compile(r"id eq '((?:[^']|'')+)'")


class RefusedRequestError(Exception):
    """What the service answers to a request it does not like."""

    def __init__(self, status: int, code: str, message: str = "", inner: str = "", **headers: str) -> None:
        """Keep the parts of the answer."""
        super().__init__(code)
        self.status, self.code, self.message, self.inner, self.headers = status, code, message, inner, headers


def unquoted(text: str) -> str:
    """An OData string."""
    return text.replace("''", "'")


def check_query(kind: str, query: Mapping[str, str]) -> None:
    """Refuse parameters that the call does not know."""
    known = {one.lower() for one in QUERIES[kind]}
    for name in query:
        if name.lower() not in known:
            raise RefusedRequestError(400, "ErrorInvalidUrlQuery", f"The query parameter {name} is not supported.")


def check_prefer(prefer: str) -> tuple[str, int | None]:
    """The wall clock and the page size asked for; answers whose ids may change are nobody's wish."""
    zone = re.search(r'outlook\.timezone="([^"]+)"', prefer)
    size = re.search(r"odata\.maxpagesize=(\d+)", prefer)
    if 'IdType="ImmutableId"' not in prefer:
        raise RefusedRequestError(400, "ErrorInvalidRequest", "The tests want immutable ids on every request.")
    if zone is None:
        raise RefusedRequestError(400, "ErrorInvalidRequest", "The tests want a zone on every request.")
    try:
        zone_of(zone[1])
    except (KeyError, ValueError) as error:
        raise RefusedRequestError(400, "TimeZoneNotSupportedException") from error
    return zone[1], int(size[1]) if size else None


def check_event(schema: Schema, data: object, *, is_new: bool) -> Json:
    """An event somebody sends; refused as the service would."""
    problems = list(schema.wrong(data, "graph.event", "event"))
    if problems or not isinstance(data, dict):
        raise RefusedRequestError(400, "RequestBodyRead", "; ".join(problems))
    if forbidden := READ_ONLY.intersection(data):
        raise RefusedRequestError(400, "ErrorInvalidPropertySet", f"Read-only: {sorted(forbidden)}")
    if not is_new and "transactionId" in data:
        raise RefusedRequestError(400, "ErrorInvalidPropertySet", "transactionId cannot be changed.")
    if is_new and not {"start", "end"} <= data.keys():
        raise RefusedRequestError(400, "ErrorPropertyValidationFailure", "start and end are required.")
    for one in data.get("singleValueExtendedProperties") or ():
        if not PROPERTY.fullmatch(one.get("id", "")):
            raise RefusedRequestError(400, "ErrorInvalidProperty", "Not the id of an extended property.")
    _check_times(data)
    if data.get("recurrence") and (bad := wrong_pattern(data["recurrence"]["pattern"])):
        raise RefusedRequestError(400, "ErrorPropertyValidationFailure", f"recurrence: {bad}")
    return data


def _check_times(data: Json) -> None:
    for name in ("start", "end"):
        if name not in data:
            continue
        try:
            zone_of(data[name].get("timeZone"))
        except (KeyError, ValueError) as error:
            raise RefusedRequestError(400, "TimeZoneNotSupportedException") from error
        if data.get("isAllDay") and "T00:00:00" not in data[name]["dateTime"]:
            raise RefusedRequestError(400, "ErrorPropertyValidationFailure", "An all-day event begins at midnight.")
    start, end = data.get("start"), data.get("end")
    if start and end and start.get("timeZone") == end.get("timeZone") and end["dateTime"] < start["dateTime"]:
        raise RefusedRequestError(400, "ErrorCalendarEndDateIsEarlierThanStartDate")


def wrong_answer(schema: Schema, answer: Json, kind: str) -> Iterator[str]:
    """What in an answer of ours the vendor's schema does not know."""
    if "value" in answer and isinstance(answer["value"], list):
        for at, one in enumerate(answer["value"]):
            yield from schema.wrong(one, kind, f"value[{at}]")
    else:
        yield from schema.wrong(answer, kind, kind)
