"""google-api-python-client for version 3 of the Calendar API, and its refusals told in our words.

The description of the API is the one inside the library (static discovery): nothing is fetched to build a client.
Nothing is tried again in here (`num_retries=0`): the library would wait by its own dice and know of no Retry-After, so
that every repetition is left to the round or to the outbox, which do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from google.auth.credentials import Credentials
from googleapiclient.discovery import build

from agenda.model.errors import CursorExpiredError, NotACalendarError, ProviderError, TryLaterError
from agenda.model.sentences import say
from sync.google.transport import ApiError, Transport, refusal, trusted
from sync.outbound import Outbound

Item: TypeAlias = Mapping[str, Any]
"""An Event as the API tells it; what it holds is known only when it is looked at."""

EVENT = (
    "id,etag,status,iCalUID,sequence,updated,summary,description,location,hangoutLink,start,end,originalStartTime,"
    "recurrence,recurringEventId,transparency,visibility,eventType,organizer(email,displayName),"
    "attendees(email,displayName,responseStatus,optional,self),conferenceData/entryPoints(entryPointType,uri),"
    "extendedProperties/private"
)
PAGE = f"nextPageToken,nextSyncToken,summary,timeZone,accessRole,items({EVENT})"
SERVICE = "calendar/v3/"
MAX_PAGES = 2_000
GONE = frozenset({404, 410})
STALE = frozenset({400, 410})
"""What a token that is not good any more is answered with, forgotten (410) or not understood (400)."""


class TakenError(Exception):
    """The id of a new event is taken (409), maybe by a deleted one."""


class ChangedError(Exception):
    """The event has another version than the one we looked at (412)."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a listing. `token` is the new sync token, on the last page."""

    items: tuple[Any, ...]
    token: str
    name: str
    role: str


class Client:
    """One conversation about one calendar; not to be shared between threads."""

    def __init__(
        self, credentials: Credentials, calendar: str, *, endpoint: str, way: Outbound, provider: str, page_size: int
    ) -> None:
        """Prepare to talk; nothing is sent yet.

        Raises:
            RefusedError: the endpoint cannot be used.
        """
        self.calendar = calendar or "primary"
        self.provider = provider
        self._page_size = page_size
        self._http = Transport(credentials, trusted(way, endpoint, provider), provider)
        options = {"api_endpoint": _whole(endpoint)} if endpoint else {}
        self._api: Any = build(
            "calendar",
            "v3",
            http=self._http,
            static_discovery=True,
            cache_discovery=False,
            client_options=options,
        )

    def __enter__(self) -> Client:
        """The conversation itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Hang up."""
        self._api.close()

    def changes(self, token: str) -> Iterator[Page]:
        """Every page of what changed since a sync token, or of everything for an empty one.

        Series are not expanded, and nothing is asked for that may not be combined with a token, so that the same
        question serves for both.

        Raises:
            CursorExpiredError: the token is not known any more, on whichever page.
        """
        query: dict[str, Any] = {"maxResults": self._page_size}
        if token:
            query["syncToken"] = token
        try:
            yield from self._pages(query)
        except ApiError as error:
            if error.status in STALE and token:
                raise CursorExpiredError(self.provider) from error
            if error.status == 410:  # a page of a full listing that is not good any more
                raise TryLaterError(self.provider) from error
            raise refusal(self.provider, error) from error

    def of_uid(self, uid: str, *, with_deleted: bool) -> Iterator[Item]:
        """Every event with an iCalUID: a single one, or a series with its exceptions."""
        query = {"iCalUID": uid, "maxResults": self._page_size, "showDeleted": with_deleted}
        try:
            for page in self._pages(query):
                yield from (one for one in page.items if isinstance(one, dict) and isinstance(one.get("id"), str))
        except ApiError as error:
            raise refusal(self.provider, error) from error

    def _pages(self, query: Mapping[str, Any]) -> Iterator[Page]:
        seen: set[str] = set()
        onward: dict[str, Any] = {}
        for _ in range(MAX_PAGES):
            told = self._run(self._api.events().list(calendarId=self.calendar, fields=PAGE, **query, **onward))
            items, token, following = told.get("items"), _text(told, "nextSyncToken"), _text(told, "nextPageToken")
            if items is None and (token or following):
                items = []
            if not isinstance(items, list):
                raise NotACalendarError(self.provider, say("it is a JSON document of another kind"))
            yield Page(tuple(items), token, _text(told, "summary"), _text(told, "accessRole"))
            if not following:
                return
            if following in seen:
                break
            seen.add(following)
            onward = {"pageToken": following}
        raise TryLaterError(self.provider)  # its pages never end, and half of a listing is none

    def get(self, event: str) -> Item | None:
        """One event by its id, a cancelled one too; None where there is none."""
        try:
            return self._run(self._api.events().get(calendarId=self.calendar, eventId=event, fields=EVENT))
        except ApiError as error:
            if error.status in GONE:
                return None
            raise refusal(self.provider, error) from error

    def insert(self, body: Item) -> Item:
        """Make an event under the id in its body.

        Raises:
            TakenError: there is or was one with this id.
        """
        try:
            return self._run(self._api.events().insert(calendarId=self.calendar, body=body, fields=EVENT, **QUIETLY))
        except ApiError as error:
            if error.status == 409:
                raise TakenError from error
            raise refusal(self.provider, error) from error

    def patch(self, event: str, body: Item, etag: str) -> Item | None:
        """Change an event that is still as it was seen; None where it is gone.

        Raises:
            ChangedError: it is not as it was seen.
        """
        request = self._api.events().patch(calendarId=self.calendar, eventId=event, body=body, fields=EVENT, **QUIETLY)
        return self._conditional(request, etag)

    def delete(self, event: str, etag: str) -> None:
        """Delete an event that is still as it was seen; one that is gone counts as deleted.

        Raises:
            ChangedError: it is not as it was seen.
        """
        request = self._api.events().delete(calendarId=self.calendar, eventId=event, sendUpdates="none")
        self._conditional(request, etag)

    def _conditional(self, request: Any, etag: str) -> Item | None:
        if etag:
            request.headers["If-Match"] = etag
        try:
            return self._run(request)
        except ApiError as error:
            if error.status in GONE:
                return None
            if error.status == 412:
                raise ChangedError from error
            raise refusal(self.provider, error) from error

    def free_busy(self, body: Item) -> Item:
        """The answer to a free/busy query."""
        return self._asked(self._api.freebusy().query(body=body))

    def watch(self, body: Item) -> Item:
        """Open a channel on the calendar's events."""
        return self._asked(self._api.events().watch(calendarId=self.calendar, body=body))

    def stop(self, body: Item) -> None:
        """Close a channel; one that is not open any more counts as closed."""
        try:
            self._run(self._api.channels().stop(body=body))
        except ApiError as error:
            if error.status not in GONE:
                raise refusal(self.provider, error) from error

    def _asked(self, request: Any) -> Item:
        try:
            return self._run(request)
        except ApiError as error:
            raise refusal(self.provider, error) from error

    def _run(self, request: Any) -> dict[str, Any]:
        """Send one request, once."""
        try:
            told = request.execute(num_retries=0)
        except (ApiError, ProviderError):
            raise
        except (ValueError, RecursionError) as error:
            raise NotACalendarError(self.provider, say("it is no answer of the Calendar API")) from error
        if isinstance(told, dict):
            return told
        if told in ("", b"", None):
            return {}
        raise NotACalendarError(self.provider, say("it is a JSON document of another kind"))


QUIETLY: Mapping[str, Any] = {"sendUpdates": "none", "conferenceDataVersion": 1}
"""With every write: we mail the invitations, so Google must not; and a conference that is there stays."""


def _text(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    return value if isinstance(value, str) else ""


def _whole(endpoint: str) -> str:
    """The endpoint as the library needs it: with the service's path, and a slash at its end."""
    split = urlsplit(endpoint)
    path = split.path.rstrip("/")
    return split._replace(path=f"{path}/" if path else f"/{SERVICE}").geturl()
