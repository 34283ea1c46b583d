"""How the house is joined: where its files are looked for, what it is made of, and that closing leaves nothing."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from agenda.model.calendars import Calendar, Provider
from agenda.model.errors import BadInputsError, RefusedError, StoreReadOnlyError
from agenda.model.ids import CalendarId
from agenda.notify.mail import Security, SmtpMailer
from config import Secrets
from tests.builders import MAYOR
from tests.fakes import FakeCredentials
from tests.web.commands.conftest import PLACES, POLICY
from web import wiring
from web.checkup import examine


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home of an office without a settings file; the working folder is empty."""
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "policy.toml").write_text(POLICY, encoding="utf-8")
    (folder / "places.toml").write_text(PLACES, encoding="utf-8")
    return folder


def settings_of(home: Path, **more: str) -> wiring.Settings:
    """The settings, with some variables more."""
    return wiring.settings_from(None, {"ANTECHAMBER_DATA_DIR": str(home), **more})


@pytest.fixture
def household(home: Path) -> Iterator[wiring.Household]:
    """A joined house."""
    with wiring.build(settings_of(home), {}) as made:
        yield made


def test_without_any_file_the_office_lives_at_home(home: Path) -> None:
    """Policy and places beside its data, whatever folder one stands in."""
    settings = settings_of(home)
    assert settings.data_dir == home
    assert settings.policy_file == home / "policy.toml"
    assert settings.places_file == home / "places.toml"
    assert settings.database_url.reveal() == f"sqlite:///{home / 'antechamber.sqlite3'}"


def test_home_is_where_the_desktop_says(tmp_path: Path) -> None:
    """ANTECHAMBER_DATA_DIR, else XDG_DATA_HOME, else the usual folder."""
    assert wiring.home({"ANTECHAMBER_DATA_DIR": str(tmp_path)}) == tmp_path
    assert wiring.home({"XDG_DATA_HOME": str(tmp_path)}) == tmp_path / "antechamber"
    assert wiring.home({}) == Path.home() / ".local" / "share" / "antechamber"


def test_a_settings_file_is_found_where_it_may_lie(home: Path) -> None:
    """The one that is named, then the one of this folder, then the one at home."""
    (home / "antechamber.toml").write_text("log_level = 'ERROR'\n")
    assert settings_of(home).log_level.value == "ERROR"
    Path("antechamber.toml").write_text("log_level = 'DEBUG'\n")
    assert settings_of(home).log_level.value == "DEBUG"
    named = home / "named.toml"
    named.write_text("log_level = 'WARNING'\n")
    assert settings_of(home, ANTECHAMBER_SETTINGS=str(named)).log_level.value == "WARNING"
    assert wiring.settings_from(named, {}).log_level.value == "WARNING"


def test_an_office_without_a_policy_does_not_start(home: Path) -> None:
    """Nor does it leave an empty store behind."""
    (home / "policy.toml").unlink()
    with pytest.raises(BadInputsError):
        wiring.build(settings_of(home), {})
    assert not (home / "antechamber.sqlite3").exists()


def test_every_provider_has_its_connector(household: wiring.Household) -> None:
    """A calendar of a kind nobody reads would be forgotten in silence."""
    joined = {Provider.ICS_FILE, Provider.ICS_URL, Provider.CALDAV, Provider.CSV_FILE}
    assert joined <= set(household.office.pull.connectors)
    assert Provider.CALDAV in household.office.deliver.writers


def test_closing_ends_the_solvers_child(home: Path) -> None:
    """And everything may be closed twice."""
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    household = wiring.build(settings_of(home), {})
    assert all(one.is_good for one in examine(household.office, household.solver) if one.name == "solver")
    children = [one for one in psutil.Process().children(recursive=True) if one.pid not in before]
    assert children
    household.close()
    household.close()
    _, alive = psutil.wait_procs(children, timeout=10)
    assert alive == []


def test_a_second_start_finds_the_store_of_the_first(home: Path) -> None:
    """And neither makes it anew nor migrates it again."""
    wiring.build(settings_of(home), {}).close()
    made_at = (home / "antechamber.sqlite3").stat().st_ino
    began = time.perf_counter()
    with wiring.build(settings_of(home), {}) as household:
        assert not household.office.look.requests()
    assert time.perf_counter() - began < 5
    assert (home / "antechamber.sqlite3").stat().st_ino == made_at


def a_calendar(secret: str = "") -> Calendar:
    """A calendar with a login."""
    return Calendar(
        id=CalendarId("agenda"),
        name="Agenda",
        owner=MAYOR,
        provider=Provider.CALDAV,
        address="https://dav.example.org/",
        login="ada",
        secret=secret,
    )


def test_a_calendars_password_is_found_under_its_own_name_or_the_one_it_gives(home: Path) -> None:
    """In the environment first, then in a file of the secrets folder."""
    wiring.keep_secret(settings_of(home), "agenda", "from a file")
    keys = wiring.Keys(
        Secrets(home / "secrets", {"ANTECHAMBER_SECRET_SHARED": "from the environment"}), FakeCredentials()
    )
    assert keys.of(a_calendar()) == "from a file"
    assert keys.of(a_calendar("shared")) == "from the environment"


def test_a_password_that_is_missing_is_a_refusal_and_not_a_crash(home: Path) -> None:
    """One calendar must not end the round of the others."""
    with pytest.raises(RefusedError, match="agenda"):
        wiring.Keys(Secrets(home / "secrets", {}), FakeCredentials()).of(a_calendar())


def test_a_kept_secret_is_ours_alone_and_replaced_whole(home: Path) -> None:
    """Nobody else on the machine can read it, not for a moment."""
    before = os.umask(0)
    try:
        wiring.keep_secret(settings_of(home), "agenda", "first")
        wiring.keep_secret(settings_of(home), "agenda", "second")
    finally:
        os.umask(before)
    kept = home / "secrets" / "agenda"
    assert kept.read_text() == "second\n"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    assert [path.name for path in kept.parent.iterdir()] == ["agenda"]
    wiring.forget_secret(settings_of(home), "agenda")
    wiring.forget_secret(settings_of(home), "agenda")
    assert not kept.exists()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """In one sentence with the cause."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreReadOnlyError):
        wiring.private_folder(tmp_path / "file" / "inside")


@pytest.mark.parametrize(
    ("variables", "security"),
    [
        ({}, Security.STARTTLS),
        ({"ANTECHAMBER_SMTP_PORT": "465"}, Security.TLS),
        ({"ANTECHAMBER_SMTP_STARTTLS": "no", "ANTECHAMBER_SMTP_PORT": "25"}, Security.NONE),
    ],
)
def test_mail_goes_out_as_the_settings_say(home: Path, variables: dict[str, str], security: Security) -> None:
    """From the organizer's address where no other is named; in the language of the one it goes to."""
    policy = home / "policy.toml"
    policy.write_text(policy.read_text().replace('standing = "principal"', 'standing = "principal"\nlanguage = "es"'))
    with wiring.build(settings_of(home, ANTECHAMBER_SMTP_HOST="mail.example.org", **variables), {}) as household:
        mailer = household.office.deliver.mailer
    assert isinstance(mailer, SmtpMailer)
    assert (mailer.security, mailer.sender) == (security, "office@example.org")
    assert mailer.language_of("MAYOR@example.org") == "es"
    assert mailer.language_of("stranger@example.org") == "en"


def test_without_a_mail_server_no_mail_goes_out(household: wiring.Household) -> None:
    """It is shown in the outbox."""
    assert household.office.deliver.mailer is None


def test_the_key_is_made_once(home: Path) -> None:
    """Who was signed in stays so over a restart."""
    settings = settings_of(home)
    assert wiring.key_of(settings) == wiring.key_of(settings)
    assert len(wiring.key_of(settings)) >= 32
