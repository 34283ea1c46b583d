"""Consent in the browser, renewal, service accounts: against the simulated desk, with real signatures and digests."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from agenda.model.errors import AccountRefusedError, RefusedError, TryLaterError
from sync.google import GoogleConnector, auth
from sync.google.auth import FREE_BUSY, READ, WRITE, Begun, Client
from tests.simulators.google.oauth import CLIENT, CLIENT_SECRET
from tests.simulators.google.office import MAYOR, SOON, Desk, a_desk
from tests.simulators.google.server import Simulator

BACK = "http://localhost:8000/connect/google/back"
SCOPES = (WRITE, FREE_BUSY)


@pytest.fixture(autouse=True)
def _on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """oauthlib refuses desks without encryption; the simulated one is on this machine."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


@pytest.fixture
def client(simulator: Simulator) -> Client:
    """Our registration with the simulated provider."""
    auth_uri = f"{simulator.url}/o/oauth2/auth"
    return Client(id=CLIENT, secret=CLIENT_SECRET, auth_uri=auth_uri, token_uri=f"{simulator.url}/token")


def forget(kept: str) -> None:
    """Keep nothing."""


def agreed(begun: Begun) -> dict[str, str]:
    """What the browser brings back when its user agrees."""
    answer = requests.get(begun.url, allow_redirects=False, timeout=5)
    assert answer.status_code == 302
    return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))


def consent(client: Client) -> str:
    """The text to be kept, after a whole consent."""
    begun = auth.begin(client, BACK, SCOPES, login=MAYOR)
    return auth.finish(client, BACK, SCOPES, begun, agreed(begun), way=SOON)


def reading(simulator: Simulator, credentials: Any) -> Desk:
    """The mayor's calendar, read with some credentials."""
    desk = a_desk(simulator)
    desk.connector = GoogleConnector(credentials=lambda _: credentials, endpoint=simulator.endpoint, way=SOON)
    return desk


def test_a_consent_lasts_and_is_checked_by_its_challenge(simulator: Simulator, client: Client) -> None:
    """Code, state and PKCE; offline; and the client's secret is not among what is kept."""
    begun = auth.begin(client, BACK, SCOPES, login=MAYOR)
    asked = dict(parse_qsl(urlsplit(begun.url).query))
    assert (asked["access_type"], asked["prompt"], asked["code_challenge_method"]) == ("offline", "consent", "S256")
    assert (asked["login_hint"], asked["scope"].split()) == (MAYOR, list(SCOPES))
    assert len(begun.state) >= 43
    kept = auth.finish(client, BACK, SCOPES, begun, agreed(begun), way=SOON)
    assert CLIENT_SECRET not in kept
    assert json.loads(kept)["refresh_token"] in simulator.desk.refresh
    desk = reading(simulator, auth.of_person(kept, client, forget))
    assert desk.pull().complete


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ("", {"state": "another"}),
        ("", {"state": ""}),
        ("", {"error": "access_denied", "code": ""}),
        ("verifier", {}),
        ("", {"code": "made up"}),
    ],
)
def test_answers_that_are_none_of_ours(client: Client, change: str, answer: dict[str, str]) -> None:
    """Another's state, a refusal, another's verifier, a code from nowhere: no token, and a sentence."""
    begun = auth.begin(client, BACK, SCOPES)
    told = agreed(begun) | answer
    if change:
        begun = replace(begun, verifier="x" * 64)
    with pytest.raises(RefusedError, match="onnect again"):
        auth.finish(client, BACK, SCOPES, begun, told, way=SOON)


@pytest.mark.parametrize("granted", [{FREE_BUSY}, {*SCOPES, "https://www.googleapis.com/auth/calendar"}])
def test_fewer_or_more_rights_than_asked_for_are_refused(
    simulator: Simulator, client: Client, granted: set[str]
) -> None:
    """A tick was taken away; or a token opens more than the office is to hold."""
    simulator.desk.granted = frozenset(granted)
    with pytest.raises(RefusedError, match="leave every tick"):
        consent(client)


def test_a_wrong_client_secret_is_for_the_settings(client: Client) -> None:
    """Not for the mayor."""
    with pytest.raises(RefusedError, match="in the settings"):
        consent(replace(client, secret="wrong"))


def test_least_rights_are_asked_for() -> None:
    """And each of them has its reason."""
    assert auth.scopes_for(writes=False) == (READ,)
    assert auth.scopes_for(writes=True, free_busy=True) == SCOPES
    assert set(auth.WHY) == {READ, WRITE, FREE_BUSY}


def test_an_expired_token_is_renewed_and_the_new_one_kept(simulator: Simulator, client: Client) -> None:
    """Without anybody noticing (H15)."""
    told = json.loads(consent(client))
    saved: list[str] = []
    old = json.dumps({**told, "expiry": "2026-01-01T00:00:00Z"})
    desk = reading(simulator, auth.of_person(old, client, saved.append))
    assert desk.pull().complete
    (kept,) = saved
    assert json.loads(kept)["token"] != told["token"]
    assert json.loads(kept)["refresh_token"] == told["refresh_token"]
    assert reading(simulator, auth.of_person(kept, client, saved.append)).pull().complete
    assert len(saved) == 1


def test_a_token_that_is_not_taken_any_more_is_renewed_once(simulator: Simulator, client: Client) -> None:
    """It looks good for an hour, but the provider says 401 (H15)."""
    kept = consent(client)
    simulator.desk.access.clear()
    saved: list[str] = []
    desk = reading(simulator, auth.of_person(kept, client, saved.append))
    assert desk.pull().complete
    assert len(saved) == 1


def test_a_consent_that_was_withdrawn_says_what_to_do(simulator: Simulator, client: Client) -> None:
    """401, then invalid_grant (H15): connect again; and after that everything goes on by itself."""
    saved: list[str] = []
    desk = reading(simulator, auth.of_person(consent(client), client, saved.append))
    first = desk.pull()
    simulator.desk.withdraw()
    with pytest.raises(AccountRefusedError, match="Connect the account again"):
        desk.pull(first.cursor)
    assert saved == []
    again = reading(simulator, auth.of_person(consent(client), client, saved.append))
    assert again.pull(first.cursor).unchanged


@pytest.mark.parametrize(
    ("failure", "error", "way_out"),
    [
        (
            (400, "invalid_grant", "Token has been expired or revoked."),
            AccountRefusedError,
            "Connect the account again",
        ),
        ((400, "invalid_grant", "Check your iat and exp values"), AccountRefusedError, "Set the clock"),
        ((401, "invalid_client", "The OAuth client was deleted."), AccountRefusedError, "in the settings"),
        ((500, "internal_failure", ""), TryLaterError, "cannot be reached"),
        ((503, "temporarily_unavailable", ""), TryLaterError, "cannot be reached"),
    ],
)
def test_what_the_desk_says_is_told_apart(
    simulator: Simulator,
    client: Client,
    failure: tuple[int, str, str],
    error: type[Exception],
    way_out: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Lapsed, a wrong clock, a wrong client, out of order (H15)."""
    monkeypatch.setattr("google.auth._exponential_backoff.time.sleep", lambda _: None)
    kept = json.dumps({**json.loads(consent(client)), "expiry": "2026-01-01T00:00:00Z"})
    simulator.desk.failure = failure
    with pytest.raises(error, match=way_out) as caught:
        reading(simulator, auth.of_person(kept, client, forget)).pull()
    assert failure[2] == "" or failure[2] not in str(caught.value)


@pytest.mark.parametrize("kept", ["", "{}", "[]", "null", '{"refresh_token": "x", "expiry": "soon"}'])
def test_a_text_that_is_none_of_ours_asks_to_connect(client: Client, kept: str) -> None:
    """Cut off, or from another program."""
    with pytest.raises(AccountRefusedError, match="Connect the account again"):
        auth.of_person(kept, client, forget)


@pytest.fixture
def key(simulator: Simulator) -> str:
    """The key file of a service account that the simulated provider knows."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    account = "office@antechamber.iam.example.org"
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    simulator.desk.keys[account] = public.decode()
    simulator.desk.delegated[account] = frozenset(SCOPES)
    text = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return json.dumps({"client_email": account, "private_key": text, "token_uri": "https://elsewhere.example.org/"})


def test_a_service_account_acts_for_a_person(simulator: Simulator, key: str) -> None:
    """Signed by its key, in the person's name, at the desk that the settings name and not the one in the file."""
    credentials = auth.of_service_account(key, MAYOR, SCOPES, token_uri=f"{simulator.url}/token")
    assert reading(simulator, credentials).pull().complete
    stranger = auth.of_service_account(key, "stranger@example.org", SCOPES, token_uri=f"{simulator.url}/token")
    with pytest.raises(RefusedError, match="share it"):
        reading(simulator, stranger).pull()


def test_rights_that_were_not_delegated_are_named_as_the_cause(simulator: Simulator, key: str) -> None:
    """The city's IT has to set them up (H15)."""
    credentials = auth.of_service_account(key, MAYOR, (READ,), token_uri=f"{simulator.url}/token")
    with pytest.raises(AccountRefusedError, match="domain-wide delegation"):
        reading(simulator, credentials).pull()


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"client_email": "a", "private_key": "b"}'])
def test_a_key_that_cannot_be_read_says_so(text: str) -> None:
    """Download a new one."""
    with pytest.raises(AccountRefusedError, match="Download a new one"):
        auth.of_service_account(text, MAYOR, SCOPES)
