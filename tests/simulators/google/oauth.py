"""Where the simulated provider hands out tokens: consent with PKCE, refresh, service accounts, withdrawal."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from google.auth import jwt as untyped_jwt

jwt: Any = untyped_jwt
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
USUAL = "https://oauth2.googleapis.com/token"
"""Whom an assertion is for, wherever the desk stands; google-auth knows no other."""
CLIENT = "antechamber.apps.example.org"
CLIENT_SECRET = "a secret of the client"


@dataclass
class Desk:
    """Tokens by their text. `delegated` are the scopes each service account may ask for in the name of anybody."""

    access: dict[str, tuple[str, frozenset[str]]] = field(default_factory=dict)
    refresh: dict[str, tuple[str, frozenset[str]]] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    delegated: dict[str, frozenset[str]] = field(default_factory=dict)
    user: str = "mayor@example.org"
    granted: frozenset[str] | None = None
    failure: tuple[int, str, str] | None = None
    lives_s: int = 3600
    asked: list[dict[str, str]] = field(default_factory=list)

    def bearer(self, token: str) -> tuple[str, frozenset[str]] | None:
        """Whose token it is, and what for."""
        return self.access.get(token)

    def give(self, who: str, scopes: frozenset[str]) -> str:
        """A new access token."""
        token = f"ya29.{secrets.token_urlsafe(24)}"
        self.access[token] = (who, scopes)
        return token

    def withdraw(self) -> None:
        """The user takes everything back."""
        self.access.clear()
        self.refresh.clear()

    def handle(self, verb: str, target: str, body: bytes, url: str) -> tuple[int, str, bytes, dict[str, str]]:
        """One request to the desk: status, kind of content, content, more headers."""
        split = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(split.query or body.decode()).items()}
        self.asked.append(query)
        if verb == "GET" and split.path == "/o/oauth2/auth":
            return self._consent(query)
        if verb == "POST" and split.path == "/token":
            status, told = self._token(query, f"{url}/token")
            return status, "application/json", json.dumps(told).encode(), {}
        return 404, "text/html", b"<html>nothing here", {}

    def _consent(self, query: dict[str, str]) -> tuple[int, str, bytes, dict[str, str]]:
        is_good = query.get("client_id") == CLIENT and query.get("response_type") == "code"
        if not is_good or "redirect_uri" not in query:
            return 400, "text/html", b"<html>invalid_request", {}
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        onward = urlencode({"code": code, "state": query.get("state", ""), "scope": query["scope"]})
        return 302, "text/html", b"", {"Location": f"{query['redirect_uri']}?{onward}"}

    def _token(self, query: dict[str, str], own: str) -> tuple[int, dict[str, Any]]:
        if self.failure is not None:
            status, error, description = self.failure
            return status, {"error": error, "error_description": description}
        match query.get("grant_type"):
            case "authorization_code":
                return self._exchange(query)
            case "refresh_token":
                known = self.refresh.get(query.get("refresh_token", ""))
                if known is None:
                    return 400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
                return 200, self._told(*known)
            case grant if grant == JWT_BEARER:
                return self._assert(query.get("assertion", ""), own)
            case _:
                return 400, {"error": "unsupported_grant_type"}

    def _exchange(self, query: dict[str, str]) -> tuple[int, dict[str, Any]]:
        begun = self.codes.pop(query.get("code", ""), None)
        if query.get("client_secret") != CLIENT_SECRET:
            return 401, {"error": "invalid_client"}
        digest = hashlib.sha256(query.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if begun is None or begun.get("code_challenge") != challenge or begun.get("code_challenge_method") != "S256":
            return 400, {"error": "invalid_grant", "error_description": "Bad Request"}
        scopes = self.granted if self.granted is not None else frozenset(begun["scope"].split())
        told = self._told(self.user, scopes)
        if begun.get("access_type") == "offline":
            told["refresh_token"] = f"1//{secrets.token_urlsafe(24)}"
            self.refresh[told["refresh_token"]] = (self.user, scopes)
        return 200, told

    def _assert(self, assertion: str, own: str) -> tuple[int, dict[str, Any]]:
        try:
            claims = dict(jwt.decode(assertion, verify=False))
            jwt.decode(assertion, certs=self.keys[claims["iss"]], audience=[own, USUAL])
        except (ValueError, KeyError):
            return 400, {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
        scopes = frozenset(str(claims.get("scope", "")).split())
        if not scopes or not scopes <= self.delegated.get(claims["iss"], frozenset()):
            return 401, {"error": "unauthorized_client", "error_description": "Client is unauthorized."}
        return 200, self._told(str(claims.get("sub") or claims["iss"]), scopes)

    def _told(self, who: str, scopes: frozenset[str]) -> dict[str, Any]:
        token = self.give(who, scopes)
        return {
            "access_token": token,
            "expires_in": self.lives_s,
            "scope": " ".join(sorted(scopes)),
            "token_type": "Bearer",
        }
