"""Where the bytes come from: a file, or a feed asked whether it has changed (RFC 9110, 13)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from agenda.model.calendars import Calendar
from agenda.model.errors import RefusedError, TryLaterError
from agenda.model.sentences import say
from sync.ical import Limits
from sync.ical.looks import too_large
from sync.outbound import Outbound, Session, TooLargeError, follow, refusal

WEBCAL = {"webcal://": "https://", "webcals://": "https://", "feed://": "https://"}
NOT_MODIFIED = 304
OK = 200


@dataclass(frozen=True, slots=True)
class Seen:
    """How the provider named its last answer."""

    etag: str = ""
    modified: str = ""


NOTHING_SEEN = Seen()


@dataclass(frozen=True, slots=True)
class Fetched:
    """A calendar's bytes as they came."""

    body: bytes
    seen: Seen = NOTHING_SEEN


def fetch_file(calendar: Calendar, folder: Path | None, limit: int) -> Fetched:
    """Read a file.

    Raises:
        RefusedError: there is none, or it may not be read.
        TryLaterError: the disk or share is away.
        NotACalendarError: it is larger than the limit, in bytes.
    """
    path = Path(calendar.address)
    try:
        path = path.resolve(strict=True)
        if folder is not None and not path.is_relative_to(folder.resolve()):
            raise RefusedError(calendar.name, say("its file lies outside the folder for calendars. Move it there."))
        if not path.is_file():
            raise RefusedError(calendar.name, say("its address is not a file. Check the path."))
        with path.open("rb") as file:
            body = file.read(limit + 1)
    except FileNotFoundError as error:
        raise RefusedError(calendar.name, say("its file is not there. Check the path.")) from error
    except PermissionError as error:
        raise RefusedError(calendar.name, say("its file may not be read. Give this program the right.")) from error
    except (OSError, ValueError) as error:
        raise TryLaterError(calendar.name) from error
    if len(body) > limit:
        raise too_large(calendar.name, limit)
    return Fetched(body)


def fetch_url(calendar: Calendar, password: str, seen: Seen, way: Outbound, limits: Limits) -> Fetched | None:
    """Ask a feed; None when it says that nothing has changed.

    Raises:
        RefusedError: it does not let us in, or does not know the calendar.
        TryLaterError: it is busy, out of reach, or its answer broke off.
        NotACalendarError: it is larger than the limit.
    """
    headers = {"Accept": "text/calendar, */*;q=0.1"}
    if seen.etag:
        headers["If-None-Match"] = seen.etag
    if seen.modified:
        headers["If-Modified-Since"] = seen.modified
    kwargs = {"auth": (calendar.login, password)} if calendar.login else {}
    with Session(replace(way, max_bytes=limits.calendar_bytes)) as session:
        try:
            response = follow(session, "GET", _web(calendar.address), calendar.name, headers=headers, **kwargs)
        except RefusedError as error:
            if isinstance(error.__cause__, TooLargeError):
                raise too_large(calendar.name, limits.calendar_bytes) from error
            raise
    if response.status_code == NOT_MODIFIED and (seen.etag or seen.modified):
        return None
    if response.status_code != OK:
        raise refusal(calendar.name, response.status_code, response.headers.get("Retry-After"))
    answered = Seen(response.headers.get("ETag", ""), response.headers.get("Last-Modified", ""))
    return Fetched(response.content, answered)


def _web(address: str) -> str:
    """The address to ask: `webcal:` is a way of saying `https:`."""
    for scheme, web in WEBCAL.items():
        if address.lower().startswith(scheme):
            return web + address[len(scheme) :]
    return address
