"""msal against an OpenID provider that others have written (npm `oauth2-mock-server`), over TLS on loopback."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from agenda.model.errors import RefusedError
from sync.microsoft.auth import App, Tokens
from sync.outbound import Outbound
from tests.servers import TLS

SCRIPT = Path(__file__).with_name("oidc.mjs")
PACKAGE = "oauth2-mock-server"
WAY = Outbound(allow_loopback=True, connect_s=2, read_s=5, ca_file=str(TLS / "cert.pem"))
BACK = "https://office.example/connect/microsoft/back"
LOGIN = "mayor@example.org"


@dataclass
class Provider:
    """The provider, in a process of its own."""

    authority: str
    process: subprocess.Popen[str]

    def say(self, word: str) -> None:
        """Tell it what to do from now on; waits until it has heard."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline().strip() == word


def node_modules() -> Path | None:
    """Where the package lies: the folder that NODE_MODULES names, or npm's own."""
    npm = shutil.which("npm")
    folders = [os.environ.get("NODE_MODULES", "")]
    if npm is not None:
        folders.append(subprocess.run([npm, "root", "-g"], capture_output=True, text=True, check=False).stdout.strip())
    return next((Path(one) for one in folders if one and (Path(one) / PACKAGE).is_dir()), None)


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    """A running provider; skipped where Node or the package is not there."""
    node, modules = shutil.which("node"), node_modules()
    if node is None or modules is None:
        pytest.skip(f"no {PACKAGE} on this machine (npm install -g {PACKAGE}@9.3.0, or NODE_MODULES names its folder)")
    command = [node, str(SCRIPT), str(modules), str(TLS / "key.pem"), str(TLS / "cert.pem")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        authority = process.stdout.readline().strip()
        try:
            assert authority.startswith("https://localhost:")
            yield Provider(authority, process)
        finally:
            process.terminate()


@dataclass
class Kept:
    """A cache of tokens."""

    text: str | None = None

    def save(self, text: str) -> None:
        """Keep it."""
        self.text = text


def tokens(provider: Provider, kept: Kept) -> Tokens:
    """The tokens of an app with a secret."""
    app = App(client_id="the-office", authority=provider.authority, secret="whatever")
    return Tokens(app, lambda: kept.text, kept.save, WAY)


def agree(auth_uri: str) -> dict[str, str]:
    """A browser follows the link; the provider asks nobody and sends it back."""
    answer = requests.get(auth_uri, allow_redirects=False, timeout=5, verify=WAY.ca_file)
    return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))


def test_an_app_gets_a_token(provider: Provider) -> None:
    """A real, signed one."""
    assert tokens(provider, Kept()).for_app().count(".") == 2


def test_a_person_signs_in_is_refreshed_and_withdraws_consent(provider: Provider) -> None:
    """Code and PKCE, a refresh, `invalid_grant`, and after signing in again everything goes on."""
    kept = Kept()
    first = tokens(provider, kept)
    flow = first.begin_sign_in(BACK)
    assert first.finish_sign_in(flow, agree(flow["auth_uri"])).login == LOGIN
    token = first.for_person(LOGIN)
    kept.text = (kept.text or "").replace('"expires_on": "', '"expires_on": "-')
    assert tokens(provider, kept).for_person(LOGIN) != token
    kept.text = (kept.text or "").replace('"expires_on": "', '"expires_on": "-')
    provider.say("revoke")
    with pytest.raises(RefusedError, match="Connect this calendar again"):
        tokens(provider, kept).for_person(LOGIN)
    provider.say("agree")
    flow = first.begin_sign_in(BACK)
    assert first.finish_sign_in(flow, agree(flow["auth_uri"])).login == LOGIN
    assert tokens(provider, kept).for_person(LOGIN)
