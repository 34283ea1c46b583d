"""Seals what must not be read from the database's file: AES-256-GCM, the keys outside the database.

The associated data name table, row, column and key, so that a sealed value that was moved or exchanged does not open.
The key file holds one key to a line, `id:base64`; the last one seals, the others still open until they are dropped.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from agenda.model.errors import LockedCredentialsError
from agenda.model.sentences import say

KEY_BITS = 256
KEY_BYTES = KEY_BITS // 8
NONCE_BYTES = 12
MAX_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value stands; it opens nowhere else."""

    table: str
    row: tuple[str, ...]
    column: str

    def bound_to(self, key_id: str) -> bytes:
        """The associated data; no two places have the same."""
        return json.dumps([self.table, *self.row, self.column, key_id]).encode()


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed value: twelve bytes of nonce, the ciphertext, the tag."""

    key_id: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys at hand, the oldest first; the last one seals."""

    by_id: Mapping[str, bytes] = field(repr=False)

    @property
    def newest(self) -> str:
        """The id of the key that seals."""
        return list(self.by_id)[-1]

    def seal(self, text: str, place: Place) -> Sealed:
        """Seal a text for its place."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        key_id = self.newest
        return Sealed(key_id, nonce + AESGCM(self.by_id[key_id]).encrypt(nonce, text.encode(), place.bound_to(key_id)))

    def open(self, sealed: Sealed, place: Place) -> str:
        """The text.

        Raises:
            LockedCredentialsError: its key is not at hand, or it was sealed elsewhere, or changed since.
        """
        key = self.by_id.get(sealed.key_id)
        if key is None:
            raise LockedCredentialsError(
                say(
                    "A credential is sealed with key %(key)s, which the key file does not hold. Put the right key "
                    "file back, or forget the account and connect it again.",
                    key=sealed.key_id,
                )
            )
        try:
            found = AESGCM(key).decrypt(
                sealed.content[:NONCE_BYTES], sealed.content[NONCE_BYTES:], place.bound_to(sealed.key_id)
            )
        except (InvalidTag, ValueError) as error:
            raise LockedCredentialsError(
                say(
                    "A credential does not open: it was changed in the database, or the key file holds another key. "
                    "Forget the account and connect it again."
                )
            ) from error
        return found.decode()


@dataclass(frozen=True, slots=True)
class KeyFile:
    """The file of the keys, readable by the office alone. It is read each time, so that a new key counts at once."""

    path: Path

    def exists(self) -> bool:
        """Whether it is there."""
        return self.path.exists()

    def read(self) -> Keys:
        """The keys.

        Raises:
            LockedCredentialsError: it is missing, others may read it, or it holds no keys.
        """
        try:
            if self.path.stat().st_mode & 0o077:
                raise LockedCredentialsError(
                    say("Others may read the key file %(file)s. Take that right away: chmod 600.", file=str(self.path))
                )
            with self.path.open("rb") as file:
                raw = file.read(MAX_BYTES)
        except FileNotFoundError as error:
            raise LockedCredentialsError(
                say(
                    "The key file %(file)s is missing. Put it back from where its copy is kept; without it every "
                    "account has to be forgotten and connected again.",
                    file=str(self.path),
                )
            ) from error
        except OSError as error:
            raise LockedCredentialsError(
                say("The key file %(file)s cannot be read: %(cause)s.", file=str(self.path), cause=_cause(error))
            ) from error
        keys = _keys_of(raw)
        if not keys:
            raise LockedCredentialsError(say("The key file %(file)s holds no keys.", file=str(self.path)))
        return Keys(keys)

    def make(self) -> Keys:
        """The keys, with the first one made where there is no file yet; raises as `read` does."""
        if not self.path.exists():
            self._write({_fresh_id(): _fresh_key()}, replaces=False)
        return self.read()

    def add(self) -> Keys:
        """Add a key, which seals from now on; raises as `read` does."""
        keys = self.read()
        self._write({**keys.by_id, _fresh_id(): _fresh_key()}, replaces=True)
        return self.read()

    def drop_all_but_newest(self) -> None:
        """Keep only the key that seals; raises as `read` does."""
        keys = self.read()
        self._write({keys.newest: keys.by_id[keys.newest]}, replaces=True)

    def _write(self, keys: Mapping[str, bytes], *, replaces: bool) -> None:
        """Write the file whole, or not at all; a file that was made meanwhile is left alone unless it is replaced."""
        lines = "".join(f"{key_id}:{base64.b64encode(key).decode()}\n" for key_id, key in keys.items())
        fresh = self.path.with_name(f".{self.path.name}.{_fresh_id()}")
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(lines)
                file.flush()
                os.fsync(file.fileno())
            if replaces:
                fresh.replace(self.path)
            else:
                with contextlib.suppress(FileExistsError):
                    os.link(fresh, self.path)
        except OSError as error:
            raise LockedCredentialsError(
                say("The key file %(file)s cannot be written: %(cause)s.", file=str(self.path), cause=_cause(error))
            ) from error
        finally:
            fresh.unlink(missing_ok=True)


def _keys_of(raw: bytes) -> dict[str, bytes]:
    keys = {}
    for line in raw.decode("ascii", "replace").splitlines():
        key_id, colon, text = line.strip().partition(":")
        try:
            key = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            continue
        if colon and key_id and len(key) == KEY_BYTES:
            keys[key_id] = key
    return keys


def _fresh_id() -> str:
    return secrets.token_hex(4)


def _fresh_key() -> bytes:
    return AESGCM.generate_key(bit_length=KEY_BITS)


def _cause(error: OSError) -> str:
    return error.strerror or type(error).__name__
