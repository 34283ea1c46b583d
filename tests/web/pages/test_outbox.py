"""What goes out of the house."""

from __future__ import annotations

from dataclasses import replace

from agenda.model.errors import RefusedError, TryLaterError
from agenda.model.meetings import Errand, Invitation
from agenda.model.sentences import say
from agenda.model.users import Duty
from tests.web.city import City
from web.house import House, move_in


def test_an_empty_outbox_says_what_will_be_in_it(empty_city: City) -> None:
    """Before anything was confirmed."""
    assert "Nothing has gone out yet" in empty_city.browser().read("/outbox")


def test_every_errand_is_listed(city: City) -> None:
    """One for each calendar and each mail, with where it goes."""
    city.confirms()
    page = city.browser().read("/outbox")
    for word in ("mayor@example.org", "treasurer@example.org", "Calendar of mayor", "Calendar of treasurer"):
        assert word in page


def test_what_failed_can_be_tried_again(city: City) -> None:
    """With what went wrong; whoever sends is told."""
    city.confirms()
    city.mailer.failures.append(RefusedError("The mail server", say("no such mailbox.")))
    city.writer.failures.append(TryLaterError("The calendar server"))
    city.office.deliver.drain()
    browser = city.browser()
    page = browser.read("/outbox")
    assert "no such mailbox" in page
    assert "next try" in page
    failed = next(one for one in city.office.look.outbox() if one.failure and one.errand is Errand.MAIL)
    assert page.count("/again") == 1
    assert browser.post(f"/outbox/{failed.id}/again").location == "/outbox"
    assert city.changes == ["after change"]
    city.office.deliver.drain()
    assert city.office.look.outbox_item(failed.id).failure is None


def names_no_mail_server(city: City) -> None:
    """The office shows its mails and sends none."""
    office = replace(city.office, deliver=replace(city.office.deliver, mailer=None))
    move_in(city.app.extensions, House(office=office))


def test_where_no_mail_server_is_named_nothing_is_said_to_be_on_its_way(city: City) -> None:
    """Neither after confirming, nor in the outbox, nor after calling it off; with a server the words are others."""
    proposal = city.proposes()
    names_no_mail_server(city)
    browser = city.browser()
    location = browser.post(f"/proposals/{proposal.id}/confirm", option="0").location
    page = browser.read(location)
    assert "on their way" not in page
    assert "Confirmed. No mail is sent, because no mail server is named" in page
    for path in (location, "/outbox"):
        page = browser.read(path)
        assert page.count("not sent, only shown here") == 2
        assert page.count(">waiting<") == 2
        assert "No mail server is named" in page
    mail = next(one for one in city.office.look.outbox() if one.errand is Errand.MAIL)
    assert "No mail server is named" in browser.read(f"/outbox/{mail.id}")
    browser.post(f"{location}/cancel")
    page = browser.read(location)
    assert "is being told" not in page
    assert "The meeting is cancelled. No mail is sent" in page


def test_with_a_mail_server_nothing_is_said_of_one(city: City) -> None:
    """The control of the test above."""
    meeting = city.confirms()
    for path in (f"/meetings/{meeting.id}", "/outbox"):
        assert "No mail server" not in city.browser().read(path)


def test_it_sees_how_errands_fare_but_not_what_they_say(city: City) -> None:
    """States and receivers, no titles."""
    city.confirms(title="Confidential plan")
    browser = city.browser(Duty.IT)
    page = browser.read("/outbox")
    assert "mayor@example.org" in page
    assert "Confidential plan" not in page
    item = city.office.look.outbox()[0]
    assert browser.get(f"/outbox/{item.id}").status_code == 404


def test_the_mail_can_be_read_as_it_goes_out(city: City) -> None:
    """In the receiver's language, from whatever writes the mails."""
    city.confirms(purpose="Talk about <i>the harbor</i>")
    mail = next(one for one in city.office.look.outbox() if one.errand is Errand.MAIL)
    browser = city.browser()
    assert "Talk about &lt;i&gt;the harbor&lt;/i&gt;" in browser.read(f"/outbox/{mail.id}")

    def letter(invitation: Invitation, language: str) -> str:
        return f"Dear {language}, come to <{invitation.summary}>."

    move_in(city.app.extensions, House(office=city.office, letter=letter))
    page = browser.read(f"/outbox/{mail.id}")
    assert "Dear en, come to &lt;Harbor plan&gt;." in page
    assert mail.invitation.uid in page
