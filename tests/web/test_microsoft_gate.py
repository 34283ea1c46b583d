"""How Microsoft lets the office in: msal's real dance with a platform on loopback, what is kept of it, sealed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from agenda.model.calendars import Calendar, Provider
from agenda.model.credentials import CredentialKind
from agenda.model.errors import AccountRefusedError, RefusedError
from agenda.model.ids import AccountId
from agenda.store import KeyFile, SqlCredentials
from config.secret import Secret
from config.settings import Microsoft
from sync.outbound import Outbound
from tests.builders import MONDAY, a_calendar, at
from tests.databases import opened, sqlite_url
from tests.fakes import SetClock
from tests.servers import TLS
from tests.simulators.graph.identity import CLIENT, LOGIN, SECRET, Identity, identity
from web.wiring.microsoft import MicrosoftGate

BACK = "https://office.example/connect/microsoft/callback"
WAY = Outbound(allow_loopback=True, connect_s=2, read_s=5, ca_file=str(TLS / "cert.pem"))
ACCOUNT = AccountId(f"microsoft:{LOGIN}")


@dataclass
class Door:
    """A gate, the platform behind it, and what is kept."""

    platform: Identity
    credentials: SqlCredentials
    settings: Microsoft

    @property
    def gate(self) -> MicrosoftGate:
        """As a process finds it that has just started."""
        return MicrosoftGate(settings=self.settings, credentials=self.credentials, way=WAY)

    def lets_in(self, gate: MicrosoftGate, login: str = LOGIN) -> None:
        """Somebody agrees in the browser."""
        consent = gate.begin(BACK, login, writes=True)
        self.credentials.save(gate.finish(consent.kept, self.platform.agree(consent.url)))


@pytest.fixture
def door(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Door]:
    """The office is registered with a secret, and nobody has agreed yet."""
    with identity() as platform, opened(sqlite_url(request, tmp_path)) as store:
        base, _, tenant = platform.authority.rpartition("/")
        settings = Microsoft(
            client_id=CLIENT,
            client_secret=Secret(SECRET),
            authority=base,
            tenant=tenant,
            graph_endpoint="global",
        )
        vault = SqlCredentials(store, KeyFile(tmp_path / "credentials-key"), SetClock(at(MONDAY, "12:00")))
        yield Door(platform, vault, settings)
        assert platform.violations == []


def mine(account: str = ACCOUNT) -> Calendar:
    """The mayor's calendar, read with the mayor's consent; without an account by the app itself."""
    return a_calendar(provider=Provider.MICROSOFT, address="me/calendar", secret=account, login="")


def test_a_person_lets_us_in_and_stays_in(door: Door) -> None:
    """The token is renewed by whoever needs it, also after a restart, and what was renewed is kept."""
    door.lets_in(door.gate)
    token = door.gate.token_of(mine())
    assert token
    door.platform.lifetime_s = 1
    door.lets_in(door.gate)
    first = door.credentials.get(ACCOUNT, CredentialKind.CONSENT)
    assert door.gate.token_of(mine())
    assert "refresh_token" in door.platform.grants
    assert door.credentials.get(ACCOUNT, CredentialKind.CONSENT) != first
    assert door.gate.token_of(mine())


def test_the_rights_shown_are_those_asked_for(door: Door) -> None:
    """No more stand in the address than on the page."""
    for writes in (True, False):
        consent = door.gate.begin(BACK, LOGIN, writes=writes)
        scope = dict(parse_qsl(urlsplit(consent.url).query))["scope"].split()
        shown = {one.name for one in door.gate.rights(writes=writes)}
        assert {one.rsplit("/", 1)[-1] for one in scope} == shown
        assert ("Calendars.ReadWrite" in shown) is writes


def test_what_waits_in_the_session_fits_into_a_cookie(door: Door) -> None:
    """A cookie holds four kilobytes; the address is kept beside it."""
    consent = door.gate.begin(BACK, LOGIN, writes=True)
    assert len(json.dumps(consent.kept)) + len(consent.url) < 2_600


def test_somebody_else_who_signs_in_is_told(door: Door) -> None:
    """The deputy's account is not read with the mayor's consent."""
    with pytest.raises(RefusedError, match=r"has signed in, not deputy@example.org"):
        door.lets_in(door.gate, "deputy@example.org")
    assert door.credentials.notes() == []


def test_an_answer_with_another_state_is_refused(door: Door) -> None:
    """Whoever sends the browser here cannot bring a consent of his own."""
    consent = door.gate.begin(BACK, LOGIN, writes=True)
    answer = {**door.platform.agree(consent.url), "state": "forged"}
    with pytest.raises(RefusedError):
        door.gate.finish(consent.kept, answer)
    assert "authorization_code" not in door.platform.grants


def test_a_lapse_shuts_the_account_out_until_it_agrees_again(door: Door) -> None:
    """The same process goes on with the new consent, without a restart."""
    door.platform.lifetime_s = 1
    gate = door.gate
    door.lets_in(gate)
    door.platform.revoke()
    with pytest.raises(AccountRefusedError, match="has lapsed"):
        gate.token_of(mine())
    door.platform.lifetime_s = 3600
    door.lets_in(gate)
    assert gate.token_of(mine())


def test_nobody_has_agreed_yet(door: Door) -> None:
    """It is said, and nothing is asked."""
    with pytest.raises(AccountRefusedError, match="nobody has agreed"):
        door.gate.token_of(mine())
    assert door.platform.grants == []


def test_a_device_lets_us_in(door: Door) -> None:
    """For places without a browser: a code is typed elsewhere."""
    gate = door.gate
    begun = gate.begin_device(LOGIN, writes=False)
    door.platform.type_code(begun.code)
    door.credentials.save(gate.finish_device(begun.kept))
    assert gate.token_of(mine())
    assert begun.code in begun.kept
    assert begun.kept not in repr(begun)


def test_the_app_gets_in_by_itself(door: Door) -> None:
    """One token for all its mailboxes."""
    gate = door.gate
    assert gate.is_open(by_itself=True)
    assert gate.token_of(mine("")) == gate.token_of(mine(""))
    assert door.platform.grants == ["client_credentials"]
    door.platform.error = "invalid_client"
    with pytest.raises(AccountRefusedError, match="secret or certificate"):
        door.gate.token_of(mine(""))


def test_without_a_tenant_of_its_own_no_app_acts_by_itself() -> None:
    """`organizations` is nobody's tenant."""
    settings = Microsoft(client_id=CLIENT, client_secret=Secret(SECRET))
    gate = MicrosoftGate(settings=settings, credentials=None, way=WAY)  # type: ignore[arg-type]  # never asked
    assert gate.is_open(by_itself=False)
    assert not gate.is_open(by_itself=True)
