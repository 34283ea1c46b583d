"""Microsoft's identity platform on loopback, over TLS: who asks is checked, codes and refresh tokens are good once."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.servers import Answer, Heard, WebServer, web_server

TENANT = "/tenant"
CLIENT, SECRET = "11111111-2222-3333-4444-555555555555", "the secret of the app"
LOGIN = "mayor@example.org"
BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
Form = dict[str, str]


class DeniedError(Exception):
    """What the platform answers instead of a token."""


@dataclass
class Identity:
    """The platform of one tenant. A person agrees with `agree`, and takes it back with `revoke`."""

    url: str = ""
    server: WebServer | None = None
    certificate: x509.Certificate | None = None
    lifetime_s: int = 3600
    error: str = ""
    """What every request for a token is answered with, while it is set."""
    status: int = 400
    is_down: bool = False
    withheld: frozenset[str] = frozenset()
    """Rights that are not given although they are asked for."""
    codes: dict[str, Form] = field(default_factory=dict)
    refresh: dict[str, str] = field(default_factory=dict)
    """Refresh token → scope; each is good once."""
    spent: set[str] = field(default_factory=set)
    devices: dict[str, Form] = field(default_factory=dict)
    agreed: set[str] = field(default_factory=set)
    grants: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    @property
    def authority(self) -> str:
        """What the settings name."""
        return f"{self.url.rstrip('/')}{TENANT}"

    def agree(self, auth_uri: str) -> Form:
        """What a person comes back with who follows the link, signs in and agrees."""
        query = dict(parse_qsl(urlsplit(auth_uri).query))
        if query.get("code_challenge_method") != "S256" or query.get("response_type") != "code":
            self.violations.append("no PKCE with S256")
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        return {"code": code, "state": query["state"]}

    def type_code(self, code: str) -> None:
        """A person types a device code and agrees."""
        self.agreed.add(next(one for one, form in self.devices.items() if form["user_code"] == code))

    def revoke(self) -> None:
        """The consent is withdrawn."""
        self.refresh.clear()

    def answer(self, heard: Heard) -> Answer:
        """One request."""
        path = urlsplit(heard.path).path
        if self.is_down:
            return Answer(503)
        if path == f"{TENANT}/v2.0/.well-known/openid-configuration":
            return _json(200, self._configuration())
        form = {name: values[0] for name, values in parse_qs(heard.body.decode()).items()}
        if path == f"{TENANT}/device":
            return _json(200, self._device(form))
        if path != f"{TENANT}/token":
            return Answer(404)
        self.grants.append(form.get("grant_type", ""))
        if self.error:
            description = "AADSTS0: the number and the words may change any day"
            return _json(self.status, {"error": self.error, "error_description": description})
        try:
            return _json(200, self._token(form))
        except DeniedError as denied:
            return _json(400, {"error": str(denied), "error_description": "AADSTS0"})

    def _configuration(self) -> dict[str, str]:
        return {
            "issuer": f"{self.authority}/v2.0",
            "authorization_endpoint": f"{self.authority}/authorize",
            "token_endpoint": f"{self.authority}/token",
            "device_authorization_endpoint": f"{self.authority}/device",
            "jwks_uri": f"{self.authority}/keys",
        }

    def _device(self, form: Form) -> dict[str, Any]:
        code, user_code = secrets.token_urlsafe(16), secrets.token_hex(3).upper()
        self.devices[code] = {**form, "user_code": user_code}
        return {
            "device_code": code,
            "user_code": user_code,
            "verification_uri": f"{self.authority}/devicelogin",
            "expires_in": 60,
            "interval": 1,
        }

    def _token(self, form: Form) -> dict[str, Any]:
        match form.get("grant_type"):
            case "client_credentials":
                self._check_client(form)
                return {"token_type": "Bearer", "expires_in": self.lifetime_s, "access_token": self._access("app")}
            case "authorization_code":
                self._check_client(form)
                asked = self.codes.pop(form["code"], None)
                if asked is None or asked["redirect_uri"] != form.get("redirect_uri"):
                    raise DeniedError("invalid_grant")
                verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
                if base64.urlsafe_b64encode(verifier).rstrip(b"=").decode() != asked["code_challenge"]:
                    raise DeniedError("invalid_grant")
                return self._of_person(asked["scope"], asked.get("nonce"))
            case "refresh_token":
                if "client_assertion" in form or "client_secret" in form:
                    self._check_client(form)
                scope = self.refresh.pop(form["refresh_token"], None)
                if scope is None:
                    self.spent.add(form["refresh_token"])
                    raise DeniedError("invalid_grant")
                return self._of_person(scope, None)
            case grant if grant == DEVICE:
                if form["device_code"] not in self.agreed:
                    raise DeniedError("authorization_pending")
                return self._of_person(self.devices.pop(form["device_code"])["scope"], None)
        raise DeniedError("unsupported_grant_type")

    def _of_person(self, scope: str, nonce: str | None) -> dict[str, Any]:
        given = " ".join(one for one in scope.split() if one.rsplit("/", 1)[-1] not in self.withheld)
        token = secrets.token_urlsafe(24)
        self.refresh[token] = scope
        now = int(time.time())
        claims = {
            "iss": f"{self.authority}/v2.0",
            "aud": CLIENT,
            "sub": "person-1",
            "oid": "person-1",
            "tid": "tenant",
            "preferred_username": LOGIN,
            "iat": now,
            "exp": now + 3600,
        }
        if nonce:
            claims["nonce"] = nonce
        return {
            "token_type": "Bearer",
            "scope": given,
            "expires_in": self.lifetime_s,
            "access_token": self._access("person"),
            "refresh_token": token,
            "id_token": f"{_part({'alg': 'none'})}.{_part(claims)}.",
            "client_info": _part({"uid": "person-1", "utid": "tenant"}),
        }

    def _access(self, whose: str) -> str:
        return f"{whose}-{secrets.token_urlsafe(16)}"

    def _check_client(self, form: Form) -> None:
        if form.get("client_id") != CLIENT:
            raise DeniedError("unauthorized_client")
        if form.get("client_assertion_type") == BEARER:
            self._check_assertion(form["client_assertion"])
        elif form.get("client_secret") != SECRET:
            raise DeniedError("invalid_client")

    def _check_assertion(self, assertion: str) -> None:
        """A JWT signed with the registered certificate (PS256), for us, and not expired."""
        head, body, signature = assertion.split(".")
        key = self.certificate.public_key() if self.certificate is not None else None
        if not isinstance(key, rsa.RSAPublicKey) or json.loads(_plain(head))["alg"] != "PS256":
            raise DeniedError("invalid_client")
        try:
            pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
            key.verify(_plain(signature), f"{head}.{body}".encode(), pss, hashes.SHA256())
        except InvalidSignature as error:
            raise DeniedError("invalid_client") from error
        claims = json.loads(_plain(body))
        if claims["aud"] != f"{self.authority}/token" or claims["exp"] < time.time() or claims["sub"] != CLIENT:
            raise DeniedError("invalid_client")


def _json(status: int, body: object) -> Answer:
    return Answer(status, {"Content-Type": "application/json"}, json.dumps(body).encode())


def _part(claims: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()


def _plain(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


@contextmanager
def identity() -> Iterator[Identity]:
    """Serve on loopback until the block ends."""
    found = Identity()
    with web_server(found.answer, tls=True) as server:
        found.url, found.server = server.url.replace("127.0.0.1", "localhost"), server
        yield found
        assert found.violations == []
