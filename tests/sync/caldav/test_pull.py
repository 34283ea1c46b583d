"""What only CalDAV has: sync tokens that expire, pages, servers that leave things out, answers that are no DAV."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from agenda.model.calendars import Calendar, Cursor, Provider
from agenda.model.errors import NotACalendarError, ProviderError, RefusedError, TryLaterError
from sync.caldav import CaldavConnector
from sync.outbound import Outbound
from tests.builders import a_calendar
from tests.contract.conftest import LOOPBACK, DavSource, a_dav, pass_on, secret_of
from tests.servers import Answer, DavServer, Heard, web_server
from tests.sync.texts import SPRING, vcalendar, vevent

Filter = Callable[[Heard, Answer], Answer]


@contextmanager
def between(server: DavServer, name: str, change: Filter) -> Iterator[tuple[DavSource, list[Heard]]]:
    """A calendar whose server's answers are changed on their way."""
    with web_server(lambda asked: change(asked, pass_on(asked, server.url))) as passing:
        yield a_dav(server, name, through=passing.url), passing.heard


def is_sync(asked: Heard) -> bool:
    """Whether it asks for a sync-collection."""
    return asked.method == "REPORT" and b":sync-collection" in asked.body


@pytest.mark.parametrize("token", ["http://radicale.org/ns/sync/" + "0" * 64, "0" * 40, "data:,nonsense"])
def test_a_token_the_server_has_forgotten_leads_to_a_full_reading(dav: DavSource, token: str) -> None:
    """Radicale says so with 403, Xandikos with 412: the element in the body counts."""
    dav.put("one", vevent("one@example.org"))
    first = dav.connector.pull(dav.calendar, None, SPRING)
    assert first.cursor is not None
    expired = Cursor(json.dumps({"sync": token}), first.cursor.stamp)
    again = dav.connector.pull(dav.calendar, expired, SPRING)
    assert again.complete
    assert [one.uid for one in again.changed] == ["one@example.org"]
    assert again.cursor == first.cursor


def test_a_refusal_that_is_no_expired_token_stays_one(radicale_server: DavServer, calendar_name: str) -> None:
    """403 without the element means that the right was taken away; reading everything would not help."""

    def refuse(asked: Heard, answer: Answer) -> Answer:
        return Answer(403) if is_sync(asked) else answer

    with between(radicale_server, calendar_name, refuse) as (source, _), pytest.raises(RefusedError):
        source.connector.pull(source.calendar, None, SPRING)


def test_a_deletion_is_told_by_name(dav: DavSource) -> None:
    """A tombstone needs no complete listing."""
    dav.put("one", vevent("one@example.org"))
    dav.put("two", vevent("two@example.org"))
    first = dav.connector.pull(dav.calendar, None, SPRING)
    dav.drop("one")
    second = dav.connector.pull(dav.calendar, first.cursor, SPRING)
    assert not second.complete
    assert [href.rsplit("/", 1)[1] for href in second.removed] == ["one.ics"]


def test_pages_of_changes_are_read_to_the_end(radicale_server: DavServer, calendar_name: str) -> None:
    """507 on the collection and a token mean that there is more (RFC 6578, 3.6)."""
    pages: list[bytes] = []

    def in_pages(asked: Heard, answer: Answer) -> Answer:
        if not is_sync(asked):
            return answer
        if b"page-2" in asked.body:
            return replace(answer, status=207, body=pages[0])
        parts = re.findall(rb"<response>.*?</response>", answer.body, re.DOTALL)
        if len(parts) < 2:
            return answer
        pages.append(answer.body.replace(parts[0], b""))
        more = f"<response><href>{asked.path}</href><status>HTTP/1.1 507 Insufficient Storage</status></response>"
        first = answer.body.replace(b"".join(parts[1:]), b"")
        for part in parts[1:]:
            first = first.replace(part, b"")
        first = first.replace(parts[0], parts[0] + more.encode())
        return replace(answer, body=re.sub(rb"<sync-token>.*?</sync-token>", b"<sync-token>page-2</sync-token>", first))

    with between(radicale_server, calendar_name, in_pages) as (source, heard):
        source.put("one", vevent("one@example.org"))
        source.put("two", vevent("two@example.org"))
        pulled = source.connector.pull(source.calendar, None, SPRING)
    assert pulled.complete
    assert {one.uid for one in pulled.changed} == {"one@example.org", "two@example.org"}
    assert sum(b"page-2" in asked.body for asked in heard) == 1


def test_changes_that_never_end_are_listed_instead(radicale_server: DavServer, calendar_name: str) -> None:
    """A server that says "more" for ever with the same token is not asked for ever."""

    def endless(asked: Heard, answer: Answer) -> Answer:
        if not is_sync(asked):
            return answer
        more = f"<response><href>{asked.path}</href><status>HTTP/1.1 507 Insufficient Storage</status></response>"
        body = re.sub(rb"<sync-token>.*?</sync-token>", b"<sync-token>same</sync-token>", answer.body)
        return replace(answer, body=body.replace(b"</multistatus>", more.encode() + b"</multistatus>"))

    with between(radicale_server, calendar_name, endless) as (source, heard):
        source.put("one", vevent("one@example.org"))
        pulled = source.connector.pull(source.calendar, None, SPRING)
    assert pulled.complete
    assert [one.uid for one in pulled.changed] == ["one@example.org"]
    assert sum(map(is_sync, heard)) <= 3


def test_an_object_left_out_of_the_many_is_fetched_alone(radicale_server: DavServer, calendar_name: str) -> None:
    """Some servers answer a multiget in part; what they leave out is not gone."""

    def forget(asked: Heard, answer: Answer) -> Answer:
        if asked.method == "REPORT" and b"calendar-multiget" in asked.body:
            return replace(answer, body=re.sub(rb"<response>.*</response>", b"", answer.body, flags=re.DOTALL))
        return answer

    with between(radicale_server, calendar_name, forget) as (source, _):
        source.put("one", vevent("one@example.org"))
        pulled = source.connector.pull(source.calendar, None, SPRING)
    assert [one.uid for one in pulled.changed] == ["one@example.org"]


def test_an_object_gone_between_listing_and_fetching_is_gone(radicale_server: DavServer, calendar_name: str) -> None:
    """It is not kept, and not an error."""
    dropped: list[str] = []

    def delete_first(asked: Heard, answer: Answer) -> Answer:
        if is_sync(asked) and not dropped:
            source.drop("one")
            dropped.append(asked.path)
        return answer

    with between(radicale_server, calendar_name, delete_first) as (source, _):
        source.put("one", vevent("one@example.org"))
        pulled = source.connector.pull(source.calendar, None, SPRING)
    assert (pulled.changed, pulled.present) == ((), frozenset())


def test_one_object_that_is_no_calendar_hides_no_other(radicale_server: DavServer, calendar_name: str) -> None:
    """It stays present, so that what was known of it is kept."""

    def spoilt(asked: Heard, answer: Answer) -> Answer:
        return replace(answer, body=re.sub(rb"BEGIN:VCALENDAR[^<]*?UID:two@[^<]*", b"Service unavailable", answer.body))

    with between(radicale_server, calendar_name, spoilt) as (source, _):
        source.put("one", vevent("one@example.org"))
        source.put("two", vevent("two@example.org"))
        pulled = source.connector.pull(source.calendar, None, SPRING)
    assert [one.uid for one in pulled.changed] == ["one@example.org"]
    assert len(pulled.present) == 2
    (problem,) = pulled.problems
    assert "the object two.ics cannot be read" in str(problem.sentence)
    assert problem.interval == SPRING  # whenever it is: unknown, not free
    assert problem.uid.endswith("/two.ics")


CUT_SHORT = "<response><href>%s</href><status>HTTP/1.1 %s</status></response>"
NOTHING = b'<multistatus xmlns="DAV:"></multistatus>'


@pytest.mark.parametrize("status", ["507 Insufficient Storage", "404 Not Found", ""])
def test_a_listing_that_is_not_whole_deletes_nothing(
    radicale_server: DavServer, calendar_name: str, status: str
) -> None:
    """A server that lists only so many says so with 507 for the calendar itself (RFC 5323, 5.17; RFC 6578, 3.6)."""
    is_short = False

    def short(asked: Heard, answer: Answer) -> Answer:
        if is_sync(asked):
            return Answer(501)
        if not is_short or asked.method != "PROPFIND" or asked.headers.get("Depth") != "1":
            return answer
        if not status:
            return replace(answer, body=NOTHING)
        own = re.findall(rb"<response>.*?</response>", answer.body, re.DOTALL)[0]
        told = answer.body.replace(own, (CUT_SHORT % (asked.path, status)).encode())
        return replace(answer, body=re.sub(rb"<response>(?:(?!</response>).)*two\.ics.*?</response>", b"", told))

    with between(radicale_server, calendar_name, short) as (source, _):
        source.put("one", vevent("one@example.org"))
        source.put("two", vevent("two@example.org"))
        assert len(source.connector.pull(source.calendar, None, SPRING).present) == 2
        is_short = True
        with pytest.raises(RefusedError if status.startswith("404") else TryLaterError):
            source.connector.pull(source.calendar, None, SPRING)


def a_dav_calendar(url: str) -> Calendar:
    """A calendar at any address."""
    return a_calendar(provider=Provider.CALDAV, address=url, login="ada", secret="right", name="Deputy")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(200, {"Content-Type": "text/html"}, b"<!DOCTYPE html><title>Sign in"), NotACalendarError),
        (Answer(207, {"Content-Type": "text/xml"}, b"Canary-7f3a is not XML"), NotACalendarError),
        (Answer(207, {"Content-Type": "text/xml"}, b"<multistatus xmlns='DAV:'><response>Canary-7f3a"), ProviderError),
        (Answer(207, {"Content-Type": "text/xml"}, b"<a/>"), TryLaterError),
        (Answer(500, {"Content-Type": "text/html"}, b"<html>Canary-7f3a"), TryLaterError),
        (Answer(429, {"Retry-After": "60"}), TryLaterError),
        (Answer(301, {"Location": "http://elsewhere.example.org/"}), RefusedError),
        (Answer(207, {"Content-Type": "text/xml"}, b"<multistatus xmlns='DAV:'/>", cut_to=9), TryLaterError),
    ],
)
def test_answers_that_are_no_dav(answer: Answer, error: type[ProviderError], caplog: pytest.LogCaptureFixture) -> None:
    """Each ends in one of our errors, and nothing of it in a log."""
    caplog.set_level(logging.DEBUG)
    connector = CaldavConnector(secret=secret_of, way=LOOPBACK)
    with web_server(lambda asked: answer) as server:
        with pytest.raises(error) as caught:
            connector.pull(a_dav_calendar(server.url), None, SPRING)
        assert "Canary" not in str(caught.value)
    assert "Canary" not in caplog.text


def test_nothing_private_reaches_a_log(dav: DavSource, caplog: pytest.LogCaptureFixture) -> None:
    """python-caldav corrects odd events, and likes to show what it corrected."""
    caplog.set_level(logging.DEBUG)
    odd = vevent(
        "one@example.org", "DTSTART:20260302T140000Z", "SUMMARY:Canary-7f3a  ", "COMPLETED:20260101", "CATEGORIES:"
    )
    dav.put("one", odd)
    assert dav.connector.pull(dav.calendar, None, SPRING).changed
    assert "Canary" not in caplog.text
    assert "enough secret" not in caplog.text


def test_external_entities_are_not_fetched() -> None:
    """A server's XML cannot make us read a file or ask another server."""
    with web_server(lambda asked: Answer(200, {}, b"")) as trap:
        document = (
            f'<!DOCTYPE m [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY y SYSTEM "{trap.url}">]>'
            '<multistatus xmlns="DAV:"><response><href>&x;&y;</href></response><sync-token>1</sync-token></multistatus>'
        )
        answer = Answer(207, {"Content-Type": "text/xml"}, document.encode())
        with web_server(lambda asked: answer) as server, pytest.raises(ProviderError):
            CaldavConnector(secret=secret_of, way=LOOPBACK).pull(a_dav_calendar(server.url), None, SPRING)
        assert trap.heard == []


def test_objects_of_another_server_are_not_asked_for() -> None:
    """Our password is for this one."""
    with web_server(lambda asked: Answer(200, {}, vcalendar(vevent("x")))) as other:
        listing = (
            f'<multistatus xmlns="DAV:"><response><href>//127.0.0.1:{other.url.rsplit(":", 1)[1]}x.ics</href>'
            "<propstat><prop><getetag>1</getetag></prop><status>HTTP/1.1 200 OK</status></propstat></response>"
            "<sync-token>1</sync-token></multistatus>"
        )
        with web_server(lambda asked: Answer(207, {"Content-Type": "text/xml"}, listing.encode())) as server:
            CaldavConnector(secret=secret_of, way=LOOPBACK).pull(a_dav_calendar(server.url), None, SPRING)
            assert server.heard[-1].path == "/x.ics"
        assert other.heard == []


def test_a_password_is_not_sent_in_the_clear_to_the_outside() -> None:
    """Only where private addresses are allowed, that is, inside the house."""
    connector = CaldavConnector(secret=secret_of, way=Outbound())
    with pytest.raises(RefusedError, match="without encryption"):
        connector.pull(a_dav_calendar("http://calendars.example.org/dav/"), None, SPRING)


def test_the_password_is_asked_for_by_the_calendars_name() -> None:
    """It is never part of an address, a cursor or an error."""
    seen: list[Calendar] = []

    def secret(calendar: Calendar) -> str:
        seen.append(calendar)
        return "hush"

    with web_server(lambda asked: Answer(401, {"WWW-Authenticate": 'Basic realm="x"'})) as server:
        calendar = a_dav_calendar(server.url)
        with pytest.raises(RefusedError, match="password is not right") as caught:
            CaldavConnector(secret=secret, way=LOOPBACK).pull(calendar, None, SPRING)
    assert seen == [calendar]
    assert server.heard[-1].login == "ada:hush"
    assert "hush" not in str(caught.value)
