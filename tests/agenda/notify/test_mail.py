"""Invitations by mail, handed to a real SMTP server on this machine."""

from __future__ import annotations

import base64
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP
from email.utils import getaddresses
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd import smtp
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Event, vCalAddress

from agenda.model.errors import RefusedError, TryLaterError
from agenda.model.events import Attendee
from agenda.model.meetings import Invitation, Method
from agenda.model.times import Interval
from agenda.notify.mail import Security, SmtpMailer

TLS = Path(__file__).parents[2] / "data" / "tls"
MESSAGE_ID = "5f0c@antechamber"
NAUGHTY = (
    "Budget\r\nBcc: everybody@example.org",
    "Budget\nX-Injected: yes",
    "Budget\r\n\r\nBEGIN:VCALENDAR",
    "Budget\u2028Bcc: everybody@example.org",
    "Budget\x00\x1b[2J\x85next",
    "\u202etegduB",
    "x" * 3000,
    "Reunión, «presupuesto» <script>; \"a\" 'b' \\ %(title)s %s",
)


def calendar_of(invitation: Invitation, with_method: bool) -> bytes:  # noqa: FBT001 (as the mailer calls it)
    """A small calendar object, made with typed values only."""
    calendar, event = Calendar(), Event()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//tests//EN")
    if with_method:
        calendar.add("method", invitation.method.value)
    event.add("uid", invitation.uid)
    event.add("sequence", invitation.sequence)
    event.add("dtstamp", invitation.stamped_at)
    event.add("dtstart", invitation.slot.start)
    event.add("dtend", invitation.slot.end)
    event.add("summary", invitation.summary)
    event.add("organizer", vCalAddress(f"mailto:{invitation.organizer.email}"))
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def an_invitation(**changes: Any) -> Invitation:
    """Forty-five minutes on a November morning in Boston."""
    plain = Invitation(
        method=Method.REQUEST,
        uid="5f0c@antechamber",
        sequence=0,
        stamped_at=datetime(2026, 11, 2, 15, 4, 5, tzinfo=UTC),
        slot=Interval(datetime(2026, 11, 24, 15, 0, tzinfo=UTC), datetime(2026, 11, 24, 15, 45, tzinfo=UTC)),
        zone="America/New_York",
        summary="Budget review",
        location="City Hall, Large Room",
        description="The second draft.\nBring figures.",
        organizer=Attendee("office@example.org", "Office of the Mayor, Harbor City"),
        attendees=(Attendee("mayor@example.org", "Rosa Álvarez"), Attendee("deputy@example.org", "Tom Birch")),
    )
    return replace(plain, **changes)


@dataclass
class Inbox:
    """Takes mails in, or gives the answer it is told to give at one step."""

    rcpt: str = "250 OK"
    data: str = "250 OK"
    mails: list[bytes] = field(default_factory=list)
    to: list[str] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 (the server's own name)
        self, server: smtp.SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer to one recipient."""
        if self.rcpt.startswith("2"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: smtp.SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Answer to the mail itself."""
        assert isinstance(envelope.original_content, bytes)
        self.mails.append(envelope.original_content)
        self.to += envelope.rcpt_tos
        return self.data


@contextmanager
def serving(inbox: Inbox, **options: Any) -> Iterator[int]:
    """A mail server on a free port of this machine."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def a_mailer(port: int, **changes: Any) -> SmtpMailer:
    """A mailer without TLS, in English."""
    plain = SmtpMailer(
        host="127.0.0.1",
        port=port,
        sender="office@example.org",
        write_invitation=calendar_of,
        security=Security.NONE,
        timeout_s=5,
        hello="localhost",
    )
    return replace(plain, **changes)


def sent(invitation: Invitation, **changes: Any) -> tuple[bytes, EmailMessage]:
    """The mail as the server took it in, raw and parsed."""
    inbox = Inbox()
    with serving(inbox) as port:
        a_mailer(port, **changes).send(invitation, "mayor@example.org", MESSAGE_ID)
    assert inbox.to == ["mayor@example.org"]
    return inbox.mails[0], parsed(inbox.mails[0])


def parsed(raw: bytes) -> EmailMessage:
    """A mail as another program reads it."""
    mail = BytesParser(policy=SMTP).parsebytes(raw)
    assert isinstance(mail, EmailMessage)
    return mail


def parts(mail: EmailMessage) -> tuple[str, EmailMessage]:
    """The text for people, and the calendar part."""
    text, calendar = mail.iter_parts()
    assert isinstance(text, EmailMessage)
    assert isinstance(calendar, EmailMessage)
    return text.get_content(), calendar


def test_an_invitation_is_a_text_and_a_calendar_object() -> None:
    """RFC 6047: programs read the calendar part with METHOD in its type, people read the text."""
    _, mail = sent(an_invitation())
    assert mail.get_content_type() == "multipart/alternative"
    text, calendar = parts(mail)
    assert calendar["Content-Type"].content_type == "text/calendar"
    assert calendar["Content-Type"].params == {"method": "REQUEST", "charset": "utf-8"}
    assert calendar.get_content() == calendar_of(an_invitation(), True).decode()
    assert "Tuesday, November 24, 2026, 10:00 AM – 10:45 AM (Eastern Standard Time)" in text
    assert "City Hall, Large Room" in text
    assert "Rosa Álvarez, Tom Birch" in text
    assert "The second draft.\r\nBring figures.\r\n" in text.replace("\r\n", "\n").replace("\n", "\r\n")
    assert mail["Subject"] == "Invitation: Budget review (Nov 24, 2026)"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"] == f"<{MESSAGE_ID}>"
    assert mail["Date"].datetime == an_invitation().stamped_at


def test_the_text_is_in_the_language_of_the_one_it_goes_to() -> None:
    """An official reads the invitation in the language the directory gives."""
    text, _ = parts(sent(an_invitation(), language_of=lambda address: "es-MX" if "mayor" in address else "en")[1])
    assert "le invita a una reunión" in text
    assert "martes, 24 de noviembre de 2026, 10:00 – 10:45" in text
    unknown, _ = parts(sent(an_invitation(), language_of=lambda _: "tlh")[1])
    assert "invites you to a meeting" in unknown


@pytest.mark.parametrize(
    ("language", "method", "sequence", "words"),
    [
        ("en", Method.REQUEST, 0, "Invitation"),
        ("en", Method.REQUEST, 2, "Changed"),
        ("en", Method.CANCEL, 1, "Cancelled"),
        ("es", Method.REQUEST, 0, "Invitación"),
        ("es", Method.REQUEST, 2, "Cambio"),
        ("es", Method.CANCEL, 1, "Cancelación"),
    ],
)
def test_each_kind_of_mail_says_what_it_is(language: str, method: Method, sequence: int, words: str) -> None:
    """A change or a cancellation must not look like one more invitation."""
    mail = a_mailer(1, language_of=lambda _: language).compose(
        an_invitation(method=method, sequence=sequence), "mayor@example.org", MESSAGE_ID
    )
    assert mail["Subject"].startswith(f"{words}:")
    _, calendar = parts(mail)
    assert calendar["Content-Type"].params["method"] == method.value
    assert f"METHOD:{method.value}" in calendar.get_content()


def test_tried_again_it_is_the_same_to_the_byte() -> None:
    """A server that took the first try without our learning of it can tell that it is the same mail."""
    first, _ = sent(an_invitation(), attach=True)
    second, _ = sent(an_invitation(), attach=True)
    assert first == second
    assert len(first.splitlines()) > 20
    assert all(len(line) <= 998 for line in first.splitlines())


def test_a_meeting_over_midnight_names_both_days() -> None:
    """Otherwise it would seem to end before it starts."""
    night = Interval(datetime(2026, 11, 25, 3, 30, tzinfo=UTC), datetime(2026, 11, 25, 6, 0, tzinfo=UTC))
    text, _ = parts(sent(an_invitation(slot=night))[1])
    assert "Tuesday, November 24, 2026, 10:30 PM – Wednesday, November 25, 2026, 1:00 AM" in text


def test_an_attachment_comes_beside_the_text_when_asked_for() -> None:
    """Some programs offer a file to open, and no calendar part."""
    _, mail = sent(an_invitation(), attach=True)
    assert mail.get_content_type() == "multipart/mixed"
    attachment = next(mail.iter_attachments())
    assert attachment.get_filename() == "invite.ics"
    assert attachment.get_payload(decode=True) == calendar_of(an_invitation(), True)


def test_answers_go_to_the_organizer() -> None:
    """The mailbox that sends may be one that nobody reads."""
    _, mail = sent(an_invitation(), sender="no-reply@example.org")
    assert mail["Reply-To"] == "office@example.org"
    assert mail["From"].addresses[0].addr_spec == "no-reply@example.org"
    _, same = sent(an_invitation())
    assert same["Reply-To"] is None


@pytest.mark.parametrize("text", NAUGHTY)
@pytest.mark.parametrize("place", ["summary", "location", "description", "organizer"])
def test_no_text_begins_a_header_of_its_own(text: str, place: str) -> None:
    """Titles come from strangers; one with a line break in it must not add a recipient."""
    plain = an_invitation()
    value = Attendee("office@example.org", text) if place == "organizer" else text
    raw, mail = sent(an_invitation(**{place: value}))
    assert sorted(mail.keys()) == sorted(parsed(a_mailer(1).compose(plain, "mayor@example.org", MESSAGE_ID).as_bytes()))
    assert [address for _, address in getaddresses([mail["To"]])] == ["mayor@example.org"]
    assert [one.addr_spec for one in mail["From"].addresses] == ["office@example.org"]
    assert b"\nBcc:" not in raw.partition(b"\r\n\r\n")[0]
    assert len(list(mail.iter_parts())) == 2
    calendar = parts(mail)[1].get_content()
    assert len(Calendar.from_ical(calendar.encode()).walk("VEVENT")) == 1


@given(st.text(max_size=120), st.text(max_size=60))
def test_any_title_and_name_leave_the_headers_as_they_are(title: str, name: str) -> None:
    """Whatever people type, there is one recipient, one sender and one subject."""
    invitation = an_invitation(summary=title, organizer=Attendee("office@example.org", name))
    mail = parsed(
        a_mailer(1, write_invitation=lambda *_: b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
        .compose(invitation, "mayor@example.org", MESSAGE_ID)
        .as_bytes()
    )
    assert [one.addr_spec for one in mail["To"].addresses] == ["mayor@example.org"]
    assert [one.addr_spec for one in mail["From"].addresses] == ["office@example.org"]
    assert len(mail.keys()) == 8


@pytest.mark.parametrize(
    "address",
    [
        "mayor@example.org\r\nRCPT TO:<everybody@example.org>",
        "mayor@example.org, everybody@example.org",
        "mayor",
        "",
        "mayor@",
        "@example.org",
        "may or@example.org",
        "mayor@@example.org",
        "<mayor@example.org>",
        "mayor\x00@example.org",
        "alcaldesa-ñ@example.org",
    ],
)
def test_an_address_that_is_none_is_refused_before_anything_is_sent(address: str) -> None:
    """It will never be one; a person has to mend the directory."""
    inbox = Inbox()
    with serving(inbox) as port, pytest.raises(RefusedError, match="no mail address"):
        a_mailer(port).send(an_invitation(), address, MESSAGE_ID)
    assert inbox.mails == []


@pytest.mark.parametrize(
    ("inbox", "error"),
    [
        (Inbox(rcpt="450 mailbox busy"), TryLaterError),
        (Inbox(rcpt="550 5.1.1 no such user"), RefusedError),
        (Inbox(data="451 try again"), TryLaterError),
        (Inbox(data="452 disk full"), TryLaterError),
        (Inbox(data="554 5.7.1 rejected"), RefusedError),
    ],
)
def test_the_servers_answer_decides_whether_we_come_back(inbox: Inbox, error: type[Exception]) -> None:
    """RFC 5321, 4.2.1: 4yz may work later, 5yz will not."""
    with serving(inbox) as port, pytest.raises(error):
        a_mailer(port).send(an_invitation(), "mayor@example.org", MESSAGE_ID)


def test_a_refusal_says_what_the_server_said() -> None:
    """The secretary who looks into the outbox has to know what to ask for."""
    with serving(Inbox(rcpt="550 5.1.1 no such user here")) as port, pytest.raises(RefusedError) as caught:
        a_mailer(port).send(an_invitation(), "mayor@example.org", MESSAGE_ID)
    assert str(caught.value) == "The mail server 127.0.0.1 refused: 5.1.1 no such user here (550)"


def test_nobody_there_means_later() -> None:
    """A mail server that is being restarted comes back."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
    with pytest.raises(TryLaterError):
        a_mailer(port).send(an_invitation(), "mayor@example.org", MESSAGE_ID)


def test_a_silent_server_does_not_hold_us() -> None:
    """The connection stands, and nothing ever comes."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server, pytest.raises(TryLaterError):
        a_mailer(server.getsockname()[1], timeout_s=0.2).send(an_invitation(), "mayor@example.org", MESSAGE_ID)


def sign_in(password: str) -> Callable[..., AuthResult]:
    """What a server with one account says to a sign-in."""

    def check(
        server: smtp.SMTP, session: Session, envelope: Envelope, mechanism: str, given: LoginPassword
    ) -> AuthResult:
        return AuthResult(success=given == LoginPassword(b"antechamber", password.encode()), handled=False)

    return check


def server_tls() -> ssl.SSLContext:
    """The certificate of the tests, for `localhost` and 127.0.0.1."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "cert.pem", TLS / "key.pem")
    return context


def test_starttls_comes_before_the_password() -> None:
    """The password of the account never crosses the network in the clear."""
    inbox = Inbox()
    options = {
        "tls_context": server_tls(),
        "require_starttls": True,
        "authenticator": sign_in("right"),
        "auth_required": True,
    }
    with serving(inbox, **options) as port:
        mailer = a_mailer(
            port, security=Security.STARTTLS, cafile=str(TLS / "cert.pem"), user="antechamber", password="right"
        )
        mailer.send(an_invitation(), "mayor@example.org", MESSAGE_ID)
        assert len(inbox.mails) == 1
        with pytest.raises(RefusedError):
            replace(mailer, password="wrong").send(an_invitation(), "mayor@example.org", MESSAGE_ID)
    assert len(inbox.mails) == 1
    assert "right" not in repr(mailer)


def test_a_certificate_nobody_knows_is_refused() -> None:
    """Whoever sits between us and the mail server learns nothing, and no mail is lost to them."""
    inbox = Inbox()
    with serving(inbox, tls_context=server_tls()) as port, pytest.raises(RefusedError, match="certificate"):
        a_mailer(port, security=Security.STARTTLS).send(an_invitation(), "mayor@example.org", MESSAGE_ID)
    assert inbox.mails == []


def test_a_server_without_starttls_gets_nothing() -> None:
    """Falling back to the clear would be what an attacker asks for."""
    inbox = Inbox()
    with serving(inbox) as port, pytest.raises(RefusedError, match="TLS"):
        a_mailer(port, security=Security.STARTTLS).send(an_invitation(), "mayor@example.org", MESSAGE_ID)
    assert inbox.mails == []


def test_bare_tls_works_too() -> None:
    """Port 465: TLS from the first byte."""
    inbox = Inbox()
    with serving(inbox, ssl_context=server_tls()) as port:
        a_mailer(port, security=Security.TLS, cafile=str(TLS / "cert.pem")).send(
            an_invitation(), "mayor@example.org", MESSAGE_ID
        )
    assert len(inbox.mails) == 1
    assert base64.b64encode(b"BEGIN:VCALENDAR")[:16] in inbox.mails[0]
