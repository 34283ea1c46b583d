"""Invitations by mail (iMIP, RFC 6047) over SMTP.

A mail tried again is the same to the byte: Message-ID, Date, the boundary between its parts and the calendar in it
all follow from what was decided, so that a server which took it twice can tell.
"""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from enum import StrEnum

from agenda.model.errors import ProviderError, RefusedError, TryLaterError
from agenda.model.meetings import Invitation
from agenda.model.sentences import say
from agenda.notify.wording import body, known_language, short, subject, tidy

TEMPORARY = range(400, 500)
LONGEST_REPLY = 200
LONGEST_NAME = 100


class Security(StrEnum):
    """How a connection to the mail server is kept private."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


class InvalidAddressError(ValueError):
    """An address that cannot stand in a mail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpMailer:
    """Sends through one mail server, one connection to a mail.

    `write_invitation` makes the iCalendar object, with METHOD when its second argument is true. `language_of` knows
    in which language the owner of an address reads. `timeout_s` holds for each step of the conversation, in seconds.
    `cafile` names certificates to trust in place of the system's.
    """

    host: str
    port: int
    sender: str
    write_invitation: Callable[[Invitation, bool], bytes]
    security: Security = Security.STARTTLS
    user: str = ""
    password: str = field(default="", repr=False)
    timeout_s: float = 20.0
    language_of: Callable[[str], str] = field(default=lambda _address: "en")
    attach: bool = False
    cafile: str | None = None
    hello: str | None = None

    def send(self, invitation: Invitation, to: str, message_id: str) -> None:
        """Hand one mail to the mail server; `message_id`, without brackets, stays the same when it is tried again.

        Raises:
            TryLaterError: the server is busy or out of reach.
            RefusedError: the server will not take it, or the address is none.
        """
        try:
            raw = self.compose(invitation, to, message_id).as_bytes()
        except InvalidAddressError as error:
            raise RefusedError(self._name, say("%(address)s is no mail address.", address=str(error))) from error
        try:
            with self._connect() as server:
                if self.user:
                    server.login(self.user, self.password)
                server.sendmail(self.sender, [to], raw)
        except (smtplib.SMTPException, OSError) as error:
            raise self._failure(error) from error
        except UnicodeEncodeError as error:
            raise RefusedError(
                self._name, say("its user or password in the settings has letters it cannot take.")
            ) from error

    def compose(self, invitation: Invitation, to: str, message_id: str) -> EmailMessage:
        """The mail: text for people, and the same as a calendar object for their programs.

        Raises:
            InvalidAddressError: an address cannot stand in a mail.
        """
        language = known_language(self.language_of(to))
        calendar = self.write_invitation(invitation, True)
        mail = EmailMessage(policy=SMTP)
        mail["Message-ID"] = f"<{message_id}>"
        mail["Date"] = invitation.stamped_at
        mail["From"] = address(self.sender, invitation.organizer.name)
        mail["To"] = address(to)
        if invitation.organizer.email.casefold() != self.sender.casefold():
            mail["Reply-To"] = address(invitation.organizer.email)
        mail["Subject"] = subject(invitation, language)
        mail["Content-Language"] = language
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
        mail.set_content(body(invitation, language), cte="quoted-printable")
        mail.make_alternative(boundary=_boundary("alternative", message_id))
        mail.add_alternative(
            calendar.decode("utf-8"),
            subtype="calendar",
            cte="base64",
            params={"method": invitation.method.value},  # RFC 6047, 2.4: equal to METHOD inside
        )
        if self.attach:
            mail.make_mixed(boundary=_boundary("mixed", message_id))
            mail.add_attachment(calendar, maintype="application", subtype="ics", filename="invite.ics")
        return mail

    @property
    def _name(self) -> str:
        return f"The mail server {self.host}"

    def _connect(self) -> smtplib.SMTP:
        if self.security is Security.TLS:
            return smtplib.SMTP_SSL(self.host, self.port, self.hello, timeout=self.timeout_s, context=self._trust())
        server = smtplib.SMTP(self.host, self.port, self.hello, timeout=self.timeout_s)
        if self.security is Security.STARTTLS:
            try:
                server.starttls(context=self._trust())
            except (smtplib.SMTPException, OSError):
                server.close()
                raise
        return server

    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.cafile)

    def _failure(self, error: smtplib.SMTPException | OSError) -> ProviderError:
        """What an error of the connection means for us (RFC 5321, 4.2.1: 4yz may work later, 5yz will not)."""
        if isinstance(error, smtplib.SMTPRecipientsRefused):
            return self._answered(*next(iter(error.recipients.values())))
        if isinstance(error, smtplib.SMTPResponseException):
            return self._answered(error.smtp_code, error.smtp_error)
        if isinstance(error, ssl.SSLCertVerificationError):
            return RefusedError(self._name, say("its certificate is not to be trusted; tell IT."))
        if isinstance(error, smtplib.SMTPNotSupportedError) or type(error) is smtplib.SMTPException:
            return RefusedError(self._name, say("it does not offer what the settings ask for (TLS, sign-in); tell IT."))
        return TryLaterError(self._name)

    def _answered(self, code: int, reply: bytes | str) -> ProviderError:
        if code in TEMPORARY or code < TEMPORARY.start:  # -1: it hung up in the middle of an answer
            return TryLaterError(self._name)
        text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
        return RefusedError(self._name, say("%(reply)s (%(code)s)", reply=short(text, LONGEST_REPLY), code=code))


def address(email: str, name: str = "") -> Address:
    """An address for a header.

    Raises:
        InvalidAddressError: it is no address, or holds what would begin another header.
    """
    if not email.isascii() or tidy(email) != email or " " in email or email.count("@") != 1:
        raise InvalidAddressError(tidy(email))
    try:
        return Address(display_name=short(name, LONGEST_NAME), addr_spec=email)
    except (ValueError, IndexError, HeaderParseError) as error:
        raise InvalidAddressError(tidy(email)) from error


def _boundary(part: str, message_id: str) -> str:
    return hashlib.sha256(f"{part}:{message_id}".encode()).hexdigest()[:40]
