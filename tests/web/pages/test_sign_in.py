"""The door: in, out, and in which language."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from agenda.actions.sign_in import TRIES
from agenda.model.users import Duty
from tests.web.city import PASSWORD, Browser, City
from web.house import DemoAccount, DemoBanner


def test_a_wrong_password_is_told_beside_the_form(empty_city: City) -> None:
    """The name stays typed, the password does not, and it is not said which of the two was wrong."""
    browser = empty_city.browser(None)
    wrong = browser.post("/sign-in", login="secretary", password="nothing of the kind")
    unknown = browser.post("/sign-in", login="nobody", password="nothing of the kind")
    assert wrong.status_code == unknown.status_code == 401
    assert "do not belong together" in wrong.text
    assert 'value="secretary"' in wrong.text
    assert "nothing of the kind" not in wrong.text
    assert "do not belong together" in unknown.text


def test_after_too_many_tries_one_waits(empty_city: City) -> None:
    """429 with the seconds to wait, also for the right password."""
    browser = empty_city.browser(None)
    for _ in range(TRIES):
        assert browser.post("/sign-in", login="secretary", password="wrong" * 3).status_code == 401
    response = browser.post("/sign-in", login="secretary", password=PASSWORD)
    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) > 60
    assert "15 minutes" in response.text


def test_a_password_without_end_is_not_hashed(empty_city: City) -> None:
    """Hashing is dear on purpose; a megabyte of password would be an attack."""
    response = empty_city.browser(None).post("/sign-in", login="secretary", password="x" * 5000)
    assert response.status_code == 401


def test_signing_in_gives_a_new_id(empty_city: City) -> None:
    """An id that somebody else put into the browser must not become the secretary's."""
    browser = empty_city.browser(None)
    browser.client.set_cookie("session", "chosen-by-somebody-else")
    browser.post("/sign-in", login="secretary", password=PASSWORD)
    first = session_of(browser)
    browser.post("/sign-in", login="secretary", password=PASSWORD)
    second = session_of(browser)
    assert len({"chosen-by-somebody-else", first, second}) == 3
    assert empty_city.office.sign_in.who(first) is None
    assert empty_city.office.sign_in.who(second) is not None


def test_the_cookie_cannot_be_read_by_scripts(empty_city: City) -> None:
    """HttpOnly and SameSite, and nothing in it but the secret."""
    response = empty_city.browser(None).post("/sign-in", login="secretary", password=PASSWORD)
    cookie = next(one for one in response.headers.getlist("Set-Cookie") if one.startswith("session="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_signing_out_ends_the_session_itself(empty_city: City) -> None:
    """A copy of the cookie is worth nothing afterwards."""
    browser = empty_city.browser()
    secret = session_of(browser)
    response = browser.post("/sign-out")
    assert response.status_code == 303
    assert "storage" in response.headers["Clear-Site-Data"]
    browser.client.set_cookie("session", secret)
    assert browser.get("/week").location.startswith("/sign-in")


def test_a_session_left_alone_ends(empty_city: City) -> None:
    """Half an hour without use."""
    browser = empty_city.browser()
    assert browser.get("/account").status_code == 200
    empty_city.clock.advance(timedelta(minutes=31))
    assert browser.get("/account").status_code == 303


def test_who_is_in_does_not_see_the_form_again(empty_city: City) -> None:
    """The sign-in page leads on."""
    assert empty_city.browser().get("/sign-in").location == "/"


def test_it_sees_the_calendars_first(empty_city: City) -> None:
    """City IT has no titles to read, but calendars to look after."""
    assert empty_city.browser(Duty.IT).get("/").location == "/calendars"


def test_a_fragment_asked_for_without_a_session_leads_to_the_form(city: City) -> None:
    """A piece of the sign-in page in the middle of another would help nobody."""
    request = city.asks()
    browser = city.browser()
    token = browser.csrf()
    city.clock.advance(timedelta(hours=1))
    response = browser.client.post(
        f"/requests/{request.id}/slots", headers={"HX-Request": "true", "X-CSRFToken": token}
    )
    assert response.status_code == 401
    assert response.headers["HX-Redirect"] == "/sign-in"


def test_the_browsers_language_is_spoken_until_one_is_chosen(empty_city: City) -> None:
    """Accept-Language first, then the cookie, then the account's own setting."""
    browser = empty_city.browser(None)
    spanish = browser.client.get("/sign-in", headers={"Accept-Language": "es-MX,es;q=0.9,en;q=0.5"})
    assert '<html lang="es">' in spanish.text
    assert "Contraseña" in spanish.text
    browser.post("/language", lang="en", next="/sign-in")
    assert '<html lang="en">' in browser.client.get("/sign-in", headers={"Accept-Language": "es"}).text


def test_the_language_goes_with_the_account(empty_city: City) -> None:
    """Chosen once, spoken on every machine."""
    browser = empty_city.browser()
    response = browser.post("/language", lang="es", next="/requests?")
    assert response.location == "/requests"
    assert "Solicitudes" in browser.read("/requests")
    assert "Solicitudes" in empty_city.browser().read("/requests")


def test_a_language_nobody_speaks_changes_nothing(empty_city: City) -> None:
    """Whatever a form says, a page has words."""
    browser = empty_city.browser()
    browser.post("/language", lang="../../etc")
    assert '<html lang="en">' in browser.read("/requests")


def test_a_demo_offers_its_accounts(tmp_path: Path) -> None:
    """One press, and one is in; every page says that all is invented."""
    account = DemoAccount("Dolores", "secretary", PASSWORD, duty=Duty.SECRETARY)
    city = City(tmp_path, demo=DemoBanner(accounts=(account,)))
    page = city.browser(None).read("/sign-in")
    assert "Dolores (secretary)" in page
    assert f'value="{PASSWORD}"' in page
    assert "People and events are invented" in city.browser().read("/requests")
    city.close()


def session_of(browser: Browser) -> str:
    """The secret in the browser's cookie."""
    cookie = browser.client.get_cookie("session")
    assert cookie is not None
    return cookie.value
