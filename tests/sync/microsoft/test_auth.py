"""Getting in: as an app, as a person, and what happens when that ends. msal is the real one, over real TLS."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from agenda.model.errors import RefusedError, TryLaterError
from sync.microsoft.auth import READ_AND_WRITE, App, Certificate, Tokens
from sync.outbound import Outbound
from tests.servers import TLS, free_port
from tests.simulators.graph.identity import CLIENT, LOGIN, SECRET, Identity, identity

BACK = "https://office.example/connect/microsoft/back"
WAY = Outbound(allow_loopback=True, connect_s=2, read_s=5, ca_file=str(TLS / "cert.pem"))


@dataclass
class Kept:
    """A cache of tokens, kept as the store would, and a clock that is set."""

    text: str | None = None
    saves: int = 0
    now: float = field(default_factory=lambda: datetime.now(UTC).timestamp())

    def save(self, text: str) -> None:
        """Keep it."""
        self.text = text
        self.saves += 1

    def tokens(self, app: App, way: Outbound = WAY) -> Tokens:
        """The app's tokens, from what was kept."""
        return Tokens(app, lambda: self.text, self.save, way, clock=lambda: self.now)


@pytest.fixture
def platform() -> Iterator[Identity]:
    """An identity platform of its own."""
    with identity() as found:
        yield found


@pytest.fixture
def kept() -> Kept:
    """An empty cache."""
    return Kept()


def an_app(platform: Identity, **changes: object) -> App:
    """The office's registration, with its secret."""
    return replace(App(client_id=CLIENT, authority=platform.authority, secret=SECRET), **changes)  # type: ignore[arg-type] # a builder


def signed_in(platform: Identity, kept: Kept) -> Tokens:
    """Somebody has signed in by the browser."""
    tokens = kept.tokens(an_app(platform))
    flow = tokens.begin_sign_in(BACK)
    assert tokens.finish_sign_in(flow, platform.agree(flow["auth_uri"])).login == LOGIN
    return tokens


def test_an_app_gets_in_with_its_secret(platform: Identity, kept: Kept) -> None:
    """One token serves until it is nearly over, and whoever comes later finds it in the cache."""
    tokens = kept.tokens(an_app(platform))
    first = tokens.for_app()
    assert first.startswith("app-")
    assert tokens.for_app() == first
    assert kept.tokens(an_app(platform)).for_app() == first
    assert platform.grants == ["client_credentials"]


def a_certificate() -> tuple[Certificate, x509.Certificate]:
    """A fresh key with a certificate, and the part that is registered."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "office.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = made.public_bytes(serialization.Encoding.PEM).decode()
    return Certificate(private_key=private.decode(), public_certificate=public), made


def test_h15_an_app_gets_in_with_its_certificate_until_it_is_rolled(platform: Identity, kept: Kept) -> None:
    """Another certificate is registered: the old one is refused with what to do, the new one works."""
    old, platform.certificate = a_certificate()
    app = an_app(platform, secret="", certificate=old)
    assert kept.tokens(app).for_app()
    new, platform.certificate = a_certificate()
    with pytest.raises(RefusedError, match="Ask IT for a new one"):
        Kept().tokens(app).for_app()
    assert Kept().tokens(replace(app, certificate=new)).for_app()


def test_a_person_signs_in_with_a_code_and_pkce(platform: Identity, kept: Kept) -> None:
    """The platform checks the verifier; the token is for the person, and is kept."""
    tokens = signed_in(platform, kept)
    assert tokens.for_person(LOGIN).startswith("person-")
    assert kept.tokens(an_app(platform)).for_person(LOGIN.upper()).startswith("person-")
    assert platform.grants == ["authorization_code"]


def test_a_forged_answer_is_refused(platform: Identity, kept: Kept) -> None:
    """Another `state`, or a code that somebody else's browser got: nobody is signed in."""
    tokens = kept.tokens(an_app(platform))
    flow = tokens.begin_sign_in(BACK)
    answer = platform.agree(flow["auth_uri"])
    with pytest.raises(RefusedError):
        tokens.finish_sign_in(flow, {**answer, "state": "another"})
    other = tokens.begin_sign_in(BACK)
    with pytest.raises(RefusedError):
        tokens.finish_sign_in(other, {"code": answer["code"], "state": other["state"]})
    with pytest.raises(RefusedError):
        tokens.finish_sign_in(flow, {"error": "access_denied", "state": flow["state"]})
    assert kept.text is None or "AccessToken" not in kept.text


def test_a_device_signs_in(platform: Identity, kept: Kept) -> None:
    """The person types the code elsewhere."""
    tokens = kept.tokens(an_app(platform, secret=""))
    code = tokens.begin_device()
    found: list[str] = []
    waiting = threading.Thread(target=lambda: found.append(tokens.wait_for_device(code).login))
    waiting.start()
    time.sleep(0.3)
    platform.type_code(code.code)
    waiting.join(10)
    assert found == [LOGIN]
    assert tokens.for_person(LOGIN)
    assert code.flow["device_code"] not in repr(code)


def test_h15_a_refresh_token_is_saved_before_it_is_needed_again(platform: Identity, kept: Kept) -> None:
    """Each is good once: a house that falls silent right after a refresh can go on from what was kept."""
    platform.lifetime_s = 400
    signed_in(platform, kept)
    for _ in range(3):
        # msal looks at the real clock; only our own memory of the token is made to end
        kept.text = (kept.text or "").replace('"expires_on": "', '"expires_on": "-')
        assert kept.tokens(an_app(platform)).for_person(LOGIN)
    assert platform.grants == ["authorization_code", *["refresh_token"] * 3]
    assert platform.spent == set()


def test_h15_consent_that_lapsed_is_told_and_comes_back(platform: Identity, kept: Kept) -> None:
    """A person is told to sign in again; when that was done everything goes on by itself."""
    tokens = signed_in(platform, kept)
    platform.revoke()
    kept.text = (kept.text or "").replace('"expires_on": "', '"expires_on": "-')
    for _ in range(2):
        with pytest.raises(RefusedError, match="Connect this calendar again"):
            kept.tokens(an_app(platform)).for_person(LOGIN)
    flow = tokens.begin_sign_in(BACK)
    tokens.finish_sign_in(flow, platform.agree(flow["auth_uri"]))
    assert kept.tokens(an_app(platform)).for_person(LOGIN)


def test_h15_a_token_that_ends_is_renewed_in_time(platform: Identity, kept: Kept) -> None:
    """Five minutes early, so that it does not end on the way."""
    platform.lifetime_s = 3600
    tokens = kept.tokens(an_app(platform))
    first = tokens.for_app()
    kept.now += 3600 - 301
    assert tokens.for_app() == first
    kept.text = (kept.text or "").replace('"expires_on": "', '"expires_on": "-')
    kept.now += 2
    assert tokens.for_app() != first


def test_h15_a_right_that_was_not_given_is_asked_for(platform: Identity, kept: Kept) -> None:
    """Somebody has unticked it, or the tenant has taken it back."""
    platform.withheld = frozenset({READ_AND_WRITE})
    tokens = kept.tokens(an_app(platform))
    flow = tokens.begin_sign_in(BACK)
    with pytest.raises(RefusedError, match=r"Calendars\.ReadWrite"):
        tokens.finish_sign_in(flow, platform.agree(flow["auth_uri"]))


@pytest.mark.parametrize(
    ("error", "match"),
    [
        ("invalid_client", "Ask IT for a new one"),
        ("unauthorized_client", "was not given the right"),
        ("invalid_scope", "was not given the right"),
        ("invalid_grant", "Connect this calendar again"),
        ("interaction_required", "Connect this calendar again"),
        ("something_new", "Connect this calendar again"),
        ("<script>", "Connect this calendar again"),
    ],
)
def test_h15_errors_say_what_to_do(platform: Identity, kept: Kept, error: str, match: str) -> None:
    """By their code alone; the numbers and words of the platform are shown to nobody."""
    platform.error = error
    with pytest.raises(RefusedError, match=match) as refused:
        kept.tokens(an_app(platform)).for_app()
    assert "AADSTS" not in str(refused.value)
    platform.error = ""
    assert kept.tokens(an_app(platform)).for_app()


@pytest.mark.parametrize(("error", "status"), [("temporarily_unavailable", 400), ("server_error", 500)])
def test_a_busy_platform_is_asked_later(platform: Identity, kept: Kept, error: str, status: int) -> None:
    """Nobody has to do anything; and the same object asks anew, not from memory."""
    platform.error, platform.status = error, status
    tokens = kept.tokens(an_app(platform))
    with pytest.raises(TryLaterError):
        tokens.for_app()
    platform.error = ""
    assert tokens.for_app()


def test_a_platform_that_is_down_is_asked_later(platform: Identity, kept: Kept) -> None:
    """Before it has told its addresses, too."""
    platform.is_down = True
    tokens = kept.tokens(an_app(platform))
    with pytest.raises(TryLaterError):
        tokens.for_app()
    platform.is_down = False
    assert tokens.for_app()


def test_a_platform_out_of_reach_is_asked_later(kept: Kept) -> None:
    """Nobody listens there just now."""
    app = App(client_id=CLIENT, authority=f"https://localhost:{free_port()}/tenant", secret=SECRET)
    with pytest.raises(TryLaterError):
        kept.tokens(app).for_app()


def test_a_wrong_tenant_is_told(platform: Identity, kept: Kept) -> None:
    """A mistyped authority ends in a sentence."""
    with pytest.raises(RefusedError, match="Check the settings"):
        kept.tokens(an_app(platform, authority=f"{platform.authority}x")).for_app()


def test_a_certificate_nobody_trusts_gets_no_secret(platform: Identity, kept: Kept) -> None:
    """Whoever answers in the platform's place is not told who we are."""
    with pytest.raises(RefusedError, match="certificate"):
        kept.tokens(an_app(platform), replace(WAY, ca_file="")).for_app()
    assert platform.grants == []


def test_nothing_secret_is_logged(platform: Identity, kept: Kept, caplog: pytest.LogCaptureFixture) -> None:
    """Neither a token, nor a code, nor the secret, at any level."""
    caplog.set_level(logging.DEBUG)
    tokens = signed_in(platform, kept)
    found = [tokens.for_person(LOGIN), tokens.for_app(), SECRET, *platform.refresh]
    assert not [one for one in found if one in caplog.text]
    assert SECRET not in repr(an_app(platform))


def test_many_threads_ask_once(platform: Identity, kept: Kept) -> None:
    """Ten calendars of one app begin at the same moment."""
    tokens = kept.tokens(an_app(platform))
    threads = [threading.Thread(target=tokens.for_app) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert platform.grants == ["client_credentials"]


def test_forgetting_a_person(platform: Identity, kept: Kept) -> None:
    """After that only signing in again helps."""
    tokens = signed_in(platform, kept)
    tokens.forget(LOGIN)
    with pytest.raises(RefusedError):
        tokens.for_person(LOGIN)
    assert LOGIN not in (kept.text or "")
