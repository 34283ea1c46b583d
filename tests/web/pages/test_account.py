"""One's own account."""

from __future__ import annotations

from agenda.model.users import Duty
from tests.web.city import City


def test_everybody_sees_who_they_are(empty_city: City) -> None:
    """Name, login and duty, in plain words."""
    for duty, word in ((Duty.CHIEF_OF_STAFF, "chief of staff"), (Duty.IT, "city IT")):
        page = empty_city.browser(duty).read("/account")
        assert word in page
        assert "30 min without use" in page


def test_all_sessions_end_at_once(empty_city: City) -> None:
    """The one on the lost machine, and this one."""
    lost, here = empty_city.browser(), empty_city.browser()
    other = empty_city.browser(Duty.CHIEF_OF_STAFF)
    assert here.post("/account/sign-out-everywhere").location == "/sign-in"
    assert lost.get("/account").status_code == 303
    assert here.get("/account").status_code == 303
    assert other.get("/account").status_code == 200


def test_the_language_is_kept(empty_city: City) -> None:
    """From the account page, and back to it."""
    browser = empty_city.browser()
    assert browser.post("/language", lang="es", next="/account").location == "/account"
    assert "Mi cuenta" in browser.read("/account")
